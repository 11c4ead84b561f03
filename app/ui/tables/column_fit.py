"""Where a table has no room for all its columns, the least needed go first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject
from typing_extensions import override

from app.ui.tables.view import GridView

_EDGES = 14
"""Frame and scroll bar of a table."""


class ColumnFit(QObject):
    """Watches the size and look of a grid and leaves columns out while they do not fit.

    Args:
        grid: The table.
        drop: Keys of columns that may go, the first one first.
    """

    def __init__(self, grid: GridView, drop: Sequence[str]) -> None:
        super().__init__(grid)
        self._grid = grid
        self._drop = tuple(drop)
        self._dropped: set[str] = set()
        grid.installEventFilter(self)
        grid.model.modelReset.connect(self.fit)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.Resize, QEvent.Type.StyleChange}:
            self.fit()
        return False

    def fit(self) -> None:
        """Leave out as many columns as needed, bring back those that fit again."""
        halves, places = self._grid.halves, self._grid.model.positions
        least = [halves.widths.want(place).least for place in places.values()]
        wide = sum(least)
        dropped: set[str] = set()
        for key in self._drop:
            if wide <= self._grid.width() - _EDGES:
                break
            dropped.add(key)
            wide -= least[places[key]]
        if dropped != self._dropped:
            halves.hidden_keys = (halves.hidden_keys - self._dropped) | dropped
            self._dropped = dropped
            halves.arrange()
