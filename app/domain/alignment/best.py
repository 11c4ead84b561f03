"""Which k additions raise 目录吻合度 most, weighted by use; and what a given change would do.

Why taking the best step k times is optimal: an addition is a key of the lead's list that the
member lacks. For one pair every formula grows with the added weight x and is concave in it
((N+x)/(D+x) with N ≤ D; linear for F2 and F3), so of each pair the heaviest keys come first and
their gains shrink. The mean over pairs is a sum of such terms, the pooled figure one such term:
for both the k largest next gains are the best k. `tests/domain/alignment` checks it against every
choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.domain.alignment.measure import Formula, Group, Pair, Ratio, measure, together


@dataclass(frozen=True, slots=True)
class Addition:
    """One key that a member should take up.

    Attributes:
        pair: Place of the pair.
        key: What to add.
        weight: Its use.
        after: The group's figure after this and all earlier additions.
        gain: By how much this one raises it.
    """

    pair: int
    key: str
    weight: Fraction
    after: Fraction
    gain: Fraction


@dataclass(frozen=True, slots=True)
class Change:
    """What if: keys that one member would take up or give up."""

    pair: int
    add: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()


def best_additions(
    pairs: Sequence[Pair], k: int, formula: Formula = Formula.F1, group: Group = Group.MACRO
) -> tuple[Addition, ...]:
    """At most `k` additions that together raise the group's figure most, the best first."""
    queues = [_heaviest(pair) for pair in pairs]
    taken = [0] * len(pairs)
    state = [measure(pair, formula) for pair in pairs]
    found: list[Addition] = []
    now = figure(state, group)
    while len(found) < k:
        choice = _best_step(pairs, queues, taken, (state, formula, group))
        if choice is None:
            break
        after, place = choice
        key = queues[place][taken[place]]
        weight = pairs[place].weight(key)
        state[place] = added(state[place], weight, formula)
        taken[place] += 1
        found.append(Addition(place, key, weight, after, after - now))
        now = after
    return tuple(found)


def what_if(pairs: Sequence[Pair], changes: Iterable[Change]) -> tuple[Pair, ...]:
    """The pairs after the changes."""
    changed = list(pairs)
    for one in changes:
        changed[one.pair] = changed[one.pair].changed(one.add, one.drop)
    return tuple(changed)


def added(ratio: Ratio, weight: Fraction, formula: Formula) -> Ratio:
    """The figure of a pair after its member took up a key of the lead's list."""
    if formula is Formula.F1:
        return Ratio(ratio.numerator + weight, ratio.denominator + weight)
    if formula is Formula.F4:
        return Ratio(ratio.numerator + 2 * weight, ratio.denominator + weight)
    return Ratio(ratio.numerator + weight, ratio.denominator)


def figure(ratios: Sequence[Ratio], group: Group) -> Fraction:
    """The group's figure; a pair without a share counts as 0: filling a list is never a loss."""
    if group is Group.POOLED:
        return together(ratios, group).value or Fraction(0)
    shares = [ratio.value or Fraction(0) for ratio in ratios]
    return Fraction(sum(shares, Fraction(0)), len(shares)) if shares else Fraction(0)


def _heaviest(pair: Pair) -> list[str]:
    """What the member lacks, the most used first; equal use in the order of the names."""
    return sorted(pair.lead - pair.member, key=lambda key: (-pair.weight(key), key))


def _best_step(
    pairs: Sequence[Pair],
    queues: Sequence[Sequence[str]],
    taken: Sequence[int],
    how: tuple[list[Ratio], Formula, Group],
) -> tuple[Fraction, int] | None:
    """The pair whose next key raises the figure most, with the figure after it."""
    state, formula, group = how
    best: tuple[Fraction, Fraction, int] | None = None
    for place, queue in enumerate(queues):
        if taken[place] >= len(queue):
            continue
        weight = pairs[place].weight(queue[taken[place]])
        trial = [*state[:place], added(state[place], weight, formula), *state[place + 1 :]]
        after = figure(trial, group)
        if best is None or (after, weight) > best[:2]:
            best = (after, weight, place)
    return None if best is None else (best[0], best[2])
