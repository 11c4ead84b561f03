"""Putting a new group order together: read requisitions and preview, consolidate."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.ids import new_op
from app.domain.orders.approval import MIN_REASON
from app.i18n import _
from app.services.db import local_time
from app.services.orders.board import groups
from app.services.orders.candidates import (
    CandidateRow,
    JoinWanted,
    asked_suppliers,
    candidates,
    preview,
)
from app.services.orders.consolidate import Consolidate, Consolidated, default_sign_by
from app.services.orders.joining import Join
from app.services.orders.queries import GroupsWanted
from app.ui.page import Page
from app.ui.pages.group_orders.desk import OrderDesk
from app.ui.pages.group_orders.new_view import NewView
from app.ui.widgets.dialogs import ReasonForm


class NewFlow:
    """The reading and writing behind `NewView`.

    Args:
        page: Whose jobs it uses.
        view: What it fills.
        desk: Consolidates.
        done: Called with the group order that was made.
    """

    def __init__(
        self, page: Page, view: NewView, desk: OrderDesk, done: Callable[[Consolidated], None]
    ) -> None:
        self._page = page
        self._view = view
        self._desk = desk
        self._done = done
        self.form: ReasonForm | None = None
        view.filter_changed.connect(self.read_candidates)
        view.pick_changed.connect(self.read_preview)
        view.submitted.connect(self.submit)
        view.returned.connect(self.ask_to_return)

    def start(self) -> None:
        """Offer what can be consolidated now."""
        orgs = self._page.context.session.orgs
        self._view.offer_members([(org.id, org.short) for org in orgs if org.role != "supplier"])
        self._view.name.setFocus()
        db, actor = self._page.context.db, self._page.context.actor
        self._page.read(
            lambda: asked_suppliers(db, actor), self._view.offer_suppliers, channel="suppliers"
        )
        self._page.read(
            lambda: groups(db, actor, GroupsWanted()).rows,
            self._view.offer_groups,
            channel="groups to join",
        )
        self.read_candidates()

    def read_candidates(self) -> None:
        """Ask for the requisitions under the filters."""
        context, wanted = self._page.context, self._view.wanted
        db, actor = context.db, context.actor
        self._page.read(
            lambda: candidates(db, actor, wanted),
            self._view.show_candidates,
            channel="candidates",
        )

    def read_preview(self) -> None:
        """Ask what would come of the picked requisitions."""
        picked = self._view.picked
        if not picked:
            self._view.show_preview(None)
            return
        db, actor, into = self._page.context.db, self._page.context.actor, self._view.join_into
        self._page.read(
            lambda: preview(db, actor, picked, into),
            self._view.show_preview,
            self._not_shown,
            channel="preview",
        )

    def _not_shown(self, error: Exception) -> None:
        self._view.show_preview(None)
        self._page.context.errors.take(error)

    def submit(self) -> None:
        """Consolidate what is picked; the deadline counts from the server's day."""
        if self._view.join_into is not None:
            self._join(self._view.join_into)
            return
        title = self._view.name.text().strip()
        self._view.name_field.say("" if title else _("还没写名称。写一个好认的就行。"))
        if not title:
            self._view.name.setFocus()
            return
        picked, days, op = self._view.picked, self._view.sign_days, new_op()
        db, actor = self._page.context.db, self._page.context.actor

        def command() -> Consolidate:
            day = local_time(groups(db, actor, GroupsWanted(title)).at).date()
            return Consolidate(op, title, picked, default_sign_by(day, days))

        self._page.read(
            command, lambda made: self._desk.consolidate(made, self._made), channel="submit"
        )

    def ask_to_return(self, row: CandidateRow | None) -> None:
        """Ask why a requisition cannot be ordered, then send it back to its member."""
        if row is None:
            self._page.context.notices.info(_("先选一张采购申请。"))
            return
        form = ReasonForm(
            _("退回 {org} 的采购申请 {no}", org=row.org, no=row.no),
            _("退回后变成草稿，申请人改好再提交。原因会给申请人看，请写具体。"),
            _("退回"),
            self._page,
            least=MIN_REASON,
        )
        form.accepted.connect(lambda: self._desk.send_back(row, form.text))
        self.form = form
        form.open()

    def _join(self, into: JoinWanted) -> None:
        picked = self._view.picked
        if not picked:
            self._page.context.notices.info(_("还没选采购申请。请至少选一张已提交的申请。"))
            return
        command = Join(new_op(), into.lead_id, into.group_order_id, picked)
        self._desk.join(command, self._made)

    def _made(self, result: Consolidated) -> None:
        self._view.name.clear()
        self._view.into.choose(None)
        self._done(result)
