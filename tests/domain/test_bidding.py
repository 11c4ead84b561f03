"""The rules of bidding: laws over any prices, and the examples of the domain file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, strategies as st

from app.domain import money
from app.domain.bidding.award import BACKUP, WHOLE, WINNER, Chosen, Field, check_line
from app.domain.bidding.commitment import (
    BidLine,
    SheetContent,
    SheetKind,
    canonical,
    commitment,
    new_nonce,
)
from app.domain.bidding.compare import GIVEN_UP, NOBODY, Grid, mixed, standing, totals
from app.domain.bidding.dossier import Paper, check_dossier, cold_chain
from app.domain.bidding.need import check_pledge, propose
from app.domain.bidding.rules import (
    BidRules,
    CapRule,
    Limits,
    above_ceiling,
    cap_of,
    check_price,
    over_words,
    rules_of,
)
from app.domain.bidding.scoring import DEFAULT, EXPERT, Criterion, pick_by_score, price_points
from app.domain.bidding.sheet_key import make_key, read_key
from app.domain.errors import DomainError

prices = st.integers(1, 10**9).map(money.from_scaled)
maybe = st.none() | prices
rules = st.builds(BidRules, st.booleans(), st.booleans(), st.booleans(), st.booleans())


@given(prices, st.tuples(maybe, maybe, maybe, maybe), rules, st.integers(2, 9))
def test_a_later_bid_stands_exactly_when_no_rule_in_force_is_broken(
    price: Decimal,
    found: tuple[Decimal | None, Decimal | None, Decimal | None, Decimal | None],
    rule: BidRules,
    number: int,
) -> None:
    previous, listed, lowest, ceiling = found
    limits = Limits(previous, cap_of(listed, lowest, rule), ceiling)
    bounds = [
        bound
        for on, bound in (
            (rule.previous, previous), (rule.listed, listed), (rule.lowest, lowest),
            (rule.ceiling, ceiling),
        )
        if on and bound is not None
    ]  # fmt: skip

    problem = check_price(price, limits, rule, number)

    assert (problem is None) == all(price <= bound for bound in bounds)
    if problem is not None:  # the words name a limit that was really broken
        from app.domain.pricing import plain

        assert any(plain(bound) in problem.text for bound in bounds if price > bound)


@given(prices, maybe, maybe, rules)
def test_a_first_bid_knows_no_limit_but_a_refusing_ceiling(
    price: Decimal, previous: Decimal | None, ceiling: Decimal | None, rule: BidRules
) -> None:
    limits = Limits(previous, cap_of(previous, previous, rule), ceiling)
    refused = rule.ceiling and ceiling is not None and price > ceiling

    assert (check_price(price, limits, rule, 1) is None) != refused


def test_a_refused_price_says_where_it_stands() -> None:
    found = check_price(Decimal(0), Limits(), BidRules(), 1, row=3)
    assert found is not None
    assert found.where == "第 3 行「单价」："
    assert replace(found, column="").where == "第 3 行："
    assert replace(found, row=0).where == "「单价」："


def test_the_cap_is_the_lower_reference_and_says_which() -> None:
    low, high = Decimal(5), Decimal(6)
    assert cap_of(high, low, BidRules()) is not None
    found = cap_of(high, low, BidRules())
    assert found is not None
    assert (found.price, found.rule) == (low, CapRule.LOWEST)
    assert cap_of(high, low, BidRules(listed=False, lowest=False)) is None


@given(rules)
def test_rules_are_stored_and_come_back(rule: BidRules) -> None:
    assert rules_of(rule.stored()) == rule


lines = st.lists(
    st.builds(
        BidLine, st.integers(1, 50), maybe, st.none() | st.integers(1, 99), st.text(max_size=9)
    ),
    max_size=8, unique_by=lambda one: one.line,
)  # fmt: skip


@given(lines, st.randoms())
def test_a_commitment_does_not_depend_on_order_but_on_every_price(
    some: list[BidLine], draw: object
) -> None:
    def text(given_lines: list[BidLine]) -> str:
        content = SheetContent(1, 2, 1, 11, SheetKind.BID, tuple(given_lines))
        return canonical(content)

    shuffled = list(some)
    draw.shuffle(shuffled)  # type: ignore[attr-defined]  # a Random
    nonce = new_nonce()
    assert commitment(text(some), nonce) == commitment(text(shuffled), nonce)
    assert commitment(text(some), nonce) != commitment(text(some), new_nonce())
    if some and some[0].unit_price is not None:
        cheaper = BidLine(some[0].line, some[0].unit_price + Decimal("0.0001"))
        assert text([cheaper, *some[1:]]) != text(some)


@given(st.integers(0, 10**7), st.integers(-500, 1000), st.integers(1, 800), st.integers(1, 500))
def test_a_proposal_is_whole_packs_and_covers_the_use(
    used: int, growth: int, days: int, pack: int
) -> None:
    start = date(2027, 1, 1)
    want = propose(used, growth, (start, start + timedelta(days=days)), pack)

    assert want % pack == 0
    assert want * 365_000 >= used * (1000 + growth) * days
    assert (want - pack) * 365_000 < used * (1000 + growth) * days or want == 0
    assert check_pledge(want, want, pack, "") is None


def test_a_pledge_far_from_the_proposal_needs_a_reason() -> None:
    assert check_pledge(690, 1000, 10, "") is not None
    assert check_pledge(690, 1000, 10, "病房搬走了") is None
    assert check_pledge(705, 1000, 10, "病房搬走了") is not None  # no whole packs


def grid(said: list[list[list[int]]], **columns: list[int]) -> Grid:
    """A small grid from prices by round, supplier and line."""
    found = np.array(said, dtype=np.int64)
    count = found.shape[2]

    def column(name: str, default: int) -> np.ndarray:
        return np.array(columns.get(name, [default] * count), dtype=np.int64)

    return Grid(
        lines=np.arange(1, count + 1), volume=column("volume", 100), factor=column("factor", 10),
        base=column("base", 0), ceiling=column("ceiling", 0), listed=column("listed", 0),
        lowest_paid=column("paid", 0), prices=found,
        left=np.zeros(found.shape[:2], dtype=np.bool_),
    )  # fmt: skip


def test_a_price_stands_until_it_is_lowered_given_up_or_withdrawn() -> None:
    said = np.array([[[50, 60]], [[0, GIVEN_UP]], [[45, 0]]])
    stay = np.zeros((3, 1), dtype=np.bool_)
    assert standing(said, stay).tolist() == [[45, 0]]
    gone = stay.copy()
    gone[2, 0] = True
    assert standing(said, gone).tolist() == [[0, 0]]


def test_over_the_ceiling_or_the_listing_cannot_win() -> None:
    said = [[[100_000, 100_000], [110_000, 90_000]]]
    found = grid(said, ceiling=[95_000, 95_000], listed=[0, 80_000])
    assert found.able.tolist() == [[False, False], [False, False]]
    assert found.best().tolist() == [NOBODY, NOBODY]
    wide = grid(said, ceiling=[105_000, 105_000])
    assert wide.best().tolist() == [0, 1]


def test_who_bids_above_the_ceiling_is_told_the_lines() -> None:
    prices = {3: Decimal(9), 1: Decimal(12), 2: None, 4: Decimal(50)}
    ceilings = {1: Decimal(11), 2: Decimal(1), 3: Decimal(9), 4: None}
    assert above_ceiling(prices, ceilings) == (1,)
    assert over_words(()) == ""
    assert over_words((1,)) == "1 个报价高于限价，收下但不能中选：第 1 行。"
    assert over_words((1,), {1: "注射用水"}).endswith("：注射用水。")
    assert over_words(range(1, 8)).endswith("第 4 行、第 5 行…。")


@given(st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 10**7), st.integers(1, 10**6)),
                min_size=1, max_size=30))  # fmt: skip
def test_the_weighted_rate_is_saving_by_base_in_exact_numbers(
    rows: list[tuple[int, int, int]],
) -> None:
    base = [row[0] for row in rows]
    chosen = [row[1] for row in rows]
    volume = [row[2] for row in rows]
    found = grid([[chosen]], base=base, volume=volume, factor=[1] * len(rows))
    sums = totals(found, found.standing[0])
    kept = [row for row in rows if row[1] > 0]
    before = sum((money.amount(money.from_scaled(b), v) for b, _c, v in kept), Decimal(0))
    after = sum((money.amount(money.from_scaled(c), v) for _b, c, v in kept), Decimal(0))

    assert (sums.base, sums.chosen, sums.lines) == (before, after, len(kept))
    if before:
        exact = (before - after) / before * 1000
        assert sums.weighted is not None
        assert abs(sums.weighted - exact) <= Decimal("0.5")


def test_a_split_line_costs_its_mixed_price() -> None:
    found = grid([[[100_000], [120_000]]])
    assert mixed(found, {0: {0: 700, 1: 300}}).tolist() == [106_000]


def test_points_follow_the_price_and_a_tie_goes_to_the_cheaper() -> None:
    found = grid([[[100_000, 100_000], [80_000, 200_000]]], base=[100_000, 100_000])
    assert price_points(found).tolist() == [900, 750]
    same = [dict.fromkeys(EXPERT, 800)] * 2
    assert pick_by_score(found, same, DEFAULT).tolist() == [1, 0]
    better = [dict.fromkeys(EXPERT, 1000), dict.fromkeys(EXPERT, 100)]
    heavy = {Criterion.PRICE: 10, Criterion.QUALITY: 90}
    assert pick_by_score(found, better, heavy).tolist() == [0, 0]


def codes(chosen: list[Chosen], limit: Decimal | None = Decimal(10)) -> set[str]:
    field = Field("药", Decimal(5), "众安", limit)
    return {problem.code for problem in check_line(field, chosen)}


def test_an_award_keeps_its_rules() -> None:
    long = "众安无冷链资质，康泽为次低价"
    five, six = Decimal(5), Decimal(6)
    assert codes([Chosen("众安", WINNER, WHOLE, five)]) == set()
    assert codes([Chosen("康泽", WINNER, WHOLE, six)]) == {"award.reason"}
    assert codes([Chosen("康泽", WINNER, WHOLE, six, "便宜一点")]) == {"award.reason"}
    assert codes([Chosen("康泽", WINNER, WHOLE, six, long)]) == set()
    assert codes([Chosen("康泽", WINNER, WHOLE, Decimal(11), long)]) == {"award.over_ceiling"}
    assert codes([Chosen("康泽", WINNER, WHOLE, None)]) == {"award.no_bid"}
    split = [Chosen("众安", WINNER, 700, five), Chosen("康泽", WINNER, 200, six, long)]
    assert codes(split) == {"award.shares"}
    assert codes([*split[:1], Chosen("康泽", WINNER, 300, six, long)]) == set()
    assert codes([Chosen("众安", WINNER, WHOLE, five), Chosen("康泽", BACKUP, 0, six)]) == set()


DAY = date(2026, 10, 14)
FULL = (
    Paper("药品经营许可证", "1", date(2027, 1, 1), checked=True),
    Paper("法人授权委托书", "2", date(2027, 1, 1), checked=True),
    Paper("购销廉洁协议", "3", None, checked=True),
)


def dossier(*papers: Paper) -> set[str]:
    return {problem.code for problem in check_dossier("康泽", papers, DAY) if problem.blocks}


def test_a_dossier_lets_in_only_when_complete_checked_and_in_force() -> None:
    assert dossier(*FULL) == set()
    assert dossier(*FULL[:2]) == {"dossier.missing"}
    late = Paper("法人授权委托书", "2", date(2026, 10, 13), checked=True)
    assert dossier(FULL[0], late, FULL[2]) == {"dossier.expired"}
    assert dossier(*FULL, late) == set()  # the renewal counts, not the old paper
    raw = Paper("购销廉洁协议", "3", None, checked=False)
    assert dossier(*FULL[:2], raw) == {"dossier.unchecked"}
    extra = Paper("医疗器械注册证", "9", date(2026, 1, 1), checked=True)
    assert dossier(*FULL, extra) == {"dossier.expired"}
    cold = Paper("冷链证明", "4", DAY, checked=True)
    assert cold_chain((*FULL, cold), DAY)
    assert not cold_chain(FULL, DAY)


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=6))
def test_the_key_of_a_sheet_is_read_back_and_fits_its_content_only(
    rows: list[tuple[str, str]],
) -> None:
    key = make_key("secret", "YJ1", 2, "9001", rows)
    assert read_key(key.text) == key
    assert make_key("other", "YJ1", 2, "9001", rows).checksum != key.checksum
    assert make_key("secret", "YJ1", 3, "9001", rows).checksum != key.checksum
    assert make_key("secret", "YJ1", 2, "9001", [*rows, ("x", "y")]).checksum != key.checksum


@pytest.mark.parametrize("text", ["", "x", "YILIAN-QUOTE-1|a|b|c|d", "YILIAN-QUOTE-1|a|1|c"])
def test_no_key_is_found_where_there_is_none(text: str) -> None:
    assert read_key(text) is None


def test_weights_must_make_the_whole() -> None:
    from app.domain.bidding.scoring import checked_weights

    with pytest.raises(DomainError):
        checked_weights({Criterion.PRICE: 60, Criterion.QUALITY: 30})
    assert checked_weights(DEFAULT) == dict(DEFAULT)
