"""Tells a scan from typing, wherever the focus is.

A wedge scanner types like a very fast person: keys at most 35 ms apart, ended by Enter or Tab.
The filter holds keys back until the gap is over; a run of at least 6 that ends with Enter or Tab
is a scan, everything else goes on to its widget as it was typed. GS (0x1D) is kept.
"""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from shiboken6 import isValid
from typing_extensions import override

GAP_MS: Final = 35
LEAST: Final = 6
_GS: Final = "\x1d"
_ENDS: Final = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab}
_SHIFTS: Final = {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_CapsLock}
_CTRL: Final = Qt.KeyboardModifier.ControlModifier
_ALT: Final = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class ScanFilter(QObject):
    """Watches the key presses of every window of the program.

    It sits on the windows, not on the application: an application-wide filter in Python would be
    asked about every paint and timer.

    Signals:
        scanned: A complete scan, without its end key.
        seen: A key arrived at this time (monotonic seconds), for the scanner test.
    """

    scanned = Signal(str)

    def __init__(self, parent: QObject | None = None, gap_ms: int = GAP_MS) -> None:
        super().__init__(parent)
        self._gap = gap_ms
        self._held: list[tuple[QWindow, QKeyEvent]] = []
        self._text = ""
        self._last = 0.0
        self._replaying = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look_again)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.focusWindowChanged.connect(self.watch)

    def stop(self) -> None:
        """Watch no more (at the end of the program)."""
        self._forget()
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.focusWindowChanged.disconnect(self.watch)
            for window in app.topLevelWindows():
                window.removeEventFilter(self)

    def set_gap(self, milliseconds: int) -> None:
        """The longest time between two keys of a scan."""
        self._gap = milliseconds

    def watch(self, window: QWindow | None) -> None:
        """Watch a window; every window that gets the focus is watched by itself."""
        if window is not None:
            window.removeEventFilter(self)
            window.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.KeyPress or self._replaying:
            return False
        if not isinstance(watched, QWindow) or not isinstance(event, QKeyEvent):
            return False
        return self._key(watched, event)

    def _key(self, window: QWindow, event: QKeyEvent) -> bool:
        # The time when the key was pressed, not when we got round to it: a busy window must not
        # tear a scan apart.
        now = float(event.timestamp()) or time.monotonic() * 1000
        if self._held and now - self._last > 2 * self._gap:
            self._replay()
        self._last = now
        if event.key() in _SHIFTS:
            return False
        text = _character(event)
        if event.key() in _ENDS and self._held:
            if len(self._text) >= LEAST:
                code = self._text
                self._forget()
                self.scanned.emit(code)
                return True
            self._replay()
            return False
        if not text:
            self._replay()
            return False
        self._held.append((window, event.clone()))
        self._text += text
        self._timer.start(self._gap)
        return True

    def _look_again(self) -> None:
        """The gap is over by our clock: let keys that wait in the queue come first."""
        held = len(self._held)
        QTimer.singleShot(0, self, lambda: self._replay() if len(self._held) == held else None)

    def _forget(self) -> None:
        self._timer.stop()
        self._held = []
        self._text = ""

    def _replay(self) -> None:
        """Give held keys to their windows: it was typing after all."""
        held = self._held
        self._forget()
        self._replaying = True
        try:
            for window, event in held:
                if isValid(window):
                    QCoreApplication.sendEvent(window, event)
        finally:
            self._replaying = False


def _character(event: QKeyEvent) -> str:
    """The character of a scan that a key stands for; empty for keys of people."""
    mods = event.modifiers()
    if mods & _CTRL and event.key() == Qt.Key.Key_BracketRight:
        return _GS  # scanners send GS as Ctrl+]
    if event.text() == _GS:
        return _GS
    if mods & (_CTRL | _ALT):
        return ""
    text = event.text()
    return text if len(text) == 1 and text.isprintable() else ""
