"""Several members against their leads, from the lines of their lists to figures and gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from app.domain.alignment.entries import Entry
from app.domain.alignment.gap import Gap, Lines, gaps
from app.domain.alignment.keys import Key, assign
from app.domain.alignment.measure import Formula, Group, GroupFigure, Pair, measure, together
from app.domain.matching.forms import read_form
from app.domain.matching.strength import read_spec

_LEVELS: Final = (Key.GENERIC, Key.FORM, Key.STRENGTH, Key.PRODUCT)
_MOSTLY: Final = 2


@dataclass(frozen=True, slots=True)
class Lists:
    """What one member and its lead hold."""

    lead_name: str
    member_name: str
    lead: tuple[Entry, ...]
    member: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the lists.

    Attributes:
        key: By what two lines are the same.
        only: A named list (慢性病常见病, a ward's) that both lists are cut down to; None: all.
        use: What is used of each drug; None: every drug counts the same.
    """

    key: Key = Key.FORM
    only: tuple[Entry, ...] | None = None
    use: tuple[Entry, ...] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answer: per pair the keys, counted and weighted, and the lines behind them.

    Attributes:
        key: By what was compared: the asked key, or the finest that every list can be read by.
        pairs: Every drug counts 1.
        weighted: The same pairs with the use as weight; equal to `pairs` when no use was given.
        lines: Of each pair the lead's and the member's lines by key.
    """

    question: Question
    key: Key
    lists: tuple[Lists, ...]
    pairs: tuple[Pair, ...]
    weighted: tuple[Pair, ...]
    lines: tuple[tuple[Lines, Lines], ...] = field(repr=False)

    @property
    def has_use(self) -> bool:
        """Whether drugs are weighted by use."""
        return self.question.use is not None

    def group(self, formula: Formula, group: Group, *, weighted: bool = False) -> GroupFigure:
        """The figure of all pairs."""
        pairs = self.weighted if weighted else self.pairs
        return together([measure(pair, formula) for pair in pairs], group)

    def gaps(self, formula: Formula = Formula.F1) -> tuple[Gap, ...]:
        """The gaps of all pairs, the largest effect first; by use where use is known."""
        found = [
            gap
            for place, pair in enumerate(self.weighted)
            for gap in gaps(place, pair, self.lines[place], formula)
        ]
        return tuple(sorted(found, key=lambda gap: (-gap.effect, -gap.weight, gap.pair, gap.key)))

    def shown(self, place: int, key: str) -> Entry:
        """A line that stands for a key, from either list of a pair."""
        lead, member = self.lines[place]
        return (lead.get(key) or member[key])[0]


def compare(lists: Sequence[Lists], question: Question) -> Comparison:
    """Compare every member with its lead."""
    asked = (question.only or (), question.use or ())
    texts = [part for one in lists for part in (one.lead, one.member)]
    levels = [stated_level(part, question.key) for part in texts if part]
    key = min(levels, key=_LEVELS.index, default=question.key)
    original, question = question, replace(question, key=key)
    keys = assign([*texts, *asked], key)
    wanted = _wanted(texts, question, keys[-2])
    weights = _weights(texts, keys[:-2], question, keys[-1])
    pairs, lines = [], []
    for number, one in enumerate(lists):
        lead = _lines(one.lead, keys[2 * number], wanted, 2 * number)
        member = _lines(one.member, keys[2 * number + 1], wanted, 2 * number + 1)
        pairs.append(Pair(one.member_name, frozenset(lead), frozenset(member)))
        lines.append((lead, member))
    weighted = pairs
    if question.use is not None:
        weighted = [Pair(pair.name, pair.lead, pair.member, weights) for pair in pairs]
    return Comparison(original, key, tuple(lists), tuple(pairs), tuple(weighted), tuple(lines))


def stated_level(entries: Sequence[Entry], key: Key) -> Key:
    """The finest key that a list can be read by, at most `key`: bare names say no more."""
    half = max(1, len(entries) // _MOSTLY)
    has = {
        Key.FORM: sum(bool(read_form(one.name, one.form).family) for one in entries),
        Key.STRENGTH: sum(bool(read_spec(one.spec).amounts) for one in entries),
        Key.PRODUCT: sum(bool(one.maker or one.national) for one in entries),
    }
    level = Key.GENERIC
    for finer in _LEVELS[1 : _LEVELS.index(key) + 1]:
        if has[finer] < half:
            break
        level = finer
    return level


def _wanted(
    texts: Sequence[Sequence[Entry]], question: Question, own: tuple[str, ...]
) -> list[set[int]] | None:
    """Per list the places of the lines that the named list holds; None: all."""
    if question.only is None:
        return None
    level = stated_level(question.only, question.key)
    keys = assign([*texts, question.only], level)
    only = frozenset(keys[-1]) | (frozenset(own) if level is question.key else frozenset())
    return [{place for place, key in enumerate(found) if key in only} for found in keys[:-1]]


def _weights(
    texts: Sequence[Sequence[Entry]],
    keys: Sequence[tuple[str, ...]],
    question: Question,
    own: tuple[str, ...],
) -> dict[str, Decimal]:
    """The use of each key; use stated of a generic name counts for each of its forms."""
    if question.use is None:
        return {}
    level = stated_level(question.use, question.key)
    coarse = assign([*texts, question.use], level)
    use: dict[str, Decimal] = defaultdict(Decimal)
    for key, entry in zip(coarse[-1], question.use, strict=True):
        use[key] += entry.use
    found = {
        fine: use.get(rough, Decimal(0))
        for fines, roughs in zip(keys, coarse[:-1], strict=True)
        for fine, rough in zip(fines, roughs, strict=True)
    }
    if level is question.key:
        found |= {key: use[rough] for key, rough in zip(own, coarse[-1], strict=True)}
    return found


def _lines(
    entries: Sequence[Entry], keys: Sequence[str], wanted: list[set[int]] | None, number: int
) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for place, (entry, key) in enumerate(zip(entries, keys, strict=True)):
        if wanted is None or place in wanted[number]:
            found[key].append(entry)
    return dict(found)
