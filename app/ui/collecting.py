"""Garbage with cycles is collected in the window's thread alone.

Python collects in whichever thread happens to allocate. A closed dialog is often part of a cycle
(its buttons' closures refer to it); collected by a reader thread, Qt's side of it is destroyed off
the window's thread and the program dies.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

_EVERY_MS: Final = 1_000
_YOUNG: Final = 50_000
"""So many new objects are worth a look."""
_WHOLE_AFTER: Final = 20
"""After so many looks at young objects all are looked at."""


class Collector(QObject):
    """Takes the collector over from Python until `stop`; make it in the window's thread."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._looks = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(_EVERY_MS)

    def look(self) -> None:
        """Collect if enough was made since the last time."""
        if gc.get_count()[0] < _YOUNG:
            return
        self._looks += 1
        gc.collect(2 if self._looks % _WHOLE_AFTER == 0 else 1)

    def stop(self) -> None:
        """Give the collector back."""
        self._timer.stop()
        gc.enable()
