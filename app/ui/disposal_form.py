"""A lot that cannot be used: written off, or given back to its supplier; asked where it is seen."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.quantity import checked, two_units
from app.i18n import _
from app.services.counting.disposal import CAUSES, Ask, Goods
from app.services.counting.listing import CountLineRow
from app.services.stock.listing import StockRow
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Check, Field, Select
from app.ui.widgets.text import Role, Text


class DisposalForm(Form):
    """Write a lot off, or give it back to its supplier.

    Signals:
        chosen: What to `ask` for.
    """

    chosen = Signal(object)

    def __init__(self, row: CountLineRow | StockRow, org_id: int, parent: QWidget) -> None:
        super().__init__(_("报损或退货：{name}", name=row.name), _("提交审批"), parent)
        words = f"{row.spec} · {row.lot_no} · {row.place}"
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self._row, self._org = row, org_id
        self._chain = two_units(row.base_unit, row.pack_unit, row.pack_factor)
        self.count = QLineEdit("1")
        whole = row.pack_factor == 1
        self.count_field = Field(
            _("数量"), self.count,
            hint=row.pack_unit if whole else _("7+5 = 7 {pack} 5 {base}", pack=row.pack_unit,
                                               base=row.base_unit),
        )  # fmt: skip
        self.cause = Select([(key, _(word)) for key, word in CAUSES.items()])
        if isinstance(row, StockRow) and row.held in CAUSES:  # what is barred goes as a whole
            self.cause.choose(row.held)
            packs, loose = divmod(row.qty, row.pack_factor)
            self.count.setText(f"{packs}+{loose}" if loose else str(packs))
        self.reason = QLineEdit()
        self.reason_field = Field(_("情况"), self.reason)
        self.back = Check(_("退给供应商（{owner}）", owner=row.owner))
        for widget in (self.count_field, Field(_("原因"), self.cause),
                       self.reason_field, self.back):  # fmt: skip
            self.body.addWidget(widget)

    @override
    def submit(self) -> None:
        """Hand the wish over."""
        if len(self.reason.text().strip()) < 4:  # noqa: PLR2004 - as the service asks
            self.reason_field.say(_("请写明情况，至少 {n} 个字。", n=4))
            return
        try:
            units = checked(self._chain.read(self.count.text()))
        except DomainError as error:
            self.count_field.say(error.text)
            return
        row = self._row
        goods = Goods(row.place_id, row.item_id, row.lot_id, row.owner_id, units)
        supplier = row.owner_id if self.back.isChecked() else 0
        cause, reason = str(self.cause.value), self.reason.text()
        self.chosen.emit(Ask(new_op(), self._org, (goods,), cause, reason, supplier))
        self.accept()
