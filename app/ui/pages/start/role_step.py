"""The first step: what the person does here, the text size that fits, and the screens for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.domain.duties import Duty
from app.i18n import N_, _
from app.ui import icons, theme
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.icons import Icon
from app.ui.tables import paint
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.fields import Select
from app.ui.widgets.text import Role, Text


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of work: what is done, on which screens, at which text size."""

    duty: Duty
    what: str
    icon: Icon
    pages: tuple[tuple[str, str], ...]
    density: theme.Density = theme.Density.COMFORT


WORKS: Final = (
    Work(
        Duty.STORE, N_("收货、贴标签、扫码消耗、补货"), Icon.BARCODE_SCAN,
        (("receiving", N_("收货验收")), ("labels", N_("标签打印")), ("consumption", N_("扫码消耗")),
         ("replenishment", N_("智能补货"))),
        theme.Density.LARGE,
    ),
    Work(
        Duty.BUY, N_("汇总需求、下单、催签、管价格"), Icon.FILE_SIGN,
        (("group_orders", N_("统采分签")), ("prices", N_("价格表"))),
        theme.Density.COMPACT,
    ),
    Work(
        Duty.CATALOGUE, N_("维护统一目录和编码"), Icon.BOOK_READ,
        (("catalogue", N_("统一目录")),),
    ),
    Work(
        Duty.SIGN, N_("看订单和合同，签署或拒签"), Icon.GAVEL,
        (("home", N_("工作台")), ("group_orders", N_("统采分签"))),
    ),
    Work(
        Duty.SETTLE, N_("每月对账、发对账单"), Icon.CALCULATOR,
        (("settlement", N_("消耗结算")), ("reports", N_("报表"))),
    ),
    Work(
        Duty.SUPPLY, N_("签订单、送货、确认对账"), Icon.TRUCK,
        (("group_orders", N_("统采分签")), ("deliveries", N_("送货")),
         ("settlement", N_("消耗结算"))),
    ),
    Work(
        Duty.ADMIN, N_("建机构、加人员、管备份"), Icon.COG,
        (("settings", N_("系统设置")), ("reports", N_("报表"))),
    ),
)  # fmt: skip


class RoleCard(QAbstractButton):
    """One kind of work; works like a radio button."""

    def __init__(self, work: Work, *, own: bool) -> None:
        super().__init__()
        self.work = work
        self._own = own
        self.setText(work.duty.label)
        self.setAccessibleName(f"{work.duty.label}，{_(work.what)}")
        self.setCheckable(True)
        self.setEnabled(own)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("" if own else _("你的账号没有这个职责，可请管理员添加。"))

    @override
    def sizeHint(self) -> QSize:
        return QSize(theme.px(260), theme.px(66))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(120, theme.px(66))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked() or self.hasFocus()
        painter.setPen(QPen(theme.colour("primary" if on else "field"), 2.5 if on else 1.0))
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 8, 8)
        ink = theme.colour("primary" if self.isChecked() else "text2" if self._own else "disabled")
        side = theme.px(26)
        place = QRectF(16, (self.height() - side) / 2, side, side)
        icons.draw(painter, self.work.icon, place, ink)
        left = 16 + side + 14
        wide = self.width() - left - 12
        title = theme.colour("text" if self._own else "disabled")
        upper = QRect(left, theme.px(9), wide, theme.px(26))
        lower = QRect(left, theme.px(35), wide, theme.px(22))
        paint.text(painter, upper, self.text(), paint.Ink(16, bold=True, colour=title))
        grey = theme.colour("text2" if self._own else "disabled")
        paint.text(painter, lower, _(self.work.what), paint.Ink(13, colour=grey))
        painter.end()


class RoleStep(QWidget):
    """Cards of work, text size, and the screens that belong to the chosen work.

    Signals:
        chosen: The value of a `Duty`.
    """

    chosen = Signal(str)

    def __init__(self, context: PageContext, before: str) -> None:
        super().__init__()
        self._context = context
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(Text(_("你平时做什么？"), Role.DETAIL_TITLE))
        words = _("{name}，选最常做的一项，我们把文字大小和常用页面调好。", name=context.actor.name)
        column.addWidget(Text(words, Role.SECOND, wrap=True))
        column.addLayout(self._lay_out_cards())
        self.links = QHBoxLayout()
        self.links.setSpacing(8)
        self.density = Select([(d, _(title)) for d, title in theme.DENSITY_TITLES.items()])
        self.density.setAccessibleName(_("文字大小"))
        self.density.choose(theme.density())
        self.density.currentIndexChanged.connect(self._set_density)
        size = QHBoxLayout()
        size.addWidget(Text(_("文字大小"), Role.BODY))
        size.addWidget(self.density)
        size.addStretch(1)
        column.addLayout(self.links)
        column.addLayout(size)
        if context.session.demo:
            column.addLayout(self._lay_out_demo())
        column.addStretch(1)
        own = [card for card in self.cards if card.isEnabled()]
        first = next((card for card in own if card.work.duty.value == before), None)
        if first or own:
            card = first or own[0]
            card.setChecked(True)
            self._show_links(card.work)

    def _lay_out_cards(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(10)
        self.cards = [RoleCard(w, own=self._context.actor.has(w.duty)) for w in WORKS]
        group = QButtonGroup(self)
        for place, card in enumerate(self.cards):
            group.addButton(card)
            card.clicked.connect(lambda _on=False, work=card.work: self._choose(work))
            grid.addWidget(card, place // 3, place % 3)
        return grid

    def _lay_out_demo(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(Text(_("演示里可以换人登录，从别的角色再看一遍。"), Role.SECOND))
        switch = Button(_("换人登录"), Kind.LINK)
        switch.clicked.connect(lambda _on=False: self._context.perform(Act.SWITCH_USER))
        row.addWidget(switch)
        row.addStretch(1)
        return row

    def _choose(self, work: Work) -> None:
        self._show_links(work)
        self.density.choose(work.density)
        self.chosen.emit(work.duty.value)

    def _set_density(self) -> None:
        if isinstance(self.density.value, theme.Density):
            self._context.set_look("density", self.density.value.value)

    def _show_links(self, work: Work) -> None:
        while self.links.count():
            item = self.links.takeAt(0)
            widget = item.widget() if item else None
            if widget:
                widget.hide()
                widget.deleteLater()
        self.links.addWidget(Text(_("常用页面"), Role.BODY))
        for page, title in work.pages:
            link = Button(_(title))
            link.clicked.connect(lambda _on=False, name=page: self._context.navigate(name))
            self.links.addWidget(link)
        self.links.addStretch(1)
