"""What is asked during an acceptance: refusal, cold chain, code, reason."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.domain.receiving.editing import Refuse
from app.domain.receiving.note import Goods
from app.domain.receiving.outcome import Outcome, Tone
from app.domain.receiving.transport import Mode, Transport, out_of_range, parse_temperature
from app.domain.receiving.work import Entry, Refusal, Work, left
from app.i18n import _
from app.ui.status import Status
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field, Select
from app.ui.widgets.numbers import QtyEdit
from app.ui.widgets.text import Role, Text

_CLOCK = "%H:%M"


class RefuseForm(Form):
    """F9: how many go back, and why.

    Signals:
        refused: A `Refuse`.
    """

    refused = Signal(object)

    def __init__(self, work: Work, entry: Entry, told: Outcome | None, parent: QWidget) -> None:
        super().__init__(_("登记拒收"), _("登记拒收"), parent, cancel=_("返回"))
        self._entry = entry
        self._told = told if told is not None and told.key == entry.key else None
        self._goods = work.goods(entry)
        lot, _expiry = self._lot()
        what = " · ".join(part for part in (self._goods.name, self._goods.spec, lot) if part)
        self.body.addWidget(Text(what, Role.BODY, wrap=True))
        self.qty = QtyEdit(self._goods.pack_unit)
        self.qty_field = Field(_("拒收数量"), self.qty)
        self.reason = Select([(one, one.label) for one in Refusal])
        self.note = QLineEdit()
        self.note_field = Field(_("说明"), self.note, hint=_("可不填"))
        for widget in (self.qty_field, Field(_("原因"), self.reason), self.note_field):
            self.body.addWidget(widget)
        self._propose(work, entry)

    def _lot(self) -> tuple[str, date | None]:
        reading = self._told.reading if self._told else None
        if reading is not None and reading.lot:
            return reading.lot, reading.expiry
        return self._entry.lot_no, self._entry.expiry

    def _propose(self, work: Work, entry: Entry) -> None:
        """The goods just refused by a scan, or what is missing of the line."""
        factor = self._goods.pack_factor
        units = left(work, entry) or entry.accepted
        refused = self._told is not None and self._told.tone is not Tone.HIT
        if out_of_range(work.transport, self._goods.storage):
            units = left(work, entry) + entry.accepted  # none of them may stay
        elif self._told is not None and refused and self._told.units:
            units = min(self._told.units, left(work, entry) + entry.accepted) or units
        self.qty.set_value(max(1, units // factor))
        guesses = {"expiry.expired": Refusal.EXPIRED, "trace.known": Refusal.TRACE,
                   "lot.held": Refusal.RECALLED,
                   "expiry.near": Refusal.NEAR, "lot.other": Refusal.WRONG_LOT}  # fmt: skip
        code = self._told.code if self._told else ""
        guess = guesses.get(code, Refusal.COLD_CHAIN if self._goods.cold else Refusal.DAMAGED)
        self.reason.choose(guess)
        self.qty.edit.setFocus()
        self.qty.edit.selectAll()

    @override
    def submit(self) -> None:
        """Check, then hand over."""
        if self.qty.value <= 0:
            self.qty_field.say(_("拒收数量应大于 0。请改正数量。"))
            return
        refusal = Refusal(str(self.reason.value))  # Qt hands a plain text back
        if refusal is Refusal.OTHER and not self.note.text().strip():
            self.note_field.say(_("选了「其他」，请写明原因。"))
            self.note.setFocus()
            return
        lot, expiry = self._lot()
        command = Refuse(
            self._entry.key,
            self.qty.value * self._goods.pack_factor,
            refusal,
            self.note.text(),
            lot,
            expiry,
        )
        self.refused.emit(command)
        self.accept()


class ColdForm(Form):
    """How cold goods came: without a record they are refused.

    Args:
        transport: What is known already.
        come: When they came; the times that are typed belong to its day.
        parent: The window.

    Signals:
        recorded: A `Transport`.
    """

    recorded = Signal(object)

    def __init__(self, transport: Transport, come: datetime, parent: QWidget) -> None:
        super().__init__(_("冷链登记"), _("登记"), parent, cancel=_("返回"))
        self._transport, self._come = transport, come
        self.body.addWidget(
            Text(_("冷藏品到货应在 2–8 ℃，并有运输温度记录。"), Role.SECOND, wrap=True)
        )
        self.mode = Select([(one, one.label) for one in Mode])
        self.started = CodeEdit(_clock(transport.started_at))
        self.arrived = CodeEdit(_clock(come))
        self.temperature = CodeEdit(
            "" if transport.temperature is None else str(transport.temperature)
        )
        self.record = CodeEdit(transport.record_no, scans=True)
        if transport.mode is not None:
            self.mode.choose(transport.mode)
        self.started_field = Field(_("启运时间"), self.started, hint=_("如 07:20"))
        self.arrived_field = Field(_("到货时间"), self.arrived)
        self.temperature_field = Field(_("到货温度 ℃"), self.temperature, hint=_("如 4.5"))
        self.record_field = Field(_("温度记录编号"), self.record)
        self.body.addWidget(Field(_("运输方式"), self.mode))
        for pair in (
            (self.started_field, self.arrived_field),
            (self.temperature_field, self.record_field),
        ):
            row = QHBoxLayout()
            row.setSpacing(12)
            for field in pair:
                row.addWidget(field, 1)
            self.body.addLayout(row)
        empty = (one for one in (self.started, self.temperature, self.record) if not one.text())
        next(empty, self.temperature).setFocus()

    @override
    def submit(self) -> None:
        """Check each field; the first that is wrong takes the focus."""
        started = self._time(self.started_field, self.started)
        arrived = self._time(self.arrived_field, self.arrived)
        measured = None
        self.temperature_field.say("")
        try:
            measured = parse_temperature(self.temperature.text())
        except DomainError as error:
            self.temperature_field.say(error.text)
            self.temperature.setFocus()
        record = self.record.text().strip()
        self.record_field.say("" if record else _("没有温度记录的冷链品要拒收。请填记录编号。"))
        if started is None or arrived is None or measured is None or not record:
            return
        if started > arrived:
            started -= timedelta(days=1)  # it left the evening before
        mode = Mode(str(self.mode.value))  # Qt hands a plain text back
        self.recorded.emit(Transport(mode, started, arrived, measured, record))
        self.accept()

    def _time(self, field: Field, edit: CodeEdit) -> datetime | None:
        text = edit.folded().replace("：", ":")
        if text.isascii() and text.isdigit() and len(text) == 4:  # noqa: PLR2004 - 0720
            text = f"{text[:2]}:{text[2:]}"
        try:
            clock = datetime.strptime(text, _CLOCK).time()  # noqa: DTZ007 - a time of day
        except ValueError:
            field.say(_("请填时间，如 07:20。"))
            edit.setFocus()
            return None
        field.say("")
        return datetime.combine(self._come.date(), clock, self._come.tzinfo)


def _clock(moment: datetime | None) -> str:
    return f"{moment:%H:%M}" if moment else ""


class BindForm(Form):
    """Which goods of this note an unknown code names.

    Signals:
        bound: The `Goods`, and how many smallest units the code stands for.
    """

    bound = Signal(object, object)

    def __init__(self, code: str, goods: list[Goods], current: int, parent: QWidget) -> None:
        super().__init__(_("关联编码"), _("关联"), parent, cancel=_("返回"))
        words = _("把 {code} 关联到这张单上的哪个品规？以后扫这个码就能认出来。", code=code)
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self.goods = Select([(one.item_id, f"{one.name} {one.spec}") for one in goods])
        self.goods.choose(current)
        self._all = {one.item_id: one for one in goods}
        self.packs = QtyEdit()
        self.packs_field = Field(_("扫一次算几盒（件码填一件的盒数）"), self.packs)
        self.body.addWidget(Field(_("品规"), self.goods))
        self.body.addWidget(self.packs_field)
        self.goods.currentIndexChanged.connect(lambda _place: self._show())
        self.packs.set_value(1)
        self._show()
        self.goods.setFocus()

    def _chosen(self) -> Goods:
        item = self.goods.value
        assert isinstance(item, int)  # noqa: S101 - the entries are item ids
        return self._all[item]

    def _show(self) -> None:
        self.packs.set_unit(self._chosen().pack_unit)

    @override
    def submit(self) -> None:
        """Hand over."""
        if self.packs.value < 1:
            self.packs_field.say(_("至少算 1。"), Status.BAD)
            return
        chosen = self._chosen()
        self.bound.emit(chosen, self.packs.value * chosen.pack_factor)
        self.accept()
