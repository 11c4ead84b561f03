"""Taking back imported demand: each day of an item gets the figures back that it had before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.i18n import _
from app.models.demand import Demand
from app.models.item import Item
from app.services.demand import DemandLine
from app.services.queries.portions import key_portions

_CHUNK: Final = 500
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
        self._where = (Demand.org_id == org_id, Demand.place_id == int(kept["place"]))
        self._place = int(kept["place"])
        self._days: list[list[Any]] = list(kept["days"])
        self._now = figures(session, org_id, self._place)

    def __len__(self) -> int:
        """How many days of items there are."""
        return len(self._days)

    def back(self, start: int) -> tuple[int, int, list[list[Any]]]:
        """Take back a part; how many rows are gone, how many restored, and which stay."""
        removed = restored = 0
        stays = []
        for entry in self._days[start : start + _CHUNK]:
            item, text, was, after = entry
            day = date.fromisoformat(text)
            found = self._now.get((int(item), day))
            if found is None or list(found) != after:
                stays.append(entry)
                continue
            row = (*self._where, Demand.item_id == int(item), Demand.day == day)
            if was is None:
                self._session.execute(delete(Demand).where(*row))
                removed += 1
            else:
                asked, given, lines = was
                self._session.execute(
                    update(Demand).where(*row).values(asked=asked, given=given, lines=lines)
                )
                restored += 1
        return removed, restored, stays

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
