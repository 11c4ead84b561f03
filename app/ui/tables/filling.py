"""Putting rows into a grid that holds a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QItemSelectionModel

from app.ui.tables.cells import Row
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView


def put_rows(grid: GridView, found: Sequence[Row]) -> None:
    """Show these rows, the current one stays; a grid that asks page by page keeps its own."""
    if isinstance(grid.model, ListModel):
        kept = grid.current()
        grid.model.set_rows(found)
        if kept is not None and grid.model.position_of(kept.key) >= 0:
            grid.choose(kept.key)


def choose_rows(grid: GridView, keys: Iterable[object]) -> None:
    """Choose several rows, the first of them current; those that are not there are left out."""
    there = [key for key in keys if grid.model.position_of(key) >= 0]
    if there:
        grid.choose(there[0])
    flags = QItemSelectionModel.SelectionFlag
    for key in there:
        index = grid.model.index(grid.model.position_of(key), 0)
        grid.halves.selection.select(index, flags.Select | flags.Rows)
