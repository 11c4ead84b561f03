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
        least = {key: halves.widths.want(place).least for key, place in places.items()}
        wide = sum(width for key, width in least.items() if key not in halves.hidden_keys)
        left_out: set[str] = set()
        for key in self._drop:
            if wide <= self._grid.width() - _EDGES:
                break
            left_out.add(key)
            wide -= 0 if key in halves.hidden_keys else least[key]
        if left_out != halves.left_out:
            halves.left_out = left_out
            halves.arrange()
