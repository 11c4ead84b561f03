"""A ledger of any length with true chains and balances, written past the triggers in bulk.

The rows are those that the posting function would have made (`app.domain.ledger` writes their
text and hashes), so that every proof holds on them; only the way in is shorter: one member's
stores receive lots and use them up again until the wanted number of moves stands.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select, text

from app.domain.ledger import GENESIS, Move, RowHead, canonical, next_hash
from app.models.base import microseconds
from app.models.stock import Balance, ChainHead, Ledger, Lot, Place
from app.services.db import Database
from app.services.stock.places import virtual_place
from tests.factories import EAST, KANGZE, NOW, Site

SEED: Final = 20_261_122
FIRST_PLACE: Final = 5_000
FIRST_LOT: Final = 1_000_000
LOTS_PER_ITEM: Final = 3
_CHUNK: Final = 20_000
_RECEIVED: Final = 240
_DAYS: Final = 365


def write_moves(site: Site, *, items: int, places: int, moves: int) -> None:
    """Write `moves` ledger rows over `items` × `places` of one member, and what they leave."""
    with site.owner.write() as session:
        ends = (virtual_place(session, EAST, "supplier"), virtual_place(session, EAST, "consumed"))
    with _unguarded(site.owner) as connection:
        _write_stores(connection, places)
        _write_lots(connection, items)
        seq, head = _head(connection)
        stock: dict[tuple[int, int, int], int] = defaultdict(int)
        rows: list[dict[str, Any]] = []
        for move in _moves(items, places, moves, ends, stock):
            seq += 1
            row = _row(seq, head, move)
            head = row["hash"]
            rows.append(row)
            if len(rows) == _CHUNK:
                _insert(connection, Ledger, rows)
                rows = []
        _insert(connection, Ledger, rows)
        _insert(connection, Balance, _balances(stock))
        _keep_head(connection, seq, head)


def _moves(
    items: int, places: int, count: int, ends: tuple[int, int], stock: dict[Any, int]
) -> Iterator[Move]:
    """Receipts first so that every pair has stock, then use with a skew towards few items."""
    dice = random.Random(SEED)  # noqa: S311 - the same ledger every time
    supplier, consumed = ends
    first = min(items * places, count)
    for number in range(count):
        place = FIRST_PLACE + number % places
        item = number // places % items if number < first else int(items * dice.random() ** 3)
        lot = FIRST_LOT + item * LOTS_PER_ITEM + number % LOTS_PER_ITEM
        key = (place, 1_000 + item, lot)
        if stock[key] > 1:
            qty = dice.randint(1, min(24, stock[key]))
            stock[key] -= qty
            yield Move(1_000 + item, lot, KANGZE, place, consumed, qty)
        else:
            stock[key] += _RECEIVED
            yield Move(1_000 + item, lot, KANGZE, supplier, place, _RECEIVED)


def _row(seq: int, previous: bytes, move: Move) -> dict[str, Any]:
    day = date(2025, 10, 14) + timedelta(days=seq % _DAYS)
    head = RowHead(EAST, seq, UUID(int=seq), 1, "consumption", seq, day, microseconds(NOW), 1)
    return {
        "org_id": EAST, "seq": seq, "op_id": head.op_id, "line": 1, "doc_kind": "consumption",
        "doc_id": seq, "doc_line": 0, "item_id": move.item_id, "lot_id": move.lot_id,
        "pack_id": 0, "owner_id": move.owner_id, "from_place": move.from_place,
        "to_place": move.to_place, "qty": move.qty, "unit_price": move.unit_price,
        "price_factor": 1, "occurred_on": day, "posted_at": NOW, "actor_id": 1, "reversal_of": 0,
        "reason": "", "prev_hash": previous, "hash": next_hash(previous, canonical(head, move)),
    }  # fmt: skip


def _balances(stock: dict[tuple[int, int, int], int]) -> list[dict[str, Any]]:
    return [
        {
            "org_id": EAST, "place_id": place, "item_id": item, "lot_id": lot,
            "owner_id": KANGZE, "qty": qty,
        }
        for (place, item, lot), qty in sorted(stock.items())
    ]  # fmt: skip


def _write_stores(connection: Connection, count: int) -> None:
    rows = [
        {
            "org_id": EAST, "id": FIRST_PLACE + number, "code": f"B{number:03d}",
            "name": f"库房 {number}", "kind": "store", "level": 2, "zone": "good",
            "storage": "normal", "holds_stock": True, "active": True,
        }
        for number in range(count)
    ]  # fmt: skip
    _insert(connection, Place, rows)


def _write_lots(connection: Connection, items: int) -> None:
    rows = [
        {
            "id": FIRST_LOT + item * LOTS_PER_ITEM + number, "item_id": 1_000 + item,
            "lot_no": f"L{number}", "serial": "", "expiry": date(2028, 6, 30), "created_at": NOW,
        }
        for item in range(items)
        for number in range(LOTS_PER_ITEM)
    ]  # fmt: skip
    _insert(connection, Lot, rows)


def _head(connection: Connection) -> tuple[int, bytes]:
    query = select(ChainHead.seq, ChainHead.hash).where(
        ChainHead.org_id == EAST, ChainHead.chain == "ledger"
    )
    row = connection.execute(query).one_or_none()
    return (int(row.seq), bytes(row.hash)) if row else (0, GENESIS)


def _keep_head(connection: Connection, seq: int, head: bytes) -> None:
    table = ChainHead.__table__
    connection.execute(
        table.delete().where(ChainHead.org_id == EAST, ChainHead.chain == "ledger")  # type: ignore[attr-defined]
    )
    _insert(connection, ChainHead, [{"org_id": EAST, "chain": "ledger", "seq": seq, "hash": head}])


def _insert(connection: Connection, model: Any, rows: list[dict[str, Any]]) -> None:
    for begin in range(0, len(rows), _CHUNK):
        connection.execute(model.__table__.insert(), rows[begin : begin + _CHUNK])


@contextmanager
def _unguarded(db: Database) -> Iterator[Connection]:
    """The owner's connection with the triggers asleep; they are back before anyone else comes."""
    with db.engine.execution_options(write=True).begin() as connection:
        names = ("ledger", "balance", "chain_head")
        if db.is_sqlite:
            kept = connection.execute(
                text(
                    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
                    " AND tbl_name IN ('ledger', 'balance', 'chain_head')"
                )
            ).all()
            for name, _sql in kept:
                connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
            yield connection
            for _name, statement in kept:
                connection.exec_driver_sql(statement)
        else:
            for name in names:
                connection.exec_driver_sql(f"ALTER TABLE app.{name} DISABLE TRIGGER USER")
            yield connection
            for name in names:
                connection.exec_driver_sql(f"ALTER TABLE app.{name} ENABLE TRIGGER USER")
    with db.engine.execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("ANALYZE")
