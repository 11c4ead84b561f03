"""Demand: what was asked for at a place on a day, whether it could be given or not.

Consumption adds to the day's figures as it posts; requests that could not be met are recorded by
hand; history comes in from files (`app.services.demand_import`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, Table, bindparam, case, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.quantity import checked
from app.i18n import _
from app.models.base import BigInt
from app.models.demand import Demand
from app.services.access import require
from app.services.db import Database, database_of, first_at_end, today
from app.services.operations import claim, finish
from app.services.ready import Line, Ready

_TABLE: Final = cast("Table", Demand.__table__)
_LATER: Final = "demand"
_Kept = tuple[tuple[int, int, date], Ready, dict[str, Any]]
"""Place, item and day; what writes it; its values."""


@dataclass(frozen=True, slots=True)
class DemandLine:
    """What was asked of an item on a day, smallest units; `given` at most `asked`."""

    item_id: int
    day: date
    asked: int
    given: int = 0
    lines: int = 1


@dataclass(frozen=True, slots=True)
class RecordDemand:
    """Requests to be added to the figures of their days."""

    op_id: UUID
    org_id: int
    place_id: int
    lines: tuple[DemandLine, ...]


def add_demand(  # noqa: PLR0913, PLR0917 - one fact with its keys, called once per posted line
    session: Session, org_id: int, place_id: int, item_id: int, day: date, asked: int, given: int
) -> None:
    """Add one request to the day's demand, in the caller's unit of work.

    Args:
        session: The unit of work.
        org_id: The organisation.
        place_id: Where it was asked for.
        item_id: The item.
        day: The day it was asked for.
        asked: Smallest units asked for.
        given: Smallest units given; what is missing still counts as demand.
    """
    write_demand(session, org_id, place_id, [DemandLine(item_id, day, asked, given)], add=True)


def write_demand(
    session: Session, org_id: int, place_id: int, lines: Sequence[DemandLine], *, add: bool
) -> None:
    """Add to the days' figures, or put these in their place (an import that is the truth)."""
    rows = [_row(org_id, place_id, line) for line in lines]
    _write_at_end(session, _ADD if add else _REPLACE, place_id, lines, rows)


def _write_at_end(
    session: Session,
    statement: Ready,
    place_id: int,
    lines: Sequence[DemandLine],
    rows: Sequence[dict[str, Any]],
) -> None:
    """Write at the end of the unit of work: on a server all of it by place, item and day.

    Whoever records requests holds nothing that users of the same goods wait for before: units of
    work that came to the same rows in two orders would wait in a ring.
    """
    if database_of(session).is_sqlite:
        if rows:
            statement.do(session, rows)
        return
    kept: list[_Kept] | None = session.info.get(_LATER)
    if kept is None:
        kept = session.info[_LATER] = []
        first_at_end(session, partial(_send, kept))
    keys = ((place_id, line.item_id, line.day) for line in lines)
    kept += ((key, statement, row) for key, row in zip(keys, rows, strict=True))


def _send(kept: list[_Kept], line: Line) -> None:
    """What concerns one row stays in its order."""
    for statement, those in groupby(sorted(kept, key=itemgetter(0)), key=itemgetter(1)):
        statement.send(line, [row for _key, _statement, row in those])


def _write(insert: Any, *, add: bool) -> Executable:
    fresh = insert(_TABLE)
    new = fresh.excluded
    values = {
        name: _TABLE.c[name] + new[name] if add else new[name]
        for name in ("asked", "given", "lines")
    }
    keys = ["org_id", "place_id", "item_id", "day"]
    statement: Executable = fresh.on_conflict_do_update(index_elements=keys, set_=values)
    return statement


_ADD: Final = Ready(_write(sqlite_insert, add=True), _write(pg_insert, add=True))
_REPLACE: Final = Ready(_write(sqlite_insert, add=False), _write(pg_insert, add=False))


def take_back_demand(
    session: Session, org_id: int, place_id: int, lines: Sequence[DemandLine]
) -> None:
    """What came back unused was not wanted: it no longer counts as demand of its days.

    Never below zero: figures that an import put in place of the recorded ones may know less.

    Args:
        session: The unit of work.
        org_id: The organisation.
        place_id: Where it had been asked for.
        lines: What had been asked for and came back, each of another item or day.
    """
    rows = [
        {"b_org": org_id, "b_place": place_id, "b_item": line.item_id, "b_day": line.day,
         "b_asked": line.asked, "b_given": line.given, "b_lines": line.lines}
        for line in lines
    ]  # fmt: skip
    _write_at_end(session, _TAKE_BACK, place_id, lines, rows)


def _less(name: str) -> ColumnElement[int]:
    now, part = _TABLE.c[name], bindparam(f"b_{name}", type_=BigInt)
    return case((now > part, now - part), else_=0)


_TAKE_BACK: Final = Ready(
    update(_TABLE)
    .where(
        _TABLE.c.org_id == bindparam("b_org"),
        _TABLE.c.place_id == bindparam("b_place"),
        _TABLE.c.item_id == bindparam("b_item"),
        _TABLE.c.day == bindparam("b_day"),
    )
    .values(asked=_less("asked"), given=_less("given"), lines=_less("lines"))
)


def _row(org_id: int, place_id: int, line: DemandLine) -> dict[str, Any]:
    return {
        "org_id": org_id,
        "place_id": place_id,
        "item_id": line.item_id,
        "day": line.day,
        "asked": line.asked,
        "given": line.given,
        "lines": line.lines,
    }


def record(db: Database, actor: Actor, command: RecordDemand) -> int:
    """Record requests, met or not; returns how many lines were added.

    Raises:
        DomainError: A quantity is not positive, more was given than asked, a day lies ahead.
    """
    with db.write() as session:
        require(actor, Duty.STORE, command.org_id)
        earlier = claim(session, actor, command.org_id, command.op_id, "demand.record", command)
        if earlier is not None:
            return int(earlier["lines"])
        for line in command.lines:
            _check(line, today(session))
        write_demand(session, command.org_id, command.place_id, command.lines, add=True)
        finish(session, command.org_id, command.op_id, {"lines": len(command.lines)})
        return len(command.lines)


def _check(line: DemandLine, now: date) -> None:
    checked(line.asked)
    if not 0 <= line.given <= line.asked:
        raise DomainError("demand.given", _("已发数量不能多于请领数量。请核对后再记。"))
    if line.day > now:
        raise DomainError("demand.future", _("日期 {day} 在将来。请核对日期。", day=line.day))
