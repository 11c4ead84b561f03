"""Taking back imported demand: each day of an item gets the figures back that it had before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import (
    ColumnElement,
    Delete,
    Table,
    Update,
    bindparam,
    delete,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from app.i18n import _
from app.models.base import BigInt
from app.models.demand import Demand
from app.models.item import Item
from app.services.demand import DemandLine
from app.services.many import ForEach
from app.services.queries.portions import key_portions

_CHUNK: Final = 500
_DEMAND: Final = cast("Table", Demand.__table__)


def _of_day(item: Any, day: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        _DEMAND.c.org_id == bindparam("b_org"),
        _DEMAND.c.place_id == bindparam("b_place"),
        _DEMAND.c.item_id == item,
        _DEMAND.c.day == day,
    )


def _remove(item: Any, day: Any) -> Delete:
    return delete(_DEMAND).where(*_of_day(item, day))


def _restore(item: Any, day: Any, asked: Any, given: Any, lines: Any) -> Update:
    return update(_DEMAND).where(*_of_day(item, day)).values(asked=asked, given=given, lines=lines)


_REMOVE: Final = ForEach(_remove, item=BigInt, day=_DEMAND.c.day.type)
_RESTORE: Final = ForEach(
    _restore, item=BigInt, day=_DEMAND.c.day.type, asked=BigInt, given=BigInt, lines=BigInt
)
Figures = tuple[int, int, int]
"""Asked, given and number of requests of a day."""


def figures(session: Session, org_id: int, place_id: int) -> dict[tuple[int, date], Figures]:
    """What is recorded at a place, by item and day."""
    rows = session.execute(
        select(Demand.item_id, Demand.day, Demand.asked, Demand.given, Demand.lines).where(
            Demand.org_id == org_id, Demand.place_id == place_id
        )
    )
    return {(item, day): (int(asked), int(given), int(n)) for item, day, asked, given, n in rows}


def _held(
    session: Session, mine: Mapping[str, int], days: Sequence[list[Any]]
) -> dict[tuple[int, date], Figures]:
    """What stands from the first to the last of these now; who records there waits for the end."""
    if not days:
        return {}
    first, last = (
        tuple_(literal(int(item), BigInt), literal(date.fromisoformat(text), _DEMAND.c.day.type))
        for item, text, *_figures in (days[0], days[-1])
    )
    key = tuple_(Demand.item_id, Demand.day)
    rows = session.execute(
        select(Demand.item_id, Demand.day, Demand.asked, Demand.given, Demand.lines)
        .where(
            Demand.org_id == mine["b_org"],
            Demand.place_id == mine["b_place"],
            key >= first,
            key <= last,
        )
        .order_by(Demand.item_id, Demand.day)
        .with_for_update()
    )
    return {(item, day): (int(asked), int(given), int(n)) for item, day, asked, given, n in rows}


def trace(
    place_id: int,
    lines: Sequence[DemandLine],
    before: Mapping[tuple[int, date], Figures],
) -> dict[str, Any]:
    """What an import keeps to be undone: each day with its figures before and after."""
    days = []
    for line in lines:
        was = before.get((line.item_id, line.day))
        after = [line.asked, line.given, line.lines]
        if was is None or list(was) != after:
            days.append([line.item_id, line.day.isoformat(), list(was) if was else None, after])
    return {"place": place_id, "days": days}


class DemandBack:
    """Gives days their former figures back, unless something was recorded for them since."""

    def __init__(self, session: Session, org_id: int, kept: Mapping[str, Any]) -> None:
        self._session = session
        self._mine = {"b_org": org_id, "b_place": int(kept["place"])}
        self._place = int(kept["place"])
        # Rows that others add to are taken by their keys, or both would wait in a ring.
        self._days: list[list[Any]] = sorted(kept["days"], key=lambda one: (int(one[0]), one[1]))

    def __len__(self) -> int:
        """How many days of items there are."""
        return len(self._days)

    def back(self, start: int) -> tuple[int, int, list[list[Any]]]:
        """Take back a part; how many rows are gone, how many restored, and which stay."""
        removed: list[tuple[Any, ...]] = []
        restored: list[tuple[Any, ...]] = []
        stays = []
        part = self._days[start : start + _CHUNK]
        now = _held(self._session, self._mine, part)
        for entry in part:
            item, text, was, after = entry
            day = date.fromisoformat(text)
            found = now.get((int(item), day))
            if found is None or list(found) != after:
                stays.append(entry)
                continue
            if was is None:
                removed.append((int(item), day))
            else:
                restored.append((int(item), day, *was))
        _REMOVE.do(self._session, removed, **self._mine)
        _RESTORE.do(self._session, restored, **self._mine)
        return len(removed), len(restored), stays

    def left(self, stays: Sequence[list[Any]]) -> dict[str, Any]:
        """What is kept to be undone later."""
        return {"place": self._place, "days": list(stays)} if stays else {}

    def reasons(self, stays: Sequence[list[Any]]) -> list[tuple[str, str]]:
        """What each day that stays is called, and why it stays."""
        items = {int(entry[0]) for entry in stays}
        names: dict[int, str] = {}
        for part in key_portions(items):
            rows = self._session.execute(
                select(Item.id, Item.code, Item.name).where(Item.id.in_(part))
            )
            names |= {row.id: f"{row.code} {row.name}" for row in rows}
        return [
            (f"{names.get(int(entry[0]), entry[0])} {entry[1]}", _("后来又记过这一天的用量"))
            for entry in stays
        ]
