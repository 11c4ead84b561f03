"""Document numbers: prefix, day, running number, gapless within organisation, kind and day."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, cast

from sqlalchemy import Executable, Table
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.models.platform import Counter
from app.services.ready import Ready

_TABLE: Final = cast("Table", Counter.__table__)


def _next(insert: Any) -> Executable:
    fresh = insert(_TABLE)
    statement: Executable = fresh.on_conflict_do_update(
        index_elements=["org_id", "kind", "day"],
        set_={"last": _TABLE.c.last + fresh.excluded.last},
    ).returning(_TABLE.c.last)
    return statement


_NEXT: Final = Ready(_next(sqlite_insert), _next(pg_insert))


def next_number(session: Session, org_id: int, kind: str, day: date, *, count: int = 1) -> int:
    """The first of `count` fresh running numbers; rolled back with the unit of work."""
    values = {"org_id": org_id, "kind": kind, "day": day, "last": count}
    ((last,),) = _NEXT.rows(session, values)
    return int(last) - count + 1


def document_no(session: Session, org_id: int, prefix: str, day: date) -> str:
    """A document number such as ``SH20261014-002``.

    It is held until the end of the unit of work, and drawn before anything is posted: others hold
    their number while they wait for the house's books, and nobody waits in a ring.
    """
    running = next_number(session, org_id, prefix, day)
    return f"{prefix}{day:%Y%m%d}-{running:03d}"
