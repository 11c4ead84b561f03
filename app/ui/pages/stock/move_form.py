"""移库: how much of a lot goes to which place, and why when it goes back to the good goods."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from app.domain.ids import new_op
from app.domain.stock.zones import ZONES
from app.i18n import N_, _
from app.services.stock.listing import StockRow
from app.services.stock.moving import MoveGoods, MoveLine
from app.services.stock.places import PlaceRow
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field, Select
from app.ui.widgets.numbers import QtyEdit
from app.ui.widgets.text import Role, Text

_LEVELS = {2: N_("科室"), 3: N_("三级库")}


class MoveForm(Form):
    """Move goods inside the house.

    Signals:
        chosen: A `MoveGoods`.
    """

    chosen = Signal(object)

    def __init__(self, row: StockRow, places: Sequence[PlaceRow], parent: QWidget) -> None:
        super().__init__(_("移库：{name}", name=row.name), _("移库"), parent)
        self._row = row
        words = _("{spec} · 批号 {lot} · 现在在 {place}", spec=row.spec, lot=row.lot_no or "—",
                  place=row.place)  # fmt: skip
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self.place = Select([(one.id, f"{one.code} {one.name} · {_is(one)}") for one in places])
        whole = row.qty % row.pack_factor == 0
        self._factor = row.pack_factor if whole else 1
        unit = row.pack_unit if whole else row.base_unit
        self.count = QtyEdit(unit, most=row.qty // self._factor)
        self.count.set_value(row.qty // self._factor)
        self.reason = QLineEdit()
        self.count_field = Field(_("数量"), self.count)
        for widget in (
            Field(_("移到"), self.place), self.count_field,
            Field(_("理由"), self.reason, hint=_("移回合格区必填")),
        ):  # fmt: skip
            self.body.addWidget(widget)
        self.place.setFocus()

    @override
    def submit(self) -> None:
        """Hand the move over; the service says where goods may not go."""
        place, row = self.place.value, self._row
        if not isinstance(place, int):
            return
        if self.count.value <= 0:
            self.count_field.say(_("数量应大于 0。请改正数量。"))
            return
        line = MoveLine(
            row.item_id, row.lot_id, row.owner_id, row.place_id, place,
            self.count.value * self._factor,
        )  # fmt: skip
        self.chosen.emit(MoveGoods(new_op(), row.org_id, (line,), self.reason.text()))
        self.accept()


def _is(place: PlaceRow) -> str:
    """What the place is: its zone; one without a zone by its level (一级库, 二级库, 三级库)."""
    return _(ZONES[place.zone] if place.zone else _LEVELS.get(place.level, ZONES[""]))
