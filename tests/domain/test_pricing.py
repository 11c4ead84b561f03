"""How prices follow each other."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st

from app.domain.pricing import Span, follow, plain, reduction

DAY = date(2026, 1, 1)
OFFSETS = st.integers(0, 60)


def span(start: int, length: int | None) -> Span:
    first = DAY + timedelta(days=start)
    return Span(first, first + timedelta(days=length) if length else None)


SPANS = st.builds(span, OFFSETS, st.none() | st.integers(1, 40))


@given(st.lists(SPANS, max_size=8))
def test_spans_put_one_after_another_never_overlap(new: list[Span]) -> None:
    kept: list[Span] = []
    for one in new:
        place = follow(kept, one)
        if place.blocked_by is not None:
            assert kept[place.blocked_by].overlaps(one)
            continue
        if place.closes is not None:
            old = kept[place.closes]
            kept[place.closes] = Span(old.start, one.start)
        kept.append(one)
        for left in kept:
            assert left.end is None or left.start < left.end
            assert all(left is right or not left.overlaps(right) for right in kept)


def test_a_reduction_is_counted_against_the_base() -> None:
    assert reduction(Decimal("12.50"), Decimal("11.90")) == 48
    assert reduction(None, Decimal(1)) is None
    assert plain(Decimal("11.9000")) == "11.90"
