"""Catalogue records as table rows: texts are made here, in the reader thread."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from app.domain.catalogue import ItemClass, ItemStatus
from app.domain.duties import Actor
from app.i18n import _
from app.services.catalogue.search import CatalogueRow, catalogue_count, catalogue_page
from app.services.db import Database
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Row, Tone, Two
from app.ui.tables.columns import Choice, Column, Filter, Kind
from app.ui.tables.query import PageQuery, RowPage

STATES: Final = {
    ItemStatus.ACTIVE: Status.OK,
    ItemStatus.PAUSED: Status.BAD,
    ItemStatus.STOPPED: Status.MUTE,
}
_RENEW_DAYS: Final = 90


def columns() -> tuple[Column, ...]:
    """Columns of the catalogue."""
    classes = tuple(Choice(one.value, one.label) for one in ItemClass)
    states = tuple(Choice(one.value, one.label) for one in ItemStatus)
    return (
        Column(key="code", title=_("统一编码"), width=106, frozen=True, sortable=True,
               filter=Filter.TEXT, hint=_("前缀")),
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=214, frozen=True,
               sortable=True, filter=Filter.TEXT, hint=_("包含…")),
        Column(key="unit", title=_("单位"), width=50),
        Column(key="maker", title=_("生产企业"), width=98, stretch=True, sortable=True,
               filter=Filter.TEXT, hint=_("包含…")),
        Column(key="class", title=_("类别"), width=80, filter=Filter.CHOICE, choices=classes,
               hint=_("全部")),
        Column(key="price", title=_("统采价"), unit=_("元"), kind=Kind.MONEY, width=90,
               sortable=True, filter=Filter.NUMBER, hint=_("≥ 或 ≤")),
        Column(key="users", title=_("使用机构"), kind=Kind.NUMBER, width=76),
        Column(key="status", title=_("状态"), kind=Kind.PILL, width=112,
               filter=Filter.CHOICE, choices=states, hint=_("全部")),
    )  # fmt: skip


@dataclass(slots=True)
class ItemSource:
    """The catalogue, page by page; remembers how long the last first page took."""

    db: Database
    actor: Actor
    today: date
    milliseconds: int = field(default=0, init=False)

    def fetch(self, query: PageQuery, after_key: object, limit: int) -> RowPage:
        """One page of items."""
        began = time.perf_counter()
        page = catalogue_page(self.db, self.actor, query, (after_key, limit))
        rows = tuple(item_row(row, self.today) for row in page.rows)
        if after_key is None:
            self.milliseconds = max(1, round((time.perf_counter() - began) * 1000))
        return RowPage(rows, page.next_key)

    def count(self, query: PageQuery) -> int:
        """How many items the query has."""
        return catalogue_count(self.db, self.actor, query)


def item_row(row: CatalogueRow, today: date) -> Row:
    """One item as a table row."""
    status, words = state(row.status, row.approval_valid_to, today)
    cells: tuple[Cell, ...] = (
        row.code,
        Two(row.name, row.spec),
        row.pack_unit,
        row.maker,
        class_words(row.item_class, row.insurance),
        Tone(formats.price(row.unit_price), None, bold=row.unit_price is not None),
        formats.number(row.users),
        Pill(status, words),
    )
    raw = (row.code, f"{row.name} {row.spec}", row.pack_unit, row.maker,
           class_words(row.item_class, row.insurance), row.unit_price, row.users,
           words)  # fmt: skip
    return Row(row.id, cells, record=row, raw=raw)


def class_words(item_class: ItemClass, insurance: str) -> str:
    """药品・甲, 耗材."""
    return f"{item_class.label}・{insurance}" if insurance else item_class.label


def state(status: ItemStatus, valid_to: date | None, today: date) -> tuple[Status, str]:
    """The pill of an item: its status, or what its approval needs."""
    if status is not ItemStatus.ACTIVE or valid_to is None:
        return STATES[status], status.label
    if valid_to < today:
        return Status.NEAR, _("证照过期")
    if valid_to < today + timedelta(days=_RENEW_DAYS):
        return Status.WARN, _("待续证")
    return STATES[status], status.label
