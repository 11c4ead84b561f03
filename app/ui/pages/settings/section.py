"""The base of a settings section: a card with a heading, help, and rows of name and control."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.ui.context import PageContext
from app.ui.widgets.cards import Card
from app.ui.widgets.text import Role, Text


class Section(QWidget):
    """One section; `refresh` is called when it comes to the front."""

    def __init__(self, context: PageContext, title: str, help_text: str = "") -> None:
        super().__init__()
        self.context = context
        self.card = Card("", padding=20)
        self.card.body.setSpacing(12)
        self.card.add(Text(title, Role.DETAIL_TITLE))
        if help_text:
            self.card.add(Text(help_text, Role.SECOND, wrap=True))
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(20)
        self.grid.setVerticalSpacing(12)
        self.grid.setColumnStretch(2, 1)
        self.card.add(self.grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)
        column.addStretch(1)

    def row(self, name: str, control: QWidget, help_text: str = "") -> None:
        """Add a line: name, control, what it does."""
        place = self.grid.rowCount()
        label = Text(name, Role.BODY)
        label.setBuddy(control)
        if not control.accessibleName():
            control.setAccessibleName(name)
        self.grid.addWidget(label, place, 0, Qt.AlignmentFlag.AlignLeft)
        self.grid.addWidget(control, place, 1, Qt.AlignmentFlag.AlignLeft)
        self.grid.addWidget(Text(help_text, Role.HELP, wrap=True), place, 2)

    def fill(self) -> None:
        """Let the card take all the height (for tables)."""
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.setStretch(0, 1)
            layout.setStretch(1, 0)

    def refresh(self) -> None:
        """Ask for what the section shows."""
