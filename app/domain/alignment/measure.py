"""目录吻合度 itself: four formulas, one pair or many, numerator and denominator always kept.

L is the lead's list, C the member's, both as sets of keys. Nothing here is rounded: figures are
fractions until somebody shows them. The papers that made 目录吻合度 known give no formula; F1 as
the mean over pairs is the only reading that fits their figures (docs/decisions, spec 10 §4.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from app.i18n import N_, _

VERSION: Final = "1"
"""Version of these formulas; kept with every stored figure."""


class Formula(StrEnum):
    """How agreement is measured."""

    F1 = "F1"
    F2 = "F2"
    F3 = "F3"
    F4 = "F4"

    @property
    def label(self) -> str:
        """What it says, in the person's language."""
        return _(_LABELS[self])

    @property
    def written(self) -> str:
        """The formula as it is printed."""
        return _WRITTEN[self]


class Group(StrEnum):
    """How the figures of several pairs become one."""

    MACRO = "macro"
    POOLED = "pooled"

    @property
    def label(self) -> str:
        """In the person's language."""
        return _(N_("各对平均") if self is Group.MACRO else N_("合并计算"))


_LABELS: Final = {
    Formula.F1: N_("成员目录里牵头医院也有的比例"),
    Formula.F2: N_("牵头医院目录被成员覆盖的比例"),
    Formula.F3: N_("共有品种占两家合计的比例"),
    Formula.F4: N_("共有品种占两家平均数的比例"),
}
_WRITTEN: Final = {
    Formula.F1: "|C∩L| / |C|",
    Formula.F2: "|C∩L| / |L|",
    Formula.F3: "|C∩L| / |C∪L|",
    Formula.F4: "2|C∩L| / (|C|+|L|)",
}
Weigh = Callable[[Iterable[str]], Fraction]


@dataclass(frozen=True, slots=True)
class Pair:
    """One member and its lead, as sets of keys.

    Attributes:
        name: The member's name.
        weights: Use of each key; a key that is missing weighs nothing. None: every key weighs 1.
    """

    name: str
    lead: frozenset[str]
    member: frozenset[str]
    weights: Mapping[str, Decimal] | None = field(default=None, hash=False)

    @property
    def shared(self) -> frozenset[str]:
        """What both lists hold."""
        return self.lead & self.member

    def weight(self, key: str) -> Fraction:
        """How much one key counts."""
        return Fraction(1) if self.weights is None else Fraction(self.weights.get(key, Decimal(0)))

    def weigh(self, keys: Iterable[str]) -> Fraction:
        """How much several keys count together."""
        return sum((self.weight(key) for key in keys), Fraction(0))

    def changed(self, add: Iterable[str] = (), drop: Iterable[str] = ()) -> Pair:
        """The pair after the member took keys up and gave keys up: what if."""
        member = (self.member | frozenset(add)) - frozenset(drop)
        return Pair(self.name, self.lead, member, self.weights)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure with what it was made of; undefined (None) when the denominator is 0."""

    numerator: Fraction
    denominator: Fraction

    @property
    def value(self) -> Fraction | None:
        """The share, 0 to 1."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def percent(self) -> Decimal | None:
        """The share in percent with two places, as the papers print it."""
        return None if self.value is None else percent(self.value)


@dataclass(frozen=True, slots=True)
class GroupFigure:
    """The figure of several pairs; `ratio` is Σ/Σ, `value` what the chosen way gives."""

    group: Group
    ratio: Ratio
    value: Fraction | None

    @property
    def percent(self) -> Decimal | None:
        """In percent with two places."""
        return None if self.value is None else percent(self.value)


def percent(value: Fraction) -> Decimal:
    """A share in percent with two places, half up.

    >>> percent(Fraction(136, 210)), percent(Fraction(2, 3))
    (Decimal('64.76'), Decimal('66.67'))
    """
    hundredths = value * 10_000
    whole = Decimal(hundredths.numerator) / Decimal(hundredths.denominator)
    return whole.quantize(Decimal(1), rounding=ROUND_HALF_UP).scaleb(-2)


def measure(pair: Pair, formula: Formula = Formula.F1) -> Ratio:
    """The figure of one pair.

    >>> pair = Pair("", frozenset("abc"), frozenset("bcde"))
    >>> [str(measure(pair, formula).value) for formula in Formula]
    ['1/2', '2/3', '2/5', '4/7']
    """
    shared = pair.weigh(pair.shared)
    if formula is Formula.F1:
        return Ratio(shared, pair.weigh(pair.member))
    if formula is Formula.F2:
        return Ratio(shared, pair.weigh(pair.lead))
    if formula is Formula.F3:
        return Ratio(shared, pair.weigh(pair.lead | pair.member))
    return Ratio(2 * shared, pair.weigh(pair.lead) + pair.weigh(pair.member))


def together(ratios: Sequence[Ratio], group: Group = Group.MACRO) -> GroupFigure:
    """The figure of several pairs: the mean of their shares, or Σ numerators / Σ denominators.

    A pair without a denominator has no share and is left out of the mean.
    """
    total = Ratio(
        sum((ratio.numerator for ratio in ratios), Fraction(0)),
        sum((ratio.denominator for ratio in ratios), Fraction(0)),
    )
    if group is Group.POOLED:
        return GroupFigure(group, total, total.value)
    shares = [ratio.value for ratio in ratios if ratio.value is not None]
    mean = Fraction(sum(shares, Fraction(0)), len(shares)) if shares else None
    return GroupFigure(group, total, mean)
