"""Blocking: which few items of a large catalogue a row is compared with at all.

Items are kept under the substance of their name, their brands, their licences and codes. A row is
compared with what stands under its own words; only where nothing does, the substances that are
written most alike are looked up, all such rows at once (one C call for thousands of names).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
from rapidfuzz import fuzz, process

from app.domain.matching.entry import Facts

_CLOSE: Final = 60
_NEAREST: Final = 5
_AT_ONCE: Final = 256
_LARGE: Final = 60


class Index:
    """The catalogue by the words under which a row may find it."""

    def __init__(self, facts: Sequence[Facts]) -> None:
        self._by_core: dict[str, list[int]] = defaultdict(list)
        self._by_part: dict[tuple[str, object], list[int]] = defaultdict(list)
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for place, row in enumerate(facts):
            for core in _cores(row):
                self._by_core[core].append(place)
                for part in _parts(row):
                    self._by_part[core, part].append(place)
            for word in _words(row):
                self._by_word[word].append(place)
        self._cores = list(self._by_core)

    def direct(self, row: Facts) -> set[int]:
        """Places of items that share the row's substance, brand, licence or code."""
        found: set[int] = set()
        for core in _cores(row):
            block = self._by_core.get(core, [])
            found.update(block if len(block) <= _LARGE else self._parts_of(core, row, block))
        for word in _words(row):
            found.update(self._by_word.get(word, ()))
        for brand in sorted(row.brands):
            found.update(self._by_core.get(brand, ()))
        return found

    def _parts_of(self, core: str, row: Facts, block: list[int]) -> set[int]:
        """Of a substance with hundreds of packs: those of the same strength or maker."""
        found = {place for part in _parts(row) for place in self._by_part.get((core, part), ())}
        return found if len(found) >= _NEAREST else {*found, *block}

    def nearest(self, cores: Iterable[str]) -> dict[str, list[str]]:
        """For each substance, those of the items that are written most like it."""
        wanted = list(dict.fromkeys(cores))
        found: dict[str, list[str]] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            found |= zip(part, self._near(part), strict=True)
        return found

    def places(self, cores: Iterable[str]) -> set[int]:
        """Places of the items of these substances."""
        return {place for core in cores for place in self._by_core[core]}

    def _near(self, cores: Sequence[str]) -> Iterator[list[str]]:
        if not self._cores:
            yield from ([] for _core in cores)
            return
        alike = process.cdist(
            cores, self._cores, scorer=fuzz.ratio, score_cutoff=_CLOSE, dtype=np.uint8
        )
        keep = min(_NEAREST, len(self._cores))
        for row in alike:
            best = np.argpartition(row, -keep)[-keep:]
            yield [self._cores[int(place)] for place in best if row[place]]


# What these give has an order, whatever numbers the run has given to words: of items that are
# equally alike a list shows the same ones every time.
def _cores(row: Facts) -> tuple[str, ...]:
    found = {row.name.core}
    if row.other is not None:
        found.add(row.other.core)
    return tuple(sorted(found - {""}))


def _parts(row: Facts) -> tuple[object, ...]:
    """By what packs of one substance are told apart: strength, firm, international family."""
    firms = {firm.core for firm in row.maker.firms} | {*row.maker.families}
    return (frozenset(row.spec.amounts), *sorted(firms))


def _words(row: Facts) -> tuple[str, ...]:
    """Brands, licences and codes: each names few items."""
    found = {*row.brands, *row.licences, row.entry.nhsa, row.entry.national}
    return tuple(sorted(found - {""}))
