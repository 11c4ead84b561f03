"""Papers of one house that touch the same goods wait for each other, never in a ring.

A server throws one of a ring out after a second; its person would read that the server is busy,
and a sheet of a whole day would come back again and again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.consumption.triggers import Trigger
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.transfers.states import Kind
from app.models.consumption_source import DispenseLine
from app.models.receiving import TraceCode
from app.models.settlement import Consumption
from app.models.stock import Balance
from app.services.consumption.commands import Consume, ConsumeLine, Reverse
from app.services.consumption.consume import consume
from app.services.consumption.dispense import ApplyDispense, apply
from app.services.consumption.dispense_undo import UndoDispense, undo
from app.services.consumption.reverse import reverse
from app.services.counting.disposal import Ask, Carry, Decide, Goods, ask, carry, decide, disposals
from app.services.receiving.commands import ReverseAcceptance, Reversed
from app.services.receiving.receive import receive
from app.services.receiving.reverse import reverse_acceptance
from app.services.stock.moving import MoveGoods, MoveLine, move_goods
from app.services.transfers.accepting import accept
from app.services.transfers.commands import Accept, Send, SendPick
from app.services.transfers.sending import send
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.deliveries import AMOXICILLIN, command, counted, gs1, note
from tests.factories import EAST, KANGZE, WEST, Site
from tests.races import in_between
from tests.services.consumption.test_dispense import BEFORE, book, plan_of, sheet
from tests.services.consumption.test_labels_put_away import labelled
from tests.services.consumption.test_triggers import agree, move, take_in, ward
from tests.services.test_consumption import BOX, receive as stocked
from tests.services.transfers.test_scanning import traced_packs
from tests.transfer_world import agreed, sent, stock

ME, OTHER = "east_store", "east_second"


@pytest.fixture
def server(databases: Databases, clock: FixedClock) -> Iterator[Site]:
    """The small group on PostgreSQL: a file has one writer at a time anyway."""
    with databases.site("postgresql", clock) as made:
        yield made


def all_done(came: list[object]) -> bool:
    return not any(isinstance(one, Exception) for one in came)


def lying(site: Site, place: int) -> list[Any]:
    with site.owner.read() as session:
        wanted = select(Balance.lot_id, Balance.owner_id, Balance.qty).where(
            Balance.org_id == EAST, Balance.place_id == place, Balance.qty > 0
        )
        return list(session.execute(wanted.order_by(Balance.lot_id, Balance.owner_id)))


def moving(site: Site, start: int, end: int) -> MoveGoods:
    """All that lies there."""
    lines = (MoveLine(AMOXICILLIN, lot, owner, start, end, qty)
             for lot, owner, qty in lying(site, start))  # fmt: skip
    return MoveGoods(new_op(), EAST, tuple(lines), "调整")


def using(place: int, qty: int = 1, pack: int = 0, org: int = EAST) -> Consume:
    return Consume(new_op(), org, place, (ConsumeLine(AMOXICILLIN, qty, pack_id=pack),))


def test_a_lot_is_used_while_more_of_it_comes_in(server: Site) -> None:
    agree(server, Trigger.RECEIPT)
    take_in(server, 2)
    made = note(server, {AMOXICILLIN: 3})
    more = command(made, counted(server, made, f"3*{gs1(AMOXICILLIN, 'K1')}"))
    came = in_between(
        server, (ME, receive, more), (OTHER, consume, using(server.world.stores[EAST]))
    )
    assert all_done(came), came
    assert [qty for _lot, _owner, qty in lying(server, server.world.stores[EAST])] == [5 * BOX - 1]


def test_a_label_is_scanned_while_its_goods_are_put_away(server: Site) -> None:
    (pack,) = labelled(server, 1)
    store, shelf = server.world.stores[EAST], server.world.bins[EAST]
    put = moving(server, store, shelf)
    came = in_between(server, (ME, move_goods, put), (OTHER, consume, using(store, BOX, pack)))
    assert all_done(came), came
    assert lying(server, store) == lying(server, shelf) == []


def test_goods_go_back_to_the_store_and_to_the_supplier(server: Site) -> None:
    agree(server, Trigger.ISSUE)
    take_in(server, 4)
    store, department = server.world.stores[EAST], ward(server)
    move(server, store, department, 2 * BOX)
    ((lot, owner, _qty),) = lying(server, department)
    assert owner == EAST  # bought as it was issued: both give the title back first
    one_box = MoveLine(AMOXICILLIN, lot, owner, department, store, BOX)
    home = MoveGoods(new_op(), EAST, (one_box,), "调整")
    goods = (Goods(department, AMOXICILLIN, lot, owner, BOX),)
    made = ask(*server.as_(ME), Ask(new_op(), EAST, goods, "quality", "包装破损退货", KANGZE))
    (paper,) = disposals(*server.as_(OTHER), (EAST,))
    decide(*server.as_(OTHER), Decide(new_op(), EAST, made, paper.version))
    (paper,) = disposals(*server.as_(OTHER), (EAST,))
    away = Carry(new_op(), EAST, made, paper.version)
    came = in_between(server, (ME, move_goods, home), (OTHER, carry, away))
    assert all_done(came), came
    assert lying(server, department) == []


def test_a_sheet_of_two_days_is_booked_while_the_counter_works(
    server: Site, tmp_path: Path
) -> None:
    stocked(server, EAST, {"A": (4, None)}, BEFORE)
    path = sheet(
        tmp_path,
        ("2026-10-13", "CF1", "YP-000101", "", "", "1", "盒", ""),
        ("2026-10-14", "CF2", "YP-000101", "", "", "1", "盒", ""),
    )
    days = ApplyDispense(new_op(), EAST, plan_of(server, path))
    counter = using(server.world.stores[EAST])
    assert all_done(came := in_between(server, (ME, apply, days), (OTHER, consume, counter))), came


def test_what_a_sheet_takes_back_is_taken_back_by_hand(server: Site, tmp_path: Path) -> None:
    stocked(server, EAST, {"A": (4, None)}, BEFORE)
    given = ("2026-10-13", "CF1", "YP-000101", "", "", "2", "盒", "")
    book(server, plan_of(server, sheet(tmp_path, given)))
    with server.owner.read() as session:
        paper = session.scalars(select(Consumption.id)).one()
    back = sheet(
        tmp_path,
        ("2026-10-14", "CF2", "YP-000101", "", "", "1", "盒", ""),
        ("2026-10-14", "TY1", "YP-000101", "", "", "-1", "盒", "CF1"),
        name="退药.csv",
    )
    day = ApplyDispense(new_op(), EAST, plan_of(server, back))
    by_hand = Reverse(new_op(), EAST, paper, "登错了")
    assert all_done(came := in_between(server, (ME, apply, day), (OTHER, reverse, by_hand))), came


def test_an_import_is_taken_back_while_its_paper_is(server: Site, tmp_path: Path) -> None:
    stocked(server, EAST, {"A": (4, None)}, BEFORE)
    given = ("2026-10-13", "CF1", "YP-000101", "", "", "2", "盒", "")
    book(server, plan_of(server, sheet(tmp_path, given)))
    second = sheet(
        tmp_path,
        ("2026-10-14", "CF2", "YP-000101", "", "", "1", "盒", ""),
        ("2026-10-14", "TY1", "YP-000101", "", "", "-1", "盒", "CF1"),
        name="退药.csv",
    )
    made = book(server, plan_of(server, second))
    with server.owner.read() as session:
        wanted = select(DispenseLine.document_id).where(DispenseLine.number == "CF2")
        paper = session.scalars(wanted).one()
    whole = UndoDispense(new_op(), EAST, made.batch_id, "导错了")
    by_hand = Reverse(new_op(), EAST, paper, "登错了")
    came = in_between(server, (ME, undo, whole), (OTHER, reverse, by_hand))
    assert isinstance(came[0], int), came
    assert isinstance(came[1], DomainError), came
    assert came[1].code == "reverse.done"


def test_a_patient_is_served_while_the_counter_works(server: Site) -> None:
    for org in (EAST, WEST):
        stock(server, org, AMOXICILLIN, 4 * BOX)
    promised = agreed(server, kind=Kind.PATIENT, patient_ref="ZS-0832", address="城西街 6 号")
    away = sent(server, promised)
    got = Accept(new_op(), WEST, away.transfer_id, away.version)
    counter = using(server.world.stores[WEST], org=WEST)
    came = in_between(server, ("west_store", accept, got), ("west_store", consume, counter))
    assert all_done(came), came


def test_traced_packs_are_sent_while_their_acceptance_is_taken_back(server: Site) -> None:
    paper = take_in(server, 2)
    ((lot, owner, _qty),) = lying(server, server.world.stores[EAST])
    codes = tuple(traced_packs(server, EAST, lot, 2))
    with server.owner.write() as session:
        session.execute(update(TraceCode).values(acceptance_id=paper))
    promised = agreed(server)
    pick = SendPick(1, lot, owner, server.world.stores[EAST], 2 * BOX, codes)
    away = Send(new_op(), WEST, promised.transfer_id, promised.version, (pick,))
    wrong = ReverseAcceptance(new_op(), EAST, paper, "收错了")
    came = in_between(server, (ME, reverse_acceptance, wrong), (OTHER, send, away))
    assert isinstance(came[0], Reversed), came
    assert isinstance(came[1], DomainError), came
