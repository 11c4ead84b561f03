"""All facts of one run, gathered in a handful of queries, and the plan of each item from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.domain.replenish.item import Item as PlanItem, Prior
from app.domain.replenish.plan import Plan, plan
from app.domain.replenish.position import Stocked
from app.domain.replenish.series import Ints, Series
from app.domain.replenish.settings import Settings
from app.domain.replenish.together import points
from app.services.replenishment.coming import in_transit, on_order, usable_lots
from app.services.replenishment.history import (
    MOST_DAYS,
    Asked,
    asked_by_item,
    days_without,
    series_for,
)
from app.services.replenishment.scope import Scope
from app.services.replenishment.terms import (
    ItemCard,
    Kept,
    Supply,
    item_cards,
    kept_policies,
    rules_for,
    supply_of,
)

_PRIOR_DAYS = 14.0
_NEW_SPAN = 84
Tell = Callable[[int, int], None]
"""Told how many items are planned, and of how many."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a run rests on, by item."""

    scope: Scope
    cards: Mapping[int, ItemCard]
    supply: Supply
    asked: Mapping[int, Asked]
    without: Mapping[int, Ints]
    stock: Mapping[int, Sequence[Stocked]]
    ordered: Mapping[int, int]
    coming: Mapping[int, int]
    coming_ordered: Mapping[int, int]
    kept: Mapping[int, Kept]


def gather(session: Session, scope: Scope, settings: Settings, also: Collection[int] = ()) -> Facts:
    """Ask the database once for everything: no query per item.

    Planned are items that were asked for, are in stock, on order or held by a person's policy,
    and those of `also`.
    """
    asked = asked_by_item(session, scope)
    stock = usable_lots(session, scope)
    ordered = on_order(session, scope)
    coming, coming_ordered = in_transit(session, scope)
    kept = kept_policies(session, scope)
    wanted = set(also) | set(asked) | set(stock) | set(ordered) | set(coming)
    wanted |= {item for item, one in kept.items() if one.floor or one.manual}
    cards = item_cards(session, wanted)
    on_hand = {item: sum(lot.qty for lot in lots) for item, lots in stock.items()}
    return Facts(
        scope=scope,
        cards=cards,
        supply=supply_of(session, scope, cards, settings),
        asked=asked,
        without=days_without(session, scope, on_hand),
        stock=stock,
        ordered=ordered,
        coming=coming,
        coming_ordered=coming_ordered,
        kept=kept,
    )


def plans(facts: Facts, settings: Settings, tell: Tell | None = None) -> dict[int, Plan]:
    """The plan of every item; pure computing, outside any transaction."""
    length = _length(facts)
    usual = _usual_lines(facts, length)
    today = facts.scope.today
    # In the order of items: two runs at once then lock the same rows in the same order.
    items = {
        item: _plan_item(
            facts,
            settings,
            card,
            series_for(facts.asked.get(item), facts.without.get(item), today, length),
            usual,
        )
        for item, card in sorted(facts.cards.items())
    }
    found: dict[int, Plan] = {}
    weighed = zip(items.items(), points(list(items.values()), today), strict=True)
    for number, ((item, one), point) in enumerate(weighed, 1):
        found[item] = plan(one, today, point)
        if tell is not None:
            tell(number, len(items))
    return found


def _plan_item(
    facts: Facts, settings: Settings, card: ItemCard, series: Series, usual: Mapping[str, float]
) -> PlanItem:
    term = facts.supply.term(card.id)
    kept = facts.kept.get(card.id, Kept())
    coming = facts.coming.get(card.id, 0)
    ordered = facts.ordered.get(card.id, 0) - facts.coming_ordered.get(card.id, 0)
    return PlanItem(
        series=series,
        stock=facts.stock.get(card.id, ()),
        on_order=max(0, ordered),
        in_transit=coming,
        lead=term.lead,
        review=term.review,
        target=settings.target(card.item_class, critical=card.critical),
        rules=rules_for(card, term, kept.floor),
        prior=_prior(card, series, usual),
        storage=card.storage,
        manual=kept.manual,
        worth=worth(facts.supply, card),
    )


def worth(supply: Supply, card: ItemCard) -> float:
    """Price of a smallest unit as a weight; an item without a price weighs like a cheap one."""
    price = supply.prices.get(card.id)
    return max(1e-4, float(price.unit_price / price.price_factor)) if price else 1e-2


def _length(facts: Facts) -> int:
    """Days since the organisation's first record, at most `MOST_DAYS`."""
    firsts = [int(one.days.min()) for one in facts.asked.values()]
    return min(MOST_DAYS, facts.scope.today.toordinal() - min(firsts)) if firsts else 1


def _usual_lines(facts: Facts, length: int) -> dict[str, float]:
    """Mean requests a day of an item, by category: what a new item is believed to be like."""
    lines: dict[str, list[float]] = {}
    for item, asked in facts.asked.items():
        card = facts.cards.get(item)
        if card is not None:
            lines.setdefault(card.category, []).append(float(asked.lines.sum()) / length)
    return {category: sum(values) / len(values) for category, values in lines.items()}


def _prior(card: ItemCard, series: Series, usual: Mapping[str, float]) -> Prior:
    if series.length >= _NEW_SPAN or card.category not in usual:
        return Prior()
    return Prior(usual[card.category] * _PRIOR_DAYS, _PRIOR_DAYS)
