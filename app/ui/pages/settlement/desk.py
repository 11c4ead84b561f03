"""Carries out what is to be done with a bill: asks what is needed, writes, tells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject

from app.domain.documents import State, state_title
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.settlement.bill import BillLine
from app.i18n import _
from app.services.db import Database
from app.services.settlement import MakeStatements, Step, make_statements, step
from app.services.settlement.adjusting import Adjust, adjust
from app.services.settlement.bills import SaveBill, bill_of, save_bill
from app.services.settlement.listing import (
    ItemTotal,
    StatementRow,
    statement_of,
    statement_totals,
)
from app.services.settlement.make import StatementMade
from app.services.settlement.matching import Unmatch, unmatch
from app.services.settlement.reporting import Report, report
from app.services.settlement.steps import Verb
from app.ui import formats
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.pages.settlement.bill_form import BillForm
from app.ui.pages.settlement.deeds import Deed
from app.ui.pages.settlement.forms import AdjustForm, AmountForm, ReportForm
from app.ui.pages.settlement.match_form import MatchForm
from app.ui.pages.settlement.printing import print_bill, show_lines, write_sheet
from app.ui.widgets.dialogs import Form, Question, ReasonForm, confirm

T = TypeVar("T")


class Desk(QObject):
    """The deeds of the page."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page

    def do(self, row: StatementRow, deed: Deed) -> None:
        """Begin a deed: most ask first."""
        ways: dict[Deed, Callable[[StatementRow], object]] = {
            Deed.SEND: lambda one: self.step(one, Verb.SEND),
            Deed.AUDIT: lambda one: self.step(one, Verb.AUDIT),
            Deed.CONFIRM: self._confirm,
            Deed.BILL: self._bill,
            Deed.DISPUTE: self._dispute,
            Deed.RECORD: self._record,
            Deed.ADJUST: self._adjust,
            Deed.MATCH: self.match,
            Deed.UNMATCH: self._unmatch,
            Deed.RECALL: self._recall,
            Deed.REPORT: self._report,
            Deed.REVERSE: self._reverse,
            Deed.CANCEL: self._cancel,
            Deed.LINES: partial(show_lines, self._page),
            Deed.PDF: partial(print_bill, self._page),
            Deed.EXCEL: partial(write_sheet, self._page),
        }
        ways[deed](row)

    # Writing

    def write(
        self,
        work: Callable[[], T],
        done: Callable[[T], str],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Write, tell what happened, and let every page ask again."""

        def told(result: T) -> None:
            self._page.context.notices.done(done(result))
            self._page.context.changes.announce({Topic.SETTLEMENT})

        self._page.write(work, told, failed)

    def write_each(self, work: Callable[[], T], done: Callable[[T], str]) -> None:
        """Write bill after bill: where one is refused, the pages show those before it."""

        def refused(error: Exception) -> None:
            self._page.context.changes.announce({Topic.SETTLEMENT})
            self._page.context.errors.take(error)

        self.write(work, done, refused)

    def step(
        self, row: StatementRow, verb: Verb, note: str = "", bill: Decimal | None = None
    ) -> None:
        """Take a step of a bill."""
        command = Step(new_op(), row.org_id, row.statement_id, verb, row.version, note, bill)
        db, actor = self._page.context.db, self._page.context.actor

        def words(state: State) -> str:
            return _("{no}：{state}", no=row.no, state=state_title(state))

        self.write(lambda: step(db, actor, command), words)

    def make(self, orgs: Sequence[int], period: str, supplier_id: int = 0) -> None:
        """Make the bills of these members."""
        db, actor = self._page.context.db, self._page.context.actor
        commands = [MakeStatements(new_op(), org, period, supplier_id) for org in orgs]

        def words(made: Sequence[StatementMade]) -> str:
            return _("已生成 {n} 张对账单。", n=len(made))

        self.write_each(lambda: _make_all(db, actor, commands), words)

    def send_all(self, rows: Sequence[StatementRow]) -> None:
        """Send the drafts of the month to their suppliers."""
        db, actor = self._page.context.db, self._page.context.actor
        commands = [
            Step(new_op(), row.org_id, row.statement_id, Verb.SEND, row.version) for row in rows
        ]

        def work() -> int:
            for command in commands:
                step(db, actor, command)
            return len(commands)

        self.write_each(work, lambda n: _("已发送 {n} 张对账单，等供应商确认。", n=n))

    def _confirm(self, row: StatementRow) -> Form:
        text = _(
            "{supplier} × {org}，应付 {money}。确认后按这个数开票，不能再提异议。",
            supplier=row.supplier, org=row.org, money=formats.yuan(row.payable),
        )  # fmt: skip
        question = Question(_("确认对账单 {no}", no=row.no), text, _("确认"))
        return confirm(self._page, question, lambda: self.step(row, Verb.CONFIRM))

    def _dispute(self, row: StatementRow) -> Form:
        effect = _(
            "我们的消耗合计 {money}。写明差在哪里；有明细的先用「改账单」登记账单。",
            money=formats.yuan(row.payable),
        )
        texts = (_("对 {no} 提异议", no=row.no), effect, _("提异议"))
        return self._reason(row, Verb.DISPUTE, texts, _("供应商账单金额（元）"))

    def _record(self, row: StatementRow) -> Form:
        effect = _(
            "供应商没有账号、在纸上确认的，写明凭据（传真、盖章件编号）。应付 {money}。",
            money=formats.yuan(row.payable),
        )
        texts = (_("登记 {no} 的书面确认", no=row.no), effect, _("登记确认"))
        return self._reason(row, Verb.RECORD, texts, _("书面确认的金额（元）"))

    def _recall(self, row: StatementRow) -> Form:
        return self._reason(
            row, Verb.RECALL,
            (_("退审 {no}", no=row.no), _("退回到已开票，改正后再审核。"), _("退审")),
        )  # fmt: skip

    def _reverse(self, row: StatementRow) -> Form:
        effect = _(
            "生成一张冲销单，金额 {money}；消耗退回待结算，可以重新生成对账单。两张单都保留。",
            money=formats.amount(-row.payable),
        )
        return self._reason(row, Verb.REVERSE, (_("冲销 {no}", no=row.no), effect, _("冲销")))

    def _cancel(self, row: StatementRow) -> Form:
        effect = _("消耗退回待结算，可以重新生成。单号保留。")
        return self._reason(row, Verb.CANCEL, (_("作废 {no}", no=row.no), effect, _("作废")))

    def _reason(
        self, row: StatementRow, verb: Verb, texts: tuple[str, str, str], amount: str = ""
    ) -> Form:
        """Ask why, and with `amount` how much somebody else says, then take the step."""
        if amount:
            asking = AmountForm(texts, amount, self._page)
            asking.accepted.connect(lambda: self.step(row, verb, asking.text, asking.amount))
            asking.open()
            return asking
        form = ReasonForm(*texts, self._page)
        form.accepted.connect(lambda: self.step(row, verb, form.text))
        form.open()
        return form

    def _unmatch(self, row: StatementRow) -> Form:
        text = _("{no} 的发票全部取消匹配，{money} 重新等待发票。", no=row.no,
                 money=formats.yuan(row.matched))  # fmt: skip
        command = Unmatch(new_op(), row.org_id, row.statement_id)
        db, actor = self._page.context.db, self._page.context.actor

        def go_on() -> None:
            self.write(
                lambda: unmatch(db, actor, command),
                lambda left: _("{no} 还缺 {left} 的发票。", no=row.no, left=formats.yuan(left)),
            )

        return confirm(self._page, Question(_("取消匹配"), text, _("取消匹配"), _("返回")), go_on)

    def _report(self, row: StatementRow) -> Form:
        form = ReportForm(row, self._page.context.today, self._page)
        db, actor = self._page.context.db, self._page.context.actor

        def go_on() -> None:
            command = Report(
                new_op(), row.org_id, row.statement_id, form.day, form.receipt.folded()
            )
            self.write(
                lambda: report(db, actor, command),
                lambda _nothing: _("{no} 的上报已登记。", no=row.no),
            )

        form.accepted.connect(go_on)
        form.open()
        return form

    def _bill(self, row: StatementRow) -> None:
        db, actor = self._page.context.db, self._page.context.actor

        def work() -> tuple[tuple[ItemTotal, ...], tuple[BillLine, ...]]:
            return (
                statement_totals(db, actor, row.org_id, row.statement_id),
                bill_of(db, row.org_id, row.statement_id),
            )

        self._page.read_for_form(work, lambda found: self._open_bill(row, *found))

    def _open_bill(
        self, row: StatementRow, totals: tuple[ItemTotal, ...], billed: tuple[BillLine, ...]
    ) -> None:
        form = BillForm(self._page, row, totals, billed)
        db, actor = self._page.context.db, self._page.context.actor

        def go_on() -> None:
            command = SaveBill(
                new_op(), row.org_id, row.statement_id, row.version, form.total, form.lines,
                form.note.text().strip(),
            )  # fmt: skip

            def words(gap: Decimal) -> str:
                if not gap:
                    return _("账单已保存，与应付一致。")
                return _("账单已保存，与应付差 {gap}。", gap=formats.amount(gap))

            self.write(lambda: save_bill(db, actor, command), words)

        form.accepted.connect(go_on)
        form.open()

    def _adjust(self, row: StatementRow) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        self._page.read_for_form(
            lambda: statement_totals(db, actor, row.org_id, row.statement_id),
            partial(self._open_adjust, row),
        )

    def _open_adjust(self, row: StatementRow, totals: tuple[ItemTotal, ...]) -> None:
        form = AdjustForm(row, totals, self._page)
        db, actor = self._page.context.db, self._page.context.actor

        def go_on() -> None:
            item = form.item.value
            command = Adjust(
                new_op(), row.org_id, row.statement_id, row.version, form.amount or Decimal(0),
                form.text, item if isinstance(item, int) else 0,
            )  # fmt: skip
            self.write(
                lambda: adjust(db, actor, command),
                lambda payable: _("{no} 应付现在是 {money}。", no=row.no,
                                  money=formats.yuan(payable)),
            )  # fmt: skip

        form.accepted.connect(go_on)
        form.open()

    def match(self, row: StatementRow) -> MatchForm:
        """Open the desk where invoices and bills of a supplier are matched."""
        form = MatchForm(self._page, row.supplier_id, row.supplier, (row.org_id, row.statement_id))
        form.open()
        return form

    def fresh(self, row: StatementRow, then: Callable[[StatementRow], None]) -> None:
        """Ask for the bill again, then go on with it."""
        db, actor = self._page.context.db, self._page.context.actor
        self._page.read(
            lambda: statement_of(db, actor, row.org_id, row.statement_id), then, channel="fresh"
        )


def _make_all(
    db: Database, actor: Actor, commands: Sequence[MakeStatements]
) -> list[StatementMade]:
    """Of many members, those without anything to settle are passed over."""
    made: list[StatementMade] = []
    for command in commands:
        try:
            made += make_statements(db, actor, command)
        except DomainError as error:
            if error.code != "statement.nothing" or len(commands) == 1:
                raise
    return made
