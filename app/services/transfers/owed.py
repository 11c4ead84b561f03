"""What a loan costs its borrower, and how it was settled.

A lender takes money for its own goods alone. Goods of a supplier stay the supplier's wherever they
lie (spec §3.9): whoever uses them pays the supplier, so a price between members would be a second
one for the same goods. In kind like comes back for like (`owners`).
"""

from __future__ import annotations

from collections.abc import Collection
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
from app.models.transfer import LoanSettlement, Transfer, TransferLine
from app.services.db import local_time
from app.services.transfers.owners import out_of

_KINDS: Final = {"net": N_("互抵")}


@dataclass(frozen=True, slots=True)
class Owed:
    """What the lender may still take money for: smallest units of its own goods, and the sum."""

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
    """What is still out of loans and was the lender's own, by (loan, line)."""
    out = out_of(session, loan_ids)
    found = {}
    for line in session.scalars(select(TransferLine).where(TransferLine.transfer_id.in_(loan_ids))):
        key = (line.transfer_id, line.line)
        units = out[key].get(OWN, 0)
        found[key] = Owed(units, amount(line.unit_price, units, line.price_factor))
    return found


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
