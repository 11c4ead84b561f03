"""Why a party does not agree, and what its own bill says."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.domain.money import price
from app.i18n import _
from app.services.settlement.listing import StatementRow
from app.ui import formats
from app.ui.widgets.dialogs import ReasonForm
from app.ui.widgets.fields import CodeEdit, Field


class DisputeForm(ReasonForm):
    """Asks for the reason and the amount of the supplier's own bill."""

    def __init__(self, row: StatementRow, parent: QWidget) -> None:
        super().__init__(
            _("对 {no} 提异议", no=row.no),
            _("我们的消耗合计 {money}。写明差在哪里，双方按批号核对。",
              money=formats.yuan(row.payable)),
            _("提异议"),
            parent,
        )  # fmt: skip
        self.bill: Decimal | None = None
        self.edit = CodeEdit()
        self.bill_field = Field(_("供应商账单金额（元）"), self.edit, hint=_("可不填"))
        self.body.addWidget(self.bill_field)

    @override
    def submit(self) -> None:
        """Accept once reason and amount are right."""
        text = self.edit.folded().replace(",", "")
        try:
            self.bill = price(text) if text else None
        except DomainError as error:
            self.bill_field.say(error.text)
            self.edit.setFocus()
            return
        super().submit()
