"""The right side of the workbench: key figures, use per month, stock by expiry."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.i18n import _
from app.services.home import Band, Figures
from app.ui import formats, theme
from app.ui.status import Status
from app.ui.widgets.badge import Shape
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card, KpiTile
from app.ui.widgets.charts import BarsChart, SegmentBar
from app.ui.widgets.text import Role, Text

_LOW_DAYS: Final = Decimal(21)
_HIGH_DAYS: Final = Decimal(45)
_ROOM_FOR_CHART: Final = 540
_TEN_THOUSAND: Final = Decimal(10_000)


class FiguresPanel(QWidget):
    """Shows `Figures`.

    Signals:
        stock_asked: 查看库存 was pressed.
    """

    stock_asked = Signal()

    def __init__(self, *, may_see_stock: bool) -> None:
        super().__init__()
        self.stock = KpiTile(_("库存金额"))
        self.days = KpiTile(_("库存可用天数"))
        self.saved = KpiTile(_("统采下浮率"))
        self.missing = KpiTile(_("缺货品规"))
        grid = QGridLayout()
        grid.setSpacing(10)
        for place, tile in enumerate((self.stock, self.days, self.saved, self.missing)):
            grid.addWidget(tile, place // 2, place % 2)
            grid.setColumnStretch(place % 2, 1)
        use = Card(_("领用金额"), padding=16)
        self.use_card = use
        use.head.addWidget(Text(_("万元 · 按现价 · 近 6 个月"), Role.LABEL))
        self.bars = BarsChart(150)
        use.add(self.bars, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(grid)
        column.addWidget(use, 1)
        self.look = Button(_("查看库存"), Kind.LINK)
        if not may_see_stock:
            self.look.hide()
        self.look.clicked.connect(self.stock_asked)
        column.addWidget(self._expiry_card())
        self._dress()

    def fit(self, height: int) -> None:
        """Leave the chart out where there is no room for all of it."""
        self.use_card.setVisible(height >= theme.px(_ROOM_FOR_CHART))

    def come_after(self, before: QWidget) -> None:
        """Tab reaches 查看库存 after `before`."""
        self.setTabOrder(before, self.look)

    def _expiry_card(self) -> Card:
        card = Card(_("效期分布"), padding=16)
        self.look.setFixedHeight(24)
        card.head.addWidget(self.look)
        self.expiry = SegmentBar(12)
        card.add(self.expiry)
        self._rows = QGridLayout()
        self._rows.setVerticalSpacing(5)
        self._rows.setColumnStretch(1, 1)
        card.add(self._rows)
        return card

    def show_figures(self, found: Figures) -> None:
        """Show the figures."""
        self._show_tiles(found)
        bars = [
            (
                _("{n}月", n=use.month.month),
                float(use.value),
                f"{use.value / _TEN_THOUSAND:,.1f}",
            )
            for use in found.months
        ]
        self.bars.show_bars(bars)
        bands = [
            (Status.BAD, found.expired, _("已过期（已锁定）")),
            (Status.NEAR, found.near, _("3 个月内")),
            (Status.WARN, found.soon, _("3–6 个月")),
            (Status.OK, found.later, _("6 个月以上")),
        ]
        if found.unknown.lots:
            bands.append((Status.MUTE, found.unknown, _("效期未填")))
        self.expiry.show_parts(
            [(status, band.lots, f"{words} {band.lots}") for status, band, words in bands]
        )
        self._show_bands(bands)

    def _show_tiles(self, found: Figures) -> None:
        large = found.stock_value >= _TEN_THOUSAND
        stock = (
            f"{found.stock_value / _TEN_THOUSAND:,.1f}" if large else f"{found.stock_value:,.0f}"
        )
        items = _("{n} 个品规有库存", n=f"{found.stocked_items:,}")
        self.stock.show_figure(stock, _("万元") if large else _("元"), items)
        self.stock.setToolTip(formats.yuan(found.stock_value))
        days = found.days_of_stock
        if days is None:
            self.days.show_figure("—", "", _("近 4 周没有领用"))
        else:
            tone, words = _days_words(days)
            self.days.show_figure(f"{days:,.1f}", _("天"), words, tone)
        rate = formats.percent(found.saved, found.base_value)
        saved = _("近 4 周少付 {amount}", amount=formats.total(found.saved))
        self.saved.show_figure(rate.removesuffix("%"), "%" if rate != "—" else "", saved, Status.OK)
        missing = _("近 4 周用过 {n} 个", n=f"{found.used_items:,}")
        tone = Status.BAD if found.missing_items else Status.OK
        self.missing.show_figure(f"{found.missing_items:,}", _("个"), missing, tone)

    def _show_bands(self, bands: list[tuple[Status, Band, str]]) -> None:
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item else None
            if widget:
                widget.hide()
                widget.deleteLater()
        right = Qt.AlignmentFlag.AlignRight
        for place, (status, band, words) in enumerate(bands):
            self._rows.addWidget(Shape(status, 18, words), place, 0)
            self._rows.addWidget(Text(words, Role.BUTTON), place, 1)
            count = Text(_("{n} 批", n=f"{band.lots:,}"), Role.STRONG)
            self._rows.addWidget(count, place, 2, right)
            value = Text(formats.yuan(band.value), Role.SECOND)
            value.setMinimumWidth(theme.px(104))
            value.setAlignment(right)
            self._rows.addWidget(value, place, 3, right)

    def _dress(self) -> None:
        self.setFixedWidth(min(theme.px(368), 400))

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.StyleChange and hasattr(self, "bars"):
            self._dress()
        super().changeEvent(event)


def _days_words(days: Decimal) -> tuple[Status | None, str]:
    span = f"{_LOW_DAYS}–{_HIGH_DAYS}"
    if days < _LOW_DAYS:
        return Status.NEAR, _("目标 {span} 天，偏少", span=span)
    if days > _HIGH_DAYS:
        return Status.WARN, _("目标 {span} 天，偏多", span=span)
    return None, _("目标 {span} 天，正常", span=span)
