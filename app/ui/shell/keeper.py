"""Keeps the window working when the line breaks: changes wait, states are told, ends are asked."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from app.services.settling import Settled, settle_all
from app.ui.changes import ALL
from app.ui.context import PageContext
from app.ui.line import Line
from app.ui.shell.devices import Devices
from app.ui.shell.watch import Watch


class Keeper(QObject):
    """Ties the line to the window: its changes, its status bar, its notices."""

    def __init__(
        self, context: PageContext, watch: Watch, devices: Devices, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context = context
        self.line = Line(context.db, context.actor, self)
        self.line.state_changed.connect(devices.set_line)
        watch.back.connect(self._line_back)
        context.jobs.carry = self.line.carry
        QTimer.singleShot(0, self, self.ask)  # behind the page in front

    def ask(self) -> None:
        """Ask what became of operations whose end this computer does not know.

        Behind the changes under way, so that none of them is asked about.
        """
        db, actor = self._context.db, self._context.actor
        self._context.jobs.write(
            lambda: settle_all(db, actor), self._tell, lambda _error: None, owner=self
        )

    def _line_back(self) -> None:
        """What the pages show is old."""
        self.ask()
        self._context.changes.announce(ALL)

    def _tell(self, found: tuple[Settled, ...]) -> None:
        for one in found:
            if one.saved:
                self._context.notices.info(one.words)
            else:
                self._context.notices.problem(one.words)
