"""Two replays side by side: what they came to, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.domain.replenish.explain import Phrase
from app.domain.replenish.series import Floats, Mask
from app.i18n import N_

_PERCENT: Final = 100
_NOTABLE: Final = Decimal("0.3")
"""Points of line fill below which two policies serve alike."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy would have done.

    Attributes:
        lines, whole: Request lines (an item at a member on a day), and those served in full.
        units, given: Smallest units asked for and served.
        stock_value, peak_value: Mean and highest stock in money.
        days_of_stock: Mean stock over the daily use, both in money.
        daily_use: Money of demand a day.
        short_days: Item-days on which something asked was not there.
        series_days: All item-days.
        expired_value, expired_lots: What expired.
        orders: Order lines.
        helped: Lines helped by another member the same day.
        weekly: Mean stock of each week, money.
        monthly: Item-days short of each month.
        critical_fill: Share of the lines of emergency items served in full; None without any.
    """

    lines: int
    whole: int
    units: int
    given: int
    stock_value: Decimal
    peak_value: Decimal
    days_of_stock: Decimal
    daily_use: Decimal
    short_days: int
    series_days: int
    expired_value: Decimal
    expired_lots: int
    orders: int
    helped: int
    weekly: tuple[Decimal, ...]
    monthly: tuple[int, ...]
    critical_fill: Decimal | None = None

    @property
    def line_fill(self) -> Decimal:
        """Percent of request lines served in full."""
        return percent(self.whole, self.lines)

    @property
    def unit_fill(self) -> Decimal:
        """Percent of units served."""
        return percent(self.given, self.units)


class Verdict(StrEnum):
    """Which policy to take."""

    TAKE_B = "take_b"
    KEEP_A = "keep_a"
    WEIGH = "weigh"
    """B is better in one thing and worse in another: a person decides."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, and its price."""

    verdict: Verdict
    headline: Phrase
    detail: Phrase


def percent(part: int, whole: int) -> Decimal:
    """Percent with two places; 100 where nothing was asked."""
    if whole == 0:
        return Decimal(_PERCENT)
    return (Decimal(part * _PERCENT) / whole).quantize(Decimal("0.01"))


def share_of(part: Floats, whole: Floats, among: Mask) -> Decimal | None:
    """Percent over some series."""
    lines = int((whole * among).sum())
    return percent(int((part * among).sum()), lines) if lines else None


def advise(a: Outcome, b: Outcome, exceptions: int) -> Advice:
    """Which policy to take, said with the three figures that decide, and what it costs."""
    saved = a.stock_value - b.stock_value
    fresher = a.expired_value - b.expired_value
    better = b.line_fill - a.line_fill
    serves = better > -_NOTABLE
    frees = saved + fresher > 0
    if serves and (frees or better > _NOTABLE):
        verdict = Verdict.TAKE_B if frees else Verdict.WEIGH
    else:
        verdict = Verdict.WEIGH if frees else Verdict.KEEP_A
    heads = {
        Verdict.TAKE_B: N_("建议换成 B：{stock}，{expired}，{fill}"),
        Verdict.WEIGH: N_("B 有得有失：{stock}，{expired}，{fill}"),
        Verdict.KEEP_A: N_("建议仍用 A：换成 B {stock}，{expired}，{fill}"),
    }
    values: dict[str, str | int] = {
        "stock": str(_stock(saved)),
        "expired": str(_expired(fresher)),
        "fill": str(_fill(better)),
    }
    return Advice(verdict, Phrase(heads[verdict], values), _price(a, b, exceptions))


def _stock(saved: Decimal) -> Phrase:
    words = N_("少压库存 ¥{n}") if saved >= 0 else N_("多压库存 ¥{n}")
    return Phrase(words, {"n": f"{abs(saved):,.2f}"})


def _expired(fresher: Decimal) -> Phrase:
    words = N_("过期少 ¥{n}") if fresher >= 0 else N_("过期多 ¥{n}")
    return Phrase(words, {"n": f"{abs(fresher):,.2f}"})


def _fill(better: Decimal) -> Phrase:
    words = N_("行满足率多 {n} 个百分点") if better >= 0 else N_("行满足率少 {n} 个百分点")
    return Phrase(words, {"n": f"{abs(better):.1f}"})


def _price(a: Outcome, b: Outcome, exceptions: int) -> Phrase:
    values: dict[str, str | int] = {
        "orders": f"{b.orders - a.orders:+,}",
        "helped": f"{b.helped - a.helped:+,}",
        "n": exceptions,
    }
    if exceptions:
        return Phrase(
            N_("一年订货 {orders} 行，调拨 {helped} 次。{n} 个品规缺货更多，换之前先看。"), values
        )
    return Phrase(N_("一年订货 {orders} 行，调拨 {helped} 次。没有品规缺货明显变多。"), values)
