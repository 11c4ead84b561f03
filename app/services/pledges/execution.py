"""执行率: pledged, ordered and accepted of every member and item, the most behind first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.pledge import Pace, Progress, elapsed
from app.models.awards import Pledge
from app.models.item import Item
from app.models.party import Organisation
from app.models.receiving import Acceptance, AcceptanceLine
from app.services.db import Database, today


@dataclass(frozen=True, slots=True)
class PledgeRow:
    """One member's pledge of one item."""

    org_id: int
    award_id: int
    item_id: int
    org: str
    code: str
    name: str
    spec: str
    base_unit: str
    unit: str
    factor: int
    valid_from: date
    valid_to: date
    cap: int | None
    progress: Progress

    @property
    def pace(self) -> Pace:
        """How it goes."""
        return self.progress.pace


def execution(
    db: Database, actor: Actor, *, warnings: bool = False, past: bool = False
) -> tuple[PledgeRow, ...]:
    """The pledges that the person may read.

    Args:
        db: The database.
        actor: Who asks.
        warnings: Only those that somebody should act on.
        past: Also periods that are over.
    """
    with db.read() as session:
        rows = pledge_rows(session, sorted(actor.orgs()), today(session), past=past)
    found = [row for row in rows if not warnings or row.pace.warns]
    return tuple(sorted(found, key=_urgency))


def pledge_rows(
    session: Session, orgs: list[int], day: date, *, past: bool = False
) -> list[PledgeRow]:
    """The pledges of the organisations on a day, inside a unit of work."""
    found = [row for row in _pledges(session, orgs) if past or row[0].valid_to > day]
    if not found:
        return []
    accepted = _accepted(session, orgs, day)
    return [_row(pledge, item, org, accepted, day) for pledge, item, org in found]


def _urgency(row: PledgeRow) -> tuple[bool, int, str, str]:
    rate = row.progress.rate
    return (not row.pace.warns, rate if rate is not None else 10**9, row.org, row.code)


def _pledges(session: Session, orgs: list[int]) -> Any:
    return session.execute(
        select(Pledge, Item, Organisation.short_name)
        .join(Item, Item.id == Pledge.item_id)
        .join(Organisation, Organisation.id == Pledge.org_id)
        .where(Pledge.org_id.in_(orgs))
    )


def _accepted(session: Session, orgs: list[int], day: date) -> dict[tuple[int, int, int], int]:
    """What came in during each pledge's period, by member, award and item."""
    line = AcceptanceLine
    rows = session.execute(
        select(
            Pledge.org_id,
            Pledge.award_id,
            Pledge.item_id,
            func.sum(line.accepted - line.gift).label("qty"),
        )
        .join(line, and_(line.org_id == Pledge.org_id, line.item_id == Pledge.item_id))
        .join(
            Acceptance,
            and_(Acceptance.org_id == line.org_id, Acceptance.id == line.acceptance_id),
        )
        .where(
            Pledge.org_id.in_(orgs),
            Acceptance.status == State.POSTED,
            Acceptance.accepted_on >= Pledge.valid_from,
            Acceptance.accepted_on < Pledge.valid_to,
            Acceptance.accepted_on <= day,
        )
        .group_by(Pledge.org_id, Pledge.award_id, Pledge.item_id)
    )
    return {(row.org_id, row.award_id, row.item_id): int(row.qty) for row in rows}


def _row(
    pledge: Pledge, item: Item, org: str, accepted: dict[tuple[int, int, int], int], day: date
) -> PledgeRow:
    return PledgeRow(
        org_id=pledge.org_id,
        award_id=pledge.award_id,
        item_id=pledge.item_id,
        org=org,
        code=item.code,
        name=item.name,
        spec=item.spec,
        base_unit=item.base_unit,
        unit=item.pack_unit,
        factor=item.pack_factor,
        valid_from=pledge.valid_from,
        valid_to=pledge.valid_to,
        cap=pledge.cap,
        progress=Progress(
            pledged=pledge.qty,
            ordered=pledge.ordered,
            accepted=accepted.get((pledge.org_id, pledge.award_id, pledge.item_id), 0),
            elapsed=elapsed(pledge.valid_from, pledge.valid_to, day),
            days_left=(pledge.valid_to - day).days,
            days_gone=(day - pledge.valid_from).days,
        ),
    )
