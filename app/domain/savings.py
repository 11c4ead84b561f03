"""节约: what a new price saved on what was really received or used, and what a year of it makes.

Every figure keeps numerator and denominator. Saving of a line = base amount − new amount, both
rounded half up to the cent; sums are sums of lines, so that anybody can add them up again. Source
of the rates: §4 of the domain file (weighted: Σ(P0−P1)·Q ÷ ΣP0·Q; simple: Σ(P0−P1)/P0 ÷ lines).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from app.domain import money
from app.i18n import N_, _

MONTHS: Final = 12
WAN: Final = Decimal(10_000)
_HUNDRED: Final = Decimal(100)
_HUNDREDTH: Final = Decimal("0.01")


class Basis(StrEnum):
    """What the new price is held against."""

    LAST = "last"
    PLATFORM = "platform"
    YEAR = "year"

    @property
    def label(self) -> str:
        """The base in the person's language."""
        return _(_BASES[self])


class Counted(StrEnum):
    """Which quantities are counted."""

    RECEIPTS = "receipts"
    USE = "use"

    @property
    def label(self) -> str:
        """The quantities in the person's language."""
        return _(_COUNTED[self])


class Rounding(StrEnum):
    """How 全年预计 is cut to whole 万 (or 元)."""

    DOWN = "down"
    HALF_UP = "half_up"
    UP = "up"

    @property
    def label(self) -> str:
        """The way in the person's language."""
        return _(_ROUNDINGS[self])


_BASES: Final = {
    Basis.LAST: N_("定标前最后价"),
    Basis.PLATFORM: N_("平台挂网价"),
    Basis.YEAR: N_("定标前一年均价"),
}
_COUNTED: Final = {Counted.RECEIPTS: N_("实际验收"), Counted.USE: N_("实际消耗")}
_ROUNDINGS: Final = {
    Rounding.DOWN: N_("舍去"),
    Rounding.HALF_UP: N_("四舍五入"),
    Rounding.UP: N_("进一"),
}
_MODES: Final = {
    Rounding.DOWN: ROUND_DOWN,
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.UP: ROUND_CEILING,
}


@dataclass(frozen=True, slots=True)
class SavingLine:
    """One document line: how much of an item at which price, and the base it is held against.

    Attributes:
        kind, document, line: Where it stands, such as 验收 YS20261014-001 line 3.
        qty: Smallest units; negative for what was reversed.
        factor: Smallest units that both prices are for.
        base_price: None when there is no base; the line is then not counted.
        base_source: Where the base comes from, in words.
    """

    kind: str
    document: str
    line: int
    day: date
    org_id: int
    org: str
    item_id: int
    code: str
    name: str
    spec: str
    item_class: str
    unit: str
    supplier: str
    qty: int
    factor: int
    new_price: Decimal
    base_price: Decimal | None
    base_source: str

    @property
    def base_amount(self) -> Decimal:
        """What the quantity would have cost at the base; 0 without one."""
        return (
            money.amount(self.base_price, self.qty, self.factor) if self.base_price else Decimal(0)
        )

    @property
    def new_amount(self) -> Decimal:
        """What it did cost."""
        return money.amount(self.new_price, self.qty, self.factor)

    @property
    def saving(self) -> Decimal:
        """What the new price saved; 0 without a base."""
        return self.base_amount - self.new_amount if self.base_price else Decimal(0)

    @property
    def month(self) -> str:
        """2026-10."""
        return f"{self.day:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Saved:
    """The figures of some lines.

    Attributes:
        lines: Lines counted; `without` had no base and are not in any figure.
        base, new: Σ P0·Q and Σ P1·Q, 元.
        rates: Σ (P0−P1)/P0 over the prices, and how many prices: the simple rate's parts.
        cheaper: Prices below their base (降价产品).
    """

    lines: int
    without: int
    base: Decimal
    new: Decimal
    rates: tuple[Decimal, int]
    cheaper: int

    @property
    def saving(self) -> Decimal:
        """Σ (P0−P1)·Q."""
        return self.base - self.new

    @property
    def weighted(self) -> Decimal | None:
        """加权下浮率 in percent; None without a base."""
        return percent(self.saving, self.base)

    @property
    def simple(self) -> Decimal | None:
        """简单下浮率 in percent; None without prices."""
        total, count = self.rates
        return percent(total, Decimal(count))


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one month, member or item."""

    key: str
    name: str
    saved: Saved


@dataclass(frozen=True, slots=True)
class Yearly:
    """全年预计: the saving so far ÷ months so far × 12, with everything it is made of."""

    saving: Decimal
    months: int
    exact: Decimal
    rounding: Rounding
    wan: Decimal

    @property
    def formula(self) -> str:
        """The sum in words: 87.00 万 ÷ 5 × 12 = 208.80 万 → 208 万."""
        return _(
            "{saving} 万 ÷ {months} × 12 = {exact} 万，{how}得 {wan} 万",
            saving=in_wan(self.saving),
            months=self.months,
            exact=in_wan(self.exact),
            how=self.rounding.label,
            wan=self.wan,
        )


def saved(lines: Iterable[SavingLine]) -> Saved:
    """Add lines up; a price (item, base, new) counts once in the simple rate."""
    base = new = Decimal(0)
    counted = without = 0
    prices: set[tuple[int, Decimal, Decimal]] = set()
    for line in lines:
        if not line.base_price:
            without += 1
            continue
        counted += 1
        base += line.base_amount
        new += line.new_amount
        prices.add((line.item_id, line.base_price, line.new_price))
    rates = sum((((old - now) / Decimal(old)) for _item, old, now in sorted(prices)), Decimal(0))
    cheaper = sum(now < old for _item, old, now in prices)
    return Saved(counted, without, base, new, (rates, len(prices)), cheaper)


def grouped(
    lines: Iterable[SavingLine], key: Callable[[SavingLine], tuple[str, str]]
) -> tuple[Group, ...]:
    """The figures by (key, name), in the order of the keys."""
    parts: dict[tuple[str, str], list[SavingLine]] = {}
    for line in lines:
        parts.setdefault(key(line), []).append(line)
    return tuple(Group(*names, saved(found)) for names, found in sorted(parts.items()))


def yearly(saving: Decimal, months: int, rounding: Rounding = Rounding.DOWN) -> Yearly:
    """A year's saving from `months` of it.

    >>> yearly(Decimal(870_000), 5).wan, yearly(Decimal(870_000), 5, Rounding.HALF_UP).wan
    (Decimal('208'), Decimal('209'))
    """
    if months < 1:
        raise ValueError("a year is estimated from at least one month")
    exact = saving * MONTHS / Decimal(months)
    wan = (exact / Decimal(WAN)).quantize(Decimal(1), _MODES[rounding])
    return Yearly(saving, months, money.cents(exact), rounding, wan)


def months_between(first: date, last: date) -> int:
    """How many calendar months the days touch."""
    return (last.year - first.year) * MONTHS + last.month - first.month + 1


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """`part` of `whole` in percent with two places, half up; None without a whole.

    >>> percent(Decimal(205), Decimal(4881))
    Decimal('4.20')
    """
    if not whole:
        return None
    return (part * _HUNDRED / Decimal(whole)).quantize(_HUNDREDTH, ROUND_HALF_UP)


def in_wan(value: Decimal) -> Decimal:
    """元 in 万 with two places."""
    return (value / Decimal(WAN)).quantize(_HUNDREDTH, ROUND_HALF_UP)


DEFINITION: Final[Mapping[str, str]] = {
    "saving": N_("节约额 = Σ（基准价 − 新价）× 实际数量；每行按分四舍五入后相加"),
    "weighted": N_("加权下浮率 = Σ（基准价 − 新价）× 数量 ÷ Σ 基准价 × 数量"),
    "simple": N_("简单下浮率 = Σ（基准价 − 新价）÷ 基准价 的平均，每个价格算一次"),
    "yearly": N_("全年预计 = 已节约 ÷ 已过月数 × 12"),
}
