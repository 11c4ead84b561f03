"""Properties of the label itself: name, use, size, printer, and the sheet it may lie on."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.labels.design.parts import Design, Sheet
from app.domain.labels.spec import KIND_TITLES
from app.i18n import N_, _
from app.ui.pages.labels.designer.millimetres import TenthsEdit
from app.ui.widgets.fields import Check, Field, Select

_RESOLUTIONS: Final = ((203, "203 dpi"), (300, "300 dpi"), (600, "600 dpi"))
SIZES: Final = (
    ((600, 400), "60×40"),
    ((500, 300), "50×30"),
    ((1000, 700), "100×70"),
    ((700, 370), "70×37"),
)
_SHEET: Final = {
    "page_width": N_("页宽 mm"),
    "page_height": N_("页高 mm"),
    "columns": N_("列"),
    "rows": N_("行"),
    "left": N_("左边距 mm"),
    "top": N_("上边距 mm"),
    "pitch_x": N_("列距 mm"),
    "pitch_y": N_("行距 mm"),
}
_WHOLE: Final = frozenset({"columns", "rows"})


class LabelGroup(QWidget):
    """What the template is as a whole.

    Signals:
        changed: The design as it is now.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.design: Design | None = None
        self.name = QLineEdit()
        self.name.editingFinished.connect(lambda: self._put(name=self.name.text().strip()))
        self.kind = Select([(kind, _(words)) for kind, words in KIND_TITLES.items()])
        self.kind.activated.connect(lambda _place: self._put(kind=self.kind.value))
        self.measures = Select([*SIZES, (None, _("自定"))])
        self.measures.activated.connect(lambda _place: self._take_size())
        self.wide, self.high = TenthsEdit(least=1), TenthsEdit(least=1)
        self.wide.entered.connect(lambda value: self._put(wide=value))
        self.high.entered.connect(lambda value: self._put(high=value))
        self.dpi = Select(_RESOLUTIONS)
        self.dpi.activated.connect(lambda _place: self._put(dpi=self.dpi.value))
        self.sheet = Check(_("一页多枚（A4 标签纸）"))
        self.sheet.clicked.connect(lambda on: self._put(sheet=_usual(self.design) if on else None))
        self.edits = {
            name: TenthsEdit(whole=name in _WHOLE, least=int(name in _WHOLE)) for name in _SHEET
        }
        for name, edit in self.edits.items():
            edit.entered.connect(lambda value, name=name: self._put_sheet(name, value))
        self._lay_out()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(8)
        grid.addWidget(Field(_("尺寸"), self.measures), 0, 0)
        grid.addWidget(Field(_("打印机"), self.dpi), 0, 1)
        grid.addWidget(Field(_("宽 mm"), self.wide), 1, 0)
        grid.addWidget(Field(_("高 mm"), self.high), 1, 1)
        self.page = QWidget()
        cells = QGridLayout(self.page)
        cells.setContentsMargins(0, 0, 0, 0)
        cells.setSpacing(8)
        for place, (name, edit) in enumerate(self.edits.items()):
            cells.addWidget(Field(_(_SHEET[name]), edit), place // 2, place % 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(Field(_("模板名称"), self.name))
        column.addWidget(Field(_("贴在哪里"), self.kind))
        column.addLayout(grid)
        column.addWidget(self.sheet)
        column.addWidget(self.page)

    def show_design(self, design: Design) -> None:
        """Show a design."""
        self.design = design
        if self.name.text() != design.name:
            self.name.setText(design.name)
        self.kind.choose(design.kind)
        self.dpi.choose(design.dpi)
        known = {size for size, _words in SIZES}
        size = (design.wide, design.high)
        self.measures.choose(size if size in known else None)
        self.wide.show_value(design.wide)
        self.high.show_value(design.high)
        self.sheet.setChecked(design.sheet is not None)
        self.page.setVisible(design.sheet is not None)
        for one in fields(Sheet):
            if design.sheet is not None:
                self.edits[one.name].show_value(getattr(design.sheet, one.name))

    def _put(self, **changes: object) -> None:
        if self.design is None:
            return
        changed = replace(self.design, **changes)  # type: ignore[arg-type]
        if changed != self.design:
            self.show_design(changed)
            self.changed.emit(changed)

    def _take_size(self) -> None:
        size = self.measures.value
        if isinstance(size, tuple):
            self._put(wide=size[0], high=size[1])

    def _put_sheet(self, name: str, value: int) -> None:
        if self.design is not None and self.design.sheet is not None:
            self._put(sheet=replace(self.design.sheet, **{name: value}))


def _usual(design: Design | None) -> Sheet:
    """A page of A4 filled with labels of this size, without a gap between them."""
    if design is None:
        return Sheet()
    page = Sheet(columns=1, rows=1, pitch_x=design.wide, pitch_y=design.high, top=0)
    columns = max(1, page.page_width // max(1, design.wide))
    rows = max(1, page.page_height // max(1, design.high))
    left = (page.page_width - columns * design.wide) // 2
    top = (page.page_height - rows * design.high) // 2
    return replace(page, columns=columns, rows=rows, left=max(0, left), top=max(0, top))
