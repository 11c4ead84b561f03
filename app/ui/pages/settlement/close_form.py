"""关账: what is still open, the close itself, and opening again by two persons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QLineEdit
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.settlement.closing import Check as Looked, Finding, holding, open_count
from app.domain.settlement.period import Period, SettlementCalendar
from app.i18n import _
from app.services.db import local_time
from app.services.settlement.calendar import SetCutOff, calendar_of, set_cut_off
from app.services.settlement.closing import (
    AllowReopen,
    AskReopen,
    CloseMonth,
    CloseRow,
    allow_reopen,
    ask_reopen,
    close_month,
    closes,
    open_items,
)
from app.ui import theme
from app.ui.changes import Topic
from app.ui.context import Org
from app.ui.page import Page
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.cards import toolbar
from app.ui.widgets.dialogs import Form, ReasonForm
from app.ui.widgets.fields import Check, Field, Select
from app.ui.widgets.text import Role, Text


@dataclass(frozen=True, slots=True)
class _Found:
    findings: tuple[Finding, ...]
    closed: CloseRow | None
    trail: tuple[CloseRow, ...]
    calendar: SettlementCalendar


class CloseForm(Form):
    """The month of one member."""

    def __init__(self, page: Page, org: Org, period: Period) -> None:
        super().__init__(
            _("{org} {period} 关账", org=org.short, period=period.key), _("关账"), page, wide=760,
            cancel=_("再等等"),
        )  # fmt: skip
        self._page, self._org, self._period = page, org, period
        self._found: _Found | None = None
        self.head = Text("", Role.STRONG)
        self.grid = GridView(ListModel(_columns()))
        self.grid.set_empty(_("没有没做完的事，可以关账。"))
        self.grid.setMinimumHeight(theme.px(250))
        self.estimated = Check(_("缺发票的按暂估关账"))
        self.note = QLineEdit()
        self.note_field = Field(_("暂估的理由"), self.note, hint=_("至少 4 个字"))
        self.state = Text("", Role.SECOND, wrap=True)
        self.trail = Text("", Role.LABEL, wrap=True)
        self.cut_off = Text("", Role.LABEL)
        self.cut_button = Button(_("改截止日"), ButtonKind.LINK)
        self.ask_button, self.allow_button = Button(_("申请开账")), Button(_("同意开账"))
        self.body.addWidget(self.head)
        self.body.addWidget(self.state)
        self.body.addWidget(self.grid, 1)
        for part in (self.estimated, self.note_field, self.trail):
            self.body.addWidget(part)
        self.body.addLayout(toolbar(self.cut_off, self.cut_button, None))
        self.buttons.insertWidget(0, self.allow_button)
        self.buttons.insertWidget(0, self.ask_button)
        self.estimated.toggled.connect(lambda _on: self._show_state())
        self.cut_button.clicked.connect(self._ask_cut_off)
        self.ask_button.clicked.connect(self._ask_reopen)
        self.allow_button.clicked.connect(self._allow)
        self.verb.setEnabled(False)
        self.refresh()

    def refresh(self) -> None:
        """Look at the month again."""
        db, actor, org, key = (
            self._page.context.db, self._page.context.actor, self._org.id, self._period.key
        )  # fmt: skip

        def work() -> _Found:
            trail = tuple(row for row in closes(db, actor, (org,)) if row.period == key)
            shut = next((row for row in trail if row.shut), None)
            found = () if shut else open_items(db, actor, org, key)
            return _Found(found, shut, trail, calendar_of(db, actor, org))

        self._page.read(work, self._show, channel="close")

    def _show(self, found: _Found) -> None:
        self._found = found
        model = self.grid.model
        if isinstance(model, ListModel):
            model.set_rows([_row(one) for one in found.findings])
        missing = any(one.check is Looked.MISSING_INVOICE for one in found.findings)
        for part in (self.estimated, self.note_field):
            part.setVisible(missing and found.closed is None)
        self.trail.setText("\n".join(_told(row) for row in found.trail))
        self.trail.setVisible(bool(found.trail))
        first, last = found.calendar.first(self._period), found.calendar.last(self._period)
        self.cut_off.setText(_("本期 {first} 至 {last}", first=first, last=last))
        self.cut_button.setVisible(self._may_settle() and found.closed is None)
        self._show_state()

    def _show_state(self) -> None:
        found = self._found
        if found is None:
            return
        shut = found.closed
        self.grid.setVisible(shut is None)
        self.verb.setVisible(shut is None)
        me = self._page.context.actor
        asked = shut is not None and shut.asked_at is not None
        self.ask_button.setVisible(shut is not None and not asked and self._may_settle())
        duties = (Duty.SETTLE, Duty.SIGN, Duty.AUDIT)
        self.allow_button.setVisible(
            shut is not None and asked and shut.asked_id != me.person_id
            and any(me.can(duty, self._org.id) for duty in duties)
        )  # fmt: skip
        if shut is not None:
            self.head.setText(_("已关账，关到 {day}", day=shut.date_to))
            words = _("这个月和以前的账都不能再记。开账要写明原因，并由另一个人同意。")
            self.state.setText(words)
            return
        self.state.set_tone(None)  # what was refused before is no longer said
        held = holding(found.findings, estimated=self.estimated.isChecked())
        self.head.setText(_("关账前还有 {n} 项", n=open_count(found.findings)))
        self.state.setText(
            _("做完下面各项再关账。")
            if held
            else _("关账后不能再记 {period} 及以前的账；要开账须两个人同意。",
                   period=self._period.key)
        )  # fmt: skip
        self.verb.setEnabled(not held and self._may_settle())

    def _may_settle(self) -> bool:
        return self._page.context.actor.can(Duty.SETTLE, self._org.id)

    @override
    def submit(self) -> None:
        """Close the month; what the service refuses is told here."""
        note = self.note.text().strip()
        command = CloseMonth(
            new_op(), self._org.id, self._period.key, self.estimated.isChecked(), note
        )
        db, actor = self._page.context.db, self._page.context.actor

        def done(row: CloseRow) -> None:
            words = _("{org} {period} 已关账。", org=self._org.short, period=row.period)
            self._page.context.notices.done(words)
            self._told_all()
            self.accept()

        self._page.write(lambda: close_month(db, actor, command), done, self._refused)

    def _refused(self, error: Exception) -> None:
        if isinstance(error, DomainError):
            if error.code == "statement.note":
                self.note_field.say(error.text)
                self.note.setFocus()
            else:
                self.state.set_tone(Status.BAD)
                self.state.setText(error.text)
        else:
            self._page.context.errors.take(error)

    def _told_all(self) -> None:
        self._page.context.changes.announce({Topic.SETTLEMENT, Topic.STOCK})

    def _ask_reopen(self) -> ReasonForm:
        effect = _("另一位结算员、负责人或审计同意以后，这个月才能再记账。")
        form = ReasonForm(_("申请开账"), effect, _("申请"), self)
        form.accepted.connect(lambda: self._reopen(form.text))
        form.open()
        return form

    def _reopen(self, reason: str) -> None:
        shut = self._found.closed if self._found else None
        if shut is not None:
            command = AskReopen(new_op(), self._org.id, shut.close_id, reason)
            self._write(partial(ask_reopen, command=command), _("已申请开账，等另一个人同意。"))

    def _allow(self) -> None:
        shut = self._found.closed if self._found else None
        if shut is not None:
            command = AllowReopen(new_op(), self._org.id, shut.close_id)
            self._write(partial(allow_reopen, command=command), _("已开账。"))

    def _write(self, verb: partial[None], words: str) -> None:
        db, actor = self._page.context.db, self._page.context.actor

        def done(_nothing: None) -> None:
            self._page.context.notices.done(words)
            self._told_all()
            self.refresh()

        self._page.write(lambda: verb(db, actor), done, self._refused)

    def _ask_cut_off(self) -> Form:
        form = Form(_("结算截止日"), _("保存"), self)
        text = _("从 {period} 起，每月到这一天截止；以前的月份不变。已有对账单的月份不能改。",
                 period=self._period.key)  # fmt: skip
        form.body.addWidget(Text(text, Role.SECOND, wrap=True))
        days = Select([(0, _("月末")), *((n, _("{n} 日", n=n)) for n in range(1, 29))])
        form.body.addWidget(Field(_("截止日"), days))

        def go_on() -> None:
            day = days.value
            command = SetCutOff(
                new_op(), self._org.id, self._period.key, day if isinstance(day, int) else 0
            )
            db, actor = self._page.context.db, self._page.context.actor

            def done(_calendar: SettlementCalendar) -> None:
                self._page.context.notices.done(_("截止日已保存。"))
                self._told_all()
                self.refresh()

            self._page.write(lambda: set_cut_off(db, actor, command), done, self._refused)

        form.accepted.connect(go_on)
        form.open()
        return form


def _told(row: CloseRow) -> str:
    parts = [_("{when:%m-%d %H:%M} {who} 关账", when=local_time(row.closed_at), who=row.closed_by)]
    if row.note:
        parts.append(_("暂估：{why}", why=row.note))
    if row.asked_at is not None:
        parts.append(
            _("{when:%m-%d %H:%M} {who} 申请开账：{why}", when=local_time(row.asked_at),
              who=row.asked_by, why=row.reason)
        )  # fmt: skip
    if row.reopened_at is not None:
        parts.append(
            _("{when:%m-%d %H:%M} {who} 同意开账", when=local_time(row.reopened_at),
              who=row.reopened_by)
        )  # fmt: skip
    return " → ".join(parts)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="what", title=_("还没做完的"), kind=Kind.PILL, width=180),
        Column(key="count", title=_("数量"), kind=Kind.NUMBER, width=64),
        Column(key="which", title=_("哪些 / 怎么办"), kind=Kind.TWO_LINE, width=420, stretch=True),
    )


def _row(one: Finding) -> Row:
    status = Status.WARN if one.passable else Status.NEAR
    cells = (
        Pill(status, one.title),
        str(one.count),
        Two("、".join(one.names) or "—", one.advice),
    )
    return Row(one.check.value, cells, record=one)
