"""Reading what waits for an approval, and the decision from question to service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from app.domain.documents import State
from app.domain.ids import new_op
from app.domain.orders.approval import MIN_REASON
from app.i18n import _
from app.services.requisition.approving import Decide, decide
from app.services.requisition.make import Requested
from app.services.requisition.queries import RequisitionRow, requisition, to_approve
from app.ui import formats
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.pages.group_orders.approval_view import ApprovalView
from app.ui.widgets.dialogs import Form, Question, ReasonForm, confirm


class ApprovalFlow:
    """The reading and writing behind `ApprovalView`; `form` is the dialog asked last.

    Args:
        page: Whose jobs it uses.
        view: What it fills.
    """

    def __init__(self, page: Page, view: ApprovalView) -> None:
        self._page = page
        self._view = view
        self.form: Form | None = None
        view.current.connect(self._read_lines)
        view.approved.connect(self.ask_to_approve)
        view.returned.connect(self.ask_to_return)

    def refresh(self, told: Callable[[int], None]) -> None:
        """Ask what waits, fill the view, and tell how much it is."""
        db, actor = self._page.context.db, self._page.context.actor

        def show(found: Sequence[RequisitionRow]) -> None:
            self._view.show_heads(found)
            told(len(found))

        self._page.read(lambda: to_approve(db, actor), show, channel="waiting")

    def _read_lines(self, head: RequisitionRow | None) -> None:
        if head is None:
            return
        db, actor = self._page.context.db, self._page.context.actor
        self._page.read(
            lambda: requisition(db, actor, head.org_id, head.id),
            self._view.show_detail,
            channel="approval",
        )

    def ask_to_approve(self, head: RequisitionRow | None) -> None:
        """Spell out what agreeing does, then do it."""
        if head is None:
            return
        question = Question(
            _("同意 {org} 的采购申请 {no}", org=head.org, no=head.no),
            _(
                "{n} 行、{amount}。同意后交给集团汇总；超过本院额度的，还要集团负责人批。"
                "会记下你的姓名和时间。",
                n=head.lines,
                amount=formats.yuan(head.amount),
            ),
            _("同意"),
            _("再看看"),
        )
        self.form = confirm(self._page, question, partial(self._decide, head, ""))

    def ask_to_return(self, head: RequisitionRow | None) -> None:
        """Ask why, then send it back."""
        if head is None:
            return
        form = ReasonForm(
            _("退回 {org} 的采购申请 {no}", org=head.org, no=head.no),
            _("退回后变成草稿，申请人改好再提交。原因会给申请人看，请写具体。"),
            _("退回"),
            self._page,
            least=MIN_REASON,
        )
        form.accepted.connect(lambda: self._decide(head, form.text))
        self.form = form
        form.open()

    def _decide(self, head: RequisitionRow, reason: str) -> None:
        context = self._page.context
        command = Decide(
            new_op(), head.org_id, head.id, head.version, approve=not reason, reason=reason
        )

        def done(made: Requested) -> None:
            told = _("已退回 {no}，申请人会看到原因。", no=made.no)
            if made.status == State.SUBMITTED:
                told = _("已同意 {no}，交给集团汇总。", no=made.no)
            elif made.status == State.TO_APPROVE_GROUP:
                told = _("已同意 {no}，接着等集团负责人审批。", no=made.no)
            context.notices.done(told)
            context.changes.announce({Topic.REQUISITIONS})

        def failed(error: Exception) -> None:
            context.errors.take(error)
            context.changes.announce({Topic.REQUISITIONS})

        self._page.write(lambda: decide(context.db, context.actor, command), done, failed)
