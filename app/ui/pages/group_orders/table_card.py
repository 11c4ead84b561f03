"""A card whose table runs from edge to edge under its heading."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.ui.widgets.cards import Card


class TableCard(Card):
    """Heading with margins, rows without."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent, padding=0)
        self.body.setContentsMargins(1, 10, 1, 2)
        self.body.setSpacing(6)
        self.head.setContentsMargins(14, 0, 12, 0)
