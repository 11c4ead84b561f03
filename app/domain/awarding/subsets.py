"""Which suppliers an award may use, tried one set after the other.

Under a limit on the number of suppliers everything hangs on the set that is allowed: within a set
each line simply takes its cheapest. A dozen suppliers have a few thousand sets, and numpy adds up
2,000 lines for one in some ten microseconds: trying all of them is exact and takes a moment, where
a general search works for minutes. Under
limits on money, too, nothing is cheaper than the cheapest set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.awarding.case import cost
from app.domain.awarding.limits import Field, Limits

Ints = NDArray[np.int64]
NEVER: Final = 10**14
"""The price of what cannot be, in cents: far above any award, far below overflow."""
_MOST_SETS: Final = 12_000
_MOST_PARTS: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Costs in cents by line and supplier: of the first part, and of the second where there is one.

    Attributes:
        suppliers: Keys, in the order of the columns.
        lots: Place of each line's lot; `most` has the limit of each lot, or None.
        split: Places of the lines with two parts.
    """

    suppliers: tuple[int, ...]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    split: NDArray[np.int64]
    lots: NDArray[np.int64]
    most: tuple[int | None, ...]
    sets: tuple[tuple[int, ...], ...]

    def values(self) -> Ints:
        """For each of `sets`: what the cheapest award within it costs, in cents."""
        lots = _Lots(self)
        return np.array([lots.of(one).sum() for one in self.sets])

    def allowed(self, chosen: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
        """By lot: places of the suppliers that the best award within a set may use."""
        lots = _Lots(self)
        return tuple(lots.best_of(lot, chosen, most)[0] for lot, most in enumerate(self.most))


class _Lots:
    """Costs of lots within a set, each computed once."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._known: dict[tuple[int, ...], Ints] = {}

    def of(self, chosen: tuple[int, ...]) -> Ints:
        """By lot: the cost within a set, the lots' own limits kept."""
        if all(most is None or most >= len(chosen) for most in self._table.most):
            return self._plain(chosen)
        return np.array(
            [self.best_of(lot, chosen, most)[1] for lot, most in enumerate(self._table.most)]
        )

    def best_of(
        self, lot: int, chosen: tuple[int, ...], most: int | None
    ) -> tuple[tuple[int, ...], int]:
        """The best part of a set for one lot, and what it costs there."""
        if most is None or most >= len(chosen):
            return chosen, int(self._plain(chosen)[lot])
        found = ((one, int(self._plain(one)[lot])) for one in combinations(chosen, most))
        return min(found, key=lambda one: one[1])

    def _plain(self, chosen: tuple[int, ...]) -> Ints:
        if chosen not in self._known:
            table = self._table
            sums: Ints = np.zeros(len(table.most), dtype=np.int64)
            np.add.at(sums, table.lots, _least(table, list(chosen)))
            self._known[chosen] = sums
        return self._known[chosen]


def _least(table: Table, places: list[int]) -> Ints:
    """By line: the cheapest one or two suppliers among those at `places`."""
    found: Ints = table.first[:, places].min(axis=1, initial=NEVER)
    if len(table.split):
        first, second = (grid[table.split][:, places] for grid in (table.first, table.second))
        found[table.split] = _pairs(first, second)
    return found


def _pairs(first: Ints, second: Ints) -> Ints:
    """By row: the least sum of one of the first and another one of the second."""
    if first.shape[1] < _MOST_PARTS:
        return np.full(len(first), NEVER, dtype=first.dtype)
    rows = np.arange(len(first))
    a, b = np.argsort(first, axis=1)[:, :2], np.argsort(second, axis=1)[:, :2]
    sums = [
        np.where(
            a[:, i] != b[:, j], first[rows, a[:, i]] + second[rows, b[:, j]], 2 * NEVER
        )
        for i, j in ((0, 0), (0, 1), (1, 0))
    ]  # fmt: skip
    found: Ints = np.min(sums, axis=0)
    return found


def table_of(limits: Limits, fields: Sequence[Field]) -> Table | None:
    """The table of a case's fields; None where sets are too many, or lines have three parts."""
    who = sorted({offer.supplier for one in fields for row in one.offers for offer in row})
    most_of = {one.line.lot: limits.in_lot(one.line.lot) for one in fields}
    sets = _sets(len(who), limits.in_all, most_of.values())
    if sets is None or any(len(one.parts) > _MOST_PARTS for one in fields):
        return None
    at = {key: place for place, key in enumerate(who)}
    lot_at = {lot: place for place, lot in enumerate(most_of)}
    first = np.full((len(fields), len(who)), NEVER, dtype=np.int64)
    second = first.copy()
    for row, one in enumerate(fields):
        for grid, share, offers in zip((first, second), one.parts, one.offers, strict=False):
            for offer in offers:
                grid[row, at[offer.supplier]] = cost(one.line, offer.price, share)
    return Table(
        suppliers=tuple(who),
        first=first,
        second=second,
        split=np.array([row for row, one in enumerate(fields) if len(one.parts) > 1], np.int64),
        lots=np.array([lot_at[one.line.lot] for one in fields], dtype=np.int64),
        most=tuple(most_of.values()),
        sets=sets,
    )


def _sets(count: int, in_all: int | None, lots: object) -> tuple[tuple[int, ...], ...] | None:
    """The sets to try: as many suppliers as are allowed; fewer are never cheaper."""
    size = count if in_all is None else min(in_all, count)
    inner = [min(most, size) for most in lots if most is not None]  # type: ignore[attr-defined]  # values
    tries = comb(count, size) * max((comb(size, most) for most in inner), default=1)
    if tries > _MOST_SETS * 8 or comb(count, size) > _MOST_SETS:
        return None
    return tuple(combinations(range(count), size))


def narrowed(
    table: Table, fields: Sequence[Field], allowed: Sequence[tuple[int, ...]]
) -> tuple[Field, ...]:
    """The fields with only the allowed suppliers of each lot."""
    keys = [frozenset(table.suppliers[place] for place in places) for places in allowed]
    found = []
    for one, lot in zip(fields, table.lots, strict=True):
        good = keys[int(lot)]
        offers = tuple(
            tuple(offer for offer in row if offer.supplier in good) for row in one.offers
        )
        found.append(Field(one.line, one.parts, offers))
    return tuple(found)


def cheapest_within(fields: Sequence[Field]) -> Mapping[int, tuple[int, ...]] | None:
    """By line: the supplier of each part, the cheapest there is; None where a part has nobody."""
    found: dict[int, tuple[int, ...]] = {}
    for one in fields:
        best: tuple[int, tuple[int, ...]] | None = None
        if len(one.parts) == 1:
            pairs = [(offer,) for offer in one.offers[0][:1]]
        else:
            pairs = [
                (a, b)  # type: ignore[misc]  # two parts
                for a in one.offers[0][:2]
                for b in one.offers[1][:2]
                if a.supplier != b.supplier
            ]
        for row in pairs:
            price = sum(
                cost(one.line, offer.price, share)
                for offer, share in zip(row, one.parts, strict=True)
            )
            if best is None or price < best[0]:
                best = (price, tuple(offer.supplier for offer in row))
        if best is None:
            return None
        found[one.line.key] = best[1]
    return found
