"""Which sheets count: the last of each supplier and round; and a supplier's own standing prices."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from app.domain.bidding.commitment import SheetKind
from app.models.negotiation import Bid, BidSheet, Negotiation


def counted_sheets(org_id: int, negotiation_id: int, rounds: Iterable[int]) -> Select[BidSheet]:
    """The last sheet of every supplier in the given rounds, as a statement."""
    later = aliased(BidSheet)
    return (
        select(BidSheet)
        .where(
            BidSheet.org_id == org_id,
            BidSheet.negotiation_id == negotiation_id,
            BidSheet.round.in_(tuple(rounds)),
            BidSheet.version
            == select(func.max(later.version))
            .where(
                later.org_id == BidSheet.org_id,
                later.negotiation_id == BidSheet.negotiation_id,
                later.round == BidSheet.round,
                later.supplier_id == BidSheet.supplier_id,
            )
            .scalar_subquery(),
        )
        .order_by(BidSheet.round, BidSheet.supplier_id)
    )


def of_sheet(sheet: Any) -> Any:
    """The condition that a bid belongs to a sheet."""
    return and_(
        Bid.org_id == sheet.org_id,
        Bid.negotiation_id == sheet.negotiation_id,
        Bid.round == sheet.round,
        Bid.supplier_id == sheet.supplier_id,
        Bid.version == sheet.version,
    )


def standing_of(
    session: Session, project: Negotiation, supplier_id: int, *, before: int
) -> dict[int, Decimal]:
    """The last price a supplier stated for each line in rounds before `before`.

    A withdrawal forgets what came earlier; giving a line up does not lift the bound on it.
    """
    statement = counted_sheets(project.org_id, project.id, range(1, before))
    prices: dict[int, Decimal] = {}
    for sheet in session.scalars(statement.where(BidSheet.supplier_id == supplier_id)):
        if sheet.kind == SheetKind.WITHDRAWAL:
            prices.clear()
            continue
        for bid in session.scalars(select(Bid).where(of_sheet(sheet))):
            if bid.unit_price is not None:
                prices[bid.line] = bid.unit_price
    return prices
