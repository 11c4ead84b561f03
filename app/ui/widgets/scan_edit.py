"""The scan field, the large result beside it, and the line of recent scans."""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QSizePolicy, QWidget
from typing_extensions import override

from app.domain.errors import DomainError, EnvironmentProblem
from app.i18n import _
from app.services.db import local_time
from app.ui import icons, theme
from app.ui.icons import Icon
from app.ui.status import Status, draw_shape
from app.ui.tables import paint
from app.ui.widgets.buttons import Button
from app.ui.widgets.fields import CodeEdit

HEIGHT: Final = 76
_KEPT: Final = 3
_WALKS: Final = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
_UNDOES: Final = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
_ENTER: Final = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


def _is_count(text: str) -> bool:
    """Whether only the quantity before a code was typed."""
    return text[-1] in "*×" and text[:-1].isdigit()


class ScanEdit(QWidget):
    """The large field for scans and typed codes.

    Signals:
        submitted: A code was scanned or typed and ended with Enter.
        edited: The text changed by typing (for search as you type).
    """

    submitted = Signal(str)
    edited = Signal(str)

    def __init__(self, hint: str = "", detail: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.detail = detail or _("69 码、GS1、UDI、追溯码 · 先输 12* 再扫 = 12 盒")
        self.edit = CodeEdit("", self)
        self.edit.setObjectName("bare")
        self.edit.setPlaceholderText(hint or _("请扫码，或输入编码 / 拼音"))
        self.edit.setAccessibleName(hint or _("扫码"))
        self.edit.returnPressed.connect(self._submit)
        self.edit.textEdited.connect(self.edited)
        self.edit.installEventFilter(self)
        self._rows: QWidget | None = None
        self.setFocusProxy(self.edit)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._dress()

    def drive(self, rows: QWidget) -> None:
        """Let the arrows, and Enter while nothing is typed, work on `rows` (a `GridView`)."""
        self._rows = rows

    def _submit(self) -> None:
        text = self.edit.text().strip()
        if text and not _is_count(text):  # 12* and Enter: it stays and waits for its code
            self.edit.clear()
            self.submitted.emit(text)

    def take(self, code: str) -> None:
        """A scan that the filter caught; a quantity typed before it (12*) belongs to it."""
        before = self.edit.text().strip()
        self.edit.clear()
        self.submitted.emit(before + code if before.endswith(("*", "×", "x")) else code)

    def _dress(self) -> None:
        self.edit.setFont(theme.font(20))
        self.updateGeometry()
        self._place()

    def _place(self) -> None:
        left = theme.px(60)
        tall = theme.px(32)
        self.edit.setGeometry(left, theme.px(11), max(40, self.width() - left - 16), tall)

    @override
    def sizeHint(self) -> QSize:
        return QSize(420, theme.px(HEIGHT))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.StyleChange and hasattr(self, "edit"):
            self._dress()
        super().changeEvent(event)

    @override
    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.FocusIn, QEvent.Type.FocusOut}:
            self.update()
        if self._leaves_to_page(event):
            event.ignore()
            return True
        if self._rows is not None and isinstance(event, QKeyEvent) and self._passes_on(event):
            return QCoreApplication.sendEvent(self._rows.focusProxy() or self._rows, event)
        return False

    def _leaves_to_page(self, event: QEvent) -> bool:
        """Undo and redo are the page's own while nothing is typed; the field would swallow them."""
        if event.type() is not QEvent.Type.ShortcutOverride or self.edit.text():
            return False
        return isinstance(event, QKeyEvent) and any(event.matches(keys) for keys in _UNDOES)

    def _passes_on(self, event: QKeyEvent) -> bool:
        if event.type() is not QEvent.Type.KeyPress:
            return False
        return event.key() in _WALKS or (event.key() in _ENTER and not self.edit.text())

    @override
    def mousePressEvent(self, event: object) -> None:
        self.edit.setFocus()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.edit.hasFocus()
        painter.setBrush(theme.colour("surface"))
        painter.setPen(QPen(theme.colour("primary" if on else "field"), 2.5 if on else 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 8, 8)
        side = theme.px(36)
        place = QRectF(theme.px(16), (self.height() - side) / 2, side, side)
        icons.draw(painter, Icon.BARCODE_SCAN, place, theme.colour("primary"))
        left = theme.px(60)
        room = QRect(left + 2, theme.px(42), self.width() - left - 12, theme.px(24))
        ink = paint.Ink(13, colour=theme.colour("text2"))
        paint.text(painter, room, self.detail, ink)
        painter.end()


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a scan did.

    Attributes:
        status: OK hit, WARN look at it, BAD refused, INFO for the rest.
        text: Short: 已收 +1，共 60 盒.
        detail: What, lot, expiry, and what to do now.
        bind: The unknown code, where it can be given to an item at once; empty otherwise.
    """

    status: Status
    text: str
    detail: str = ""
    bind: str = ""


class ResultPanel(QLabel):
    """The last scan's result, to be read without leaning in."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: ScanResult | None = None
        self.setAccessibleName(_("扫码结果"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_result(self, result: ScanResult | None) -> None:
        """Show a result, and tell screen readers."""
        self.result = result
        words = f"{result.text} {result.detail}" if result else ""
        self.setAccessibleDescription(words)
        self.update()
        if result and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    @override
    def sizeHint(self) -> QSize:
        return QSize(420, theme.px(HEIGHT))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        result = self.result
        if result is None:
            painter.setBrush(theme.colour("subtle"))
            painter.setPen(QPen(theme.colour("border"), 1))
            painter.drawRoundedRect(box, 8, 8)
            ink = paint.Ink(14, colour=theme.colour("text3"))
            room = self.rect().adjusted(theme.px(20), 0, -12, 0)
            paint.text(painter, room, _("扫码结果显示在这里"), ink)
            painter.end()
            return
        painter.setBrush(result.status.tint)
        painter.setPen(QPen(result.status.fill, 2))
        painter.drawRoundedRect(box, 8, 8)
        side = theme.px(44)
        place = QRectF(theme.px(13), (self.height() - side) / 2, side, side)
        draw_shape(painter, result.status, place)
        left = theme.px(68)
        wide = self.width() - left - 12
        size, upper = 20, QRect(left, 0, wide, self.height())
        if paint.width_of(result.detail, theme.px(14), bold=False) > wide:
            # what to do now stands at the end of the sentence: it is never cut off
            size, upper = 17, QRect(left, theme.px(3), wide, theme.px(25))
            lower = QRect(left, theme.px(27), wide, self.height() - theme.px(30))
            paint.wrapped(painter, lower, result.detail, paint.Ink(13))
        elif result.detail:
            upper = QRect(left, theme.px(10), wide, theme.px(32))
            lower = QRect(left, theme.px(42), wide, theme.px(24))
            paint.text(painter, lower, result.detail, paint.Ink(14))
        ink = paint.Ink(size, bold=True, colour=result.status.text)
        paint.text(painter, upper, result.text, ink)
        painter.end()


class RecentScans(QWidget):
    """The last three scans with their time; refused ones stay until handled."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept: deque[tuple[datetime, ScanResult]] = deque(maxlen=12)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def add(self, result: ScanResult, at: datetime | None = None) -> None:
        """Put a result in front."""
        self._kept.appendleft((at or local_time(datetime.now(UTC)), result))
        self.update()

    def handled(self) -> None:
        """Refused scans were dealt with: only the newest stay."""
        kept = [pair for pair in self._kept if pair[1].status is not Status.BAD]
        self._kept = deque(kept, maxlen=12)
        self.update()

    @property
    def shown(self) -> tuple[tuple[datetime, ScanResult], ...]:
        """What stands in the line: refused ones first to stay, then the newest."""
        refused = [pair for pair in self._kept if pair[1].status is Status.BAD]
        others = [pair for pair in self._kept if pair[1].status is not Status.BAD]
        kept = [*refused[:2], *others][:_KEPT]
        return tuple(sorted(kept, key=lambda pair: pair[0], reverse=True))

    @override
    def sizeHint(self) -> QSize:
        return QSize(300, theme.px(24))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        left = 0
        tall = self.height()
        label = _("最近：") if self._kept else _("最近三次扫码会列在这里。")
        grey = paint.Ink(13, colour=theme.colour("text2"))
        paint.text(painter, QRect(0, 0, self.width(), tall), label, grey)
        left += paint.width_of(label, theme.px(13), bold=False) + 8
        side = theme.px(16)
        for at, result in self.shown:
            words = f"{at:%H:%M:%S} {result.text}"
            draw_shape(painter, result.status, QRectF(left, (tall - side) / 2, side, side))
            left += side + 5
            wide = paint.width_of(words, theme.px(13), bold=False) + 2
            room = QRect(left, 0, min(wide, max(0, self.width() - left)), tall)
            calm = result.status in {Status.OK, Status.INFO}
            ink = paint.Ink(13, colour=None if calm else result.status.text)
            paint.text(painter, room, words, ink)
            left += wide + 16
        painter.end()


class ScanBar(QWidget):
    """Scan field and result side by side, as at the top of every scanning page.

    Signals:
        scanned: A code, from the scanner or typed.
        bind_asked: The person wants to give the unknown code to an item.
    """

    scanned = Signal(str)
    bind_asked = Signal(str)

    def __init__(self, hint: str = "", detail: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = ScanEdit(hint, detail)
        self._unknown = ""
        self.bind = Button(_("关联到品规"))
        self.bind.clicked.connect(lambda _on=False: self.bind_asked.emit(self._unknown))
        self.bind.hide()
        self.panel = ResultPanel()
        self.recent = RecentScans()
        self.sound = True
        self.field.submitted.connect(self.scanned)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.field, 6)
        row.addWidget(self.panel, 7)
        row.addWidget(self.bind)
        self.setFocusProxy(self.field)

    def take(self, code: str) -> None:
        """A scan caught elsewhere (give this to `ScanRouter.subscribe`)."""
        self.field.take(code)

    def show_result(self, result: ScanResult) -> None:
        """Show, remember and sound a result."""
        self.panel.show_result(result)
        self._unknown = result.bind
        self.bind.setVisible(bool(result.bind))
        self.recent.add(result)
        if self.sound:
            sound(result.status)

    def say(self, status: Status, text: str, detail: str = "") -> None:
        """Show a result in words."""
        self.show_result(ScanResult(status, text, detail))

    def show_not_sent(self) -> None:
        """The list was not sent, because this scan was refused: said where the eye is."""
        refused = self.panel.result
        if refused is not None:
            words = _("这一单没有登记，处理好后再按 F10。")
            self.panel.show_result(replace(refused, detail=f"{refused.detail}{words}"))

    def show_refusal(self, error: Exception, bind: str = "") -> None:
        """Say why: the first sentence large, what to do below it; `bind` as in `ScanResult`.

        A scan that the server could not answer is told here as well: else the eye stays on the
        scan before, which was in order. Other errors are not for this place.
        """
        if not isinstance(error, DomainError | EnvironmentProblem):
            return
        problems = error.problems if isinstance(error, DomainError) else ()
        text = problems[0].text if problems else error.text
        short, _stop, rest = text.partition("。")
        self.show_result(ScanResult(Status.BAD, short, rest, bind))


def sound(status: Status) -> None:
    """One short high tone for a hit, two middle ones for a warning, a long low one for refused."""
    if sys.platform == "win32":
        import threading
        import winsound

        tones = {Status.BAD: ((300, 450),), Status.WARN: ((700, 90), (700, 90))}
        for_this = tones.get(status, ((1600, 70),))

        def play() -> None:
            for pitch, length in for_this:
                winsound.Beep(pitch, length)

        threading.Thread(target=play, daemon=True).start()
    elif sys.platform == "darwin":
        names = {Status.BAD: "Basso", Status.WARN: "Funk"}
        file = f"/System/Library/Sounds/{names.get(status, 'Tink')}.aiff"
        subprocess.Popen(["/usr/bin/afplay", file])  # noqa: S603 - a fixed player and file
    elif status is not Status.OK:
        QApplication.beep()
