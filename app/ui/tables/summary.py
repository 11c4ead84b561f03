"""What the status bar says about a table."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from app.i18n import _
from app.ui import formats
from app.ui.tables.body import Body
from app.ui.tables.cells import Row
from app.ui.tables.paged_model import PagedModel, TableModel


def rows_in_sight(model: TableModel, body: Body) -> str:
    """第 1–10 行，共 23 行."""
    loaded = model.rowCount()
    total = model.total if isinstance(model, PagedModel) else loaded
    if not loaded:
        return ""
    first = max(0, body.rowAt(1)) + 1
    bottom = body.rowAt(body.viewport().height() - 1)
    last = bottom + 1 if bottom >= 0 else loaded
    span = f"{first:,}–{last:,}"
    if total is None:
        return _("第 {span} 行", span=span)
    return _("第 {span} 行，共 {n} 行", span=span, n=f"{total:,}")


def sums(model: TableModel, rows: Sequence[Row]) -> list[str]:
    """The sums of the columns that are added up; where there are several, each with its name."""
    words: list[str] = []
    added = [(place, column) for place, column in enumerate(model.columns) if column.total]
    for place, column in added:
        numbers = [value for row in rows if isinstance(value := row.value(place), int | Decimal)]
        total = Decimal(sum(numbers, Decimal(0)))
        money = column.unit == _("元")
        text = formats.yuan(total) if money else f"{formats.number(total)} {column.unit}"
        words.append((f"{column.title} {text}" if len(added) > 1 else text).strip())
    return words


def counts(model: TableModel, body: Body, chosen: Sequence[Row]) -> str:
    """Rows in sight and in all, what is selected and its sums, what is changed and not saved."""
    parts = [rows_in_sight(model, body)]
    if chosen:
        parts.append(" · ".join([_("已选 {n} 行", n=len(chosen)), *sums(model, chosen)]))
    if model.marks:
        parts.append(_("已改 {n} 行，未保存", n=len({key for key, _column in model.marks})))
    return "   ".join(part for part in parts if part)
