"""What signed papers and bids say against the digests that were kept with them.

The chains cover bookings and the trail alone. An order was signed by its digest and a bid handed in
with its commitment: both are computed again here, and papers of the store are held against their
bookings (`booked`), so that `verify` sees a line that was changed with another program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
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
_UNREADABLE: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What becomes of a value that no program of ours writes when it is read."""


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
    orders = session.execute(
        select(MemberOrder.org_id, MemberOrder.id, MemberOrder.no)
        .where(known)
        .order_by(MemberOrder.no)
    ).all()
    for number, (org, key, no) in enumerate(orders):
        if report is not None and number % _STEP == 0:
            report(number, len(orders))
        if not _agrees(partial(_is_signed_order, session, (org, key))):
            yield Changed(no, _("签署时留存的内容和现在的不一致"))


def _bids(session: Session) -> Iterator[Changed]:
    found = NegotiationRound
    opened = (
        select(found.org_id, found.negotiation_id, found.round)
        .where(found.opened_at.is_not(None))
        .order_by(found.negotiation_id)
    )
    for org, key, number in session.execute(opened).all():
        if not _agrees(partial(_are_opened_bids, session, (org, key, number))):
            no = session.scalar(
                select(Negotiation.no).where(Negotiation.org_id == org, Negotiation.id == key)
            )
            yield Changed(no or "", _("第 {n} 轮有报价和交来时的指纹不一致", n=number))


def _is_signed_order(session: Session, key: tuple[int, int]) -> bool:
    return is_intact(session, session.get_one(MemberOrder, key))


def _are_opened_bids(session: Session, key: tuple[int, int, int]) -> bool:
    sheets = select(BidSheet).where(
        BidSheet.org_id == key[0], BidSheet.negotiation_id == key[1], BidSheet.round == key[2]
    )
    return all(proves(session, one) for one in session.scalars(sheets))


def _agrees(check: Callable[[], bool]) -> bool:
    """Whether a paper can be read and says what it did; who changes it may write anything there."""
    try:
        return check()
    except _UNREADABLE:
        return False
