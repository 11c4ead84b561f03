"""Goods are used: by label, by lot, by FEFO; twice is once; back goes to the same lot."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.documents import DocKind
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_id, new_op
from app.domain.ledger import Move
from app.models.demand import Demand
from app.models.pack import Pack, PackLine
from app.models.settlement import MonthClose
from app.models.stock import Balance, Ledger, LotHold
from app.services.consumption import Consume, ConsumeLine, Reverse, consume, reverse
from app.services.consumption.settleable import settleable, split
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from tests.cli.runner import run
from tests.factories import EAST, KANGZE, TODAY, WEST, Site
from tests.lots import find_or_make_lot

AMOXICILLIN = 101
BOX = 24


def receive(
    site: Site, org: int, lots: dict[str, tuple[int, date | None]], day: date = TODAY
) -> dict[str, int]:
    """Put lots of amoxicillin on the shelf as the supplier's goods; lot number → lot id."""
    actor = site.actor("east_store" if org == EAST else "west_store")
    found: dict[str, int] = {}
    with site.owner.write() as s:
        supplier = virtual_place(s, org, "supplier")
        moves = []
        for lot_no, (boxes, expiry) in lots.items():
            found[lot_no] = find_or_make_lot(s, AMOXICILLIN, lot_no, expiry)
            moves.append(
                Move(AMOXICILLIN, found[lot_no], KANGZE, supplier, site.world.bins[org],
                     boxes * BOX, Decimal("3.86"), BOX)
            )  # fmt: skip
        post(s, actor, Posting(org, new_op(), DocKind.ACCEPTANCE, 1, day, moves))
    return found


def on_hand(site: Site, lot: int) -> int:
    with site.owner.read() as s:
        return sum(s.scalars(select(Balance.qty).where(Balance.lot_id == lot)))


def use(site: Site, *lines: ConsumeLine, **more: Any) -> Consume:
    return Consume(new_op(), EAST, site.world.stores[EAST], lines, **more)


def test_loose_goods_go_by_expiry_and_carry_the_price_of_the_day(site: Site) -> None:
    lots = receive(site, EAST, {"A": (2, date(2027, 9, 30)), "B": (3, date(2027, 1, 31))})
    done = consume(*site.as_("east_store"), use(site, ConsumeLine(AMOXICILLIN, 4 * BOX)))
    assert [(x.lot_id, x.qty) for x in done.lines] == [(lots["B"], 72), (lots["A"], 24)]
    assert {x.unit_price for x in done.lines} == {Decimal("3.8600")}
    assert (on_hand(site, lots["A"]), on_hand(site, lots["B"])) == (24, 0)
    with site.owner.read() as s:
        demand = s.execute(select(Demand.asked, Demand.given)).all()
    assert [tuple(row) for row in demand] == [(96, 96)]


def test_the_same_operation_twice_is_posted_once(site: Site) -> None:
    lots = receive(site, EAST, {"A": (5, date(2027, 9, 30))})
    command = use(site, ConsumeLine(AMOXICILLIN, BOX))
    first = consume(*site.as_("east_store"), command)
    assert consume(*site.as_("east_store"), command) == first
    assert on_hand(site, lots["A"]) == 4 * BOX


def test_more_than_there_is_posts_nothing(site: Site) -> None:
    lots = receive(site, EAST, {"A": (1, date(2027, 9, 30))})
    with pytest.raises(DomainError) as caught:
        consume(*site.as_("east_store"), use(site, ConsumeLine(AMOXICILLIN, 30)))
    with pytest.raises(DomainError, match="还没有要登记的消耗"):
        consume(*site.as_("east_store"), use(site))
    assert "还差 6 粒" in caught.value.text
    assert on_hand(site, lots["A"]) == BOX


def test_frozen_and_expired_lots_are_refused_by_name(site: Site) -> None:
    lots = receive(site, EAST, {"OLD": (1, date(2026, 9, 30)), "BAD": (1, date(2027, 9, 30))})
    with site.owner.write() as s:
        s.add(LotHold(org_id=0, lot_id=lots["BAD"], id=new_id(), reason="recall",
                      since=site.owner.now(s), person_id=1))  # fmt: skip
    for lot, word in (("OLD", "已过期"), ("BAD", "已冻结")):
        line = ConsumeLine(AMOXICILLIN, BOX, lot_id=lots[lot])
        with pytest.raises(DomainError, match=word):
            consume(*site.as_("east_store"), use(site, line))
    with pytest.raises(DomainError, match=r"可用 0.*批号 BAD 已冻结，批号 OLD 已过期"):
        consume(*site.as_("east_store"), use(site, ConsumeLine(AMOXICILLIN, BOX)))


def test_a_reason_of_a_page_is_refused_by_both_databases(site: Site) -> None:
    """A server's books hold 2000 characters; a file took any number, and could not move there."""
    lots = receive(site, EAST, {"A": (BOX, date(2030, 1, 31)), "B": (BOX, date(2029, 1, 31))})
    line = ConsumeLine(AMOXICILLIN, 1, lot_id=lots["A"], reason="长" * 2001)
    with pytest.raises(DomainError, match="最多 2000 字，现在有 2001 字"):
        consume(*site.as_("east_store"), use(site, line))
    line = replace(line, reason="长" * 2000)
    assert consume(*site.as_("east_store"), use(site, line)).lines[0].lot_id == lots["A"]


def test_a_later_lot_needs_a_reason(site: Site) -> None:
    lots = receive(site, EAST, {"A": (2, date(2027, 9, 30)), "B": (2, date(2027, 1, 31))})
    line = ConsumeLine(AMOXICILLIN, BOX, lot_id=lots["A"])
    with pytest.raises(DomainError, match="更早到期的批号 B"):
        consume(*site.as_("east_store"), use(site, line))
    with_reason = ConsumeLine(AMOXICILLIN, BOX, lot_id=lots["A"], reason="B 批外盒破损")
    assert consume(*site.as_("east_store"), use(site, with_reason)).lines[0].lot_id == lots["A"]


def label(site: Site, lot: int, boxes: int) -> int:
    pack = new_id()
    with site.owner.write() as s:
        s.add(Pack(org_id=EAST, id=pack, code=f"{pack}", kind="label", item_id=AMOXICILLIN,
                   qty=boxes * BOX, owner_id=KANGZE, place_id=site.world.bins[EAST],
                   status="in_stock", source_kind="acceptance", source_id=1,
                   made_at=site.owner.now(s), made_by=1))  # fmt: skip
        s.flush()
        s.add(PackLine(org_id=EAST, pack_id=pack, lot_id=lot, qty=boxes * BOX))
    return pack


def test_a_label_is_used_once_even_when_two_scan_it_at_once(site: Site) -> None:
    lots = receive(site, EAST, {"A": (40, date(2027, 9, 30))})
    pack = label(site, lots["A"], 20)
    done: list[str] = []

    def scan(login: str) -> None:
        command = use(site, ConsumeLine(AMOXICILLIN, 20 * BOX, pack_id=pack))
        try:
            done.append(consume(*site.as_(login), command).no)
        except ConflictError as error:
            done.append(error.code)

    people = [threading.Thread(target=scan, args=(x,)) for x in ("east_store", "east_second")]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(x == "pack.used" for x in done) == [False, True]
    assert on_hand(site, lots["A"]) == 20 * BOX


def test_a_neighbour_cannot_use_our_goods(site: Site) -> None:
    receive(site, EAST, {"A": (1, date(2027, 9, 30))})
    with pytest.raises(NotAllowedError):
        consume(*site.as_("west_store"), use(site, ConsumeLine(AMOXICILLIN, BOX)))


def test_back_goes_to_the_same_lot_and_never_twice(site: Site) -> None:
    lots = receive(site, EAST, {"A": (5, date(2027, 9, 30))})
    done = consume(*site.as_("east_store"), use(site, ConsumeLine(AMOXICILLIN, 2 * BOX)))
    seq = done.lines[0].ledger_seq
    part = Reverse(new_op(), EAST, done.document_id, "多扫了一盒", seq, BOX)
    back = reverse(*site.as_("east_store"), part)
    assert reverse(*site.as_("east_store"), part) == back
    assert on_hand(site, lots["A"]) == 4 * BOX
    with pytest.raises(DomainError, match="还能冲销 1 盒，要冲销 2 盒"):
        reverse(*site.as_("east_store"),
                Reverse(new_op(), EAST, done.document_id, "再冲一次", seq, 2 * BOX))  # fmt: skip
    reverse(*site.as_("east_store"), Reverse(new_op(), EAST, done.document_id, "全部冲销"))
    assert on_hand(site, lots["A"]) == 5 * BOX
    with pytest.raises(DomainError, match="已经全部冲销"):
        reverse(*site.as_("east_store"), Reverse(new_op(), EAST, done.document_id, "又冲一次"))
    with site.owner.read() as s:
        linked = s.scalars(select(Ledger.reversal_of).where(Ledger.doc_kind == "reversal")).all()
    assert list(linked) == [seq, seq]


def test_eight_hands_never_oversell(site: Site) -> None:
    """T01 in small: eight people take 3 boxes each until 40 are gone; 13 succeed, 1 is left."""
    lots = receive(site, EAST, {"A": (40, date(2027, 9, 30))})
    taken: list[int] = []
    refused: list[str] = []

    def take(_n: int) -> None:
        for _round in range(3):
            try:
                consume(*site.as_("east_store"), use(site, ConsumeLine(AMOXICILLIN, 3 * BOX)))
                taken.append(3)
            except DomainError as error:
                refused.append(error.code)

    site.as_("east_store")
    hands = [threading.Thread(target=take, args=(n,)) for n in range(8)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sum(taken) * BOX + on_hand(site, lots["A"]) == 40 * BOX
    assert len(taken) == 13
    assert set(refused) <= {"stock.short", "stock.short.line"}


def test_goods_of_another_member_are_untouched(site: Site) -> None:
    receive(site, EAST, {"A": (1, date(2027, 9, 30))})
    west = receive(site, WEST, {"A": (2, date(2027, 9, 30))})
    consume(*site.as_("east_store"), use(site, ConsumeLine(AMOXICILLIN, BOX)))
    assert on_hand(site, west["A"]) == 2 * BOX


def test_a_refund_to_another_lot_or_of_more_is_refused(site: Site) -> None:
    lots = receive(site, EAST, {"A": (2, date(2027, 9, 30)), "B": (1, date(2027, 1, 31))})
    done = consume(*site.as_("east_store"), use(site, ConsumeLine(AMOXICILLIN, BOX)))
    wrong = Reverse(new_op(), EAST, done.document_id, "退药", lot_id=lots["A"])
    with pytest.raises(DomainError, match="用的是批号 B，退回的是批号 A"):
        reverse(*site.as_("east_store"), wrong)
    for words, arguments in (
        ("退回的是批号 A", ("--lot", "A", "--qty", "1")),
        ("还能冲销 1 盒，要冲销 1 盒 + 1 粒", ("--lot", "B", "--qty", "25")),
        ("「7」不是 UUID", ("--lot", "B", "--qty", "1", "--op", "7")),
    ):
        said = run(site, "east_store", "consume", "refund", done.no, *arguments, "--reason", "退药")
        assert (said.code, words in said.err) == (1, True), said.err
    assert on_hand(site, lots["B"]) == 0
    said = run(site, "east_store", "consume", "refund", done.no, "--lot", "b", "--qty", "20",
               "--reason", "退药")  # fmt: skip
    assert said.code == 0, said.err
    assert (on_hand(site, lots["A"]), on_hand(site, lots["B"])) == (2 * BOX, 20)


def test_of_a_line_with_two_lots_the_one_in_the_hand_comes_back(site: Site) -> None:
    lots = receive(site, EAST, {"A": (1, date(2027, 1, 31)), "B": (1, date(2027, 9, 30))})
    done = consume(*site.as_("east_store"), use(site, ConsumeLine(AMOXICILLIN, 2 * BOX)))
    back = Reverse(new_op(), EAST, done.document_id, "退药", qty=20, doc_line=1, lot_id=lots["B"])
    reverse(*site.as_("east_store"), back)
    assert (on_hand(site, lots["A"]), on_hand(site, lots["B"])) == (0, 20)
    with pytest.raises(DomainError, match="还能冲销 4 粒，要冲销 20 粒"):
        reverse(*site.as_("east_store"), replace(back, op_id=new_op()))


def test_what_is_booked_for_an_earlier_day_was_there_then_and_ever_since(site: Site) -> None:
    days = [TODAY - timedelta(days=back) for back in (9, 6, 3)]
    for day, boxes in ((days[0], 2), (days[2], 5)):
        receive(site, EAST, {"A": (boxes, date(2027, 9, 30))}, day)
    store = site.as_("east_store")
    consume(*store, use(site, ConsumeLine(AMOXICILLIN, BOX), occurred_on=days[1]))
    done = consume(*store, use(site, ConsumeLine(AMOXICILLIN, BOX), occurred_on=days[1]))
    reverse(*store, Reverse(new_op(), EAST, done.document_id, "记错了日期"))
    for day, boxes in ((days[0] - timedelta(days=1), 1), (days[0], 2), (days[1], 2)):
        line = ConsumeLine(AMOXICILLIN, boxes * BOX)
        with pytest.raises(DomainError, match="账上最少时只有"):
            consume(*store, use(site, line, occurred_on=day))
    consume(*store, use(site, ConsumeLine(AMOXICILLIN, BOX), occurred_on=days[0]))
    consume(*store, use(site, ConsumeLine(AMOXICILLIN, 5 * BOX), occurred_on=days[2]))


def test_a_return_after_the_close_comes_with_the_next_month(site: Site) -> None:
    september = date(2026, 9, 28)
    receive(site, EAST, {"A": (2, date(2027, 9, 30))}, september)
    done = consume(*site.as_("east_store"),
                   use(site, ConsumeLine(AMOXICILLIN, BOX), occurred_on=september))  # fmt: skip
    with site.owner.write() as s:
        s.add(MonthClose(org_id=EAST, id=new_id(), period="2026-09", date_from=date(2026, 9, 1),
                         date_to=date(2026, 9, 30), closed_at=site.owner.now(s), closed_by=1,
                         figures={}))  # fmt: skip
    with pytest.raises(DomainError, match="已关账"):
        consume(*site.as_("east_store"),
                use(site, ConsumeLine(AMOXICILLIN, 1), occurred_on=september))  # fmt: skip
    reverse(*site.as_("east_store"), Reverse(new_op(), EAST, done.document_id, "退药"))
    with site.owner.read() as s:
        rows = settleable(s, EAST, first=date(2026, 10, 1))
    plus, minus = split(rows)
    assert plus == ()
    assert [(x.qty, x.amount, x.occurred_on) for x in minus] == [(-BOX, Decimal("-3.86"), TODAY)]
