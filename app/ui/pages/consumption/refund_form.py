"""Part of a consumption comes back: which row, how much, and why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.scan import classify
from app.i18n import _
from app.services.consumption import Reverse
from app.services.consumption.listing import ConsumptionRow, UsedLine, lot_of
from app.ui import formats
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field, Select
from app.ui.widgets.numbers import QtyEdit
from app.ui.widgets.text import Role, Text


class RefundForm(Form):
    """Asks for the lot that comes back, the quantity and the reason.

    Signals:
        chosen: A `Reverse`.
    """

    chosen = Signal(object)

    def __init__(self, row: ConsumptionRow, lines: Sequence[UsedLine], parent: QWidget) -> None:
        super().__init__(_("退回 {no} 的一部分", no=row.no), _("退回"), parent, wide=520)
        self._row = row
        self._lines = tuple(lines)
        words = Text(
            _("退到原来的批号和库位。月份已关账的，算在下个月的对账单里。"), Role.SECOND, wrap=True
        )
        self.line = Select([(line.seq, _words(line)) for line in self._lines if line.left])
        self.line.currentIndexChanged.connect(self._chosen)
        self.lot = CodeEdit(scans=True)
        self.lot.textChanged.connect(self._read)
        self.lot_field = Field(
            _("退回包装上的批号"), self.lot, required=True, hint=_("扫码或输入，核对用")
        )
        self.qty = QtyEdit()
        self.qty_field = Field(_("数量"), self.qty)
        self.reason = QLineEdit()
        self.reason_field = Field(_("理由"), self.reason, required=True)
        self.body.addWidget(words)
        for widget in (
            Field(_("用掉的"), self.line), self.lot_field, self.qty_field, self.reason_field,
        ):  # fmt: skip
            self.body.addWidget(widget)
        self.verb.setEnabled(bool(self.line.count()))
        self._chosen()
        self.lot.setFocus()

    def _current(self) -> UsedLine | None:
        return next((line for line in self._lines if line.seq == self.line.value), None)

    def _chosen(self) -> None:
        line = self._current()
        if line is not None:
            self.qty.set_unit(line.base_unit)
            self.qty.set_value(line.left)
            self.qty_field.set_hint(_("最多 {n}", n=formats.number(line.left)))

    def _read(self) -> None:
        """Go to the line of the lot that was scanned, where only one has it."""
        typed = self.lot.folded()
        wanted = classify(typed).lot or typed
        fitting = [line for line in self._lines if line.left and line.lot_no == wanted]
        if len(fitting) == 1:
            self.line.choose(fitting[0].seq)

    @override
    def submit(self) -> None:
        """Emit the command once lot, quantity and reason are right."""
        line = self._current()
        if line is None:
            return
        lot = self.lot.folded()
        if not lot and line.lot_no:
            self.lot_field.say(_("还没填批号。扫包装上的码，或手动输入。"))
            return
        try:
            lot_of((line,), classify(lot).lot or lot)
        except DomainError as error:
            self.lot_field.say(error.text)
            return
        self.lot_field.say("")
        if not 0 < self.qty.value <= line.left:
            self.qty_field.say(_("要在 1 到 {n} 之间：退的不能多于用的。", n=line.left))
            return
        reason = self.reason.text().strip()
        if len(reason) < 2:  # noqa: PLR2004 - two characters say a reason in Chinese
            self.reason_field.say(_("请写明理由（至少 2 个字）。"))
            return
        row = self._row
        self.chosen.emit(
            Reverse(
                new_op(), row.org_id, row.document_id, reason, line.seq, self.qty.value,
                lot_id=line.lot_id,
            )
        )  # fmt: skip
        self.accept()


def _words(line: UsedLine) -> str:
    left = formats.pack_text(line.base_unit, line.pack_unit, line.pack_factor, line.left)
    return _("{name} 批号 {lot} 可退 {left}", name=line.name, lot=line.lot_no, left=left)
