"""The right side of the designer: what is chosen, its properties, and all parts to choose from."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.domain.labels.design.editing import Editor
from app.domain.labels.design.parts import AnyPart, Design
from app.domain.labels.design.words import part_name
from app.i18n import _
from app.ui import theme
from app.ui.pages.labels.designer.label_group import LabelGroup
from app.ui.pages.labels.designer.properties import PlaceGroup, group_of
from app.ui.widgets.fields import Select
from app.ui.widgets.text import Role, Text

_WIDTH = 296


class SidePanel(QWidget):
    """Properties of the chosen part, or of the label where none is chosen.

    Signals:
        changed: The design was changed here, or another part was chosen.
    """

    changed = Signal()

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self.editor = editor
        self.setFixedWidth(theme.px(_WIDTH))
        self.parts = Select()
        self.parts.setAccessibleName(_("元素"))
        self.parts.activated.connect(lambda _place: self._choose())
        self.label = LabelGroup()
        self.label.changed.connect(self._take_design)
        self.place = PlaceGroup()
        self.place.changed.connect(self._take_part)
        self.several = Text("", Role.BODY, wrap=True)
        self.special: QWidget | None = None
        self._kind: type | None = None
        box = QWidget()
        self._column = QVBoxLayout(box)
        self._column.setContentsMargins(0, 0, 10, 0)
        self._column.setSpacing(10)
        self._column.addWidget(self.several)
        self._column.addWidget(self.label)
        self._column.addWidget(self.place)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setWidget(box)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.viewport().setAutoFillBackground(False)
        box.setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(10)
        outer.addWidget(self.parts)
        outer.addWidget(area, 1)
        self.show_chosen()

    def show_chosen(self) -> None:
        """Show the properties of what is chosen now."""
        group = self.editor.group
        part = self.editor.part if len(group) == 1 else None
        entries: list[tuple[object, str]] = [(0, _("整张标签"))]
        entries += [(one.key, part_name(one)) for one in self.editor.design.parts]
        self.parts.set_entries(entries)
        self.parts.choose(self.editor.chosen)
        self.several.setVisible(len(group) > 1)
        if len(group) > 1:
            names = "、".join(part_name(one) for one in group)
            words = _("已选 {n} 个：{names}。拖动和方向键一起移动，上面的「对齐」把它们排齐。",
                      n=len(group), names=names)  # fmt: skip
            self.several.setText(words)
        self.label.setVisible(not group)
        self.place.setVisible(part is not None)
        self._special(part)
        self.show_values()

    def show_values(self) -> None:
        """Show changed values of the same part."""
        part = self.editor.part
        if part is None:
            self.label.show_design(self.editor.design)
            return
        if len(self.editor.keys) > 1:
            return
        self.place.show_part(part)
        if self.special is not None:
            self.special.show_part(part)  # type: ignore[attr-defined]

    def _special(self, part: AnyPart | None) -> None:
        """The fields of this kind of part; kept while the kind stays."""
        kind = type(part) if part is not None else None
        if kind is self._kind:
            return
        if self.special is not None:
            self._column.removeWidget(self.special)
            self.special.deleteLater()
            self.special = None
        self._kind = kind
        make = group_of(part) if part is not None else None
        if make is not None:
            made = make()
            made.changed.connect(self._take_part)
            self._column.insertWidget(0, made)
            self.special = made

    def _take_part(self, part: AnyPart) -> None:
        """A property was changed; the part stays on the label."""
        design = self.editor.design
        part = replace(
            part, width=min(part.width, design.wide), height=min(part.height, design.high)
        )
        fresh = self.editor.design.within(part, part.x, part.y)
        self.editor.put(fresh)
        self.show_chosen()
        self.changed.emit()

    def _take_design(self, design: Design) -> None:
        self.editor.take(design)
        self.changed.emit()

    def _choose(self) -> None:
        key = self.parts.value
        self.editor.choose(key if isinstance(key, int) else 0)
        self.show_chosen()
        self.changed.emit()
