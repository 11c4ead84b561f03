"""A comparison in plain figures, for people, scripts and sheets."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.domain.alignment.best import best_additions
from app.domain.alignment.compare import Comparison
from app.domain.alignment.measure import VERSION, Formula, Group, Pair, Ratio, measure

_POINTS = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with what it is made of; `percent` is None when there is nothing to divide by."""

    formula: str
    written: str
    numerator: Decimal
    denominator: Decimal
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class PairAnswer:
    """One member against its lead."""

    lead: str
    member: str
    lead_items: int
    member_items: int
    shared: int
    figures: tuple[Figure, ...]
    weighted: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class GroupAnswer:
    """All pairs in one figure: the mean of the pairs, and all counted together."""

    formula: str
    numerator: Decimal
    denominator: Decimal
    macro: Decimal | None
    pooled: Decimal | None


@dataclass(frozen=True, slots=True)
class GapAnswer:
    """One gap: `effect` in percentage points of the member's figure."""

    member: str
    side: str
    side_text: str
    name: str
    form: str
    spec: str
    maker: str
    code: str
    other: str
    use: Decimal
    effect: Decimal
    todo: str
    key: str
    item_id: int = 0


@dataclass(frozen=True, slots=True)
class BestAnswer:
    """One of the best additions; `after` and `gain` of the group's figure."""

    rank: int
    member: str
    name: str
    spec: str
    use: Decimal
    after: Decimal
    gain: Decimal
    key: str
    item_id: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything a comparison says."""

    formula_version: str
    key: str
    key_text: str
    key_asked: str
    chosen: str
    group_way: str
    by_list: bool
    by_use: bool
    pairs: tuple[PairAnswer, ...]
    group: tuple[GroupAnswer, ...]
    group_weighted: tuple[GroupAnswer, ...]
    best: tuple[BestAnswer, ...]
    gaps: tuple[GapAnswer, ...]

    def figure(self, formula: Formula) -> GroupAnswer:
        """The group's figure by one formula, every drug counting 1."""
        return next(one for one in self.group if one.formula == formula.value)


def answer(
    comparison: Comparison,
    *,
    formula: Formula = Formula.F1,
    group: Group = Group.MACRO,
    best: int = 20,
) -> Answer:
    """The comparison in plain figures, with its gaps and the `best` additions."""
    return Answer(
        formula_version=VERSION,
        key=comparison.key.value,
        key_text=comparison.key.label,
        key_asked=comparison.question.key.value,
        chosen=formula.value,
        group_way=group.value,
        by_list=comparison.question.only is not None,
        by_use=comparison.has_use,
        pairs=tuple(_pair(comparison, place) for place in range(len(comparison.pairs))),
        group=_group(comparison, weighted=False),
        group_weighted=_group(comparison, weighted=True) if comparison.has_use else (),
        best=_best(comparison, best, formula, group),
        gaps=_gaps(comparison, formula),
    )


def points(share: Fraction) -> Decimal:
    """A difference of shares in percentage points with four places."""
    hundred = share * 100
    return (Decimal(hundred.numerator) / Decimal(hundred.denominator)).quantize(_POINTS)


def number(value: Fraction) -> Decimal:
    """A count or sum of uses as a decimal; these never have more places than were read."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def _pair(comparison: Comparison, place: int) -> PairAnswer:
    pair, lists = comparison.pairs[place], comparison.lists[place]
    weighted = _figures(comparison.weighted[place]) if comparison.has_use else ()
    return PairAnswer(
        lists.lead_name, lists.member_name, len(pair.lead), len(pair.member), len(pair.shared),
        _figures(pair), weighted,
    )  # fmt: skip


def _figures(pair: Pair) -> tuple[Figure, ...]:
    return tuple(_figure(formula, measure(pair, formula)) for formula in Formula)


def _figure(formula: Formula, ratio: Ratio) -> Figure:
    return Figure(
        formula.value,
        formula.written,
        number(ratio.numerator),
        number(ratio.denominator),
        ratio.percent,
    )


def _group(comparison: Comparison, *, weighted: bool) -> tuple[GroupAnswer, ...]:
    found = []
    for formula in Formula:
        macro = comparison.group(formula, Group.MACRO, weighted=weighted)
        pooled = comparison.group(formula, Group.POOLED, weighted=weighted)
        found.append(
            GroupAnswer(
                formula.value,
                number(macro.ratio.numerator),
                number(macro.ratio.denominator),
                macro.percent,
                pooled.percent,
            )
        )
    return tuple(found)


def _best(comparison: Comparison, k: int, formula: Formula, group: Group) -> tuple[BestAnswer, ...]:
    found = []
    for rank, one in enumerate(best_additions(comparison.weighted, k, formula, group), 1):
        shown = comparison.shown(one.pair, one.key)
        member = comparison.lists[one.pair].member_name
        found.append(
            BestAnswer(
                rank, member, shown.name, shown.spec, number(one.weight), points(one.after),
                points(one.gain), one.key, shown.item_id,
            )
        )  # fmt: skip
    return tuple(found)


def _gaps(comparison: Comparison, formula: Formula) -> tuple[GapAnswer, ...]:
    return tuple(
        GapAnswer(
            member=comparison.lists[gap.pair].member_name,
            side=gap.side.value,
            side_text=gap.side.label,
            name=gap.shown.name,
            form=gap.shown.form,
            spec=gap.shown.spec,
            maker=gap.shown.maker,
            code=gap.shown.code,
            other="；".join(dict.fromkeys(entry.shown for entry in gap.other)),
            use=number(gap.weight),
            effect=points(gap.effect),
            todo=gap.side.todo,
            key=gap.key,
            item_id=gap.shown.item_id,
        )
        for gap in comparison.gaps(formula)
    )
