"""What goods are settled at: the supplier's price on the day, else what they came in at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy.orm import Session

from app.domain.ledger import Move
from app.services.price_lookup import prices_on
from app.services.stock.available import Cost, receipt_costs

_UNKNOWN: Final = Cost(Decimal(0), 1)


def priced(session: Session, org_id: int, day: date, moves: Sequence[Move]) -> list[Move]:
    """The price on the day for supplier-owned goods, the receipt's price otherwise."""
    consigned = {move.item_id for move in moves if move.owner_id != org_id}
    prices = prices_on(session, day, org_id, consigned) if consigned else {}
    of_day = {
        (item, price.supplier_id): Cost(price.unit_price, price.price_factor)
        for item, listed in prices.items()
        for price in reversed(listed)  # the one to buy at stands first
    }
    open_lots = {x.lot_id for x in moves if (x.item_id, x.owner_id) not in of_day}
    costs = receipt_costs(session, org_id, open_lots) if open_lots else {}
    found = []
    for move in moves:
        cost = of_day.get((move.item_id, move.owner_id)) or costs.get(
            (move.item_id, move.lot_id, move.owner_id), _UNKNOWN
        )
        found.append(replace(move, unit_price=cost.unit_price, price_factor=cost.price_factor))
    return found
