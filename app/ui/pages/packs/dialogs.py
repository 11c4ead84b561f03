"""What is asked: a definition, how many packs to build, to which department they go."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.i18n import _
from app.services.packs.commands import Define
from app.services.packs.listing import DefinitionRow
from app.services.stock.places import PlaceRow
from app.ui.context import PageContext
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Check, CodeEdit, Field, Select, check_all
from app.ui.widgets.item_field import ItemField
from app.ui.widgets.numbers import QtyEdit
from app.ui.widgets.text import Role, Text


class DefineForm(Form):
    """A new definition, or another content for one that is there.

    Signals:
        chosen: A `Define`.
    """

    chosen = Signal(object)

    def __init__(
        self,
        context: PageContext,
        places: Sequence[PlaceRow],
        parent: QWidget,
        known: DefinitionRow | None = None,
    ) -> None:
        title = _("定数包定义") if known is None else _("改定义：{name}", name=known.name)
        super().__init__(title, _("保存定义"), parent, wide=460)
        self._context = context
        self.item = ItemField(context)
        self.item.picked.connect(self._name_unit)
        self.place = Select([(0, _("所有科室")), *((p.id, f"{p.code} {p.name}") for p in places)])
        self.units = _number(_("每包几个（最小单位）"), known.units if known else None)
        self.target = _number(_("科室应备几包"), known.target if known else 0, _("0 = 不管"))
        self.keep = _number(_("接收后几天内用"), known.keep_days if known else 0, _("0 = 不限"))
        self.limit = _number(_("每月最多几包"), known.month_limit if known else 0, _("0 = 不限"))
        self.mixed = Check(_("可混批：不够一包时把几个批号合成一包"))
        self.active = Check(_("在用"))
        self.active.setChecked(known.active if known else True)
        if known is not None:
            self.item.fix(known.item_id, f"{known.name} {known.spec}")
            self.place.choose(known.place_id)
            self.place.setEnabled(False)
            self.mixed.setChecked(known.mixed)
        self._lay_out()

    def _lay_out(self) -> None:
        self.body.addWidget(self.item)
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        fields = (
            Field(_("科室"), self.place), self.units, self.target, self.keep, self.limit,
        )  # fmt: skip
        for number, field in enumerate(fields):
            grid.addWidget(field, number // 2, number % 2)
        self.body.addLayout(grid)
        self.body.addWidget(self.mixed)
        self.body.addWidget(self.active)
        (self.units.editor if self.item.item_id else self.item).setFocus()

    def _name_unit(self) -> None:
        row = self.item.row
        if row is not None:
            self.units.set_hint(_("按{base}数", base=row.base_unit))

    @override
    def submit(self) -> None:
        """Check, then hand the definition over."""
        checks: list[tuple[Field, Callable[[], object]]] = [(self.item, self.item.checked)]
        checks += [
            (field, lambda field=field: _whole(field))  # type: ignore[misc]  # bound per field
            for field in (self.units, self.target, self.keep, self.limit)
        ]
        if not check_all(checks):
            return
        place = self.place.value
        self.chosen.emit(
            Define(
                new_op(), self._context.org.id, self.item.item_id, _whole(self.units),
                place if isinstance(place, int) else 0, self.mixed.isChecked(),
                _whole(self.keep), _whole(self.limit), _whole(self.target),
                self.active.isChecked(),
            )
        )  # fmt: skip
        self.accept()


class BuildForm(Form):
    """How many packs of a definition.

    Signals:
        chosen: (definition, packs).
    """

    chosen = Signal(object, int)

    def __init__(self, rule: DefinitionRow, wanted: int, parent: QWidget) -> None:
        super().__init__(_("打包：{name}", name=rule.name), _("打包"), parent)
        self._rule = rule
        mixed = _("可混批") if rule.mixed else _("不混批")
        words = _(
            "每包 {n} {unit}，{mixed}，近效期先出。打好的包放在库房的定数包区，散货相应减少。",
            n=rule.units, unit=rule.base_unit, mixed=mixed,
        )  # fmt: skip
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self.count = QtyEdit(_("包"), most=500)
        self.count.set_value(max(1, wanted))
        self.body.addWidget(Field(_("打几包"), self.count))
        self.count.setFocus()

    @override
    def submit(self) -> None:
        """Hand the number over."""
        self.chosen.emit(self._rule.id, self.count.value)
        self.accept()


class DepartmentForm(Form):
    """To which department the packs go.

    Signals:
        chosen: The department's id.
    """

    chosen = Signal(object)

    def __init__(self, places: Sequence[PlaceRow], packs: int, parent: QWidget) -> None:
        super().__init__(_("发放 {n} 包", n=packs), _("发放"), parent)
        self.place = Select([(p.id, f"{p.code} {p.name}") for p in places])
        self.body.addWidget(Field(_("发给"), self.place))
        words = _("科室扫码接收以前，货还算库房的；没送到可以收回。")
        self.body.addWidget(Text(words, Role.HELP, wrap=True))
        self.place.setFocus()

    @override
    def submit(self) -> None:
        """Hand the department over."""
        if isinstance(self.place.value, int):
            self.chosen.emit(self.place.value)
            self.accept()


def _number(label: str, value: int | None, hint: str = "") -> Field:
    edit = CodeEdit("" if value is None else str(value))
    edit.setAlignment(Qt.AlignmentFlag.AlignRight)
    return Field(label, edit, hint=hint)


def _whole(field: Field) -> int:
    edit = field.editor
    text = edit.folded() if isinstance(edit, CodeEdit) else ""
    if not text.isdecimal():
        raise DomainError("field.number", _("请填整数，如 20。"))
    return int(text)
