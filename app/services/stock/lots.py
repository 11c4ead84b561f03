"""Lots: found or made once for the whole group, so that a recall finds them everywhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias, cast

from sqlalchemy import Table, and_, bindparam, exists, func, select, text, tuple_, update
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import _
from app.models.stock import Balance, Ledger, Lot, Place
from app.services.bulk import insert_rows
from app.services.db import database_of, now
from app.services.queries.portions import key_portions, portions

_SERVER: Final = text(
    "SELECT said.lot, api.lot_expiry(said.lot, said.expiry, said.produced)"
    " FROM unnest(CAST(:lots AS bigint[]), CAST(:expiries AS date[]), CAST(:produced AS date[]))"
    " AS said(lot, expiry, produced)"
)
_LOT: Final = cast("Table", Lot.__table__)
_SAY: Final = (
    update(_LOT)
    .where(_LOT.c.id == bindparam("b_lot"), _LOT.c.expiry.is_(None))
    .values(
        expiry=bindparam("b_expiry", type_=_LOT.c.expiry.type),
        produced=func.coalesce(
            bindparam("b_produced", type_=_LOT.c.produced.type), _LOT.c.produced
        ),
    )
)
"""In a file: carried out for one lot after the other."""
_LOTS_AT_ONCE: Final = 250
"""Each is three values of a statement, and SQLite takes no more than 999 of some builds."""
_COLUMNS: Final = ("id", "item_id", "lot_no", "serial", "expiry", "produced", "created_at")
_Key: TypeAlias = tuple[int, str, str]
_Known: TypeAlias = dict[_Key, tuple[int, date | None]]


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
    _say_what_nobody_had(session, known, wanted)
    return [_agreed(known, one) for one in wanted]


def _known(session: Session, keys: Collection[_Key]) -> _Known:
    found: _Known = {}
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


def _say_what_nobody_had(session: Session, known: _Known, wanted: Sequence[LotOnPack]) -> None:
    """The first word on a lot's expiry is kept; whoever said it meanwhile was before."""
    said: dict[int, LotOnPack] = {}
    for one in wanted:
        lot_id, expiry = known[one.key]
        if one.expiry is not None and expiry is None:
            said.setdefault(lot_id, one)
    if said:
        _say_expiry(session, said)
        known |= _known(session, [one.key for one in said.values()])


def _agreed(known: _Known, one: LotOnPack) -> int:
    """The lot's id, unless the pack says something else of its expiry."""
    lot_id, expiry = known[one.key]
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
    for part in key_portions(lots):
        known = {
            lot: (lot_no, expiry)
            for lot, lot_no, expiry in session.execute(
                select(Lot.id, Lot.lot_no, Lot.expiry).where(
                    Lot.id.in_(part), Lot.expiry.is_not(None)
                )
            )
        }
        gone = _forget(session, sorted(known))
        told |= {known[lot][0]: str(known[lot][1]) for lot in sorted(gone)}
    return told


def _say_expiry(session: Session, said: Mapping[int, LotOnPack]) -> None:
    """Write the expiries where there are none, the lots in one order: nobody waits in a ring."""
    rows = [(lot, said[lot].expiry, said[lot].produced) for lot in sorted(said)]
    if database_of(session).is_sqlite:
        names = ("b_lot", "b_expiry", "b_produced")
        session.connection().execute(_SAY, [dict(zip(names, row, strict=True)) for row in rows])
    else:
        _on_server(session, rows)


def _forget(session: Session, lots: Sequence[int]) -> set[int]:
    """Those of the lots whose expiry could be forgotten, as nothing is left of them."""
    if not lots:
        return set()
    if not database_of(session).is_sqlite:
        return _on_server(session, [(lot, None, None) for lot in lots])
    gone = and_(
        Ledger.lot_id == Lot.id, Place.holds_stock.is_(False), Place.kind != "supplier",
        Place.org_id == Ledger.org_id, Place.id == Ledger.to_place,
    )  # fmt: skip
    lies = exists().where(Balance.lot_id == Lot.id, Balance.qty > 0)
    forgotten = (
        update(Lot)
        .where(Lot.id.in_(lots), ~lies, ~exists().where(gone))
        .values(expiry=None, produced=None)
        .returning(Lot.id)
        .execution_options(synchronize_session=False)
    )
    return set(session.scalars(forgotten))


def _on_server(session: Session, rows: Sequence[tuple[int, date | None, date | None]]) -> set[int]:
    """The lots that were changed; an expiry that is None is forgotten where nothing is left."""
    sides = dict(
        zip(("lots", "expiries", "produced"), map(list, zip(*rows, strict=True)), strict=True)
    )
    return {lot for lot, done in session.execute(_SERVER, sides) if done}
