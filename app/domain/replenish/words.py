"""A suggestion in two short lines, as a pharmacist would say it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain.replenish.explain import Phrase, Scale
from app.domain.replenish.position import Position
from app.domain.replenish.rates import Basis
from app.domain.replenish.suggestion import Facts, OrderRules, Suggested, Verdict
from app.i18n import N_

SHORT_DAYS: Final = 7
LOW_DAYS: Final = 15
_GROWTH: Final = 0.10
_BUFFER_DAYS: Final = 3
_SEASON: Final = 0.5
_CHANGE: Final = 0.1
"""A season is told from so much more or less on."""
_RARELY: Final = 2.0
"""Fewer requests than this in the days that an order lasts is a rare use."""
_COLD: Final = frozenset({"cold", "frozen"})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the words may mention beside the calculation."""

    next_check: date
    storage: str = "normal"
    weekly: bool = True
    last_year: float | None = None
    """How much more was asked in the next four weeks last year, 0.62 = 62 % more."""
    peers: int = 0
    """How many other members use an item that is new here."""


_CALM: Final = {
    Verdict.SHELF_LIFE: Phrase(N_("不建议：一整件到期前用不完")),
    Verdict.RARE: Phrase(N_("用量零星，不常备")),
    Verdict.COVERED: Phrase(N_("已订的够用")),
    Verdict.PLENTY: Phrase(N_("库存充足")),
}


def headline(facts: Facts, suggested: Suggested, left: float) -> Phrase:
    """The first line: how urgent, and what changed."""
    verdict = suggested.verdict
    if verdict is Verdict.EXPIRY:
        n = _amount(facts.position.expiring, suggested)
        return Phrase(N_("不建议：{n}近效期"), {"n": n})
    if verdict is Verdict.PLENTY and left < LOW_DAYS:
        return Phrase(N_("够用到下次补货"))
    return _CALM[verdict] if verdict in _CALM else _urgent(facts, left)


def _urgent(facts: Facts, left: float) -> Phrase:
    grown = facts.rate.growth or 0.0
    if facts.position.in_house <= 0:
        return Phrase(N_("没有库存"))
    if left < SHORT_DAYS:
        if grown >= _GROWTH:
            values: dict[str, str | int] = {"days": SHORT_DAYS, "n": round(grown * 100)}
            return Phrase(N_("不足 {days} 天，用量升 {n}%"), values)
        return Phrase(N_("不足 {days} 天"), {"days": SHORT_DAYS})
    if left < LOW_DAYS:
        return Phrase(N_("低于安全线 {days} 天"), {"days": LOW_DAYS})
    if grown >= _GROWTH:
        return Phrase(N_("按期补货，用量升 {n}%"), {"n": round(grown * 100)})
    return Phrase(N_("按期补货"))


def detail(facts: Facts, rules: OrderRules, suggested: Suggested, around: Surroundings) -> Phrase:
    """The second line: the one fact that explains most."""
    position = facts.position
    if suggested.verdict is Verdict.SHELF_LIFE:
        return Phrase(N_("保质期 {n} 天，可改小包装或借用"), {"n": rules.shelf_days or 0})
    if suggested.verdict is Verdict.RARE:
        return Phrase(N_("有人要时再订"))
    if suggested.verdict is Verdict.COVERED:
        coming = _amount(position.coming, suggested)
        return Phrase(N_("已申请、在途共 {n}"), {"n": coming})
    if suggested.verdict in {Verdict.PLENTY, Verdict.EXPIRY}:
        return _calm(position, around)
    return _order_detail(facts, rules, suggested, around)


def _calm(position: Position, around: Surroundings) -> Phrase:
    if position.first_waste is not None:
        return Phrase(N_("先用 {month} 这批"), {"month": f"{position.first_waste:%Y-%m}"})
    if position.old.stock:
        return Phrase(N_("先用完换下的旧品规"))
    return Phrase(N_("下次检查 {day}"), {"day": f"{around.next_check:%m-%d}"})


def _order_detail(
    facts: Facts, rules: OrderRules, suggested: Suggested, around: Surroundings
) -> Phrase:
    if facts.position.expiring:
        n = _amount(facts.position.expiring, suggested)
        return Phrase(N_("其中 {n} 到期前用不完"), {"n": n})
    told = _basis_detail(facts, around)
    if told is not None:
        return told
    if around.last_year is not None and around.last_year >= _SEASON:
        return Phrase(N_("去年这时用量升 {n}%"), {"n": round(around.last_year * 100)})
    return _size_detail(facts, rules, suggested) or _way_detail(facts, suggested, around)


def _basis_detail(facts: Facts, around: Surroundings) -> Phrase | None:
    """What the daily use rests on, where that is not simply the history."""
    if facts.by_hand is not None:
        return facts.by_hand.words
    if facts.rate.basis is Basis.PEERS:
        return Phrase(N_("新品，参考 {n} 家成员的用量"), {"n": around.peers})
    if facts.rate.basis is Basis.NEW:
        return Phrase(N_("新品，按已有请领估算"))
    if facts.season >= 1 + _CHANGE:
        return Phrase(N_("旺季，年年这时多用 {n}%"), {"n": round(facts.season * 100 - 100)})
    if facts.season <= 1 - _CHANGE:
        return Phrase(N_("淡季，年年这时少用 {n}%"), {"n": round(100 - facts.season * 100)})
    return None


def _size_detail(facts: Facts, rules: OrderRules, suggested: Suggested) -> Phrase | None:
    """What made the quantity larger than the mere need: whole cases, or an unsteady use."""
    rate = facts.rate.per_day
    pack = rules.pack[1]
    if rules.multiple > pack and suggested.rounding * 5 > suggested.qty:
        return Phrase(N_("按整件凑整 +{n}"), {"n": suggested.rounding // pack})
    buffer = facts.levels.safety / rate if rate > 0 else 0.0
    if facts.rate.lines_per_day * facts.levels.span < _RARELY:
        return Phrase(N_("用量零星，备一次的量"))
    if buffer >= max(_BUFFER_DAYS, facts.levels.span / 2):
        return Phrase(N_("用量波动大，多备 {n} 天"), {"n": math.floor(buffer)})
    return None


def _way_detail(facts: Facts, suggested: Suggested, around: Surroundings) -> Phrase:
    coming = _amount(facts.position.in_transit, suggested, short=True)
    values: dict[str, str | int] = {"lead": facts.lead.days, "n": coming}
    if around.storage in _COLD and facts.position.in_transit == 0:
        return Phrase(N_("冷链，到货需 {lead} 天"), {"lead": facts.lead.days})
    return Phrase(N_("到货需 {lead} 天 · 在途 {n}"), values)


def _amount(quantity: int, suggested: Suggested, *, short: bool = False) -> str:
    explanation = suggested.explanation
    value = Scale(explanation.unit, explanation.factor).down(quantity)
    text = f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.1f}"
    return text if short else f"{text} {explanation.unit}"


def last_year_rise(before: float, then: float, lines: int) -> float | None:
    """How much more was asked in the four weeks that lie ahead, a year ago.

    Args:
        before: Asked in the four weeks up to this day last year.
        then: Asked in the four weeks after it.
        lines: Requests in both; with fewer than twelve nothing is said.
    """
    enough = 12
    return then / before - 1.0 if before > 0 and lines >= enough else None
