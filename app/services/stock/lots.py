"""Lots: found or made once for the whole group, so that a recall finds them everywhere."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from sqlalchemy import CursorResult, and_, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import _
from app.models.stock import Balance, Ledger, Lot, Place
from app.services.db import database_of, now

_SERVER: Final = text("SELECT api.lot_expiry(:lot, CAST(:expiry AS date), CAST(:produced AS date))")


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
    if expiry is not None and lot.expiry is None:
        _say_expiry(session, lot.id, expiry, produced)
        session.refresh(lot)
    if expiry is not None and lot.expiry != expiry:
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


def forget_expiry(session: Session, lots: Collection[int]) -> dict[str, str]:
    """Goods of these lots went back as if they had never come: their expiry may have been wrong.

    Where a lot lies anywhere in the group, or some of it was used, sent or destroyed, it stays.

    Returns:
        Lot number → the expiry that was forgotten, for the record.
    """
    told: dict[str, str] = {}
    for lot in session.scalars(select(Lot).where(Lot.id.in_(lots), Lot.expiry.is_not(None))):
        before = lot.expiry
        if _say_expiry(session, lot.id, None, None):
            session.refresh(lot)
            told[lot.lot_no] = str(before)
    return told


def _say_expiry(session: Session, lot: int, expiry: date | None, produced: date | None) -> bool:
    """Write the expiry where there is none, or (None) forget it where nothing is left."""
    if not database_of(session).is_sqlite:
        values = {"lot": lot, "expiry": expiry, "produced": produced}
        return bool(session.execute(_SERVER, values).scalar_one())
    wanted = update(Lot).where(Lot.id == lot).execution_options(synchronize_session=False)
    if expiry is not None:
        made = {"expiry": expiry} | ({"produced": produced} if produced else {})
        wanted = wanted.where(Lot.expiry.is_(None)).values(made)
    else:
        gone = and_(
            Ledger.lot_id == lot, Place.holds_stock.is_(False), Place.kind != "supplier",
            Place.org_id == Ledger.org_id, Place.id == Ledger.to_place,
        )  # fmt: skip
        wanted = wanted.where(
            ~exists().where(Balance.lot_id == lot, Balance.qty > 0), ~exists().where(gone)
        ).values(expiry=None, produced=None)
    done = session.execute(wanted)
    assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
    return bool(done.rowcount)
