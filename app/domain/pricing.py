"""Prices: what may be agreed, what may be ordered at, and how a new price follows an old one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.domain import money
from app.domain.errors import Problem, Severity
from app.i18n import N_, _


class PriceSource(StrEnum):
    """Where a price comes from."""

    VBP = "vbp"
    LISTED = "listed"
    GPO = "gpo"
    ADHOC = "adhoc"

    @property
    def label(self) -> str:
        """The source in the person's language."""
        return _(_SOURCES[self])


_SOURCES: Final = {
    PriceSource.VBP: N_("集采"),
    PriceSource.LISTED: N_("挂网"),
    PriceSource.GPO: N_("集团议价"),
    PriceSource.ADHOC: N_("临采"),
}
_TENTHS_OF_PERCENT: Final = 1000


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which a price holds: from `start` up to, not including, `end` (open if None)."""

    start: date
    end: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the price holds on the day."""
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a day."""
        return (self.end is None or other.start < self.end) and (
            other.end is None or self.start < other.end
        )


@dataclass(frozen=True, slots=True)
class Follow:
    """How a new price takes its place: which earlier span ends that day, or why it cannot.

    Attributes:
        closes: Index of the span that ends where the new one starts; None when there is none.
        blocked_by: Index of the span that is in the way; None when the new one fits.
    """

    closes: int | None = None
    blocked_by: int | None = None


def follow(existing: Sequence[Span], new: Span) -> Follow:
    """Where the new span goes among those of the same item, supplier and organisation.

    A span that runs into the new one from before is closed on its first day; anything that starts
    on or after that day stands in the way, because a later price was already agreed.
    """
    closes: int | None = None
    for place, span in enumerate(existing):
        if not span.overlaps(new):
            continue
        if span.start >= new.start or (
            span.end is not None and new.end is not None and new.end < span.end
        ):
            return Follow(blocked_by=place)
        closes = place
    return Follow(closes=closes)


def reduction(base: Decimal | None, new: Decimal) -> Decimal | None:
    """下浮率 in tenths of a percent, rounded; None without a base price.

    >>> reduction(Decimal("5.00"), Decimal("4.00"))
    Decimal('200')
    """
    if not base:
        return None
    before, after = money.to_scaled(base), money.to_scaled(new)
    # Whole numbers all the way: twice the share, plus the base, halved, is rounding half up.
    return Decimal((2 * _TENTHS_OF_PERCENT * (before - after) + before) // (2 * before))


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an order price is held against, all per the same number of smallest units.

    Attributes:
        listed: The list price in force; None when the item has none.
        ceiling: The platform's cap (挂网价、限价).
        lowest: The lowest price of the group in force.
    """

    listed: Decimal | None = None
    ceiling: Decimal | None = None
    lowest: Decimal | None = None


def check_order_price(unit_price: Decimal, allowed: Allowed) -> Iterator[Problem]:
    """Whether an order may be made at a price: above list or cap is an error, dearer a warning."""
    if allowed.ceiling is not None and unit_price > allowed.ceiling:
        yield Problem(
            "price.over_ceiling",
            _(
                "单价 {price} 高于限价 {limit}，不能下单。请按不高于限价的价格采购。",
                price=plain(unit_price),
                limit=plain(allowed.ceiling),
            ),
            column="unit_price",
        )
    if allowed.listed is None:
        yield Problem(
            "price.none",
            _("这个品规今天没有生效的价格。请先在价格表里登记价格。"),
            column="unit_price",
        )
        return
    if unit_price > allowed.listed:
        yield Problem(
            "price.over_list",
            _(
                "单价 {price} 高于价格表 {limit}。请改回价格表的价格，或先登记新价格。",
                price=plain(unit_price),
                limit=plain(allowed.listed),
            ),
            column="unit_price",
        )
    elif allowed.lowest is not None and unit_price > allowed.lowest:
        yield Problem(
            "price.not_lowest",
            _(
                "集团内最低价是 {lowest}，这里是 {price}。请写明选它的理由。",
                lowest=plain(allowed.lowest),
                price=plain(unit_price),
            ),
            column="unit_price",
            severity=Severity.WARNING,
        )


def check_new_price(unit_price: Decimal, ceiling: Decimal | None) -> Iterator[Problem]:
    """Whether a price may enter a list."""
    if ceiling is not None and unit_price > ceiling:
        yield Problem(
            "price.over_ceiling",
            _(
                "价格 {price} 高于限价 {limit}，不能登记。请核对价格，或核对限价。",
                price=plain(unit_price),
                limit=plain(ceiling),
            ),
            column="unit_price",
        )
    if unit_price == 0:
        yield Problem(
            "price.zero",
            _("价格是 0。赠品请用 0 价，否则请填价格。"),
            column="unit_price",
            severity=Severity.WARNING,
        )


def plain(value: Decimal) -> str:
    """A price as it is said: at least two places, at most four.

    >>> plain(Decimal("13.1000")), plain(Decimal("0.3250"))
    ('13.10', '0.325')
    """
    text = f"{value:.4f}".rstrip("0")
    whole, _point, places = text.partition(".")
    return f"{whole}.{places.ljust(2, '0')}"
