"""Asking the search index: FTS5 on SQLite, GIN on PostgreSQL, the same pieces on both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from app.domain.search_text import Piece, Ways
from app.models.item import ItemSearch

_INDEX: Final = table("item_gram", column("rowid"))


def candidates(wanted: Sequence[Ways], unwanted: Sequence[Ways] = (), *, sqlite: bool) -> Any:
    """A select of the ids of items that hold the pieces of all of `wanted` and none `unwanted`."""
    if sqlite:
        text = " AND ".join(_fts(ways) for ways in wanted)
        for ways in unwanted:
            text = f"({text}) NOT {_fts(ways)}"
        return select(_INDEX.c.rowid.label("item_id")).where(
            literal_column("item_gram").op("MATCH")(literal(text))
        )
    text = " & ".join(_server(ways) for ways in wanted)
    text += "".join(f" & !{_server(ways)}" for ways in unwanted)
    return select(ItemSearch.item_id.label("item_id")).where(_holds(text))


def from_there(found: Select[Any], after: int, limit: int, *, sqlite: bool) -> Select[Any]:
    """The candidates behind an id, in the order of ids."""
    key: ColumnElement[int] = _INDEX.c.rowid if sqlite else ItemSearch.item_id  # type: ignore[assignment]
    return found.where(key > after).order_by(key).limit(limit)


def _holds(text: str) -> ColumnElement[bool]:
    # Written just as in the index (0002_search.sql), or PostgreSQL would not use it.
    pieces = func.array_to_tsvector(func.string_to_array(ItemSearch.grams, literal_column("' '")))
    return pieces.op("@@", is_comparison=True)(cast(literal(text), TSQUERY))


def _fts(ways: Ways) -> str:
    """An FTS5 expression; a piece holds no quotation mark (search_text.bare)."""
    return "(" + " OR ".join("(" + " AND ".join(map(_fts_piece, way)) + ")" for way in ways) + ")"


def _fts_piece(piece: Piece) -> str:
    return f'"{piece.text}" *' if piece.begins else f'"{piece.text}"'


def _server(ways: Ways) -> str:
    return "(" + " | ".join("(" + " & ".join(map(_lexeme, way)) + ")" for way in ways) + ")"


def _lexeme(piece: Piece) -> str:
    return f"'{piece.text}':*" if piece.begins else f"'{piece.text}'"
