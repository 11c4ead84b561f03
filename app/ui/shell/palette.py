"""Ctrl+K: actions, items, documents and jumps in one box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid
from typing_extensions import override

from app.i18n import _
from app.ui import icons, theme
from app.ui.icons import Icon
from app.ui.jobs import JobRunner
from app.ui.tables import paint
from app.ui.widgets.buttons import draw_keycap, keycap_width
from app.ui.widgets.fields import SearchEdit
from app.ui.widgets.text import Role, Text, line

_ENTRY: Final = Qt.ItemDataRole.UserRole
_RIGHT: Final = Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the palette.

    Attributes:
        title: What it is.
        icon: Its icon.
        act: What choosing it does; None for a heading.
        second: Words at the right.
        key: A printed key.
        words: More words that find it (pinyin initials).
    """

    title: str
    icon: Icon | None = None
    act: Callable[[], None] | None = None
    second: str = ""
    key: str = ""
    words: str = field(default="")


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under a heading."""

    title: str
    entries: tuple[Entry, ...]


Search = Callable[[str], Sequence[Group]]


class _Delegate(QStyledItemDelegate):
    """Paints headings and entries."""

    @override
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        entry = index.data(_ENTRY)
        return QSize(100, theme.px(42 if entry.act else 30))

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        look: Any = option
        rect: QRect = look.rect
        entry: Entry = index.data(_ENTRY)
        if entry.act is None:
            ink = paint.Ink(13, bold=True, colour=theme.colour("text2"))
            paint.text(painter, rect.adjusted(22, 4, -16, 0), entry.title, ink)
            return
        on = bool(look.state & QStyle.StateFlag.State_Selected)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if on:
            box = QRectF(rect).adjusted(8, 1, -8, -1)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("selected"))
            painter.drawRoundedRect(box, 6, 6)
            bar = QRectF(box.left(), box.top() + 9, 3, box.height() - 18)
            painter.fillRect(bar, theme.colour("primary"))
        middle = rect.center().y()
        if entry.icon:
            tint = theme.colour("primary" if on else "text2")
            icons.draw(painter, entry.icon, QRectF(rect.x() + 24, middle - 9, 18, 18), tint)
        right = rect.right() - 22
        if entry.key:
            cap, tall = keycap_width(entry.key, 13), theme.px(22)
            place = QRectF(right - cap, middle - tall / 2 + 1, cap, tall)
            draw_keycap(painter, place, entry.key, theme.colour("text2"), theme.colour("field"), 13)
            right -= cap + 8
        second = paint.width_of(entry.second, theme.px(14), bold=False)
        grey = paint.Ink(14, colour=theme.colour("text2"), align=_RIGHT)
        room = QRect(rect.x(), rect.y(), right - rect.x(), rect.height())
        paint.text(painter, room, entry.second, grey)
        room = QRect(rect.x() + 56, rect.y(), right - rect.x() - second - 66, rect.height())
        paint.text(painter, room, entry.title, paint.Ink(15, bold=on))


class CommandPalette(QWidget):
    """The palette over a dimmed window. Entries that need no database come at once."""

    def __init__(self, local: Search, remote: Search, jobs: JobRunner, host: QWidget) -> None:
        super().__init__(host)
        self._local, self._remote, self._jobs = local, remote, jobs
        self._host = host
        self._before: QWidget | None = None
        self._panel = _Panel(self)
        self.edit = SearchEdit(_("拼音、名称、编码、单号，或要做的事"), self._panel, large=True)
        self.edit.setObjectName("bare")
        self.list = QListWidget(self._panel)
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setStyleSheet("background: transparent; border: none; outline: none;")
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(_("结果"))
        self.list.itemClicked.connect(self._run)
        column = QVBoxLayout(self._panel)
        column.setContentsMargins(1, 8, 1, 6)
        column.setSpacing(4)
        column.addWidget(self.edit)
        column.addWidget(line())
        column.addWidget(self.list, 1)
        column.addWidget(line())
        words = _("↑↓ 选择　Enter 执行　Tab 下一组　Esc 关闭　　输入 > 只看操作，输入 ? 看帮助")
        foot = Text(words, Role.LABEL)
        foot.setContentsMargins(22, 4, 22, 4)
        column.addWidget(foot)
        self.edit.textChanged.connect(self._search)
        self.edit.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Show at once, with what was used last."""
        if not self.isVisible():
            self._before = self._host.focusWidget()
        self.edit.setStyleSheet("")
        self._place()
        self.show()
        self.raise_()
        self.edit.clear()
        self._search("")
        self.edit.setFocus()

    def close_palette(self) -> None:
        """Hide and give the keyboard back to what had it."""
        self.hide()
        before, self._before = self._before, None
        there = before is not None and isValid(before) and before.isVisible()
        (before if before is not None and there else self._host).setFocus()

    @property
    def titles(self) -> list[str]:
        """The titles of the entries in sight (for tests)."""
        entries = (self.list.item(i).data(_ENTRY) for i in range(self.list.count()))
        return [entry.title for entry in entries if entry.act]

    def _search(self, text: str) -> None:
        self._show(list(self._local(text)))
        needle = text.strip()
        if needle and needle[0] not in ">?？":
            remote = self._remote
            self._jobs.read(
                lambda: remote(needle),
                lambda groups: self._merge(text, groups),
                lambda _error: None,
                channel="palette",
                owner=self,
            )

    def _merge(self, text: str, groups: Sequence[Group]) -> None:
        if text == self.edit.text():
            local = list(self._local(text))
            self._show([*local[:1], *groups, *local[1:]])

    def _show(self, groups: Sequence[Group]) -> None:
        self.list.clear()
        for group in groups:
            if not group.entries:
                continue
            self._add(Entry(group.title))
            for entry in group.entries:
                self._add(entry)
        if not self.list.count():
            words = _(
                "没有找到「{text}」。可以换拼音首字母、编码或单号试试。", text=self.edit.text()
            )
            self._add(Entry(words))
        self._step(1, start=-1)
        self._place()

    def _add(self, entry: Entry) -> None:
        item = QListWidgetItem(entry.title)
        item.setData(_ENTRY, entry)
        if entry.act is None:
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self.list.addItem(item)

    def _step(self, by: int, start: int | None = None) -> None:
        row = (self.list.currentRow() if start is None else start) + by
        while 0 <= row < self.list.count():
            if self.list.item(row).data(_ENTRY).act:
                self.list.setCurrentRow(row)
                return
            row += by

    def _next_group(self) -> None:
        row = self.list.currentRow()
        while row < self.list.count() and self.list.item(row).data(_ENTRY).act:
            row += 1
        if row < self.list.count():
            self._step(1, start=row)
        else:
            self._step(1, start=-1)

    def _run(self, item: QListWidgetItem | None) -> None:
        entry = item.data(_ENTRY) if item else None
        if isinstance(entry, Entry) and entry.act:
            self.close_palette()
            entry.act()

    @override
    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event.key())
        return False

    def _key(self, key: int) -> bool:
        if key == Qt.Key.Key_Escape:
            self.close_palette()
        elif key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self._step(1 if key == Qt.Key.Key_Down else -1)
        elif key == Qt.Key.Key_Tab:
            self._next_group()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._run(self.list.currentItem())
        else:
            return False
        return True

    def _place(self) -> None:
        host = self._host
        self.setGeometry(host.rect())
        wide = min(theme.px(680), host.width() - 40)
        content = sum(self.list.sizeHintForRow(i) for i in range(self.list.count()))
        tall = min(content + theme.px(126), round(host.height() * 0.72))
        self._panel.setGeometry((host.width() - wide) // 2 + 40, host.height() // 8, wide, tall)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._panel.geometry().contains(event.position().toPoint()):
            self.close_palette()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(8, 15, 25, 110))
        painter.end()


class _Panel(QFrame):
    """The box of the palette."""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.colour("surface"))
        painter.setPen(QPen(theme.colour("border"), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
        painter.end()
