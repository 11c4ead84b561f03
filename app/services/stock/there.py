"""What lies where a paper says, for all its lines at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.stock import Balance
from app.services.queries.portions import portions


class At(NamedTuple):
    """Goods of one lot and owner at a place."""

    place_id: int
    item_id: int
    lot_id: int
    owner_id: int


def there(session: Session, org_id: int, spots: Collection[At]) -> dict[At, int]:
    """Smallest units of the member's book at each of the spots; 0 where there is nothing."""
    found = dict.fromkeys(spots, 0)
    for part in portions(sorted(found)):
        rows = session.execute(
            select(
                Balance.place_id, Balance.item_id, Balance.lot_id, Balance.owner_id, Balance.qty
            ).where(
                Balance.org_id == org_id,
                Balance.place_id.in_({spot.place_id for spot in part}),
                Balance.item_id.in_({spot.item_id for spot in part}),
            )
        )
        for *key, qty in rows:
            spot = At(*key)
            if spot in found:
                found[spot] = qty
    return found
