"""Trace codes: each comes in once in the whole group (a unique key says so, not a look-up)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.errors import ConflictError
from app.i18n import _
from app.models.receiving import Acceptance, TraceCode
from app.services.db import database_of, now
from app.services.queries.portions import key_portions, portions


@dataclass(frozen=True, slots=True)
class KeptTrace:
    """A code of one pack with what is in it."""

    code: str
    item_id: int
    lot_id: int


def keep_traces(session: Session, acceptance: Acceptance, traces: Sequence[KeptTrace]) -> None:
    """Remember the codes for good.

    Raises:
        ConflictError: A code came in before, at this member or another; nothing is posted.
    """
    if not traces:
        return
    twice = [code for code, count in Counter(x.code for x in traces).items() if count > 1]
    again = _take_released(session, acceptance, traces)
    fresh = [trace for trace in traces if trace.code not in again]
    taken = _insert(session, acceptance, fresh)
    doubled = [trace.code for trace in fresh if trace.code not in taken] or twice
    if doubled:
        shown = "、".join(doubled[:3])
        raise ConflictError(
            "trace.known",
            _(
                "追溯码 {codes} 已经入过库，什么都没有入库。可能是回流药："
                "撤销这几盒的扫码，按 F9 登记拒收。",
                codes=shown,
            ),
        )


def release_traces(session: Session, acceptance: Acceptance) -> None:
    """The acceptance was taken back: its codes may come in again."""
    session.execute(
        update(TraceCode)
        .where(TraceCode.org_id == acceptance.org_id, TraceCode.acceptance_id == acceptance.id)
        .values(released_at=now(session))
    )


def _take_released(
    session: Session, acceptance: Acceptance, traces: Sequence[KeptTrace]
) -> set[str]:
    """Codes of ours that were released by a reversal come in again under this acceptance."""
    released = _released(session, acceptance.org_id, {trace.code for trace in traces})
    found: set[str] = set()
    for trace in traces:
        if trace.code not in released:
            continue
        row = session.execute(
            update(TraceCode)
            .where(
                TraceCode.code == trace.code,
                TraceCode.org_id == acceptance.org_id,
                TraceCode.released_at.is_not(None),
            )
            .values(
                item_id=trace.item_id,
                lot_id=trace.lot_id,
                acceptance_id=acceptance.id,
                received_at=now(session),
                released_at=None,
            )
            .returning(TraceCode.code)
            .execution_options(synchronize_session=False)
        ).scalar()
        if row is not None:
            found.add(row)
    return found


def _released(session: Session, org_id: int, codes: set[str]) -> set[str]:
    """Nearly always none: a delivery of thousands of packs asks a few times, not per pack."""
    found: set[str] = set()
    for part in key_portions(codes):
        found |= set(
            session.scalars(
                select(TraceCode.code).where(
                    TraceCode.code.in_(part),
                    TraceCode.org_id == org_id,
                    TraceCode.released_at.is_not(None),
                )
            )
        )
    return found


def _insert(session: Session, acceptance: Acceptance, traces: Sequence[KeptTrace]) -> set[str]:
    insert = sqlite_insert if database_of(session).is_sqlite else pg_insert
    taken: set[str] = set()
    for part in portions(sorted(traces, key=lambda trace: trace.code)):
        rows = session.execute(
            insert(TraceCode)
            .values(
                [
                    {
                        "code": trace.code,
                        "org_id": acceptance.org_id,
                        "item_id": trace.item_id,
                        "lot_id": trace.lot_id,
                        "acceptance_id": acceptance.id,
                        "received_at": now(session),
                    }
                    for trace in part
                ]
            )
            .on_conflict_do_nothing()
            .returning(TraceCode.code)
        )
        taken |= set(rows.scalars())
    return taken
