"""Figures and document lines as table rows."""

from __future__ import annotations

from decimal import Decimal

from app.domain.savings import Group, SavingLine
from app.i18n import _
from app.ui import formats
from app.ui.tables.cells import Cell, Row, Tone, Two
from app.ui.tables.columns import Column, Kind


def group_columns(first: str) -> tuple[Column, ...]:
    """Columns of months, members or items."""
    return (
        Column(key="name", title=first, width=190, stretch=True, frozen=True),
        Column(key="lines", title=_("行数"), kind=Kind.NUMBER, width=70),
        Column(key="base", title=_("基准金额"), unit=_("元"), kind=Kind.MONEY, width=130),
        Column(key="new", title=_("新金额"), unit=_("元"), kind=Kind.MONEY, width=130),
        Column(key="saving", title=_("节约额"), unit=_("元"), kind=Kind.MONEY, width=120),
        Column(key="weighted", title=_("加权下浮率"), kind=Kind.NUMBER, width=96),
        Column(key="simple", title=_("简单下浮率"), kind=Kind.NUMBER, width=96),
        Column(key="cheaper", title=_("降价品规"), kind=Kind.NUMBER, width=84),
    )


def group_row(place: int, group: Group) -> Row:
    """One month, member or item."""
    saved = group.saved
    cells: tuple[Cell, ...] = (
        group.name,
        formats.number(saved.lines),
        formats.amount(saved.base),
        formats.amount(saved.new),
        Tone(formats.amount(saved.saving), bold=True),
        rate(saved.weighted),
        rate(saved.simple),
        formats.number(saved.cheaper),
    )
    return Row(place, cells, record=group)


def line_columns() -> tuple[Column, ...]:
    """Columns of document lines: all that is needed to do the sum again."""
    return (
        Column(key="document", title=_("单据 / 日期"), kind=Kind.TWO_LINE, width=150, frozen=True),
        Column(key="org", title=_("机构 / 供应商"), kind=Kind.TWO_LINE, width=140),
        Column(key="item", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=190, stretch=True),
        Column(key="qty", title=_("数量"), kind=Kind.NUMBER, width=90),
        Column(key="base", title=_("基准价 / 来源"), kind=Kind.TWO_LINE, width=190),
        Column(key="new", title=_("新价"), unit=_("元"), kind=Kind.MONEY, width=90),
        Column(key="saving", title=_("节约额"), unit=_("元"), kind=Kind.MONEY, width=110),
    )


def line_row(place: int, line: SavingLine) -> Row:
    """One document line."""
    packs = (Decimal(line.qty) / Decimal(line.factor)).normalize()
    cells: tuple[Cell, ...] = (
        Two(f"{line.document} · {line.line}", formats.day(line.day)),
        Two(line.org, line.supplier or formats.NONE),
        Two(line.name, line.spec),
        f"{packs:,f} {line.unit}",
        Two(formats.price(line.base_price), line.base_source or _("没有基准价，不计入")),
        formats.price(line.new_price),
        Tone(formats.amount(line.saving), bold=True),
    )
    return Row(place, cells, record=line)


def rate(value: Decimal | None) -> str:
    """A rate in percent, or a dash."""
    return formats.NONE if value is None else f"{value}%"
