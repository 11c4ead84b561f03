"""Lots: found or made once for the whole group, so that a recall finds them everywhere."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import _
from app.models.stock import Lot
from app.services.db import database_of, now


def find_or_make_lot(
    session: Session,
    item_id: int,
    lot_no: str,
    expiry: date | None,
    *,
    produced: date | None = None,
    serial: str = "",
) -> int:
    """The id of the lot; made if it is new.

    Raises:
        DomainError: The lot is known with another expiry (核对包装).
    """
    insert = sqlite_insert if database_of(session).is_sqlite else pg_insert
    session.execute(
        insert(Lot)
        .values(
            id=new_id(),
            item_id=item_id,
            lot_no=lot_no,
            serial=serial,
            expiry=expiry,
            produced=produced,
            created_at=now(session),
        )
        .on_conflict_do_nothing()
    )
    lot = session.execute(
        select(Lot).where(Lot.item_id == item_id, Lot.lot_no == lot_no, Lot.serial == serial)
    ).scalar_one()
    if expiry is not None and lot.expiry is not None and lot.expiry != expiry:
        raise DomainError(
            "lot.expiry",
            _(
                "同一批号 {lot} 之前登记为 {old}，这次是 {new}。请核对包装。",
                lot=lot_no,
                old=lot.expiry,
                new=expiry,
            ),
        )
    return lot.id
