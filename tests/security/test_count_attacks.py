"""Attacks with psql on counts and write-offs: what two people have seen stays as they saw it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.domain.ids import new_op
from app.models.stock import Lot
from app.services.counting.approving import approve
from app.services.counting.count import StartCount, start, submit
from app.services.counting.disposal import Ask, Decide, Goods, ask, decide
from app.services.counting.heads import CountDone, CountStep
from tests.factories import EAST, KANGZE, Site
from tests.security.conftest import Psql
from tests.security.test_paper_attacks import REFUSED, answer
from tests.services.test_consumption import AMOXICILLIN, BOX, receive

FAR = date(2027, 9, 30)
COUNT = "UPDATE app.stock_count SET {set} WHERE id = {id}"
LINE = "UPDATE app.count_line SET {set} WHERE count_id = {id}"
PAPER = "UPDATE app.disposal SET {set} WHERE id = {id}"


def step(done: CountDone, *, zero: bool = False) -> CountStep:
    return CountStep(new_op(), EAST, done.count_id, done.version, "", zero)


def test_a_count_is_closed_and_signed_by_two(group: Site, psql: Psql) -> None:
    receive(group, EAST, {"CA": (5, FAR)})
    keeper, other, head = psql("east_store"), psql("east_second"), psql("east_head")
    me = "(SELECT app.my_person())"
    done = start(*group.as_("east_store"), StartCount(new_op(), EAST, tolerance=99))
    row = {"id": done.count_id}
    assert answer(keeper, COUNT.format(set="status = 'posted'", **row)) == REFUSED
    assert answer(keeper, COUNT.format(set="started_by = 3", **row)) == REFUSED
    assert answer(keeper, LINE.format(set="counted = 1, counted_by = 99", **row)) == REFUSED
    assert answer(keeper, LINE.format(set="snapshot = 1", **row)) == REFUSED
    assert answer(head, LINE.format(set="counted = 1", **row)) == REFUSED
    done = submit(*group.as_("east_store"), step(done, zero=True))
    mine = f"status = 'posted', approved_by = {me}"
    assert answer(keeper, COUNT.format(set=mine, **row)) == REFUSED
    assert answer(other, COUNT.format(set="status = 'posted', approved_by = 99", **row)) == REFUSED
    assert answer(other, LINE.format(set=f"counted = 7, counted_by = {me}", **row)) == REFUSED
    assert answer(psql("west_store"), COUNT.format(set=mine, **row)) == 0
    approve(*group.as_("east_second"), step(done))
    for connection in (keeper, other):
        assert answer(connection, COUNT.format(set="note = 'X'", **row)) == REFUSED
        assert answer(connection, COUNT.format(set="status = 'counting'", **row)) == REFUSED
        assert answer(connection, LINE.format(set="counted = 7", **row)) == REFUSED


def test_a_write_off_stays_as_it_was_asked_for(group: Site, psql: Psql) -> None:
    lots = receive(group, EAST, {"CB": (5, FAR)})
    goods = (Goods(group.world.bins[EAST], AMOXICILLIN, lots["CB"], KANGZE, BOX),)
    paper = ask(*group.as_("east_store"), Ask(new_op(), EAST, goods, "damaged", "跌落破损"))
    keeper, other, row = psql("east_store"), psql("east_second"), {"id": paper}
    own = "status = 'approved', approved_by = (SELECT app.my_person())"
    more = "UPDATE app.disposal_line SET qty = 99"
    added = (
        "INSERT INTO app.disposal_line SELECT org_id, disposal_id, 2, place_id, item_id, lot_id,"
        " owner_id, qty, unit_price, price_factor FROM app.disposal_line"
    )
    assert answer(keeper, PAPER.format(set=own, **row)) == REFUSED
    assert answer(other, PAPER.format(set=f"{own}, amount = 1", **row)) == REFUSED
    assert answer(other, PAPER.format(set="reason = 'X'", **row)) == REFUSED
    assert answer(keeper, more) == REFUSED
    assert answer(keeper, added) == REFUSED
    decide(*group.as_("east_second"), Decide(new_op(), EAST, paper, 1))
    assert answer(keeper, PAPER.format(set="amount = 1", **row)) == REFUSED
    assert answer(keeper, PAPER.format(set="status = 'to_approve'", **row)) == REFUSED
    assert answer(keeper, added) == REFUSED


def test_the_expiry_of_goods_that_lie_there_is_nobodys_to_change(group: Site, psql: Psql) -> None:
    lots = receive(group, EAST, {"LX": (5, FAR)})
    keeper, west, lot = psql("east_store"), psql("west_store"), lots["LX"]
    for one in (keeper, west):
        assert answer(one, f"UPDATE app.lot SET expiry = '2099-12-31' WHERE id = {lot}") == REFUSED
        for day in ("NULL", "'2099-12-31'"):
            assert answer(one, f"SELECT api.lot_expiry({lot}, {day}, NULL)") == 1
    assert answer(psql("kangze_sales"), f"SELECT api.lot_expiry({lot}, NULL, NULL)") == REFUSED
    with group.owner.read() as s:
        assert s.scalars(select(Lot.expiry).where(Lot.id == lot)).one() == FAR
