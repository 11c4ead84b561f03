"""Choosing columns: shown or not, order, frozen, and back to how they came."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.i18n import _
from app.ui import theme
from app.ui.tables.halves import Halves
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.text import Role, Text


class ColumnChooser(QDialog):
    """A list of the columns: tick to show, drag to order, 冻结 to keep in sight."""

    def __init__(self, halves: Halves, reset: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._halves = halves
        self._reset = reset
        self.setWindowTitle(_("选择列"))
        self.resize(theme.px(340), theme.px(460))
        self.list = QListWidget()
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setAccessibleName(_("列"))
        self._fill()
        self.freeze = Button(_("冻结 / 取消冻结"))
        self.freeze.clicked.connect(self._toggle_frozen)
        back = Button(_("恢复默认"), Kind.LINK)
        back.clicked.connect(self._back)
        done = Button(_("用这些列"), Kind.PRIMARY)
        done.clicked.connect(self._take)
        done.setDefault(True)
        column = QVBoxLayout(self)
        column.addWidget(Text(_("打勾的列会显示；拖动可以换顺序。"), Role.LABEL))
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addWidget(self.freeze)
        row.addWidget(back)
        row.addStretch(1)
        row.addWidget(done)
        column.addLayout(row)

    def _fill(self) -> None:
        self.list.clear()
        columns = {column.key: column for column in self._halves.model.columns}
        for key in self._halves.order():
            item = QListWidgetItem(columns[key].title or columns[key].key)
            item.setData(Qt.ItemDataRole.UserRole, key)
            shown = key not in self._halves.hidden_keys
            item.setCheckState(Qt.CheckState.Checked if shown else Qt.CheckState.Unchecked)
            self._mark(item, frozen=key in self._halves.frozen_keys)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    @staticmethod
    def _mark(item: QListWidgetItem, *, frozen: bool) -> None:
        item.setData(Qt.ItemDataRole.UserRole + 1, frozen)
        text = item.text().removesuffix(_frozen_mark())
        item.setText(text + _frozen_mark() if frozen else text)

    def _toggle_frozen(self) -> None:
        item = self.list.currentItem()
        if item:
            self._mark(item, frozen=not item.data(Qt.ItemDataRole.UserRole + 1))

    def _back(self) -> None:
        self._reset()
        self._fill()

    def _take(self) -> None:
        items = [self.list.item(i) for i in range(self.list.count())]
        keys = [str(item.data(Qt.ItemDataRole.UserRole)) for item in items]
        shown = {
            key
            for key, item in zip(keys, items, strict=True)
            if item.checkState() is Qt.CheckState.Checked
        }
        if not shown:
            self.list.item(0).setCheckState(Qt.CheckState.Checked)
            return
        self._halves.hidden_keys = set(keys) - shown
        self._halves.frozen_keys = {
            key
            for key, item in zip(keys, items, strict=True)
            if item.data(Qt.ItemDataRole.UserRole + 1)
        }
        self._halves.set_order(keys)
        self._halves.arrange()
        self.accept()


def _frozen_mark() -> str:
    return _("（冻结）")
