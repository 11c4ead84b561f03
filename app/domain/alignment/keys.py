"""When two lines of two lists are the same drug: by generic name, + form, + strength, or product.

The first two keys are texts. Strengths and products are compared pair by pair (0.5 g is 500 mg;
one side may give a code that the other lacks), so their keys are classes: lines that agree stand
in the same class, through any number of lists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from app.domain.alignment.entries import Entry
from app.domain.alignment.names import generic_name, maker_key
from app.domain.matching.forms import read_form
from app.domain.matching.strength import compare_packs, compare_strengths, read_spec
from app.domain.matching.text import plain
from app.domain.matching.verdict import Fit
from app.i18n import N_, _

_AGREE: Final = frozenset({Fit.SAME, Fit.WRITTEN, Fit.LIKELY})


class Key(StrEnum):
    """By what two lines are compared."""

    GENERIC = "generic"
    FORM = "form"
    STRENGTH = "strength"
    PRODUCT = "product"

    @property
    def label(self) -> str:
        """The key in the person's language."""
        return _(_LABELS[self])


_LABELS: Final = {
    Key.GENERIC: N_("通用名"),
    Key.FORM: N_("通用名 + 剂型"),
    Key.STRENGTH: N_("通用名 + 剂型 + 规格"),
    Key.PRODUCT: N_("品规（本位码，或再加生产企业）"),
}


def assign(lists: Sequence[Sequence[Entry]], key: Key) -> tuple[tuple[str, ...], ...]:
    """The key of every line of every list, comparable across all of them.

    >>> one, two = Entry("盐酸二甲双胍片", spec="0.5g"), Entry("二甲双胍片", spec="500mg*20片")
    >>> assign(((one,), (two,)), Key.STRENGTH)
    (('二甲双胍|tablet|0.5g',), ('二甲双胍|tablet|0.5g',))
    """
    if key in {Key.GENERIC, Key.FORM}:
        return tuple(tuple(text_key(entry, key) for entry in lines) for lines in lists)
    everything = [entry for lines in lists for entry in lines]
    classes = _strengths(everything)
    if key is Key.PRODUCT:
        classes = _products(everything, classes)
    places = iter(classes)
    return tuple(tuple(next(places) for _entry in lines) for lines in lists)


def text_key(entry: Entry, key: Key) -> str:
    """The generic name, or the generic name and form's family."""
    generic = generic_name(entry.name)
    if key is Key.GENERIC:
        return generic
    return f"{generic}|{read_form(entry.name, entry.form).family}"


class _Classes:
    """Sets of places that are joined as they are found equal; the first place stands for all."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def find(self, place: int) -> int:
        while self._above[place] != place:
            self._above[place] = self._above[self._above[place]]
            place = self._above[place]
        return place

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.find(one), self.find(other)))
        self._above[high] = low


def _strengths(entries: Sequence[Entry]) -> list[str]:
    """The strength key of every line: its generic name, form, and class of equal strengths."""
    specs: dict[str, list[str]] = defaultdict(list)
    heads = [text_key(entry, Key.FORM) for entry in entries]
    for head, entry in zip(heads, entries, strict=True):
        if entry.spec not in specs[head]:
            specs[head].append(entry.spec)
    names = {(head, spec): f"{head}|{word}" for head, found in specs.items()
             for spec, word in _spec_classes(found)}  # fmt: skip
    return [names[head, entry.spec] for head, entry in zip(heads, entries, strict=True)]


def _spec_classes(specs: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Each specification with the strength of the first one that it agrees with."""
    classes = _Classes(len(specs))
    read = [read_spec(spec) for spec in specs]
    for right in range(len(specs)):
        for left in range(right):
            if compare_strengths(read[left], read[right]) in _AGREE:
                classes.join(left, right)
                break
    for place, spec in enumerate(specs):
        yield spec, plain(specs[classes.find(place)]).partition("*")[0]


def _products(entries: Sequence[Entry], strengths: Sequence[str]) -> list[str]:
    """Lines of one 本位码, or of one maker's strength and pack, are one product."""
    classes = _Classes(len(entries))
    first: dict[tuple[str, str], int] = {}
    by_maker: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, (entry, strength) in enumerate(zip(entries, strengths, strict=True)):
        if entry.national:
            classes.join(first.setdefault(("code", plain(entry.national)), place), place)
        by_maker[strength, maker_key(entry.maker)].append(place)
    for places in by_maker.values():
        for number, place in enumerate(places):
            for other in places[:number]:
                if _same_product(entries[other], entries[place]):
                    classes.join(other, place)
                    break
    return [
        entries[classes.find(place)].national
        or f"{strengths[classes.find(place)]}|"
        f"{maker_key(entries[classes.find(place)].maker)}|{classes.find(place)}"
        for place in range(len(entries))
    ]


def _same_product(one: Entry, other: Entry) -> bool:
    """Same maker and strength: the same product unless both carry a code, or packs differ."""
    if one.national and other.national:
        return plain(one.national) == plain(other.national)
    return compare_packs(read_spec(one.spec), read_spec(other.spec)) is not Fit.DIFFERENT
