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
from app.services.queries.portions import portions

_WAITING: Final = (State.ANNOUNCED.value, State.ACCEPTING.value)
_SAME_NOTE: Final = and_(
    Delivery.org_id == DeliveryLine.org_id, Delivery.id == DeliveryLine.delivery_id
)

LotName = tuple[int, str]
"""Item and lot number: also what nobody has received yet has them."""
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


def coming_of(
    session: Session, lots: Collection[LotName], orgs: Collection[int]
) -> dict[LotName, dict[int, Coming]]:
    """What is on the way of lots to each of the members; lots and members with none are out."""
    found: dict[LotName, dict[int, Coming]] = {}
    for part in portions(sorted(lots)):
        by_note = _noted(session, part, orgs)
        by_transfer = _sent(session, part, orgs)
        for lot, org in sorted(by_note.keys() | by_transfer.keys()):
            on_way = Coming(by_note.get((lot, org), 0), by_transfer.get((lot, org), 0))
            found.setdefault(lot, {})[org] = on_way
    return {lot: way for lot, way in found.items() if lot in lots}


def _noted(
    session: Session, lots: Sequence[LotName], orgs: Collection[int]
) -> dict[tuple[LotName, int], int]:
    rows = session.execute(
        select(
            DeliveryLine.item_id, DeliveryLine.lot_no, Delivery.org_id, func.sum(DeliveryLine.qty)
        )
        .join(Delivery, _SAME_NOTE)
        .where(
            DeliveryLine.item_id.in_({item for item, _number in lots}),
            DeliveryLine.lot_no.in_({number for _item, number in lots}),
            Delivery.org_id.in_(orgs), Delivery.status.in_(_WAITING),
        )
        .group_by(DeliveryLine.item_id, DeliveryLine.lot_no, Delivery.org_id)
    )  # fmt: skip
    return {((item, str(number)), org): int(qty) for item, number, org, qty in rows}


def _sent(
    session: Session, lots: Sequence[LotName], orgs: Collection[int]
) -> dict[tuple[LotName, int], int]:
    rows = session.execute(
        select(Lot.item_id, Lot.lot_no, Transfer.org_id, func.sum(TransferLot.qty))
        .join(TransferLot, TransferLot.lot_id == Lot.id)
        .join(
            Transfer,
            and_(Transfer.org_id == TransferLot.org_id, Transfer.id == TransferLot.transfer_id),
        )
        .where(
            Lot.item_id.in_({item for item, _number in lots}),
            Lot.lot_no.in_({number for _item, number in lots}),
            Transfer.org_id.in_(orgs), Transfer.status == TransferState.IN_TRANSIT.value,
        )
        .group_by(Lot.item_id, Lot.lot_no, Transfer.org_id)
    )  # fmt: skip
    return {((item, number), org): int(qty) for item, number, org, qty in rows}


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
