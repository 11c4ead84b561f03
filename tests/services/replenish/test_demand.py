"""Demand counts what was asked for, met or not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.errors import DomainError, NotAllowedError
from app.domain.ids import new_op
from app.models.demand import Demand
from app.services.demand import DemandLine, RecordDemand, add_demand, record
from tests.factories import EAST, TODAY, Site
from tests.replenish_world import AMOXICILLIN


def rows(site: Site) -> list[tuple[int, int, int]]:
    with site.owner.read() as s:
        return [(r.asked, r.given, r.lines) for r in s.scalars(select(Demand))]


def test_requests_of_a_day_are_added_up(site: Site) -> None:
    db, _actor = site.as_("east_store")
    place = site.world.stores[EAST]
    with db.write() as s:
        add_demand(s, EAST, place, AMOXICILLIN, TODAY, 24, 24)
        add_demand(s, EAST, place, AMOXICILLIN, TODAY, 48, 0)

    assert rows(site) == [(72, 24, 2)]


def test_an_unmet_request_is_recorded_once(site: Site) -> None:
    db, actor = site.as_("east_store")
    command = RecordDemand(
        new_op(), EAST, site.world.stores[EAST], (DemandLine(AMOXICILLIN, TODAY, 48),)
    )

    assert record(db, actor, command) == record(db, actor, command) == 1
    assert rows(site) == [(48, 0, 1)]


def test_what_cannot_be_is_refused(site: Site) -> None:
    db, actor = site.as_("east_store")
    place = site.world.stores[EAST]
    for wrong, words in (
        (DemandLine(AMOXICILLIN, TODAY, 0), "大于 0"),
        (DemandLine(AMOXICILLIN, TODAY, 5, 6), "不能多于"),
        (DemandLine(AMOXICILLIN, TODAY + timedelta(days=1), 5), "将来"),
    ):
        with pytest.raises(DomainError, match=words):
            record(db, actor, RecordDemand(new_op(), EAST, place, (wrong,)))
    with pytest.raises(NotAllowedError):
        record(*site.as_("west_store"), RecordDemand(new_op(), EAST, place, ()))
    assert rows(site) == []
