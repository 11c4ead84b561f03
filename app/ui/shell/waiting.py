"""What stands in the first window while nothing can be typed yet: the name and one line."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import _
from app.ui.widgets.cards import Card
from app.ui.widgets.text import Role, Text


class WaitingPage(QWidget):
    """Says what is going on."""

    def __init__(self, words: str) -> None:
        super().__init__()
        card = Card("", padding=28)
        card.setFixedWidth(420)
        card.body.setSpacing(12)
        card.add(Text(_("医链采供"), Role.LARGE))
        self._words = Text(words, Role.SECOND, wrap=True)
        card.add(self._words)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)

    def say(self, words: str) -> None:
        """Another line."""
        self._words.setText(words)
