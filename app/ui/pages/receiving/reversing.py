"""冲销: taking a wrong acceptance back, with its reason."""

from __future__ import annotations

from app.domain.ids import new_op
from app.i18n import _
from app.services.receiving.commands import ReverseAcceptance
from app.services.receiving.queries import DeliveryRow
from app.services.receiving.reverse import reverse_acceptance
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.widgets.dialogs import ReasonForm


def ask_reverse(page: Page, row: DeliveryRow) -> None:
    """Spell out the effect, ask for the reason, take back."""
    effect = _(
        "{no} 的入库会全部减回去，{note} 回到待验收。已经用过的不能冲销。",
        no=row.acceptance_no,
        note=row.no,
    )
    form = ReasonForm(_("冲销验收"), effect, _("冲销"), page, least=2)
    form.accepted.connect(lambda: _reverse(page, row, form.text))
    form.open()


def _reverse(page: Page, row: DeliveryRow, reason: str) -> None:
    db, actor = page.context.db, page.context.actor
    command = ReverseAcceptance(new_op(), row.org_id, row.acceptance_id, reason)

    def done(_result: object) -> None:
        page.context.changes.announce({Topic.DELIVERIES, Topic.STOCK, Topic.ORDERS})
        page.context.notices.done(_("{no} 已冲销。", no=row.acceptance_no))

    page.write(lambda: reverse_acceptance(db, actor, command), done)
