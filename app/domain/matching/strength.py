"""What a specification says: how much is in one unit, in what volume, and how many are in a pack.

Hospitals write the same strength in many ways: 0.5g and 500mg, 15ml:40mg, 100ml:66.7g in a bottle
of 150ml, 200mg/28.5mg, (24mg+220mg), 10g:3mg(0.03%), 每100丸重10g. Amounts are kept as exact
fractions of a base unit (g, ml, IU), so that equal is equal; nothing is rounded.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

from app.domain.matching.text import plain
from app.domain.matching.verdict import Fit

_UNITS: Final[dict[str, tuple[str, Fraction]]] = {
    "kg": ("g", Fraction(1000)), "g": ("g", Fraction(1)), "mg": ("g", Fraction(1, 1000)),
    "ug": ("g", Fraction(1, 10**6)), "mcg": ("g", Fraction(1, 10**6)),
    "ng": ("g", Fraction(1, 10**9)),
    "克": ("g", Fraction(1)), "毫克": ("g", Fraction(1, 1000)), "微克": ("g", Fraction(1, 10**6)),
    "l": ("ml", Fraction(1000)), "ml": ("ml", Fraction(1)), "ul": ("ml", Fraction(1, 1000)),
    "升": ("ml", Fraction(1000)), "毫升": ("ml", Fraction(1)), "cc": ("ml", Fraction(1)),
    "iu": ("iu", Fraction(1)), "u": ("iu", Fraction(1)), "单位": ("iu", Fraction(1)),
    "axaiu": ("iu", Fraction(1)), "国际单位": ("iu", Fraction(1)),
    "%": ("%", Fraction(1)), "mmol": ("mmol", Fraction(1)), "mol": ("mmol", Fraction(1000)),
    "cm": ("cm", Fraction(1)), "mm": ("cm", Fraction(1, 10)), "m": ("cm", Fraction(100)),
    "fr": ("fr", Fraction(1)), "f": ("fr", Fraction(1)),
    "mbq": ("mbq", Fraction(1)), "kbq": ("mbq", Fraction(1, 1000)),
    "亿": ("cells", Fraction(10**8)), "揿": ("puff", Fraction(1)), "喷": ("puff", Fraction(1)),
}  # fmt: skip
_TIMES: Final = {"万": 10**4, "w": 10**4, "百万": 10**6, "千": 10**3, "亿": 10**8, "": 1}
_UNIT: Final = "|".join(sorted(_UNITS, key=len, reverse=True))
_AMOUNT: Final = re.compile(rf"(\d+(?:\.\d+)?|\.\d+)(百万|万|千|亿|w)?({_UNIT})(?![a-z])")
_BARE: Final = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)(?![\d.])")
_COUNTED: Final = (
    "片粒袋支瓶盒板丸枚贴包条个只套付副粒枚块卷张根双把桶罐听管排组件箱人份测试次吸s#t"
)
_COUNT: Final = re.compile(
    rf"(?:[每装]?)(\d+)(?:小)?(?:人份|测试|[{_COUNTED}])?(?:/[^\d/*]{{1,3}}|装)*"
)
_LOOSE_COUNT: Final = re.compile(rf"(?<![\d.])(\d+)(?:人份|测试|[{_COUNTED}])(?![a-z])")
_PER: Final = re.compile(r"每(\d+)(?:丸|片|粒|枚)(?:重|装)?|/(\d+)丸")
_ASIDE: Final = re.compile(r"(?:相当于?|含|以|按|折合|其中|内含)[^*)]*")
_INNER: Final = re.compile(r"\(([^()]*)\)")
_TIMES_SIGN: Final = re.compile(r"(?<=[\d\u4e00-\u9fffa-z)])x(?=\d)")
_HUNDRED: Final = Fraction(100)
_MOST_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Amount:
    """How much: a fraction of a base unit (g, ml, iu, % …)."""

    value: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class Spec:
    """A specification taken apart.

    Attributes:
        text: As it was compared, without blanks.
        amounts: What one unit holds, in the order in which it stands.
        aside: Amounts in brackets or after 相当于 and 含: said in addition.
        bare: Numbers that carry no unit (0.25*24).
        pack: How many units are in a pack; None when it does not say.
    """

    text: str = ""
    amounts: tuple[Amount, ...] = ()
    aside: tuple[Amount, ...] = ()
    bare: tuple[Fraction, ...] = ()
    pack: int | None = None

    def of(self, unit: str) -> tuple[Fraction, ...]:
        """The amounts in one base unit."""
        return tuple(amount.value for amount in self.amounts if amount.unit == unit)

    def share(self) -> Fraction | None:
        """Grams in 1 ml or 1 g of the preparation, where the text gives it; None otherwise.

        15ml:40mg and 0.2667% say the same; 10g:3mg and 0.03% too.
        """
        for amount in (*self.amounts, *self.aside):
            if amount.unit == "%":
                return amount.value / _HUNDRED
        return _ratio(self.aside) or _ratio(self.amounts)


@lru_cache(maxsize=400_000)
def read_spec(text: str) -> Spec:
    """A specification taken apart; what cannot be read is left out, never guessed.

    >>> read_spec("0.25g*24粒/盒") == read_spec("0.25g*24粒/盒")
    True
    >>> spec = read_spec("0.125g/片*8片/板*4板")
    >>> [str(amount.value) for amount in spec.amounts], spec.pack
    (['1/8'], 32)
    """
    label = _TIMES_SIGN.sub("*", plain(text).replace("'", "").replace("’", ""))
    asides = [found[1] for found in _INNER.finditer(label) if not _is_sum(found[1])]
    main = label
    for aside in asides:
        main = main.replace(f"({aside})", "")
    asides += _ASIDE.findall(main)
    main = _ASIDE.sub("", main).replace("(", "").replace(")", "")
    amounts: list[Amount] = []
    bare: list[Fraction] = []
    counts: list[int] = []
    for segment in main.split("*"):
        _read_segment(segment, amounts, bare, counts)
    beside = [amount for aside in asides for amount in _amounts(aside)]
    if not amounts:
        amounts, beside = beside, []
    pack = _product(counts) if counts else None
    return Spec(label, tuple(amounts), tuple(beside), tuple(bare), pack)


def compare_strengths(left: Spec, right: Spec) -> Fit:
    """Whether two specifications hold the same amount in one unit."""
    if not (left.amounts and right.amounts):
        return _without_amounts(left, right)
    if Counter(left.amounts) == Counter(right.amounts):
        return _by_share(left, right, Fit.WRITTEN)
    if _sums_up(left, right) or _sums_up(right, left) or _same_liquid(left, right):
        return Fit.WRITTEN
    if _says_more(left, right) or _says_more(right, left):
        return _by_share(left, right, Fit.LIKELY)
    return Fit.DIFFERENT


def times(left: Spec, right: Spec) -> Fraction | None:
    """How many times as strong the stronger one is, where each names one amount of one unit."""
    if len(left.amounts) != 1 or len(right.amounts) != 1:
        return None
    mine, theirs = left.amounts[0], right.amounts[0]
    if mine.unit != theirs.unit or not mine.value or not theirs.value:
        return None
    factor = Fraction(mine.value, theirs.value)
    return max(factor, Fraction(theirs.value, mine.value))


def compare_packs(left: Spec, right: Spec) -> Fit:
    """Whether two packs hold as many units; a text without a count means one."""
    if left.pack == right.pack:
        return Fit.SAME if left.text == right.text else Fit.WRITTEN
    if left.pack is None or right.pack is None:
        return Fit.WRITTEN if 1 in {left.pack, right.pack} else Fit.UNKNOWN
    return Fit.DIFFERENT


def _read_segment(
    segment: str, amounts: list[Amount], bare: list[Fraction], counts: list[int]
) -> None:
    """Sort one part between two stars into amounts, numbers without unit, or a count."""
    per = _PER.search(segment)
    measured = _amounts(_PER.sub("", segment) if per else segment)
    if measured:
        share = (int(per[1] or per[2]) if per else 1) or 1  # 每0片 is a slip: it shares nothing
        amounts += [Amount(Fraction(amount.value, share), amount.unit) for amount in measured]
        tail = _LOOSE_COUNT.search(_AMOUNT.sub("", segment)) if not per else None
        if tail and len(tail[1]) < _MOST_DIGITS:
            counts.append(int(tail[1]))
        return
    found = _COUNT.fullmatch(segment)
    counted = found is not None and len(found[1]) < _MOST_DIGITS
    if found and counted and (amounts or bare or found[1] != found[0] or counts):
        counts.append(int(found[1]))
        return
    bare += [Fraction(number) for number in _BARE.findall(segment) if len(number) < _MOST_DIGITS]


def _amounts(text: str) -> list[Amount]:
    found = []
    for number, times, unit in _AMOUNT.findall(text):
        if len(number) >= _MOST_DIGITS:
            continue
        base, factor = _UNITS[unit]
        found.append(Amount(Fraction(number) * _TIMES[times] * factor, base))
    return found


def _is_sum(inside: str) -> bool:
    """Whether a bracket holds the ingredients themselves: (24mg+220mg)."""
    return "+" in inside and bool(_AMOUNT.search(inside))


def _ratio(amounts: tuple[Amount, ...]) -> Fraction | None:
    """Grams in one ml or in one gram, from a pair such as 15ml:40mg or 10g:3mg."""
    volumes = [amount.value for amount in amounts if amount.unit == "ml" and amount.value]
    masses = [amount.value for amount in amounts if amount.unit == "g" and amount.value]
    if len(volumes) == 1 and len(masses) == 1:
        return Fraction(masses[0], volumes[0])
    if not volumes and len(masses) == 2 and masses[0] > masses[1]:  # noqa: PLR2004 - a pair
        return Fraction(masses[1], masses[0])
    return None


def _by_share(left: Spec, right: Spec, otherwise: Fit) -> Fit:
    """The fit, unless both state a concentration and these differ."""
    mine, theirs = left.share(), right.share()
    if mine is not None and theirs is not None and mine != theirs:
        return Fit.DIFFERENT
    if (mine is None) != (theirs is None):
        return Fit.LIKELY
    if left.text.partition("*")[0] == right.text.partition("*")[0] and otherwise is Fit.WRITTEN:
        return Fit.SAME
    return otherwise


def _sums_up(parts: Spec, whole: Spec) -> bool:
    """Whether the ingredients of one side add up to the only amount of the other."""
    masses = parts.of("g")
    alone = len(whole.amounts) == 1 and len(masses) == len(parts.amounts) > 1
    return alone and whole.of("g") == (sum(masses, Fraction(0)),)


def _same_liquid(left: Spec, right: Spec) -> bool:
    """Whether both name the same volume or mass in all, and the same concentration."""
    mine, theirs = left.share(), right.share()
    if mine is None or theirs is None or mine != theirs:
        return False
    return _whole(left) == _whole(right)


def _whole(spec: Spec) -> Amount | None:
    """The preparation as a whole: its volume, else the larger mass."""
    volumes = spec.of("ml")
    if volumes:
        return Amount(max(volumes), "ml")
    masses = spec.of("g")
    return Amount(max(masses), "g") if masses else None


def _says_more(more: Spec, less: Spec) -> bool:
    """Whether one side names all that the other names, and something besides."""
    rest = Counter(less.amounts)
    return not (rest - Counter((*more.amounts, *more.aside)))


def _without_amounts(left: Spec, right: Spec) -> Fit:
    """Two specifications of which at least one names no amount with a unit."""
    if left.text and left.text == right.text and not left.amounts:
        return Fit.SAME if left.bare or left.pack is None else Fit.UNKNOWN
    for some, other in ((left, right), (right, left)):
        if some.bare and other.amounts:
            return Fit.LIKELY if _fits_bare(some.bare, other.amounts) else Fit.DIFFERENT
    return Fit.UNKNOWN


def _fits_bare(bare: tuple[Fraction, ...], amounts: tuple[Amount, ...]) -> bool:
    """Whether numbers without a unit are those of the other side in g, mg, ug, ml or IU."""
    for scale in (1, 1000, 10**6):
        values = {amount.value * (scale if amount.unit == "g" else 1) for amount in amounts}
        if set(bare) <= values:
            return True
    return False


def _product(counts: list[int]) -> int:
    total = 1
    for count in counts:
        total *= count
    return total
