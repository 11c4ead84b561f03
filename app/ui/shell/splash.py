"""A small sign of life when opening takes longer than 400 ms."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel
from typing_extensions import override

from app.i18n import _
from app.ui import theme
from app.ui.tables import paint

_AFTER_MS: Final = 400


class _Box(QLabel):
    """The name of the program and one line of words."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.SplashScreen | Qt.WindowType.FramelessWindowHint)
        self.resize(theme.px(380), theme.px(150))
        self.words = ""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setBrush(theme.colour("surface"))
        painter.setPen(QPen(theme.colour("field"), 1))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        centre = Qt.AlignmentFlag.AlignHCenter
        upper = self.rect().adjusted(12, 24, -12, -self.height() // 2)
        paint.text(painter, upper, _("医链采供"), paint.Ink(24, bold=True, align=centre))
        lower = self.rect().adjusted(12, self.height() // 2, -12, -24)
        ink = paint.Ink(14, colour=theme.colour("text2"), align=centre)
        paint.text(painter, lower, self.words, ink)
        painter.end()


class Splash(QObject):
    """Shows the box if opening is slow, hides it when there is a window."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._box: _Box | None = None
        self._words = ""
        self._timer = QTimer(self, singleShot=True, interval=_AFTER_MS)
        self._timer.timeout.connect(self._show)

    def say(self, words: str) -> None:
        """Say what is going on; shows after 400 ms."""
        self._words = words
        if self._box is not None:
            self._box.words = words
            self._box.update()
        elif not self._timer.isActive():
            self._timer.start()

    def _show(self) -> None:
        self._box = _Box()
        self._box.words = self._words
        self._box.show()

    def done(self) -> None:
        """There is a window: go away."""
        self._timer.stop()
        if self._box is not None:
            self._box.close()
            self._box.deleteLater()
            self._box = None
