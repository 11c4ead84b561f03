"""The limits that an award must keep, each of which can be taken away to see what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from app.domain.awarding.case import WHOLE, Case, CaseLine, Offer
from app.domain.errors import DomainError
from app.i18n import N_, _

_TENTHS: Final = 10


class Rule(StrEnum):
    """One kind of limit."""

    IN_ALL = "suppliers_in_all"
    PER_LOT = "suppliers_per_lot"
    SPLIT = "split"
    SHARE_CAP = "share_cap"
    CAPACITY = "capacity"
    SMALL = "small_share"
    COLD_CHAIN = "cold_chain"
    INCUMBENT = "keep_incumbent"

    @property
    def label(self) -> str:
        """The limit in the person's language."""
        return _(_LABELS[self])


_LABELS: Final[Mapping[Rule, str]] = {
    Rule.IN_ALL: N_("供应商总数"),
    Rule.PER_LOT: N_("每包供应商数"),
    Rule.SPLIT: N_("份额拆分"),
    Rule.SHARE_CAP: N_("单家份额上限"),
    Rule.CAPACITY: N_("供货能力"),
    Rule.SMALL: N_("中小企业最低份额"),
    Rule.COLD_CHAIN: N_("冷链资质"),
    Rule.INCUMBENT: N_("保留原供应商"),
}
Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What an award must keep. A bid over its cap never wins, whatever stands here.

    Attributes:
        in_all: The most suppliers in the whole award.
        per_lot: The most suppliers in each lot; `lots` has (lot, number) for single lots.
        split: Parts of each line in tenths of a percent, the largest first: (700, 300) means a
            main and a second supplier; (1000,) one supplier. A line with fewer bidders gives the
            rest to the first. `splits` has (line, parts) for single lines.
        share_cap: The most that one supplier may have of the awarded amount, tenths of a percent;
            `share_caps` has (supplier, tenths) for single ones.
        use_capacity: Whether the capacities stated in the bids are kept.
        capacities: (supplier, cents): the most a supplier can deliver in all.
        small_share: The least that small suppliers together must have of the amount.
        cold_chain: Whether cold goods go only to suppliers with cold-chain papers.
        keep_incumbent: The supplier of the last price keeps its line's first part while it is at
            most so many tenths of a percent dearer than the lowest, and fit for it (cold chain,
            capacity); None for no such limit.
    """

    in_all: int | None = None
    per_lot: int | None = None
    lots: Pairs = ()
    split: tuple[int, ...] = (WHOLE,)
    splits: tuple[tuple[int, tuple[int, ...]], ...] = ()
    share_cap: int | None = None
    share_caps: Pairs = ()
    use_capacity: bool = True
    capacities: Pairs = ()
    small_share: int | None = None
    cold_chain: bool = True
    keep_incumbent: int | None = None

    def without(self, rule: Rule) -> Limits:
        """The limits with one taken away."""
        changes: Mapping[Rule, dict[str, object]] = {
            Rule.IN_ALL: {"in_all": None},
            Rule.PER_LOT: {"per_lot": None, "lots": ()},
            Rule.SPLIT: {"split": (WHOLE,), "splits": ()},
            Rule.SHARE_CAP: {"share_cap": None, "share_caps": ()},
            Rule.CAPACITY: {"use_capacity": False, "capacities": ()},
            Rule.SMALL: {"small_share": None},
            Rule.COLD_CHAIN: {"cold_chain": False},
            Rule.INCUMBENT: {"keep_incumbent": None},
        }
        return replace(self, **changes[rule])  # type: ignore[arg-type]  # one dict of all kinds

    def active(self, case: Case) -> tuple[Rule, ...]:
        """The limits that say something about this case, in a fixed order."""
        said = _said(self, case)
        return tuple(rule for rule in Rule if said[rule])

    def parts(self, line: int) -> tuple[int, ...]:
        """The parts wanted for a line."""
        return dict(self.splits).get(line, self.split)

    def cap(self, supplier: int) -> int | None:
        """The most of the amount that a supplier may have, tenths of a percent."""
        return dict(self.share_caps).get(supplier, self.share_cap)

    def in_lot(self, lot: int) -> int | None:
        """The most suppliers in a lot."""
        return dict(self.lots).get(lot, self.per_lot)


def _said(own: Limits, case: Case) -> Mapping[Rule, bool]:
    stated = own.use_capacity and any(one.capacity is not None for one in case.offers)
    cold = any(one.cold for one in case.lines)
    return {
        Rule.IN_ALL: own.in_all is not None,
        Rule.PER_LOT: own.per_lot is not None or bool(own.lots),
        Rule.SPLIT: own.split != (WHOLE,) or bool(own.splits),
        Rule.SHARE_CAP: own.share_cap is not None or bool(own.share_caps),
        Rule.CAPACITY: stated or bool(own.capacities),
        Rule.SMALL: own.small_share is not None,
        Rule.COLD_CHAIN: own.cold_chain
        and cold
        and not all(one.cold_chain for one in case.suppliers),
        Rule.INCUMBENT: own.keep_incumbent is not None,
    }


def limits_money(limits: Limits) -> bool:
    """Whether some limit looks at amounts over several lines."""
    return bool(
        limits.share_cap is not None
        or limits.share_caps
        or limits.capacities
        or limits.small_share is not None
    )


def check_limits(limits: Limits) -> None:
    """Raise `DomainError` when the limits themselves make no sense."""
    for parts in (limits.split, *(parts for _line, parts in limits.splits)):
        if sum(parts) != WHOLE or min(parts) <= 0 or list(parts) != sorted(parts, reverse=True):
            raise DomainError(
                "award.split",
                _(
                    "份额 {parts} 应从大到小，合计 100%，如 70/30。请改份额。",
                    parts=split_text(parts),
                ),
            )
    counts = (limits.in_all, limits.per_lot, *(number for _lot, number in limits.lots))
    if any(number is not None and number < 1 for number in counts):
        raise DomainError("award.count", _("供应商数至少是 1。请改数，或不限。"))
    shares = (limits.share_cap, limits.small_share, *(share for _who, share in limits.share_caps))
    if any(share is not None and not 0 <= share <= WHOLE for share in shares):
        raise DomainError("award.share", _("份额应在 0 到 100% 之间。请改份额。"))
    if limits.keep_incumbent is not None and limits.keep_incumbent < 0:
        raise DomainError("award.incumbent", _("保留原供应商的价差不能是负数。请填 0 或更大。"))
    if any(cents < 0 for _who, cents in limits.capacities):
        raise DomainError("award.capacity", _("供货能力不能是负数。请改金额。"))


def split_text(parts: tuple[int, ...]) -> str:
    """Parts as people write them: 70/30."""
    return "/".join(percent(part) for part in parts)


def percent(tenths: int) -> str:
    """Tenths of a percent without a sign: 70, 33.3."""
    whole, tenth = divmod(tenths, _TENTHS)
    return f"{whole}.{tenth}" if tenth else str(whole)


def tenths(text: str) -> int:
    """A percentage as people write it in tenths of a percent; raises `DomainError` otherwise.

    >>> tenths("70"), tenths("33.3%")
    (700, 333)
    """
    words = text.strip().removesuffix("%").strip()
    whole, _point, tenth = words.partition(".")
    digits = whole + (tenth or "0")
    if not (digits.isascii() and digits.isdigit()) or len(tenth) > 1 or len(whole) > 3:  # noqa: PLR2004 - 100
        raise DomainError(
            "award.percent", _("份额「{text}」不对。请填百分数，如 70 或 33.3。", text=text[:20])
        )
    return int(whole) * _TENTHS + int(tenth or 0)


@dataclass(frozen=True, slots=True)
class Field:
    """Who may win a line under the limits that look at one line alone.

    Attributes:
        parts: The parts in force; fewer than wanted when there are not enough bidders.
        offers: By part: who may have it, cheapest first.
        lacking: The limits that leave nobody for some part.
    """

    line: CaseLine
    parts: tuple[int, ...]
    offers: tuple[tuple[Offer, ...], ...]
    lacking: tuple[Rule, ...] = ()


def fields(case: Case, limits: Limits) -> tuple[Field, ...]:
    """The candidates of every line that can be awarded."""
    return tuple(_field(case, limits, line) for line in case.awardable())


def _field(case: Case, limits: Limits, line: CaseLine) -> Field:
    offers = case.able[line.key]
    warm = tuple(one for one in offers if _warm(case, limits, line, one))
    parts = fold(limits.parts(line.key), len(warm))
    able = tuple(
        tuple(one for one in warm if not limits.use_capacity or _can(line, one, part))
        for part in parts
    )
    kept = kept_incumbent(case, limits, line)
    lacking: list[Rule] = []
    if not warm:
        lacking.append(Rule.COLD_CHAIN)
    elif any(not one for one in able):
        lacking.append(Rule.CAPACITY)
    if kept is not None:
        able = (tuple(one for one in able[0] if one.supplier == kept), *able[1:])
    return Field(line, parts, able, tuple(lacking))


def fold(parts: tuple[int, ...], bidders: int) -> tuple[int, ...]:
    """The parts for so many bidders: what has no bidder goes to the first.

    >>> fold((600, 300, 100), 2), fold((700, 300), 1), fold((700, 300), 3)
    ((700, 300), (1000,), (700, 300))
    """
    kept = parts[: max(bidders, 1)]
    return (kept[0] + sum(parts[len(kept) :]), *kept[1:])


def kept_incumbent(case: Case, limits: Limits, line: CaseLine) -> int | None:
    """The supplier that must keep the line's first part; None when nobody must.

    Who may not deliver cold goods, or cannot deliver the first part, is not kept.
    """
    if limits.keep_incumbent is None or line.incumbent is None:
        return None
    offers = case.able[line.key]
    lowest = offers[0].price
    mine = next((one for one in offers if one.supplier == line.incumbent), None)
    if mine is None or mine.price * WHOLE > lowest * (WHOLE + limits.keep_incumbent):
        return None
    warm = tuple(one for one in offers if _warm(case, limits, line, one))
    first = fold(limits.parts(line.key), len(warm))[0]
    fit = mine in warm and (not limits.use_capacity or _can(line, mine, first))
    return mine.supplier if fit else None


def _warm(case: Case, limits: Limits, line: CaseLine, offer: Offer) -> bool:
    """Whether the supplier may deliver the line as far as the cold chain goes."""
    return not (limits.cold_chain and line.cold) or case.supplier_of[offer.supplier].cold_chain


def _can(line: CaseLine, offer: Offer, part: int) -> bool:
    return offer.capacity is None or line.volume * part <= offer.capacity * WHOLE
