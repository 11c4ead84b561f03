"""A year again: the members' own demand under two policies, on both databases."""

from __future__ import annotations

import pytest

from app.domain.errors import DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.replenish.scenario import Kind, Scenario
from app.services.replenishment.adopt import Adopt, adopt
from app.services.replenishment.simulation import Simulate, simulate, usual
from tests.factories import EAST, TODAY, Site
from tests.replenish_world import AMLODIPINE, a_year, asked, shown


def test_near_zero_holds_less_than_the_target_days_in_force(site: Site) -> None:
    a_year(site)
    way = site.as_("east_store")
    a, b = usual(*way, EAST)
    found = simulate(*way, Simulate((EAST,), a, b))
    assert (found.series, found.members) == (3, 1)
    assert (found.last - found.first).days > 300
    assert found.last < TODAY
    assert found.b.stock_value < found.a.stock_value
    assert found.a.lines == found.b.lines > 0
    assert sum(found.a.monthly) == found.a.short_days
    assert len(found.a.weekly) == len(found.weeks)
    assert "库存" in str(found.advice.headline)


def test_too_little_on_the_shelf_is_told_item_by_item(site: Site) -> None:
    a_year(site)
    plans = (Scenario(Kind.STORE), Scenario(Kind.MONTHS, tenths=1))
    found = simulate(*site.as_("east_store"), Simulate((EAST,), *plans))
    assert found.b.line_fill < found.a.line_fill
    assert found.exceptions
    assert found.exceptions[0].short_b > found.exceptions[0].short_a
    assert found.exceptions[0].name


def test_a_simulation_changes_nothing_and_says_how_far_it_is(site: Site) -> None:
    a_year(site)
    told: list[tuple[int, int]] = []
    command = Simulate((EAST,), Scenario(), Scenario(lateral=True))
    one = simulate(*site.as_("east_store"), command, lambda n, of: told.append((n, of)))
    assert told[-1][0] == told[-1][1]
    assert simulate(*site.as_("east_store"), command) == one
    assert shown(site).computed_at is None


def test_taking_b_makes_its_targets_those_of_the_member(site: Site) -> None:
    a_year(site)
    way = site.as_("east_store")
    command = Adopt(new_op(), (EAST,), Scenario(service=97, target_days=0))
    assert adopt(*way, command) == 1
    assert adopt(*way, command) == 1  # the same intention again
    board = shown(site)
    assert (board.settings.service, board.settings.target_days) == (97, 0)
    with pytest.raises(DomainError, match="一起权衡"):
        adopt(*way, Adopt(new_op(), (EAST,), Scenario(Kind.GROUP)))


def test_who_may_not_see_a_member_may_not_replay_it(site: Site) -> None:
    a_year(site)
    with pytest.raises(NotAllowedError):
        simulate(*site.as_("ruihe"), Simulate((EAST,), Scenario(), Scenario()))


def test_a_short_history_says_what_to_do(site: Site) -> None:
    asked(site, AMLODIPINE, 2, days=30)
    with pytest.raises(DomainError, match="用量记录不到"):
        simulate(*site.as_("east_store"), Simulate((EAST,), Scenario(), Scenario()))
    with pytest.raises(DomainError, match="服务水平"):
        simulate(*site.as_("east_store"), Simulate((EAST,), Scenario(service=20), Scenario()))
