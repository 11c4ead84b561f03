"""What goods are settled at: the supplier's price on the day, else what they came in at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from app.domain.ledger import Move
from app.services.price_lookup import prices_on
from app.services.stock.available import receipt_costs


def priced(session: Session, org_id: int, day: date, moves: Sequence[Move]) -> list[Move]:
    """The price on the day for supplier-owned goods, the receipt's price otherwise."""
    prices = prices_on(session, day, org_id, {move.item_id for move in moves})
    costs = receipt_costs(session, org_id, {move.lot_id for move in moves})
    found = []
    for move in moves:
        unit_price, factor = Decimal(0), 1
        cost = costs.get((move.item_id, move.lot_id, move.owner_id))
        if cost is not None:
            unit_price, factor = cost.unit_price, cost.price_factor
        for price in prices.get(move.item_id, ()):
            if price.supplier_id == move.owner_id:
                unit_price, factor = price.unit_price, price.price_factor
                break
        found.append(replace(move, unit_price=unit_price, price_factor=factor))
    return found
