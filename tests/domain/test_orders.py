"""Splitting, content and progress of orders hold for any needs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st

from app.domain.documents import DocKind, State, allowed
from app.domain.orders import due
from app.domain.orders.content import (
    ContentLine,
    ContentParty,
    OrderContent,
    Term,
    as_plain,
    canonical,
    digest,
    from_plain,
    short,
)
from app.domain.orders.progress import group_state, progress, shown_state
from app.domain.orders.signing import Decision, Party, state_after, turn
from app.domain.orders.split import PricedLine, gather, split, total

prices = st.integers(0, 10**7).map(lambda n: Decimal(n) / 10_000)
lines = st.lists(
    st.builds(
        PricedLine,
        org_id=st.integers(1, 5),
        place_id=st.integers(1, 2),
        supplier_id=st.integers(11, 13),
        item_id=st.integers(100, 104),
        qty=st.integers(1, 10**6),
        unit_price=prices,
        price_factor=st.integers(1, 48),
        price_id=st.integers(0, 2),
    ),
    min_size=1,
    max_size=60,
)


@given(lines)
def test_group_totals_equal_the_sum_of_the_members(needs: list[PricedLine]) -> None:
    drafts, group = split(needs), gather(needs)

    assert sum(line.qty for line in group) == sum(
        line.qty for draft in drafts for line in draft.lines
    )
    assert total(line.amount for line in group) == total(draft.amount for draft in drafts)
    for item in {need.item_id for need in needs}:
        of_members = sum(n.qty for d in drafts for n in d.lines if n.item_id == item)
        assert sum(line.qty for line in group if line.item_id == item) == of_members


@given(lines)
def test_every_need_stands_in_exactly_one_order(needs: list[PricedLine]) -> None:
    drafts = split(needs)
    keys = [(draft.org_id, draft.supplier_id, draft.place_id) for draft in drafts]

    assert len(set(keys)) == len(keys)
    assert sorted(map(repr, needs)) == sorted(repr(n) for d in drafts for n in d.lines)


def content(qty: int = 240, name: str = "阿莫西林胶囊") -> OrderContent:
    price = Decimal("3.86")
    line = ContentLine(
        line=1,
        item_id=101,
        code="YP-000101",
        name=name,
        spec="0.25 g × 24 粒/盒",
        maker="北辰药业",
        unit="盒",
        base_unit="粒",
        pack_factor=24,
        qty=qty,
        unit_price=price,
        price_factor=24,
        amount=price * qty / 24,
    )
    return OrderContent(
        no="CG20261014-001",
        version=1,
        group_no="TC20261014-001",
        title="常用药第 1 包",
        contract_no="HT2026-0002-9001",
        member=ContentParty(2, "城东社区卫生服务中心"),
        supplier=ContentParty(11, "康泽医药有限公司"),
        buyer="李药",
        place_id=5,
        place="药房",
        due_on=date(2026, 10, 22),
        lines=(line,),
        amount=line.amount,
        terms=(Term("价格", "按附表。"),),
    )


def test_content_comes_back_from_storage_with_the_same_digest() -> None:
    plain = as_plain(content())

    assert digest(as_plain(from_plain(plain))) == digest(plain)
    assert len(short(digest(plain)).split()) == 4


@given(
    st.lists(
        st.builds(
            ContentLine,
            **dict.fromkeys(("unit_price", "amount"), prices),
            pack_factor=st.integers(1, 48),
            due_on=st.none() | st.dates(),
        )
    ),
    st.text(),
)
def test_the_canonical_text_is_that_of_the_stored_values(
    goods: list[ContentLine], title: str
) -> None:
    made = replace(content(), lines=tuple(goods), title=title)

    plain = json.dumps(as_plain(made), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical(made) == plain


def test_any_difference_changes_the_digest() -> None:
    first = digest(as_plain(content()))

    assert digest(as_plain(content(qty=264))) != first
    assert digest(as_plain(content(name="阿莫西林胶襄"))) != first


@given(st.lists(st.sampled_from(list(State))))
def test_progress_counts_every_order_that_was_not_cancelled(states: list[State]) -> None:
    mine = [
        state
        for state in states
        if state is State.CANCELLED or any(state in pair for pair in MEMBER_STEPS)
    ]
    counted = progress(mine)

    assert counted.total == sum(state is not State.CANCELLED for state in mine)
    assert counted.open == (
        counted.to_member + counted.to_supplier + counted.refused + counted.answered
    )
    done = group_state(State.SIGNING, counted)
    assert done is State.SIGNING or allowed(DocKind.GROUP_ORDER, State.SIGNING, done)


MEMBER_STEPS = [
    (old, new) for old in State for new in State if allowed(DocKind.MEMBER_ORDER, old, new)
]


def test_both_sides_in_turn_end_in_a_signed_order() -> None:
    state = State.TO_SIGN
    for party in (Party.MEMBER, Party.SUPPLIER):
        assert turn(state) is party
        assert allowed(DocKind.MEMBER_ORDER, state, state_after(party, Decision.REFUSED))
        state = state_after(party, Decision.SIGNED)
    assert state is State.SIGNED
    assert turn(state) is None


def test_a_group_order_has_arrived_when_every_order_has() -> None:
    assert shown_state(State.ACTIVE, progress([State.RECEIVED, State.DONE])) is State.RECEIVED
    assert shown_state(State.ACTIVE, progress([State.RECEIVED, State.SIGNED])) is State.ACTIVE


@given(st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.integers(0, 30))
def test_goods_are_never_due_on_a_weekend(day: date, lead: int) -> None:
    until = due.due_on(day, lead)

    assert until.weekday() < 5
    assert timedelta(0) <= until - (day + timedelta(days=lead)) < timedelta(days=3)


def test_three_working_days_to_sign() -> None:
    assert due.sign_by(date(2026, 10, 14)) == date(2026, 10, 19)
    assert due.sign_by(date(2026, 10, 17)) == date(2026, 10, 21)
