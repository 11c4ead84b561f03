"""Every verb of the services, asked by strangers: nobody writes what is not theirs to write.

The verbs are found, not listed, and their commands are made up from the types, about the papers of
East. A person of another member, a supplier and a colleague who may only read ask for each. Of the
reading verbs the answers may differ; whoever asks to save is told that the duty is missing, and the
file stays as it was. A new verb is asked as soon as it is written.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2 as driver
import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, EnvironmentProblem, NotAllowedError
from app.models.base import Base
from app.services.negotiation.invitations import dossiers
from app.services.prices.listing import price_lists
from tests.databases import Databases
from tests.factories import EAST, KANGZE, LEAD, RUIHE, Site
from tests.faults.story import told
from tests.services.every_verb import Maker, verbs

OWN_TO_EVERYBODY = {
    "answers.keep",  # what one's own run said, under its own number
    "importing.said_columns.say",  # what the columns of one's own sheets mean
}
"""What anybody may keep who may sign in."""
HARMLESS = (ValueError, LookupError, AttributeError, TypeError, NoResultFound)
"""A made-up value that makes no sense breaks a reading verb where it is read."""
PAPERS = {
    "awards": "award",
    "negotiation": "negotiation",
    "orders": "member_order",
    "transfers": "transfer",
    "settlement": "statement",
    "receiving": "delivery",
    "requisition": "requisition",
    "committee": "pt_request",
    "packs": "pack",
    "counting": "stock_count",
    "negotiation_id": "negotiation",
    "order_id": "member_order",
    "meeting_id": "pt_meeting",
}
"""Package, or name of a value → the table of the papers that are meant."""
OTHERWISE = {
    # of one's own runs
    "answers.carried_out": "done",
    "answers.keep": "done",
    "answers.kept": "done",
    # there is no such paper of anybody's
    "awards.decide.answer_objection": "award.objection",
    "committee.temporary.decide_temporary": "temporary.unknown",
    "orders.shortage.answer_short": "short.missing",
    "orders.shortage.withdraw_short": "short.missing",
    "pledges.supplement.ask_supplement": "pledge.gone",
    "pledges.supplement.decide_supplement": "supplement.gone",
    "prices.requests.decide_price": "price.no_request",
    "prices.takeover.give_leave": "price.no_takeover",
    # what is made up is no good to anybody
    "committee.requests.make_request": "pt.qty",
    "orders.modes.set_mode": "procurement.source",
    "reporting.export.export": "platform.kind",
    "scan_rules.save_rules": "rule.length",
    "sealing.roots.trust": "seal.certificate",
    "sealing.sealing.seal": "seal.credential",
}
"""Verbs that do not get as far as the duty with what is made up for them: what they say."""
OF_ONES_OWN = {
    "west_store": {},
    "ruihe_sales": {"clock.confirm": "clock.right"},
    "east_head": {
        "replenishment.review.approve": "replenish.none_safe",
        "requisition.approving.decide": "approval.state",
    },
}
"""What one of them may ask and the others may not: what is said of the time, or of one's house."""


@pytest.fixture(scope="module")
def filled(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The small group with papers of every kind."""
    with told(databases, tmp_path_factory.mktemp("bank")) as story:
        yield story.site


def papers(site: Site) -> dict[str, int]:
    """One of East's papers, or of the lead's, for each package."""
    found = {}
    with site.owner.read() as session:
        for room, name in PAPERS.items():
            table = Base.metadata.tables[name]
            mine = select(table.c.id).where(table.c.org_id.in_((EAST, LEAD)))
            if "supplier_id" in table.c:
                mine = mine.where(table.c.supplier_id == KANGZE)
            found[room] = session.scalars(mine.order_by(table.c.id.desc()).limit(1)).one()
    return found


@pytest.mark.parametrize("who", OF_ONES_OWN)
def test_no_verb_lets_a_stranger_write(
    filled: Site, who: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # what a stranger may read, a stranger may export
    db, person = filled.as_(who)
    about = papers(filled)
    if who == "west_store":
        del about["transfers"]  # the lender is no stranger: asked of one that is not there
    maker, asked, wrote = Maker(about), 0, set[str]()
    otherwise: dict[str, str] = {}
    # by the program's own library: a second one in the process takes the first's locks for
    # nobody's, and removes the log that is still written when its last connection goes
    with closing(driver.connect(str(filled.owner.engine.url.database))) as looking:
        for verb in verbs():
            before, answer = looking.execute("PRAGMA data_version").fetchone(), "done"
            try:
                maker.ask(verb, db, stranger(person))
            except NotAllowedError:
                answer = ""
            except (DomainError, EnvironmentProblem) as refusal:
                answer = refusal.code
            except HARMLESS:
                if verb.saves:
                    raise
            asked += 1
            if verb.saves and answer and (verb.room in about or answer != "transfer.unknown"):
                otherwise[verb.name] = answer
            if looking.execute("PRAGMA data_version").fetchone() != before:
                wrote.add(verb.name)

    assert wrote <= OWN_TO_EVERYBODY
    assert asked > 500
    assert otherwise == OTHERWISE | OF_ONES_OWN[who]


def stranger(person: Actor) -> Actor:
    """Somebody of East is one with nothing but the right to read."""
    if person.org_id != EAST:
        return person
    return dataclasses.replace(person, grants=frozenset({(Duty.READ, EAST)}))


def test_a_supplier_sees_its_own_papers_and_lists_only(site: Site) -> None:
    shown = {login: dossiers(*site.as_(login)) for login in ("lead_buyer", "ruihe_sales")}
    assert {row.supplier_id for row in shown["lead_buyer"]} == {KANGZE, RUIHE}
    assert {row.supplier_id for row in shown["ruihe_sales"]} == {RUIHE}
    every = {one.id: one.prices for one in price_lists(*site.as_("lead_buyer"))}
    own = {one.id: one.prices for one in price_lists(*site.as_("ruihe_sales"))}
    assert 0 < sum(own.values()) < sum(every.values())
    assert all(own.values())
