"""Matching invoices and statements: never more than there is, never a guess."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, strategies as st

from app.domain.settlement.matching import (
    Group,
    Paper,
    covered,
    pairs_of,
    propose,
    smaller,
)

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 5)
Truth = list[tuple[list[int], list[int]]]
"""Groups of amounts in cents: invoices, statements."""
worth = st.integers(100, 10**9)


@st.composite
def months(draw: st.DrawFn) -> Truth:
    """What really belongs together: pairs, one for several, several for one."""
    groups: Truth = []
    for _n in range(draw(st.integers(0, 5))):
        parts = draw(st.lists(worth, min_size=1, max_size=4))
        whole = [sum(parts) + draw(st.integers(-1, 1))]
        groups.append((parts, whole) if draw(st.booleans()) else (whole, parts))
    return groups


def papers(truth: Truth) -> tuple[list[Paper], list[Paper], set[Group]]:
    invoices: list[Paper] = []
    statements: list[Paper] = []
    groups = set()
    for left, right in truth:
        mine = [Paper((1, len(invoices) + n), Decimal(c) / 100, OCTOBER)
                for n, c in enumerate(left)]  # fmt: skip
        theirs = [Paper((1, len(statements) + n), Decimal(c) / 100, SEPTEMBER)
                  for n, c in enumerate(right)]  # fmt: skip
        invoices += mine
        statements += theirs
        groups.add(Group(tuple(p.id for p in mine), tuple(p.id for p in theirs)))
    return invoices, statements, groups


def plain(group: Group) -> tuple[frozenset[tuple[int, int]], frozenset[tuple[int, int]]]:
    return frozenset(group.invoices), frozenset(group.statements)


@given(months(), st.randoms())
def test_what_is_certain_is_true_and_the_order_does_not_matter(truth: Truth, rng: object) -> None:
    invoices, statements, groups = papers(truth)
    found = propose(invoices, statements)
    assert {plain(one) for one in found.certain} <= {plain(one) for one in groups}
    shuffle = getattr(rng, "shuffle")  # noqa: B009 - hypothesis gives a Random without its type
    shuffle(invoices)
    shuffle(statements)
    again = propose(invoices, statements)
    assert [plain(one) for one in again.certain] == [plain(one) for one in found.certain]
    assert {plain(one) for one in again.doubtful} == {plain(one) for one in found.doubtful}


@given(st.lists(st.integers(1, 400), max_size=6), st.lists(st.integers(1, 400), max_size=6))
def test_no_paper_is_matched_beyond_its_amount(left: list[int], right: list[int]) -> None:
    invoices = [Paper((1, n), Decimal(c) / 100, OCTOBER) for n, c in enumerate(left)]
    statements = [Paper((2, n), Decimal(c) / 100, SEPTEMBER) for n, c in enumerate(right)]
    known = {("invoice", one.id): one for one in invoices}
    known |= {("statement", one.id): one for one in statements}
    found = propose(invoices, statements)
    used: dict[tuple[str, tuple[int, int]], Decimal] = {}
    for group in found.certain:
        for pair in pairs_of(group, known):
            assert pair.amount > 0
            for key in (("invoice", pair.invoice), ("statement", pair.statement)):
                used[key] = used.get(key, Decimal(0)) + pair.amount
    for key, total in used.items():
        assert total <= known[key].left
        assert covered(known[key].left, total)


def one(number: int, yuan: str, day: date = SEPTEMBER, no: str = "", note: str = "") -> Paper:
    return Paper((1, number), Decimal(yuan), day, no, note)


def test_two_statements_of_one_amount_are_left_to_a_person() -> None:
    found = propose([one(1, "100.00", OCTOBER)], [one(1, "100.00"), one(2, "100.00")])
    assert found.certain == ()
    assert len(found.doubtful) == 2
    also_a_sum = propose(
        [one(1, "100.00", OCTOBER)], [one(1, "100.00"), one(2, "60.00"), one(3, "40.00")]
    )
    assert also_a_sum.certain == ()


def test_an_invoice_that_names_its_statement_decides() -> None:
    named = one(1, "100.00", OCTOBER, note="对应 DZ20261001-002")
    found = propose(
        [named], [one(1, "100.00", no="DZ20261001-001"), one(2, "100.00", no="DZ20261001-002")]
    )
    assert [plain(group) for group in found.certain] == [(frozenset({(1, 1)}), frozenset({(1, 2)}))]
    wrong_sum = propose([one(1, "90.00", OCTOBER, note="DZ-1")], [one(1, "100.00", no="DZ-1")])
    assert wrong_sum.certain == wrong_sum.doubtful == ()


def test_credit_notes_meet_refunds_only_and_no_invoice_is_older_than_the_month() -> None:
    found = propose(
        [one(1, "-20.00", OCTOBER), one(2, "55.00", date(2026, 8, 31))],
        [one(1, "20.00"), one(2, "-20.00"), one(3, "55.00")],
    )
    assert [plain(group) for group in found.certain] == [(frozenset({(1, 1)}), frozenset({(1, 2)}))]
    assert smaller(Decimal(5), Decimal(-3)) == 0
    assert smaller(Decimal(-5), Decimal(-3)) == -3


def test_with_very_many_papers_only_small_sums_are_searched_and_it_says_so() -> None:
    many = [one(n, f"{1000 + 7 * n * n}.13") for n in range(40)]
    four = sum((paper.left for paper in many[:4]), Decimal(0))
    found = propose([one(1, str(four), OCTOBER)], many)
    assert not found.thorough
    assert found.certain == ()
