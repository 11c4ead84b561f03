"""Labels that follow the look, and the small helpers that layouts need."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget
from typing_extensions import override

from app.ui import theme
from app.ui.status import Status


class Role(Enum):
    """What a text is for: size, weight and colour token."""

    PAGE_TITLE = (20, True, "text")
    DETAIL_TITLE = (18, True, "text")
    CARD_TITLE = (16, True, "text")
    BODY = (15, False, "text")
    STRONG = (15, True, "text")
    LABEL = (13, False, "text2")
    HELP = (13, False, "text3")
    KPI = (24, True, "text")
    COUNT = (30, True, "text")
    LARGE = (28, True, "text")
    LEAD = (16, False, "text2")
    SECOND = (14, False, "text2")
    BUTTON = (14, False, "text")


class Text(QLabel):
    """A plain text label in one of the roles; `tone` replaces the colour by a status colour."""

    def __init__(
        self,
        text: str = "",
        role: Role = Role.BODY,
        parent: QWidget | None = None,
        *,
        wrap: bool = False,
        tone: Status | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._role = role
        self._tone = tone
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        if not wrap:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._dress()

    def set_tone(self, tone: Status | None) -> None:
        """Take the colour of a status, or the role's own again."""
        if tone is not self._tone:
            self._tone = tone
            self._dress()

    def set_role(self, role: Role) -> None:
        """Take another role."""
        self._role = role
        self._dress()

    def _dress(self) -> None:
        size, bold, token = self._role.value
        self.setFont(theme.font(size, bold=bold))
        palette = QPalette(self.palette())
        colour = self._tone.text if self._tone else theme.colour(token)
        palette.setColor(QPalette.ColorRole.WindowText, colour)
        self.setPalette(palette)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.StyleChange:
            self._dress()
        super().changeEvent(event)


class ElidedText(Text):
    """One line that is cut with an ellipsis where it does not fit; the whole is its tooltip."""

    def __init__(
        self, text: str = "", role: Role = Role.BODY, *, tone: Status | None = None
    ) -> None:
        super().__init__(text, role, tone=tone)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        whole = self.text()
        cut = self.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(whole if cut != whole else "")
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), cut)
        painter.end()


class Message(Text):
    """A line that takes no room while it has nothing to say."""

    def __init__(
        self, text: str = "", role: Role = Role.BODY, *, tone: Status | None = None
    ) -> None:
        super().__init__(text, role, wrap=True, tone=tone)
        self.setVisible(bool(text))

    @override
    def setText(self, text: str) -> None:
        super().setText(text)
        self.setVisible(bool(text))


def line(parent: QWidget | None = None, *, vertical: bool = False) -> QFrame:
    """A separator of one pixel."""
    result = QFrame(parent)
    result.setObjectName("line")
    if vertical:
        result.setFixedWidth(1)
    else:
        result.setFixedHeight(1)
    return result
