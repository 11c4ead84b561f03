"""Ranking: a row's candidates, best first, and what the program makes of the best one."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.matching.compare import (
    Comparison,
    compare,
    fit_codes,
    fit_names,
    fit_sets,
)
from app.domain.matching.entry import Facts, read, same_text
from app.domain.matching.forms import compare_forms
from app.domain.matching.index import Index
from app.domain.matching.makers import Maker, compare_makers
from app.domain.matching.memory import Memory
from app.domain.matching.names import compare_salts
from app.domain.matching.row import Entry
from app.domain.matching.strength import Spec, compare_packs, compare_strengths
from app.domain.matching.text import plain
from app.domain.matching.verdict import Decision, Fit

THRESHOLD: Final = 90
"""Score from which a certain pair is accepted; how it was calibrated: docs/decisions (matching)."""
LOWEST: Final = 50
"""Score below which nothing in the catalogue resembles the row."""
SHOWN: Final = 5
Report = Callable[[int, int], None]
_STEP: Final = 200
_READ: Final = 4_000
_TIES: Final = 20
_REMEMBERED: Final = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that a row may mean.

    Attributes:
        score: 0–100.
        safe: Whether it may be accepted without a person looking at it.
        learned: Whether people have confirmed the same words for this item before.
    """

    key: str
    score: int
    safe: bool
    comparison: Comparison
    learned: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A row's candidates, best first, and the decision about the first of them.

    Attributes:
        rivals: How many further items are proved by the same facts (one row, several items).
    """

    key: str
    decision: Decision
    candidates: tuple[Candidate, ...]
    rivals: int = 0


class Matcher:
    """Matches rows to one catalogue; build it once, ask it as often as wanted."""

    def __init__(self, catalogue: Iterable[Entry], memory: Memory | None = None) -> None:
        self._facts = [read(entry) for entry in catalogue]
        self._index = Index(self._facts)
        self._memory = memory or Memory()
        self._places = {row.entry.key: place for place, row in enumerate(self._facts)}
        self._makers: dict[str, dict[str, Fit]] = defaultdict(dict)
        self._pairs: dict[tuple[Fit, Fit], tuple[Fit, Fit]] = {}
        self._specs: dict[str, dict[str, tuple[Fit, Fit]]] = defaultdict(dict)

    def facts(self, key: str) -> Facts:
        """What was read from an item; `KeyError` when the catalogue has none of that key."""
        return self._facts[self._places[key]]

    def match_all(
        self, entries: Sequence[Entry], report: Report | None = None, shown: int = SHOWN
    ) -> Iterator[Match]:
        """Each row's match, in order; `report(done, total)` may raise to cancel."""
        near: dict[str, list[str]] = {}
        for start in range(0, len(entries), _READ):
            # What is read of a row is ten times the row, so it is held for some rows only; and
            # blocks are made twice, never kept: where a list repeats one name, each holds all of it
            rows = [read(entry) for entry in entries[start : start + _READ]]
            far = (row.name.core for row in rows if not self._index.direct(row))
            near |= self._index.nearest(core for core in far if core not in near)
            for number, row in enumerate(rows, start):
                if report is not None and number % _STEP == 0:
                    report(number, len(entries))
                block = self._index.direct(row) or self._index.places(near[row.name.core])
                yield self._match(row, block, shown)
        if report is not None:
            report(len(entries), len(entries))

    def match(self, entry: Entry, shown: int = SHOWN) -> Match:
        """One row's match."""
        return next(self.match_all([entry], shown=shown))

    def _match(self, row: Facts, block: set[int], shown: int) -> Match:
        learned = self._places.get(self._memory.pairs.get(same_text(row.entry), ""), -1)
        places = block | {learned} if learned >= 0 else block
        compared = ((place, self._compare(row, self._facts[place])) for place in places)
        scored = ((found.score, place, found) for place, found in compared)
        best = heapq.nlargest(shown + _TIES, scored, key=lambda found: found[0])
        ranked = sorted(
            (self._candidate(place, found, score, learned) for score, place, found in best),
            key=lambda found: (found.learned, found.score, found.comparison.literal),
            reverse=True,
        )
        kept = tuple(found for found in ranked[:shown] if found.score >= LOWEST)
        rivals = _rivals(ranked)
        return Match(row.entry.key, _decide(kept, rivals), kept, rivals)

    def _candidate(self, place: int, found: Comparison, score: int, learned: int) -> Candidate:
        key = self._facts[place].entry.key
        if place == learned:
            return Candidate(key, _REMEMBERED, found.agreed, found, learned=True)
        return Candidate(key, score, found.certain and score >= THRESHOLD, found)

    def _compare(self, row: Facts, item: Facts) -> Comparison:
        """`compare`, with the costly facts kept: thousands of items share makers and packs."""
        name, mine, theirs, alike = fit_names(row, item)
        strength, pack = self._fit_specs(row.spec, item.spec)
        return Comparison(
            name,
            compare_salts(mine, theirs),
            strength,
            compare_forms(row.form, item.form),
            self._fit_makers(row.maker, item.maker),
            pack,
            fit_sets(row.brands, item.brands),
            fit_sets(row.licences, item.licences),
            fit_codes(row, item),
            alike,
        )

    def _fit_makers(self, mine: Maker, theirs: Maker) -> Fit:
        known = self._makers[mine.text]
        fit = known.get(theirs.text)
        if fit is None:
            learned = (mine.text, theirs.text) in self._memory.makers
            fit = known[theirs.text] = Fit.WRITTEN if learned else compare_makers(mine, theirs)
        return fit

    def _fit_specs(self, mine: Spec, theirs: Spec) -> tuple[Fit, Fit]:
        known = self._specs[mine.text]
        fits = known.get(theirs.text)
        if fits is None:
            found = (compare_strengths(mine, theirs), compare_packs(mine, theirs))
            fits = known[theirs.text] = self._pairs.setdefault(found, found)
        return fits


def maker_pair(left: str, right: str) -> tuple[str, str]:
    """Two makers' texts as `Memory.makers` keeps them."""
    return plain(left), plain(right)


def _rivals(ranked: Sequence[Candidate]) -> int:
    """How many other items are proved as well as the best one.

    An item that only its brand proves is no rival of one whose maker is proved by name.
    """
    if not ranked or ranked[0].learned:
        return 0
    proved = ranked[0].comparison.maker.holds
    return sum(other.safe and (other.comparison.maker.holds or not proved) for other in ranked[1:])


def _decide(candidates: Sequence[Candidate], rivals: int) -> Decision:
    if not candidates:
        return Decision.NONE
    return Decision.AUTO if candidates[0].safe and not rivals else Decision.REVIEW


__all__ = ["Candidate", "Match", "Matcher", "compare", "maker_pair"]
