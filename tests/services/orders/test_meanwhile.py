"""Goods come while the rest of an order ends: whoever comes second sees what the first wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, text

from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.errors import ConflictError
from app.domain.ids import new_op
from app.domain.orders.shortage import Short
from app.models.order import MemberOrder, MemberOrderLine
from app.services.db import Database
from app.services.orders import shortage_settling
from app.services.orders.queries import MemberOrderRow
from app.services.orders.shortage_settling import SettleShort, settle_short
from app.services.receiving import following
from app.services.receiving.following import follow_orders
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.factories import EAST, Site
from tests.races import in_between
from tests.services.orders.test_shortage import (
    BOX,
    BUYER,
    PEN,
    answered,
    declare,
    received,
    signed_by_both,
)

KEEPER = "east_store"


@pytest.fixture
def server(databases: Databases, clock: FixedClock) -> Iterator[Site]:
    """The small group on PostgreSQL: a file has one writer at a time anyway."""
    with databases.site("postgresql", clock) as made:
        yield made


def come(db: Database, _actor: Actor, what: tuple[int, int, int]) -> None:
    """As an acceptance books it: order, line, and units that came."""
    order, line, qty = what
    with db.write() as session:
        follow_orders(session, EAST, {(order, line): (qty, 0)})


def by_hand(db: Database, _actor: Actor, what: tuple[int, int]) -> None:
    """Another program says how many came, past every lock of ours."""
    order, qty = what
    with db.write() as session:
        done: Any = session.execute(
            text("UPDATE member_order_line SET received = :qty WHERE order_id = :key AND line = 1"),
            {"qty": qty, "key": order},
        )
        assert done.rowcount == 1


def agreed(site: Site) -> tuple[MemberOrderRow, SettleShort]:
    """Of 100 boxes 30 came, 40 will never come, and 5 pens neither: agreed, not yet settled."""
    row = signed_by_both(site)
    received(site, row, 30 * BOX)
    declare(site, "kangze_sales", row, Short(1, 40 * BOX), Short(2, 5 * PEN))
    answered(site, "east_head", row)
    return row, SettleShort(new_op(), EAST, row.id, 1, ())


def kept(site: Site, row: MemberOrderRow) -> tuple[str, list[tuple[int, int, int]]]:
    """The order's state, and its lines: ordered and received."""
    table = MemberOrderLine
    with site.owner.read() as session:
        lines = session.execute(
            select(table.line, table.qty, table.received)
            .where(table.order_id == row.id)
            .order_by(table.line)
        )
        return session.get_one(MemberOrder, (EAST, row.id)).status, [
            (line, qty, came) for line, qty, came in lines
        ]


def test_the_last_goods_come_while_the_rest_is_ended(server: Site) -> None:
    """Both count: nothing is to come any more, so the order is received."""
    row, settle = agreed(server)
    deeds = (BUYER, settle_short, settle), (KEEPER, come, (row.id, 1, 30 * BOX))
    came = in_between(server, *deeds, after=(shortage_settling, "_state"))
    assert not [one for one in came if isinstance(one, Exception)], came
    assert kept(server, row) == (State.RECEIVED, [(1, 60 * BOX, 60 * BOX)])


def test_goods_of_a_line_that_was_ended_are_refused(server: Site) -> None:
    row, settle = agreed(server)
    settle_short(*server.as_(BUYER), settle)
    for line, qty in ((2, PEN), (1, 31 * BOX)):
        with pytest.raises(ConflictError, match="什么都没有入库"):
            come(*server.as_(KEEPER), (row.id, line, qty))
    assert kept(server, row) == (State.PARTLY_RECEIVED, [(1, 60 * BOX, 30 * BOX)])


def test_another_program_books_goods_while_the_rest_is_ended(server: Site) -> None:
    row, settle = agreed(server)
    deeds = (BUYER, settle_short, settle), (KEEPER, by_hand, (row.id, 61 * BOX))
    told, _done = in_between(server, *deeds, after=(shortage_settling, "chosen_lines"))
    assert isinstance(told, ConflictError)
    assert told.code == "short.stale"
    assert kept(server, row)[1] == [(1, 100 * BOX, 61 * BOX), (2, 5 * PEN, 0)]


def test_another_program_books_goods_while_goods_come(server: Site) -> None:
    row, _settle = agreed(server)
    deeds = (KEEPER, come, (row.id, 1, 40 * BOX)), (KEEPER, by_hand, (row.id, 61 * BOX))
    told, _done = in_between(server, *deeds, after=(following, "_refuse_too_many"))
    assert isinstance(told, ConflictError)
    assert told.code == "order.over"
    assert kept(server, row)[1] == [(1, 100 * BOX, 61 * BOX), (2, 5 * PEN, 0)]
