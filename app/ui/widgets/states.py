"""What stands in place of content: nothing yet, nothing found, could not be read, being read."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.errors import DomainError, EnvironmentProblem
from app.i18n import _
from app.ui import theme
from app.ui.status import Status
from app.ui.widgets.badge import Shape
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.text import Role, Text


class StatePanel(QWidget):
    """One sentence and one action in the middle of the room that content would take."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._act: Callable[[], None] | None = None
        self.shape = Shape(Status.INFO, 28)
        self.words = Text("", Role.BODY, wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.detail = Text("", Role.HELP, wrap=True)
        self.detail.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = Button("", Kind.SECONDARY)
        self.button.clicked.connect(self._run)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addStretch(2)
        column.addWidget(self.shape, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.words)
        column.addWidget(self.detail)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def _run(self) -> None:
        if self._act:
            self._act()

    def _show(self, words: str, detail: str, action: str, act: Callable[[], None] | None) -> None:
        self.words.setText(words)
        self.detail.setText(detail)
        self.detail.setVisible(bool(detail))
        self.button.setText(action)
        self.button.setVisible(bool(action))
        self.button.updateGeometry()
        self._act = act
        self.show()
        self.raise_()

    def show_empty(
        self, words: str, action: str = "", act: Callable[[], None] | None = None
    ) -> None:
        """Nothing here: one sentence and what to do."""
        self.shape.hide()
        self._show(words, "", action, act)

    def show_problem(self, error: Exception, retry: Callable[[], None] | None = None) -> None:
        """Content could not be read: the cause, and 重试; the rest of the screen works on."""
        self.shape.show_status(Status.NEAR)
        self.shape.show()
        if isinstance(error, DomainError | EnvironmentProblem):
            words, detail = error.text, error.code
        else:
            words = _("没能读出这里的内容，其他页面不受影响。")
            # One line is enough to tell an administrator; statements and values are in the log.
            detail = f"{type(error).__name__}: {error}".splitlines()[0][:160]
        self._show(words, detail, _("重试") if retry else "", retry)

    def show_loading(self, words: str = "") -> None:
        """Content is on the way."""
        self.shape.hide()
        self._show(words or _("正在读取…"), "", "", None)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("surface"))
        painter.end()


class Skeleton(QWidget):
    """Grey rows in place of a table that takes longer than a blink."""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("surface"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        height = theme.sizes().two_line
        for number, top in enumerate(range(0, self.height(), height)):
            painter.setBrush(theme.colour("muteBg"))
            for left, share in ((12, 0.22), (0.34, 0.12), (0.55, 0.1), (0.78, 0.14)):
                x = left if left >= 1 else self.width() * left
                width = self.width() * share * (1 - 0.1 * (number % 3))
                painter.drawRoundedRect(QRectF(x, top + height / 2 - 6, width, 12), 4, 4)
            painter.fillRect(0, top + height - 1, self.width(), 1, theme.colour("border"))
        painter.end()


class FieldProblem(QWidget):
    """The words under a field that is not right yet: shape and text; hidden while all is well.

    Signals:
        cleared: The problem went away.
    """

    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(6)
        self._shape = Shape(Status.BAD, 16)
        self._words = Text("", Role.LABEL, wrap=True, tone=Status.BAD)
        row.addWidget(self._shape, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty while all is well."""
        return "" if self.isHidden() else self._words.text()

    def say(self, text: str, status: Status = Status.BAD) -> None:
        """Show a problem; an empty text takes it away."""
        if not text:
            if not self.isHidden():
                self.hide()
                self.cleared.emit()
            return
        self._shape.show_status(status)
        self._words.set_tone(status)
        self._words.setText(text)
        self.show()
