"""What a supplier works on: the lines it is asked for, its own prices, nobody else's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import NotAllowedError
from app.i18n import _
from app.models.negotiation import Bid, BidSheet, Negotiation
from app.services.db import Database, now
from app.services.negotiation.common import find, invitation
from app.services.negotiation.queries import (
    ItemRow,
    ProjectRow,
    RoundRow,
    for_supplier,
    item_rows,
    project_row,
    round_rows,
)
from app.services.negotiation.standing import counted_sheets, of_sheet, standing_of


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """One line with the supplier's own prices: of rounds before, and what it said in this one."""

    item: ItemRow
    previous: Decimal | None
    price: Decimal | None
    given_up: bool
    capacity: int | None
    note: str

    @property
    def most(self) -> Decimal | None:
        """The most that may be bid now; None for no bound."""
        found = [one for one in (self.previous, self.item.cap) if one is not None]
        return min(found, default=None)


@dataclass(frozen=True, slots=True)
class OwnQuote:
    """A supplier's side of a project. `version` is 0 while nothing is in for this round."""

    project: ProjectRow
    rounds: tuple[RoundRow, ...]
    supplier_id: int
    rows: tuple[QuoteRow, ...]
    version: int
    kind: str
    submitted_at: datetime | None
    at: datetime

    @property
    def running(self) -> bool:
        """Whether bids are taken now, by the server's time."""
        last = self.rounds[-1] if self.rounds else None
        return last is not None and last.opened_at is None and self.at <= last.deadline


def own_quote(db: Database, actor: Actor, negotiation_id: int) -> OwnQuote:
    """The supplier's own quote of the round in hand.

    Raises:
        NotAllowedError: The person acts for no invited supplier.
    """
    with db.read() as session:
        project = find(session, negotiation_id)
        supplier_id = next(
            (
                one
                for one in sorted(actor.orgs(Duty.SUPPLY))
                if invitation(session, project, one) is not None
            ),
            0,
        )
        if not supplier_id:
            raise NotAllowedError("bid.not_invited", _("你的单位没有受邀参加这个项目。"))
        sheet, bids = _sheet(session, project, supplier_id)
        before = standing_of(session, project, supplier_id, before=project.round)
        rows = tuple(
            QuoteRow(
                item=item,
                previous=before.get(item.line),
                price=bids[item.line].unit_price if item.line in bids else None,
                given_up=item.line in bids and bids[item.line].unit_price is None,
                capacity=bids[item.line].capacity if item.line in bids else None,
                note=(bids[item.line].note or "") if item.line in bids else "",
            )
            for item in item_rows(session, project)
            if not item.failed
        )
        return OwnQuote(
            project=for_supplier(project_row(session, project)),
            rounds=tuple(replace(one, bidders=0) for one in round_rows(session, project)),
            supplier_id=supplier_id,
            rows=rows,
            version=sheet.version if sheet else 0,
            kind=sheet.kind if sheet else "",
            submitted_at=sheet.at if sheet else None,
            at=now(session),
        )


def _sheet(
    session: Session, project: Negotiation, supplier_id: int
) -> tuple[BidSheet | None, dict[int, Bid]]:
    statement = counted_sheets(project.org_id, project.id, (project.round,))
    sheet = session.scalar(statement.where(BidSheet.supplier_id == supplier_id))
    if sheet is None:
        return None, {}
    return sheet, {bid.line: bid for bid in session.scalars(select(Bid).where(of_sheet(sheet)))}
