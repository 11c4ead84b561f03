"""温度记录: readings of places against their storage class."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, select

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.domain.stock.climate import limits, within
from app.i18n import _
from app.models.counting import TemperatureReading
from app.models.party import Person
from app.models.stock import Place
from app.services.access import require
from app.services.db import Database, local_time, now
from app.services.operations import claim, finish


@dataclass(frozen=True, slots=True)
class Measure:
    """A reading; out of range it needs words about what was done."""

    op_id: UUID
    org_id: int
    place_id: int
    celsius: Decimal
    humidity: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A reading and whether it is within range."""

    at: datetime
    place: str
    storage: str
    celsius: Decimal
    humidity: int | None
    within: bool
    person: str
    note: str


def measure(db: Database, actor: Actor, command: Measure) -> bool:
    """Keep a reading for good; whether it is within range.

    Raises:
        DomainError: Out of range without words about what was done.
    """
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "temperature", command)
        if earlier is not None:
            return bool(earlier["within"])
        place = session.scalar(
            select(Place).where(Place.org_id == command.org_id, Place.id == command.place_id)
        )
        if place is None:
            raise DomainError("place.unknown", _("没有这个库位。请刷新后重新选择。"))
        good = within(place.storage, command.celsius, command.humidity)
        if not good and len(command.note.strip()) < 4:  # noqa: PLR2004 - four characters
            low, high = limits(place.storage)
            raise DomainError(
                "temperature.note",
                _("{place} 应在 {low}–{high} ℃、湿度 35–75%，现在超出。请写采取了什么措施。",
                  place=place.name, low=low, high=high),
            )  # fmt: skip
        session.add(
            TemperatureReading(
                org_id=command.org_id, id=new_id(), place_id=command.place_id, at=now(session),
                celsius=command.celsius, humidity=command.humidity, person_id=actor.person_id,
                note=command.note.strip(),
            )
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"within": good})
        return good


def readings(
    db: Database, actor: Actor, orgs: Collection[int], limit: int = 200
) -> tuple[ReadingRow, ...]:
    """Readings, newest first."""
    with db.read() as session:
        rows = session.execute(
            select(TemperatureReading, Place.name, Place.storage, Person.name)
            .join(Place, and_(Place.org_id == TemperatureReading.org_id,
                              Place.id == TemperatureReading.place_id))
            .outerjoin(Person, Person.id == TemperatureReading.person_id)
            .where(TemperatureReading.org_id.in_(set(orgs) & actor.orgs()))
            .order_by(TemperatureReading.at.desc())
            .limit(limit)
        ).all()  # fmt: skip
        return tuple(
            ReadingRow(
                local_time(row.at), place, storage, row.celsius.quantize(Decimal("0.1")),
                row.humidity, within(storage, row.celsius, row.humidity), person or "—", row.note,
            )
            for row, place, storage, person in rows
        )  # fmt: skip
