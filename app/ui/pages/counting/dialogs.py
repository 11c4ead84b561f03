"""What is asked: where to count, what to write off, who saw the destruction."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.domain.stock.counting import check_witnesses
from app.i18n import _
from app.services.counting.disposal import DisposalRow
from app.services.stock.places import PlaceRow
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field, Select
from app.ui.widgets.numbers import QtyEdit
from app.ui.widgets.text import Role, Text


class StartForm(Form):
    """Where to count, and what difference wants no second count.

    Signals:
        chosen: (place, tolerance in packs).
    """

    chosen = Signal(object, int)

    def __init__(self, places: Sequence[PlaceRow], parent: QWidget) -> None:
        super().__init__(_("开始盘点"), _("开始"), parent)
        self.place = Select([(p.id, f"{p.code} {p.name}") for p in places if p.zone != "outgoing"])
        self.tolerance = QtyEdit(_("包装"))
        self.tolerance.set_value(0)
        self.body.addWidget(Field(_("库位（连同下面的货位）"), self.place))
        self.body.addWidget(Field(_("差多少以内不用复盘"), self.tolerance))
        words = _("盘点时看不到账面数。盘的过程中照常收发，按盘到那一刻的账面算差异。")
        self.body.addWidget(Text(words, Role.HELP, wrap=True))

    @override
    def submit(self) -> None:
        """Hand the choice over."""
        self.chosen.emit(self.place.value, self.tolerance.value)
        self.accept()


class DestroyForm(Form):
    """The destruction record: method, two witnesses, authority for controlled drugs.

    Signals:
        chosen: (method, first witness, second witness, authority).
    """

    chosen = Signal(str, object, object, str)

    def __init__(
        self, row: DisposalRow, people: Sequence[tuple[int, str]], parent: QWidget
    ) -> None:
        super().__init__(_("销毁记录 {no}", no=row.no), _("记录并出库"), parent)
        self.body.addWidget(Text(row.goods, Role.BODY, wrap=True))
        self.method = QLineEdit()
        self.one, self.two = Select(list(people)), Select(list(people))
        if len(people) > 1:
            self.two.setCurrentIndex(1)
        self.authority = QLineEdit()
        self.controlled = row.controlled
        self.fields = {
            "destroy.method": Field(_("销毁方式"), self.method),
            "destroy.first": Field(_("见证人一"), self.one),
            "destroy.witness": Field(_("见证人二"), self.two),
        }
        if row.controlled:
            self.fields["destroy.authority"] = Field(_("监督人和单位"), self.authority)
        for field in self.fields.values():
            self.body.addWidget(field)

    @override
    def submit(self) -> None:
        """Hand the record over once nothing is missing; what was typed stays till then."""
        first, second = (int(str(one.value or 0)) for one in (self.one, self.two))
        for field in self.fields.values():
            field.say("")
        try:
            check_witnesses(
                first, second, self.method.text(),
                controlled=self.controlled, authority=self.authority.text(),
            )  # fmt: skip
        except DomainError as wrong:
            self.fields[wrong.code].say(wrong.text)
            return
        self.chosen.emit(self.method.text(), first, second, self.authority.text())
        self.accept()
