"""The row of tools above the label, and their keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.labels.design.arranging import TITLES, Arrange
from app.domain.labels.design.editing import Editor
from app.domain.labels.design.parts import CODE_TITLES
from app.i18n import _
from app.ui.icons import Icon
from app.ui.widgets.buttons import Button, icon_button
from app.ui.widgets.fields import Select

_ZOOM: Final = 1.25


class Tools(QObject):
    """Adding, arranging, turning, doubling and removing parts; undo and redo.

    Signals:
        changed: The design, or what is chosen of it, is another one.
        added: The keys belong on the label now.
    """

    changed = Signal()
    added = Signal()

    def __init__(self, editor: Editor, parent: QWidget) -> None:
        super().__init__(parent)
        self._editor = editor
        self._form = parent
        self.codes = Select([("", _("加条码…")), *CODE_TITLES.items()], icon=Icon.BARCODE)
        self.codes.activated.connect(lambda _place: self._add_code())
        self.order = Select([("", _("对齐…")), *((how, _(word)) for how, word in TITLES.items())])
        self.order.activated.connect(lambda _place: self._arrange())
        self.order.setToolTip(_("几个元素互相对齐；只选一个时，对齐标签的边"))

    def widgets(self, zoom: Callable[[float], None]) -> list[QWidget]:
        """The tools from left to right; `zoom` takes a factor, 0 for the whole label."""
        made: list[QWidget] = []
        for kind, words in (("text", _("文字")), ("line", _("线条")), ("box", _("方框"))):
            button = Button(words, icon=Icon.PLUS)
            button.clicked.connect(lambda _on=False, kind=kind: self.add(kind))
            made.append(button)
        turn = Button(_("转 90°"), icon=Icon.REFRESH)
        turn.clicked.connect(self.turn)
        made += [self.codes, self.order, turn]
        tools: tuple[tuple[Icon, str, Callable[[], object]], ...] = (
            (Icon.UNDO, _("撤销"), self.undo),
            (Icon.REDO, _("重做"), self.redo),
            (Icon.CONTENT_COPY, _("再来一个"), self.double),
            (Icon.DELETE, _("删除"), self.remove),
            (Icon.MINUS, _("缩小"), lambda: zoom(1 / _ZOOM)),
            (Icon.TARGET, _("整张标签"), lambda: zoom(0)),
            (Icon.PLUS, _("放大"), lambda: zoom(_ZOOM)),
        )
        for icon, words, act in tools:
            button = icon_button(icon, words)
            button.clicked.connect(lambda _on=False, act=act: act())
            made.append(button)
        return made

    def listen(self, form: QWidget) -> None:
        """Take the keys of the tools while the form is open."""
        for keys, act in (
            (QKeySequence.StandardKey.Undo, self.undo),
            (QKeySequence.StandardKey.Redo, self.redo),
            (QKeySequence("Ctrl+D"), self.double),
            (QKeySequence("Ctrl+R"), self.turn),
            (QKeySequence("Ctrl+A"), self.choose_all),
        ):
            QShortcut(keys, form, act)

    def add(self, kind: str) -> None:
        """Add a part; it is chosen, ready to be dragged."""
        self._editor.add(kind)
        self.added.emit()
        self.changed.emit()

    def _add_code(self) -> None:
        kind = self.codes.value
        self.codes.choose("")
        if kind:
            self.add(str(kind))

    def undo(self) -> None:
        """Take the last step back."""
        self._tell(self._editor.undo())

    def redo(self) -> None:
        """Do it again."""
        self._tell(self._editor.redo())

    def double(self) -> None:
        """A second one of each chosen part."""
        self._tell(self._editor.double())

    def remove(self) -> None:
        """Take the chosen parts away."""
        self._tell(self._editor.remove())

    def turn(self) -> None:
        """Turn the chosen parts a quarter to the right."""
        self._tell(self._editor.turn())

    def choose_all(self) -> None:
        """Choose every part; in a field that is being typed in, all of its words."""
        field = self._form.focusWidget()
        if isinstance(field, QLineEdit):
            field.selectAll()
            return
        self._editor.choose_all()
        self.changed.emit()

    def _arrange(self) -> None:
        how = self.order.value
        self.order.choose("")
        if isinstance(how, Arrange):
            self._tell(self._editor.arrange(how))
        self.added.emit()

    def _tell(self, done: bool) -> None:
        if done:
            self.changed.emit()
