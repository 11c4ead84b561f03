"""Items × suppliers × rounds as arrays of whole numbers: the comparison behind 集团议价.

Prices are integers × 10,000, 0 where there is none, so every figure is exact and a grid of 2,000
items, 12 suppliers and 5 rounds is computed anew in some milliseconds. A price that a supplier did
not repeat in a later round stands; a line given up (`GIVEN_UP`) and a withdrawal end it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain import money

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
GIVEN_UP: Final = -1
NOBODY: Final = -1
"""The supplier's place where there is none."""
_PER_CENT: Final = 100
"""Scaled units of a cent."""
_WHOLE: Final = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The bids of a project. Line arrays have one entry per line, in one order.

    Attributes:
        lines: Line numbers of the project.
        volume: Pledged smallest units.
        factor: Smallest units that a price is for.
        base: 基准价: reductions are counted from it.
        ceiling: 限价, listed: 挂网价, lowest_paid: the lowest price a member pays.
        prices: By round, supplier and line: a price, 0 (nothing said) or `GIVEN_UP`.
        left: By round and supplier: whether the supplier withdrew all in that round.
    """

    lines: Ints
    volume: Ints
    factor: Ints
    base: Ints
    ceiling: Ints
    listed: Ints
    lowest_paid: Ints
    prices: Ints
    left: Flags
    standing: Ints = field(init=False)
    """By supplier and line: the price that counts now, 0 for none."""
    limit: Ints = field(init=False)
    """By line: the highest price that can win, of ceiling and listing; 0 for none."""
    able: Flags = field(init=False)
    """By supplier and line: whether the standing price can win."""

    def __post_init__(self) -> None:
        fill = object.__setattr__
        fill(self, "standing", standing(self.prices, self.left))
        fill(self, "limit", _least(self.ceiling, self.listed))
        within = (self.limit == 0) | (self.standing <= self.limit)
        fill(self, "able", (self.standing > 0) & within)

    def amounts(self, prices: Ints) -> Ints:
        """What the pledged volume costs at `prices`, in cents, each line rounded half up."""
        packs, rest = np.divmod(self.volume, self.factor)
        scaled = prices * packs + (2 * prices * rest + self.factor) // (2 * self.factor)
        return (scaled + _PER_CENT // 2) // _PER_CENT

    def reduction(self, prices: Ints) -> Ints:
        """下浮率 against the base in tenths of a percent, half up; 0 where there is no base."""
        base = np.maximum(self.base, 1)
        tenths = (2 * _WHOLE * (self.base - prices) + base) // (2 * base)
        return np.where((self.base > 0) & (prices > 0), tenths, 0)

    def best(self) -> Ints:
        """By line: the place of the cheapest supplier that can win, `NOBODY` if none can."""
        tried = np.where(self.able, self.standing, np.iinfo(np.int64).max)
        return np.where(self.able.any(axis=0), tried.argmin(axis=0), NOBODY)

    def at(self, places: Ints) -> Ints:
        """The standing price of one supplier per line; 0 for `NOBODY`."""
        found = self.standing[np.maximum(places, 0), np.arange(len(self.lines))]
        return np.where(places == NOBODY, 0, found)

    def ties(self) -> Flags:
        """By line: whether two suppliers stand at the same lowest price."""
        lowest = self.at(self.best())
        same: Flags = ((self.standing == lowest) & self.able).sum(axis=0) > 1
        return same

    def bidders(self) -> Ints:
        """By line: how many suppliers stand with a price that can win."""
        found: Ints = self.able.sum(axis=0).astype(np.int64)
        return found


def standing(prices: Ints, left: Flags) -> Ints:
    """By supplier and line: the price that counts after the last round, 0 for none."""
    now: Ints = np.zeros(prices.shape[1:], dtype=np.int64)
    for said, gone in zip(prices, left, strict=True):
        now = np.where(said > 0, said, np.where(said == GIVEN_UP, 0, now))
        now[gone] = 0
    return now


@dataclass(frozen=True, slots=True)
class Totals:
    """What a choice costs against the base; amounts to the cent.

    Attributes:
        base: The base amount of the lines that are chosen and have a base price.
        chosen: What those lines cost as chosen.
        amount: What all chosen lines cost.
        weighted: 下浮率 weighted by amount, tenths of a percent; None without a base.
        simple: The mean of the lines' own rates, tenths of a percent; None without a base.
        lines: How many lines are chosen.
    """

    base: Decimal
    chosen: Decimal
    amount: Decimal
    weighted: int | None
    simple: int | None
    lines: int


def totals(grid: Grid, prices: Ints) -> Totals:
    """The figures of a choice: `prices` by line, 0 where nobody is chosen."""
    counted = (prices > 0) & (grid.base > 0)
    base = int(grid.amounts(grid.base)[counted].sum())
    chosen = int(grid.amounts(prices)[counted].sum())
    rates = grid.reduction(prices)[counted]
    return Totals(
        base=yuan(base),
        chosen=yuan(chosen),
        amount=yuan(int(grid.amounts(prices)[prices > 0].sum())),
        weighted=rate(base - chosen, base),
        simple=int((2 * rates.sum() + len(rates)) // (2 * len(rates))) if len(rates) else None,
        lines=int((prices > 0).sum()),
    )


def rate(saved: int, base: int) -> int | None:
    """`saved` of `base` in tenths of a percent, half up; None without a base.

    >>> rate(42, 1000), rate(-5, 1000), rate(1, 0)
    (42, -5, None)
    """
    return (2 * _WHOLE * saved + base) // (2 * base) if base > 0 else None


def yuan(cents: int) -> Decimal:
    """Whole cents as an amount."""
    return money.cents(money.from_scaled(cents * _PER_CENT))


def mixed(grid: Grid, shares: Mapping[int, Mapping[int, int]]) -> Ints:
    """By line: the price of a choice that may be split.

    Args:
        grid: The comparison.
        shares: Place of the line → place of the supplier → tenths of a percent of the volume.
    """
    prices: Ints = np.zeros(len(grid.lines), dtype=np.int64)
    for line, parts in shares.items():
        whole = sum(parts.values())
        if whole:
            cost = sum(int(grid.standing[who, line]) * part for who, part in parts.items())
            prices[line] = (2 * cost + whole) // (2 * whole)
    return prices


def _least(first: Ints, second: Ints) -> Ints:
    """The lower of two limits, where 0 means none."""
    least: Ints = np.where(
        (first > 0) & (second > 0), np.minimum(first, second), np.maximum(first, second)
    )
    return least
