"""A bulk is taken back as a whole: the same rows as one by one, in as few statements."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from app.domain.errors import ConflictError
from app.domain.ids import new_op
from app.models.item import Item, ItemCode, ItemUnit
from app.models.mapping import LocalItem, Mapping, MappingEvent, MatchCandidate, PairMemory
from app.services.mapping import undo as undoing
from app.services.mapping.decide import (
    AcceptSafe,
    ConfirmMapping,
    SetAside,
    accept_safe,
    confirm,
    set_aside,
)
from app.services.mapping.undo import UndoMapping, undo
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.deliveries import AMOXICILLIN
from tests.factories import EAST, Site
from tests.races import Deed, at_once, in_between
from tests.sent import Sent
from tests.services.mapping.lists import ROWS, lines, load

ME = "east_store"


def accepted(site: Site, folder: Path, count: int) -> int:
    """So many rows that mean an item each, taken as safe at once; the number of that bulk."""
    codes = [f"M{count}{n:03d}" for n in range(count)]
    load(site, folder, [ROWS[0].replace("D001", code) for code in codes])
    with site.owner.write() as session:
        like = session.execute(select(*Item.__table__.columns).where(Item.id == AMOXICILLIN)).one()
        rows = session.scalars(select(LocalItem.id).where(LocalItem.code.in_(codes))).all()
        items = {row: 1_000 * count + n for n, row in enumerate(rows)}
        session.execute(
            insert(Item),
            [{**like._asdict(), "id": item, "code": f"YP-{item}"} for item in items.values()],
        )
        units = session.execute(
            select(*ItemUnit.__table__.columns).where(ItemUnit.item_id == AMOXICILLIN)
        ).all()
        session.execute(
            insert(ItemUnit),
            [{**unit._asdict(), "item_id": item} for unit in units for item in items.values()],
        )
        session.execute(
            insert(MatchCandidate),
            [{"org_id": EAST, "local_id": row, "item_id": item, "rank": 1, "score": 100,
              "safe": True, "learned": False, "rejected": False}
             for row, item in items.items()],
        )  # fmt: skip
        fresh = {"status": "candidate", "issue": "", "safe": True}
        session.execute(update(LocalItem).where(LocalItem.id.in_(rows)).values(**fresh))
    done = accept_safe(*site.as_(ME), AcceptSafe(new_op(), EAST))
    assert done.accepted >= count
    return done.batch_id


def standing(site: Site) -> list[list[tuple[Any, ...]]]:
    """What the member's rows mean, what finds them and what was learned."""
    with site.owner.read() as session:
        wanted = (
            select(LocalItem.code, LocalItem.status, LocalItem.issue, LocalItem.safe),
            select(LocalItem.code, Mapping.item_id, Mapping.ended_at, Mapping.valid_to).join(
                LocalItem, LocalItem.id == Mapping.local_id
            ),
            select(ItemCode.code, ItemCode.item_id, ItemCode.valid_to).where(
                ItemCode.org_id == EAST
            ),
            select(PairMemory.words, PairMemory.target, PairMemory.times),
        )
        kept = [list(map(tuple, session.execute(one))) for one in wanted]
        events = session.execute(
            select(LocalItem.code, MappingEvent).join(
                LocalItem, LocalItem.id == MappingEvent.local_id
            )
        )
        kept.append([(code, one.action, one.undone_at, one.before["status"], one.after["status"])
                     for code, one in events])  # fmt: skip
        return [sorted(one, key=repr) for one in kept]


def as_a_whole(site: Site, bulk: int) -> None:
    undo(*site.as_(ME), UndoMapping(new_op(), EAST, batch_id=bulk))


def one_by_one(site: Site, _bulk: int) -> None:
    for line in lines(site).values():
        undo(*site.as_(ME), UndoMapping(new_op(), EAST, line.id))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_bulk_leaves_what_its_rows_would_leave_one_by_one(
    databases: Databases, clock: FixedClock, tmp_path: Path, kind: str
) -> None:
    ways: tuple[Callable[[Site, int], None], ...] = (as_a_whole, one_by_one)
    left = []
    for way in ways:
        with databases.site(kind, clock) as site:
            bulk = accepted(site, tmp_path, 3)
            set_aside(*site.as_(ME), SetAside(new_op(), EAST, lines(site)["M3001"].id))
            undo(*site.as_(ME), UndoMapping(new_op(), EAST, lines(site)["M3001"].id))
            way(site, bulk)
            left.append(standing(site))
    assert left[0] == left[1]
    rows, links, found_by, known, events = left[0]
    assert {tuple(stands) for _code, *stands in rows} == {("candidate", "", True)}
    assert {(ended, day) for *_what, ended, day in links} == {(clock.now, clock.now.date())}
    assert {day for *_what, day in found_by} == {clock.now.date()}
    assert {times for *_what, times in known} == {0}
    assert {undone for _code, _action, undone, *_states in events} == {clock.now}
    ways_back = {tuple(states) for _code, action, _at, *states in events if action == "undo"}
    assert ways_back == {("none", "confirmed"), ("confirmed", "candidate")}


def test_a_row_decided_in_spite_of_a_doubt_has_its_doubt_back(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path, ROWS[:1])
    doubtful = {"status": "conflict", "issue": "units", "safe": False}
    with site.owner.write() as session:
        session.execute(update(LocalItem).values(**doubtful))
    (before,) = lines(site).values()
    wanted = ConfirmMapping(new_op(), EAST, before.id, AMOXICILLIN, 24, "已核对实物，是整盒")
    confirm(*site.as_(ME), wanted)
    assert lines(site)["D001"].issue is None
    undo(*site.as_(ME), UndoMapping(new_op(), EAST, before.id))
    assert lines(site)["D001"] == before


def test_a_bulk_of_many_is_taken_back_in_as_few_statements(site: Site, tmp_path: Path) -> None:
    sent = Sent(site, ME)
    for count in (3, 40):
        bulk = accepted(site, tmp_path, count)
        sent.step(str(count), undo, UndoMapping(new_op(), EAST, batch_id=bulk))
        with site.owner.read() as session:
            open_links = select(func.count()).select_from(Mapping).where(Mapping.ended_at.is_(None))
            assert session.scalar(open_links) == 0
    assert sent.by_step["40"] <= sent.by_step["3"] + 1, sent.by_step


def test_of_two_who_take_a_bulk_back_one_is_told(
    databases: Databases, clock: FixedClock, tmp_path: Path
) -> None:
    with databases.site("postgresql", clock) as site:
        bulk = accepted(site, tmp_path, 5)
        deeds = [(login, undo, UndoMapping(new_op(), EAST, batch_id=bulk))
                 for login in (ME, "east_second")]  # fmt: skip
        came = at_once(site, *deeds)
        assert came.count("mapping.no_undo") == 1, came
        assert {status for _code, status, *_more in standing(site)[0]} == {"candidate"}


def whole_and_aside(site: Site, tmp_path: Path) -> tuple[Deed, Deed]:
    """One takes a bulk back, another decides a row of it."""
    bulk = accepted(site, tmp_path, 5)
    aside = SetAside(new_op(), EAST, lines(site)["M5003"].id)
    whole = UndoMapping(new_op(), EAST, batch_id=bulk)
    return (ME, undo, whole), ("east_second", set_aside, aside)


def test_a_bulk_is_not_taken_back_over_what_somebody_decides_meanwhile(
    databases: Databases, clock: FixedClock, tmp_path: Path
) -> None:
    with databases.site("postgresql", clock) as site:
        came = at_once(site, *whole_and_aside(site, tmp_path))
        assert came.count("mapping.changed") == 1, came
        stands = {code: status for code, status, *_more in standing(site)[0]}
        theirs = stands.pop("M5003")
        assert (theirs, *set(stands.values())) in {
            ("none", "confirmed"),
            ("candidate", "candidate"),
        }


def test_a_row_decided_while_its_bulk_is_taken_back_stays_as_decided(
    databases: Databases, clock: FixedClock, tmp_path: Path
) -> None:
    """Between the choice of what is taken back and the taking back."""
    with databases.site("postgresql", clock) as site:
        deeds = whole_and_aside(site, tmp_path)
        taken_back, decided = in_between(site, *deeds, after=(undoing, "_events"))
        assert not isinstance(decided, Exception)
        stands = {code: status for code, status, *_more in standing(site)[0]}
        assert stands.pop("M5003") == "none"
        refused = isinstance(taken_back, ConflictError)
        assert set(stands.values()) == {"confirmed" if refused else "candidate"}
