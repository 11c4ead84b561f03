"""Two rows held against each other: how every fact fits, the score, and whether gates are open."""

from __future__ import annotations

from typing import Final, NamedTuple

from rapidfuzz import fuzz

from app.domain.matching.entry import Facts
from app.domain.matching.forms import compare_forms
from app.domain.matching.makers import compare_makers
from app.domain.matching.names import Name, compare_salts
from app.domain.matching.strength import compare_packs, compare_strengths
from app.domain.matching.verdict import Fit

_WEIGHTS: Final = {
    "name": 34, "salt": 6, "strength": 22, "form": 10, "maker": 18, "pack": 10,
}  # fmt: skip
_SHARE: Final = {
    Fit.SAME: 100, Fit.WRITTEN: 100, Fit.LIKELY: 70, Fit.UNKNOWN: 40, Fit.DIFFERENT: 0,
}  # fmt: skip
_NAME, _SALT, _STRENGTH, _FORM, _MAKER, _PACK = (
    {fit: weight * share for fit, share in _SHARE.items()} for weight in _WEIGHTS.values()
)
_EVIDENCE: Final = dict.fromkeys(Fit, 0) | {Fit.SAME: 800, Fit.DIFFERENT: -300}
_ALIKE_ONLY: Final = frozenset({Fit.LIKELY, Fit.DIFFERENT})
_CLOSED: Final = 1200
"""What a shut gate costs besides: the right drug of another maker stands before another dose."""
_MOST: Final = 100
_HALF: Final = 50
_HOLDS: Final = frozenset({Fit.SAME, Fit.WRITTEN})
_ALIKE: Final = 75
_BEST_NAME: Final = 80


class Comparison(NamedTuple):
    """How two rows fit.

    Attributes:
        alike: How alike the names are, 0–100; 100 where the substance is the same.
        code: Whether a registered code (医保编码, 本位码) says that they are the same.
    """

    name: Fit
    salt: Fit
    strength: Fit
    form: Fit
    maker: Fit
    pack: Fit
    brand: Fit
    licence: Fit
    code: Fit
    alike: int

    @property
    def score(self) -> int:
        """0–100: facts by weight, with brand, licence and codes as further evidence."""
        named = _NAME[self.name]
        if self.name in _ALIKE_ONLY:
            named = _WEIGHTS["name"] * _BEST_NAME * self.alike // _MOST
        total = (
            named
            + _SALT[self.salt]
            + _STRENGTH[self.strength]
            + _FORM[self.form]
            + _MAKER[self.maker]
            + _PACK[self.pack]
            + _EVIDENCE[self.brand]
            + _EVIDENCE[self.licence]
            + _EVIDENCE[self.code]
            - (_CLOSED if self.closed else 0)
        )
        return max(0, min(_MOST, (total + _HALF) // _MOST))

    @property
    def literal(self) -> int:
        """How many facts are written alike, by which equal scores are ordered."""
        return sum(fit is Fit.SAME for fit in self)

    @property
    def closed(self) -> bool:
        """Whether a hard gate is shut: a fact on which a dose or a price depends disagrees."""
        return Fit.DIFFERENT in {self.strength, self.form, self.salt}

    @property
    def agreed(self) -> bool:
        """Whether dose, salt, form and pack are proved: enough for words confirmed before."""
        return {self.salt, self.strength, self.form, self.pack} <= _HOLDS

    @property
    def certain(self) -> bool:
        """Whether the pair may be accepted without a person: every fact is proved.

        A maker that cannot be proved by its name (sister plants, a name in another script) needs
        the same brand beside it: a trade mark has one owner. A registered code or the same licence
        proves the maker too. Nothing is accepted where strength, form or maker disagree.
        """
        facts = {self.name, self.salt, self.strength, self.form, self.pack}
        if not facts <= _HOLDS or self.maker is Fit.DIFFERENT:
            return False
        proofs = {self.maker, self.brand, self.licence, self.code}
        return self.maker.holds or Fit.SAME in proofs


def compare(left: Facts, right: Facts) -> Comparison:
    """Hold a member's row (left) against an item of the catalogue (right)."""
    name, mine, theirs, alike = fit_names(left, right)
    return Comparison(
        name,
        compare_salts(mine, theirs),
        compare_strengths(left.spec, right.spec),
        compare_forms(left.form, right.form),
        compare_makers(left.maker, right.maker),
        compare_packs(left.spec, right.spec),
        fit_sets(left.brands, right.brands),
        fit_sets(left.licences, right.licences),
        fit_codes(left, right),
        alike,
    )


def fit_names(left: Facts, right: Facts) -> tuple[Fit, Name, Name, int]:
    """How the names fit, which two of the names (name or trade name) fit, and how alike."""
    if left.name.core == right.name.core:
        fit = Fit.SAME if left.name.text == right.name.text else Fit.WRITTEN
        return fit, left.name, right.name, _MOST
    if left.other is not None and left.other.core == right.name.core:
        return Fit.WRITTEN, left.other, right.name, _MOST
    if right.other is not None and left.name.core == right.other.core:
        return Fit.WRITTEN, left.name, right.other, _MOST
    alike = round(fuzz.ratio(left.name.core, right.name.core))
    if left.brands & right.brands:
        return Fit.LIKELY, left.name, right.name, max(alike, _ALIKE)
    return (Fit.LIKELY if alike >= _ALIKE else Fit.DIFFERENT), left.name, right.name, alike


def fit_sets(left: frozenset[str], right: frozenset[str]) -> Fit:
    """Whether two sets of words share one; unknown where one side has none."""
    if not left or not right:
        return Fit.UNKNOWN
    return Fit.SAME if left & right else Fit.DIFFERENT


def fit_codes(left: Facts, right: Facts) -> Fit:
    """Whether a registered code is the same; a different 本位码 is only evidence against."""
    for mine, theirs in (
        (left.entry.nhsa, right.entry.nhsa),
        (left.entry.national, right.entry.national),
    ):
        if mine and theirs:
            return Fit.SAME if mine == theirs else Fit.DIFFERENT
    return Fit.UNKNOWN
