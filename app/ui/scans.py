"""Where a scan goes: to whoever in front of the person asked for scans last."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.domain.gs1 import SEPARATOR
from app.i18n import _
from app.ui.widgets.fields import CodeEdit, SearchEdit

Handler = Callable[[str], None]


class ScanRouter(QObject):
    """Hands each scan to the newest subscriber whose widget is in sight.

    Attributes:
        substitute: What this computer's scanner sends for the GS1 separator; empty for the usual
            ones, which every field reads.

    Signals:
        unwanted: Nobody in sight takes scans, and no field of the dialog in front: the code.
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
        field = _field_in_front()
        if field is not None:
            field.take_scan(code)
            return
        self.unwanted.emit(code)


def _field_in_front() -> CodeEdit | SearchEdit | None:
    """The field that means to be scanned into: under the keyboard, else the dialog's only one.

    Quantities, dates and amounts never are: a code would be taken for a figure.
    """
    modal, under_keys = QApplication.activeModalWidget(), QApplication.focusWidget()
    if isinstance(under_keys, SearchEdit) or (
        isinstance(under_keys, CodeEdit) and under_keys.scans
    ):
        return under_keys
    if modal is None:
        return None
    fields = [edit for edit in modal.findChildren(CodeEdit) if edit.scans and edit.isVisible()]
    searches = [edit for edit in modal.findChildren(SearchEdit) if edit.isVisible()]
    found: tuple[CodeEdit | SearchEdit, ...] = (*fields, *searches)
    return found[0] if len(found) == 1 else None


def _in_front(widget: QWidget) -> bool:
    """Whether no dialog stands before the widget's window."""
    modal = QApplication.activeModalWidget()
    return modal is None or modal is widget.window()


def unwanted_words(code: str) -> str:
    """Why a scan went nowhere, and where it would go."""
    if QApplication.activeModalWidget() is not None:
        return _("扫到 {code}，这个窗口不用扫码，没有记下。", code=code)
    return _("扫到 {code}，这个页面不用扫码。按 F2 去收货验收。", code=code)
