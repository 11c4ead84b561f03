"""Rows that many units of work change are taken by their keys, whatever order a paper has.

On a server only: somebody holds the last row, a deed comes to wait for it, and has to have the
first one by then. Two deeds of the same rows then wait for each other, never in a ring.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Final

import pytest
from sqlalchemy import Select, select, text

from app.domain.errors import DomainError, EnvironmentProblem
from app.domain.ids import new_op
from app.models.demand import Demand
from app.models.formulary import NamedListItem
from app.models.stock import ChainHead
from app.services import audit
from app.services.consumption.commands import Consume, ConsumeLine
from app.services.consumption.consume import consume
from app.services.demand import (
    DemandLine,
    RecordDemand,
    add_demand,
    record,
    take_back_demand,
    write_demand,
)
from app.services.formulary.named import CreateNamed, PutNamed, create_named, put_named
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.factories import EAST, TODAY, Site
from tests.transfer_world import stock

KEEPER: Final = "east_store"
PATIENCE: Final = 20
"""Seconds until a deed that waits for nobody has failed the test."""
FIRST, LAST = 101, 104
"""Items, in the order of their keys."""
YESTERDAY: Final = TODAY - timedelta(days=1)
_TRAIL: Final = select(ChainHead.seq).where(ChainHead.org_id == EAST, ChainHead.chain == "audit")


@pytest.fixture
def server(databases: Databases, clock: FixedClock) -> Iterator[Site]:
    """The small group on PostgreSQL: a file has one writer at a time anyway."""
    with databases.site("postgresql", clock) as made:
        yield made


def others_hold(site: Site, row: Select[Any]) -> bool:
    """Whether somebody holds the row, which is there."""
    with site.owner.engine.connect() as line:
        assert line.execute(row).first() is not None
        return line.execute(row.with_for_update(skip_locked=True)).first() is None


def somebody_waits(site: Site) -> bool:
    waits = text(
        "SELECT EXISTS (SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE NOT granted AND datname = current_database())"
    )
    with site.owner.engine.connect() as line:
        return bool(line.scalar(waits))


def waiting_for(
    site: Site, row: Select[Any], deed: Callable[[], object], *asked: Select[Any]
) -> list[bool]:
    """Which of the rows asked about the deed holds while it waits for `row`; then it is done."""
    refused: list[Exception] = []

    def do() -> None:
        try:
            deed()
        except (DomainError, EnvironmentProblem) as error:
            refused.append(error)

    other = threading.Thread(target=do)
    with site.owner.engine.connect() as holder:
        assert holder.execute(row.with_for_update()).first() is not None
        other.start()
        until = time.monotonic() + PATIENCE
        while not somebody_waits(site):
            assert other.is_alive(), f"nobody had to wait: {refused}"
            assert time.monotonic() < until
        held = [others_hold(site, one) for one in asked]
    other.join()
    assert not refused
    return held


def demand_of(item: int, day: date = TODAY) -> Select[Any]:
    return select(Demand.item_id).where(
        Demand.org_id == EAST, Demand.item_id == item, Demand.day == day
    )


@pytest.fixture
def asked(server: Site) -> Site:
    """Each of both items was asked for yesterday and today."""
    with server.owner.write() as session:
        for item in (FIRST, LAST):
            for day in (YESTERDAY, TODAY):
                add_demand(session, EAST, server.world.stores[EAST], item, day, 5, 5)
    return server


def test_requests_are_recorded_by_item_and_day(asked: Site) -> None:
    lines = (
        DemandLine(LAST, TODAY, 2),
        DemandLine(FIRST, TODAY, 1),
        DemandLine(FIRST, YESTERDAY, 1),
    )
    command = RecordDemand(new_op(), EAST, asked.world.stores[EAST], lines)

    def deed() -> None:
        record(*asked.as_(KEEPER), command)

    rows = (demand_of(FIRST, YESTERDAY), demand_of(FIRST))
    assert waiting_for(asked, demand_of(LAST), deed, *rows) == [True, True]


def test_what_a_unit_of_work_adds_and_takes_back_goes_by_item_and_day(asked: Site) -> None:
    place = asked.world.stores[EAST]
    db, keeper = asked.as_(KEEPER)

    def deed() -> None:
        with db.write() as session:
            audit.record(session, keeper, EAST, "demand.import", ("import", 2))
            add_demand(session, EAST, place, LAST, TODAY, 2, 2)
            write_demand(session, EAST, place, [DemandLine(FIRST, TODAY, 7, 6)], add=True)
            take_back_demand(session, EAST, place, [DemandLine(FIRST, YESTERDAY, 5, 5)])

    with db.write() as session:
        audit.record(session, keeper, EAST, "demand.import", ("import", 1))
    rows = (demand_of(FIRST, YESTERDAY), demand_of(FIRST), _TRAIL)
    # the whole house would wait for the trail's head
    assert waiting_for(asked, demand_of(LAST), deed, *rows) == [True, True, False]
    with asked.owner.read() as session:
        columns = (Demand.item_id, Demand.day, Demand.asked, Demand.given, Demand.lines)
        found = sorted(map(tuple, session.execute(select(*columns))))
    assert found == [
        (FIRST, YESTERDAY, 0, 0, 0), (FIRST, TODAY, 12, 11, 2), (LAST, YESTERDAY, 5, 5, 1),
        (LAST, TODAY, 7, 7, 2),
    ]  # fmt: skip


def test_a_use_has_its_demand_before_the_trail(asked: Site) -> None:
    """Whoever reads demand in, or takes it back, comes to the trail's head last, too."""
    stock(asked, EAST, LAST, 3)
    with asked.db(KEEPER).write() as session:
        audit.record(session, asked.actor(KEEPER), EAST, "demand.import", ("import", 1))
    line = (ConsumeLine(LAST, 1),)
    use = Consume(new_op(), EAST, asked.world.stores[EAST], line)

    def deed() -> None:
        consume(*asked.as_(KEEPER), use)

    assert waiting_for(asked, demand_of(LAST), deed, _TRAIL) == [False]


def test_a_named_list_is_changed_by_item(server: Site) -> None:
    buyer = server.as_("lead_buyer")
    made = create_named(*buyer, CreateNamed(new_op(), 0, "MB01", "慢性病常见病清单"))
    goods = ((LAST, 0), (FIRST, 0))
    put_named(*buyer, PutNamed(new_op(), 0, made.list_id, goods))
    again = PutNamed(new_op(), 0, made.list_id, goods)

    def row(item: int) -> Select[Any]:
        return select(NamedListItem.item_id).where(NamedListItem.item_id == item)

    def deed() -> None:
        put_named(*buyer, again)

    assert waiting_for(server, row(LAST), deed, row(FIRST)) == [True]
