"""A month becomes statements: nothing is settled twice, nothing is lost, both parties agree."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.domain.documents import State
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.services.consumption import Consume, ConsumeLine, Reverse, consume, reverse
from app.services.settlement import MakeStatements, Step, make_statements, step
from app.services.settlement.listing import (
    StatementRow,
    statement_lines,
    statement_totals,
    statements,
)
from app.services.settlement.steps import Verb
from tests.factories import EAST, KANGZE, RUIHE, Site
from tests.services.test_consumption import AMOXICILLIN, BOX, receive

OCTOBER = "2026-10"


def use(site: Site, boxes: int) -> int:
    command = Consume(
        new_op(), EAST, site.world.stores[EAST], (ConsumeLine(AMOXICILLIN, boxes * BOX),)
    )
    return consume(*site.as_("east_store"), command).document_id


def make(site: Site) -> None:
    make_statements(*site.as_("east_head"), MakeStatements(new_op(), EAST, OCTOBER))


def only(site: Site, login: str = "east_head") -> StatementRow:
    (row,) = statements(*site.as_(login), (EAST,), OCTOBER)
    return row


def act(site: Site, login: str, verb: Verb, note: str = "", bill: str = "") -> State:
    row = only(site, login)
    command = Step(
        new_op(), EAST, row.statement_id, verb, row.version, note, Decimal(bill) if bill else None
    )
    return step(*site.as_(login), command)


def test_opening_plus_received_less_used_is_closing(site: Site) -> None:
    receive(site, EAST, {"A": (10, date(2027, 9, 30))})
    use(site, 3)
    make(site)
    row = only(site)
    assert row.opening == 0
    assert (row.received, row.payable) == (Decimal("38.60"), Decimal("11.58"))
    assert row.closing == Decimal("27.02")
    assert row.opening + row.received - row.payable + row.price_gap == row.closing
    (line,) = statement_lines(*site.as_("east_head"), EAST, row.statement_id)
    assert (line.qty, line.amount, line.lot_no) == (72, Decimal("11.58"), "A")
    assert line.document_no.startswith("XH20261014-")
    (total,) = statement_totals(*site.as_("east_head"), EAST, row.statement_id)
    assert total.amount == row.payable


def test_nothing_is_settled_twice_and_late_entries_come_next(site: Site) -> None:
    receive(site, EAST, {"A": (10, date(2027, 9, 30))})
    document = use(site, 3)
    make(site)
    with pytest.raises(DomainError, match="没有未结算的消耗"):
        make(site)
    reverse(*site.as_("east_store"), Reverse(new_op(), EAST, document, "退药一次"))
    use(site, 1)
    make(site)
    rows = statements(*site.as_("east_head"), (EAST,), OCTOBER)
    assert sorted((row.payable, row.kind) for row in rows) == [
        (Decimal("-11.58"), "refund"), (Decimal("3.86"), "use"), (Decimal("11.58"), "use")
    ]  # fmt: skip
    first = min(rows, key=lambda row: row.no)
    assert (first.opening, first.received) == (Decimal("0.00"), Decimal("38.60"))
    later = [row for row in rows if row.no != first.no]
    assert all(row.opening == row.received == row.closing == 0 for row in later)
    assert [row.late for row in rows] == [row.payable if row in later else 0 for row in rows]


def test_what_comes_back_piece_by_piece_gives_its_whole_price_back(site: Site) -> None:
    receive(site, EAST, {"A": (10, date(2027, 9, 30))})
    document = use(site, 1)
    make(site)
    for piece in (1, 5, *[1] * 18):
        command = Reverse(new_op(), EAST, document, "患者退药", doc_line=1, qty=piece)
        reverse(*site.as_("east_store"), command)
    make(site)
    owed = [row.payable for row in statements(*site.as_("east_head"), (EAST,), OCTOBER)]
    assert sorted(owed) == [Decimal("-3.86"), Decimal("3.86")]


def test_the_supplier_confirms_what_was_sent_to_it(site: Site) -> None:
    receive(site, EAST, {"A": (10, date(2027, 9, 30))})
    use(site, 3)
    make(site)
    assert statements(*site.as_("ruihe_sales"), (RUIHE,)) == ()
    assert statements(*site.as_("kangze_sales"), (KANGZE,)) == ()  # a draft is the member's own
    assert act(site, "east_head", Verb.SEND) is State.SENT
    with pytest.raises(NotAllowedError):
        act(site, "east_head", Verb.CONFIRM)
    assert act(site, "kangze_sales", Verb.CONFIRM) is State.CONFIRMED
    row = only(site, "kangze_sales")
    assert (row.confirmed_by, row.difference) == ("罗业", Decimal("0.00"))
    assert row.supplier_id == KANGZE


def test_a_dispute_names_its_reason_and_ends_when_both_figures_agree(site: Site) -> None:
    receive(site, EAST, {"A": (10, date(2027, 9, 30))})
    use(site, 3)
    make(site)
    act(site, "east_head", Verb.SEND)
    with pytest.raises(DomainError, match="请写明理由"):
        act(site, "kangze_sales", Verb.DISPUTE, "多", "15.44")
    act(site, "kangze_sales", Verb.DISPUTE, "账单多一盒，10-08 送货未计", "15.44")
    row = only(site)
    assert (row.status, row.difference) == (State.DISPUTED, Decimal("3.86"))
    with pytest.raises(DomainError, match="还不能确认"):
        act(site, "kangze_sales", Verb.CONFIRM)
    with pytest.raises(NotAllowedError):
        act(site, "east_head", Verb.CONFIRM)
    with pytest.raises(DomainError, match="还不能确认"):
        act(site, "east_head", Verb.RECORD, "电话里说同意", "15.44")
    assert act(site, "east_head", Verb.RECORD, "传真回执已存档", "11.58") is State.CONFIRMED


def test_a_cancelled_statement_gives_its_lines_back(site: Site) -> None:
    receive(site, EAST, {"A": (10, date(2027, 9, 30))})
    use(site, 3)
    make(site)
    act(site, "east_head", Verb.CANCEL, "月中试算，作废")
    make(site)
    assert only(site).payable == Decimal("11.58")


def test_two_windows_one_step(site: Site) -> None:
    receive(site, EAST, {"A": (10, date(2027, 9, 30))})
    use(site, 1)
    make(site)
    seen = only(site)
    first = Step(new_op(), EAST, seen.statement_id, Verb.SEND, seen.version)
    second = Step(new_op(), EAST, seen.statement_id, Verb.CANCEL, seen.version, "作废重做")
    assert step(*site.as_("east_head"), first) is State.SENT
    assert step(*site.as_("east_head"), first) is State.SENT
    with pytest.raises(ConflictError):
        step(*site.as_("east_head"), second)


def test_a_price_change_leaves_a_gap_that_is_shown(site: Site) -> None:
    receive(site, EAST, {"A": (10, date(2027, 9, 30))})
    with site.owner.write() as s:
        from sqlalchemy import update

        from app.models.price import Price

        price = s.get_one(Price, site.world.prices[AMOXICILLIN])
        s.execute(update(Price).where(Price.id == price.id).values(valid_to=date(2026, 10, 1)))
        s.add(Price(id=9, list_id=1, item_id=AMOXICILLIN, supplier_id=KANGZE,
                    valid_from=date(2026, 10, 1), unit_price=Decimal("3.00"), price_factor=BOX,
                    created_at=site.owner.now(s), created_by=1))  # fmt: skip
    use(site, 5)
    make(site)
    row = only(site)
    assert (row.payable, row.price_gap) == (Decimal("15.00"), Decimal("-4.30"))
    assert row.closing == Decimal("19.30")
