"""The worked example of the papers, from plain lines through the same code as real savings.

Reagents: 205 万 saved at 4.2 % (base 4,881 万); consumables: 96 万 at 1.8 % (base 5,333 万); both
together 301 万 of 10,214 万 = 2.95 %; 314 prices went down; 87 万 from August to December make
208 万 a year when cut, 209 when rounded. Source: §5 of the domain file, figures 3, 4, 6 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from app.domain.savings import SavingLine, saved, yearly
from app.i18n import N_, _
from app.services.savings.report import Asked, SavingsReport, summed

YEAR: Final = 2024
_WAN: Final = 10_000
_ORGS: Final = (N_("示例中心甲"), N_("示例中心乙"), N_("示例中心丙"))


@dataclass(frozen=True, slots=True)
class Goal:
    """What the papers say of a class: base and saving in 元, prices that went down, all prices."""

    item_class: str
    base: int
    saving: int
    cheaper: int
    prices: int


GOALS: Final = (
    Goal("reagent", 4881 * _WAN, 205 * _WAN, 96, 130),
    Goal("consumable", 5333 * _WAN, 96 * _WAN, 218, 418),
)
FIVE_MONTHS: Final = 87 * _WAN
"""Saved from August to December."""


@dataclass(frozen=True, slots=True)
class Check:
    """One figure of the papers beside what was computed."""

    what: str
    paper: str
    computed: str
    agrees: bool


def example_lines() -> tuple[SavingLine, ...]:
    """A year of receipts that meets the papers' sums to the cent.

    Each price is bought once; base and saving are spread evenly over the prices and what is left
    of the division is on the last one. Prices that did not change carry base only.
    """
    found: list[SavingLine] = []
    for goal in GOALS:
        bases = _spread(goal.base, goal.prices)
        savings = _spread(goal.saving, goal.cheaper) + [0] * (goal.prices - goal.cheaper)
        for number, (base, saving) in enumerate(zip(bases, savings, strict=True)):
            found.append(_line(goal, number, base, saving))
    return tuple(found)


def _spread(amount: int, parts: int) -> list[int]:
    each, rest = divmod(amount, parts)
    return [each] * (parts - 1) + [each + rest]


def _line(goal: Goal, number: int, base: int, saving: int) -> SavingLine:
    place = number % len(_ORGS)
    code = f"{goal.item_class[:2].upper()}-{number + 1:04d}"
    return SavingLine(
        kind=_("算例"),
        document=f"SL{YEAR}-{goal.item_class[:2].upper()}{number + 1:04d}",
        line=1,
        day=date(YEAR, number % 12 + 1, 15),
        org_id=place + 1,
        org=_(_ORGS[place]),
        item_id=number + (100_000 if goal.item_class == "reagent" else 200_000),
        code=code,
        name=_("算例品规 {code}", code=code),
        spec="",
        item_class=goal.item_class,
        unit=_("盒"),
        supplier=_("示例供应商"),
        qty=1,
        factor=1,
        new_price=Decimal(base - saving),
        base_price=Decimal(base),
        base_source=_("论文反推的基准额"),
    )


def five_months() -> tuple[SavingLine, ...]:
    """August to December of the papers: 87 万 saved."""
    goal = Goal("consumable", FIVE_MONTHS * 50, FIVE_MONTHS, 5, 5)
    rows = zip(_spread(goal.base, 5), _spread(goal.saving, 5), strict=True)
    lines = [_line(goal, number + 7, base, saving) for number, (base, saving) in enumerate(rows)]
    return tuple(lines)


def example() -> SavingsReport:
    """The year as a report like any other."""
    days = (date(YEAR, 1, 1), date(YEAR, 12, 31))
    return summed(Asked(*days), days, example_lines(), made=(_("算例"), str(YEAR), True))


def checks() -> tuple[Check, ...]:
    """Every figure of the papers beside the program's own."""
    lines = example_lines()
    parts = {
        goal.item_class: saved(x for x in lines if x.item_class == goal.item_class)
        for goal in GOALS
    }
    reagent, consumable, both = parts["reagent"], parts["consumable"], saved(lines)
    year = yearly(saved(five_months()).saving, 5)
    rows = (
        (_("试剂年节约（万元）"), "205", f"{reagent.saving / Decimal(_WAN):f}"),
        (_("试剂加权下浮率"), "4.2%", f"{_one(reagent.weighted)}%"),
        (_("耗材年节约（万元）"), "96", f"{consumable.saving / Decimal(_WAN):f}"),
        (_("耗材加权下浮率"), "1.8%", f"{_one(consumable.weighted)}%"),
        (_("合计节约（万元）"), "301", f"{both.saving / Decimal(_WAN):f}"),
        (_("合计加权下浮率"), "2.95%", f"{both.weighted}%"),
        (_("降价产品（条）"), "314", str(both.cheaper)),
        (_("2024 年 8—12 月节约 87 万，全年预计（万元）"), "208", str(year.wan)),
    )
    return tuple(
        Check(what, paper, computed, _same(paper, computed)) for what, paper, computed in rows
    )


def _one(value: Decimal | None) -> Decimal:
    return (value or Decimal(0)).quantize(Decimal("0.1"))


def _same(paper: str, computed: str) -> bool:
    return Decimal(paper.removesuffix("%")) == Decimal(computed.removesuffix("%"))
