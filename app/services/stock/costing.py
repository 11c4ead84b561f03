"""The price that goods carry when they move inside the house: what they came in at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from app.domain.ledger import Move
from app.services.stock.available import receipt_costs


def at_cost(session: Session, org_id: int, moves: Sequence[Move]) -> list[Move]:
    """The moves with the receipt's price of their lot and owner; without a receipt it stays 0."""
    costs = receipt_costs(session, org_id, {move.lot_id for move in moves})
    priced = []
    for move in moves:
        cost = costs.get((move.item_id, move.lot_id, move.owner_id))
        known = cost is not None and not move.unit_price
        priced.append(
            replace(move, unit_price=cost.unit_price, price_factor=cost.price_factor)
            if known and cost is not None
            else move
        )
    return priced
