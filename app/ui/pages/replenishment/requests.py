"""我的采购申请: own requisitions with their states, and the lines of the current one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.documents import State, state_title
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.orders.approval import SENT
from app.domain.replenish.review import check_quantity
from app.i18n import _
from app.services.db import Database
from app.services.requisition.make import Requested
from app.services.requisition.queries import (
    ApprovalRow,
    RequisitionDetail,
    RequisitionLineRow,
    RequisitionRow,
)
from app.services.requisition.steps import Change, Step, cancel, change, submit, withdraw
from app.ui import formats
from app.ui.icons import Icon
from app.ui.status import Status
from app.ui.tables.cells import Pill, Qty, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.cards import Card, toolbar
from app.ui.widgets.dialogs import Question, confirm
from app.ui.widgets.text import Role, Text

PILLS: Final = {
    State.DRAFT: Status.MUTE,
    State.TO_APPROVE: Status.WARN,
    State.TO_APPROVE_GROUP: Status.WARN,
    State.SUBMITTED: Status.INFO,
    State.CONSOLIDATED: Status.OK,
    State.CANCELLED: Status.MUTE,
}
Doing = Callable[[Callable[[], Requested], str], None]
"""Carries out a step in the writer thread and tells the words when it is done."""


def list_columns() -> tuple[Column, ...]:
    """Columns of the list of requisitions."""
    return (
        Column(key="no", title=_("申请单"), width=145, frozen=True, sortable=True),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=124, sortable=True),
        Column(key="at", title=_("时间"), kind=Kind.DATE, width=100, sortable=True),
        Column(key="who", title=_("经办"), width=64),
        Column(key="lines", title=_("行数"), kind=Kind.NUMBER, width=54),
        Column(key="amount", title=_("金额"), unit=_("元"), kind=Kind.MONEY, width=100, total=True),
        Column(key="order", title=_("统采订单"), width=80, stretch=True),
    )


def line_columns() -> tuple[Column, ...]:
    """Columns of a requisition's lines."""
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=150, stretch=True),
        Column(key="qty", title=_("数量"), kind=Kind.QTY, width=92, editable=True),
        Column(key="amount", title=_("金额"), unit=_("元"), kind=Kind.MONEY, width=90),
    )


def state_pill(head: RequisitionRow) -> Pill:
    """Its state; a draft that was sent back says so."""
    if head.returned and head.status == State.DRAFT:
        return Pill(Status.BAD, _("被退回"))
    return Pill(PILLS[State(head.status)], state_title(head.status))


def head_row(head: RequisitionRow) -> Row:
    """A requisition as a table row."""
    at = head.submitted_at or head.created_at
    return Row(
        key=head.id,
        cells=(
            head.no,
            state_pill(head),
            formats.minute(at),
            head.created_by,
            formats.number(head.lines),
            formats.amount(head.amount),
            head.group_order or head.returned or head.note or formats.NONE,
        ),
        record=head,
        raw=(
            head.no, state_title(head.status), at.isoformat(), head.created_by, head.lines,
            head.amount, head.group_order,
        ),
    )  # fmt: skip


def line_row(line: RequisitionLineRow) -> Row:
    """A line as a table row."""
    packs = Decimal(line.qty) / line.pack_factor
    words = " · ".join(part for part in (line.spec, line.supplier, line.reason) if part)
    return Row(
        key=line.line,
        cells=(
            Two(line.name, words),
            Qty(formats.number(packs.normalize() if packs % 1 else int(packs)), line.pack_unit),
            formats.amount(line.amount),
        ),
        record=line,
        raw=(f"{line.name} {line.spec}", packs, line.amount),
    )


def approval_words(one: ApprovalRow) -> str:
    """One decision: who, when, and why it was sent back."""
    at = formats.minute(one.at)
    if one.approved:
        return _("{who} {at} 同意（{level}）", who=one.person, at=at, level=one.level.label)
    return _("{who} {at} 退回：{reason}", who=one.person, at=at, reason=one.reason)


class Requests(QWidget):
    """List on the left, lines and steps on the right.

    Signals:
        wanted: The lines of a requisition are needed (its id).
        back: Return to the suggestions.
    """

    wanted = Signal(object)
    back = Signal()

    def __init__(self, db: Database, actor: Actor, doing: Doing) -> None:
        super().__init__()
        self._db, self._actor, self._doing = db, actor, doing
        self.head: RequisitionRow | None = None
        self.model = ListModel(list_columns())
        self.grid = GridView(self.model)
        self.grid.set_empty(
            _("还没有采购申请。在补货建议里选几行，就能生成。"), _("回到补货建议"), self.back.emit
        )
        self.grid.current_changed.connect(self._current)
        self.lines = ListModel(line_columns(), self._edit_line)
        self.table = GridView(self.lines, framed=False)
        self.title = Text("", Role.DETAIL_TITLE)
        self.facts = Text("", Role.SECOND, wrap=True)
        self.back_words = Text("", Role.SECOND, wrap=True, tone=Status.BAD)
        self.trail = Text("", Role.SECOND, wrap=True)
        self.panel = Card(padding=14)
        self.panel.note.hide()
        self._lay_out()
        self.show_heads(())

    def _lay_out(self) -> None:
        self.send = Button(_("提交"), ButtonKind.PRIMARY, icon=Icon.SEND)
        self.take_back = Button(_("撤回为草稿"), icon=Icon.UNDO)
        self.give_up = Button(_("作废"), ButtonKind.DANGER)
        self.send.clicked.connect(self._submit)
        self.take_back.clicked.connect(self._withdraw)
        self.give_up.clicked.connect(self._cancel)
        for part in (self.title, self.facts, self.back_words, self.trail):
            self.panel.add(part)
        self.panel.add(self.table, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for button in (self.give_up, self.take_back, self.send):
            foot.addWidget(button)
        foot.insertStretch(1, 1)
        self.panel.add(foot)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.grid, 12)
        row.addWidget(self.panel, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        leave = Button(_("补货建议"), icon=Icon.ARROW_LEFT)
        leave.clicked.connect(self.back)
        column.addLayout(toolbar(leave, Text(_("我的采购申请"), Role.CARD_TITLE), None))
        column.addLayout(row, 1)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back.emit()
            return
        super().keyPressEvent(event)

    def show_heads(self, heads: tuple[RequisitionRow, ...]) -> None:
        """Show the list; the current requisition stays current."""
        key = self.head.id if self.head else None
        self.model.set_rows([head_row(head) for head in heads])
        self.model.order(self.grid.state.query.sorts)
        if heads and (key is None or not self.grid.choose(key)):
            self.grid.choose(heads[0].id)
        at = QApplication.focusWidget()
        if self.isVisible() and (at is None or not self.table.isAncestorOf(at)):
            self.grid.focus_rows()
        if not heads:
            self._current(None)

    def choose(self, requisition_id: int) -> None:
        """Make a requisition current as soon as it is listed."""
        self.grid.choose(requisition_id)

    def _current(self, row: Row | None) -> None:
        head = row.record if row else None
        self.head = head if isinstance(head, RequisitionRow) else None
        self.panel.setVisible(self.head is not None)
        if self.head is None:
            return
        self.title.setText(self.head.no)
        who = _("{who} {time}", who=self.head.created_by, time=formats.minute(self.head.created_at))
        parts = [state_title(self.head.status), who, formats.yuan(self.head.amount)]
        self.facts.setText(" · ".join(parts))
        state = State(self.head.status)
        back = _("退回原因：{reason}。改好数量再提交。", reason=self.head.returned)
        self.back_words.setText(back)
        self.back_words.setVisible(bool(self.head.returned))
        self.send.setVisible(state is State.DRAFT)
        self.take_back.setVisible(state in SENT)
        self.give_up.setVisible(state in SENT | {State.DRAFT})
        self.wanted.emit(self.head.id)

    def show_lines(self, detail: RequisitionDetail) -> None:
        """Show the lines, if their requisition is still the current one."""
        if self.head is not None and detail.head.id == self.head.id:
            self.lines.set_rows([line_row(line) for line in detail.lines])
            self.trail.setText("\n".join(approval_words(one) for one in detail.approvals))
            self.trail.setVisible(bool(detail.approvals))

    def _edit_line(self, row: Row, _column: str, value: object) -> Row:
        line, head = row.record, self.head
        if not isinstance(line, RequisitionLineRow) or head is None:
            return row
        if head.status != State.DRAFT:
            raise DomainError("requisition.sent", _("已提交的申请不能改数量。请先撤回为草稿。"))
        text = str(value).replace(",", "").strip()
        if not text.isdecimal():
            raise DomainError("quantity.form", _("「{text}」不是数量。请填整数。", text=text))
        quantity = int(text) * line.pack_factor
        check_quantity(
            quantity, line.pack_factor, line.pack_unit, (line.pack_unit, line.pack_factor)
        )
        if quantity == line.qty:
            return row
        command = Change(new_op(), head.org_id, head.id, head.version, ((line.line, quantity),))
        self._doing(partial(change, self._db, self._actor, command), _("已改数量。"))
        return line_row(replace(line, qty=quantity))

    def _submit(self) -> None:
        if self.head is None:
            return
        words = _("采购申请 {no} 已送出。", no=self.head.no)
        question = Question(
            _("提交采购申请 {no}", no=self.head.no),
            _("{n} 行、{total} 交给集团汇总；超过额度的先等负责人审批。汇总之前可以撤回。",
              n=self.head.lines, total=formats.yuan(self.head.amount)),
            _("提交申请"),
            _("再看看"),
        )  # fmt: skip
        confirm(self, question, partial(self._step, submit, words))

    def _withdraw(self) -> None:
        if self.head is not None:
            self._step(withdraw, _("已撤回 {no}，现在是草稿。", no=self.head.no))

    def _cancel(self) -> None:
        if self.head is None:
            return
        question = Question(
            _("作废采购申请 {no}", no=self.head.no),
            _("作废以后，{n} 行建议会回到补货列表，可以重新申请。", n=self.head.lines),
            _("作废"),
            _("留着"),
            danger=True,
        )
        words = _("已作废 {no}。", no=self.head.no)
        confirm(self, question, partial(self._step, cancel, words))

    def _step(self, step: Callable[[Database, Actor, Step], Requested], words: str) -> None:
        if self.head is not None:
            command = Step(new_op(), self.head.org_id, self.head.id, self.head.version)
            self._doing(partial(step, self._db, self._actor, command), words)
