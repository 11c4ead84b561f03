"""How much waits on each screen: asked at the start, after changes, and every minute."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.services import home
from app.ui.context import PageContext

_EVERY_MS: Final = 60_000


class Badges(QObject):
    """Asks the home service in a reader thread.

    Signals:
        counted: Counts by screen name, and the set of screens with overdue work.
        reached: Whether the database answered.
    """

    counted = Signal(object, object)
    reached = Signal(bool)

    def __init__(self, context: PageContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.ask)
        self._timer.start()
        context.changes.happened.connect(lambda _topics: self.ask())

    def ask(self) -> None:
        """Count again."""
        context = self._context
        db, actor, orgs = context.db, context.actor, context.scope.ids
        context.jobs.read(
            lambda: home.badges(db, actor, orgs),
            self._show,
            lambda _error: self.reached.emit(False),
            channel="badges",
            owner=self,
        )

    def _show(self, found: home.Badges) -> None:
        self.reached.emit(True)
        self.counted.emit(found.counts, found.urgent)
