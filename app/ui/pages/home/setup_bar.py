"""The bar above the work while a group is being set up; it goes away when all is done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from app.i18n import _
from app.services.platform.checklist import Todo
from app.ui.setup_words import SETUPS
from app.ui.status import Status
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import Card
from app.ui.widgets.text import ElidedText, Role


class SetupBar(Card):
    """What is left to set up, in one line.

    Signals:
        wanted: The person goes on setting up.
        dismissed: The person does not want to see this any more.
    """

    wanted = Signal()
    dismissed = Signal()

    def __init__(self) -> None:
        super().__init__("", padding=10)
        self.badge = Badge(Status.INFO, "")
        self.words = ElidedText("", Role.BODY)
        self.go = Button(_("继续设置"))
        self.go.clicked.connect(lambda _on=False: self.wanted.emit())
        self.close_it = Button(_("不再提示"))
        self.close_it.clicked.connect(lambda _on=False: self.dismissed.emit())
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.badge)
        row.addWidget(self.words, 1)
        row.addWidget(self.go)
        row.addWidget(self.close_it)
        self.add(row)
        self.hide()

    def show_todos(self, todos: Sequence[Todo]) -> None:
        """Show what is left; nothing left hides the bar."""
        left = [todo for todo in todos if not todo.done]
        self.setVisible(bool(left))
        self.badge.show_status(Status.INFO, _("还有 {n} 项没设好", n=len(left)))
        self.words.setText("、".join(_(SETUPS[todo.step].title) for todo in left))
