"""The acceptance of one note: scan field, result, choices, lots, panel, recent scans."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from app.domain.expiry import shown
from app.domain.receiving.outcome import Choice, Outcome, Tone
from app.i18n import _
from app.ui import theme
from app.ui.pages.receiving.lines_card import LinesCard
from app.ui.pages.receiving.panel import LotPanel
from app.ui.pages.receiving.rows import CHOICES, TONES
from app.ui.pages.receiving.view_model import Counting
from app.ui.status import Status
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import page_column
from app.ui.widgets.scan_edit import ScanBar, ScanResult, sound

_IDLE_MS = 3_000
"""After this long without a key the scan field has the focus again."""
_LOW = 645
"""Under this page height (740 of the window) the checks stand in one line."""
_NARROW = 1144
"""Under this page width (1200 of the window) the numbers merge and the panel takes 300."""


class ChoiceBar(QWidget):
    """What can be done about the last scan; Alt+1, Alt+2 … press the buttons.

    Signals:
        chosen: A `Choice`.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(8)
        self.row.addStretch(1)
        self.buttons: list[Button] = []
        self.keys = [QShortcut(QKeySequence(f"Alt+{n}"), self) for n in (1, 2, 3)]
        for place, key in enumerate(self.keys):
            key.activated.connect(lambda place=place: self._press(place))
        self.hide()

    def offer(self, outcome: Outcome | None) -> None:
        """Show the choices of an outcome; none hides the bar."""
        for button in self.buttons:
            self.row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        choices = outcome.choices if outcome else ()
        alone = choices == (Choice.REFUSE,)
        for place, choice in enumerate(() if alone else choices, 1):
            button = Button(self._words(choice, outcome), key=f"Alt+{place}")
            button.clicked.connect(lambda _on=False, one=choice: self.chosen.emit(one))
            self.row.addWidget(button)
            self.buttons.append(button)
        self.setVisible(bool(self.buttons))

    def _words(self, choice: Choice, outcome: Outcome | None) -> str:
        if choice is Choice.FIX_EXPIRY and outcome is not None and outcome.suggestion:
            return _("改为 {expiry}", expiry=shown(outcome.suggestion))
        return _(CHOICES[choice])

    def _press(self, place: int) -> None:
        if place < len(self.buttons):
            self.buttons[place].click()


class WorkView(QWidget):
    """Everything on screen while a note is accepted.

    Signals:
        chosen: What to do about the last scan: a `Choice`.
    """

    chosen = Signal(object)

    def __init__(self, counting: Counting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counting = counting
        self.bar = ScanBar()
        self.choices = ChoiceBar()
        self.lines = LinesCard()
        self.panel = LotPanel()
        self.outcome: Outcome | None = None
        self._idle = QTimer(self, singleShot=True, interval=_IDLE_MS)
        column = page_column(self)
        column.addWidget(self.bar)
        column.addWidget(self.choices)
        middle = QHBoxLayout()
        middle.setSpacing(12)
        middle.addWidget(self.lines, 1)
        middle.addWidget(self.panel)
        column.addLayout(middle, 1)
        column.addWidget(self.bar.recent)
        self._connect()
        self._fit()

    def _connect(self) -> None:
        self.bar.field.drive(self.lines.grid)
        self.bar.scanned.connect(self.counting.take)
        self.choices.chosen.connect(self.chosen)
        self.lines.chosen.connect(self.counting.choose)
        self.counting.changed.connect(self.show_work)
        self.counting.told.connect(self.show_outcome)
        self.panel.left_field.connect(self.bar.field.setFocus)
        for signal in (self.panel.quantity_typed, self.panel.checked):
            signal.connect(lambda _value: self._idle.start())
        self._idle.timeout.connect(self._return)

    def _return(self) -> None:
        """Back to scanning after a moment, unless something is being typed."""
        focus = QApplication.focusWidget()
        typing = isinstance(focus, QLineEdit) and focus.isModified()
        if self.isVisible() and not typing and QApplication.activeModalWidget() is None:
            self.bar.field.setFocus()

    def begin(self) -> None:
        """A note was opened."""
        self.outcome = None
        self.choices.offer(None)
        self.bar.panel.show_result(None)
        self.bar.recent.handled()
        self.show_work()
        self.bar.field.setFocus()

    def show_work(self) -> None:
        """Show the work as it is."""
        if not self.counting.is_open:
            return
        opened = self.counting.opened
        self.lines.show_work(self.counting.work, opened.today)
        self.panel.show_entry(
            self.counting.work, self.counting.current, opened.today, opened.policy
        )

    def show_outcome(self, outcome: Outcome) -> None:
        """Tell what a scan did, large; an echo of the scanner says nothing."""
        if outcome.tone is Tone.SILENT:
            return
        self.outcome = outcome
        self.choices.offer(outcome)
        status = TONES[outcome.tone]
        self.bar.panel.show_result(ScanResult(status, outcome.text, outcome.detail))
        self.bar.recent.add(ScanResult(status, outcome.brief or outcome.text))
        if self.bar.sound:
            sound(status)

    def ask(self, outcome: Outcome) -> None:
        """Say what to do first, with its choices; it is no scan and is not remembered as one."""
        self.outcome = outcome
        self.choices.offer(outcome)
        self.say(TONES[outcome.tone], outcome.text, outcome.detail)

    def say(self, status: Status, text: str, detail: str = "") -> None:
        """Say something in the result panel without remembering it as a scan."""
        self.bar.panel.show_result(ScanResult(status, text, detail))

    def settled(self) -> None:
        """The last outcome was dealt with."""
        self.outcome = None
        self.choices.offer(None)
        self.bar.recent.handled()
        self.bar.field.setFocus()

    def _fit(self) -> None:
        large = theme.density() is theme.Density.LARGE
        narrow = self.width() < _NARROW
        self.lines.set_narrow(narrow=large or narrow)
        self.panel.set_room(low=self.height() < _LOW, narrow=narrow)
        self.bar.recent.setHidden(large or narrow)

    @override
    def minimumSizeHint(self) -> QSize:
        """Small on purpose: the parts that leave where room is short make the room."""
        return QSize(640, 360)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange and hasattr(self, "panel"):
            self._fit()
            self.show_work()
