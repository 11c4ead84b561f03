"""What holds for every statement: its states, its roll, and its difference to the bill."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from app.domain.documents import TRANSITIONS, DocKind, State, allowed, check_step, state_title
from app.domain.errors import ConflictError, DomainError
from app.domain.money import amount
from app.domain.settlement.bill import (
    BillLine,
    Difference,
    TakenBack,
    Why,
    agreed_off,
    compare,
)
from app.domain.settlement.payment import Payable, transfers
from app.domain.settlement.roll import LotFlow, roll_forward
from app.domain.settlement.steps import STEPS, Party, Verb, may

WAY = (
    State.TO_MAKE, State.DRAFT, State.SENT, State.DISPUTED, State.SENT, State.CONFIRMED,
    State.INVOICED, State.CONFIRMED, State.INVOICED, State.AUDITED, State.INVOICED,
    State.AUDITED, State.PAID, State.AUDITED, State.PAID,
)  # fmt: skip


def test_the_whole_way_of_a_statement_and_its_side_ways() -> None:
    steps = set(pairwise(WAY)) | {
        (State.DRAFT, State.CANCELLED),
        (State.DISPUTED, State.CANCELLED),
        (State.DISPUTED, State.CONFIRMED),
        (State.CONFIRMED, State.REVERSED),
    }
    assert steps == TRANSITIONS[DocKind.STATEMENT]
    titles = [state_title(state) for state in (State.TO_MAKE, *WAY[2:6], State.REVERSED)]
    assert titles == ["待生成", "待确认", "有异议", "待确认", "已确认", "已冲销"]


@given(st.sampled_from(State), st.sampled_from(State))
def test_any_other_step_is_refused_with_both_words(old: State, new: State) -> None:
    if allowed(DocKind.STATEMENT, old, new):
        check_step(DocKind.STATEMENT, old, new)
        return
    with pytest.raises(ConflictError) as refused:
        check_step(DocKind.STATEMENT, old, new)
    assert state_title(old) in refused.value.text
    assert state_title(new) in refused.value.text


@pytest.mark.parametrize("verb", Verb)
def test_each_persons_step_is_one_of_the_table(verb: Verb) -> None:
    rule = STEPS[verb]
    assert all(allowed(DocKind.STATEMENT, old, rule.new) for old in rule.old)
    assert not may(verb, State.PAID, Party.MEMBER)
    assert not may(verb, State.SENT, Party.AUDITOR)


def test_the_supplier_only_answers_and_the_member_never_confirms_for_it() -> None:
    theirs = {verb for verb in Verb for state in State if may(verb, state, Party.SUPPLIER)}
    assert theirs == {Verb.CONFIRM, Verb.DISPUTE}
    assert not may(Verb.CONFIRM, State.SENT, Party.MEMBER)


units = st.integers(0, 10**7)
prices = st.integers(0, 10**8).map(lambda n: Decimal(n) / 10_000)


@st.composite
def flows(draw: st.DrawFn) -> LotFlow:
    opening, received, returned = draw(units), draw(units), draw(units)
    other = draw(st.integers(-opening, 10**6))
    there = opening + received + returned + other
    consumed = draw(st.integers(0, there))
    return LotFlow(
        opening, received, returned, other, consumed, there - consumed, draw(prices),
        draw(st.integers(1, 1000)),
    )  # fmt: skip


@given(st.lists(flows(), max_size=12))
def test_opening_and_flows_are_closing_to_the_cent(lots: list[LotFlow]) -> None:
    roll = roll_forward(lots)
    assert roll.whole
    following = [replace(lot, opening=lot.closing, received=0, returned=0, other=0, consumed=0)
                 for lot in lots]  # fmt: skip
    assert roll_forward(following).opening == roll.closing
    for figure, lot_units in ((roll.received, "received"), (roll.consumed, "consumed")):
        exact = sum(
            (amount(x.unit_price, getattr(x, lot_units), x.price_factor) for x in lots), Decimal(0)
        )
        assert abs(figure - exact) <= Decimal("0.01") * len(lots)


@given(st.lists(flows(), max_size=12), prices, st.integers(1, 1000), prices)
def test_a_lot_at_two_prices_opens_at_the_one_before(
    lots: list[LotFlow], price: Decimal, factor: int, dearer: Decimal
) -> None:
    roll = roll_forward(lots)
    moved = [replace(lot, before=(price, factor), dearer=dearer) for lot in lots]
    repriced = roll_forward(moved)
    assert repriced.whole
    assert repriced.opening == sum((amount(price, x.opening, factor) for x in lots), Decimal(0))
    assert repriced.received == roll.received + dearer * len(lots)
    same = ("returned", "other", "closing")
    assert all(getattr(repriced, name) == getattr(roll, name) for name in same)


def test_books_that_do_not_agree_make_no_statement() -> None:
    with pytest.raises(DomainError, match="运行自检"):
        roll_forward([LotFlow(10, 0, 0, 0, 3, 8, Decimal(1), 1)])


@st.composite
def lines(draw: st.DrawFn) -> BillLine:
    qty, price, factor = draw(st.integers(1, 999)), draw(prices), draw(st.sampled_from([1, 24]))
    off = Decimal(draw(st.integers(-2, 2))) / 100
    return BillLine(
        draw(st.integers(0, 4)), qty, price, factor, amount(price, qty, factor) + off,
        draw(st.sampled_from(["", "甲", "乙"])),
    )  # fmt: skip


@given(st.lists(lines(), max_size=8), st.lists(lines(), max_size=8), st.integers(-(10**7), 10**7))
def test_differences_add_up_to_bill_less_statement(
    ours: list[BillLine], billed: list[BillLine], cents: int
) -> None:
    total = Decimal(cents) / 100
    found = compare(ours, billed, total)
    own = sum((line.amount for line in ours), Decimal(0))
    assert sum((one.amount for one in found), Decimal(0)) == total - own
    assert compare(reversed(ours), reversed(ours), own) == ()


@given(
    st.lists(lines(), max_size=8), st.lists(lines(), max_size=8),
    st.dictionaries(st.integers(0, 4), st.integers(-(10**6), 10**6), max_size=5),
)  # fmt: skip
def test_what_both_agreed_on_is_taken_off_the_differences(
    ours: list[BillLine], billed: list[BillLine], cents: dict[int, int]
) -> None:
    found = compare(ours, billed, sum((line.amount for line in billed), Decimal(0)))
    agreed = {item: Decimal(n) / 100 for item, n in cents.items()}
    left = agreed_off(found, agreed)
    before = sum((one.amount for one in found), Decimal(0))
    assert sum((one.amount for one in left), Decimal(0)) == before - sum(agreed.values())
    assert agreed_off(found, {0: before}) == () or before == 0 or _mixed(found)


def _mixed(found: tuple[Difference, ...]) -> bool:
    return len({one.amount > 0 for one in found}) > 1


def line(item: int, qty: int, price: str, factor: int = 1) -> BillLine:
    unit = Decimal(price)
    return BillLine(item, qty, unit, factor, amount(unit, qty, factor))


def test_a_difference_is_told_by_item_and_cause() -> None:
    ours = [line(1, 330, "47.80"), line(2, 10, "3.00"), line(3, 5, "2.00")]
    bill = [line(1, 336, "47.80"), line(2, 10, "3.10"), line(4, 1, "9.00")]
    total = sum((one.amount for one in bill), Decimal(0))
    back = [TakenBack(1, 6, date(2026, 9, 28))]
    found = {(one.item_id, one.why): one for one in compare(ours, bill, total, back)}
    more = found[1, Why.QUANTITY]
    assert (more.amount, more.qty, more.taken_back) == (Decimal("286.80"), 6, date(2026, 9, 28))
    assert found[2, Why.PRICE].amount == Decimal("1.00")
    assert found[3, Why.NOT_BILLED].amount == Decimal("-10.00")
    assert found[4, Why.ONLY_BILLED].amount == Decimal("9.00")
    assert len(found) == 4


def payable(supplier: int, statement: int, worth: str) -> Payable:
    return Payable(2, statement, f"DZ-{statement}", supplier, f"商{supplier}", Decimal(worth))


def test_refunds_are_taken_off_what_the_same_supplier_gets() -> None:
    rows = [payable(1, 1, "100.00"), payable(2, 2, "50.00"), payable(1, 3, "-20.00")]
    assert [(one.supplier_id, one.amount) for one in transfers(rows)] == [
        (1, Decimal("80.00")),
        (2, Decimal("50.00")),
    ]
    with pytest.raises(DomainError, match="没有可付的钱"):
        transfers([payable(1, 3, "-20.00"), payable(2, 2, "50.00")])
    with pytest.raises(DomainError, match="选了两次"):
        transfers([payable(1, 1, "1.00"), payable(1, 1, "1.00")])
    with pytest.raises(DomainError, match="还没有选"):
        transfers([])
