"""Keyset pages: filter and sort in SQL, never OFFSET, for every list of the product.

A list describes its columns once as `ListColumn`s; the table's query (text, sorts, conditions)
comes in by shape, so that services know nothing of the window. The key of a page is the tuple of
sort values of its last row, ended by the list's unique columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, func, or_, select
from sqlalchemy.orm import Session


class SortLike(Protocol):
    """One sort key."""

    @property
    def column(self) -> str:
        """Name of the list column."""

    @property
    def descending(self) -> bool:
        """Largest first."""


class ConditionLike(Protocol):
    """One understood filter."""

    @property
    def column(self) -> str:
        """Name of the list column."""

    @property
    def operator(self) -> str:
        """``contains``, ``in``, ``eq``, ``gt``, ``ge``, ``lt``, ``le`` or ``between``."""

    @property
    def values(self) -> tuple[object, ...]:
        """A text; the chosen values; or one or two bounds."""


class QueryLike(Protocol):
    """What a table asks."""

    @property
    def text(self) -> str:
        """The search field."""

    @property
    def sorts(self) -> Sequence[SortLike]:
        """Strongest first."""

    @property
    def filters(self) -> Sequence[ConditionLike]:
        """All must hold."""

    @property
    def view(self) -> str:
        """The quick chip in force."""


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column of a list.

    Attributes:
        expression: What filters compare with.
        sort: What sorts compare with, never null; None when the list cannot sort by it.
        scale: Filter values are multiplied by it (money is stored × 10,000, and so on).
    """

    expression: SQLColumnExpression[Any]
    sort: SQLColumnExpression[Any] | None = None
    scale: int = 1


@dataclass(frozen=True, slots=True)
class ListShape:
    """A list: its columns by name, its natural order, and what makes a row unique.

    Attributes:
        columns: By the names that the table's columns have.
        natural: Sort expressions of the natural order, never null.
        unique: Columns that end every order and make the key unique.
    """

    columns: Mapping[str, ListColumn]
    natural: tuple[SQLColumnExpression[Any], ...]
    unique: tuple[SQLColumnExpression[Any], ...]


@dataclass(frozen=True, slots=True)
class KeyPage:
    """Rows as SQL gave them, and where the next page starts (None at the end)."""

    rows: tuple[Any, ...]
    next_key: tuple[Any, ...] | None


def conditions(shape: ListShape, query: QueryLike) -> list[ColumnElement[bool]]:
    """The query's filters as SQL; columns that the list does not have are left out."""
    return [
        _condition(shape.columns[one.column], one)
        for one in query.filters
        if one.column in shape.columns
    ]


def fetch(
    session: Session,
    statement: Select[Any],
    shape: ListShape,
    query: QueryLike,
    after: object,
    limit: int,
) -> KeyPage:
    """One page of `statement` in the query's order, after the key of the page before."""
    order = _order(shape, query)
    found = statement.where(*conditions(shape, query)).add_columns(*(e for e, _desc in order))
    if isinstance(after, tuple):
        found = found.where(_after(order, after))
    found = found.order_by(*(e.desc() if desc else e.asc() for e, desc in order))
    rows = session.execute(found.limit(limit + 1)).all()
    more = len(rows) > limit
    kept = rows[:limit]
    key = tuple(kept[-1])[-len(order) :] if more and kept else None
    return KeyPage(tuple(kept), key)


def count(session: Session, statement: Select[Any], shape: ListShape, query: QueryLike) -> int:
    """How many rows the query has."""
    inner = statement.where(*conditions(shape, query)).order_by(None).subquery()
    return int(session.execute(select(func.count()).select_from(inner)).scalar_one())


def escape_like(text: str) -> str:
    """`text` with the wildcards of LIKE taken literally (escaped by a backslash)."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def contains(expression: SQLColumnExpression[Any], text: str) -> ColumnElement[bool]:
    """Whether the text occurs, whatever the case."""
    return func.lower(expression).like(f"%{escape_like(text.strip().lower())}%", escape="\\")


def behind(order: Sequence[SQLColumnExpression[Any]], key: tuple[Any, ...]) -> Any:
    """The condition for rows behind a key, all expressions ascending."""
    return _after([(expression, False) for expression in order], key)


def _order(shape: ListShape, query: QueryLike) -> list[tuple[SQLColumnExpression[Any], bool]]:
    chosen: list[tuple[SQLColumnExpression[Any], bool]] = []
    for sort in query.sorts:
        column = shape.columns.get(sort.column)
        if column is not None and column.sort is not None:
            chosen.append((column.sort, sort.descending))
    return [*(chosen or [(e, False) for e in shape.natural]), *((e, False) for e in shape.unique)]


def _after(order: list[tuple[SQLColumnExpression[Any], bool]], key: tuple[Any, ...]) -> Any:
    """Rows that come after `key`: strictly beyond it at the first place where they differ."""
    steps = []
    for place, (expression, descending) in enumerate(order):
        beyond = expression < key[place] if descending else expression > key[place]
        same = [e == key[i] for i, (e, _desc) in enumerate(order[:place])]
        steps.append(and_(*same, beyond))
    return or_(*steps)


def _condition(column: ListColumn, one: ConditionLike) -> ColumnElement[bool]:
    expression = column.expression
    if one.operator == "contains":
        return contains(expression, str(one.values[0]))
    if one.operator == "in":
        return expression.in_(one.values)
    values = [_scaled(value, column.scale) for value in one.values]
    if one.operator == "between":
        return and_(expression >= values[0], expression <= values[1])
    compare: dict[str, ColumnElement[bool]] = {
        "eq": expression == values[0],
        "gt": expression > values[0],
        "ge": expression >= values[0],
        "lt": expression < values[0],
        "le": expression <= values[0],
    }
    return compare[one.operator]


def _scaled(value: object, scale: int) -> Any:
    return value * scale if scale != 1 and isinstance(value, int) else value
