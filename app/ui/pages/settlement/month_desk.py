"""What is done with a whole month: make its bills, send them, shut the books."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.domain.documents import State
from app.domain.duties import Duty
from app.domain.settlement.period import Period
from app.i18n import _
from app.services.settlement.board import Board
from app.services.settlement.listing import StatementRow
from app.services.settlement.pending import PendingRow
from app.ui.page import Page
from app.ui.pages.settlement.close_form import CloseForm
from app.ui.pages.settlement.desk import Desk
from app.ui.widgets.dialogs import Question, confirm


class MonthDesk(QObject):
    """The month that is shown, and what is done with all of it."""

    def __init__(self, page: Page, desk: Desk) -> None:
        super().__init__(page)
        self._page, self._desk = page, desk
        self.board: Board | None = None

    def settling(self) -> Sequence[int]:
        """The members in scope that the person settles for."""
        context = self._page.context
        return sorted(set(context.scope.ids) & context.actor.orgs(Duty.SETTLE))

    def closing(self) -> Sequence[int]:
        """The members whose close the person has to do with.

        Those settled for; else those closed ones where a head or an auditor may allow that they
        are opened again.
        """
        settling, context = self.settling(), self._page.context
        if settling or self.board is None:
            return settling
        return sorted(
            org
            for org in self.board.closed & set(context.scope.ids)
            if any(context.actor.can(duty, org) for duty in (Duty.SIGN, Duty.AUDIT))
        )

    def drafts(self) -> list[StatementRow]:
        """The month's bills that are not sent yet."""
        settling, rows = set(self.settling()), self.board.statements if self.board else ()
        return [row for row in rows if row.status is State.DRAFT and row.org_id in settling]

    def waiting(self) -> list[PendingRow]:
        """What waits for a bill."""
        settling, rows = set(self.settling()), self.board.pending if self.board else ()
        return [row for row in rows if row.org_id in settling]

    def shut(self) -> bool:
        """Whether the month is closed at all these members."""
        settling = set(self.closing())
        return bool(settling) and self.board is not None and settling <= self.board.closed

    def make(self) -> None:
        """Make the bills of the month, after asking."""
        orgs = sorted({row.org_id for row in self.waiting()})
        context = self._page.context
        if not orgs or self.board is None:
            if self.settling():
                self._page.not_available()
            else:
                context.notices.warn(_("你的账号没有这家机构的「结算」权限。"))
            return
        period = self.board.period
        names = "、".join(org.short for org in context.session.orgs if org.id in orgs)
        question = Question(
            _("生成 {org} {month} 的对账单", org=names, month=period),
            _(
                "把截至本期最后一天还没结算的，按供应商各生成一张；退货另开一张。已在对账单里的不会重复。"
            ),
            _("生成"),
        )
        confirm(self._page, question, lambda: self._desk.make(orgs, period))

    def make_one(self, one: PendingRow) -> None:
        """Make the bills of one supplier and member."""
        if self.board is not None:
            self._desk.make([one.org_id], self.board.period, one.supplier_id)

    def send(self) -> None:
        """Send the month's drafts, after asking."""
        drafts = self.drafts()
        if not drafts:
            self._page.not_available()
            return
        question = Question(
            _("发送 {n} 张对账单", n=len(drafts)),
            _("供应商会看到明细，可以确认或提异议。发送后不能再作废，除非有异议。"),
            _("发送"),
        )
        confirm(self._page, question, lambda: self._desk.send_all(drafts))

    def close(self) -> None:
        """Open the close of the month, at the organisation worked for."""
        settling, context = self.closing(), self._page.context
        if not settling or self.board is None:
            self._page.not_available()
            return
        single = context.org.id if context.org.id in settling else settling[0]
        org = next(one for one in context.session.orgs if one.id == single)
        CloseForm(self._page, org, Period.parse(self.board.period)).open()
