"""Borrowing: a new loan, and giving back what is out."""

from __future__ import annotations

from app.domain.duties import Duty
from app.i18n import _
from app.services.transfers.distances import member_list, pack_factor
from app.services.transfers.listing import LoanRow
from app.ui.page import Page
from app.ui.pages.transfers.desk import Desk
from app.ui.pages.transfers.dialogs import BackForm, Loan, LoanForm
from app.ui.tables.cells import Row


class Borrowing:
    """Asks what a loan needs and hands it to the desk."""

    def __init__(self, page: Page, desk: Desk) -> None:
        self._page = page
        self._desk = desk

    def back(self, row: Row) -> None:
        """Return a part of a loan."""
        if isinstance(row.record, LoanRow):
            loan = row.record
            form = BackForm(loan, self._page)
            form.chosen.connect(lambda units: self._desk.give_back(loan, units))
            form.open()

    def new(self) -> None:
        """Ask for a loan, a transfer or a delivery to a patient."""
        if not self._page.context.may(Duty.STORE) and not self._page.context.may(Duty.BUY):
            self._page.context.notices.info(_("你不能替这家机构借货。请选择自己所在的机构。"))
            return
        db, actor, org = self._page.context.db, self._page.context.actor, self._page.context.org.id
        self._page.read(lambda: member_list(db, actor, org), self._ask_loan)

    def _ask_loan(self, donors: tuple[tuple[int, str], ...]) -> None:
        form = LoanForm(self._page.context, donors, self._page)
        form.chosen.connect(self._lend)
        form.open()

    def _lend(self, loan: Loan) -> None:
        db = self._page.context.db
        self._desk.lend(loan, self._page.context.org.id, lambda item: pack_factor(db, item))
