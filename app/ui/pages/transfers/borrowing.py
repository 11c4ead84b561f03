"""Borrowing: a new loan, and giving back what is out."""

from __future__ import annotations

from app.domain.duties import Duty
from app.i18n import _
from app.services.transfers.distances import Member, member_list, pack_factor
from app.services.transfers.listing import LoanRow
from app.ui.page import Page
from app.ui.pages.transfers.desk import Desk
from app.ui.pages.transfers.dialogs import Loan, LoanForm
from app.ui.pages.transfers.settling import BackForm, LenderForm, owed_back
from app.ui.tables.cells import Row


class Borrowing:
    """Asks what a loan needs and hands it to the desk."""

    def __init__(self, page: Page, desk: Desk) -> None:
        self._page = page
        self._desk = desk

    def back(self, row: Row, others: tuple[LoanRow, ...] = ()) -> None:
        """The borrower returns a part of a loan; the lender takes money, either sets it off."""
        loan = row.record
        if not isinstance(loan, LoanRow):
            return
        actor, both = self._page.context.actor, owed_back(loan, others)
        form: BackForm | LenderForm
        if actor.can(Duty.STORE, loan.org_id):
            form = BackForm(loan, both, self._page)
            form.chosen.connect(lambda units: self._desk.give_back(loan, units))
        elif actor.can(Duty.STORE, loan.donor_id):
            form = LenderForm(loan, both, self._page)
            form.priced.connect(lambda: self._desk.settle(loan))
        else:
            self._page.context.notices.info(_("归还由借方登记，结算由出借方登记。"))
            return
        form.netted.connect(lambda: self._desk.net(loan))
        form.open()

    def new(self) -> None:
        """Ask for a loan, a transfer or a delivery to a patient."""
        if not self._page.context.may(Duty.STORE) and not self._page.context.may(Duty.BUY):
            self._page.context.notices.info(_("你不能替这家机构借货。请选择自己所在的机构。"))
            return
        db, actor, org = self._page.context.db, self._page.context.actor, self._page.context.org.id
        self._page.read_for_form(lambda: member_list(db, actor, org), self._ask_loan)

    def _ask_loan(self, donors: tuple[Member, ...]) -> None:
        form = LoanForm(self._page.context, donors, self._page)
        form.chosen.connect(self._lend)
        form.open()

    def _lend(self, loan: Loan) -> None:
        db = self._page.context.db
        org = self._page.context.org.id
        self._desk.lend(loan, org, lambda item: pack_factor(db, item))
