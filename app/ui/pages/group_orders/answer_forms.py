"""部分确认: what the supplier can deliver, and what the buyer does with the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from PySide6.QtWidgets import QPlainTextEdit, QWidget
from typing_extensions import override

from app.domain import money
from app.domain.errors import DomainError
from app.domain.expiry import parse
from app.domain.orders.answer import Offer
from app.domain.orders.content import ContentLine
from app.domain.orders.signing import MIN_REASON
from app.domain.typed import whole
from app.i18n import _, sentences
from app.services.orders.detail import OrderDetail
from app.services.orders.settling import Rest, RestLine
from app.ui import formats, theme
from app.ui.pages.group_orders import words
from app.ui.tables.cells import Qty, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field
from app.ui.widgets.text import Role, Text


@dataclass(frozen=True, slots=True)
class _Offered:
    """A line as the supplier would deliver it."""

    line: ContentLine
    packs: int
    due_on: date | None


class ReasonedForm(Form):
    """A table to change and a reason below it; what is wrong is said at the reason."""

    def __init__(self, title: str, verb: str, hint: str, parent: QWidget, model: ListModel) -> None:
        super().__init__(title, verb, parent, wide=760)
        self.body.addWidget(Text(hint, Role.SECOND, wrap=True))
        self.reason = QPlainTextEdit()
        self.reason.setFixedHeight(theme.px(60))
        self.reason.setTabChangesFocus(True)
        self.field = Field(_("原因"), self.reason, hint=_("至少 {n} 个字", n=MIN_REASON))
        self.model = model
        self.model.refused.connect(lambda _key, _column, error: self.field.say(error.text))
        self.model.rows_changed.connect(self._changed)
        self.grid = GridView(model)
        self.grid.setMinimumHeight(theme.px(230))
        self.body.addWidget(self.grid, 1)
        self.sum = Text("", Role.STRONG, wrap=True)
        self.body.addWidget(self.sum)
        self.body.addWidget(self.field)
        self.resize(theme.px(760), theme.px(560))
        self.grid.focus_rows()

    @property
    def text(self) -> str:
        """The reason written."""
        return " ".join(self.reason.toPlainText().split())

    def _changed(self) -> None:
        self.field.say("")
        self.show_sum()

    def show_sum(self) -> None:
        """What the table comes to."""

    def reasoned(self) -> bool:
        """Whether the reason says something; the field asks for one otherwise."""
        if len(self.text) >= MIN_REASON:
            return True
        self.field.say(_("还没写清原因。请至少写 {n} 个字。", n=MIN_REASON))
        self.reason.setFocus()
        return False


class AnswerForm(ReasonedForm):
    """The supplier: how many of each line, and until when."""

    def __init__(self, detail: OrderDetail, parent: QWidget) -> None:
        self._due = detail.content.due_on
        hint = _(
            "改成能供的数量；0 为不供。日期不填就按 {day} 到货。确认后集团采购处理余量，"
            "成员重新签新的一版，再由你签署。",
            day=self._due.isoformat() if self._due else formats.NONE,
        )
        model = ListModel(_answer_columns(), self._edit)
        model.set_rows(
            [_answer_row(_Offered(line, line.packs, None)) for line in detail.content.lines]
        )
        title = _("部分确认 {no}", no=detail.row.no)
        super().__init__(title, _("部分确认"), hint, parent, model)
        self.show_sum()

    @property
    def offers(self) -> tuple[Offer, ...]:
        """The lines with another quantity or day."""
        return tuple(
            Offer(one.line.line, one.packs * one.line.pack_factor, one.due_on)
            for one in self._offered()
            if one.packs != one.line.packs or one.due_on not in {None, self._due}
        )

    def _offered(self) -> list[_Offered]:
        return [row.record for row in self.model.rows if isinstance(row.record, _Offered)]

    @override
    def show_sum(self) -> None:
        amounts = (
            money.amount(one.line.unit_price, one.packs * one.line.pack_factor,
                         one.line.price_factor)
            for one in self._offered()
        )  # fmt: skip
        self.sum.setText(_("能供合计 {amount}", amount=formats.yuan(sum(amounts, Decimal(0)))))

    @staticmethod
    def _edit(row: Row, column: str, value: object) -> Row:
        one, text = row.record, str(value).replace(",", "").strip()
        assert isinstance(one, _Offered)  # noqa: S101 - made by _answer_row
        if column == "due":
            return _answer_row(replace(one, due_on=_day(text)))
        packs = whole(text)
        if packs is None or packs > one.line.packs:
            raise DomainError(
                "answer.qty",
                _(
                    "「{name}」订了 {n} {unit}，能供的数量要在 0 到 {n} 之间。",
                    name=one.line.name,
                    n=one.line.packs,
                    unit=one.line.unit,
                ),
            )
        return _answer_row(replace(one, packs=packs))

    @override
    def submit(self) -> None:
        """Accept once something differs and the reason is long enough."""
        if not self.offers:
            self.field.say(_("数量和日期都照订单，不是部分确认。请直接签署。"))
            self.grid.focus_rows()
        elif not any(one.packs for one in self._offered()):
            self.field.say(_("一行都不能供，请改用「拒绝签署」并写原因。"))
            self.grid.focus_rows()
        elif self.reasoned():
            self.accept()


def _day(text: str) -> date | None:
    return parse(text) if text and text != formats.NONE else None


def _answer_columns() -> tuple[Column, ...]:
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=230, stretch=True),
        Column(key="asked", title=_("订"), kind=Kind.QTY, width=96),
        Column(key="qty", title=_("能供"), kind=Kind.QTY, width=104, editable=True),
        Column(key="due", title=_("到货日期"), width=120, editable=True),
    )


def _answer_row(one: _Offered) -> Row:
    return Row(
        key=one.line.line,
        cells=(
            Two(one.line.name, one.line.spec),
            Qty(formats.number(one.line.packs), one.line.unit, bold=False),
            Qty(formats.number(one.packs), one.line.unit),
            one.due_on.isoformat() if one.due_on else formats.NONE,
        ),
        record=one,
    )


class SettleForm(ReasonedForm):
    """The buyer: the rest of each line to the backup supplier, or given back."""

    def __init__(self, rest: Rest, parent: QWidget, *, signed: bool = False) -> None:
        self._signed = signed
        hint = _("{supplier}：{reason}。", supplier=rest.supplier, reason=rest.reason)
        moved = _("勾选的余量转给备选供应商，另出一张订单；不勾的退回约定量。")
        stays = _("双方签过的订单不变。") if signed else _("改后的单双方重新签。")
        hint = sentences(hint, moved, stays)
        model = ListModel(_rest_columns(), _tick)
        lines = [line for line in rest.lines if line.rest]
        model.set_rows([_rest_row(line, chosen=bool(line.backup_id)) for line in lines])
        title = _("处理 {no} 的余量", no=rest.no)
        super().__init__(title, _("按此处理"), hint, parent, model)
        self.field.setVisible(not signed)
        self.show_sum()

    @property
    def to_backup(self) -> tuple[int, ...]:
        """The lines whose rest goes to the backup supplier."""
        return tuple(line.line for line, chosen in self._lines() if chosen)

    def _lines(self) -> list[tuple[RestLine, bool]]:
        return [
            (row.record, bool(row.cells[0]))
            for row in self.model.rows
            if isinstance(row.record, RestLine)
        ]

    @override
    def show_sum(self) -> None:
        moved = [line for line, chosen in self._lines() if chosen]
        left = [line for line, chosen in self._lines() if not chosen]
        extra = sum((line.extra for line in moved), Decimal(0))
        self.sum.setText(
            _(
                "转备选 {n} 行 {moved}（比原价多 {extra}）· 退回约定量 {m} 行 {left}",
                n=len(moved),
                moved=formats.yuan(_sum(moved, backup=True)),
                extra=formats.yuan(extra),
                m=len(left),
                left=formats.yuan(_sum(left, backup=False)),
            )
        )

    @override
    def submit(self) -> None:
        """Accept once the reason is long enough; both sides gave theirs to a signed order."""
        if self._signed or self.reasoned():
            self.accept()


def _sum(lines: Sequence[RestLine], *, backup: bool) -> Decimal:
    return sum(
        (
            money.amount(line.backup_price, line.rest, line.backup_factor)
            if backup
            else money.amount(line.unit_price, line.rest, line.price_factor)
            for line in lines
        ),
        Decimal(0),
    )


def _rest_columns() -> tuple[Column, ...]:
    return (
        Column(key="pick", title=_("转备选"), kind=Kind.CHECK, width=64),
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=180, stretch=True),
        Column(key="offered", title=_("能供"), kind=Kind.QTY, width=84),
        Column(key="due", title=_("到货"), width=104),
        Column(key="rest", title=_("余量"), kind=Kind.QTY, width=84),
        Column(key="backup", title=_("备选供应商 / 单价"), kind=Kind.TWO_LINE, width=170),
    )


def _rest_row(line: RestLine, *, chosen: bool) -> Row:
    price = line.backup_price * line.pack_factor / line.backup_factor
    return Row(
        key=line.line,
        cells=(
            chosen,
            Two(line.name, line.spec),
            Qty(words.packs(line.offered, line.pack_factor), line.unit if line.offered else ""),
            line.due_on.isoformat() if line.due_on else formats.NONE,
            Qty(words.packs(line.rest, line.pack_factor), line.unit),
            Two(line.backup, _("{price} 元/{unit}", price=formats.price(price), unit=line.unit))
            if line.backup_id
            else Two(_("没有备选"), line.why_not),
        ),
        record=line,
    )


def _tick(row: Row, _column: str, value: object) -> Row:
    line = row.record
    assert isinstance(line, RestLine)  # noqa: S101 - made by _rest_row
    if value and not line.backup_id:
        raise DomainError(
            "rest.no_backup",
            _("「{name}」不能转备选：{why}", name=line.name, why=line.why_not),
        )
    return _rest_row(line, chosen=bool(value))
