"""Prices as table rows: texts are made here, in the reader thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from app.domain.duties import Actor
from app.domain.pricing import PriceSource
from app.i18n import N_, _
from app.services.db import Database
from app.services.prices.listing import PriceRow, price_count, price_page
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Row, Tone, Two
from app.ui.tables.columns import Choice, Column, Filter, Kind
from app.ui.tables.query import PageQuery, RowPage

STATES: Final = {
    "now": (Status.OK, N_("生效中")),
    "future": (Status.INFO, N_("未开始")),
    "past": (Status.MUTE, N_("已截止")),
}


def columns() -> tuple[Column, ...]:
    """Columns of the price list."""
    sources = tuple(Choice(one.value, one.label) for one in PriceSource)
    return (
        Column(key="code", title=_("统一编码"), width=104, frozen=True, sortable=True,
               filter=Filter.TEXT, hint=_("前缀")),
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=200, frozen=True,
               stretch=True, sortable=True, filter=Filter.TEXT, hint=_("包含…")),
        Column(key="supplier", title=_("供应商"), width=96, sortable=True, filter=Filter.TEXT,
               hint=_("包含…")),
        Column(key="price", title=_("价格"), unit=_("元"), kind=Kind.MONEY, width=76,
               sortable=True, filter=Filter.NUMBER, hint=_("≥ 或 ≤")),
        Column(key="ceiling", title=_("限价"), unit=_("元"), kind=Kind.MONEY, width=84,
               hidden=True),
        Column(key="reduction", title=_("下浮率"), kind=Kind.NUMBER, width=80),
        Column(key="source", title=_("来源"), width=86, sortable=True, filter=Filter.CHOICE,
               choices=sources, hint=_("全部")),
        Column(key="from", title=_("有效期间"), kind=Kind.TWO_LINE, width=122, sortable=True,
               filter=Filter.DATE, hint=_("≥ 日期")),
        Column(key="to", title=_("截止"), kind=Kind.DATE, width=106, sortable=True, hidden=True,
               filter=Filter.DATE, hint=_("≤ 日期")),
        Column(key="org", title=_("适用机构"), width=84, hidden=True),
        Column(key="list", title=_("价格表"), width=140, hidden=True),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=112),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PriceSourceRows:
    """Prices, page by page."""

    db: Database
    actor: Actor

    def fetch(self, query: PageQuery, after_key: object, limit: int) -> RowPage:
        """One page of prices."""
        page = price_page(self.db, self.actor, query, (after_key, limit))
        return RowPage(tuple(price_row(row) for row in page.rows), page.next_key)

    def count(self, query: PageQuery) -> int:
        """How many prices the query has."""
        return price_count(self.db, self.actor, query)


def price_row(row: PriceRow) -> Row:
    """One price as a table row."""
    status, words = STATES[row.state]
    over = row.ceiling is not None and row.unit_price > row.ceiling
    state = Pill(Status.BAD, _("超限价")) if over else Pill(status, _(words))
    if row.rank > 1 and not over:
        state = Pill(status, _("备选"))
    cells: tuple[Cell, ...] = (
        row.code,
        Two(row.name, row.spec),
        row.supplier,
        Tone(formats.price(row.unit_price), None, bold=row.state == "now"),
        formats.price(row.ceiling),
        reduction_cell(row.reduction),
        row.source.label,
        Two(formats.day(row.valid_from), until_words(row.valid_to)),
        formats.day(row.valid_to),
        row.org or _("全集团"),
        row.list_title,
        state,
    )
    raw = (
        row.code, f"{row.name} {row.spec}", row.supplier, row.unit_price, row.ceiling,
        row.reduction / 10 if row.reduction is not None else None, row.source.label,
        row.valid_from, row.valid_to, row.org or _("全集团"), row.list_title, state.text,
    )  # fmt: skip
    return Row(row.id, cells, record=row, raw=raw)


def until_words(valid_to: date | None) -> str:
    """Until when a price holds."""
    return _("至 {day} 前", day=formats.day(valid_to)) if valid_to else _("一直有效")


def reduction_cell(tenths: Decimal | None) -> Cell:
    """下浮率 with an arrow; a rise is told by the arrow and a colour."""
    if tenths is None:
        return "—"
    percent = f"{abs(tenths) / 10:.1f}%"
    if not tenths:
        return "0"
    return Tone(f"↓ {percent}" if tenths > 0 else f"↑ {percent}",
                Status.OK if tenths > 0 else Status.NEAR)  # fmt: skip
