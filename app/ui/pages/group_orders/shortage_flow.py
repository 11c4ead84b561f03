"""缺货: from the buttons to the questions, and from the answers to the services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app import paths
from app.adapters.local_files import write
from app.domain import money
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.orders.content import ContentLine
from app.domain.orders.shortage import Short
from app.domain.orders.signing import MIN_REASON
from app.i18n import _
from app.services.orders.detail import OrderDetail, OrderWanted
from app.services.orders.note_papers import NoteWanted, note_paper
from app.services.orders.settling import Rest, Settled
from app.services.orders.shortage import (
    AnswerShort,
    DeclareShort,
    WithdrawShort,
    answer_short,
    declare_short,
    withdraw_short,
)
from app.services.orders.shortage_notes import ShortageRow
from app.services.orders.shortage_settling import SettleShort, settle_short, short_rest
from app.ui import formats
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.pages.group_orders import words
from app.ui.pages.group_orders.answer_forms import ReasonedForm, SettleForm
from app.ui.pages.group_orders.desk import OrderDesk
from app.ui.pages.group_orders.order_view import OrderView
from app.ui.pages.group_orders.shortage_bar import ended_packs
from app.ui.tables.cells import Qty, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.widgets.dialogs import Form, Question, ReasonForm, confirm


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with what can still be declared, and what is typed; in packs."""

    content: ContentLine
    open: int
    packs: int = 0


class ShortForm(ReasonedForm):
    """How much of each line will not come."""

    def __init__(self, detail: OrderDetail, parent: QWidget) -> None:
        hint = _(
            "填供不了的数量，已到货的不能填。对方同意后，集团采购把余量转给备选供应商或退回约定量；"
            "双方签过的订单不变，另出补充说明。"
        )
        model = ListModel(_columns(), _edit)
        model.set_rows([_row(one) for one in _lines(detail)])
        super().__init__(
            _("填报 {no} 的缺货", no=detail.row.no), _("填报缺货"), hint, parent, model
        )
        self.show_sum()

    @property
    def shorts(self) -> tuple[Short, ...]:
        """The lines with a quantity."""
        return tuple(
            Short(one.content.line, one.packs * one.content.pack_factor)
            for one in self._typed()
            if one.packs
        )

    def _typed(self) -> list[_Line]:
        return [row.record for row in self.model.rows if isinstance(row.record, _Line)]

    @override
    def show_sum(self) -> None:
        amounts = (
            money.amount(
                one.content.unit_price,
                one.packs * one.content.pack_factor,
                one.content.price_factor,
            )
            for one in self._typed()
        )
        self.sum.setText(_("缺货合计 {amount}", amount=formats.yuan(sum(amounts, Decimal(0)))))

    @override
    def submit(self) -> None:
        """Accept once a line has a quantity and the reason is long enough."""
        if not self.shorts:
            self.field.say(_("还没填哪一行缺多少。请至少填一行。"))
            self.grid.focus_rows()
        elif self.reasoned():
            self.accept()


class ShortageFlow:
    """The questions and what follows; `form` is the dialog that is open, for tests.

    Args:
        page: Where dialogs stand.
        view: The open order.
        desk: Opens finished files.
    """

    def __init__(self, page: Page, view: OrderView, desk: OrderDesk) -> None:
        self._page = page
        self._view = view
        self._desk = desk
        self.form: Form | None = None
        bar = view.shortage
        view.short_asked.connect(self.declare)
        bar.agree_asked.connect(self.agree)
        bar.refuse_asked.connect(self.refuse)
        bar.withdraw_asked.connect(self.withdraw)
        bar.settle_asked.connect(self.settle)
        bar.paper_asked.connect(self.paper)

    def declare(self) -> None:
        """Ask what will not come of the open order."""
        detail = self._view.detail
        if detail is None:
            return
        form, row = ShortForm(detail, self._page), detail.row
        told = _("已填报 {no} 的缺货，等对方同意。", no=row.no)

        def send() -> None:
            op = new_op()
            command = DeclareShort(op, row.org_id, row.id, row.version, form.shorts, form.text)
            self._do(lambda db, actor: declare_short(db, actor, command), told)

        form.accepted.connect(send)
        self._open(form)

    def agree(self) -> None:
        """Ask once more, then sign the note."""
        note = self._note()
        if note is None:
            return
        question = Question(
            title=_("同意 {no}", no=note.no),
            effect=_(
                "同意后这 {n} 行、{amount} 不再送货，由集团采购转给备选供应商或退回约定量。"
                "会记下你的姓名和时间，等于在补充说明上签署，签了不能撤回。",
                n=len(note.lines),
                amount=formats.yuan(note.amount),
            ),
            verb=_("同意终止"),
            keep=_("再看看"),
        )
        command = AnswerShort(new_op(), note.org_id, note.order_id, note.seq, agree=True)
        told = _("已同意 {no}，等集团采购处理余量。", no=note.no)
        self.form = confirm(
            self._page,
            question,
            lambda: self._do(lambda db, actor: answer_short(db, actor, command), told),
        )

    def refuse(self) -> None:
        """Ask why not."""
        note = self._note()
        if note is None:
            return
        form = self._reason(_("不同意 {no}", no=note.no), _("对方会看到原因。"), _("不同意"))
        key = (note.org_id, note.order_id, note.seq)
        told = _("已退回 {no}，对方会看到原因。", no=note.no)

        def send() -> None:
            command = AnswerShort(new_op(), *key, agree=False, reason=form.text)
            self._do(lambda db, actor: answer_short(db, actor, command), told)

        form.accepted.connect(send)
        self._open(form)

    def withdraw(self) -> None:
        """Ask why it is taken back."""
        note = self._note()
        if note is None:
            return
        effect = _("撤回后订单照原来的数量履行，可以重新填报。")
        form = self._reason(_("撤回 {no}", no=note.no), effect, _("撤回"))
        key = (note.org_id, note.order_id, note.seq)
        told = _("已撤回 {no}。", no=note.no)

        def send() -> None:
            command = WithdrawShort(new_op(), *key, form.text)
            self._do(lambda db, actor: withdraw_short(db, actor, command), told)

        form.accepted.connect(send)
        self._open(form)

    def settle(self) -> None:
        """Read who could deliver the rest, then ask what becomes of it."""
        note, context = self._note(), self._page.context
        if note is None:
            return
        key = (note.org_id, note.order_id, note.seq)

        def ask(rest: Rest) -> None:
            form = SettleForm(rest, self._page, signed=True)

            def send() -> None:
                command = SettleShort(new_op(), *key, form.to_backup)
                self._page.write(
                    lambda: settle_short(context.db, context.actor, command),
                    lambda done: self._tell(_settled(done)),
                    self._failed,
                )

            form.accepted.connect(send)
            self._open(form)

        self._page.read_for_form(
            lambda: short_rest(context.db, context.actor, key), ask, context.errors.take
        )

    def paper(self) -> None:
        """Write the note into the output folder, then offer to open it."""
        note, context = self._note(), self._page.context
        if note is None:
            return
        wanted = NoteWanted(OrderWanted(note.org_id, note.order_id), note.seq)

        def work() -> Path:
            made = note_paper(context.db, context.actor, wanted)
            return write(paths.output() / made.name, made.data)

        def told(path: Path) -> None:
            text = _("已生成 {name}。", name=path.name)
            context.notices.done(text, action=_("打开文件"), act=lambda: self._desk.open_file(path))

        self._page.read(work, told, context.errors.take)

    def _note(self) -> ShortageRow | None:
        return self._view.shortage.note_row

    def _do(self, work: Callable[..., object], told: str) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        self._page.write(lambda: work(db, actor), lambda _done: self._tell(told), self._failed)

    def _tell(self, text: str) -> None:
        self._page.context.notices.done(text)
        self._page.context.changes.announce({Topic.ORDERS})

    def _failed(self, error: Exception) -> None:
        self._page.context.errors.take(error)
        self._page.context.changes.announce({Topic.ORDERS})

    def _reason(self, title: str, effect: str, verb: str) -> ReasonForm:
        return ReasonForm(title, effect, verb, self._page, least=MIN_REASON)

    def _open(self, form: Form) -> None:
        self.form = form
        form.open()


def _settled(done: Settled) -> str:
    if done.backups:
        numbers = "、".join(done.backups)
        return _("余量已转备选供应商，订单 {numbers} 等成员签署。", numbers=numbers)
    return _("余量 {amount} 已退回约定量。", amount=formats.yuan(done.given_back))


def _lines(detail: OrderDetail) -> list[_Line]:
    came = {one.line: one.received for one in detail.arrived}
    ended = ended_packs(detail)
    found = [
        _Line(
            line, line.packs - ended.get(line.line, 0) - came.get(line.line, 0) // line.pack_factor
        )
        for line in detail.content.lines
    ]
    return [one for one in found if one.open > 0]


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=230, stretch=True),
        Column(key="ordered", title=_("订"), kind=Kind.QTY, width=96),
        Column(key="open", title=_("未到"), kind=Kind.QTY, width=96),
        Column(key="qty", title=_("供不了"), kind=Kind.QTY, width=104, editable=True),
    )


def _row(one: _Line) -> Row:
    line = one.content
    return Row(
        key=line.line,
        cells=(
            Two(line.name, line.spec),
            Qty(formats.number(line.packs), line.unit, bold=False),
            Qty(formats.number(one.open), line.unit, bold=False),
            Qty(words.packs(one.packs * line.pack_factor, line.pack_factor), line.unit),
        ),
        record=one,
    )


def _edit(row: Row, _column: str, value: object) -> Row:
    one, text = row.record, str(value).replace(",", "").strip()
    assert isinstance(one, _Line)  # noqa: S101 - made by _row
    if not text.isdecimal() or int(text) > one.open:
        raise DomainError(
            "short.qty",
            _(
                "「{name}」还没到的是 {n} {unit}，供不了的数量要在 0 到 {n} 之间。",
                name=one.content.name,
                n=one.open,
                unit=one.content.unit,
            ),
        )
    return _row(replace(one, packs=int(text)))
