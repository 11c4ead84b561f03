"""What signed papers and bids say against the digests that were kept with them.

The chains cover bookings and the trail alone. An order was signed by its digest and a bid handed in
with its commitment: both are computed again here, and papers of the store are held against their
bookings (`booked`), so that `verify` sees a line that was changed with another program.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.i18n import _
from app.models.negotiation import BidSheet, Negotiation, NegotiationRound
from app.models.order import MemberOrder, MemberOrderVersion
from app.services.db import Database
from app.services.negotiation.trail import proves
from app.services.orders.detail import is_intact
from app.services.platform.booked import differing
from app.services.platform.proofs import Report

_STEP: Final = 50


@dataclass(frozen=True, slots=True)
class Changed:
    """A paper that no longer says what was signed, handed in or booked."""

    no: str
    words: str


def changed_papers(db: Database, report: Report | None = None) -> tuple[Changed, ...]:
    """Every signed order, opened bid and booked paper in sight that was changed.

    An order takes some three milliseconds.
    """
    with db.read() as session:
        booked = (Changed(no, words) for no, words in differing(session))
        return (*_orders(session, report), *_bids(session), *booked)


def _orders(session: Session, report: Report | None) -> Iterator[Changed]:
    """Orders with a version that was kept, as they all have from the first signature on."""
    known = (
        select(MemberOrderVersion.order_id)
        .where(
            MemberOrderVersion.org_id == MemberOrder.org_id,
            MemberOrderVersion.order_id == MemberOrder.id,
        )
        .exists()
    )
    orders = session.scalars(select(MemberOrder).where(known).order_by(MemberOrder.no)).all()
    for number, order in enumerate(orders):
        if report is not None and number % _STEP == 0:
            report(number, len(orders))
        if not is_intact(session, order):
            yield Changed(order.no, _("签署时留存的内容和现在的不一致"))


def _bids(session: Session) -> Iterator[Changed]:
    opened = select(NegotiationRound).where(NegotiationRound.opened_at.is_not(None))
    for found in session.scalars(opened.order_by(NegotiationRound.negotiation_id)):
        sheets = session.scalars(
            select(BidSheet).where(
                BidSheet.org_id == found.org_id,
                BidSheet.negotiation_id == found.negotiation_id,
                BidSheet.round == found.round,
            )
        )
        if not all(proves(session, one) for one in sheets):
            project = session.get_one(Negotiation, (found.org_id, found.negotiation_id))
            yield Changed(project.no, _("第 {n} 轮有报价和交来时的指纹不一致", n=found.round))
