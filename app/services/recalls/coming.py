"""Goods of a lot that are on their way: on suppliers' delivery notes, and between members.

A recall must reach them too: a lot that nobody has received yet stands in no ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.transfers.states import TransferState
from app.models.item import Item
from app.models.receiving import Delivery, DeliveryLine
from app.models.stock import Lot
from app.models.transfer import Transfer, TransferLot

_WAITING: Final = (State.ANNOUNCED.value, State.ACCEPTING.value)
_SAME_NOTE: Final = and_(
    Delivery.org_id == DeliveryLine.org_id, Delivery.id == DeliveryLine.delivery_id
)

Announced = Row[Item, str | None, date | None, date | None]
"""An item, a lot number, its first and its last stated expiry."""


@dataclass(frozen=True, slots=True)
class Coming:
    """Units of a lot on the way to a member: from suppliers, and from other members."""

    noted: int = 0
    sent: int = 0

    @property
    def qty(self) -> int:
        """All of it."""
        return self.noted + self.sent


def coming(session: Session, lot: tuple[int, str], orgs: Collection[int]) -> dict[int, Coming]:
    """What is on the way of a lot (item, number) to each of the members; those with none are out.

    Args:
        session: The unit of work.
        lot: Item and lot number.
        orgs: The members.
    """
    item_id, lot_no = lot
    noted = session.execute(
        select(Delivery.org_id, func.sum(DeliveryLine.qty))
        .join(Delivery, _SAME_NOTE)
        .where(
            DeliveryLine.item_id == item_id, DeliveryLine.lot_no == lot_no,
            Delivery.org_id.in_(orgs), Delivery.status.in_(_WAITING),
        )
        .group_by(Delivery.org_id)
    )  # fmt: skip
    sent = session.execute(
        select(Transfer.org_id, func.sum(TransferLot.qty))
        .join(
            Transfer,
            and_(Transfer.org_id == TransferLot.org_id, Transfer.id == TransferLot.transfer_id),
        )
        .join(Lot, Lot.id == TransferLot.lot_id)
        .where(
            Lot.item_id == item_id, Lot.lot_no == lot_no, Transfer.org_id.in_(orgs),
            Transfer.status == TransferState.IN_TRANSIT.value,
        )
        .group_by(Transfer.org_id)
    )  # fmt: skip
    by_note = {org: int(qty) for org, qty in noted}
    by_transfer = {org: int(qty) for org, qty in sent}
    return {
        org: Coming(by_note.get(org, 0), by_transfer.get(org, 0))
        for org in sorted(by_note.keys() | by_transfer.keys())
    }


def announced(session: Session, number: str, orgs: Collection[int]) -> Sequence[Announced]:
    """Items with their lot of that number that is on a note and was never received anywhere."""
    expiry = (func.min(DeliveryLine.expiry), func.max(DeliveryLine.expiry))
    known = select(Lot.id).where(
        Lot.item_id == DeliveryLine.item_id, Lot.lot_no == DeliveryLine.lot_no
    )
    return session.execute(
        select(Item, DeliveryLine.lot_no, *expiry)
        .join(DeliveryLine, DeliveryLine.item_id == Item.id)
        .join(Delivery, _SAME_NOTE)
        .where(
            DeliveryLine.lot_no.in_({number, number.upper()}), ~known.exists(),
            Delivery.org_id.in_(orgs), Delivery.status.in_(_WAITING),
        )
        .group_by(Item.id, DeliveryLine.lot_no)
        .order_by(Item.name)
        .limit(100)
    ).all()  # fmt: skip
