"""The panel of properties: what the chosen part is, holds and measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.labels.design.checking import LEAST_MODULE
from app.domain.labels.design.parts import (
    CODE_TITLES,
    ELEMENTS,
    FIELDS,
    LARGEST_TEXT,
    Align,
    AnyPart,
    CodeKind,
    CodePart,
    FramePart,
    TextPart,
)
from app.domain.labels.design.turning import turn_by
from app.i18n import N_, _
from app.ui.pages.labels.designer.millimetres import TenthsEdit
from app.ui.widgets.fields import Check, Field, Select
from app.ui.widgets.text import Role, Text

_TURNS: Final = {
    0: N_("正"),
    90: N_("右转 90°，从上往下读"),
    180: N_("倒过来"),
    270: N_("左转 90°，从下往上读"),
}


class _Group(QWidget):
    """Fields below each other, two in a row where both are short.

    Signals:
        changed: The part as it is now.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self.part: AnyPart | None = None

    def row(self, *widgets: QWidget) -> None:
        """Put widgets side by side."""
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in widgets:
            row.addWidget(widget, 1)
        self.column.addLayout(row)

    def say(self, part: AnyPart) -> None:
        """Tell of a changed part."""
        self.part = part
        self.changed.emit(part)

    def show_part(self, part: AnyPart) -> None:
        """Show a part."""
        self.part = part


class PlaceGroup(_Group):
    """X, Y, width and height of any part."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout()
        grid.setSpacing(8)
        self.edits: dict[str, TenthsEdit] = {}
        for place, (name, words) in enumerate(
            (("x", _("左 mm")), ("y", _("上 mm")), ("width", _("宽 mm")), ("height", _("高 mm")))
        ):
            edit = self.edits[name] = TenthsEdit(least=0 if name in {"x", "y"} else 1)
            edit.entered.connect(lambda value, name=name: self._put(name, value))
            grid.addWidget(Field(words, edit), place // 2, place % 2)
        self.column.addLayout(grid)
        self.turn = Select([(degrees, _(words)) for degrees, words in _TURNS.items()])
        self.turn.activated.connect(lambda _place: self._turn())
        self.turn_field = Field(_("方向"), self.turn)
        self.column.addWidget(self.turn_field)

    def _turn(self) -> None:
        """Turn to the chosen direction, about the middle."""
        if isinstance(self.part, TextPart | CodePart) and isinstance(self.turn.value, int):
            self.say(turn_by(self.part, (self.turn.value - self.part.turn) % 360))

    @override
    def show_part(self, part: AnyPart) -> None:
        """Show where a part stands."""
        super().show_part(part)
        may_turn = isinstance(part, TextPart | CodePart)
        self.turn_field.setVisible(may_turn)
        if isinstance(part, TextPart | CodePart):
            self.turn.choose(part.turn)
        for name, edit in self.edits.items():
            edit.show_value(getattr(part, name))

    def _put(self, name: str, value: int) -> None:
        if self.part is not None:
            self.say(replace(self.part, **{name: value}))  # type: ignore[arg-type]


class TextGroup(_Group):
    """Words, fields, letters of a text."""

    def __init__(self) -> None:
        super().__init__()
        self.text = QLineEdit()
        self.text.editingFinished.connect(lambda: self._put(text=self.text.text()))
        self.insert = Select([("", _("插入字段…")), *((k, _(w)) for k, w in FIELDS.items())])
        self.insert.activated.connect(lambda _place: self._insert())
        self.letters, self.least = (TenthsEdit(least=1, most=LARGEST_TEXT) for _n in range(2))
        self.rows = TenthsEdit(whole=True, least=1)
        self.letters.entered.connect(self._resize)
        self.least.entered.connect(lambda value: self._put(least=value))
        self.rows.entered.connect(lambda value: self._put(rows=value))
        self.align = Select(
            [(Align.LEFT, _("靠左")), (Align.CENTRE, _("居中")), (Align.RIGHT, _("靠右"))]
        )
        self.align.activated.connect(lambda _place: self._put(align=self.align.value))
        self.bold, self.cut = Check(_("粗体")), Check(_("放不下时截断"))
        self.bold.clicked.connect(lambda on: self._put(bold=on))
        self.cut.clicked.connect(lambda on: self._put(cut=on))
        self.column.addWidget(Field(_("文字"), self.text, hint=_("{lot} 这样的是字段")))
        self.column.addWidget(self.insert)
        self.row(Field(_("字号 mm"), self.letters), Field(_("最小 mm"), self.least))
        self.row(Field(_("最多几行"), self.rows), Field(_("对齐"), self.align))
        self.row(self.bold, self.cut)

    @override
    def show_part(self, part: AnyPart) -> None:
        """Show a text."""
        super().show_part(part)
        if not isinstance(part, TextPart):
            return
        if self.text.text() != part.text:
            self.text.setText(part.text)
        self.letters.show_value(part.size)
        self.least.show_value(part.least)
        self.rows.show_value(part.rows)
        self.align.choose(part.align)
        self.bold.setChecked(part.bold)
        self.cut.setChecked(part.cut)

    def _put(self, **changes: object) -> None:
        if isinstance(self.part, TextPart):
            changed = replace(self.part, **changes)  # type: ignore[arg-type]
            if changed != self.part:
                self.say(changed)

    def _resize(self, size: int) -> None:
        """Larger letters keep the least size; smaller ones bring it along."""
        if isinstance(self.part, TextPart):
            self._put(size=size, least=min(self.part.least, size))

    def _insert(self) -> None:
        """Put the chosen field behind the text."""
        name = self.insert.value
        self.insert.choose("")
        if name and isinstance(self.part, TextPart):
            self._put(text=f"{self.part.text} {{{name}}}".strip())
            self.show_part(self.part)


class CodeGroup(_Group):
    """Kind, content and least module of a code."""

    def __init__(self) -> None:
        super().__init__()
        self.kind = Select(list(CODE_TITLES.items()))
        self.kind.activated.connect(lambda _place: self._change_kind())
        self.content = QLineEdit()
        self.content.editingFinished.connect(lambda: self._put(content=self.content.text()))
        self.insert = Select([("", _("换成字段…")), *((k, _(w)) for k, w in FIELDS.items())])
        self.insert.activated.connect(lambda _place: self._insert())
        self.free = _stack(Field(_("写进条码的内容"), self.content), self.insert)
        self.elements = {name: Check(_(words)) for name, words in ELEMENTS.items()}
        for check in self.elements.values():
            check.clicked.connect(lambda _on: self._collect())
        self.gs1 = _stack(Text(_("写进条码的内容"), Role.LABEL), *self.elements.values())
        self.module = TenthsEdit(places=2)
        self.module.entered.connect(lambda value: self._put(module=value))
        self.least = Field(_("最小模块 mm"), self.module)
        self.column.addWidget(Field(_("码制"), self.kind))
        self.column.addWidget(self.free)
        self.column.addWidget(self.gs1)
        self.column.addWidget(self.least)

    @override
    def show_part(self, part: AnyPart) -> None:
        """Show a code."""
        super().show_part(part)
        if not isinstance(part, CodePart):
            return
        self.kind.choose(part.kind)
        self.free.setVisible(not part.kind.gs1)
        self.gs1.setVisible(part.kind.gs1)
        if self.content.text() != part.content:
            self.content.setText(part.content)
        for name, check in self.elements.items():
            check.setChecked(name in part.elements)
        least = LEAST_MODULE[part.kind]
        self.module.show_value(part.module or least)
        self.least.set_hint(_("至少 {n}", n=f"{least / 100:.2f}"))

    def _put(self, **changes: object) -> None:
        if isinstance(self.part, CodePart):
            changed = replace(self.part, **changes)  # type: ignore[arg-type]
            if changed != self.part:
                self.say(changed)

    def _change_kind(self) -> None:
        """Another kind brings a content that it can hold."""
        kind = self.kind.value
        if not isinstance(self.part, CodePart) or not isinstance(kind, CodeKind):
            return
        content = self.part.content
        if kind.gs1 != self.part.kind.gs1:
            content = "item+expiry+lot+serial" if kind.gs1 else "{code}"
        if kind is CodeKind.EAN:
            content = "{gtin}"
        self._put(kind=kind, content=content, module=0)
        self.show_part(self.part)

    def _collect(self) -> None:
        chosen = [name for name, check in self.elements.items() if check.isChecked()]
        self._put(content="+".join(chosen))

    def _insert(self) -> None:
        name = self.insert.value
        self.insert.choose("")
        if name and isinstance(self.part, CodePart):
            self._put(content=f"{{{name}}}")
            self.show_part(self.part)


class FrameGroup(_Group):
    """The line of a frame."""

    def __init__(self) -> None:
        super().__init__()
        self.stroke = TenthsEdit(least=1)
        self.stroke.entered.connect(self._take)
        self.column.addWidget(Field(_("线宽 mm"), self.stroke))

    @override
    def show_part(self, part: AnyPart) -> None:
        """Show a frame."""
        super().show_part(part)
        if isinstance(part, FramePart):
            self.stroke.show_value(part.stroke)

    def _take(self, value: int) -> None:
        if isinstance(self.part, FramePart):
            self.say(replace(self.part, stroke=value))


def group_of(part: AnyPart) -> Callable[[], _Group] | None:
    """The group that shows what is special of a part; a line has nothing but its place."""
    kinds: Sequence[tuple[type, Callable[[], _Group]]] = (
        (TextPart, TextGroup),
        (CodePart, CodeGroup),
        (FramePart, FrameGroup),
    )
    return next((group for kind, group in kinds if isinstance(part, kind)), None)


def _stack(*widgets: QWidget) -> QWidget:
    """Widgets below each other as one."""
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    for widget in widgets:
        column.addWidget(widget)
    return box
