"""Which trigger holds: the closest agreement of the day, and the order of the three."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from app.domain.consumption.triggers import (
    Goods,
    Term,
    Trigger,
    becomes_own,
    check_term,
    in_words,
    trigger_on,
)
from app.domain.errors import DomainError

DAY = date(2026, 10, 14)
STENT = Goods(7, "consumable", high_value=True)
days = st.integers(-40, 40).map(lambda n: DAY + timedelta(days=n))
terms = st.builds(
    Term,
    supplier_id=st.sampled_from([1, 2]),
    trigger=st.sampled_from(Trigger),
    valid_from=days,
    valid_to=st.none() | days,
    item_id=st.sampled_from([0, 0, 7, 8]),
    category=st.sampled_from(["", "", "consumable", "high_value", "drug"]),
)


def test_an_item_goes_before_a_category_and_that_before_the_usual() -> None:
    usual = Term(1, Trigger.CONSUMPTION, date(2026, 1, 1))
    consumables = Term(1, Trigger.RECEIPT, date(2026, 9, 1), category="consumable")
    costly = Term(1, Trigger.CONSUMPTION, date(2026, 2, 1), category="high_value")
    own = Term(1, Trigger.ISSUE, date(2026, 3, 1), item_id=7)
    syringe = Goods(8, "consumable")
    assert trigger_on([usual, consumables], 1, syringe, DAY) is Trigger.RECEIPT
    assert trigger_on([usual, consumables, costly], 1, STENT, DAY) is Trigger.CONSUMPTION
    assert trigger_on([own, usual, consumables, costly], 1, STENT, DAY) is Trigger.ISSUE
    assert trigger_on([consumables], 1, syringe, date(2026, 8, 31)) is Trigger.CONSUMPTION
    assert trigger_on([own], 2, STENT, DAY) is Trigger.CONSUMPTION


def test_a_paper_says_the_usual_way_and_that_some_goods_differ() -> None:
    usual = Term(1, Trigger.RECEIPT, date(2026, 1, 1))
    later = Term(1, Trigger.ISSUE, date(2026, 6, 1))
    own = Term(1, Trigger.CONSUMPTION, date(2026, 3, 1), item_id=7)
    ended = Term(1, Trigger.CONSUMPTION, date(2026, 1, 1), date(2026, 2, 1), item_id=8)
    assert in_words([], DAY) == "用后结算"
    assert in_words([usual, ended], DAY) == "入库结算"
    assert in_words([usual, own], DAY) == "入库结算，部分品规另有约定"
    assert in_words([later, usual], DAY) == "出库结算"


@given(st.lists(terms, max_size=8), days)
def test_only_terms_in_force_count_and_none_means_consumption(found: list[Term], day: date) -> None:
    chosen = trigger_on(found, 1, STENT, day)
    fitting = [t for t in found if t.supplier_id == 1 and t.holds(day) and t.fits(STENT)]
    assert chosen in {t.trigger for t in fitting} or (not fitting and chosen is Trigger.CONSUMPTION)
    closest = max((t.closeness for t in fitting), default=None)
    assert not fitting or chosen in {t.trigger for t in fitting if t.closeness == closest}


def test_goods_pass_at_the_first_event_that_is_not_before_the_trigger() -> None:
    passed = {t: [e for e in Trigger if becomes_own(t, e)] for t in Trigger}
    assert passed[Trigger.RECEIPT] == list(Trigger)
    assert passed[Trigger.ISSUE] == [Trigger.ISSUE, Trigger.CONSUMPTION]
    assert passed[Trigger.CONSUMPTION] == [Trigger.CONSUMPTION]


@pytest.mark.parametrize(
    ("term", "words"),
    [
        (Term(1, Trigger.ISSUE, DAY), "选一个品规或一个类别"),
        (Term(1, Trigger.ISSUE, DAY, item_id=7, category="drug"), "选一个品规或一个类别"),
        (Term(1, Trigger.ISSUE, DAY, category="toys"), "没有这个类别"),
        (Term(1, Trigger.ISSUE, DAY - timedelta(days=1), item_id=7), "已经过去"),
        (Term(1, Trigger.ISSUE, DAY, DAY, item_id=7), "停用日期"),
    ],
)
def test_a_term_that_cannot_hold_is_refused(term: Term, words: str) -> None:
    with pytest.raises(DomainError, match=words):
        check_term(term, DAY)
