"""Two outcomes as rows of a table: the figure, A, B, and what changes for better or worse."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from PySide6.QtCore import Qt

from app.domain.replenish.advice import Outcome
from app.i18n import _
from app.services.replenishment.simulation import SeriesRow, Simulated
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Row, Two
from app.ui.tables.columns import Column, Kind

_RIGHT: Final = Qt.AlignmentFlag.AlignRight
_SAME: Final = Decimal("0.005")
_SAME_POINTS: Final = Decimal("0.1")
_HUNDRED: Final = 100


@dataclass(frozen=True, slots=True)
class _Figure:
    """One figure under both policies.

    Attributes:
        name, note: What it is and how it is counted.
        a, b: Figure and its second line, in words.
        values: Both as numbers.
        points: The change is told in points, not in percent.
        more: More is better.
    """

    name: str
    note: str
    a: tuple[str, str]
    b: tuple[str, str]
    values: tuple[Decimal, Decimal]
    points: bool = False
    more: bool = False


def columns() -> tuple[Column, ...]:
    """The columns of the comparison."""
    return (
        Column(key="figure", title=_("指标"), kind=Kind.TWO_LINE, width=140, stretch=True),
        Column(key="a", title=_("A 现行"), kind=Kind.TWO_LINE, width=110, align=_RIGHT),
        Column(key="b", title=_("B 建议"), kind=Kind.TWO_LINE, width=110, align=_RIGHT),
        Column(key="change", title=_("变化"), kind=Kind.PILL, width=100),
    )


def rows(found: Simulated) -> tuple[Row, ...]:
    """The comparison, one row for each figure."""
    return tuple(
        Row(n, _cells(one), raw=(one.name, *one.values, one.values[1] - one.values[0]))
        for n, one in enumerate(_figures(found.a, found.b))
    )


def _cells(one: _Figure) -> tuple[Cell, ...]:
    return (Two(one.name, one.note), Two(*one.a), Two(*one.b, bold=True), _change(one))


def _change(one: _Figure) -> Cell:
    before, after = one.values
    gap = after - before
    if one.points:
        words = _("{n} 点", n=f"{gap:+.1f}")
    elif before == 0:
        words = f"{gap:+,.0f}"
    else:
        sign = "↓" if gap < 0 else "↑"
        words = f"{sign} {abs(gap) * _HUNDRED / before:.1f}%"
    if abs(gap) <= (_SAME_POINTS if one.points else _SAME * max(abs(before), Decimal(1))):
        return Pill(Status.MUTE, words, bare=True)
    better = (gap > 0) == one.more
    return Pill(Status.OK if better else Status.NEAR, words, bare=True)


def _figures(a: Outcome, b: Outcome) -> tuple[_Figure, ...]:
    pair = (a, b)

    def money(name: str, note: str, values: list[Decimal], second: list[str]) -> _Figure:
        one, two = (formats.total(value) for value in values)
        return _Figure(name, note, (one, second[0]), (two, second[1]), (values[0], values[1]))

    def count(name: str, note: str, values: list[int], second: list[str]) -> _Figure:
        one, two = (formats.number(value) for value in values)
        shown = (Decimal(values[0]), Decimal(values[1]))
        return _Figure(name, note, (one, second[0]), (two, second[1]), shown)

    return (
        _share(_("行满足率"), _("一次配齐的行 / 全部 {n} 行", n=formats.number(a.lines)),
               [(o.line_fill, formats.number(o.whole) + _(" 行")) for o in pair]),
        _share(_("数量满足率"), _("按最小单位 {n}", n=formats.number(a.units)),
               [(o.unit_fill, formats.number(o.given)) for o in pair]),
        money(_("平均库存金额"), _("元 · 早晚平均"), [o.stock_value for o in pair],
              [_("最高 {n}", n=formats.number(int(o.peak_value))) for o in pair]),
        _Figure(_("可用天数"), _("库存 / 日均消耗 {n} 元", n=formats.number(int(a.daily_use))),
                (_("{n} 天", n=str(a.days_of_stock)), ""),
                (_("{n} 天", n=str(b.days_of_stock)), ""),
                (a.days_of_stock, b.days_of_stock)),
        count(_("缺货"), _("品规天 · 全部 {n}", n=formats.number(a.series_days)),
              [o.short_days for o in pair],
              [f"{o.short_days * 100 / max(1, o.series_days):.2f}%" for o in pair]),
        money(_("过期报损"), _("元 · 一年"), [o.expired_value for o in pair],
              [_("{n} 批", n=o.expired_lots) for o in pair]),
        count(_("采购订货"), _("行 · 一年"), [o.orders for o in pair],
              [_("每周 {n}", n=f"{o.orders / max(1, len(o.weekly)):.1f}") for o in pair]),
        count(_("调拨"), _("行 · 当天由成员互助"), [o.helped for o in pair], ["", ""]),
    )  # fmt: skip


def _share(name: str, note: str, values: list[tuple[Decimal, str]]) -> _Figure:
    (a, under_a), (b, under_b) = values
    return _Figure(name, note, (f"{a:.1f}%", under_a), (f"{b:.1f}%", under_b), (a, b), True, True)


def exception_columns() -> tuple[Column, ...]:
    """The columns of the list of what B serves worse."""
    return (
        Column(key="item", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=220, stretch=True),
        Column(key="org", title=_("机构"), kind=Kind.TEXT, width=110),
        Column(key="a", title=_("A 缺货天"), kind=Kind.NUMBER, width=92),
        Column(key="b", title=_("B 缺货天"), kind=Kind.NUMBER, width=92),
        Column(key="saved", title=_("少压库存"), kind=Kind.MONEY, width=120, unit=_("元")),
    )


def exception_row(number: int, one: SeriesRow) -> Row:
    """One item at one member that B serves worse."""
    saved = one.value_a - one.value_b
    cells = (
        Two(one.name, one.spec), one.org, str(one.short_a), str(one.short_b), formats.total(saved),
    )  # fmt: skip
    return Row(number, cells, record=one, raw=(one.name, one.org, one.short_a, one.short_b, saved))
