"""目录吻合度: the formulas, the papers' figures, and the best additions against all others."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings, strategies as st

from app.domain.alignment.best import Change, best_additions, figure, what_if
from app.domain.alignment.measure import Formula, Group, Pair, Ratio, measure, percent, together

KEYS = "abcdefgh"


def counts(name: str, shared: int, member: int) -> Pair:
    """A pair in which the member has so many drugs, so many of them the lead's."""
    both = {f"both-{n}" for n in range(shared)}
    own = {f"own-{n}" for n in range(member - shared)}
    return Pair(name, frozenset(both | {"lead-only"}), frozenset(both | own))


class TestThePapers:
    """434 → 803 drugs, 65.86 % → 81.05 %: only the mean over two pairs gives these figures."""

    before = (counts("江滨", 136, 210), counts("梅园", 150, 224))
    after = (counts("江滨", 313, 390), counts("梅园", 338, 413))

    @pytest.mark.parametrize(
        ("pairs", "items", "shown"), [(before, 434, "65.86"), (after, 803, "81.05")]
    )
    def test_the_mean_over_two_pairs(
        self, pairs: tuple[Pair, Pair], items: int, shown: str
    ) -> None:
        ratios = [measure(pair) for pair in pairs]
        assert sum(ratio.denominator for ratio in ratios) == items
        assert together(ratios, Group.MACRO).percent == Decimal(shown)

    def test_369_drugs_more_of_which_365_are_the_leads(self) -> None:
        before, after = (
            together([measure(pair) for pair in pairs]).ratio for pairs in (self.before, self.after)
        )
        assert after.denominator - before.denominator == 369
        assert after.numerator - before.numerator == 365

    def test_counted_together_the_papers_figures_are_impossible(self) -> None:
        shares = {percent(Fraction(shared, 434)) for shared in range(435)}
        shares |= {percent(Fraction(shared, 803)) for shared in range(804)}
        assert not shares & {Decimal("65.86"), Decimal("81.05")}


def test_a_pair_without_a_list_has_no_share_and_does_not_count() -> None:
    empty = Pair("空", frozenset("ab"), frozenset())
    full = Pair("满", frozenset("ab"), frozenset("ac"))
    assert measure(empty).value is None
    assert measure(empty).percent is None
    assert together([measure(empty), measure(full)]).value == Fraction(1, 2)


def test_what_if_takes_up_and_gives_up() -> None:
    pair = Pair("一", frozenset("abc"), frozenset("ax"))
    (changed,) = what_if([pair], [Change(0, frozenset("b"), frozenset("x"))])
    assert (measure(pair).value, measure(changed).value) == (Fraction(1, 2), Fraction(1))


weights = st.dictionaries(st.sampled_from(KEYS), st.decimals(0, 50, places=1), max_size=8)


@st.composite
def pairs_of(draw: st.DrawFn) -> Pair:
    """A small pair, weighted or not."""
    some = st.frozensets(st.sampled_from(KEYS), max_size=6)
    weighed = draw(st.one_of(st.none(), weights))
    return Pair("", draw(some), draw(some), weighed)


@settings(max_examples=150)
@given(
    st.lists(pairs_of(), min_size=1, max_size=2),
    st.integers(0, 4),
    st.sampled_from(Formula),
    st.sampled_from(Group),
)
def test_no_other_choice_of_k_raises_the_figure_more(
    pairs: list[Pair], k: int, formula: Formula, group: Group
) -> None:
    found = best_additions(pairs, k, formula, group)
    lacking = [(n, key) for n, pair in enumerate(pairs) for key in sorted(pair.lead - pair.member)]
    assert len(found) == min(k, len(lacking))
    every = [
        figure([measure(pair, formula) for pair in _after(pairs, choice)], group)
        for choice in combinations(lacking, len(found))
    ]
    reached = figure(
        [measure(p, formula) for p in _after(pairs, [(a.pair, a.key) for a in found])], group
    )
    assert reached == max(every)
    if found:
        assert found[-1].after == reached


def _after(pairs: list[Pair], choice: object) -> tuple[Pair, ...]:
    assert isinstance(choice, list | tuple)
    return what_if(pairs, [Change(place, frozenset({key})) for place, key in choice])


@given(pairs_of(), st.sampled_from(Formula))
def test_a_figure_is_a_share(pair: Pair, formula: Formula) -> None:
    value = measure(pair, formula).value
    assert value is None or 0 <= value <= 1


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=1, max_size=5))
def test_pooled_lies_between_the_least_and_the_greatest(parts: list[tuple[int, int]]) -> None:
    ratios = [Ratio(Fraction(min(a, b)), Fraction(b)) for a, b in parts]
    values = [ratio.numerator / ratio.denominator for ratio in ratios]
    for group in Group:
        value = together(ratios, group).value
        assert value is not None
        assert min(values) <= value <= max(values)
