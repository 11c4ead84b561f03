"""Suggestions as table rows, and the quick views over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from app.domain.replenish.plan import FOREVER
from app.domain.replenish.words import LOW_DAYS, SHORT_DAYS
from app.i18n import N_, _
from app.services.replenishment.suggestions import SuggestionRow
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Bar, Qty, Row, Spark, Tone, Two
from app.ui.tables.columns import Column, Kind

_NEAR_DAYS: Final = 12
_LEAST_SCALE: Final = 30
_MOST_DAYS: Final = 999
_AHEAD_SHOWN: Final = 2
_RECENT_SHOWN: Final = 1

VIEWS: Final[Mapping[str, str]] = {
    "": N_("全部 {n}"),
    "look": N_("要看的 {n}"),
    "short": N_("不足 {days} 天 {n}"),
    "low": N_("不足 {days} 天 {n}"),
    "edited": N_("我改过的 {n}"),
    "calm": N_("不建议 {n}"),
}
_RULES: Final[Mapping[str, Callable[[SuggestionRow], bool]]] = {
    "": lambda _row: True,
    "look": lambda _row: True,
    "short": lambda row: row.days_left < SHORT_DAYS and not row.edited_out,
    "low": lambda row: row.days_left < LOW_DAYS and not row.edited_out,
    "edited": lambda row: row.edited,
    "calm": lambda row: not row.advised,
}
Look = Callable[[int], str]
"""Why a person should look at a line of an item; empty for a safe one."""
_DAYS: Final = {"short": SHORT_DAYS, "low": LOW_DAYS}


def columns() -> tuple[Column, ...]:
    """The columns of the suggestion table."""
    return (
        Column(key="picked", title="", kind=Kind.CHECK, width=36, frozen=True, editable=True),
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=172, frozen=True),
        Column(key="weeks", title=_("12 周用量"), kind=Kind.SPARK, width=104),
        Column(key="days", title=_("可用天数"), kind=Kind.BAR, width=120, sortable=True),
        Column(
            key="qty", title=_("建议"), kind=Kind.QTY, width=84, editable=True, sortable=True
        ),
        Column(key="unit", title=_("单位"), width=52),
        Column(key="why", title=_("为什么"), kind=Kind.TWO_LINE, width=176, stretch=True),
        Column(
            key="amount", title=_("金额"), unit=_("元"), kind=Kind.MONEY, width=90, sortable=True,
            total=True,
        ),
    )  # fmt: skip


def in_view(
    rows: Sequence[SuggestionRow], view: str, text: str = "", look: Look | None = None
) -> list[SuggestionRow]:
    """The suggestions of a quick view; with `text`, every planned item that has it in its words."""
    needle = text.strip().casefold()
    if needle:
        return [row for row in rows if needle in _words(row)]
    return [row for row in rows if _in(row, view, look)]


def _in(row: SuggestionRow, view: str, look: Look | None) -> bool:
    if view == "look":
        return look is not None and bool(look(row.item_id))
    return row.notable and _RULES[view](row)


def _words(row: SuggestionRow) -> str:
    return f"{row.name} {row.spec} {row.code} {row.initials} {row.supplier}".casefold()


def view_words(rows: Sequence[SuggestionRow], view: str, look: Look | None = None) -> str:
    """The words on a quick view's chip, with its count."""
    count = sum(1 for row in rows if _in(row, view, look))
    return _(VIEWS[view], n=count, days=_DAYS.get(view, 0))


def shown_unit(row: SuggestionRow) -> tuple[str, int]:
    """The unit that the quantity is shown and typed in: packs, or loose where packs are broken."""
    if row.why.multiple % row.pack_factor:
        return row.base_unit, 1
    return row.pack_unit, row.pack_factor


def row_of(row: SuggestionRow, *, unit_inside: bool = False, look: str = "") -> Row:
    """A suggestion as a table row; the unit stands in the quantity where its column is hidden.

    Args:
        row: The suggestion.
        unit_inside: The column of the unit is hidden.
        look: Why a person should look at it.
    """
    unit, factor = shown_unit(row)
    number = formats.number(row.chosen // factor)
    money: str | Tone = formats.amount(row.amount) if row.chosen else formats.NONE
    if row.unit_price is None and row.chosen:
        money = Tone(_("没有价格"), Status.NEAR)
    return Row(
        key=row.item_id,
        cells=(
            row.picked,
            Two(row.name, row.spec),
            Spark(
                (
                    *map(float, row.why.weeks),
                    *(float(w.mean) for w in row.why.ahead[:_AHEAD_SHOWN]),
                ),
                recent=_RECENT_SHOWN,
                forecast=_AHEAD_SHOWN,
            ),
            days_bar(row),
            Qty(number, unit if unit_inside else ""),
            unit,
            why_cell(row, look),
            money,
        ),
        record=row,
        raw=(
            row.picked,
            f"{row.name} {row.spec}",
            " ".join(str(week) for week in row.why.weeks),
            Decimal(str(row.days_left)),
            Decimal(row.chosen) / factor,
            unit,
            f"{row.why.headline} {row.why.detail}",
            (row.amount or Decimal(0)) if row.chosen else Decimal(0),
        ),
    )


def days_bar(row: SuggestionRow) -> Bar:
    """Days left as a bar; the mark is where an order is made."""
    per_day = row.why.per_day
    scale = max(_LEAST_SCALE, 2 * (row.why.target_days or row.why.lead_days + SHORT_DAYS))
    point = row.why.reorder_point / per_day if per_day > 0 and row.why.reorder_point > 0 else None
    words = _("{n} 天", n=int(row.days_left))
    if row.days_left > _MOST_DAYS:
        words = _("用不到") if row.days_left >= FOREVER else _("{n} 天以上", n=_MOST_DAYS)
    mark = None if point is None else min(1.0, point / scale)
    return Bar(words, min(1.0, row.days_left / scale), mark, days_status(row))


def days_status(row: SuggestionRow) -> Status:
    """How urgent it is, by the days that the stock lasts."""
    if row.days_left < SHORT_DAYS:
        return Status.BAD
    if row.days_left <= _NEAR_DAYS:
        return Status.NEAR
    return Status.WARN if row.days_left < LOW_DAYS else Status.OK


def why_cell(row: SuggestionRow, look: str = "") -> Two:
    """Two lines: how urgent, and the fact or the person's change behind the figure."""
    if look and row.unit_price is not None:
        return Two(str(row.why.headline), _("要看：{why}", why=look))
    if row.edited:
        unit, factor = shown_unit(row)
        before = _("建议 {n} {unit}", n=formats.number(row.suggested // factor), unit=unit)
        reason = row.edit_reason or _("我改的")
        return Two(str(row.why.headline), f"{before} · {reason}")
    if row.unit_price is None:
        return Two(str(row.why.headline), _("没有有效价格，请集团采购补价"))
    return Two(str(row.why.headline), str(row.why.detail))
