"""Places that were too warm, too cold or too damp: the goods in them wait for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_

from app.domain.duties import Duty
from app.domain.stock.climate import DRY, RANGES, WET, within
from app.models.counting import TemperatureReading as Reading
from app.models.stock import Balance, Place
from app.services.home.kinds import NAMES, Ask, Kind, Urgency, WorkItem

TOLD: Final = timedelta(days=3)
"""How long a reading out of range is told about: the next working day after a weekend as well."""


def climate(ask: Ask) -> Sequence[WorkItem]:
    """Places with readings out of range; at once while the newest one still is.

    Keepers hear of it, and those who answer for the house.
    """
    orgs = ask.for_duty(Duty.STORE, Duty.SIGN, Duty.AUDIT)
    rows = ask.session.execute(
        select(Reading.org_id, Reading.place_id, Place.name, Place.storage,
               func.max(Reading.celsius).label("high"), func.min(Reading.celsius).label("low"))
        .join(Place, and_(Place.org_id == Reading.org_id, Place.id == Reading.place_id))
        .where(Reading.org_id.in_(orgs), Reading.at >= ask.now - TOLD, _outside())
        .group_by(Reading.org_id, Reading.place_id, Place.name, Place.storage)
        .order_by(Place.name)
    ).all()  # fmt: skip
    if not rows:
        return []
    names = tuple(_worst(row.name, row.storage, row.low, row.high) for row in rows)
    places = {(row.org_id, row.place_id): row.storage for row in rows}
    still = any(
        not within(places[one.org_id, one.place_id], one.celsius, one.humidity)
        for one in _newest(ask, list(places))
    )
    urgency = Urgency.NOW if still else Urgency.TODAY
    return [
        WorkItem(Kind.CLIMATE, len(rows), urgency, names[:NAMES], special=_lots(ask, list(places)))
    ]


def _worst(name: str, storage: str, low: Decimal, high: Decimal) -> str:
    """The place and the temperature that is farthest out; the name alone where it was damp."""
    out = next((one for one in (high, low) if not within(storage, one, None)), None)
    return name if out is None else f"{name} {out.normalize():f} ℃"


def _outside() -> ColumnElement[bool]:
    """`climate.within`, asked of the database."""
    warm = [
        and_(Place.storage == storage, or_(Reading.celsius < low, Reading.celsius > high))
        for storage, (low, high) in RANGES.items()
    ]
    return or_(*warm, Reading.humidity < DRY, Reading.humidity > WET)


def _lots(ask: Ask, places: Sequence[tuple[int, int]]) -> int:
    """How many lots lie in the places."""
    inside = (
        select(Balance.org_id, Balance.place_id, Balance.lot_id)
        .where(tuple_(Balance.org_id, Balance.place_id).in_(places), Balance.qty > 0)
        .distinct()
        .subquery()
    )
    return int(ask.session.scalar(select(func.count()).select_from(inside)) or 0)


def _newest(ask: Ask, places: Sequence[tuple[int, int]]) -> Sequence[Reading]:
    """The newest reading of each place; of two of one moment, that which was written last."""
    order = func.row_number().over(
        partition_by=(Reading.org_id, Reading.place_id),
        order_by=(Reading.at.desc(), Reading.id.desc()),
    )
    newest = (
        select(Reading.org_id, Reading.id, order.label("turn"))
        .where(tuple_(Reading.org_id, Reading.place_id).in_(places), Reading.at <= ask.now)
        .subquery()
    )
    same = and_(Reading.org_id == newest.c.org_id, Reading.id == newest.c.id)
    return ask.session.scalars(select(Reading).join(newest, same).where(newest.c.turn == 1)).all()
