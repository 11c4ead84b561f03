"""采购申请审批: for any limits and amounts, who must agree, and that nobody skips a step."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from app.domain.documents import DocKind, State, allowed
from app.domain.errors import DomainError
from app.domain.orders.approval import (
    WAITING,
    Level,
    Limits,
    check_reason,
    checked,
    covers,
    first_state,
    next_state,
    waits_for,
)

amounts = st.integers(0, 10**8).map(lambda n: Decimal(n) / 100)
limits = st.builds(
    lambda a, b: Limits(min(a, b) if a is not None and b is not None else a,
                        max(a, b) if a is not None and b is not None else b),
    st.none() | amounts,
    st.none() | amounts,
)  # fmt: skip


@given(limits, amounts, amounts)
def test_a_larger_amount_never_needs_less(held: Limits, one: Decimal, more: Decimal) -> None:
    low, high = sorted((one, more))

    assert covers(held.level(high), held.level(low))
    assert Limits.from_plain(held.as_plain()) == held
    assert checked(held) == held


@given(limits, amounts, st.booleans())
def test_every_way_ends_submitted_after_all_who_must_agreed(
    held: Limits, amount: Decimal, own_head: bool
) -> None:
    level = held.level(amount)
    before, state = State.DRAFT, first_state(level, own_head=own_head)
    agreed = Level.STORE
    while True:
        assert allowed(DocKind.REQUISITION, before, state)
        if state is State.SUBMITTED:
            break
        assert state in WAITING
        assert allowed(DocKind.REQUISITION, state, State.DRAFT)
        agreed = waits_for(state)
        before, state = state, next_state(state, level)

    assert covers(agreed, level)
    assert agreed is not Level.MEMBER or not own_head


def test_the_amount_itself_is_still_within_a_limit() -> None:
    held = Limits(Decimal(5000), Decimal(50000))

    assert held.level(Decimal(5000)) is Level.STORE
    assert held.level(Decimal("5000.01")) is Level.MEMBER
    assert held.level(Decimal("50000.01")) is Level.GROUP
    assert Limits.from_plain(None).level(Decimal(10**9)) is Level.STORE


def test_limits_that_contradict_are_refused() -> None:
    with pytest.raises(DomainError, match="还小"):
        checked(Limits(Decimal(10), Decimal(5)))
    with pytest.raises(DomainError, match="1 亿"):
        checked(Limits(Decimal(-1)))
    with pytest.raises(DomainError, match="至少写 5 个字"):
        check_reason(" 太 多 ")
