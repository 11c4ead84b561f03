"""The bar at the foot: connection, devices, counts, work under way, the keys that work here."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from app.i18n import _
from app.ui import theme
from app.ui.jobs import Job, JobRunner
from app.ui.page import KeyHint
from app.ui.status import Status, draw_shape
from app.ui.tables import paint
from app.ui.widgets.buttons import Button, Kind, draw_keycap, keycap_width
from app.ui.widgets.text import Role, Text


class _Strip(QWidget):
    """Shapes with words, then plain words; cut at the right edge."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.devices: tuple[tuple[Status, str], ...] = ()
        self.words = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        left, tall = 0, self.height()
        ink = paint.Ink(13, colour=theme.colour("text2"))
        side = 14
        for status, words in self.devices:
            draw_shape(painter, status, QRectF(left, (tall - side) / 2, side, side))
            wide = paint.width_of(words, theme.px(13), bold=False)
            tone = ink if status is Status.OK else ink._replace(colour=status.text)
            paint.text(painter, QRect(left + 19, 0, wide + 1, tall), words, tone)
            left += 19 + wide + 14
        room = QRect(left, 0, max(0, self.width() - left), tall)
        paint.text(painter, room, self.words, ink)
        painter.end()


class _Keys(QWidget):
    """The keys that work here, each as a cap with its word."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hints: tuple[KeyHint, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def show_hints(self, hints: Sequence[KeyHint]) -> None:
        """Show other keys."""
        self.hints = tuple(hints)
        self.setAccessibleName("，".join(f"{hint.key} {hint.text}" for hint in self.hints))
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        wide = sum(
            keycap_width(hint.key, 13) + paint.width_of(hint.text, theme.px(13), bold=False) + 18
            for hint in self.hints
        )
        return QSize(wide, theme.px(20))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        left, tall = 0.0, theme.px(20)
        top = (self.height() - tall) / 2
        ink = theme.colour("text2")
        for hint in self.hints:
            cap = keycap_width(hint.key, 13)
            place = QRectF(left, top, cap, tall)
            draw_keycap(painter, place, hint.key, ink, theme.colour("field"), 13)
            wide = paint.width_of(hint.text, theme.px(13), bold=False)
            room = QRect(round(left) + cap + 4, 0, wide + 2, self.height())
            paint.text(painter, room, hint.text, paint.Ink(13, colour=ink))
            left += cap + wide + 18
        painter.end()


class TaskTray(QWidget):
    """Long work under way: name, how far, how long still, 取消."""

    _TELL_AFTER = 5.0

    def __init__(self, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.words = Text("", Role.LABEL)
        self.stop = Button(_("取消"), Kind.LINK)
        self.stop.clicked.connect(self._cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(6)
        row.addWidget(self.words)
        row.addWidget(self.stop)
        self._tick = QTimer(self, interval=500)
        self._tick.timeout.connect(self.refresh)
        jobs.changed.connect(self.refresh)  # by its name: Qt lets go of it with the tray
        self.refresh()

    def _cancel(self) -> None:
        for job in self._jobs.long_jobs[:1]:
            job.cancel()
            self.words.setText(_("正在取消…"))

    def refresh(self) -> None:
        """Show the oldest long job, and how many more there are."""
        running = self._jobs.long_jobs
        self.setVisible(bool(running))
        if running:
            self._tick.start()
            self.words.setText(self._say(running[0], len(running) - 1))
        else:
            self._tick.stop()

    def _say(self, job: Job, more: int) -> str:
        words = job.name
        if job.total:
            words += f"  {job.done:,} / {job.total:,}"
        elif job.text:
            words += f"  {job.text}"
        gone = time.monotonic() - job.started
        if job.total and job.done and gone > self._TELL_AFTER:
            left = round(gone * (job.total - job.done) / job.done)
            words += "  " + _("还要 {n} 秒", n=left)
        if more:
            words += "  " + _("另有 {n} 项", n=more)
        return words

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), theme.px(26))


class StatusBar(QWidget):
    """The foot of the window."""

    def __init__(self, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strip = _Strip()
        self._keys = _Keys()
        self.tray = TaskTray(jobs)
        self.tray.stop.setFixedHeight(theme.px(24))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self._strip, 1)
        row.addWidget(self.tray)
        row.addWidget(self._keys)
        self._dress()

    def show_devices(self, devices: Sequence[tuple[Status, str]]) -> None:
        """Connection, scanner, printer."""
        self._strip.devices = tuple(devices)
        self._strip.update()

    def show_page(self, counts: str, hints: Sequence[KeyHint]) -> None:
        """What the page in front counts, and its keys."""
        self._strip.words = counts
        self._strip.setAccessibleName(counts)
        self._strip.update()
        self._keys.show_hints(hints)

    @property
    def words(self) -> str:
        """The counts shown, for tests and screen readers."""
        return self._strip.words

    def _dress(self) -> None:
        self.setFixedHeight(theme.px(28))

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.StyleChange and hasattr(self, "tray"):
            self._dress()
        super().changeEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("subtle"))
        painter.fillRect(0, 0, self.width(), 1, theme.colour("border"))
        painter.end()
