"""Form fields: text with label and problem, choice, check, search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QStyle,
    QStyleOptionComboBox,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.domain.errors import DomainError
from app.i18n import _
from app.ui import icons, theme
from app.ui.icons import Icon
from app.ui.status import Status, draw_shape
from app.ui.tables import paint
from app.ui.widgets.buttons import draw_focus
from app.ui.widgets.states import FieldProblem
from app.ui.widgets.text import Role, Text

_FOLD: Final = str.maketrans("０１２３４５６７８９．－／", "0123456789.-/")


class CodeEdit(QLineEdit):
    """A field for codes and numbers: no input method, so that a scan arrives as it is.

    Attributes:
        scans: What is scanned while its dialog is in front goes here.
    """

    def __init__(
        self, text: str = "", parent: QWidget | None = None, *, scans: bool = False
    ) -> None:
        super().__init__(text, parent)
        self.scans = scans
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)

    def take_scan(self, code: str) -> None:
        """A scan takes the place of what stands here; its Enter ends the line, not the form."""
        self.setFocus()
        self.setText(code)
        self.returnPressed.emit()

    def folded(self) -> str:
        """The text with full-width figures folded and blanks taken off."""
        return self.text().translate(_FOLD).strip()


class StatusEdit(CodeEdit):
    """A code field that can show its state by edge and shape (ok or bad)."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.status: Status | None = None

    def show_status(self, status: Status | None) -> None:
        """Show a state; None takes it away."""
        self.status = status
        names = {Status.OK: "ok", Status.BAD: "bad", Status.NEAR: "bad"}
        self.setProperty("state", names.get(status, "") if status else "")
        self.style().polish(self)
        self.setTextMargins(0, 0, 26 if status else 0, 0)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.status:
            painter = QPainter(self)
            side = theme.px(18)
            place = QRectF(self.width() - side - 10, (self.height() - side) / 2, side, side)
            draw_shape(painter, self.status, place)
            painter.end()


class Field(QWidget):
    """A label above an editor, a hint beside the label, the problem below."""

    def __init__(
        self,
        label: str,
        editor: QWidget,
        *,
        required: bool = False,
        hint: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.editor = editor
        words = _("{label}（必填）", label=label) if required else label
        self.label = Text(words, Role.LABEL)
        self.label.setBuddy(editor)
        if not editor.accessibleName():
            editor.setAccessibleName(label)
        self.hint = Text(hint, Role.LABEL)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.problem = FieldProblem()
        self._clear_when_mended(editor)
        head = QHBoxLayout()
        head.addWidget(self.label)
        head.addWidget(self.hint, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(head)
        column.addWidget(editor)
        column.addWidget(self.problem)
        if not _grows(editor):  # room a neighbour makes stays below, labels keep their line
            column.addStretch()

    def _clear_when_mended(self, editor: QWidget) -> None:
        """What is being mended is not wrong any more."""
        if isinstance(editor, QLineEdit):
            editor.textEdited.connect(lambda _text: self.say(""))
        elif isinstance(editor, QPlainTextEdit):
            editor.textChanged.connect(lambda: self.say(""))
        elif isinstance(editor, QComboBox):
            editor.activated.connect(lambda _place: self.say(""))

    @property
    def text(self) -> str:
        """What stands in the editor, if it is one of text."""
        return self.editor.text().strip() if isinstance(self.editor, QLineEdit) else ""

    def say(self, text: str, status: Status = Status.BAD) -> None:
        """Show what is not right yet; empty takes it away."""
        self.problem.say(text, status)
        if isinstance(self.editor, StatusEdit):
            self.editor.show_status(status if text else None)

    def set_hint(self, text: str, tone: Status | None = None) -> None:
        """Words beside the label (应收 100 盒，还差 40 盒)."""
        self.hint.set_tone(tone)
        self.hint.setText(text)


def _grows(editor: QWidget) -> bool:
    """Whether an editor takes what height there is."""
    wants = editor.sizePolicy().expandingDirections() & Qt.Orientation.Vertical
    return bool(wants) and editor.maximumHeight() > editor.minimumHeight()


def beside(*fields: QWidget) -> QHBoxLayout:
    """Fields beside each other, of equal width."""
    row = QHBoxLayout()
    row.setSpacing(12)
    for field in fields:
        row.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
    return row


class Select(QComboBox):
    """A choice of values with words; `value` is what was chosen."""

    def __init__(
        self,
        entries: Sequence[tuple[object, str]] = (),
        parent: QWidget | None = None,
        *,
        icon: Icon | None = None,
    ) -> None:
        super().__init__(parent)
        self.glyph = icon
        self._values: list[object] = []  # not in Qt's variants, which turn enums into texts
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.set_entries(entries)

    def set_entries(self, entries: Sequence[tuple[object, str]]) -> None:
        """Offer other entries, keeping the chosen value if it is still among them."""
        before = self.value
        with QSignalBlocker(self):
            self.clear()
            self._values = [value for value, _words in entries]
            self.addItems([words for _value, words in entries])
            self.choose(before)

    @property
    def value(self) -> object:
        """The chosen value; None while there is nothing to choose."""
        place = self.currentIndex()
        return self._values[place] if 0 <= place < len(self._values) else None

    def choose(self, value: object) -> None:
        """Choose a value; an unknown one changes nothing."""
        if value in self._values:
            self.setCurrentIndex(self._values.index(value))

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Who rolls past it chooses nothing."""
        event.ignore()

    @override
    def sizeHint(self) -> QSize:
        words = max(
            (
                paint.width_of(self.itemText(i), theme.px(15), bold=False)
                for i in range(self.count())
            ),
            default=60,
        )
        glyph = 26 if self.glyph else 0
        return QSize(words + glyph + 52, theme.sizes().control)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        self.style().drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option, painter, self)
        ink = theme.colour("text" if self.isEnabled() else "disabled")
        left = 10
        middle = self.height() / 2
        if self.glyph:
            icons.draw(painter, self.glyph, QRectF(left, middle - 9, 18, 18), theme.colour("text2"))
            left += 26
        room = self.rect().adjusted(left, 0, -30, 0)
        paint.text(painter, room, self.currentText(), paint.Ink(14, colour=ink))
        icons.draw(painter, Icon.CHEVRON_DOWN, QRectF(self.width() - 27, middle - 8, 16, 16), ink)
        painter.end()


class Check(QCheckBox):
    """A check box painted like those in tables."""

    @override
    def sizeHint(self) -> QSize:
        words = paint.width_of(self.text(), theme.px(15), bold=False)
        return QSize(words + theme.px(18) + 12, max(theme.px(28), 24))

    @override
    def hitButton(self, pos: object) -> bool:
        return True

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        side = theme.px(18)
        box = self.rect()
        box.setWidth(side)
        paint.check(painter, box, on=self.isChecked())
        ink = theme.colour("text" if self.isEnabled() else "disabled")
        room = self.rect().adjusted(side + 8, 0, 0, 0)
        paint.text(painter, room, self.text(), paint.Ink(15, colour=ink))
        if self.hasFocus():
            draw_focus(painter, self, 4)
        painter.end()


class SearchEdit(QLineEdit):
    """A search field with a glass, and words on the right (10 项 · 4 ms).

    Signals:
        searched: The text after each key.
    """

    searched = Signal(str)

    def __init__(self, hint: str, parent: QWidget | None = None, *, large: bool = False) -> None:
        super().__init__(parent)
        self._large = large
        self.note = ""
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setClearButtonEnabled(False)
        self.textChanged.connect(self.searched)
        self._dress()

    def take_scan(self, code: str) -> None:
        """A scan is what is searched."""
        self.setFocus()
        self.setText(code)

    def set_note(self, text: str) -> None:
        """Words at the right edge."""
        self.note = text
        self.update()

    def _dress(self) -> None:
        self.setTextMargins(42 if self.objectName() == "bare" else 30, 0, 0, 0)
        height = theme.sizes().control + (8 if self._large else 0)
        sheet = f"min-height: {height}px; max-height: {height}px;"
        if self.styleSheet() != sheet:  # setting it is itself a change of style
            self.setStyleSheet(sheet)
        self.setFont(theme.font(17 if self._large else 15))

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.StyleChange and hasattr(self, "note"):
            self._dress()
        super().changeEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        side = 20
        place = QRectF(12, (self.height() - side) / 2, side, side)
        tone = "primary" if self.hasFocus() else "text2"
        icons.draw(painter, Icon.MAGNIFY, place, theme.colour(tone))
        if self.note:
            ink = paint.Ink(13, colour=theme.colour("text2"), align=Qt.AlignmentFlag.AlignRight)
            paint.text(painter, self.rect().adjusted(0, 0, -12, 0), self.note, ink)
        painter.end()


def check_all(checks: Sequence[tuple[Field, Callable[[], object]]]) -> bool:
    """Run each field's check and say what is wrong below it; True if all are right."""
    first: Field | None = None
    for field, check in checks:
        try:
            check()
        except DomainError as error:
            field.say(error.text)
            first = first or field
        else:
            field.say("")
    if first:
        first.editor.setFocus()
    return first is None
