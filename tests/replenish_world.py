"""Demand, stock and terms for the small group, so that suggestions can be made."""

from __future__ import annotations

import random
from datetime import date, timedelta

from app.domain.documents import DocKind
from app.domain.duties import Actor, Duty
from app.domain.ids import new_id, new_op
from app.domain.ledger import Move
from app.models.demand import SupplyTerm
from app.services.demand import DemandLine, write_demand
from app.services.replenishment.run import Run, RunDone, run
from app.services.replenishment.suggestions import (
    Board,
    SuggestionQuery,
    SuggestionRow,
    board,
)
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from tests.factories import EAST, GOODS, RUIHE, TODAY, Site
from tests.lots import find_or_make_lot

AMOXICILLIN, AMLODIPINE, INSULIN, SYRINGE = 101, 102, 103, 104
FACTOR = {goods.id: goods.factor for goods in GOODS}


def asked(site: Site, item: int, packs_a_day: float, *, days: int = 400, org: int = EAST) -> None:
    """A steady demand up to yesterday."""
    quantity = round(packs_a_day * FACTOR[item])
    lines = [
        DemandLine(item, TODAY - timedelta(days=ago), quantity, quantity)
        for ago in range(1, days + 1)
    ]
    with site.owner.write() as s:
        write_demand(s, org, site.world.stores[org], lines, add=False)


def stocked(
    site: Site,
    item: int,
    packs: int,
    *,
    expiry: date | None = None,
    place: int | None = None,
    org: int = EAST,
) -> None:
    """Goods in a store, the east one's unless said."""
    keeper = Actor(4, "east_store", "李药", org, frozenset({(Duty.STORE, org)}))
    with site.owner.write() as s:
        lot = find_or_make_lot(s, item, f"L{expiry or 'none'}", expiry)
        move = Move(
            item_id=item,
            lot_id=lot,
            owner_id=org,
            from_place=virtual_place(s, org, "opening"),
            to_place=place or site.world.stores[org],
            qty=packs * FACTOR[item],
        )
        posting = Posting(org, new_op(), DocKind.OPENING, new_id(), TODAY, [move])
        post(s, keeper, posting)


def cases_from_ruihe(site: Site, item: int, packs: int, *, lead: int = 3) -> None:
    """瑞和 delivers the item to the east clinic in cases of `packs`, on Wednesdays."""
    with site.owner.write() as s:
        s.add(
            SupplyTerm(
                org_id=EAST,
                supplier_id=RUIHE,
                item_id=item,
                lead_days=lead,
                lead_sd_tenths=0,
                review_weekdays="2",
                order_multiple=packs * FACTOR[item],
            )
        )


def usual(site: Site) -> None:
    """Amlodipine runs short and comes in cases, amoxicillin is plenty, insulin runs short."""
    asked(site, AMLODIPINE, 19)
    stocked(site, AMLODIPINE, 61)
    cases_from_ruihe(site, AMLODIPINE, 200)
    asked(site, AMOXICILLIN, 2)
    stocked(site, AMOXICILLIN, 70)
    asked(site, INSULIN, 4)
    stocked(site, INSULIN, 20)


def planned(site: Site, login: str = "east_store") -> RunDone:
    """A run for the east store."""
    return run(*site.as_(login), Run(new_op(), EAST))


def shown(site: Site, *, everything: bool = True) -> Board:
    """The board of the east store."""
    return board(*site.as_("east_store"), SuggestionQuery(EAST, everything=everything))


def line(site: Site, item: int) -> SuggestionRow:
    """One suggestion."""
    return next(row for row in shown(site).rows if row.item_id == item)


def a_year(site: Site, *, orgs: tuple[int, ...] = (EAST,), days: int = 500) -> None:
    """Uneven demand of three items, long enough to be played again."""
    dice = random.Random(7)
    busy = {AMLODIPINE: (0.6, 4), AMOXICILLIN: (0.3, 3), INSULIN: (0.15, 2)}
    for org in orgs:
        lines = [
            DemandLine(item, TODAY - timedelta(days=ago), quantity, quantity)
            for item, (chance, most) in busy.items()
            for ago in range(1, days + 1)
            if dice.random() < chance
            for quantity in (dice.randint(1, most) * FACTOR[item],)
        ]
        with site.owner.write() as s:
            write_demand(s, org, site.world.stores[org], lines, add=False)
