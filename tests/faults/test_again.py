"""Everything that people do is sent a second time: the same answer, and nothing done twice.

So a program does whose answer was lost (T08, T10): it must be told what it was told before, also
where the paper has gone on to its next state since. And of the papers that the story left, each
told otherwise than it was done is found (`office_papers`).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.databases import Databases
from tests.faults import papers
from tests.faults.invariants import state
from tests.faults.story import NEEDED, Story, told


@pytest.fixture(scope="module")
def story(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Everything happened once, and each step was sent again."""
    with told(databases, tmp_path_factory.mktemp("bank")) as made:
        yield made


def test_what_is_sent_again_is_answered_again(story: Story) -> None:
    assert NEEDED - set(story.done) == set()
    assert story.others == []
    assert state(story.site.owner) == ()


BREAKS = {
    "an invoice matched": "UPDATE invoice SET amount = amount - 100"
    " WHERE id IN (SELECT invoice_id FROM invoice_match)",
    "a statement's invoices": "UPDATE statement SET invoiced_amount = 1 WHERE status = 'paid'",
    "invoiced, audited or paid": "DELETE FROM invoice_match",
    "audited by": "UPDATE statement SET audited_by = created_by WHERE status = 'paid'",
    "a sum paid": "UPDATE payment_line SET amount = amount + 1 WHERE state = 'paid'",
    "a batch and": "UPDATE payment SET amount = amount + 1",
    "paid, and no": "UPDATE payment_line SET state = 'open' WHERE state = 'paid'",
    "a sealed round": "UPDATE negotiation_round SET opened_at = started_at"
    " WHERE opened_at IS NOT NULL",
    "a bid after": "UPDATE negotiation_round SET deadline = started_at",
    "a bid's lines": "DELETE FROM bid",
    "a gap among": "UPDATE bid_sheet SET version = version + 100",
    "more than one award": "UPDATE award SET status = 'in_force', negotiation_id = 1",
    "a vote without": "DELETE FROM pt_vote",
    "a vote of who": "INSERT INTO pt_conflict (org_id, meeting_id, seq, member_id, why)"
    " SELECT org_id, meeting_id, seq, member_id, 'x' FROM pt_turnout LIMIT 1",
    "more votes": "UPDATE pt_meeting SET seats = 0",
    "passed without": "UPDATE pt_agenda SET paper_no = 99, result = 'introduced'",
    "decided on": "UPDATE pt_request SET status = 'scheduled'",
    "sealed on one": "DELETE FROM sealed_paper WHERE kind = 'order'",
    "a seal without": "DELETE FROM signature",
    "bids: ": "DELETE FROM bid_sheet",
    "openings: ": "DELETE FROM negotiation_round",
    "votes: ": "DELETE FROM pt_turnout",
    "seals: ": "DELETE FROM sealed_paper",
    "batches: ": "DELETE FROM payment",
    "invoices: ": "DELETE FROM invoice WHERE id NOT IN (SELECT invoice_id FROM invoice_match)"
    " OR status = 'open'",
    "round 1 was": "UPDATE bid_sheet SET commitment = x'00'",
    "order ": "UPDATE sealed_paper SET content = x'00'",
    "an award in force without": "DELETE FROM price",
}


@pytest.mark.parametrize("named", BREAKS)
def test_an_offices_paper_told_otherwise_is_found(story: Story, named: str) -> None:
    owner = story.site.owner
    with owner.engine.connect().execution_options(write=True) as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type='trigger'")):
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        assert connection.execute(text(BREAKS[named])).rowcount > 0
        with Session(connection) as session:
            session.info["db"] = owner
            found = papers.broken(session)
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")
        connection.rollback()
    assert any(one.startswith(named) for one in found), found
