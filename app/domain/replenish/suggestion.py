"""What to order: the level less what is there, in whole packs, never more than will be used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.domain.quantity import round_up
from app.domain.replenish.by_hand import ByHand, Kind
from app.domain.replenish.explain import Explanation, Phrase, Role, Scale, Sum, scale_for
from app.domain.replenish.lead import LeadTime
from app.domain.replenish.levels import Levels
from app.domain.replenish.position import Position
from app.domain.replenish.rates import Basis, Rate
from app.domain.replenish.target import Target
from app.i18n import N_


class Verdict(StrEnum):
    """What came out, and why nothing did."""

    ORDER = "order"
    EXPIRY = "expiry"
    """Enough is there, part of which expires before it is used."""
    PLENTY = "plenty"
    """Above the reorder point."""
    COVERED = "covered"
    """Above the reorder point only thanks to what is ordered or on its way."""
    RARE = "rare"
    """Asked for too rarely to be held."""
    SHELF_LIFE = "shelf_life"
    """The smallest order would expire before it is used."""
    FILL = "fill"
    """Not due yet; added so that the supplier's minimum is reached."""


@dataclass(frozen=True, slots=True)
class OrderRules:
    """How an item can be ordered, in smallest units.

    Attributes:
        base: Smallest unit: name and 1.
        pack: The unit people order in: name and factor.
        multiple: Orders are multiples of this; at least one pack.
        minimum: And at least this.
        floor: Emergency list: the level never lies below this.
        shelf_days: Days that fresh goods last; None where not known.
        multiple_unit: Name of the unit of `multiple` (件), the pack's where it is one pack.
    """

    base: tuple[str, int]
    pack: tuple[str, int]
    multiple: int
    minimum: int = 0
    floor: int = 0
    shelf_days: int | None = None
    multiple_unit: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a suggestion rests on."""

    rate: Rate
    levels: Levels
    lead: LeadTime
    target: Target
    position: Position
    cap: int | None = None
    """What is rather surely used before fresh goods expire; None without a shelf life."""
    by_hand: ByHand | None = None
    """A person's number that holds today."""
    season: float = 1.0
    """How much more is asked in the weeks to come than in the mean of a year."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """A suggested quantity in smallest units, with its explanation."""

    qty: int
    verdict: Verdict
    reorder_point: int
    order_up_to: int
    explanation: Explanation
    rounding: int
    """What rounding to whole packs added, smallest units."""


_RATE_LABELS: Final = {
    Basis.RECENT: (N_("日均用量（近 4 周为主）"), N_("日均用量（近 4 周为主，去除异常）")),
    Basis.YEAR: (N_("日均用量（全年）"), N_("日均用量（全年，去除异常）")),
    Basis.NEW: (N_("日均用量（新品，记录不多）"), N_("日均用量（新品，去除异常）")),
    Basis.NONE: (N_("还没有用量记录"), N_("还没有用量记录")),
    Basis.PERSON: (N_("日均用量（人工预计）"), N_("日均用量（人工预计）")),
    Basis.PEERS: (N_("日均用量（新品，参考其他成员）"), N_("日均用量（新品，参考其他成员）")),
}


def suggest(facts: Facts, rules: OrderRules) -> Suggested:
    """The suggestion for one item at one place.

    An order is made when the position lies at or below the reorder point; it goes up to the
    level and is rounded up once to what the supplier delivers. It never goes beyond what is used
    before fresh goods expire, except up to the emergency floor.
    """
    levels = _with_floor(facts.levels, rules.floor)
    most = max(levels.order_up_to, facts.position.in_house)
    scale = scale_for(most, rules.base, rules.pack, rules.multiple)
    total = Sum()
    _level_steps(total, facts, levels, scale, rules.floor)
    _position_steps(total, facts.position, scale)
    total.total("need", Phrase(N_("= 需要")))
    if facts.position.usable > levels.reorder_point:
        verdict = _why_not(levels, facts.position)
        total.add("wait", _WAIT_LABELS[verdict], -total.value)
        return _end(total, scale, verdict, levels, 0)
    need = max(1, scale.smallest(total.value))
    qty = max(round_up(need, rules.multiple), round_up(rules.minimum, rules.multiple))
    rounding = qty - need
    total.add("round", _round_label(rules), _exact(qty, scale) - total.value)
    capped = _capped(qty, facts, rules)
    if capped < qty:
        total.add("shelf", Phrase(N_("− 到期前用不完")), _exact(capped - qty, scale))
        rounding = 0
    verdict = Verdict.ORDER if capped else Verdict.SHELF_LIFE
    return _end(total, scale, verdict, levels, rounding)


def _with_floor(levels: Levels, floor: int) -> Levels:
    """Levels raised to the emergency floor: an order is made when stock is below it."""
    if floor <= levels.protect:
        return levels
    upper = max(levels.order_up_to, floor)
    return Levels(floor - 1, upper, floor, levels.span, levels.safety)


def _level_steps(total: Sum, facts: Facts, levels: Levels, scale: Scale, floor: int) -> None:
    rate = scale.rate(facts.rate.per_day)
    plain, cut = _RATE_LABELS[facts.rate.basis]
    total.note("rate", Phrase(cut if facts.rate.cut else plain), rate)
    if facts.season != 1.0:
        season = Decimal(repr(facts.season)).quantize(Decimal("0.01"))
        total.note("season", Phrase(N_("其中季节系数（年年如此）")), season)
    if facts.by_hand is not None:
        total.note("by_hand", facts.by_hand.words, scale.up(_told(facts.by_hand)))
    if facts.by_hand is not None and facts.by_hand.kind is Kind.LEVELS:
        total.add("fixed", Phrase(N_("人工上限")), scale.up(levels.order_up_to))
        return
    lead, target = facts.lead.days, levels.span - facts.lead.days
    total.add(
        "cover",
        Phrase(N_("× 到货 {lead} 天 + 目标 {target} 天"), {"lead": lead, "target": target}),
        (rate * levels.span).quantize(Decimal("0.1")),
    )
    level = scale.up(facts.levels.order_up_to)
    safety = level - total.value
    label = N_("+ 安全库存（{service}%）") if safety >= 0 else N_("− 用量零星，少备（{service}%）")
    total.add("safety", Phrase(label, {"service": facts.target.service}), safety)
    raised = scale.up(levels.order_up_to) - level
    if raised:
        words = {"floor": str(scale.up(floor))}
        by_hand = facts.by_hand is not None and facts.by_hand.kind is Kind.FLOOR
        label = N_("+ 人工最低存量 {floor}") if by_hand else N_("+ 应急目录至少 {floor}")
        total.add("floor", Phrase(label, words), raised)


def _told(number: ByHand) -> int:
    """The figure that the person typed."""
    return {Kind.LEVELS: number.high, Kind.MONTHLY: number.monthly, Kind.FLOOR: number.low}[
        number.kind
    ]


def _position_steps(total: Sum, position: Position, scale: Scale) -> None:
    total.add("on_hand", Phrase(N_("− 现存")), -scale.down(position.on_hand))
    if position.old.units:
        total.add("old", Phrase(N_("− 换下的旧品规还有")), -scale.down(position.old.units))
    total.add("in_transit", Phrase(N_("− 在途")), -scale.down(position.in_transit))
    if position.on_order:
        total.add("on_order", Phrase(N_("− 已申请、已订未发")), -scale.down(position.on_order))
    if position.expiring:
        total.add("expiring", Phrase(N_("+ 到期前用不完")), scale.up(position.expiring))


_WAIT_LABELS: Final = {
    Verdict.PLENTY: Phrase(N_("高于补货点，这次不补")),
    Verdict.EXPIRY: Phrase(N_("先用近效期的，这次不补")),
    Verdict.COVERED: Phrase(N_("已订的够用，这次不补")),
    Verdict.RARE: Phrase(N_("用量零星，有人要时再订")),
}


def _why_not(levels: Levels, position: Position) -> Verdict:
    if levels.reorder_point < 0:
        return Verdict.RARE
    if position.lasting <= levels.reorder_point:
        return Verdict.COVERED
    return Verdict.EXPIRY if position.expiring else Verdict.PLENTY


def _round_label(rules: OrderRules) -> Phrase:
    base, (pack, factor) = rules.base[0], rules.pack
    if rules.multiple != factor and rules.multiple % factor == 0:
        unit = rules.multiple_unit or N_("份")
        values: dict[str, str | int] = {"n": rules.multiple // factor, "pack": pack, "unit": unit}
        return Phrase(N_("+ 按整{unit}凑整（{n} {pack}/{unit}）"), values)
    if factor == 1:
        return Phrase(N_("+ 凑整"))
    return Phrase(
        N_("+ 按整{pack}凑整（{n} {base}/{pack}）"), {"n": factor, "base": base, "pack": pack}
    )


def _exact(quantity: int, scale: Scale) -> Decimal:
    return Decimal(quantity) / scale.factor


def _capped(qty: int, facts: Facts, rules: OrderRules) -> int:
    """`qty` cut to what will be used in time, in whole multiples; the floor is held anyway."""
    if facts.cap is None:
        return qty
    room = max(0, facts.cap - facts.position.usable) // rules.multiple * rules.multiple
    urgent = round_up(max(0, rules.floor - facts.position.usable), rules.multiple)
    kept = min(qty, max(room, urgent))
    return kept if kept >= rules.minimum else 0


def _end(total: Sum, scale: Scale, verdict: Verdict, levels: Levels, rounding: int) -> Suggested:
    total.result(Phrase(N_("建议")))
    return Suggested(
        qty=scale.smallest(total.value),
        verdict=verdict,
        reorder_point=levels.reorder_point,
        order_up_to=levels.order_up_to,
        explanation=Explanation(scale.unit, scale.factor, tuple(total.steps)),
        rounding=rounding,
    )


def raised(made: Suggested, more: int, key: str, label: Phrase) -> Suggested:
    """The suggestion with `more` smallest units and the step that says why.

    What was not due is now ordered to fill up (`Verdict.FILL`).
    """
    before = made.explanation
    scale = Scale(before.unit, before.factor)
    total = Sum([step for step in before.steps if step.role is not Role.RESULT], before.sum)
    total.add(key, label, _exact(more, scale))
    total.result(Phrase(N_("建议")))
    return replace(
        made,
        qty=made.qty + more,
        verdict=made.verdict if made.qty else Verdict.FILL,
        explanation=Explanation(before.unit, before.factor, tuple(total.steps)),
    )
