"""What the workbench shows: the list of rows, one row with its candidates, how far members are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.mapping import (
    Issue,
    ItemUnits,
    MapStatus,
    Progress,
    blocked,
    issue_of,
    unit_factor,
)
from app.domain.matching.compare import compare
from app.domain.matching.entry import read
from app.domain.matching.reasons import findings
from app.domain.matching.row import Entry
from app.domain.matching.strength import read_spec
from app.domain.matching.verdict import Finding
from app.models.item import Item
from app.models.mapping import LocalItem, Mapping, MappingEvent, MatchCandidate
from app.models.party import Organisation, Person
from app.services.db import Database, today
from app.services.mapping.scope import entry_of, local_row
from app.services.mapping.source import CatalogueItem, catalogue_items
from app.services.queries.keyset import contains

_ZERO: Final = Decimal(0)
MOST_ROWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class LocalLine:
    """A row of the work list.

    Attributes:
        value: Yuan a year.
        item_code: The item that it means, when confirmed; else of its best candidate.
        score: Of the best candidate, 0 when there is none.
    """

    id: int
    code: str
    name: str
    trade: str
    spec: str
    maker: str
    unit: str
    used: int
    value: Decimal
    status: MapStatus
    issue: Issue | None
    safe: bool
    candidates: int
    score: int
    item_code: str


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A candidate with everything that is compared.

    Attributes:
        blocked: Confirming it needs a reason in words.
        factor: Smallest units in one unit of the row.
        used_by: How many members have a row confirmed for the item.
    """

    item_id: int
    code: str
    rank: int
    score: int
    safe: bool
    learned: bool
    blocked: bool
    issue: Issue | None
    factor: int
    entry: Entry
    units: ItemUnits
    used_by: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class RowView:
    """A row with its candidates, best first, and its history."""

    line: LocalLine
    entry: Entry
    candidates: tuple[CandidateView, ...]
    history: tuple[HistoryLine, ...]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One decision about a row."""

    at: datetime
    person: str
    action: str
    status: MapStatus
    undone: bool


@dataclass(frozen=True, slots=True)
class MemberProgress:
    """How far one member is."""

    org_id: int
    code: str
    name: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class WorkList:
    """Which rows: of a member, of some statuses, with a text in them."""

    org_id: int
    statuses: tuple[MapStatus, ...] = ()
    text: str = ""
    safe: bool | None = None


def work_list(db: Database, actor: Actor, query: WorkList) -> tuple[LocalLine, ...]:
    """Rows of a member, the most used first."""
    if not actor.can(Duty.READ, query.org_id):
        return ()
    with db.read() as session:
        statement = _lines().where(LocalItem.org_id == query.org_id)
        if query.statuses:
            statement = statement.where(LocalItem.status.in_([s.value for s in query.statuses]))
        if query.safe is not None:
            statement = statement.where(LocalItem.safe.is_(query.safe))
        if query.text.strip():
            words = query.text.strip()
            columns = (LocalItem.name, LocalItem.code, LocalItem.trade, LocalItem.maker)
            chosen = [contains(column, words) for column in columns]
            statement = statement.where(chosen[0] | chosen[1] | chosen[2] | chosen[3])
        order = (LocalItem.value.desc(), LocalItem.used.desc(), LocalItem.position, LocalItem.id)
        rows = session.execute(statement.order_by(*order).limit(MOST_ROWS))
        return tuple(_line(row) for row in rows)


def row_view(db: Database, actor: Actor, org_id: int, local_id: int) -> RowView | None:
    """One row with its candidates and history; None when the actor may not see it."""
    if not actor.can(Duty.READ, org_id):
        return None
    with db.read() as session:
        row = local_row(session, org_id, local_id)
        line = session.execute(
            _lines().where(LocalItem.org_id == org_id, LocalItem.id == local_id)
        ).one()
        entry = entry_of(row)
        return RowView(_line(line), entry, _candidates(session, row), _history(session, row))


def compared(
    db: Database, actor: Actor, org_id: int, local_id: int, item_id: int
) -> CandidateView | None:
    """An item that a person picked by hand, compared with the row like any candidate."""
    if not actor.can(Duty.READ, org_id):
        return None
    with db.read() as session:
        row = local_row(session, org_id, local_id)
        item = catalogue_items(session, {item_id}).get(item_id)
        if item is None:
            return None
        used = _used_by(session, {item_id})
        return _view(session, row, item, (0, False, False), used.get(item_id, 0))


def progress(db: Database, actor: Actor, org_ids: tuple[int, ...]) -> tuple[MemberProgress, ...]:
    """How far each member is, by the member's code; members without a list are left out."""
    with db.read() as session:
        orgs = session.execute(
            select(Organisation.id, Organisation.code, Organisation.short_name)
            .where(Organisation.id.in_([org for org in org_ids if actor.can(Duty.READ, org)]))
            .order_by(Organisation.code)
        ).all()
        found = {org.id: _progress(session, org.id) for org in orgs}
        return tuple(
            MemberProgress(org.id, org.code, org.short_name, found[org.id])
            for org in orgs
            if found[org.id].total or found[org.id].stopped
        )


def _lines() -> Select[*tuple[Any, ...]]:
    best = (
        select(MatchCandidate.score)
        .where(
            MatchCandidate.org_id == LocalItem.org_id,
            MatchCandidate.local_id == LocalItem.id,
            MatchCandidate.rejected.is_(False),
        )
        .order_by(MatchCandidate.rank)
        .limit(1)
        .scalar_subquery()
    )
    count = (
        select(func.count())
        .where(
            MatchCandidate.org_id == LocalItem.org_id,
            MatchCandidate.local_id == LocalItem.id,
            MatchCandidate.rejected.is_(False),
        )
        .scalar_subquery()
    )
    linked = (
        select(Item.code)
        .join(Mapping, Mapping.item_id == Item.id)
        .where(
            Mapping.org_id == LocalItem.org_id,
            Mapping.local_id == LocalItem.id,
            Mapping.ended_at.is_(None),
        )
        .limit(1)
        .scalar_subquery()
    )
    return select(
        LocalItem.id, LocalItem.code, LocalItem.name, LocalItem.trade, LocalItem.spec,
        LocalItem.maker, LocalItem.unit, LocalItem.used, LocalItem.value, LocalItem.status,
        LocalItem.issue, LocalItem.safe, count.label("candidates"), best.label("score"),
        linked.label("item_code"),
    )  # fmt: skip


def _line(row: Any) -> LocalLine:
    return LocalLine(
        row.id, row.code, row.name, row.trade, row.spec, row.maker, row.unit, row.used, row.value,
        MapStatus(row.status), Issue(row.issue) if row.issue else None, row.safe, row.candidates,
        row.score or 0, row.item_code or "",
    )  # fmt: skip


def _candidates(session: Session, row: LocalItem) -> tuple[CandidateView, ...]:
    rows = session.execute(
        select(
            MatchCandidate.item_id, MatchCandidate.score, MatchCandidate.safe,
            MatchCandidate.learned,
        )
        .where(
            MatchCandidate.org_id == row.org_id,
            MatchCandidate.local_id == row.id,
            MatchCandidate.rejected.is_(False),
        )
        .order_by(MatchCandidate.rank)
    ).all()  # fmt: skip
    ids = {one.item_id for one in rows}
    items, used = catalogue_items(session, ids), _used_by(session, ids)
    return tuple(
        _view(
            session, row, items[one.item_id], (one.score, one.safe, one.learned),
            used.get(one.item_id, 0), rank,
        )
        for rank, one in enumerate(rows, 1)
        if one.item_id in items
    )  # fmt: skip


def _view(
    session: Session,
    row: LocalItem,
    item: CatalogueItem,
    kept: tuple[int, bool, bool],
    used_by: int,
    rank: int = 1,
) -> CandidateView:
    mine, theirs = read(entry_of(row)), read(item.entry)
    found = compare(mine, theirs)
    factor = unit_factor(row.unit, read_spec(row.spec).pack, item.state.units)
    return CandidateView(
        item.item_id,
        item.code,
        rank,
        kept[0] or found.score,
        kept[1],
        kept[2],
        blocked(found),
        issue_of(found, factor, item.state, today(session)),
        factor,
        item.entry,
        item.state.units,
        used_by,
        findings(mine, theirs, found),
    )


def _used_by(session: Session, item_ids: set[int]) -> dict[int, int]:
    rows = session.execute(
        select(Mapping.item_id, func.count(func.distinct(Mapping.org_id)).label("members"))
        .where(Mapping.item_id.in_(item_ids), Mapping.ended_at.is_(None))
        .group_by(Mapping.item_id)
    )
    return {row.item_id: row.members for row in rows}


def _history(session: Session, row: LocalItem) -> tuple[HistoryLine, ...]:
    rows = session.execute(
        select(
            MappingEvent.at, Person.name, MappingEvent.action, MappingEvent.after,
            MappingEvent.undone_at,
        )
        .outerjoin(Person, Person.id == MappingEvent.person_id)
        .where(MappingEvent.org_id == row.org_id, MappingEvent.local_id == row.id)
        .order_by(MappingEvent.id.desc())
        .limit(20)
    )  # fmt: skip
    return tuple(
        HistoryLine(
            one.at,
            one.name or "",
            one.action,
            MapStatus(one.after["status"]),
            one.undone_at is not None,
        )
        for one in rows
    )


def _progress(session: Session, org_id: int) -> Progress:
    counts: dict[MapStatus, int] = dict.fromkeys(MapStatus, 0)
    values: dict[MapStatus, Decimal] = dict.fromkeys(MapStatus, _ZERO)
    for status, number, value in session.execute(
        select(LocalItem.status, func.count(), func.sum(LocalItem.value))
        .where(LocalItem.org_id == org_id)
        .group_by(LocalItem.status)
    ):
        counts[MapStatus(status)] = number
        values[MapStatus(status)] = value or _ZERO
    safe = session.scalar(
        select(func.count()).where(LocalItem.org_id == org_id, LocalItem.safe.is_(True))
    )
    stopped = counts[MapStatus.STOPPED]
    done_today = session.scalar(
        select(func.count()).where(
            Mapping.org_id == org_id,
            Mapping.ended_at.is_(None),
            Mapping.valid_from == today(session),
        )
    )
    return Progress(
        total=sum(counts.values()) - stopped,
        confirmed=counts[MapStatus.CONFIRMED],
        pending=counts[MapStatus.PENDING] + counts[MapStatus.CANDIDATE],
        conflict=counts[MapStatus.CONFLICT],
        none=counts[MapStatus.NONE],
        stopped=stopped,
        safe=safe or 0,
        value=sum(values.values(), _ZERO) - values[MapStatus.STOPPED],
        confirmed_value=values[MapStatus.CONFIRMED],
        today=done_today or 0,
    )
