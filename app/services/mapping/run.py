"""Running the match of a member's open rows against the catalogue in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.mapping import OPEN, Issue, MapStatus, issue_of, unit_factor
from app.domain.matching.engine import Match, Matcher
from app.domain.matching.row import Entry
from app.domain.matching.strength import read_spec
from app.domain.matching.verdict import Decision
from app.models.mapping import LocalItem, Mapping, MatchCandidate
from app.services import audit
from app.services.bulk import insert_rows
from app.services.db import Database, today
from app.services.importing.plan import Report, quiet
from app.services.mapping.scope import entry_of, require_mapper
from app.services.mapping.source import CatalogueItem, catalogue_items, memory
from app.services.mapping.states import set_states
from app.services.operations import claim, finish, plain
from app.services.queries.portions import portions

_COLUMNS: Final = (
    "org_id", "local_id", "item_id", "rank", "score", "safe", "learned", "rejected",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunMatch:
    """Match a member's open rows; with `again`, also rows that had no counterpart."""

    op_id: UUID
    org_id: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class RunDone:
    """What became of the rows.

    Attributes:
        safe: Rows that may be accepted in bulk.
        candidates: Other rows with candidates to look at.
        conflicts: Rows whose best candidate has something against it.
        none: Rows without any candidate.
    """

    rows: int
    safe: int
    candidates: int
    conflicts: int
    none: int


@dataclass(frozen=True, slots=True)
class _OpenRow:
    """A row that waits, as it was when the run began."""

    id: int
    version: int
    unit: str
    issue: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A row's new state."""

    local_id: int
    status: MapStatus
    issue: Issue | None
    safe: bool
    match: Match


@dataclass(frozen=True, slots=True)
class _World:
    """What rows are judged by, read once."""

    items: dict[int, CatalogueItem]
    taken: frozenset[int]
    rejected: frozenset[tuple[int, int]]
    day: date


def run(db: Database, actor: Actor, command: RunMatch, report: Report = quiet) -> RunDone:
    """Match and keep the candidates.

    The work is done outside of the writing transaction, so that nobody waits for it; rows that
    were decided in the meantime are left as they are.
    """
    require_mapper(actor, command.org_id)
    wanted = [status.value for status in OPEN | ({MapStatus.NONE} if command.again else set())]
    with db.read() as session:
        rows = [
            _OpenRow(row.id, row.version, row.unit, row.issue, entry_of(row))
            for row in session.scalars(
                select(LocalItem).where(
                    LocalItem.org_id == command.org_id, LocalItem.status.in_(wanted)
                )
            )
        ]
        world = _world(session, command.org_id)
        learned = memory(session)
    matcher = Matcher((item.entry for item in world.items.values()), learned)
    entries = [row.entry for row in rows]
    found = [
        _outcome(row, match, world)
        for row, match in zip(rows, matcher.match_all(entries, report), strict=True)
    ]
    versions = {row.id: row.version for row in rows}
    return _keep(db, actor, command, _without_doubles(found), versions)


def _world(session: Session, org_id: int) -> _World:
    taken = session.scalars(
        select(Mapping.item_id).where(Mapping.org_id == org_id, Mapping.ended_at.is_(None))
    )
    refused = session.execute(
        select(MatchCandidate.local_id, MatchCandidate.item_id).where(
            MatchCandidate.org_id == org_id, MatchCandidate.rejected.is_(True)
        )
    )
    return _World(
        catalogue_items(session),
        frozenset(taken),
        frozenset((row.local_id, row.item_id) for row in refused),
        today(session),
    )


def _outcome(row: _OpenRow, match: Match, world: _World) -> _Outcome:
    left = [one for one in match.candidates if (row.id, int(one.key)) not in world.rejected]
    if not left:
        return _Outcome(row.id, MapStatus.NONE, None, safe=False, match=match)
    best = left[0]
    if row.issue == Issue.CHANGED:
        return _Outcome(row.id, MapStatus.CONFLICT, Issue.CHANGED, safe=False, match=match)
    issue = Issue.RIVALS if best.safe and match.rivals else None
    if best.safe and issue is None:
        issue = _issue(row, best.key, match, world)
    if issue is not None:
        return _Outcome(row.id, MapStatus.CONFLICT, issue, safe=False, match=match)
    first = best is match.candidates[0]
    safe = match.decision is Decision.AUTO and first
    return _Outcome(row.id, MapStatus.CANDIDATE, None, safe=safe, match=match)


def _without_doubles(found: list[_Outcome]) -> list[_Outcome]:
    """Two rows of one member that mean one item are shown to a person, not taken in bulk."""
    meant = Counter(one.match.candidates[0].key for one in found if one.safe)
    return [
        replace(one, status=MapStatus.CONFLICT, issue=Issue.TAKEN, safe=False)
        if one.safe and meant[one.match.candidates[0].key] > 1
        else one
        for one in found
    ]


def _issue(row: _OpenRow, key: str, match: Match, world: _World) -> Issue | None:
    item = world.items[int(key)]
    factor = unit_factor(row.unit, read_spec(row.entry.spec).pack, item.state.units)
    found = issue_of(match.candidates[0].comparison, factor, item.state, world.day)
    return found or (Issue.TAKEN if item.item_id in world.taken else None)


def _keep(
    db: Database,
    actor: Actor,
    command: RunMatch,
    found: Sequence[_Outcome],
    versions: dict[int, int],
) -> RunDone:
    org = command.org_id
    with db.write() as session:
        earlier = claim(session, actor, org, command.op_id, "mapping.run", command)
        if earlier is not None:
            return RunDone(**earlier)
        current = {
            row.id: row.version
            for row in session.execute(
                select(LocalItem.id, LocalItem.version).where(LocalItem.org_id == org)
            )
        }
        kept = [one for one in found if current.get(one.local_id) == versions[one.local_id]]
        for part in portions(kept):
            _write(session, org, part, versions)
        counts = _counts(kept)
        audit.record(session, actor, org, "mapping.run", ("mapping", org), plain(counts))
        finish(session, org, command.op_id, plain(counts))
        return counts


def _write(
    session: Session, org_id: int, part: Sequence[_Outcome], versions: dict[int, int]
) -> None:
    """The candidates and states of rows, unless somebody decided one since they were looked at."""
    ids = [one.local_id for one in part]
    chosen = (MatchCandidate.org_id == org_id, MatchCandidate.local_id.in_(ids))
    refused = {
        (row.local_id, row.item_id)
        for row in session.execute(
            select(MatchCandidate.local_id, MatchCandidate.item_id).where(
                *chosen, MatchCandidate.rejected.is_(True)
            )
        )
    }
    session.execute(delete(MatchCandidate).where(*chosen))
    rows: list[tuple[Any, ...]] = [
        (org_id, one.local_id, int(found.key), rank, found.score, found.safe, found.learned,
         (one.local_id, int(found.key)) in refused)
        for one in part
        for rank, found in enumerate(one.match.candidates, 1)
    ]  # fmt: skip
    insert_rows(session, MatchCandidate, _COLUMNS, rows)
    states = [
        (one.local_id, versions[one.local_id], one.status.value,
         one.issue.value if one.issue else "", one.safe)
        for one in part
    ]  # fmt: skip
    set_states(session, org_id, states, decided=False)


def _counts(kept: Sequence[_Outcome]) -> RunDone:
    return RunDone(
        len(kept),
        sum(one.safe for one in kept),
        sum(one.status is MapStatus.CANDIDATE and not one.safe for one in kept),
        sum(one.status is MapStatus.CONFLICT for one in kept),
        sum(one.status is MapStatus.NONE for one in kept),
    )
