"""Learns of changes that other windows, other people and the command line make."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.services.pulse import Pulse, pulse
from app.ui.changes import ALL
from app.ui.context import PageContext

EVERY_MS: Final = 5_000
SOON_MS: Final = 1_500
"""How often while the line is down: the window is itself again soon after the server is."""


class Watch(QObject):
    """Looks every few seconds; what this window did itself is not told again.

    Signals:
        reached: Whether the database answered.
        back: It answers again after it did not.
    """

    reached = Signal(bool)
    back = Signal()

    def __init__(self, context: PageContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._known: Pulse | None = None
        self._own = True
        self._down = False
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        context.changes.happened.connect(self._note_own)

    def _note_own(self, _topics: object) -> None:
        self._own = True

    def look(self) -> None:
        """Look now."""
        db = self._context.db
        self._context.jobs.read(
            lambda: pulse(db),
            self._take,
            self._missed,
            channel="pulse",
            owner=self,
        )

    def _missed(self, _error: Exception) -> None:
        self._timer.setInterval(SOON_MS)
        self._down = True
        self.reached.emit(False)

    def _take(self, found: Pulse) -> None:
        self.reached.emit(True)
        if self._down:
            self._down = False
            self._timer.setInterval(EVERY_MS)
            self.back.emit()
        before, own = self._known, self._own
        self._known, self._own = found, False
        if before is not None and found != before and not own:
            self._context.changes.announce(ALL)
            self._own = False
