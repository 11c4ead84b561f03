"""What one member may learn of the others' shelves: units ready by lot, and how fast they go.

On PostgreSQL two narrow functions answer; balances themselves stay closed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from app.domain.transfers.surplus import Held, Use
from app.models.demand import Demand
from app.models.stock import Balance, Lot, LotHold, Place
from app.models.transfer import OrgRoute
from app.services.access import group_orgs
from app.services.db import database_of, today
from app.services.queries.portions import key_portions


@dataclass(frozen=True, slots=True)
class Shelf:
    """One lot of one owner at one member."""

    org_id: int
    item_id: int
    owner_id: int
    held: Held


def group_stock(session: Session, items: Collection[int]) -> list[Shelf]:
    """Usable stock of the items at every member, without frozen lots."""
    found: list[Shelf] = []
    members = set(group_orgs(session, today(session)))
    for part in key_portions(items):
        rows = [row for row in _stock_rows(session, part) if row.org_id in members]
        lots = {row.lot_id for row in rows}
        expiries = _expiries(session, lots)
        held = _frozen(session, lots)
        found += [
            Shelf(
                row.org_id, row.item_id, row.owner_id,
                Held(row.lot_id, int(row.qty), expiries.get(row.lot_id)),
            )
            for row in rows
            if row.lot_id not in held
        ]  # fmt: skip
    return found


def group_use(
    session: Session, items: Collection[int], since: date, days: int
) -> dict[tuple[int, int], Use]:
    """(member, item) → use since a day."""
    found: dict[tuple[int, int], Use] = {}
    for part in key_portions(items):
        for row in _use_rows(session, part, since):
            found[row.org_id, row.item_id] = Use(int(row.qty), days)
    return found


def routes(session: Session) -> dict[tuple[int, int], OrgRoute]:
    """(from, to) → distance and usual transport; both directions are kept."""
    rows = session.scalars(select(OrgRoute)).all()
    return {(row.org_id, row.other_id): row for row in rows}


def _stock_rows(session: Session, items: list[int]) -> Iterable[Row[*tuple[Any, ...]]]:
    if not database_of(session).is_sqlite:
        statement = text("SELECT org_id, item_id, lot_id, owner_id, qty FROM api.group_stock(:i)")
        return session.execute(statement, {"i": items}).all()
    return session.execute(
        select(
            Balance.org_id, Balance.item_id, Balance.lot_id, Balance.owner_id,
            func.sum(Balance.qty).label("qty"),
        )
        .join(Place, (Place.org_id == Balance.org_id) & (Place.id == Balance.place_id))
        .where(
            Balance.item_id.in_(items),
            Balance.qty > 0,
            Place.zone.in_(("", "good")),
            Place.active.is_(True),
            Place.level == 1,
        )
        .group_by(Balance.org_id, Balance.item_id, Balance.lot_id, Balance.owner_id)
    ).all()  # fmt: skip


def _use_rows(session: Session, items: list[int], since: date) -> Iterable[Row[*tuple[Any, ...]]]:
    if not database_of(session).is_sqlite:
        statement = text("SELECT org_id, item_id, qty FROM api.group_use(:i, :since)")
        return session.execute(statement, {"i": items, "since": since}).all()
    return session.execute(
        select(Demand.org_id, Demand.item_id, func.sum(Demand.asked).label("qty"))
        .where(Demand.item_id.in_(items), Demand.day >= since)
        .group_by(Demand.org_id, Demand.item_id)
    ).all()


def _expiries(session: Session, lots: set[int]) -> dict[int, date | None]:
    found: dict[int, date | None] = {}
    for part in key_portions(lots):
        rows = session.execute(select(Lot.id, Lot.expiry).where(Lot.id.in_(part)))
        found |= {row.id: row.expiry for row in rows}
    return found


def _frozen(session: Session, lots: set[int]) -> set[int]:
    """Lots that are frozen for the whole group; a member's own freeze it minds itself."""
    found: set[int] = set()
    for part in key_portions(lots):
        found |= set(
            session.scalars(
                select(LotHold.lot_id).where(
                    LotHold.lot_id.in_(part), LotHold.released_at.is_(None)
                )
            )
        )
    return found
