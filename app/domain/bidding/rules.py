"""What a bid may be: the price rules of a project, and the limit that each refusal names.

From the second round on a bid is at most the supplier's previous one, the listing price (挂网价)
and the lowest price a member pays (domain file §3.3); each rule can be switched off for a project.
A price above the ceiling (限价) can be bid unless the project refuses it, but never wins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.domain.errors import Problem
from app.domain.pricing import plain
from app.i18n import _

_SHOWN: Final = 5


class CapRule(StrEnum):
    """Where the cap of a line comes from."""

    LISTED = "listed"
    LOWEST = "lowest"


@dataclass(frozen=True, slots=True)
class BidRules:
    """The rules of one project.

    Attributes:
        previous: From round 2 on, at most the supplier's own previous price.
        listed: From round 2 on, at most the listing price.
        lowest: From round 2 on, at most the lowest price of any member.
        ceiling: A price above the ceiling is refused in every round; otherwise it is taken down
            and cannot win.
    """

    previous: bool = True
    listed: bool = True
    lowest: bool = True
    ceiling: bool = False

    def stored(self) -> dict[str, bool]:
        """As JSON-able values; `rules_of` is its inverse."""
        return asdict(self)


def rules_of(stored: Mapping[str, object]) -> BidRules:
    """The rules behind stored values."""
    return BidRules(**{name: bool(stored.get(name)) for name in BidRules().stored()})


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that may be bid from round 2 on, and the rule it comes from."""

    price: Decimal
    rule: CapRule


def cap_of(listed: Decimal | None, lowest: Decimal | None, rules: BidRules) -> Cap | None:
    """The lower of the references that the rules name; None when neither is there."""
    found = [
        Cap(price, rule)
        for price, rule, on in (
            (listed, CapRule.LISTED, rules.listed),
            (lowest, CapRule.LOWEST, rules.lowest),
        )
        if on and price is not None
    ]
    return min(found, key=lambda cap: cap.price, default=None)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a price of one line is held against, all per the same number of units."""

    previous: Decimal | None = None
    cap: Cap | None = None
    ceiling: Decimal | None = None


def above_ceiling(
    prices: Mapping[int, Decimal | None], ceilings: Mapping[int, Decimal | None]
) -> tuple[int, ...]:
    """Lines whose price is above their ceiling: it may be taken down, but cannot win."""
    return tuple(
        line
        for line, price in sorted(prices.items())
        for ceiling in (ceilings.get(line),)
        if price is not None and ceiling is not None and price > ceiling
    )


def over_words(lines: Sequence[int], names: Mapping[int, str] | None = None) -> str:
    """What a bidder is told of prices above the ceiling; empty for none.

    Args:
        lines: Which, by number.
        names: What the goods are called where no numbers are shown.
    """
    if not lines:
        return ""
    known = names or {}
    shown = "、".join(known.get(line) or _("第 {n} 行", n=line) for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        shown = _("{shown}…", shown=shown)
    return _("{n} 个报价高于限价，收下但不能中选：{lines}。", n=len(lines), lines=shown)


def check_price(
    price: Decimal, limits: Limits, rules: BidRules, round_no: int, *, row: int = 0, name: str = ""
) -> Problem | None:
    """Why the price cannot be bid in the round; None when it can. The limit is in the words."""
    found = _broken(price, limits, rules, round_no)
    if found is None:
        return None
    code, text = found
    said = _("{name}：{text}", name=name, text=text) if name else text
    return Problem(code, said, row=row, column="unit_price")


def _broken(
    price: Decimal, limits: Limits, rules: BidRules, round_no: int
) -> tuple[str, str] | None:
    if price <= 0:
        return "bid.zero", _("报价应大于 0。不报这个品规就留空，放弃请填「放弃」。")
    if rules.ceiling and limits.ceiling is not None and price > limits.ceiling:
        return "bid.over_ceiling", _(
            "报价 {price} 高于限价 {limit}，请报不高于 {limit} 的价格。",
            price=plain(price),
            limit=plain(limits.ceiling),
        )
    if round_no == 1:
        return None
    if rules.previous and limits.previous is not None and price > limits.previous:
        return "bid.over_previous", _(
            "报价 {price} 高于你上一轮的 {limit}，每轮只能持平或下降。请报不高于 {limit} 的价格。",
            price=plain(price),
            limit=plain(limits.previous),
        )
    if limits.cap is not None and price > limits.cap.price:
        return f"bid.over_{limits.cap.rule.value}", _over_cap(price, limits.cap)
    return None


def _over_cap(price: Decimal, cap: Cap) -> str:
    said = {"price": plain(price), "limit": plain(cap.price)}
    if cap.rule is CapRule.LISTED:
        return _("报价 {price} 高于挂网价 {limit}，请报不高于 {limit} 的价格。", **said)
    return _("报价 {price} 高于成员现行最低价 {limit}，请报不高于 {limit} 的价格。", **said)
