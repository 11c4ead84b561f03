"""Lots: found or made once for the whole group, so that a recall finds them everywhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from sqlalchemy import CursorResult, and_, exists, select, text, tuple_, update
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import _
from app.models.stock import Balance, Ledger, Lot, Place
from app.services.bulk import insert_rows
from app.services.db import database_of, now
from app.services.queries.portions import portions

_SERVER: Final = text("SELECT api.lot_expiry(:lot, CAST(:expiry AS date), CAST(:produced AS date))")
_LOTS_AT_ONCE: Final = 250
"""Each is three values of a statement, and SQLite takes no more than 999 of some builds."""
_COLUMNS: Final = ("id", "item_id", "lot_no", "serial", "expiry", "produced", "created_at")
_Key: TypeAlias = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class LotOnPack:
    """What a pack says of its lot."""

    item_id: int
    lot_no: str
    expiry: date | None = None
    produced: date | None = None
    serial: str = ""

    @property
    def key(self) -> _Key:
        """What makes it this lot and no other."""
        return self.item_id, self.lot_no, self.serial


def find_or_make_lots(session: Session, wanted: Sequence[LotOnPack]) -> list[int]:
    """The ids of the lots, in the order given; what is new is made.

    Raises:
        DomainError: A lot is known with another expiry (核对包装), or `wanted` gives it two.
    """
    known = _known(session, {one.key for one in wanted})
    new = {one.key: one for one in reversed(wanted) if one.key not in known}
    if new:
        _make(session, [new[key] for key in sorted(new)])  # in one order: nobody waits in a ring
        known |= _known(session, new)
    return [_agreed(session, known, one) for one in wanted]


def _known(session: Session, keys: Collection[_Key]) -> dict[_Key, tuple[int, date | None]]:
    found: dict[_Key, tuple[int, date | None]] = {}
    for part in portions(sorted(keys), _LOTS_AT_ONCE):
        rows = session.execute(
            select(Lot.id, Lot.item_id, Lot.lot_no, Lot.serial, Lot.expiry).where(
                tuple_(Lot.item_id, Lot.lot_no, Lot.serial).in_(part)
            )
        )
        found |= {(item, lot_no, serial): (key, at) for key, item, lot_no, serial, at in rows}
    return found


def _make(session: Session, new: Sequence[LotOnPack]) -> None:
    """Make the lots, unless somebody else has made them meanwhile."""
    at = now(session)
    rows = (
        (new_id(), one.item_id, one.lot_no, one.serial, one.expiry, one.produced, at) for one in new
    )
    insert_rows(session, Lot, _COLUMNS, rows, unless_there=True)


def _agreed(session: Session, known: dict[_Key, tuple[int, date | None]], one: LotOnPack) -> int:
    """The lot's id; what nobody had said of its expiry is kept, anything else must agree."""
    lot_id, expiry = known[one.key]
    if one.expiry is not None and expiry is None:
        _say_expiry(session, lot_id, one.expiry, one.produced)
        expiry = session.scalar(select(Lot.expiry).where(Lot.id == lot_id))
        known[one.key] = lot_id, expiry
    if one.expiry is not None and expiry != one.expiry:
        raise DomainError(
            "lot.expiry",
            _(
                "同一批号 {lot} 之前登记为 {old}，这次是 {new}。请核对包装。",
                lot=one.lot_no,
                old=expiry,
                new=one.expiry,
            ),
        )
    return lot_id


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
