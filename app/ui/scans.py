"""Where a scan goes: to whoever in front of the person asked for scans last."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.domain.gs1 import SEPARATOR

Handler = Callable[[str], None]


class ScanRouter(QObject):
    """Hands each scan to the newest subscriber whose widget is in sight.

    Attributes:
        substitute: What this computer's scanner sends for the GS1 separator; empty for the usual
            ones, which every field reads.

    Signals:
        unwanted: Nobody in sight takes scans: the code.
        routed: A scan arrived.
    """

    unwanted = Signal(str)
    routed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.substitute = ""
        self._takers: list[tuple[QWidget, Handler]] = []

    def subscribe(self, widget: QWidget, handler: Handler) -> None:
        """Send scans to `handler` while `widget` is in sight and enabled."""
        self._takers.append((widget, handler))

    def route(self, code: str) -> None:
        """Take a scan from the filter, or from a test."""
        self._takers = [pair for pair in self._takers if isValid(pair[0])]
        if self.substitute:
            code = code.replace(self.substitute, SEPARATOR)
        self.routed.emit()
        for widget, handler in reversed(self._takers):
            if widget.isVisible() and widget.isEnabled() and _in_front(widget):
                handler(code)
                return
        self.unwanted.emit(code)


def _in_front(widget: QWidget) -> bool:
    """Whether no dialog stands before the widget's window."""
    modal = QApplication.activeModalWidget()
    return modal is None or modal is widget.window()
