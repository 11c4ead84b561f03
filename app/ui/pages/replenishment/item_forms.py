"""Forms for one item: a planner's number, and how its supplier delivers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.domain.money import price
from app.domain.replenish.by_hand import KINDS, ByHand, Kind
from app.i18n import _
from app.services.replenishment.suggestions import SuggestionRow
from app.services.replenishment.supply_terms import SupplyRow
from app.ui.status import Status
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Check, CodeEdit, Field, Select, check_all
from app.ui.widgets.numbers import read_expiry
from app.ui.widgets.text import Role, Text

_MOST_DIGITS: Final = 6
_NAME: Final = 10
"""Characters of a name in a title."""


def _number(label: str, value: int | None, hint: str = "") -> Field:
    edit = CodeEdit("" if value is None else str(value))
    edit.setAlignment(Qt.AlignmentFlag.AlignRight)
    return Field(label, edit, hint=hint)


def _whole(field: Field) -> int:
    text = field.text.strip()
    if not text.isdecimal():
        raise DomainError("field.number", _("「{text}」不是整数。请填如 20 的数。", text=text[:20]))
    if len(text) > _MOST_DIGITS:
        raise DomainError("field.number", _("数太大，可能把条码扫进来了。请重填。"))
    return int(text)


class NumberForm(Form):
    """A person's number for an item, in packs.

    Signals:
        chosen: The `ByHand` in smallest units.
        ended: The number is taken back.
    """

    chosen = Signal(object)
    ended = Signal()

    def __init__(
        self, row: SuggestionRow, now: ByHand | None, today: date, parent: QWidget
    ) -> None:
        title = _("人工定数：{name}", name=row.name[: 2 * _NAME])
        super().__init__(title, _("用这个数"), parent, wide=440)
        self._pack, self._today = row.pack_factor, today
        self.kind = Select([(kind, _(words)) for kind, words in KINDS.items()])
        self.kind.choose(now.kind if now else Kind.LEVELS)
        self.low = _number(_("下限（{unit}）", unit=row.pack_unit), self._packs(now, "low"))
        self.high = _number(_("上限（{unit}）", unit=row.pack_unit), self._packs(now, "high"))
        self.monthly = _number(
            _("30 天用多少（{unit}）", unit=row.pack_unit), self._packs(now, "monthly")
        )
        self.until = Field(
            _("到哪天为止"),
            CodeEdit(now.until.isoformat() if now and now.until else ""),
            hint=_("空 = 长期"),
        )
        self.reason = QLineEdit(now.reason if now else "")
        self.reason.setMaxLength(80)
        self.why = Field(_("为什么"), self.reason)
        self.body.addWidget(self.kind)
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        for place, field in enumerate((self.low, self.high, self.monthly, self.until)):
            grid.addWidget(field, place // 2, place % 2)
        self.body.addLayout(grid)
        self.body.addWidget(self.why)
        words = _("到了截止日自动回到计算的数。定数和原因写在「这个数怎么来的」里。")
        self.body.addWidget(Text(words, Role.HELP, wrap=True))
        self.problem = Text("", Role.SECOND, wrap=True, tone=Status.BAD)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.end = Button(_("取消定数"))
        self.end.setVisible(now is not None)
        self.end.clicked.connect(lambda: self.hand_over(self._end))
        self.buttons.insertWidget(0, self.end)
        self.kind.currentIndexChanged.connect(lambda _index: self._fit())
        self._fit()
        self.low.editor.setFocus()

    def _packs(self, now: ByHand | None, name: str) -> int | None:
        value = getattr(now, name) if now else 0
        return value // self._pack or None

    def _fields(self) -> tuple[Field, ...]:
        return {
            Kind.LEVELS: (self.low, self.high),
            Kind.MONTHLY: (self.monthly,),
            Kind.FLOOR: (self.low,),
        }[Kind(str(self.kind.value))]

    def _fit(self) -> None:
        for field in (self.low, self.high, self.monthly):
            field.setVisible(field in self._fields())

    @override
    def submit(self) -> None:
        """Check, then hand the number over."""
        checks: list[tuple[Field, Callable[[], object]]] = [
            (field, lambda field=field: _whole(field))  # type: ignore[misc]  # bound per field
            for field in self._fields()
        ]
        if not check_all([*checks, (self.until, self._until)]):
            return
        try:
            number = self._wanted().checked(self._today, self._pack)
        except DomainError as error:
            self.problem.setText(error.text)
            self.problem.show()
            return
        self.chosen.emit(number)
        self.accept()

    def _until(self) -> date | None:
        return read_expiry(self.until.text) if self.until.text.strip() else None

    def _wanted(self) -> ByHand:
        kind, given = Kind(str(self.kind.value)), self._fields()

        def packs(field: Field) -> int:
            return _whole(field) * self._pack if field in given else 0

        return ByHand(
            kind, self.reason.text(), packs(self.low), packs(self.high), packs(self.monthly),
            self._until(),
        )  # fmt: skip

    def _end(self) -> None:
        self.ended.emit()
        self.accept()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the form of supply says, in packs and money."""

    case: int
    minimum: int
    lead_days: int
    amount: Decimal
    for_group: bool


class SupplyForm(Form):
    """How the supplier delivers an item, and from which amount on.

    Signals:
        chosen: The `Delivery`.
    """

    chosen = Signal(object)

    def __init__(
        self, row: SuggestionRow, own: SupplyRow | None, usual: SupplyRow | None, parent: QWidget
    ) -> None:
        title = _("供货约定：{supplier} · {name}", supplier=row.supplier, name=row.name[:_NAME])
        super().__init__(title, _("保存并重算"), parent, wide=460)
        unit = row.pack_unit
        self.case = _number(_("一件多少{unit}", unit=unit), own.case if own else 0, _("0 = 不限"))
        self.minimum = _number(
            _("一次至少多少{unit}", unit=unit), own.minimum if own else 0, _("0 = 不限")
        )
        lead = own or usual
        self.lead = _number(_("到货天数"), lead.lead_days if lead else row.why.lead_days)
        self.group = Check(_("件装和起订数按集团合计算，各家只凑到整{unit}", unit=unit))
        self.group.setChecked(own is not None and own.for_group)
        amount = usual.minimum_amount if usual else None
        self.amount = Field(
            _("整单起订额（元）"),
            CodeEdit(f"{amount.normalize():f}" if amount else "0"),
            hint=_("0 = 不限"),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        for place, field in enumerate((self.case, self.minimum, self.lead, self.amount)):
            grid.addWidget(field, place // 2, place % 2)
        self.body.addLayout(grid)
        self.body.addWidget(self.group)
        words = _("起订额按这家供应商整单算；不到时先补最快到补货点的品规来凑，每行写明原因。")
        self.body.addWidget(Text(words, Role.HELP, wrap=True))
        self.case.editor.setFocus()

    @override
    def submit(self) -> None:
        """Check, then hand it over."""
        fields = (self.case, self.minimum, self.lead)
        checks: list[tuple[Field, Callable[[], object]]] = [
            (field, lambda field=field: _whole(field))  # type: ignore[misc]  # bound per field
            for field in fields
        ]
        if not check_all([*checks, (self.amount, lambda: price(self.amount.text.strip()))]):
            return
        case, minimum, lead = (_whole(field) for field in fields)
        money = price(self.amount.text.strip())
        self.chosen.emit(Delivery(case, minimum, lead, money, self.group.isChecked()))
        self.accept()
