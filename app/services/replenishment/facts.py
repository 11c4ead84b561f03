"""All facts of one run, gathered in a handful of queries, and the plan of each item from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from app.domain.replenish.by_hand import Kind, expected
from app.domain.replenish.item import Item as PlanItem, Peers, Prior
from app.domain.replenish.plan import Plan, plan
from app.domain.replenish.position import Leftover, Stocked
from app.domain.replenish.season import seasonal
from app.domain.replenish.series import Ints, Series
from app.domain.replenish.settings import Settings
from app.domain.replenish.successor import still_to_use
from app.domain.replenish.together import points
from app.services.replenishment.coming import in_transit, on_its_way, on_order, usable_lots
from app.services.replenishment.history import (
    MOST_DAYS,
    Asked,
    asked_by_item,
    days_without,
    series_for,
)
from app.services.replenishment.peers import peers_of
from app.services.replenishment.scope import Scope
from app.services.replenishment.successors import handed_on, links_of
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
_AHEAD = 28
"""A season is looked at so many days ahead, or as many as an order lasts."""
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
    peers: Mapping[int, Peers] = field(default_factory=dict)
    old: Mapping[int, Leftover] = field(default_factory=dict)
    replaced: frozenset[int] = frozenset()


def gather(session: Session, scope: Scope, settings: Settings, also: Collection[int] = ()) -> Facts:
    """Ask the database once for everything: no query per item.

    Planned are items that were asked for, are in stock, on order or held by a person's policy,
    and those of `also`.
    """
    links = links_of(session, scope.org_id)
    asked = handed_on(asked_by_item(session, scope), links)
    stock = usable_lots(session, scope)
    ordered = on_order(session, scope)
    coming, coming_ordered = in_transit(session, scope)
    kept = kept_policies(session, scope)
    wanted = set(also) | set(asked) | set(stock) | set(ordered) | set(coming)
    wanted |= set(kept)
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
        peers=peers_of(session, scope, asked, _new(scope, asked, cards)),
        replaced=frozenset(links),
        old=still_to_use(stock, on_its_way(ordered, coming, coming_ordered), links),
    )


def _new(scope: Scope, asked: Mapping[int, Asked], cards: Collection[int]) -> list[int]:
    """Items whose own records say little yet, of a store that has records."""
    firsts = {item: int(one.days.min()) for item, one in asked.items()}
    today = scope.today.toordinal()
    if not firsts or today - min(firsts.values()) < _NEW_SPAN:
        return []
    return [item for item in cards if today - firsts.get(item, today) < _NEW_SPAN]


def plans(facts: Facts, settings: Settings, tell: Tell | None = None) -> dict[int, Plan]:
    """The plan of every item; pure computing, outside any transaction."""
    length = _length(facts)
    usual = _usual_lines(facts, length)
    today = facts.scope.today
    # In the order of items: two runs at once then lock the same rows in the same order.
    cards = sorted(facts.cards.items())
    past = [
        series_for(facts.asked.get(item), facts.without.get(item), today, length)
        for item, _card in cards
    ]
    coming, factors = seasonal(past, max(_AHEAD, settings.target_days))
    items = {
        item: replace(
            _plan_item(facts, settings, card, series, usual), past=shown, season=float(factor)
        )
        for (item, card), series, shown, factor in zip(cards, coming, past, factors, strict=True)
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
    peers = facts.peers.get(card.id)
    if kept.by_hand is not None and kept.by_hand.kind is Kind.MONTHLY:
        series, peers = expected(series, kept.by_hand.per_day, card.pack_factor), None
    coming = facts.coming.get(card.id, 0)
    ordered = facts.ordered.get(card.id, 0) - facts.coming_ordered.get(card.id, 0)
    return PlanItem(
        series=series,
        stock=_lots(facts, card.id),
        on_order=max(0, ordered),
        in_transit=coming,
        lead=term.lead,
        review=term.review,
        target=settings.target(card.item_class, critical=card.critical),
        rules=rules_for(card, term, kept.floor),
        prior=_prior(card, series, usual, peers),
        storage=card.storage,
        by_hand=kept.by_hand,
        peers=peers,
        old=facts.old.get(card.id, Leftover()),
        worth=worth(facts.supply, card),
    )


def _lots(facts: Facts, item: int) -> Sequence[Stocked]:
    """Usable lots; when those of a replaced item are used up is told by the one in its place."""
    lots = facts.stock.get(item, ())
    return [replace(lot, expiry=None) for lot in lots] if item in facts.replaced else lots


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


def _prior(
    card: ItemCard, series: Series, usual: Mapping[str, float], peers: Peers | None
) -> Prior:
    if peers is not None:
        lines = max(1, series.total_lines)
        size = float(series.asked.sum()) / lines or float(card.pack_factor)
        return Prior(peers.per_day / size * peers.days, peers.days)
    if series.length >= _NEW_SPAN or card.category not in usual:
        return Prior()
    return Prior(usual[card.category] * _PRIOR_DAYS, _PRIOR_DAYS)
