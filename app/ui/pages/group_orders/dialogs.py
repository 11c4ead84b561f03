"""Questions of this page: sign, refuse, amend, cancel, each with its effect spelled out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from PySide6.QtWidgets import QPlainTextEdit, QWidget
from typing_extensions import override

from app.domain import money
from app.domain.errors import DomainError
from app.domain.orders.amend import Change
from app.domain.orders.content import ContentLine
from app.domain.orders.signing import MIN_REASON, Party, turn
from app.domain.typed import whole
from app.i18n import _
from app.services.orders.detail import OrderDetail
from app.services.orders.queries import MemberOrderRow
from app.ui import formats, theme
from app.ui.tables.cells import Qty, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.cards import Facts
from app.ui.widgets.dialogs import Form, ReasonForm, TypeToConfirm
from app.ui.widgets.fields import Field
from app.ui.widgets.text import Role, Text

_SHOWN = 6


class SignForm(Form):
    """Signing: what is signed, and what the signature does."""

    def __init__(self, orders: Sequence[MemberOrderRow], parent: QWidget) -> None:
        first = orders[0]
        title = (
            _("签署 {no}", no=first.no) if len(orders) == 1 else _("签署 {n} 张订单", n=len(orders))
        )
        super().__init__(title, _("签署"), parent, cancel=_("再看看"), wide=480)
        facts = Facts()
        facts.show_facts(_sign_facts(orders))
        self.body.addWidget(facts)
        self.body.addWidget(Text(_effect(first), Role.BODY, wrap=True))
        self.verb.setFocus()


def _sign_facts(orders: Sequence[MemberOrderRow]) -> list[tuple[str, str]]:
    if len(orders) == 1:
        one = orders[0]
        due = one.due_on.isoformat() if one.due_on else formats.NONE
        return [
            (_("需方"), one.org),
            (_("供方"), one.supplier),
            (_("金额"), _("{amount}，共 {n} 行", amount=formats.yuan(one.amount), n=one.lines)),
            (_("要求到货"), due),
            (_("版本"), _("第 {n} 版", n=one.version)),
        ]
    found = [
        (one.no, f"{one.org} → {one.supplier}　{formats.yuan(one.amount)}")
        for one in orders[:_SHOWN]
    ]
    if len(orders) > _SHOWN:
        found.append(("", _("还有 {n} 张", n=len(orders) - _SHOWN)))
    amount = sum((one.amount for one in orders), Decimal(0))
    return [*found, (_("合计"), formats.yuan(amount))]


def _effect(order: MemberOrderRow) -> str:
    if turn(order.state) is Party.SUPPLIER:
        return _(
            "签署后订单生效，要按要求的日期送到。会记下你的姓名、时间和内容摘要，签了不能撤回。"
        )
    return _(
        "签署后交供应商签，双方签完订单生效。会记下你的姓名、时间和内容摘要，签了不能撤回；"
        "内容再有改动，要重新签。"
    )


def refuse_form(order: MemberOrderRow, parent: QWidget) -> ReasonForm:
    """Refusing: the reason goes to the other side and the group's buyer."""
    return ReasonForm(
        _("拒签 {no}", no=order.no),
        _("拒签后由集团采购改单或作废。原因会给对方和集团采购看，请写具体。"),
        _("拒绝签署"),
        parent,
        least=MIN_REASON,
    )


def cancel_form(order: MemberOrderRow, parent: QWidget, act: Callable[[str], None]) -> Form:
    """Cancelling: a reason; for an order signed by both the word has to be typed as well."""
    effect = _(
        "作废后这张单不再送货，统采合计跟着减少 {amount}。", amount=formats.yuan(order.amount)
    )
    form = ReasonForm(_("作废 {no}", no=order.no), effect, _("作废"), parent, least=MIN_REASON)

    def confirmed() -> None:
        reason = form.text
        if not order.signed:
            act(reason)
            return
        sure = TypeToConfirm(
            _("作废双方已签的 {no}", no=order.no),
            _("双方都签过，作废后不能恢复。"),
            _("作废"),
            _("作废"),
            parent,
        )
        sure.accepted.connect(lambda: act(reason))
        sure.open()

    form.accepted.connect(confirmed)
    return form


class AmendForm(Form):
    """Amending: quantities go down, a line at 0 is taken away, with a reason."""

    def __init__(self, detail: OrderDetail, parent: QWidget) -> None:
        super().__init__(_("修改 {no}", no=detail.row.no), _("改好，重新送签"), parent, wide=640)
        hint = _(
            "只能改小；填 0 去掉这一行。改后是第 {n} 版，成员要重新签。", n=detail.row.version + 1
        )
        self.body.addWidget(Text(hint, Role.SECOND, wrap=True))
        self.reason = QPlainTextEdit()
        self.reason.setFixedHeight(theme.px(64))
        self.reason.setTabChangesFocus(True)
        self.field = Field(_("原因"), self.reason, hint=_("至少 {n} 个字", n=MIN_REASON))
        self.model = ListModel(_amend_columns(), _edit)
        self.model.set_rows([_amend_row(line, line.packs) for line in detail.content.lines])
        self.model.refused.connect(self._refused)
        self.model.rows_changed.connect(self._sum)
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(220))
        self.body.addWidget(self.grid, 1)
        self.amount = Text("", Role.STRONG)
        self.body.addWidget(self.amount)
        self.body.addWidget(self.field)
        if detail.row.refusal:
            self.reason.setPlainText(_("按拒签意见：{reason}", reason=detail.row.refusal))
        self._sum()

    @property
    def changes(self) -> tuple[Change, ...]:
        """The lines whose quantity was changed."""
        return tuple(
            Change(line.line, packs * line.pack_factor)
            for row in self.model.rows
            for line, packs in (_kept(row),)
            if packs != line.packs
        )

    @property
    def text(self) -> str:
        """The reason written."""
        return " ".join(self.reason.toPlainText().split())

    def _refused(self, _key: object, _column: str, error: DomainError) -> None:
        self.field.say(error.text)

    def _sum(self) -> None:
        amounts = (_amount(*_kept(row)) for row in self.model.rows)
        self.amount.setText(_("改后合计 {amount}", amount=formats.yuan(sum(amounts, Decimal(0)))))

    @override
    def submit(self) -> None:
        """Accept once something changed and the reason is long enough."""
        if not self.changes:
            self.field.say(_("数量没有变化。请改小数量，或去掉不要的行。"))
            self.grid.focus_rows()
        elif len(self.text) < MIN_REASON:
            self.field.say(_("还没写清原因。请至少写 {n} 个字。", n=MIN_REASON))
            self.reason.setFocus()
        else:
            self.accept()


def _amend_columns() -> tuple[Column, ...]:
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=220, stretch=True),
        Column(key="old", title=_("原数量"), kind=Kind.QTY, width=96),
        Column(key="qty", title=_("改为"), kind=Kind.QTY, width=104, editable=True),
        Column(key="amount", title=_("金额"), unit=_("元"), kind=Kind.MONEY, width=110),
    )


def _amend_row(line: ContentLine, packs: int) -> Row:
    return Row(
        key=line.line,
        cells=(
            Two(line.name, line.spec),
            Qty(formats.number(line.packs), line.unit, bold=False),
            Qty(formats.number(packs), line.unit),
            formats.amount(_amount(line, packs)),
        ),
        record=(line, packs),
    )


def _kept(row: Row) -> tuple[ContentLine, int]:
    record = row.record
    assert isinstance(record, tuple)  # noqa: S101 - made by _amend_row
    return record[0], int(record[1])


def _amount(line: ContentLine, packs: int) -> Decimal:
    return money.amount(line.unit_price, packs * line.pack_factor, line.price_factor)


def _edit(row: Row, _column: str, value: object) -> Row:
    line, _packs = _kept(row)
    typed = whole(str(value))
    if typed is None:
        raise DomainError("amend.number", _("数量要填整数，如 {n}。", n=line.packs))
    if typed > line.packs:
        raise DomainError(
            "amend.more",
            _(
                "「{name}」只能改小，现在是 {old} {unit}。要多订，请另提采购申请。",
                name=line.name,
                old=line.packs,
                unit=line.unit,
            ),
        )
    return _amend_row(line, typed)
