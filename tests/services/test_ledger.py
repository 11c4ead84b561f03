"""The ledger keeps its promises on both databases, whatever is posted in whatever order."""

from __future__ import annotations

import contextlib
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select, text

from app.domain.documents import DocKind
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.ledger import GENESIS, Move, RowHead, canonical, next_hash
from app.models.base import microseconds
from app.models.stock import Balance, ChainHead, Ledger, Place
from app.services.db import Database
from app.services.stock.posting import Posting, post
from tests.factories import EAST, KANGZE, TODAY, Site

SHELVES: Final = ("supplier", "store", "bin", "consumed")
Step = tuple[str, str, int, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(SHELVES), st.sampled_from(SHELVES), st.integers(101, 103),
        st.integers(1, 60),
    ).filter(lambda step: step[0] != step[1]),
    min_size=1,
    max_size=12,
)  # fmt: skip


def places(site: Site) -> dict[str, int]:
    with site.owner.read() as s:
        rows = s.execute(select(Place.kind, Place.id).where(Place.org_id == EAST)).all()
    return {kind: int(number) for kind, number in rows}


def posting(site: Site, script: list[Step], *, op: UUID | None = None) -> Posting:
    where = places(site)
    moves = [
        Move(item, 0, KANGZE, where[source], where[target], qty, Decimal("1.5"), 1)
        for source, target, item, qty in script
    ]
    return Posting(EAST, op or new_op(), DocKind.PUTAWAY, 1, TODAY, moves)


def balances(site: Site) -> Counter[tuple[int, int]]:
    with site.owner.read() as s:
        rows = s.execute(select(Balance.place_id, Balance.item_id, Balance.qty)).all()
    return Counter({(p, i): q for p, i, q in rows if q})


def summed(site: Site) -> Counter[tuple[int, int]]:
    """What the ledger says is on the shelves."""
    shelves = {number for kind, number in places(site).items() if kind in {"store", "bin"}}
    total: Counter[tuple[int, int]] = Counter()
    with site.owner.read() as s:
        for row in s.scalars(select(Ledger)):
            if row.to_place in shelves:
                total[row.to_place, row.item_id] += row.qty
            if row.from_place in shelves:
                total[row.from_place, row.item_id] -= row.qty
    return Counter({key: qty for key, qty in total.items() if qty})


def chain_is_whole(site: Site) -> bool:
    with site.owner.read() as s:
        rows = s.scalars(select(Ledger).order_by(Ledger.org_id, Ledger.seq)).all()
        heads = select(ChainHead.seq, ChainHead.hash).where(ChainHead.chain == "ledger")
        head = s.execute(heads).first()
        previous = GENESIS
        for seq, row in enumerate(rows, 1):
            right = next_hash(previous, text_of(row, seq))
            if (row.prev_hash, row.hash) != (previous, right):
                return False
            previous = right
    return head is None or (head.seq, head.hash) == (len(rows), previous)


def text_of(row: Ledger, seq: int) -> str:
    """What should have been hashed, from the row's own columns."""
    head = RowHead(
        row.org_id, seq, row.op_id, row.line, row.doc_kind, row.doc_id, row.occurred_on,
        microseconds(row.posted_at), row.actor_id,
    )  # fmt: skip
    move = Move(
        row.item_id, row.lot_id, row.owner_id, row.from_place, row.to_place, row.qty,
        row.unit_price, row.price_factor, row.pack_id, row.doc_line, row.reversal_of, row.reason,
    )  # fmt: skip
    return canonical(head, move)


def bookkeeper(site: Site) -> tuple[Database, Actor]:
    """The ledger itself, past the papers that people need for a move."""
    return site.owner, site.actor("east_store")


def outcome(site: Site, script: list[Step]) -> str:
    """Post a script; empty, or the code of the refusal."""
    db, actor = bookkeeper(site)
    try:
        with db.write() as s:
            post(s, actor, posting(site, script))
    except DomainError as error:
        return error.code
    return ""


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(steps, min_size=1, max_size=5))
def test_goods_are_conserved_and_never_below_zero(site: Site, scripts: list[list[Step]]) -> None:
    for script in scripts:
        before = balances(site)
        refused = outcome(site, script)
        assert refused in {"", "stock.short"}
        assert not refused or balances(site) == before
        assert balances(site) == summed(site)
        assert min(balances(site).values(), default=0) >= 0
    assert chain_is_whole(site)


def test_a_line_more_than_there_is_takes_all_lines_back(site: Site) -> None:
    db, actor = bookkeeper(site)
    with db.write() as s:
        post(s, actor, posting(site, [("supplier", "store", 101, 10)]))
    with pytest.raises(DomainError, match="库存不够"), db.write() as s:
        post(s, actor, posting(site, [("store", "consumed", 101, 4), ("store", "bin", 101, 7)]))
    assert sum(balances(site).values()) == 10


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET qty = 1",
        "DELETE FROM ledger",
        "UPDATE audit SET action = 'x'",
        "DELETE FROM signature",
    ],
)
def test_nobody_rewrites_what_was_posted(site: Site, statement: str) -> None:
    db, _actor = site.as_("east_store")
    assert outcome(site, [("supplier", "store", 101, 10)]) == ""
    for way in (site.owner, db):
        with contextlib.suppress(DomainError), way.write() as s:
            s.execute(text(statement))
        assert summed(site) == balances(site)
        assert sum(balances(site).values()) == 10
    assert chain_is_whole(site)


def test_a_fact_does_not_lie_in_the_future(site: Site) -> None:
    db, actor = bookkeeper(site)
    later = posting(site, [("supplier", "store", 101, 1)])
    wrong = Posting(EAST, later.op_id, later.doc_kind, 1, date(2099, 1, 1), later.moves)
    with pytest.raises(DomainError, match="将来"), db.write() as s:
        post(s, actor, wrong)


def test_the_same_operation_is_never_posted_twice(site: Site) -> None:
    db, actor = bookkeeper(site)
    first = posting(site, [("supplier", "store", 101, 10)])
    with db.write() as s:
        post(s, actor, first)
    with pytest.raises(DomainError) as refused, db.write() as s:
        post(s, actor, first)
    assert refused.value.code in {"row.twice", "ledger.fixed"}
    assert sum(balances(site).values()) == 10
