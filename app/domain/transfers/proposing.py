"""Who could help whom: surplus against need by expiry, distance and amount (spec §3.10 step 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.transfers.surplus import Spare, Use

FAR = 10_000
"""Kilometres assumed where no distance is known: last among equals."""


class Why(StrEnum):
    """What a proposal is good for."""

    SHORTAGE = "shortage"
    EXPIRY = "expiry"


@dataclass(frozen=True, slots=True)
class Need:
    """What a member wants of an item.

    Attributes:
        org_id: Who.
        item_id: 品规.
        qty: Smallest units wanted at most.
        use: How fast it uses the item; decides what it can use up before a lot's last day.
        has: What it has already, used before what comes.
        why: Whether it is short, or merely could use up what would expire elsewhere.
        pack: Whole packs only, so many units each.
    """

    org_id: int
    item_id: int
    qty: int
    use: Use
    has: int = 0
    why: Why = Why.SHORTAGE
    pack: int = 1


@dataclass(frozen=True, slots=True)
class Offer:
    """What a member can spare of a lot."""

    org_id: int
    item_id: int
    spare: Spare
    owner_id: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """So many units of an offer for a need; `expiring` of them would otherwise be thrown away."""

    need: Need
    offer: Offer
    qty: int
    expiring: int
    km: int


def match(
    needs: Sequence[Need],
    offers: Iterable[Offer],
    routes: Mapping[tuple[int, int], int],
    today: date,
) -> list[Match]:
    """Give every need the offers that fit it best; shortages before mere use of surplus.

    No offer is given twice, no need gets more than it wants, nobody helps itself, and nobody gets
    a lot that it could not use up before the last day.
    """
    known = list(offers)
    left = {_key(offer): offer.spare.qty for offer in known}
    waste = {_key(offer): offer.spare.expiring for offer in known}
    by_item: dict[int, list[Offer]] = {}
    for offer in known:
        by_item.setdefault(offer.item_id, []).append(offer)
    found: list[Match] = []
    for need in sorted(needs, key=lambda n: (n.why is not Why.SHORTAGE, n.has, n.org_id)):
        wanted, has = need.qty, need.has
        for offer in sorted(by_item.get(need.item_id, ()), key=lambda o: _order(o, need, routes)):
            key = _key(offer)
            only_waste = need.why is Why.EXPIRY
            there = waste[key] if only_waste else left[key]
            take = min(wanted, there, _reach(need, has, offer.spare.expiry, today))
            take -= take % need.pack
            if offer.org_id == need.org_id or take <= 0:
                continue
            avoided = min(take, waste[key])
            found.append(Match(need, offer, take, avoided, _km(offer, need, routes)))
            left[key] -= take
            waste[key] -= avoided
            wanted -= take
            has += take
    return found


def _key(offer: Offer) -> tuple[int, int, int, int]:
    return (offer.org_id, offer.item_id, offer.spare.lot_id, offer.owner_id)


def _reach(need: Need, has: int, expiry: date | None, today: date) -> int:
    """Units that the member uses up before the lot's last day, after what it has."""
    if expiry is None:
        return need.qty
    if not need.use.units:
        return need.qty if need.why is Why.SHORTAGE else 0
    return max(0, need.use.within((expiry - today).days) - has)


def _order(
    offer: Offer, need: Need, routes: Mapping[tuple[int, int], int]
) -> tuple[bool, date, int, int, int]:
    expiry = offer.spare.expiry or date.max
    return (
        not offer.spare.expiring, expiry, _km(offer, need, routes), -offer.spare.qty, offer.org_id,
    )  # fmt: skip


def _km(offer: Offer, need: Need, routes: Mapping[tuple[int, int], int]) -> int:
    return routes.get((offer.org_id, need.org_id), FAR)
