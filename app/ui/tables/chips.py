"""The row of chips above a table: which column filters are in force, each with a cross."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.i18n import _
from app.ui.tables.grid_state import GridState
from app.ui.widgets.buttons import Button, Chip, Kind


class FilterChips(QWidget):
    """Shows the filters of a grid; hidden while there are none."""

    def __init__(self, state: GridState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(10, 6, 10, 6)
        self._row.setSpacing(8)
        state.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the filters that are in force now."""
        while self._row.count():
            item = self._row.takeAt(0)
            widget = item.widget() if item else None
            if widget:
                widget.hide()
                widget.deleteLater()
        keys = tuple(self._state.texts)
        for key in keys:
            chip = Chip(self._state.words(key), self, checkable=False, closable=True)
            chip.setAccessibleName(_("去掉筛选 {name}", name=self._state.words(key)))
            chip.removed.connect(lambda key=key: self._state.set_filter(key, ""))
            self._row.addWidget(chip)
        if keys:
            clear = Button(_("清除 {n} 个筛选", n=len(keys)), Kind.LINK, self)
            clear.clicked.connect(self._state.clear_filters)
            self._row.addWidget(clear)
            self._row.addStretch(1)
        self.setVisible(bool(keys))
