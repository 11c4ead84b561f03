"""The donor's two questions: how much is promised, and what goes out how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from app.domain.receiving.transport import Mode
from app.i18n import _
from app.services.transfers.commands import SendPick
from app.services.transfers.listing import TransferDetail, TransferRow
from app.services.transfers.scanning import ScannedPacks
from app.ui import formats
from app.ui.pages.transfers.dialogs import read_warm
from app.ui.turns import Turns
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field, Select
from app.ui.widgets.numbers import QtyEdit
from app.ui.widgets.text import Role, Text

Took = Callable[[ScannedPacks], None]
Refused = Callable[[Exception], None]
Look = Callable[[tuple[str, ...], str, Took, Refused], None]
"""Asks what a scan is: codes before, the scan, what to do with the answer or the refusal."""


class PromiseForm(Form):
    """How much of each item is promised; all that was asked, or less.

    Signals:
        chosen: Units by line, as pairs.
        refused: Nothing is promised.
    """

    chosen = Signal(object)
    refused = Signal()

    def __init__(self, row: TransferRow, parent: QWidget) -> None:
        super().__init__(
            _("确认 {no}", no=row.no), _("确认调出"), parent, cancel=_("不调"), wide=480
        )
        words = _("{org} 申请，依据：{basis}。{reason}", org=row.org, basis=row.basis.label,
                  reason=row.reason)  # fmt: skip
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self._edits: list[tuple[int, int, QtyEdit]] = []
        for line in row.lines:
            whole = line.wanted % line.pack_factor == 0
            factor = line.pack_factor if whole else 1
            edit = QtyEdit(line.pack_unit if whole else line.base_unit, most=line.wanted // factor)
            edit.set_value(line.wanted // factor)
            asked = formats.pack_text(line.base_unit, line.pack_unit, line.pack_factor, line.wanted)
            self.body.addWidget(Field(line.name, edit, hint=_("申请 {qty}", qty=asked)))
            self._edits.append((line.line, factor, edit))
        self.total = Text("", Role.HELP, wrap=True)
        self.body.addWidget(self.total)
        self.body.addWidget(
            Text(
                _("不够就改少，对方会看到答应的数量；一行填 0 就是这种不调。"), Role.HELP, wrap=True
            )
        )
        self.cancel.clicked.disconnect()
        self.cancel.clicked.connect(self._refuse)
        if self._edits:
            self._edits[0][2].setFocus()

    def _refuse(self) -> None:
        self.refused.emit()
        self.reject()

    @override
    def submit(self) -> None:
        """Hand the quantities over; nothing at all is a refusal."""
        promised = [(line, edit.value * factor) for line, factor, edit in self._edits]
        if not any(units for _line, units in promised):
            self.total.setText(_("一件都不给就是不调。请点「不调」，写明理由。"))
            return
        self.chosen.emit(promised)
        self.accept()


@dataclass(frozen=True, slots=True)
class Journey:
    """How goods go out, and the packs that were scanned."""

    mode: str
    carrier: str
    record: str
    warm: Decimal | None
    picks: tuple[SendPick, ...] = ()


class SendForm(Form):
    """Transport of a transfer, and the trace codes of its packs; cold goods need their record.

    Signals:
        chosen: A `Journey`.
    """

    chosen = Signal(object)

    def __init__(self, detail: TransferDetail, look: Look, parent: QWidget) -> None:
        super().__init__(_("发出 {no}", no=detail.head.no), _("发出"), parent, wide=460)
        self._look, self._turns = look, Turns(self)
        self._scanned = ScannedPacks((), (), ())
        self._cold = any(line.storage in {"cold", "frozen"} for line in detail.head.lines)
        words = "、".join(
            f"{x.name} {formats.pack_text(x.base_unit, x.pack_unit, x.pack_factor, x.confirmed)}"
            for x in detail.head.lines
        )
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self.scan = CodeEdit(scans=True)
        self.scan_field = Field(_("逐盒扫追溯码，或扫箱码"), self.scan, hint=_("可以不扫"))
        self.scan.returnPressed.connect(self._scan)
        self.read = Text(_("没扫到的按近效期先出配货，货记到在途。"), Role.HELP, wrap=True)
        self.carrier = QLineEdit()
        self.mode = Select([(one.value, one.label) for one in Mode])
        self.record = CodeEdit()
        self.warm = CodeEdit()
        self.warm_field = Field(_("启运温度 ℃"), self.warm)
        cold = (Field(_("冷藏方式"), self.mode), Field(_("温度记录编号"), self.record),
                self.warm_field)  # fmt: skip
        for widget in (self.scan_field, self.read, Field(_("谁送（班车、专人、无人机）"),
                       self.carrier), *cold):  # fmt: skip
            self.body.addWidget(widget)
        for widget in cold:
            widget.setVisible(self._cold)
        self.verb.setDefault(False)  # a scanner ends every code with Enter
        self.scan.setFocus()

    def _scan(self) -> None:
        code = self.scan.folded()
        self.scan.clear()
        if code:
            self._turns.ask(partial(self._ask, code), self._took, self._refused)

    def _ask(self, code: str, took: Took, refused: Refused) -> None:
        """At its turn: with the packs of the scans before it."""
        self._look(self._scanned.codes, code, took, refused)

    def _took(self, scanned: ScannedPacks) -> None:
        self._scanned = scanned
        self.scan_field.say("")
        lines = [
            _("{name} 已扫 {n} / {all} {unit}，批号 {lots}", name=x.name, n=x.packs,
              all=x.promised, unit=x.unit, lots=x.lots or "—")
            for x in scanned.lines
        ]  # fmt: skip
        self.read.setText("\n".join([*lines, _("没扫到的按近效期先出配货，货记到在途。")]))

    def _refused(self, error: Exception) -> None:
        self.scan_field.say(getattr(error, "text", str(error)))
        self.scan.setFocus()

    @override
    def submit(self) -> None:
        """Hand all over behind the last scan: its pack goes out, not another."""
        self._turns.then(self._hand_over)

    def _hand_over(self) -> None:
        warm = read_warm(self.warm_field, self.warm) if self._cold else None
        if self._cold and warm is None:
            return
        mode = str(self.mode.value) if self._cold else ""
        self.chosen.emit(
            Journey(mode, self.carrier.text(), self.record.folded(), warm, self._scanned.picks)
        )
        self.accept()
