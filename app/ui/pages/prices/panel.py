"""The panel right of the price list: one price, and how it came about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.services.catalogue.detail import ItemDetail, ItemPrice
from app.services.prices.listing import PriceRow
from app.ui import formats
from app.ui.pages.prices.rows import STATES
from app.ui.status import Status
from app.ui.widgets.allowing import allow
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import DetailPanel, Facts
from app.ui.widgets.charts import StepChart
from app.ui.widgets.text import Role, Text, line

_STEPS = 5


class PricePanel(DetailPanel):
    """One price.

    Signals:
        follow: Agree the price that follows this one.
        end: End this price.
    """

    follow = Signal()
    end = Signal()

    def __init__(self, *, may_set: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.row: PriceRow | None = None
        self._may_set = may_set
        self.facts = Facts()
        self.chart_title = Text("", Role.SECOND)
        self.chart = StepChart(92)
        self.others_title = Text(_("今天的其他价格"), Role.SECOND)
        self.others = Facts()
        for widget in (self.facts, line(), self.chart_title, self.chart, line(),
                       self.others_title, self.others):  # fmt: skip
            self.content.addWidget(widget)
        self.end_button = Button(_("截止"))
        self.end_button.clicked.connect(self.end)
        self.follow_button = Button(_("登记新价"), Kind.PRIMARY)
        self.follow_button.clicked.connect(self.follow)
        for button in (self.end_button, self.follow_button):
            button.setVisible(may_set)
            self.foot.addWidget(button, 1)

    def show_price(self, row: PriceRow, item: ItemDetail, today: date) -> None:
        """Show a price among the others of its item."""
        self.row = row
        status, words = STATES[row.state]
        badges: list[QWidget] = [Badge(status, _(words))]
        if row.rank > 1:
            badges.append(Badge(Status.MUTE, _("备选")))
        self.show_badges(badges)
        self.name.setText(row.name)
        self.spec.setText(f"{row.spec} · {row.maker}")
        self.facts.show_facts(_facts(row))
        steps = [
            (f"{one.valid_from:%Y-%m}", float(one.unit_price), formats.price(one.unit_price))
            for one in item.prices
            if (one.supplier, one.org) == (row.supplier, row.org)
        ]
        unit = row.pack_unit
        self.chart_title.setText(
            _("{supplier} 的价格变化（元 / {unit}）", supplier=row.supplier, unit=unit)
        )
        self.chart.show_steps(steps[-_STEPS:])
        others = _others(item.prices, row, today)
        self.others_title.setVisible(bool(others))
        self.others.show_facts(others)
        allow(self.end_button, _("这个价格已经截止。"), when=row.state != "past")


def _facts(row: PriceRow) -> list[tuple[str, str] | tuple[str, str, Status | None]]:
    facts: list[tuple[str, str] | tuple[str, str, Status | None]] = [
        (_("统一编码"), row.code),
        (_("价格"), f"{formats.price(row.unit_price)} {_('元')} / {row.pack_unit}"),
        (_("供应商"), row.supplier),
        (_("适用机构"), row.org or _("全集团")),
        (_("价格表"), row.list_title),
        (_("来源"), row.source.label),
        (_("有效期间"), _span(row)),
    ]
    if row.ceiling is not None:
        over = row.unit_price > row.ceiling
        facts.append((_("限价"), formats.price(row.ceiling), Status.BAD if over else None))
    if row.base_price is not None:
        facts.append((_("原价"), formats.price(row.base_price)))
    facts.append((_("税率"), f"{row.tax_rate // 100}%"))
    return facts


def _span(row: PriceRow) -> str:
    start = formats.day(row.valid_from)
    if row.valid_to is None:
        return _("{start} 起一直有效", start=start)
    return _("{start} 至 {end} 前", start=start, end=formats.day(row.valid_to))


def _others(
    prices: Sequence[ItemPrice], row: PriceRow, today: date
) -> list[tuple[str, str] | tuple[str, str, Status | None]]:
    return [
        (one.supplier, formats.price(one.unit_price))
        for one in prices
        if one.id != row.id
        and one.valid_from <= today
        and (one.valid_to is None or one.valid_to > today)
    ]
