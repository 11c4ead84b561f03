"""A ledger of any length with true chains and balances, written past the triggers in bulk.

The rows are those that the posting function would have made (every proof holds on them); only the
way in is shorter: the stores of one or more members receive lots and use them up again until the
wanted number of moves stands. The text that is hashed is spelled here once more, row by row, since
objects for ten million moves would take longer than all that is measured; `proofs` checks it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import Any, Final, cast
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from app.domain.ledger import GENESIS
from app.domain.money import to_scaled
from app.models.base import Base, microseconds
from app.models.demand import Demand
from app.models.stock import Balance, ChainHead, Ledger, Lot, Place
from app.services.bulk import insert_all, insert_rows
from app.services.db import Database, database_of
from app.services.stock.places import virtual_place
from tests.factories import EAST, KANGZE, NOW, Site

SEED: Final = 20_261_122
FIRST_ITEM: Final = 1_000
FIRST_PLACE: Final = 5_000
FIRST_LOT: Final = 1_000_000
LOTS_PER_ITEM: Final = 3
PRICE: Final = Decimal("3.8600")
FACTOR: Final = 24
_CHUNK: Final = 20_000
_LINES: Final = 1_000
"""Moves of one operation."""
_RECEIVED: Final = 240
_FIRST_DAY: Final = date(2025, 10, 15)
_DAYS: Final = 365
_SCALED: Final = to_scaled(PRICE)
_POSTED: Final = microseconds(NOW)
_INDEXES: Final = text(
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'ledger'"
    " AND sql IS NOT NULL"
)
_TRIGGERS: Final = text(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    " AND tbl_name IN ('ledger', 'balance', 'chain_head')"
)
_SERVER_INDEXES: Final = text(
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'app'"
    " AND tablename = 'ledger' AND indexname LIKE 'ix_%'"
)
_GUARDED: Final = ("ledger", "balance", "chain_head")
Stock = dict[tuple[int, int, int], int]
"""(place, item, lot) → quantity."""
Uses = dict[tuple[int, int, int, date], list[int]]
"""(organisation, place, item, day) → quantity and lines."""


def write_moves(
    site: Site,
    *,
    items: int,
    places: int,
    moves: int,
    orgs: Sequence[int] = (EAST,),
    demand: bool = False,
) -> None:
    """Write `moves` ledger rows over `items` × `places` of each member, and what they leave.

    Args:
        site: The database.
        items: How many items they have; the ids from `FIRST_ITEM` on.
        places: How many stores each member has.
        moves: Ledger rows of all members together, over a year.
        orgs: The members.
        demand: Write the daily sums of what was used as well.
    """
    with _unguarded(site.owner) as session:
        _insert(session, Lot, _lots(items))
        for org in orgs:
            ends = (
                virtual_place(session, org, "supplier"),
                virtual_place(session, org, "consumed"),
            )
            _insert(session, Place, _stores(org, places))
            writer = _Writer(session, org, moves // len(orgs))
            used: Uses | None = defaultdict(lambda: [0, 0]) if demand else None
            stock: Stock = defaultdict(int)
            source = _moves(items, places, moves // len(orgs), ends, stock)
            while part := list(islice(source, _CHUNK)):
                _append(session, writer.rows(part, used, ends[1]))
            _insert(session, Balance, _balances(org, stock))
            uses = (used or {}).items()
            _insert(session, Demand, ((*key, qty, qty, n) for key, (qty, n) in uses))
            writer.keep_head()


_Moved = tuple[int, int, int, int, int]
"""Item, lot, from, to, quantity."""


def _moves(
    items: int, places: int, count: int, ends: tuple[int, int], stock: Stock
) -> Iterator[_Moved]:
    """Receipts first so that every pair has stock, then use with a skew towards few items."""
    roll = random.Random(SEED).random  # noqa: S311 - the same ledger every time
    supplier, consumed = ends
    first = min(items * places, count)
    for number in range(count):
        place = FIRST_PLACE + number % places
        item = number // places % items if number < first else int(items * roll() ** 3)
        lot = FIRST_LOT + item * LOTS_PER_ITEM + number % LOTS_PER_ITEM
        key = (place, FIRST_ITEM + item, lot)
        left = stock[key]
        if left > 1:
            qty = 1 + int(min(24, left) * roll())
            stock[key] = left - qty
            yield FIRST_ITEM + item, lot, place, consumed, qty
        else:
            stock[key] = left + _RECEIVED
            yield FIRST_ITEM + item, lot, supplier, place, _RECEIVED


class _Writer:
    """Moves as rows of one member's ledger, chained."""

    def __init__(self, session: Session, org: int, count: int) -> None:
        self._session, self._org, self._count = session, org, count
        found = session.execute(
            select(ChainHead.seq, ChainHead.hash).where(
                ChainHead.org_id == org, ChainHead.chain == "ledger"
            )
        ).one_or_none()
        self._seq, self._head = (int(found.seq), bytes(found.hash)) if found else (0, GENESIS)

    def rows(
        self, moves: Iterable[_Moved], used: Uses | None, consumed: int
    ) -> Iterator[tuple[Any, ...]]:
        """The rows in the order of the table's columns; what is used is added up."""
        org, seq, head, price = self._org, self._seq, self._head, PRICE
        op, spelled, day = UUID(int=0), "", _FIRST_DAY
        for item, lot, start, end, qty in moves:
            seq += 1
            line = seq % _LINES + 1
            if line == 1 or not spelled:
                op = UUID(int=seq // _LINES + 1)
                spelled = str(op)
                day = _FIRST_DAY + timedelta(days=min(_DAYS - 1, seq * _DAYS // self._count))
            said = (
                f"{org}|{seq}|{spelled}|{line}|consumption|{seq}|0|{item}|{lot}|0|{KANGZE}|{start}|{end}"
                f"|{qty}|{_SCALED}|{FACTOR}|{day}|{_POSTED}|1|0|"
            )
            last, head = head, sha256(head + said.encode()).digest()
            if used is not None and end == consumed:
                use = used[org, start, item, day]
                use[0] += qty
                use[1] += 1
            yield (
                org, seq, op, line, "consumption", seq, 0, item, lot, 0, KANGZE, start, end, qty,
                price, FACTOR, day, NOW, 1, 0, "", last, head,
            )  # fmt: skip
        self._seq, self._head = seq, head

    def keep_head(self) -> None:
        """The chain goes on behind the last row."""
        self._session.execute(
            delete(ChainHead).where(ChainHead.org_id == self._org, ChainHead.chain == "ledger")
        )
        self._session.add(
            ChainHead(org_id=self._org, chain="ledger", seq=self._seq, hash=self._head)
        )


def _append(session: Session, rows: Iterator[tuple[Any, ...]]) -> None:
    """Rows of the ledger; the owner of a server may COPY, past what row security would allow."""
    if database_of(session).is_sqlite:
        insert_rows(session, Ledger, _names(Ledger), rows)
        return
    driver = cast("psycopg.Connection", session.connection().connection.driver_connection)
    names = sql.SQL(", ").join(map(sql.Identifier, _names(Ledger)))
    command = sql.SQL("COPY app.ledger ({}) FROM STDIN").format(names)
    with driver.cursor() as cursor, cursor.copy(command) as way:
        for row in rows:
            way.write_row([*row[:14], _SCALED, *row[15:17], _POSTED, *row[18:]])


def _balances(org: int, stock: Stock) -> Iterator[tuple[int, ...]]:
    for (place, item, lot), qty in sorted(stock.items()):
        yield org, place, item, lot, KANGZE, qty


def _stores(org: int, count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield {
            "org_id": org, "id": FIRST_PLACE + number, "code": f"B{number:03d}",
            "name": f"库房 {number}", "kind": "store", "level": 2, "zone": "good",
            "storage": "normal", "holds_stock": True, "active": True,
        }  # fmt: skip


def _lots(items: int) -> Iterator[dict[str, Any]]:
    for item in range(items):
        for number in range(LOTS_PER_ITEM):
            yield {
                "id": FIRST_LOT + item * LOTS_PER_ITEM + number, "item_id": FIRST_ITEM + item,
                "lot_no": f"L{number}", "serial": "",
                "expiry": date(2026, 8, 31) + timedelta(days=(item * 7 + number * 90) % 900),
                "created_at": NOW,
            }  # fmt: skip


def _insert(session: Session, model: type[Base], rows: Iterable[Any]) -> None:
    """Rows in the order of the table's columns, or objects for a few."""
    source = iter(rows)
    while part := list(islice(source, _CHUNK)):
        if isinstance(part[0], dict):
            insert_all(session, model, part)
        else:
            insert_rows(session, model, _names(model), part)


def _names(model: type[Base]) -> tuple[str, ...]:
    return tuple(column.name for column in model.__table__.columns)


@contextmanager
def _unguarded(db: Database) -> Iterator[Session]:
    """The owner's session with the triggers asleep; they are back before anyone else comes.

    The indexes of the ledger are made once at the end: a fifth of the time.
    """
    with db.write() as session:
        if db.is_sqlite:
            triggers = session.execute(_TRIGGERS).all()
            indexes = session.execute(_INDEXES).all()
            _say(session, (f'DROP TRIGGER "{name}"' for name, _made in triggers))
            _say(session, (f'DROP INDEX "{name}"' for name, _made in indexes))
            yield session
            session.flush()
            _say(session, (made for _name, made in (*indexes, *triggers)))
        else:
            indexes = session.execute(_SERVER_INDEXES).all()
            _say(session, (f"ALTER TABLE app.{name} DISABLE TRIGGER USER" for name in _GUARDED))
            _say(session, (f'DROP INDEX app."{name}"' for name, _made in indexes))
            yield session
            session.flush()
            _say(session, (made for _name, made in indexes))
            _say(session, (f"ALTER TABLE app.{name} ENABLE TRIGGER USER" for name in _GUARDED))
    with db.write() as session:
        _say(session, ("ANALYZE",))


def _say(session: Session, statements: Iterable[str]) -> None:
    for statement in statements:
        session.connection().exec_driver_sql(statement)
