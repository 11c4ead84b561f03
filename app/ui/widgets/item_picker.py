"""Choosing one of many by pinyin, name or code: results while typing, arrows and Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget
from typing_extensions import override

from app.i18n import _
from app.ui import theme
from app.ui.jobs import JobRunner
from app.ui.widgets.fields import SearchEdit


@dataclass(frozen=True, slots=True)
class Found:
    """One result: what the page gets back, its name, and a second word (spec, code)."""

    value: object
    name: str
    second: str = ""


Search = Callable[[str], Sequence[Found]]


class ItemPicker(SearchEdit):
    """A search field with a list of results under it.

    What stands in the field is what was chosen: words that were typed and not chosen are put back
    when the keys leave, and Enter chooses before it does anything else, so that a scan (a code
    and Enter, faster than the answer) never sends a form with the item chosen before.

    Signals:
        picked: The `value` of the chosen result.
        emptied: What was chosen is wiped out: nothing is now.
    """

    picked = Signal(object)
    emptied = Signal()

    def __init__(
        self, search: Search, jobs: JobRunner, hint: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(hint or _("拼音、名称或编码"), parent)
        self._search = search
        self._jobs = jobs
        self._chosen = ""
        self._typed = False  # since something was chosen
        self._entered = False  # Enter came before the answer
        self.list = QListWidget(self)
        self.list.setWindowFlags(Qt.WindowType.ToolTip)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(_("搜索结果"))
        self.list.itemClicked.connect(self._take)
        self.list.hide()
        self.textEdited.connect(self._ask)

    @override
    def setText(self, arg__1: str | None) -> None:
        """What is chosen, in words."""
        self._chosen, self._typed, self._entered = arg__1 or "", False, False
        super().setText(arg__1 or "")
        self.setCursorPosition(0)  # a long name is told apart by how it begins

    @override
    def take_scan(self, code: str) -> None:
        """A scan is asked for and, where it names one, chosen."""
        self.setFocus()
        super().setText(code)
        self._ask(code)
        self._entered = True

    @override
    def clear(self) -> None:
        self.setText("")

    def _ask(self, text: str) -> None:
        needle = text.strip()
        self._typed, self._entered = bool(needle), False
        if not needle:
            self.list.hide()
            self._chosen = ""
            self.emptied.emit()
            return
        search = self._search
        self._jobs.read(lambda: search(needle), self._show, channel=f"picker{id(self)}", owner=self)

    def _show(self, found: Sequence[Found]) -> None:
        self.list.clear()
        for result in found:
            words = f"{result.name}   {result.second}".rstrip()
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, result)
            self.list.addItem(item)
        if not found:
            item = QListWidgetItem(_("没有找到「{text}」", text=self.text().strip()))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        else:
            self.list.setCurrentRow(0)
        row = theme.sizes().row
        self.list.setStyleSheet(f"QListWidget::item {{ height: {row - 6}px; }}")
        self.list.resize(max(self.width(), 360), min(8, self.list.count()) * (row - 6) + 6)
        self.list.move(self.mapToGlobal(QPoint(0, self.height() + 2)))
        entered, self._entered = self._entered, False
        if entered and len(found) == 1:
            self._take(self.list.item(0))
        else:
            self.list.setVisible(self.hasFocus())

    def _take(self, item: QListWidgetItem | None) -> None:
        result = item.data(Qt.ItemDataRole.UserRole) if item else None
        if isinstance(result, Found):
            self.setText(result.name)
            self.list.hide()
            self.picked.emit(result.value)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self.list.isVisible() and key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            step = 1 if key == Qt.Key.Key_Down else -1
            last = self.list.count() - 1
            self.list.setCurrentRow(max(0, min(last, self.list.currentRow() + step)))
        elif self.list.isVisible() and key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._take(self.list.currentItem())
        elif self._typed and key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._ask(self.text())
            self._entered = True
        elif self.list.isVisible() and key == Qt.Key.Key_Escape:
            self.list.hide()
        else:
            super().keyPressEvent(event)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FocusOut and hasattr(self, "list"):
            self.list.hide()
            if self._typed and self._chosen:
                self.setText(self._chosen)
        return super().event(event)
