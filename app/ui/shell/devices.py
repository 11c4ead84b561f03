"""What the status bar says about connection, scanner and label printer."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.i18n import _
from app.ui.context import PageContext
from app.ui.line import LineState
from app.ui.status import Status


class Devices(QObject):
    """Keeps the states of what the window depends on.

    Signals:
        changed: (status, words) pairs for the status bar.
    """

    changed = Signal(object)

    def __init__(self, context: PageContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._reached = True
        self._line = LineState.GOOD
        self._scanned = False
        context.scans.routed.connect(self._saw_scan)

    def set_reached(self, reached: bool) -> None:
        """Whether the database answered the last question."""
        if reached != self._reached:
            self._reached = reached
            self.refresh()

    def set_line(self, state: LineState) -> None:
        """How the line is for a change under way."""
        self._line = state
        self.refresh()

    def _saw_scan(self) -> None:
        if not self._scanned:
            self._scanned = True
            self.refresh()

    def states(self) -> tuple[tuple[Status, str], ...]:
        """Connection first; the scanner once it was heard of; the printer if one is set."""
        session = self._context.session
        if self._line is LineState.CHECKING:
            states = [(Status.NEAR, _("正在核对是否已经保存…"))]
        elif self._line is LineState.DOWN:
            states = [(Status.NEAR, _("连接断了，正在重新连接，连上后接着保存…"))]
        elif not self._reached:
            states = [(Status.NEAR, _("连不上数据库，稍后会再试"))]
        elif session.db.is_sqlite:
            states = [(Status.OK, _("已打开本机数据"))]
        else:
            states = [(Status.OK, _("已连接集团主库"))]
        if self._scanned:
            states.append((Status.OK, _("扫码枪已就绪")))
        if session.settings.printer_host:
            words = _("标签机 {host}", host=session.settings.printer_host)
            states.append((Status.OK, words))
        return tuple(states)

    def refresh(self) -> None:
        """Tell the states again."""
        self.changed.emit(self.states())
