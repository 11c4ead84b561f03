"""Where many rows are in their mapping, written at once, each row only as it was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from sqlalchemy import Table, Update, bindparam, update
from sqlalchemy.orm import Session

from app.models.base import BigInt
from app.models.mapping import LocalItem
from app.services.many import ForEach

State = tuple[int, int, str, str, bool]
"""(row, version seen, status, issue, safe)"""
_ROW: Final = cast("Table", LocalItem.__table__)


def _set(row: Any, version: Any, status: Any, issue: Any, safe: Any) -> Update:
    as_seen = (_ROW.c.org_id == bindparam("b_org"), _ROW.c.id == row, _ROW.c.version == version)
    fresh = {"status": status, "issue": issue, "safe": safe, "version": version + bindparam("b_on")}
    return update(_ROW).where(*as_seen).values(**fresh)


_SET: Final = ForEach(
    _set, row=BigInt, version=_ROW.c.version.type, status=_ROW.c.status.type,
    issue=_ROW.c.issue.type, safe=_ROW.c.safe.type,
)  # fmt: skip


def set_states(
    session: Session, org_id: int, states: Sequence[State], *, decided: bool = True
) -> int:
    """How many rows have their state; those that somebody decided since they were seen keep theirs.

    Args:
        session: The unit of work.
        org_id: The member.
        states: The states.
        decided: Whether they are decisions, which nobody who saw the row before may pass over.
    """
    return _SET.do(session, sorted(states), b_org=org_id, b_on=int(decided))
