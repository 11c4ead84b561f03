"""Questions: the effect spelled out, a verb on the button, the safe one with the focus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QStyle,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid
from typing_extensions import override

from app.domain.errors import DomainError, EnvironmentProblem, Problem, UnsureProblem
from app.i18n import _
from app.ui import handover, theme
from app.ui.status import Status
from app.ui.widgets.badge import Shape
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.fields import CodeEdit, Field
from app.ui.widgets.numbers import QtyEdit
from app.ui.widgets.rolling import Rolling
from app.ui.widgets.states import FieldProblem
from app.ui.widgets.text import Role, Text

SLOW_MS = 800
"""An answer that takes longer is spoken of."""


class Form(QDialog):
    """A dialog with a title, content, and buttons whose words are verbs.

    Use `open()` with `accepted`, never `exec()`: a second event loop would let scans and timers
    run into a half-done action. Attribute `body` takes the content, `verb` is the main button.

    What was typed is not lost: where `accepted` asks for a change, the form stays until the
    change is made, and where it is refused, the form says why and lets it be mended.
    """

    stays = True
    """Whether a refusal is said here; a mere question goes, and its page says it."""

    def __init__(
        self, title: str, verb: str, parent: QWidget | None, *, cancel: str = "", wide: int = 420
    ) -> None:
        super().__init__(parent)
        self._handed = handover.Handed(self._close_taken, self._show_refusal)
        self._keys: QWidget | None = None
        self._slow = QTimer(self, singleShot=True, interval=SLOW_MS)
        self._slow.timeout.connect(self._say_slow)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._rolling: Rolling | None = None
        self.setMinimumWidth(min(theme.px(wide), _room(self).width()))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(14)
        outer.addWidget(Text(title, Role.DETAIL_TITLE, wrap=True))
        self.body = QVBoxLayout()
        self.body.setSpacing(10)
        outer.addLayout(self.body, 1)
        self.cancel = Button(cancel or _("取消"))
        self.cancel.clicked.connect(self.reject)
        self.verb = Button(verb, Kind.PRIMARY)
        self.verb.clicked.connect(self.press)
        self.verb.setDefault(True)
        self.refusal = FieldProblem()
        outer.addWidget(self.refusal)
        self.buttons = QHBoxLayout()
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.cancel)
        self.buttons.addWidget(self.verb)
        outer.addLayout(self.buttons)

    def submit(self) -> None:
        """The main button; override to check first, then call `accept`."""
        self.accept()

    def press(self) -> None:
        """Do what the main button says; if a field is not right yet, the keys go there."""
        cut = next((edit for edit in self.findChildren(QtyEdit) if edit.cut), None)
        if cut is not None:  # another number than was typed is not handed over unseen
            cut.cut = False
            cut.setFocus()
            return
        if not self._handed.busy:
            self.say_refusal("")  # of what stood there before
        self.hand_over(self.submit)
        if not self.isVisible() or self._handed.busy:
            return
        wrong = (field for field in self.findChildren(Field) if field.problem.isVisible())
        first = next(wrong, None)
        if first is not None:
            first.editor.setFocus()

    def hand_over(self, act: Callable[[], object]) -> None:
        """Do what a button asks for, unless what was asked for before has no answer yet."""
        if self._handed.busy:
            return
        with handover.by(self._handed):
            act()

    @override
    def accept(self) -> None:
        """Hand over, and leave: at once, or when the change that was asked for is made."""
        if self._handed.waits:
            return
        with handover.by(self._handed):
            self.accepted.emit()
        if self.stays and self._handed.wait():
            self._keys = self.focusWidget()
            self.say_refusal("")
            for field in self.findChildren(Field):  # what was refused there may be mended
                field.say("")
            self.verb.setEnabled(False)
            self._slow.start()
        else:
            self._close_taken()

    @override
    def reject(self) -> None:
        """Esc and 取消, unless an answer is awaited."""
        if not self._handed.busy:
            super().reject()

    def _close_taken(self) -> None:
        """Close; that it was accepted was said when it handed over."""
        if not isValid(self):
            return
        with QSignalBlocker(self):
            super().accept()
        self.finished.emit(QDialog.DialogCode.Accepted)

    def _say_slow(self) -> None:
        """Why neither button answers: the line to the server is slow, or being mended."""
        if self._handed.waits:
            self.refusal.say(_("正在保存，请稍等。填的内容都还在。"), Status.INFO)

    def _show_refusal(self, error: Exception) -> bool:
        """Say all that is wrong and let it be changed; True if that was said.

        A second person is asked after elsewhere; where the answer never came, another press here
        would be another change.
        """
        if not isValid(self):
            return False
        self._slow.stop()
        code = getattr(error, "code", "")
        if isinstance(error, UnsureProblem) or code == "persons.second":
            self._close_taken()
            return False
        self.refusal.say("")
        self.verb.setEnabled(True)
        if self._keys is not None and isValid(self._keys):
            self._keys.setFocus()
        if isinstance(error, DomainError):
            self._say_problems(error)
        elif isinstance(error, EnvironmentProblem):
            self.say_refusal(error.text)
        else:
            return False
        return True

    def _say_problems(self, error: DomainError) -> None:
        """Each under its field, the others above the buttons; the keys go to the first field."""
        problems = error.problems or (Problem(error.code, error.text),)
        placed = [(field, one) for one in problems if (field := self.field_of(one)) is not None]
        for field, one in placed:
            field.say(one.text)
        if placed:
            placed[0][0].editor.setFocus()
        said = [one for _field, one in placed]
        left = [f"{one.where}{one.text}" for one in problems if one not in said]
        self.say_refusal("\n".join(left) if placed or len(left) > 1 else error.text)

    def field_of(self, _problem: Problem) -> Field | None:
        """The field that a problem is about; override. One of none is said above the buttons."""
        return None

    def say_refusal(self, text: str) -> None:
        """Say above the buttons why it was not taken, or nothing."""
        self.refusal.say(text)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter is the main button, also where Enter ends a scan or begins a line."""
        enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.verb.click()
        else:
            super().keyPressEvent(event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._make_room()
        self._give_keys()

    def _give_keys(self) -> None:
        """The first field has the keys, unless the form chose another; Tab ends at the buttons."""
        if self.focusWidget() is not None:
            return
        one = self.nextInFocusChain()
        while one is not None and one is not self:
            if one not in {self.cancel, self.verb} and _takes_keys(one, self):
                one.setFocus()
                return
            one = one.nextInFocusChain()

    @override
    def event(self, event: QEvent) -> bool:
        taken = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest and self.isVisible():
            self._make_room()
        return taken

    def _make_room(self) -> None:
        """Grow to what wrapped lines need at this width; Qt looks at unwrapped lines only.

        What needs more than the screen has rolls, so that the buttons stay in reach.
        """
        layout, room = self.layout(), _room(self)
        if self._rolling is not None or not isinstance(layout, QVBoxLayout):
            return
        needed = layout.totalHeightForWidth(self.width())
        if needed > room.height() or layout.totalMinimumSize().width() > room.width():
            self._roll(layout, room)
        elif self.height() < needed:
            self.resize(self.width(), needed)

    def _roll(self, outer: QVBoxLayout, room: QSize) -> None:
        keys = self.focusWidget()
        margins = outer.contentsMargins()
        outer.removeItem(self.body)
        self._rolling = Rolling(self.body, room.width() - margins.left() - margins.right())
        outer.insertWidget(1, self._rolling, 1)
        self._rolling.show()
        if keys is not None:
            keys.setFocus()
        outer.activate()
        wide = max(self.width(), outer.totalMinimumSize().width())
        self.resize(min(wide, room.width()), room.height())


def _room(form: QWidget) -> QSize:
    """What a form may take of the screen, in pixels; its title bar stands above it."""
    # Not `form.screen()`: PySide makes the screen a child of the form, then of the next form;
    # after two of them the program died in QScreen (4 runs of 6, none of 11 without it).
    whole = QGuiApplication.primaryScreen().availableGeometry().size()
    bar = form.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    return whole - QSize(0, bar)


def _takes_keys(one: QWidget, form: QWidget) -> bool:
    """Whether the keys may begin here: an editor or a list, not what is only read."""
    if not one.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return False
    reads = isinstance(one, QPlainTextEdit | QLineEdit) and one.isReadOnly()
    return one.isVisibleTo(form) and one.isEnabled() and not (reads or isinstance(one, QScrollArea))


@dataclass(frozen=True, slots=True)
class Question:
    """A question before something that cannot be undone.

    Attributes:
        title: What is about to happen.
        effect: The effect spelled out.
        verb: The word on the button that does it (结束本轮).
        keep: The word on the safe button (再等等).
        danger: It destroys something; the safe button has the focus.
    """

    title: str
    effect: str
    verb: str
    keep: str = ""
    danger: bool = False


def confirm(parent: QWidget, question: Question, act: Callable[[], None]) -> Form:
    """Ask, and do `act` if the person says so."""
    form = Form(question.title, question.verb, parent, cancel=question.keep)
    form.stays = False
    row = QHBoxLayout()
    row.setSpacing(12)
    status = Status.NEAR if question.danger else Status.INFO
    row.addWidget(Shape(status, 28), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(Text(question.effect, Role.BODY, wrap=True), 1)
    form.body.addLayout(row)
    form.accepted.connect(act)
    if question.danger:
        form.verb.set_kind(Kind.DANGER)
        form.verb.setDefault(False)
        form.cancel.setDefault(True)
        form.cancel.setFocus()
    else:
        form.verb.setFocus()
    form.open()
    return form


class ReasonForm(Form):
    """Asks for a reason before an action; the reason is kept with it."""

    def __init__(
        self,
        title: str,
        effect: str,
        verb: str,
        parent: QWidget,
        *,
        least: int = 4,
        asked: str = "",
    ) -> None:  # `asked` names what is wanted, where it is not a reason
        super().__init__(title, verb, parent)
        self._least = least
        if effect:
            self.body.addWidget(Text(effect, Role.BODY, wrap=True))
        self.reason = QPlainTextEdit()
        self.reason.setFixedHeight(theme.px(90))
        self.reason.setTabChangesFocus(True)
        self.field = Field(asked or _("原因"), self.reason, hint=_("至少 {n} 个字", n=least))
        self.body.addWidget(self.field)
        self.reason.setFocus()

    @property
    def text(self) -> str:
        """The reason written."""
        return " ".join(self.reason.toPlainText().split())

    @override
    def submit(self) -> None:
        """Accept once the reason is long enough."""
        if len(self.text) < self._least:
            words = _("请写明原因，至少 {n} 个字，现在 {m} 个字。", n=self._least, m=len(self.text))
            self.field.say(words)
            self.reason.setFocus()
            return
        self.accept()


class TypeToConfirm(Form):
    """For the few acts that can never be taken back: the person types the word."""

    def __init__(self, title: str, effect: str, word: str, verb: str, parent: QWidget) -> None:
        super().__init__(title, verb, parent)
        self._word = word
        self.body.addWidget(Text(effect, Role.BODY, wrap=True))
        self.edit = CodeEdit()
        self.edit.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=True)
        self.field = Field(_("输入「{word}」再继续", word=word), self.edit)
        self.body.addWidget(self.field)
        self.verb.set_kind(Kind.DANGER)

    @override
    def submit(self) -> None:
        """Accept once the word is right."""
        if self.edit.text().strip() == self._word:
            self.accept()
        else:
            self.field.say(_("要输入「{word}」这几个字才会继续。", word=self._word))
            self.edit.setFocus()


class ReportForm(Form):
    """Our bug: what happened, that nothing was lost, and a report to copy."""

    def __init__(self, report: str, parent: QWidget | None) -> None:
        super().__init__(
            _("程序遇到了意外情况"), _("复制报告"), parent, cancel=_("继续工作"), wide=560
        )
        self._report = report
        words = _(
            "刚才的操作没有完成，已保存的数据不受影响。"
            "请复制下面的报告发给管理员，然后可以继续工作。"
        )
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        view = QPlainTextEdit(report)
        view.setReadOnly(True)
        view.setMinimumHeight(theme.px(220))
        view.setFont(theme.font(12))
        view.setAccessibleName(_("报告"))
        self.body.addWidget(view)

    @override
    def submit(self) -> None:
        """Copy the report; the dialog stays."""
        QGuiApplication.clipboard().setText(self._report)
        self.verb.setText(_("已复制"))
