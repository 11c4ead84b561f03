"""Search pieces of items that were there before the index was (migration 0002)."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, text

from app.domain import search_text

_ITEMS: Final = text(
    "SELECT s.item_id, s.codes, i.name, i.trade_name, i.spec, m.name AS maker, m.short_name"
    " FROM item_search s JOIN item i ON i.id = s.item_id JOIN maker m ON m.id = i.maker_id"
    " ORDER BY s.item_id"
)
_KEEP: Final = text(
    'UPDATE item_search SET words = :words, initials = :initials, "full" = :full,'
    " codes = :codes, sort_key = :sort_key, grams = :grams WHERE item_id = :item_id"
)
_PART: Final = 2_000


def fill_search(connection: Connection) -> int:
    """Write the pieces of all items; how many there were."""
    rows = connection.execute(_ITEMS).all()
    for start in range(0, len(rows), _PART):
        connection.execute(_KEEP, [_filled(row) for row in rows[start : start + _PART]])
    return len(rows)


def _filled(row: Any) -> dict[str, Any]:
    found = search_text.build(
        (row.name, row.trade_name or ""),
        (row.spec, row.maker, row.short_name),
        row.codes.split("\n"),
    )
    return {
        "item_id": row.item_id,
        "words": found.words,
        "initials": found.initials,
        "full": found.full,
        "codes": found.codes,
        "sort_key": found.sort_key,
        "grams": found.grams,
    }
