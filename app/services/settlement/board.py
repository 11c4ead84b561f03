"""One month as the settlement page shows it: bills, what waits for one, and what is closed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from app.domain.duties import Actor, Duty
from app.domain.settlement.closing import Finding
from app.domain.settlement.period import Period
from app.services.db import Database
from app.services.settlement.calendar import calendar_in
from app.services.settlement.checks import findings, month_of
from app.services.settlement.listing import StatementRow, statements
from app.services.settlement.pending import PendingRow, pending
from app.services.stock.closed import closed_through


@dataclass(frozen=True, slots=True)
class Board:
    """A month of the members in scope.

    Attributes:
        period: ``2026-10``.
        first: First day, by the calendar of the first member.
        last: Last day, likewise.
        statements: All bills but the cancelled ones.
        pending: What no bill holds yet.
        closed: Members whose month is closed.
    """

    period: str
    first: date
    last: date
    statements: tuple[StatementRow, ...]
    pending: tuple[PendingRow, ...]
    closed: frozenset[int]


def board(db: Database, actor: Actor, orgs: Collection[int], period: str) -> Board:
    """The month of the members in scope, and of the actor's own suppliers."""
    wanted = Period.parse(period)
    members = sorted(set(orgs) & actor.orgs())
    with db.read() as session:
        calendar = calendar_in(session, members[0] if members else 0)
        closed = set()
        for org in members:
            through = closed_through(session, org)
            if through is not None and calendar_in(session, org).last(wanted) <= through:
                closed.add(org)
    return Board(
        period,
        calendar.first(wanted),
        calendar.last(wanted),
        statements(db, actor, orgs, period),
        tuple(row for row in pending(db, actor, orgs, period) if row.org_id not in closed),
        frozenset(closed),
    )


def month_to_settle(db: Database, actor: Actor, orgs: Collection[int], today: date) -> Period:
    """The month to begin with: the last one while any of the members has not closed it."""
    last = Period.of(today).plus(-1)
    members = sorted(set(orgs) & actor.orgs(Duty.SETTLE))
    if not members:
        return last
    with db.read() as session:
        for org in members:
            through = closed_through(session, org)
            if through is None or through < calendar_in(session, org).last(last):
                return last
    return last.plus(1)


def open_findings(
    db: Database, actor: Actor, orgs: Collection[int], period: str
) -> tuple[tuple[int, Finding], ...]:
    """What is open before the close, at every member that the actor settles for."""
    wanted = Period.parse(period)
    found: list[tuple[int, Finding]] = []
    for org in sorted(set(orgs) & actor.orgs(Duty.SETTLE)):
        with db.read() as session:
            found += [(org, one) for one in findings(session, month_of(session, org, wanted))]
    return tuple(found)
