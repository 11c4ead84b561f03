"""Putting rows into a grid that holds a list."""

from __future__ import annotations

from collections.abc import Sequence

from app.ui.tables.cells import Row
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView


def put_rows(grid: GridView, found: Sequence[Row]) -> None:
    """Show these rows; a grid that asks page by page keeps its own."""
    if isinstance(grid.model, ListModel):
        grid.model.set_rows(found)
