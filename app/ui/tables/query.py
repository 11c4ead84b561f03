"""What a table asks of its source: text, filters, order; and how typed filters are understood."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, Protocol, TypeVar

from app.domain.errors import DomainError
from app.i18n import _
from app.ui.tables.cells import Row
from app.ui.tables.columns import Filter

PAGE: Final = 200
_OPERATORS: Final = {
    ">=": "ge", "≥": "ge", "<=": "le", "≤": "le", ">": "gt", "<": "lt", "=": "eq", "": "eq",
}  # fmt: skip
_DAY: Final = re.compile(r"(\d{4})(?:[-/.年](\d{1,2}))?(?:[-/.月](\d{1,2}))?[月日]?")
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９．－＞＜＝～", "0123456789.-><=~")


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort key, the first of the query being the strongest."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One understood filter.

    Attributes:
        column: Key of the column.
        operator: ``contains``, ``in``, ``eq``, ``gt``, ``ge``, ``lt``, ``le`` or ``between``.
        values: A text; the chosen values; or one or two `Decimal` or `date` bounds (inclusive).
        text: What the person typed, for the chip.
    """

    column: str
    operator: str
    values: tuple[object, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class PageQuery:
    """One question to a source; equal questions have equal answers until data change.

    Attributes:
        text: The page's search field.
        sorts: Order; empty means the natural order.
        filters: Conditions, all of which must hold.
        view: The quick chip in force (the source gives it meaning), empty for all.
    """

    text: str = ""
    sorts: tuple[Sort, ...] = ()
    filters: tuple[Condition, ...] = ()
    view: str = ""

    def condition(self, column: str) -> Condition | None:
        """The condition on a column, if any."""
        return next((entry for entry in self.filters if entry.column == column), None)

    def with_condition(self, column: str, condition: Condition | None) -> PageQuery:
        """The query with the condition on `column` replaced or taken away."""
        rest = tuple(entry for entry in self.filters if entry.column != column)
        return replace(self, filters=(*rest, condition) if condition else rest)


@dataclass(frozen=True, slots=True)
class RowPage:
    """One page of rows; `next_key` is where the next one starts, None at the end."""

    rows: tuple[Row, ...] = field(default=())
    next_key: object = None


class RowSource(Protocol):
    """Rows by key; called in a reader thread, never in the GUI thread."""

    def fetch(self, query: PageQuery, after_key: object, limit: int) -> RowPage:
        """Up to `limit` rows after `after_key` (None: from the start), by keyset, never OFFSET."""

    def count(self, query: PageQuery) -> int:
        """How many rows the query has."""


def _number(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        raise DomainError(
            "filter.number", _("「{text}」不是数字。可填 >0、10..50 或 12。", text=text)
        ) from None


def _days(text: str) -> tuple[date, date]:
    """First and last day of what was typed: a day, a month or a year."""
    found = _DAY.fullmatch(text.strip())
    problem = DomainError(
        "filter.date",
        _("「{text}」不是日期。可填 2027-04、≤ 2027-04 或 2026-10..2026-12。", text=text),
    )
    if not found:
        raise problem
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        if day:
            return date(year, month, day), date(year, month, day)
        if month:
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return date(year, 1, 1), date(year, 12, 31)
    except ValueError:
        raise problem from None


Bound = TypeVar("Bound", Decimal, date)


def _bounds(
    column: str, text: str, low: Callable[[str], Bound], high: Callable[[str], Bound]
) -> Condition:
    folded = text.translate(_FULL_WIDTH)
    if ".." in folded or "~" in folded:
        first, last = re.split(r"\.\.|~", folded, maxsplit=1)
        return Condition(column, "between", (low(first), high(last)), text)
    found = re.match(r"\s*(>=|<=|≥|≤|>|<|=|)\s*(.*)", folded)
    sign, rest = (found.group(1), found.group(2)) if found else ("", folded)
    operator = _OPERATORS[sign]
    if operator == "eq" and low(rest) != high(rest):
        return Condition(column, "between", (low(rest), high(rest)), text)
    value = high(rest) if operator in {"le", "gt"} else low(rest)
    return Condition(column, operator, (value,), text)


def understand(column: str, kind: Filter, text: str) -> Condition | None:
    """The condition that `text` means in a filter of `kind`; None for an empty field.

    Raises:
        DomainError: The text is no number or date; says what may be typed.
    """
    typed = text.strip()
    if not typed:
        return None
    if kind is Filter.NUMBER:
        return _bounds(column, typed, _number, _number)
    if kind is Filter.DATE:
        return _bounds(column, typed, lambda part: _days(part)[0], lambda part: _days(part)[1])
    if kind is Filter.CHOICE:
        return Condition(column, "in", tuple(typed.split("|")), typed)
    return Condition(column, "contains", (typed,), typed)
