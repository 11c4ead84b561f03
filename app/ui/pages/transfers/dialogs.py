"""What is asked: the ground of a transfer, a new loan, transport, acceptance, what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.domain.receiving.transport import parse_temperature
from app.domain.transfers.legal import Basis
from app.domain.transfers.states import Kind, Settle, Urgency
from app.i18n import _
from app.services.receiving.trace_files import traced
from app.services.transfers.commands import AcceptLot
from app.services.transfers.distances import Member
from app.services.transfers.listing import LotRow, TransferDetail
from app.services.transfers.traces import with_codes
from app.ui import formats
from app.ui.context import PageContext
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field, Select, check_all
from app.ui.widgets.files import choose_file
from app.ui.widgets.item_field import ItemField
from app.ui.widgets.numbers import QtyEdit
from app.ui.widgets.text import Role, Text

_SETTLES = {True: (Settle.KIND, Settle.PRICE), False: (Settle.NONE, Settle.PRICE)}
"""What may be agreed on, by whether the goods come back."""


@dataclass(frozen=True, slots=True)
class Ground:
    """On which ground goods are asked for."""

    basis: Basis
    urgency: Urgency
    note: str
    paper: Path | None
    number: str


def beside(*widgets: QWidget) -> QHBoxLayout:
    """Fields side by side, so that a form fits the smallest screen; a quantity has its buttons."""
    row = QHBoxLayout()
    row.setSpacing(10)
    for widget in widgets:
        counts = isinstance(widget, Field) and isinstance(widget.editor, QtyEdit)
        row.addWidget(widget, 4 if counts else 3)
    return row


class GroundFields(QWidget):
    """Basis, urgency and the approval document; shared by all requests."""

    def __init__(self, form: Form, *, same_person: bool) -> None:
        super().__init__(form)
        self._same_person = same_person
        self._rescue = False
        self.basis = Select(_grounds(same_person=same_person))
        self.urgency = Select([(one, one.label) for one in Urgency])
        self.note = QLineEdit()
        self.number = QLineEdit()
        self.file: Path | None = None
        self.file_button = Button(_("选批准文件…"))
        self.effect = Text("", Role.HELP, wrap=True)
        form.body.addLayout(
            beside(Field(_("法律依据"), self.basis), Field(_("紧急程度"), self.urgency))
        )
        form.body.addWidget(self.effect)
        row = QHBoxLayout()
        self.number_field = Field(_("批准文号"), self.number)
        row.addWidget(self.number_field, 1)
        row.addWidget(self.file_button, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(Field(_("说明（订单号、用途）"), self.note), 1)
        form.body.addLayout(row)
        self.file_button.clicked.connect(self._choose)
        self.basis.currentIndexChanged.connect(self._told)
        self._told()

    def fit(self, *, same_person: bool) -> None:
        """Offer the grounds that hold between the two members, the usual one first."""
        if same_person != self._same_person:
            self._same_person = same_person
            self.basis.set_entries(_grounds(same_person=same_person))
            self.basis.setCurrentIndex(0)
            self._told()

    def _told(self) -> None:
        if isinstance(self.basis.value, Basis):
            self.effect.setText(self.basis.value.effect)
            if self.basis.value is Basis.EMERGENCY:
                self.urgency.choose(Urgency.EMERGENCY)
            elif self._rescue:  # it was the rescue that made it urgent
                self.urgency.choose(Urgency.NORMAL)
            self._rescue = self.basis.value is Basis.EMERGENCY

    def _choose(self) -> None:
        choose_file(self, _("批准文件"), self._take)

    def _take(self, file: Path) -> None:
        self.file = file
        self.file_button.setText(file.name[:24])

    def ground(self) -> Ground:
        """What was chosen."""
        basis, urgency = self.basis.value, self.urgency.value
        assert isinstance(basis, Basis)  # noqa: S101 - the entries are grounds
        assert isinstance(urgency, Urgency)  # noqa: S101 - the entries are urgencies
        return Ground(basis, urgency, self.note.text(), self.file, self.number.text())


def _grounds(*, same_person: bool) -> list[tuple[Basis, str]]:
    """The grounds that hold between two members, the usual one in front."""
    inside = (Basis.SAME_PERSON,) if same_person else ()
    return [(one, one.label) for one in (*inside, Basis.APPROVED, Basis.EMERGENCY, Basis.REROUTED)]


class StartForm(Form):
    """Start the chosen proposals of one pair of members.

    Signals:
        chosen: A `Ground`.
    """

    chosen = Signal(object)

    def __init__(self, words: str, parent: QWidget, *, same_person: bool) -> None:
        super().__init__(_("发起调拨"), _("发起调拨"), parent, wide=460)
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self.fields = GroundFields(self, same_person=same_person)
        words = _("没有批准文件也可以先存成草稿，附上文件再提交。")
        if not same_person:
            self.body.addWidget(Text(words, Role.HELP, wrap=True))

    @override
    def submit(self) -> None:
        """Hand the ground over."""
        self.chosen.emit(self.fields.ground())
        self.accept()


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan as it was typed."""

    donor_id: int
    item_id: int
    packs: int
    kind: Kind
    settle: Settle
    return_by: date | None
    patient: str
    address: str
    ground: Ground


class LoanForm(Form):
    """新建借用 or 药品调配申请.

    Signals:
        chosen: A `Loan`.
    """

    chosen = Signal(object)

    def __init__(self, context: PageContext, donors: Sequence[Member], parent: QWidget) -> None:
        super().__init__(_("新建借用"), _("发出申请"), parent, wide=640)
        self._context = context
        self.kind = Select(
            [(Kind.LOAN, _("借用，以后归还")), (Kind.TRANSFER, _("调拨，不还")),
             (Kind.PATIENT, _("药品调配，直接送给患者"))]
        )  # fmt: skip
        self._inside = {one.id for one in donors if one.same_person}
        self.donor = Select([(one.id, one.name) for one in donors])
        self.item = ItemField(context)
        self.count = QtyEdit(_("包装"))
        self.count.set_value(1)
        self.back = CodeEdit((context.today + timedelta(days=30)).isoformat())
        self.back_field = Field(_("归还日期"), self.back)
        self.settle = Select([(one, one.label) for one in _SETTLES[True]])
        self.settle_field = Field(_("怎么结"), self.settle)
        self.patient = CodeEdit()
        self.patient_field = Field(_("患者代号"), self.patient, hint="ZSF-0832")
        self.address = QLineEdit()
        self.address_field = Field(_("送到哪里"), self.address)
        self.body.addLayout(beside(Field(_("类型"), self.kind), Field(_("向谁"), self.donor)))
        self.body.addWidget(self.item)
        self.body.addLayout(
            beside(Field(_("数量"), self.count), self.back_field, self.settle_field,
                   self.patient_field)
        )  # fmt: skip
        self.body.addWidget(self.address_field)
        self.fields = GroundFields(self, same_person=False)
        self.kind.currentIndexChanged.connect(self._fit)
        self.donor.currentIndexChanged.connect(self._fit)
        self.item.picked.connect(self._tell_unit)
        self._fit()

    def _tell_unit(self, _item: object) -> None:
        row = self.item.row
        self.count.set_unit(row.pack_unit if row is not None else _("包装"))

    def _fit(self) -> None:
        loan = self.kind.value is Kind.LOAN
        self.back_field.setVisible(loan)
        self.settle.set_entries([(one, one.label) for one in _SETTLES[loan]])
        self.fields.fit(same_person=self.donor.value in self._inside)
        patient = self.kind.value is Kind.PATIENT
        self.patient_field.setVisible(patient)
        self.address_field.setVisible(patient)

    @override
    def submit(self) -> None:
        """Check the item and the day, then hand the loan over."""
        if not check_all([(self.item, self.item.checked)]):
            return
        kind, donor, settle = self.kind.value, self.donor.value, self.settle.value
        loan = kind is Kind.LOAN
        try:
            day = typed_day(self.back.text()) if loan else None
        except DomainError as error:
            self.back_field.say(error.text)
            return
        assert isinstance(kind, Kind)  # noqa: S101 - the entries are kinds
        assert isinstance(settle, Settle)  # noqa: S101 - the entries are settlements
        self.chosen.emit(
            Loan(
                donor if isinstance(donor, int) else 0, self.item.item_id, self.count.value, kind,
                settle, day, self.patient.folded(),
                self.address.text(), self.fields.ground(),
            )
        )  # fmt: skip
        self.accept()


class AcceptForm(Form):
    """Accept lot by lot: what is good, what is refused; the rest is missing.

    Signals:
        chosen: (tuple of `AcceptLot`, temperature or None).
    """

    chosen = Signal(object, object)

    def __init__(self, detail: TransferDetail, parent: QWidget) -> None:
        patient = detail.head.kind is Kind.PATIENT
        no = detail.head.no
        title = _("送达 {no}", no=no) if patient else _("验收 {no}", no=no)
        verb = _("患者已收到") if patient else _("完成验收")
        super().__init__(title, verb, parent, wide=520)
        self._lots = detail.lots
        self._cold = any(lot.storage in {"cold", "frozen"} for lot in detail.lots)
        self.taken: list[QtyEdit] = []
        self.refused: list[QtyEdit] = []
        for lot in detail.lots:
            self.body.addWidget(Text(self._words(lot), Role.STRONG, wrap=True))
            good, bad = QtyEdit(lot.base_unit, most=lot.qty), QtyEdit(lot.base_unit, most=lot.qty)
            good.set_value(lot.qty)
            row = QHBoxLayout()
            row.addWidget(Field(_("收"), good))
            row.addWidget(Field(_("拒收"), bad))
            row.addStretch(1)
            self.body.addLayout(row)
            self.taken.append(good)
            self.refused.append(bad)
        self.warm = CodeEdit()
        self.warm_field = Field(_("到货温度 ℃"), self.warm)
        self.body.addWidget(self.warm_field)
        self.warm_field.setVisible(self._cold)
        self._codes: list[str] = []
        self.scan = CodeEdit(scans=True)
        self.scan_field = Field(_("只收一部分时，逐盒扫收下的追溯码"), self.scan)
        self.scan.returnPressed.connect(self._scan)
        self.body.addWidget(self.scan_field)
        scanned = any(lot.traces for lot in detail.lots)
        self.scan_field.setVisible(scanned)
        self.verb.setDefault(not scanned)  # a scanner ends every code with Enter
        words = _("收下的立即入库；没收到、也没拒收的算短少，由调出方处理。")
        if patient:
            words = _("送到 {ref}（{place}）。收下的当天记为本机构的消耗，不上架。",
                      ref=detail.head.patient_ref, place=detail.head.address)  # fmt: skip
        self.body.addWidget(Text(words, Role.HELP, wrap=True))

    @staticmethod
    def _words(lot: LotRow) -> str:
        there = formats.pack_text(lot.base_unit, lot.pack_unit, lot.pack_factor, lot.qty)
        return f"{lot.name} · {lot.lot_no} · {formats.day(lot.expiry)} · {there}"

    def _scan(self) -> None:
        code = traced(self.scan.folded())
        self.scan.clear()
        if not any(code in lot.traces for lot in self._lots):
            self.scan_field.say(_("这个追溯码不在发来的货里。请核对包装，重新扫。"))
            return
        self._codes.remove(code) if code in self._codes else self._codes.append(code)
        self.scan_field.say("")
        self.scan_field.set_hint(_("已扫 {n} 盒，再扫一次去掉", n=len(self._codes)))

    @override
    def submit(self) -> None:
        """Hand the lots over."""
        warm = read_warm(self.warm_field, self.warm) if self._cold else None
        if self._cold and warm is None:
            return
        lots = tuple(
            AcceptLot(lot.n, good.value, bad.value)
            for lot, good, bad in zip(self._lots, self.taken, self.refused, strict=True)
        )
        sent = {lot.n: lot.traces for lot in self._lots}
        self.chosen.emit(with_codes(lots, sent, self._codes), warm)
        self.accept()


def read_warm(field: Field, edit: CodeEdit) -> Decimal | None:
    """The temperature typed; says under the field what is wrong."""
    try:
        return parse_temperature(edit.folded())
    except DomainError as error:
        field.say(error.text)
        edit.setFocus()
        return None
