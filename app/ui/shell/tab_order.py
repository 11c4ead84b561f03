"""Where Tab goes next in the window.

Qt gives the keys of a page, or of a part of it, to the widget that stands in for it (the table)
and then goes on behind that one: chips and buttons before the table were never reached by Tab,
only by Shift+Tab. Here such a page is no stop of its own; its parts are, in the order of reading.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from typing_extensions import override


class ReadingOrder(QWidget):
    """A window in which Tab goes through the whole page."""

    @override
    def focusNextPrevChild(self, forward: bool) -> bool:
        stop = _next_stop(self) if forward else None
        if stop is None:
            return super().focusNextPrevChild(forward)
        stop.setFocus(Qt.FocusReason.TabFocusReason)
        return True


def _next_stop(window: QWidget) -> QWidget | None:
    """The widget that Tab brings the keys to, None when there is no other."""
    start = window.focusWidget() or window
    one = start.nextInFocusChain()
    while one is not None and one is not start:
        if _stops(one, window):
            return one
        one = one.nextInFocusChain()
    return None


def _stops(one: QWidget, window: QWidget) -> bool:
    """Whether the keys may stop here."""
    if one.isWindow() or not (one.isVisibleTo(window) and one.isEnabled()):
        return False
    stand_in = one.focusProxy()
    if stand_in is not None and one.isAncestorOf(stand_in):
        return False
    wanted = Qt.FocusPolicy.TabFocus
    return one.focusPolicy() & wanted == wanted
