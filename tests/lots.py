"""One lot at a time, for tests that put goods on a shelf."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from app.services.stock.lots import LotOnPack, find_or_make_lots


def find_or_make_lot(session: Session, item_id: int, lot_no: str, expiry: date | None) -> int:
    """The id of the lot; made if it is new."""
    (found,) = find_or_make_lots(session, [LotOnPack(item_id, lot_no, expiry)])
    return found
