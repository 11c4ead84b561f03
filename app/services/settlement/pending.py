"""待生成: what stands on no statement yet, by supplier and member."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.settlement.period import Period
from app.models.party import Organisation
from app.services.consumption.settleable import settleable
from app.services.db import Database, today
from app.services.settlement.calendar import calendar_in

_NIL = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class PendingRow:
    """What a supplier may bill to a member that no statement holds; refunds counted apart."""

    org_id: int
    org: str
    supplier_id: int
    supplier: str
    rows: int
    amount: Decimal
    refunds: Decimal


def pending(
    db: Database, actor: Actor, orgs: Collection[int], period: str
) -> tuple[PendingRow, ...]:
    """Everything unsettled up to the last day of a period, at the members one settles for."""
    scope = sorted(set(orgs) & (actor.orgs(Duty.SETTLE) | actor.orgs(Duty.AUDIT)))
    wanted = Period.parse(period)
    with db.read() as session:
        if not scope or wanted > Period.of(today(session)).plus(1):
            return ()
        return tuple(row for org in scope for row in pending_in(session, org, wanted))


def pending_in(session: Session, org_id: int, period: Period) -> tuple[PendingRow, ...]:
    """The same of one member, inside a unit of work."""
    calendar = calendar_in(session, org_id)
    if calendar.first(period) > today(session):
        return ()
    rows = settleable(session, org_id, last=calendar.last(period))
    sums: dict[int, list[Decimal]] = {}
    counts: dict[int, int] = {}
    for row in rows:
        found = sums.setdefault(row.supplier_id, [_NIL, _NIL])
        found[row.qty < 0] += row.amount
        counts[row.supplier_id] = counts.get(row.supplier_id, 0) + 1
    if not sums:
        return ()
    names = dict(
        session.execute(
            select(Organisation.id, Organisation.short_name).where(
                Organisation.id.in_({org_id, *sums})
            )
        ).all()
    )
    return tuple(
        PendingRow(org_id, names[org_id], supplier, names[supplier], counts[supplier], *amounts)
        for supplier, amounts in sorted(sums.items(), key=lambda entry: names[entry[0]])
    )
