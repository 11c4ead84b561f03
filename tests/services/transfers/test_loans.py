"""Loans: back in kind, set off, aged, and what a lender may take money for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.transfers.legal import Basis
from app.domain.transfers.states import Kind, Settle, TransferState as T, Urgency
from app.models.price import Price
from app.models.stock import Balance
from app.services.consumption import Consume, ConsumeLine, consume
from app.services.prices.change import ClosePrice, close_price
from app.services.transfers.commands import (
    AcceptLot,
    Attach,
    Clear,
    Confirm,
    Done,
    GiveBack,
    Request,
    RequestLine,
    SendPick,
    Step,
)
from app.services.transfers.listing import loans, transfer, transfers
from app.services.transfers.papers import transfer_paper
from app.services.transfers.request import approve, attach, cancel, confirm, request
from app.services.transfers.returning import SetOff, give_back, net, settle_by_price
from app.services.transfers.sending import clear
from tests.conftest import FixedClock
from tests.factories import EAST, KANGZE, TODAY, WEST, Site
from tests.transfer_world import (
    BOX,
    DRUG,
    PAPER,
    SOON,
    SYRINGE,
    agreed,
    arrived,
    ask,
    lent,
    sent,
    shelf,
    stock,
)


def test_a_loan_comes_back_in_another_lot_in_parts(site: Site) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    done = lent(site)
    stock(site, WEST, DRUG, 3 * BOX, lot="W-NEW")
    db, actor = site.as_("west_store")
    with pytest.raises(DomainError, match="还欠 2 盒"):
        give_back(db, actor, GiveBack(new_op(), WEST, done.transfer_id, ((1, 3 * BOX),)))
    for part, state in ((BOX, T.PART_RETURNED), (BOX, T.RETURNED)):
        back = give_back(db, actor, GiveBack(new_op(), WEST, done.transfer_id, ((1, part),)))
        assert (back.org_id, back.state) == (EAST, T.APPROVED)
        with pytest.raises(DomainError, match="还欠"):
            give_back(db, actor, GiveBack(new_op(), WEST, done.transfer_id, ((1, 2 * BOX),)))
        back = sent(site, back, "west_store")
        arrived(site, back, "east_store")
        row = transfer(db, actor, WEST, done.transfer_id).head
        assert row.state is state
    assert loans(db, actor, [WEST]) == ()
    assert (shelf(site, EAST), shelf(site, WEST)) == (10 * BOX, 3 * BOX)


def test_what_stayed_behind_of_a_return_goes_with_the_next(site: Site) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    loan = lent(site)
    store = site.as_("west_store")
    whole = GiveBack(new_op(), WEST, loan.transfer_id, ((1, 2 * BOX),))
    with site.owner.read() as s:
        (lot,) = s.scalars(select(Balance.lot_id).where(Balance.org_id == WEST, Balance.qty > 0))
    pick = SendPick(1, lot, WEST, site.world.stores[WEST], BOX)
    first = sent(site, give_back(*store, whole), "west_store", picks=(pick,))
    rest = GiveBack(new_op(), WEST, loan.transfer_id, ((1, BOX),))
    second = sent(site, give_back(*store, rest), "west_store")
    for one in (first, second):
        arrived(site, one, "east_store")
    assert (shelf(site, EAST), loans(*store, [WEST])) == (10 * BOX, ())


def test_loans_age_and_are_set_off(site: Site, clock: FixedClock) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    lent(site, return_by=TODAY)
    clock.advance(days=2)
    (row,) = loans(*site.as_("east_store"), [EAST])
    assert (row.left, row.overdue_days, row.age) == (2 * BOX, 2, "≤30")
    assert transfers(*site.as_("west_store"), [WEST], "loans")[0].state is T.OVERDUE
    with pytest.raises(DomainError, match="方向相反"):
        net(*site.as_("east_store"), SetOff(new_op(), EAST, WEST, DRUG))
    other = Request(new_op(), EAST, WEST, (RequestLine(DRUG, BOX),), kind=Kind.LOAN,
                    settle=Settle.KIND, return_by=TODAY + timedelta(days=9), basis=Basis.APPROVED,
                    papers=(PAPER,))  # fmt: skip
    asked = request(*site.as_("east_store"), other)
    ok = confirm(*site.as_("west_store"), Confirm(new_op(), EAST, asked.transfer_id, asked.version))
    ok = approve(*site.as_("lead_buyer"), Step(new_op(), EAST, ok.transfer_id, ok.version))
    arrived(site, sent(site, ok, "west_store"), "east_store")
    command = SetOff(new_op(), WEST, EAST, DRUG)
    assert net(*site.as_("east_store"), command) == net(*site.as_("east_store"), command) == BOX
    assert [(x.org_id, x.left) for x in loans(*site.as_("east_store"), [EAST])] == [(WEST, BOX)]


def test_a_loan_of_drugs_is_not_sold_without_a_paper(site: Site) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    done = lent(site, basis=Basis.EMERGENCY, urgency=Urgency.EMERGENCY, papers=())
    db, actor = site.as_("east_store")
    step = Step(new_op(), WEST, done.transfer_id, done.version)
    with pytest.raises(DomainError, match="没有批准文件不能办"):
        settle_by_price(db, actor, step)
    attach(db, actor, Attach(new_op(), WEST, done.transfer_id, PAPER))
    assert settle_by_price(db, actor, replace(step, op_id=new_op())).state is T.SETTLED


def test_goods_given_at_a_price_are_owed_for_when_they_come(site: Site) -> None:
    """Own goods of two lots at the agreed price; a supplier's are paid when they are used."""
    stock(site, EAST, DRUG, BOX, SOON)
    stock(site, EAST, DRUG, 2 * BOX, lot="L2")
    way = sent(site, agreed(site, qty=3 * BOX, settle=Settle.PRICE))
    lots = transfer(*site.as_("west_store"), WEST, way.transfer_id).lots
    came = tuple(AcceptLot(lot.n, lot.qty - 4 * (lot.qty > BOX), 0) for lot in lots)
    done = arrived(site, way, lots=came)
    for login in ("west_store", "east_store"):
        found = transfer(*site.as_(login), WEST, done.transfer_id)
        (row,) = found.settled
        assert (row.how, row.qty) == ("按价结算", 3 * BOX - 4)
        assert row.amount == Decimal("10.94")  # 68 tablets at 3.86 a box
    facts = transfer_paper(*site.as_("west_store"), WEST, done.transfer_id).facts
    assert dict(facts)["结算"] == "按价结算 · ¥10.94"

    stock(site, EAST, SYRINGE, 40, owner=KANGZE)
    consigned = agreed(site, qty=40, item=SYRINGE, settle=Settle.PRICE)
    done = arrived(site, sent(site, consigned))
    assert transfer(*site.as_("west_store"), WEST, done.transfer_id).settled == ()


def test_what_does_not_come_back_is_not_settled_in_kind(site: Site) -> None:
    with pytest.raises(DomainError, match="只用于借用"):
        ask(site, settle=Settle.KIND)


def test_without_an_agreed_price_a_transfer_costs_what_its_lots_cost(site: Site) -> None:
    with site.owner.read() as s:
        price = s.scalars(select(Price.id).where(Price.item_id == DRUG)).one()
    close_price(*site.as_("lead_buyer"), ClosePrice(new_op(), price, TODAY, "厂家停产"))
    stock(site, EAST, DRUG, 2 * BOX)
    done = arrived(site, sent(site, agreed(site, settle=Settle.PRICE)))
    (row,) = transfer(*site.as_("west_store"), WEST, done.transfer_id).settled
    assert (row.qty, row.amount) == (2 * BOX, Decimal("7.72"))


def test_a_loan_on_its_way_back_is_not_settled_too(site: Site) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    loan = lent(site)
    back = give_back(*site.as_("west_store"), GiveBack(new_op(), WEST, loan.transfer_id,
                                                       ((1, BOX),)))  # fmt: skip
    step = Step(new_op(), WEST, loan.transfer_id, loan.version)
    with pytest.raises(DomainError, match="归还单还没办完"):
        settle_by_price(*site.as_("east_store"), step)
    owed = Request(new_op(), EAST, WEST, (RequestLine(DRUG, 2 * BOX),), kind=Kind.LOAN,
                   settle=Settle.KIND, return_by=TODAY, basis=Basis.EMERGENCY,
                   urgency=Urgency.EMERGENCY)  # fmt: skip
    stock(site, WEST, DRUG, 2 * BOX)
    asked = request(*site.as_("east_store"), owed)
    ok = confirm(*site.as_("west_store"), Confirm(new_op(), EAST, asked.transfer_id, asked.version))
    arrived(site, sent(site, ok, "west_store"), "east_store")
    assert net(*site.as_("west_store"), SetOff(new_op(), WEST, EAST, DRUG)) == BOX
    arrived(site, sent(site, back, "west_store"), "east_store")
    rows = loans(*site.as_("east_store"), [EAST])
    assert [(row.org_id, row.left) for row in rows] == [(EAST, BOX)]


def test_without_an_agreed_price_a_loan_costs_what_it_cost_the_lender(site: Site) -> None:
    with site.owner.write() as s:
        ended = TODAY - timedelta(days=1)
        s.execute(update(Price).where(Price.item_id == DRUG).values(valid_to=ended))
    stock(site, EAST, DRUG, 10 * BOX)
    stock(site, WEST, DRUG, BOX, SOON, lot="bought")
    loan = lent(site)
    back = GiveBack(new_op(), WEST, loan.transfer_id, ((1, BOX),))
    arrived(site, sent(site, give_back(*site.as_("west_store"), back), "west_store"), "east_store")
    (due,) = loans(*site.as_("east_store"), [EAST])
    assert (due.own, due.price) == (BOX, Decimal("3.86"))
    step = Step(new_op(), WEST, loan.transfer_id, due.version)
    settle_by_price(*site.as_("east_store"), step)
    rows = transfer(*site.as_("east_store"), WEST, loan.transfer_id).settled
    assert [(row.how, row.amount) for row in rows] == [
        ("归还同品规", Decimal(0)), ("按价结算", Decimal("3.86"))
    ]  # fmt: skip


def lent_to_east(site: Site) -> Done:
    """The east borrows two boxes from the west, in a rescue; they arrived."""
    asked = request(*site.as_("east_store"), Request(
        new_op(), EAST, WEST, (RequestLine(DRUG, 2 * BOX),), kind=Kind.LOAN, settle=Settle.KIND,
        return_by=TODAY, basis=Basis.EMERGENCY, urgency=Urgency.EMERGENCY,
    ))  # fmt: skip
    ok = confirm(*site.as_("west_store"), Confirm(new_op(), EAST, asked.transfer_id, asked.version))
    return arrived(site, sent(site, ok, "west_store"), "east_store")


def owners(site: Site, org: int) -> dict[int, int]:
    """Units on a member's shelves, by owner."""
    with site.owner.read() as s:
        rows = s.execute(
            select(Balance.owner_id, func.sum(Balance.qty))
            .where(Balance.org_id == org, Balance.item_id == DRUG, Balance.qty > 0)
            .group_by(Balance.owner_id)
        ).all()
    return {int(owner): int(qty) for owner, qty in rows}


def test_own_goods_do_not_come_back_as_a_suppliers(site: Site) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    loan = lent(site)
    line = ConsumeLine(DRUG, BOX)
    consume(*site.as_("west_store"), Consume(new_op(), WEST, site.world.stores[WEST], (line,)))
    theirs = stock(site, WEST, DRUG, 2 * BOX, SOON, owner=KANGZE, lot="theirs")
    back = give_back(
        *site.as_("west_store"), GiveBack(new_op(), WEST, loan.transfer_id, ((1, 2 * BOX),))
    )
    with pytest.raises(DomainError, match="供应商寄售的不能拿来还"):
        sent(site, back, "west_store")
    pick = SendPick(1, theirs, KANGZE, site.world.bins[WEST], BOX)
    with pytest.raises(DomainError, match="供应商寄售的不能拿来还"):
        sent(site, back, "west_store", picks=(pick,))
    stock(site, WEST, DRUG, BOX, lot="bought")
    arrived(site, sent(site, back, "west_store"), "east_store")
    assert (owners(site, EAST), owners(site, WEST)) == ({EAST: 10 * BOX}, {KANGZE: 2 * BOX})
    assert loans(*site.as_("east_store"), [EAST]) == ()


def test_goods_of_a_supplier_come_back_as_that_suppliers_and_are_not_set_off(site: Site) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    lent(site)
    stock(site, WEST, DRUG, 2 * BOX, SOON, owner=KANGZE, lot="theirs")
    loan = lent_to_east(site)
    assert owners(site, EAST) == {EAST: 8 * BOX, KANGZE: 2 * BOX}
    with pytest.raises(DomainError, match="供应商的货不算在内"):
        net(*site.as_("east_store"), SetOff(new_op(), EAST, WEST, DRUG))
    line = ConsumeLine(DRUG, BOX)
    consume(*site.as_("east_store"), Consume(new_op(), EAST, site.world.stores[EAST], (line,)))
    keeper = site.as_("east_store")
    back = give_back(*keeper, GiveBack(new_op(), EAST, loan.transfer_id, ((1, 2 * BOX),)))
    with pytest.raises(DomainError, match="用掉的由你和供应商结算"):
        sent(site, back, "east_store")  # one of theirs was used, there are plenty of our own
    cancel(*keeper, Step(new_op(), WEST, back.transfer_id, back.version, "用掉了一盒"))
    back = give_back(*keeper, GiveBack(new_op(), EAST, loan.transfer_id, ((1, BOX),)))
    arrived(site, sent(site, back, "east_store"), "west_store")
    assert (owners(site, EAST), owners(site, WEST)) == (
        {EAST: 8 * BOX}, {WEST: 2 * BOX, KANGZE: BOX},
    )  # fmt: skip
    left = [x for x in loans(*site.as_("west_store"), [WEST, EAST]) if x.org_id == EAST]
    assert [(x.left, x.own, x.price) for x in left] == [(BOX, 0, Decimal(0))]
    step = Step(new_op(), EAST, loan.transfer_id, left[0].version)
    assert settle_by_price(*site.as_("west_store"), step).state is T.SETTLED


def test_a_loan_of_which_nothing_was_taken_is_not_owed(site: Site, clock: FixedClock) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    way = sent(site, agreed(site, kind=Kind.LOAN, settle=Settle.KIND, return_by=TODAY))
    done = arrived(site, way, lots=(AcceptLot(1, 0, 2 * BOX),))
    clock.advance(days=2)
    assert done.state is T.RETURNED
    assert transfers(*site.as_("east_store"), [EAST], "loans") == ()
    clear(*site.as_("east_store"), Clear(new_op(), WEST, done.transfer_id, 1, 2 * BOX))
    assert (shelf(site, EAST), shelf(site, WEST)) == (10 * BOX, 0)


def test_goods_of_a_supplier_are_paid_to_the_supplier_alone(site: Site) -> None:
    db, actor = site.as_("east_store")
    for own, papers in ((0, ()), (BOX, (PAPER,))):
        stock(site, EAST, DRUG, 2 * BOX - own, owner=KANGZE, lot=f"theirs{own}")
        if own:
            stock(site, EAST, DRUG, own, lot="ours")
        done = lent(site, basis=Basis.EMERGENCY, urgency=Urgency.EMERGENCY, papers=papers)
        (due,) = loans(db, actor, [EAST])
        assert (due.left, due.own, due.price) == (2 * BOX, own, Decimal("3.86") * own / BOX)
        step = Step(new_op(), WEST, done.transfer_id, done.version)
        assert settle_by_price(db, actor, step).state is T.SETTLED
        (row,) = transfer(db, actor, WEST, done.transfer_id).settled
        assert (row.how, row.qty, row.amount) == ("按价结算", 2 * BOX, due.price)
