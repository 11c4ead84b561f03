"""What was taken back was not wanted: orders follow what was used, not what was typed wrong."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.models.demand import Demand
from app.services.consumption import Consume, ConsumeLine, Reverse, consume, reverse
from app.services.replenishment.history import asked_by_item
from app.services.replenishment.scope import scope_of
from tests.conftest import FixedClock
from tests.factories import EAST, TODAY, Site
from tests.services.test_consumption import AMOXICILLIN, BOX, receive, use


def figures(site: Site) -> dict[date, tuple[int, int, int]]:
    with site.owner.read() as s:
        rows = s.execute(select(Demand.day, Demand.asked, Demand.given, Demand.lines))
        return {row.day: (row.asked, row.given, row.lines) for row in rows}


def test_a_use_typed_wrong_is_no_demand(site: Site, clock: FixedClock) -> None:
    receive(site, EAST, {"A": (40, date(2027, 9, 30))})
    store = site.as_("east_store")
    consume(*store, use(site, ConsumeLine(AMOXICILLIN, 2 * BOX)))
    wrong = consume(*store, use(site, ConsumeLine(AMOXICILLIN, 30 * BOX)))
    assert figures(site) == {TODAY: (32 * BOX, 32 * BOX, 2)}
    clock.advance(days=1)
    back = Reverse(new_op(), EAST, wrong.document_id, "多打了一个零", qty=27 * BOX)
    assert reverse(*site.as_("east_store"), back) == reverse(*site.as_("east_store"), back)
    assert figures(site) == {TODAY: (5 * BOX, 5 * BOX, 2)}
    reverse(*store, Reverse(new_op(), EAST, wrong.document_id, "其余也退回"))
    assert figures(site)[TODAY][:2] == (2 * BOX, 2 * BOX)


def test_an_item_whose_use_was_all_taken_back_was_never_asked_for(
    site: Site, clock: FixedClock
) -> None:
    receive(site, EAST, {"A": (5, date(2027, 9, 30))})
    store = site.as_("east_store")
    done = consume(*store, use(site, ConsumeLine(AMOXICILLIN, BOX)))
    reverse(*store, Reverse(new_op(), EAST, done.document_id, "扫错了"))
    clock.advance(days=1)
    with site.owner.read() as s:
        scope = scope_of(s, EAST, 0, TODAY + timedelta(days=1))
        assert asked_by_item(s, scope) == {}


def test_a_back_dated_use_is_taken_back_from_its_own_day(site: Site) -> None:
    yesterday = TODAY - timedelta(days=1)
    receive(site, EAST, {"A": (5, date(2027, 9, 30))}, yesterday)
    store = site.as_("east_store")
    lines = (ConsumeLine(AMOXICILLIN, BOX),)
    place = site.world.stores[EAST]
    done = consume(*store, Consume(new_op(), EAST, place, lines, occurred_on=yesterday))
    consume(*store, use(site, ConsumeLine(AMOXICILLIN, BOX)))
    reverse(*store, Reverse(new_op(), EAST, done.document_id, "日期不对"))
    assert figures(site) == {yesterday: (0, 0, 0), TODAY: (BOX, BOX, 1)}


def test_nothing_is_used_tomorrow(site: Site) -> None:
    receive(site, EAST, {"A": (5, date(2027, 9, 30))})
    lines, place = (ConsumeLine(AMOXICILLIN, BOX),), site.world.stores[EAST]
    ahead = Consume(new_op(), EAST, place, lines, occurred_on=TODAY + timedelta(days=1))
    with pytest.raises(DomainError, match="在将来"):
        consume(*site.as_("east_store"), ahead)
    assert figures(site) == {}
