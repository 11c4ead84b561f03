"""The optimiser equals trying everything, and no hand-made award under its limits is cheaper."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

from hypothesis import given, settings, strategies as st

from app.domain.awarding.case import Allocation, Case, CaseLine, CaseSupplier, Offer, Part, total
from app.domain.awarding.limits import Limits, Rule, fold
from app.domain.awarding.verify import breaches
from app.services.awards.engine import SHAPING, How, Proposal, optimise
from app.services.awards.search import Effort, search

QUICK = How(seconds=600, explain=False)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    suppliers = tuple(
        CaseSupplier(key, f"供应商{key}", small=draw(st.booleans()), cold_chain=draw(st.booleans()))
        for key in range(draw(st.integers(1, 4)))
    )
    lines, offers = [], []
    for key in range(draw(st.integers(1, 4))):
        line = CaseLine(
            key,
            f"品规{key}",
            lot=draw(st.integers(1, 2)),
            volume=draw(st.integers(0, 500)),
            factor=draw(st.sampled_from((1, 10, 24))),
            limit=draw(st.sampled_from((0, 90_000))),
            base=draw(st.sampled_from((0, 100_000))),
            cold=draw(st.booleans()),
            incumbent=draw(st.sampled_from((None, 0, 1))),
        )
        lines.append(line)
        for one in suppliers:
            price = draw(st.integers(0, 100_000))
            capacity = draw(st.sampled_from((None, None, 100, 300)))
            if price:
                offers.append(Offer(key, one.key, price, capacity))
    return Case(tuple(lines), suppliers, tuple(offers))


@st.composite
def limits(draw: st.DrawFn) -> Limits:
    return Limits(
        in_all=draw(st.sampled_from((None, 1, 2, 3))),
        per_lot=draw(st.sampled_from((None, 1, 2))),
        lots=draw(st.sampled_from(((), ((1, 1),)))),
        split=draw(st.sampled_from(((1000,), (700, 300), (600, 300, 100)))),
        share_cap=draw(st.sampled_from((None, 500, 800))),
        use_capacity=draw(st.booleans()),
        capacities=draw(st.sampled_from(((), ((0, 100_000),)))),
        small_share=draw(st.sampled_from((None, 200, 500))),
        cold_chain=draw(st.booleans()),
        keep_incumbent=draw(st.sampled_from((None, 0, 100))),
    )


def every_award(case: Case, wanted: Limits) -> Iterator[Allocation]:
    """All awards that give each line its parts; written apart from the program's own search."""
    choices = []
    for line in case.awardable():
        who = [
            one.supplier
            for one in case.able[line.key]
            if not (
                wanted.cold_chain and line.cold and not case.supplier_of[one.supplier].cold_chain
            )
        ]
        parts = fold(wanted.parts(line.key), len(who))
        choices.append(
            [
                tuple(Part(line.key, key, share) for key, share in zip(row, parts, strict=True))
                for row in permutations(who, len(parts))
            ]
        )
    for combination in product(*choices):
        yield tuple(part for row in combination for part in row)


@settings(max_examples=40)
@given(cases(), limits())
def test_it_finds_what_trying_everything_finds(case: Case, wanted: Limits) -> None:
    costs = [
        total(case, one) for one in every_award(case, wanted) if not breaches(case, wanted, one)
    ]
    found = optimise(case, wanted, how=QUICK)
    if not case.awardable():
        assert found.parts == ()
    elif costs:
        assert not breaches(case, wanted, found.parts)
        assert found.cost == min(costs)
        assert found.proved
    else:
        assert found.conflict is not None


@settings(max_examples=40)
@given(cases(), limits())
def test_a_large_case_is_led_to_the_same_end(case: Case, wanted: Limits) -> None:
    costs = [
        total(case, one) for one in every_award(case, wanted) if not breaches(case, wanted, one)
    ]
    found = search(case, wanted, Effort(600, large=0))
    if costs and case.awardable():
        assert found.parts is not None
        assert not breaches(case, wanted, found.parts)
        assert (total(case, found.parts), found.finished) == (min(costs), True)
        assert found.bound <= min(costs)
    elif case.awardable():
        assert (found.parts, found.infeasible) == (None, True)


@settings(max_examples=25)
@given(cases(), limits(), st.integers(0, 1000))
def test_no_award_by_hand_is_cheaper(case: Case, wanted: Limits, pick: int) -> None:
    hands = [one for one in every_award(case, wanted) if not breaches(case, wanted, one)]
    if not hands or not case.awardable():
        return
    hand = hands[pick % len(hands)]
    found = optimise(case, wanted, hand, QUICK)
    assert found.hand is not None
    assert found.hand.proposed <= found.hand.cost
    assert found.hand.breaches == ()


@settings(max_examples=20)
@given(cases(), limits())
def test_each_limit_costs_something_or_nothing_but_never_saves(case: Case, wanted: Limits) -> None:
    found = optimise(case, wanted)
    # another shape of lines can be cheaper or dearer; the rest only narrow
    assert all(one.costs >= 0 for one in found.limits if one.rule not in SHAPING)
    if found.conflict is not None:
        for rule in found.conflict.rules:
            fewer = wanted
            for other in wanted.active(case):
                if other not in found.conflict.rules or other is rule:
                    fewer = fewer.without(other)
            assert optimise(case, fewer, how=QUICK).conflict is None


def small_case() -> Case:
    lines = tuple(CaseLine(key, f"品规{key}", 1, 100, 1, base=120_000) for key in (1, 2, 3))
    suppliers = tuple(CaseSupplier(key, name) for key, name in ((1, "甲"), (2, "乙"), (3, "丙")))
    prices = {
        1: (100_000, 110_000, 115_000),
        2: (112_000, 101_000, 115_000),
        3: (119_000,) * 2 + (99_000,),
    }
    offers = tuple(
        Offer(line, who, price) for line, row in prices.items() for who, price in enumerate(row, 1)
    )
    return Case(lines, suppliers, offers)


def solved(wanted: Limits, hand: Allocation = ()) -> Proposal:
    return optimise(small_case(), wanted, hand)


def test_it_says_what_a_limit_costs() -> None:
    found = solved(Limits(in_all=2))
    # 甲 1 and 2 at 10.00 + 11.20, 丙 3 at 9.90: 3110.00 against 3000.00 with all three
    assert (found.cost, [(one.rule, one.costs) for one in found.limits]) == (
        309_000 + 1_000,
        [(Rule.IN_ALL, 10_000)],
    )


def test_limits_that_conflict_are_named() -> None:
    found = solved(Limits(in_all=1, share_cap=600))
    assert found.conflict is not None
    assert found.conflict.rules == (Rule.IN_ALL, Rule.SHARE_CAP)


def test_a_bid_over_its_cap_never_wins() -> None:
    case = small_case()
    capped = Case((CaseLine(1, "品规", 1, 100, 1, limit=90_000),), case.suppliers, case.offers[:3])
    found = optimise(capped, Limits())
    assert found.parts == ()
    assert found.left_out == ((1, "报价都高于限价"),)


def test_the_same_question_has_the_same_answer() -> None:
    assert solved(Limits(in_all=2)) == solved(Limits(in_all=2))


def test_it_stops_when_told() -> None:
    found = optimise(small_case(), Limits(in_all=2), how=How(stopped=lambda: True))
    assert found.limits == ()
