"""What keeps two lists apart, line by line, with the effect of mending each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from app.domain.alignment.entries import Entry
from app.domain.alignment.measure import Formula, Pair, Ratio, measure
from app.domain.alignment.names import generic_name
from app.i18n import N_, _


class Side(StrEnum):
    """Which list lacks the drug, and how near the other comes."""

    LACKS = "lacks"
    OTHER = "other"
    EXTRA = "extra"

    @property
    def label(self) -> str:
        """In the person's language."""
        return _(_LABELS[self])

    @property
    def todo(self) -> str:
        """What to do about it."""
        return _(_TODO[self])


_LABELS = {
    Side.LACKS: N_("成员没有"),
    Side.OTHER: N_("剂型或规格不同"),
    Side.EXTRA: N_("牵头医院没有"),
}
_TODO = {
    Side.LACKS: N_("申请引进"),
    Side.OTHER: N_("换成牵头医院的品规"),
    Side.EXTRA: N_("核对后保留或停用"),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """One drug on one list only.

    Attributes:
        pair: Place of the pair.
        shown: A line of the list that has it.
        other: What the other list has under the same generic name.
        weight: Its use.
        effect: By how much the pair's figure rises when it is mended (added, or given up), as a
            share; may be 0 or negative where giving up would lower another figure.
    """

    pair: int
    key: str
    side: Side
    shown: Entry
    other: tuple[Entry, ...]
    weight: Fraction
    effect: Fraction


Lines = Mapping[str, Sequence[Entry]]
"""Key → the lines of one list that have it."""


def gaps(
    place: int, pair: Pair, lines: tuple[Lines, Lines], formula: Formula = Formula.F1
) -> tuple[Gap, ...]:
    """The gaps of a pair, the largest effect first.

    Args:
        place: Place of the pair.
        pair: The lists as keys.
        lines: The lead's lines and the member's lines by key.
        formula: By which the effect is counted.
    """
    lead, member = lines
    found = [*_lacking(place, pair, (lead, member), formula),
             *_extra(place, pair, (lead, member), formula)]  # fmt: skip
    return tuple(sorted(found, key=lambda gap: (-gap.effect, -gap.weight, gap.key)))


def _lacking(place: int, pair: Pair, lines: tuple[Lines, Lines], formula: Formula) -> Iterator[Gap]:
    near = _by_generic(lines[1], pair.member)
    before = measure(pair, formula)
    for key in pair.lead - pair.member:
        shown = lines[0][key][0]
        other = near.get(generic_name(shown.name), ())
        effect = _rise(before, pair, formula, (key, True))
        side = Side.OTHER if other else Side.LACKS
        yield Gap(place, key, side, shown, tuple(other), pair.weight(key), effect)


def _extra(place: int, pair: Pair, lines: tuple[Lines, Lines], formula: Formula) -> Iterator[Gap]:
    near = _by_generic(lines[0], pair.lead)
    before = measure(pair, formula)
    for key in pair.member - pair.lead:
        shown = lines[1][key][0]
        other = near.get(generic_name(shown.name), ())
        effect = _rise(before, pair, formula, (key, False))
        yield Gap(place, key, Side.EXTRA, shown, tuple(other), pair.weight(key), effect)


def _by_generic(lines: Lines, keys: frozenset[str]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for key in keys:
        found[generic_name(lines[key][0].name)].append(lines[key][0])
    return found


def _rise(before: Ratio, pair: Pair, formula: Formula, step: tuple[str, bool]) -> Fraction:
    """The figure after one key was taken up or given up, less the figure before."""
    key, take_up = step
    weight = pair.weight(key)
    numerator, denominator = before.numerator, before.denominator
    if take_up:
        numerator += 2 * weight if formula is Formula.F4 else weight
        denominator += weight if formula in {Formula.F1, Formula.F4} else 0
    elif formula is not Formula.F2:
        denominator -= weight
    after = Ratio(numerator, denominator).value or Fraction(0)
    return after - (before.value or Fraction(0))
