"""The first page ever seen: three cards for where the data shall be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.i18n import N_, _, language
from app.ui import icons, theme
from app.ui.icons import Icon
from app.ui.status import Status
from app.ui.tables import paint
from app.ui.tables.cells import Pill
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.fields import Select
from app.ui.widgets.text import Role, Text


class Way(StrEnum):
    """Where the data shall be."""

    DEMO = "demo"
    LOCAL = "local"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class _Card:
    title: str
    lead: str
    icon: Icon
    points: tuple[str, ...]
    pill: str = ""


_CARDS: Final = {
    Way.DEMO: _Card(
        N_("先看演示"),
        N_("2 分钟了解全部功能"),
        Icon.SCHOOL,
        (N_("5 家机构、1,400 个品规"), N_("24 个月的用量记录"), N_("单独存放，可一键清空")),
        N_("推荐初次使用"),
    ),
    Way.LOCAL: _Card(
        N_("新建本机数据"),
        N_("一台电脑独立使用"),
        Icon.STORAGE,
        (N_("一个 SQLite 文件"), N_("无需安装服务器"), N_("每天自动备份")),
    ),
    Way.SERVER: _Card(
        N_("连接集团数据库"),
        N_("多家机构共用"),
        Icon.SERVER,
        (
            N_("PostgreSQL 15 及以上"),
            N_("需管理员给的地址和账号"),
            N_("每人一个账号，各看各的数据"),
        ),
    ),
}


class WayCard(QAbstractButton):
    """One card; works like a radio button."""

    def __init__(self, way: Way, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.way = way
        self._card = _CARDS[way]
        self.setText(_(self._card.title))
        self.setAccessibleName(f"{_(self._card.title)}，{_(self._card.lead)}")
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @override
    def sizeHint(self) -> QSize:
        return QSize(theme.px(298), theme.px(290))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked()
        edge = 2.5 if on or self.hasFocus() else 1.0
        painter.setPen(QPen(theme.colour("primary" if on or self.hasFocus() else "field"), edge))
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 10, 10)
        self._head(painter, on=on)
        unit = theme.px(30)
        left, wide = 22, self.width() - 44
        top = theme.px(88)
        ink = paint.Ink(20, bold=True)
        paint.text(painter, QRect(left, top, wide, unit), self.text(), ink)
        grey = paint.Ink(14, colour=theme.colour("text2"))
        paint.text(painter, QRect(left, top + unit, wide, unit), _(self._card.lead), grey)
        top += round(unit * 2.2)
        for point in self._card.points:
            mark = QRectF(left, top + unit / 2 - 9, 18, 18)
            icons.draw(painter, Icon.CHECK, mark, theme.colour("okFill"))
            room = QRect(left + 26, top, wide - 26, unit)
            paint.text(painter, room, _(point), paint.Ink(14))
            top += unit
        if self._card.pill:
            room = QRect(left + 8, top + 4, wide, unit)
            paint.pill(painter, room, Pill(Status.INFO, _(self._card.pill)))
        painter.end()

    def _head(self, painter: QPainter, *, on: bool) -> None:
        side = theme.px(52)
        box = QRectF(22, 22, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("infoBg" if on else "muteBg"))
        painter.drawRoundedRect(box, 8, 8)
        inner = box.adjusted(side / 4, side / 4, -side / 4, -side / 4)
        icons.draw(painter, self._card.icon, inner, theme.colour("primary" if on else "text2"))
        ring = QRectF(self.width() - 46, 24, 22, 22)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("primary" if on else "field"), 2))
        painter.drawEllipse(ring)
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("primary"))
            painter.drawEllipse(ring.adjusted(5, 5, -5, -5))


class FirstRunPage(QWidget):
    """Choose where the data are; language and text size on the same page.

    Signals:
        chosen: A `Way`.
        density_chosen: A `theme.Density`.
        language_chosen: ``zh_CN`` or ``en``.
        file_asked: Data that are there already, or a backup.
        quit_asked: Not now.
    """

    chosen = Signal(object)
    density_chosen = Signal(object)
    language_chosen = Signal(str)
    file_asked = Signal()
    quit_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards = {way: WayCard(way) for way in Way}
        group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(34)
        for card in self.cards.values():
            group.addButton(card)
            row.addWidget(card)
        self.cards[Way.DEMO].setChecked(True)
        self.next = Button(_("继续"), Kind.PRIMARY, icon=Icon.ARROW_RIGHT)
        self.next.clicked.connect(self._go)
        self.next.setDefault(True)
        self.status = Badge(Status.INFO, "")
        self.status.hide()
        column = QVBoxLayout()
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(Text(_("欢迎使用医链采供"), Role.LARGE))
        lead = _("先选数据放在哪里。不确定就选「先看演示」，不会影响真实数据。")
        column.addWidget(Text(lead, Role.LEAD))
        column.addSpacing(14)
        column.addLayout(row)
        column.addSpacing(14)
        column.addLayout(self._foot())
        self.known = Button(_("打开已有的数据或备份…"), Kind.LINK)
        self.known.clicked.connect(self.file_asked)
        column.addWidget(self.known, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.status)
        column.addStretch(1)
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        outer.addLayout(column)
        outer.addStretch(1)

    def _foot(self) -> QHBoxLayout:
        other = "en" if language() == "zh_CN" else "zh_CN"
        words = "English" if other == "en" else "简体中文"
        tongue = Button(words, Kind.LINK, icon=Icon.EARTH)
        tongue.clicked.connect(lambda: self.language_chosen.emit(other))
        self.density = Select(
            [(density, _(title)) for density, title in theme.DENSITY_TITLES.items()],
            icon=Icon.FORMAT_SIZE,
        )
        self.density.setAccessibleName(_("文字大小"))
        self.density.choose(theme.density())
        self.density.currentIndexChanged.connect(
            lambda _i: self.density_chosen.emit(self.density.value)
        )
        leave = Button(_("退出"))
        leave.clicked.connect(self.quit_asked)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(Text(_("之后可在 系统设置 → 数据 里更换，数据可随时导出"), Role.SECOND))
        row.addStretch(1)
        row.addWidget(self.density)
        row.addWidget(tongue)
        row.addWidget(leave)
        row.addWidget(self.next)
        return row

    @property
    def way(self) -> Way:
        """The chosen card."""
        return next(way for way, card in self.cards.items() if card.isChecked())

    def _go(self) -> None:
        self.chosen.emit(self.way)

    def show_progress(self, words: str) -> None:
        """Say what is being made; empty when it is done."""
        for button in (self.next, self.known):
            button.setEnabled(not words)
        self.status.show_status(Status.INFO, words)
        self.status.setVisible(bool(words))

    def show_problem(self, words: str) -> None:
        """Say what could not be done; the choice stays."""
        for button in (self.next, self.known):
            button.setEnabled(True)
        self.status.show_status(Status.BAD, words)
        self.status.show()
