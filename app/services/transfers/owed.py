"""What goods of another member cost, and how they were settled: loans, and transfers by price.

A lender takes money for its own goods alone. Goods of a supplier stay the supplier's wherever they
lie (spec §3.9): whoever uses them pays the supplier, so a price between members would be a second
one for the same goods. In kind like comes back for like (`owners`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.money import amount
from app.domain.transfers.netting import OWN
from app.domain.transfers.states import Settle
from app.i18n import N_, _
from app.models.item import Item
from app.models.transfer import LoanSettlement, Transfer, TransferLine, TransferLot
from app.services.db import local_time
from app.services.transfers.owners import out_of

_KINDS: Final = {"net": N_("互抵")}


@dataclass(frozen=True, slots=True)
class Owed:
    """What may still be taken money for: smallest units of the donor's own goods, and the sum."""

    units: int
    money: Decimal


@dataclass(frozen=True, slots=True)
class SettledRow:
    """A part of a loan that is settled: how, when, how much, and the money taken."""

    day: date
    how: str
    name: str
    qty: int
    base_unit: str
    amount: Decimal


def owed(session: Session, loan_ids: Collection[int]) -> dict[tuple[int, int], Owed]:
    """What was accepted, has not come back and was the donor's own, by (transfer, line).

    At the price that was agreed when it was asked for; where there was none, at what the lots cost
    the donor: what came back counts against those sent first.
    """
    out = out_of(session, loan_ids)
    lines = session.scalars(
        select(TransferLine).where(TransferLine.transfer_id.in_(loan_ids))
    ).all()
    lots = _own_lots(session, {line.transfer_id for line in lines if not line.unit_price})
    found = {}
    for line in lines:
        key = (line.transfer_id, line.line)
        units = out[key].get(OWN, 0)
        if line.unit_price:
            money = amount(line.unit_price, units, line.price_factor)
        else:
            money = _cost(lots.get(key, ()), units)
        found[key] = Owed(units, money)
    return found


def _own_lots(
    session: Session, loan_ids: Collection[int]
) -> dict[tuple[int, int], list[TransferLot]]:
    """The lender's own lots that were accepted, the last sent in front."""
    found: dict[tuple[int, int], list[TransferLot]] = defaultdict(list)
    if loan_ids:
        for lot in session.scalars(
            select(TransferLot)
            .where(
                TransferLot.transfer_id.in_(loan_ids), TransferLot.accepted > 0,
                TransferLot.to_owner == TransferLot.org_id,
            )
            .order_by(TransferLot.n.desc())
        ):  # fmt: skip
            found[lot.transfer_id, lot.line].append(lot)
    return found


def _cost(lots: Iterable[TransferLot], units: int) -> Decimal:
    money, left = Decimal("0.00"), units
    for lot in lots:
        part = min(left, lot.accepted)
        money += amount(lot.unit_price, part, lot.price_factor)
        left -= part
    return money


def settlements(session: Session, head: Transfer) -> tuple[SettledRow, ...]:
    """How a loan was settled so far, oldest first."""
    rows = session.execute(
        select(LoanSettlement, Item.name, Item.base_unit)
        .join(
            TransferLine,
            (TransferLine.org_id == LoanSettlement.org_id)
            & (TransferLine.transfer_id == LoanSettlement.transfer_id)
            & (TransferLine.line == LoanSettlement.line),
        )
        .join(Item, Item.id == TransferLine.item_id)
        .where(LoanSettlement.org_id == head.org_id, LoanSettlement.transfer_id == head.id)
        .order_by(LoanSettlement.at, LoanSettlement.id)
    )
    return tuple(
        SettledRow(
            local_time(row.at).date(), _how(row.kind), name, row.qty, unit, row.amount
        )
        for row, name, unit in rows
    )  # fmt: skip


def _how(kind: str) -> str:
    return _(_KINDS[kind]) if kind in _KINDS else Settle(kind).label
