"""Stock records as table rows: texts are made here, in the reader thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain.duties import Actor
from app.domain.expiry import Band, shown
from app.domain.stock.zones import HOLDS
from app.i18n import N_, _
from app.services.db import Database
from app.services.stock.listing import StockRow, stock_count, stock_page
from app.services.stock.totals import TotalRow
from app.ui import formats, theme
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Qty, Row, Two
from app.ui.tables.columns import Choice, Column, Filter, Kind
from app.ui.tables.query import PageQuery, RowPage

LIGHTS: Final = {
    Band.EXPIRED: (Status.BAD, N_("已过期")),
    Band.NEAR: (Status.NEAR, N_("3 个月内")),
    Band.WARN: (Status.WARN, N_("3–6 个月")),
    Band.OK: (Status.OK, N_("6 个月以上")),
    Band.MISSING: (Status.MUTE, N_("效期未填")),
}


def columns() -> tuple[Column, ...]:
    """Columns of the list by lot; in large text what can be worked out by eye leaves."""
    large = theme.density() is theme.Density.LARGE
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=216, frozen=True,
               sortable=True, filter=Filter.TEXT, hint=_("拼音 / 名称 / 编码")),
        Column(key="place", title=_("机构 · 库位"), width=150, sortable=True, filter=Filter.TEXT,
               hint=_("机构或库位")),
        Column(key="lot", title=_("批号"), width=102, sortable=True, filter=Filter.TEXT,
               hint=_("包含…")),
        Column(key="expiry", title=_("有效期至"), kind=Kind.EXPIRY, width=122, sortable=True,
               filter=Filter.DATE, hint=_("≤ 年-月")),
        Column(key="left", title=_("剩余"), width=76, kind=Kind.NUMBER, hidden=large),
        Column(key="qty", title=_("现存"), kind=Kind.QTY, width=92, sortable=True,
               filter=Filter.NUMBER, hint=">0"),
        Column(key="owner", title=_("货权"), width=84, hidden=large),
        Column(key="amount", title=_("金额"), kind=Kind.MONEY, unit=_("元"), width=96,
               total=True),
        Column(key="state", title=_("状态 / 建议"), kind=Kind.PILL, width=136, stretch=True),
        Column(key="code", title=_("统一编码"), width=100, sortable=True, hidden=True),
    )  # fmt: skip


def total_columns(first: str) -> tuple[Column, ...]:
    """Columns of the list by item or by organisation."""
    return (
        Column(key="name", title=first, kind=Kind.TWO_LINE, width=280, frozen=True,
               sortable=True),
        Column(key="lots", title=_("批数"), kind=Kind.NUMBER, width=80, sortable=True),
        Column(key="qty", title=_("现存"), kind=Kind.QTY, width=120, sortable=True),
        Column(key="amount", title=_("金额"), kind=Kind.MONEY, unit=_("元"), width=130,
               sortable=True, total=True),
        Column(key="consigned", title=_("其中寄售"), kind=Kind.MONEY, unit=_("元"), width=130,
               sortable=True, total=True),
        Column(key="first", title=_("最早效期"), kind=Kind.EXPIRY, width=140, sortable=True),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=150, stretch=True),
    )  # fmt: skip


def choices() -> tuple[Choice, ...]:
    """Expiry lights as entries of a pick-list."""
    return tuple(Choice(band.value, _(word)) for band, (_status, word) in LIGHTS.items())


@dataclass(frozen=True, slots=True)
class LotSource:
    """Lots of the scope, page by page."""

    db: Database
    actor: Actor
    orgs: tuple[int, ...]
    today: date

    def fetch(self, query: PageQuery, after_key: object, limit: int) -> RowPage:
        """One page of lots."""
        page = stock_page(self.db, self.actor, self.orgs, query, (after_key, limit))
        one = len(self.orgs) == 1
        rows = tuple(lot_row(row, self.today, one_org=one) for row in page.rows)
        return RowPage(rows, page.next_key)

    def count(self, query: PageQuery) -> int:
        """How many lots."""
        return stock_count(self.db, self.actor, self.orgs, query)


def quantity(qty: int, row: StockRow | TotalRow) -> Qty:
    """A quantity in packs, with loose units where it is not whole."""
    text = formats.pack_text(row.base_unit, row.pack_unit, row.pack_factor, qty)
    number, _space, unit = text.partition(" ")
    return Qty(number, unit)


def expiry_cell(expiry: date | None, light: Band) -> Cell:
    """A pill where attention is needed, plain text where all is calm."""
    if light is Band.OK:
        return shown(expiry)
    return Pill(LIGHTS[light][0], shown(expiry) if expiry else _("未填"))


def lot_row(row: StockRow, today: date, *, one_org: bool = False) -> Row:
    """One lot; where all are of one organisation its name is left out."""
    where = row.place if one_org else f"{row.org} · {row.place}"
    cells: tuple[Cell, ...] = (
        Two(row.name, row.spec),
        where,
        row.lot_no or "—",
        expiry_cell(row.expiry, row.light),
        formats.left(row.expiry, today),
        quantity(row.qty, row),
        row.owner if row.consigned else _("自有"),
        formats.amount(row.amount),
        _state(row),
        row.code,
    )
    raw = (
        f"{row.name} {row.spec}", where, row.lot_no, row.expiry,
        formats.left(row.expiry, today), row.qty, row.owner if row.consigned else _("自有"),
        row.amount, _state(row).text, row.code,
    )  # fmt: skip
    key = f"{row.org_id}.{row.place_id}.{row.item_id}.{row.lot_id}.{row.owner_id}"
    return Row(key, cells, record=row, raw=raw)


def _state(row: StockRow) -> Pill:
    if row.held:
        return Pill(Status.LOCK, _(HOLDS.get(row.held, N_("已锁定"))))
    if row.light is Band.EXPIRED:
        return Pill(Status.BAD, _("不能用，待下架"))
    if row.light in {Band.NEAR, Band.WARN}:
        return Pill(Status.INFO, _("先用这批"))
    if row.light is Band.MISSING:
        return Pill(Status.MUTE, _("补填效期"))
    return Pill(Status.OK, _("正常"))


def total_row(row: TotalRow) -> Row:
    """One item or organisation with its sums."""
    qty = quantity(row.qty, row) if row.pack_unit else Qty("—", "")
    word = _(LIGHTS[row.worst][1]) if row.worst is not Band.OK else _("正常")
    cells: tuple[Cell, ...] = (
        Two(row.name, row.note),
        formats.number(row.lots),
        qty,
        formats.amount(row.amount),
        formats.amount(row.consigned),
        expiry_cell(row.first_expiry, row.worst),
        Pill(LIGHTS[row.worst][0], word),
    )
    raw = (
        f"{row.name} {row.note}".strip(), row.lots, row.qty, row.amount, row.consigned,
        row.first_expiry, word,
    )  # fmt: skip
    return Row(row.key, cells, record=row, raw=raw)
