"""Lots are found or made together: one row each, whoever else makes them at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import select

from app.domain.errors import DomainError
from app.models.stock import Lot
from app.services.stock.lots import LotOnPack, find_or_make_lots
from tests.factories import Site

SOON, LATE = date(2027, 1, 31), date(2028, 2, 29)


def test_each_is_made_once_and_given_in_the_order_asked(site: Site) -> None:
    wanted = [LotOnPack(102, "B", LATE), LotOnPack(101, "A", SOON), LotOnPack(102, "B", LATE)]
    with site.owner.write() as session:
        first = find_or_make_lots(session, wanted)
        again = find_or_make_lots(session, [*reversed(wanted), LotOnPack(101, "C")])
        rows = {key: (item, no) for key, item, no in session.execute(
            select(Lot.id, Lot.item_id, Lot.lot_no))}  # fmt: skip
    assert [rows[key] for key in first] == [(102, "B"), (101, "A"), (102, "B")]
    assert again[:3] == first[::-1]
    # made in one order, however they were asked for: else two hands wait for each other
    assert [rows[key] for key in sorted(rows)] == [(101, "A"), (102, "B"), (101, "C")]


def test_what_nobody_had_said_is_kept_and_anything_else_must_agree(site: Site) -> None:
    with site.owner.write() as session:
        (lot,) = find_or_make_lots(session, [LotOnPack(101, "A")])
        assert find_or_make_lots(session, [LotOnPack(101, "A", SOON), LotOnPack(101, "A")]) == [
            lot,
            lot,
        ]
        assert session.scalar(select(Lot.expiry).where(Lot.id == lot)) == SOON
        with pytest.raises(DomainError, match="之前登记为 2027-01-31，这次是 2028-02-29"):
            find_or_make_lots(session, [LotOnPack(101, "A", LATE)])
        with pytest.raises(DomainError, match="核对包装"):
            find_or_make_lots(session, [LotOnPack(101, "D", SOON), LotOnPack(101, "D", LATE)])


def test_many_hands_make_the_same_lots_in_any_order(site: Site) -> None:
    hands = 4
    names = [f"L{number:03d}" for number in range(300)]
    begin = Barrier(hands)

    def make(hand: int) -> list[int]:
        wanted = [LotOnPack(101, name, SOON) for name in names]
        turned = wanted if hand % 2 else wanted[::-1]
        begin.wait()
        with site.as_("east_store")[0].write() as session:
            found = find_or_make_lots(session, turned)
        return found if hand % 2 else found[::-1]

    site.db("east_store")
    with ThreadPoolExecutor(hands) as pool:
        answers = list(pool.map(make, range(hands)))
    assert answers == [answers[0]] * hands
    assert len(set(answers[0])) == len(names)
