"""Prices that change between receipt, use and bill: what is owed stays told and to the cent."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from app.domain.ids import new_op
from app.domain.settlement.closing import Check
from app.domain.settlement.period import Period
from app.models.price import Price
from app.models.stock import Ledger
from app.services.consumption import Consume, ConsumeLine, consume
from app.services.platform import proofs
from app.services.prices.change import (
    ClosePrice,
    SetPrice,
    close_price,
    set_price,
)
from app.services.prices.putting import NewPrice
from app.services.receiving.commands import ReverseAcceptance
from app.services.receiving.reverse import reverse_acceptance
from app.services.settlement import MakeStatements, make_statements
from app.services.settlement.checks import findings, month_of
from app.services.settlement.listing import StatementRow, statements
from tests.conftest import FixedClock
from tests.deliveries import AMOXICILLIN, gs1, note, received
from tests.factories import EAST, KANGZE, TODAY, Site

BOX, ADHOC = 24, 2


def reprice(site: Site, price: str, first: date = TODAY) -> None:
    wanted = NewPrice(AMOXICILLIN, KANGZE, Decimal(price), first)
    set_price(*site.as_("lead_buyer"), SetPrice(new_op(), ADHOC, wanted))


def end_price(site: Site, day: date) -> None:
    """No price holds from that day on."""
    with site.owner.read() as session:
        newest = select(Price.id).where(Price.item_id == AMOXICILLIN, Price.valid_to.is_(None))
        price = session.scalars(newest).one()
    close_price(*site.as_("lead_buyer"), ClosePrice(new_op(), price, day, "合同到期"))


def take_in(site: Site, boxes: int) -> int:
    made = note(site, {AMOXICILLIN: boxes})
    return received(site, made, f"{boxes}*{gs1(AMOXICILLIN, 'K1')}").document_id


def use(site: Site, boxes: int) -> Decimal:
    """Boxes are used; the price that they are owed at."""
    line = ConsumeLine(AMOXICILLIN, boxes * BOX)
    command = Consume(new_op(), EAST, site.world.stores[EAST], (line,))
    (used,) = consume(*site.as_("east_store"), command).lines
    return used.unit_price


def bill(site: Site) -> StatementRow:
    """What the clerk makes today."""
    command = MakeStatements(new_op(), EAST, "2026-10")
    (made,) = make_statements(*site.as_("east_head"), command)
    rows = statements(*site.as_("east_head"), (EAST,), "2026-10")
    (row,) = (one for one in rows if one.no == made.no)
    return row


def test_a_receipt_that_was_reversed_prices_nothing(site: Site, clock: FixedClock) -> None:
    take_in(site, 10)
    reprice(site, "9.9000")
    wrong = take_in(site, 5)
    command = ReverseAcceptance(new_op(), EAST, wrong, "送错了，退回")
    reverse_acceptance(*site.as_("east_store"), command)
    end_price(site, TODAY + timedelta(days=1))
    clock.advance(days=1)

    assert use(site, 2) == Decimal("3.8600")
    assert bill(site).closing == Decimal("30.88")  # 8 boxes at what they came in at


def test_one_lot_at_two_prices_closes_and_opens_alike(site: Site, clock: FixedClock) -> None:
    take_in(site, 10)
    use(site, 2)
    first = bill(site)
    clock.advance(days=1)
    reprice(site, "5.0000", TODAY + timedelta(days=1))
    take_in(site, 10)
    use(site, 3)
    second = bill(site)

    assert (first.payable, first.closing) == (Decimal("7.72"), Decimal("30.88"))
    assert second.opening == first.closing
    assert (second.received, second.payable) == (Decimal("50.00"), Decimal("15.00"))
    # 8 boxes that were there are worth 9.12 more, 3 were used at what they are worth now
    assert second.price_gap == Decimal("9.12")
    told = second.opening + second.received - second.payable + second.price_gap
    assert told == second.closing == Decimal("75.00")
    with site.owner.read() as session:
        assert session.scalars(select(Ledger.unit_price).order_by(Ledger.seq)).all() == [
            Decimal("3.8600"), Decimal("3.8600"), Decimal("5.0000"), Decimal("5.0000")
        ]  # fmt: skip
    assert proofs.reconcile(site.owner) == ()


def test_what_was_received_at_two_prices_is_told_as_the_notes_say(
    site: Site, clock: FixedClock
) -> None:
    take_in(site, 10)
    clock.advance(days=1)
    reprice(site, "5.0000", TODAY + timedelta(days=1))
    take_in(site, 10)
    use(site, 3)
    row = bill(site)

    assert (row.opening, row.received) == (Decimal("0.00"), Decimal("88.60"))
    assert row.opening + row.received - row.payable + row.price_gap == row.closing
    assert row.closing == Decimal("85.00")


def test_a_bill_stands_when_its_lot_comes_again_next_month(site: Site, clock: FixedClock) -> None:
    take_in(site, 10)
    use(site, 2)
    bill(site)
    clock.advance(days=25)
    reprice(site, "5.0000", TODAY + timedelta(days=25))
    take_in(site, 10)
    with site.db("east_head").read() as session:
        found = findings(session, month_of(session, EAST, Period.parse("2026-10")))
    assert Check.STATEMENTS not in {one.check for one in found}
