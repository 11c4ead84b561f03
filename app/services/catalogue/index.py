"""The search text of items, written in the same transaction as the item."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain import search_text
from app.domain.codes import CodeSystem, gtin
from app.models.item import Item, ItemCode, ItemSearch
from app.models.party import Maker
from app.services.bulk import insert_rows
from app.services.bulk_behind import Behind
from app.services.db import database_of
from app.services.queries.portions import key_portions

_TO_INDEX: Final = "INSERT INTO item_gram (rowid, grams) VALUES (?, ?)"
_BLOCK: Final = 2_000
_INDEX_BLOCK: Final = 4_000
"""After any other statement of many rows FTS5 writes a part of its index out: better few parts."""
_GTIN: Final = CodeSystem.GTIN.value
COLUMNS: Final = ("item_id", "words", "initials", "full", "codes", "sort_key", "grams")
"""Columns of `ItemSearch` in the order of `search_row`."""


def reindex(session: Session, item_ids: Collection[int] | None = None) -> int:
    """Write the search rows of the items (all of them when None); how many were written.

    Members' own codes are not among them: they are found through `item_code`, which only the
    member and the lead may read.
    """
    session.flush()
    chosen = set(session.scalars(select(Item.id)) if item_ids is None else item_ids)
    for chunk in key_portions(chosen):
        rows = sorted(_rows(session, chunk))
        session.execute(delete(ItemSearch).where(ItemSearch.item_id.in_(chunk)))
        write_rows(session, rows)
    return len(chosen)


def write_rows(session: Session, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write search rows (`search_row`) in the order of ids, and on SQLite their index."""
    if not database_of(session).is_sqlite:
        insert_rows(session, ItemSearch, COLUMNS, (row[:-1] for row in rows))
        return
    insert_rows(session, ItemSearch, COLUMNS, map(_beside_index, rows))
    pieces = [(row[0], row[-2]) for row in rows]
    if pieces:
        session.connection().exec_driver_sql(_TO_INDEX, pieces)


class IndexBehind:
    """Search rows of thousands of new items, written while the next are made."""

    def __init__(self, session: Session, behind: Behind) -> None:
        self._sqlite = database_of(session).is_sqlite
        self._behind = behind
        behind.table(ItemSearch, COLUMNS, _BLOCK)
        if self._sqlite:
            behind.statement(_TO_INDEX, _INDEX_BLOCK)

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """More search rows (`search_row`), in the order of ids."""
        if not self._sqlite:
            self._behind.add(ItemSearch, [row[:-1] for row in rows])
            return
        self._behind.add(ItemSearch, map(_beside_index, rows))
        # As the bytes that the driver would make of them: half the room, while they wait.
        self._behind.add(_TO_INDEX, [(row[0], row[-2].encode()) for row in rows])


def _beside_index(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A search row as SQLite keeps it.

    The blank in front tells the trigger that the index is written here, all at once. The index
    holds the pieces; beside it only those are kept that the text itself is compared with.
    """
    return (*row[:-2], " " + row[-1])


def search_row(
    item_id: int,
    names: Sequence[str],
    texts: Iterable[str],
    codes: Iterable[tuple[str, str]],
) -> tuple[Any, ...]:
    """One row of `ItemSearch`, in the order of `COLUMNS`, and the pieces that must be kept.

    Args:
        item_id: The item.
        names: Name and trade name.
        texts: Specification and maker.
        codes: (system, code), the group code and the current approval number among them.
    """
    found = search_text.build(names, texts, _spelled(codes))
    return (item_id, *found)


def _rows(session: Session, chunk: list[int]) -> Iterator[tuple[Any, ...]]:
    found: dict[int, list[tuple[str, str]]] = {}
    for item_id, system, code in session.execute(
        select(ItemCode.item_id, ItemCode.system, ItemCode.code).where(
            ItemCode.item_id.in_(chunk), ItemCode.org_id == 0
        )
    ):
        found.setdefault(item_id, []).append((system, code))
    items = session.execute(
        select(
            Item.id, Item.code, Item.name, Item.trade_name, Item.strength, Item.spec,
            Item.approval_no, Maker.name.label("maker"), Maker.short_name,
        )
        .join(Maker, Maker.id == Item.maker_id)
        .where(Item.id.in_(chunk))
    )  # fmt: skip
    for item in items:
        known = [("", item.code), ("", item.approval_no or ""), *found.get(item.id, [])]
        yield search_row(
            item.id, (item.name, item.trade_name or ""), texts_of(item.strength, item.spec,
            item.maker, item.short_name), known,
        )  # fmt: skip


def texts_of(strength: str, spec: str, maker: str, short: str) -> tuple[str, ...]:
    """What is found as it is written; what is part of another text is not said twice."""
    found = [spec, maker]
    if not spec.startswith(strength):
        found.append(strength)
    if short not in maker:
        found.append(short)
    return tuple(found)


def _spelled(codes: Iterable[tuple[str, str]]) -> list[str]:
    """Codes as stored, and GTINs also as they are printed, so that a prefix finds them."""
    found = []
    for system, code in codes:
        if system == _GTIN:
            found.append(gtin.printed(code))
        found.append(code)
    return found
