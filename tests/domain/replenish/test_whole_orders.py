"""Cases of the group, minimum amounts, people's numbers, seasons and cautions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, strategies as st

from app.domain.errors import DomainError
from app.domain.replenish.by_hand import ByHand, Kind, expected
from app.domain.replenish.cautions import Caution, Line, cautions
from app.domain.replenish.rates import Basis, daily_rate
from app.domain.replenish.rounding import MOST_DAYS, Next, Share, fill, round_once
from app.domain.replenish.season import in_season, month_factors
from app.domain.replenish.series import Floats, Series
from app.domain.replenish.suggestion import Verdict

TODAY = date(2026, 10, 14)


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 300), st.floats(0.01, 30)),
        min_size=1,
        max_size=8,
    ),
    st.integers(1, 12),
    st.integers(1, 30),
    st.integers(0, 500),
)
def test_cases_are_filled_once_and_the_rest_goes_where_it_lasts_shortest(
    members: list[tuple[int, int, float]], pack: int, packs: int, least: int
) -> None:
    shares = [Share(n, wanted * pack, there, use) for n, (wanted, there, use) in enumerate(members)]
    case = packs * pack

    extra = round_once(shares, pack, case, least)

    wanted = sum(share.qty for share in shares)
    total = wanted + sum(extra.values())
    if wanted:
        assert total % case == 0
        assert total >= least
        assert total - max(wanted, least) < case
    assert all(more > 0 and more % pack == 0 for more in extra.values())
    for key, more in extra.items():
        # The last pack went to whoever would have been without first.
        before = shares[key].days(more - pack)
        others = [s.days(extra.get(s.key, 0)) for s in shares if s.qty and s.key != key]
        assert all(before <= days + 1e-9 for days in others)


def test_a_persons_figure_and_shelf_life_stay_when_a_case_is_filled() -> None:
    fixed = Share(1, 10, 0, 9.0, fixed=True)
    tight = Share(2, 10, 0, 5.0, room=2)
    other = Share(3, 10, 500, 1.0)
    assert round_once([fixed, tight, other], 1, 40, 0) == {2: 2, 3: 8}
    assert round_once([fixed, tight], 1, 40, 0) == {}


def test_a_minimum_is_reached_with_the_next_nearest_or_not_at_all() -> None:
    far = Next(1, 30.0, 10, Decimal(500), 60.0)
    near = Next(2, 2.0, 10, Decimal(300), 40.0)
    stale = Next(3, 1.0, 10, Decimal(900), MOST_DAYS + 1.0)
    assert fill(Decimal(800), Decimal(1000), [far, near, stale]) == {2: 10}
    assert fill(Decimal(300), Decimal(1000), [far, near, stale]) == {2: 10, 1: 10}
    assert fill(Decimal(100), Decimal(1000), [far, near, stale]) == {}
    assert fill(Decimal(0), Decimal(1000), [far, near]) == {}
    assert fill(Decimal(1000), Decimal(1000), [far, near]) == {}


def daily(asked: Floats) -> Series:
    return Series(TODAY, asked, (asked > 0).astype(np.int64), np.ones(len(asked), np.bool_))


def test_an_expected_use_keeps_the_unsteadiness_and_needs_no_history() -> None:
    dice = np.random.default_rng(3)
    known = daily((dice.poisson(2.0, 300) * 4.0).astype(np.float64))
    assert daily_rate(expected(known, 20.0, 4)).per_day == pytest.approx(20.0)
    fresh = expected(daily(np.zeros(1)), 3.0, 10)
    assert daily_rate(fresh).per_day == pytest.approx(3.0, rel=0.1)
    assert set(fresh.asked) == {0.0, 10.0}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (ByHand(Kind.LEVELS, "流感季", 30, 30), "by_hand.levels"),
        (ByHand(Kind.LEVELS, "", 10, 30), "by_hand.reason"),
        (ByHand(Kind.MONTHLY, "流感季"), "by_hand.monthly"),
        (ByHand(Kind.FLOOR, "流感季"), "by_hand.floor"),
        (ByHand(Kind.FLOOR, "流感季", 6901234567892), "by_hand.limit"),
        (ByHand(Kind.FLOOR, "流感季", 5, until=date(2026, 10, 13)), "by_hand.until"),
    ],
)
def test_numbers_that_make_no_sense_are_told(number: ByHand, code: str) -> None:
    with pytest.raises(DomainError) as told:
        number.checked(TODAY, 10)
    assert told.value.code == code


def years(count: int, swing: float, seed: int = 1) -> Floats:
    """Requests of several years whose winter is `swing` above the mean."""
    dice = np.random.default_rng(seed)
    days = [TODAY - timedelta(days=n) for n in range(count * 365, 0, -1)]
    mean = [4.0 * (1 + swing * np.cos((day.timetuple().tm_yday - 15) / 58.1)) for day in days]
    return dice.poisson(mean).astype(float)[None, :]


@pytest.mark.parametrize("count", [2, 3])
def test_a_season_of_every_year_is_found_and_followed(count: int) -> None:
    asked = years(count, 0.6)
    found = month_factors(asked, TODAY)[0]
    assert found[0] > 1.3
    assert found[6] < 0.75
    ahead, factor = in_season(asked, TODAY + timedelta(days=0), 90)
    assert factor[0] > 1.1
    assert ahead[0, -180:].mean() > asked[0, -180:].mean()


def test_chance_growth_and_a_single_winter_are_no_season() -> None:
    dice = np.random.default_rng(5)
    rare = (dice.random((300, 1095)) < 0.2) * dice.gamma(0.8, 12.0, (300, 1095))
    assert (month_factors(rare, TODAY) != 1.0).any(axis=1).sum() <= 2
    grown = dice.poisson(np.linspace(1, 9, 1095)).astype(float)[None, :]
    assert (month_factors(grown, TODAY) == 1.0).all()
    once = years(3, 0.0)
    once[0, 60:120] *= 4
    assert (month_factors(once, TODAY) == 1.0).all()
    assert (month_factors(years(1, 0.6), TODAY) == 1.0).all()


SAFE = Line(
    suggested=60, chosen=60, picked=True, edited=False, reason="", verdict=Verdict.ORDER,
    priced=True, amount=Decimal(300), there=20, expiring=0, per_day=3.0, lead_days=3, growth=0.1,
    basis=Basis.RECENT, controlled=False, look_above=10_000,
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"priced": False}, Caution.PRICE),
        ({"chosen": 200, "edited": True}, Caution.REASON),
        ({"chosen": 0, "picked": False, "edited": True, "there": 2}, Caution.SHORT),
        ({"controlled": True}, Caution.CONTROLLED),
        ({"growth": 0.8}, Caution.JUMP),
        ({"amount": Decimal(10_001)}, Caution.DEAR),
        ({"per_day": 0.5}, Caution.LONG),
        ({"expiring": 20}, Caution.EXPIRY),
        ({"short_of": Decimal(50)}, Caution.MINIMUM),
        ({"basis": Basis.NEW}, Caution.NEW),
    ],
)
def test_what_is_unusual_is_looked_at_and_answered_by_a_reason(
    change: dict[str, object], kind: Caution
) -> None:
    assert cautions(SAFE) == ()
    line = replace(SAFE, **change)  # type: ignore[arg-type]  # names of fields
    assert kind in [found for found, _words in cautions(line)]
    left = [found for found, _words in cautions(replace(line, reason="已核对"))]
    assert left == ([Caution.PRICE] if kind is Caution.PRICE else [])
