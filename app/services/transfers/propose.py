"""Proposals: surplus and expiring goods of the group against what members need, with the effect.

`propose` answers the page (everything in sight), the command line, and replenishment, which asks
for given needs before it buys (`ProposeQuery.needs`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.money import amount
from app.domain.transfers.legal import Basis, usual
from app.domain.transfers.proposing import FAR, Match, Need, Offer, Why, match
from app.domain.transfers.states import Urgency
from app.domain.transfers.surplus import KEEP_DAYS, Held, Use, spare
from app.models.item import Item
from app.models.party import Organisation
from app.models.stock import Lot
from app.models.transfer import OrgRoute
from app.services.access import group_orgs, require_any
from app.services.db import Database, today
from app.services.price_lookup import prices_on
from app.services.queries.goods import GoodsRow, of_item
from app.services.transfers.group_view import Shelf, group_stock, group_use, routes

WATCH_DAYS: Final = 90
"""Days of use that a proposal looks at."""
SHORT_DAYS: Final = 7
"""A member with less than so many days of stock is short."""
FILL_DAYS: Final = 21
"""A short member is filled up to so many days."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A need that the caller knows, such as a suggestion's quantity (smallest units)."""

    org_id: int
    item_id: int
    qty: int


@dataclass(frozen=True, slots=True)
class ProposeQuery:
    """What to propose for.

    Attributes:
        orgs: Receivers; empty for every member that the person may act for.
        needs: Known needs; empty to look for shortages and expiring goods by itself.
        items: Only these items; empty for all in stock.
        keep_days: Days of its own use that a donor keeps.
    """

    orgs: tuple[int, ...] = ()
    needs: tuple[Wanted, ...] = ()
    items: tuple[int, ...] = ()
    keep_days: int = KEEP_DAYS


@dataclass(frozen=True, slots=True)
class Proposal(GoodsRow):
    """One lot that a member could give another, and what that is good for.

    Attributes:
        why: ``shortage`` or ``expiry``.
        spare: Units of the lot that the donor can spare.
        missing: Units that the receiver wanted of the item.
        qty: Units proposed.
        expiring: Units of them that the donor would otherwise throw away.
        saved: Their value: what the group saves.
        value: Value of all proposed units.
        km: Distance; 10,000 where it is not known.
        route: How goods usually travel.
        same_person: Whether both are one legal person.
        basis: The legal ground that fits at first sight.
        needs_paper: Whether an approval document has to be attached.
        donor_use: Units that the donor used in the last 90 days.
        use_days: Days that the receiver needs to use the units up, None when it is not known.
    """

    why: str
    org_id: int
    org: str
    donor_id: int
    donor: str
    storage: str
    lot_id: int
    lot_no: str
    expiry: date | None
    spare: int
    missing: int
    qty: int
    expiring: int
    saved: Decimal
    value: Decimal
    unit_price: Decimal
    price_factor: int
    km: int
    route: str
    same_person: bool
    basis: Basis
    needs_paper: bool
    donor_use: int
    use_days: int | None

    @property
    def key(self) -> str:
        """Stable identity for lists."""
        return f"{self.donor_id}.{self.org_id}.{self.item_id}.{self.lot_id}"


def propose(db: Database, actor: Actor, query: ProposeQuery | None = None) -> tuple[Proposal, ...]:
    """Transfers that would help, those that save most in front.

    Raises:
        NotAllowedError: The person neither keeps a store nor buys.
    """
    require_any(actor, Duty.STORE, Duty.BUY)
    asked = query or ProposeQuery()
    mine = actor.orgs(Duty.STORE) | actor.orgs(Duty.BUY)
    with db.read() as session:
        day = today(session)
        members = set(group_orgs(session, day))
        receivers = set(asked.orgs or mine) & mine & members
        items = _items(session, asked)
        shelves = group_stock(session, items)
        use = group_use(session, items, day - timedelta(days=WATCH_DAYS), WATCH_DAYS)
        offers = _offers(shelves, use, day, asked.keep_days)
        packs = _packs(session, items)
        if asked.needs:
            needs = _known(asked.needs, receivers, (shelves, use, packs))
        else:
            needs = _found(members, (shelves, use, packs))
        known = routes(session)
        km = {pair: row.km for pair, row in known.items()}
        # A store keeper also sees what its own surplus could do elsewhere.
        kept = [
            pair
            for pair in match(needs, offers, km, day)
            if pair.need.org_id in receivers or pair.offer.org_id in receivers
        ]
        return _told(session, kept, use, known, day)


def _items(session: Session, asked: ProposeQuery) -> list[int]:
    if asked.items:
        return list(asked.items)
    if asked.needs:
        return sorted({need.item_id for need in asked.needs})
    return list(
        session.scalars(select(Item.id).where(Item.status == "active", Item.controlled == ""))
    )


def _packs(session: Session, items: Sequence[int]) -> dict[int, int]:
    rows = session.execute(select(Item.id, Item.pack_factor)).all()
    wanted = set(items)
    return {row.id: row.pack_factor for row in rows if row.id in wanted}


_Facts = tuple[list[Shelf], dict[tuple[int, int], Use], dict[int, int]]


def _offers(
    shelves: Iterable[Shelf], use: dict[tuple[int, int], Use], day: date, keep: int
) -> list[Offer]:
    """What every member can spare; lots of one item are judged together, owners apart."""
    by_item: dict[tuple[int, int], list[Shelf]] = {}
    for shelf in shelves:
        by_item.setdefault((shelf.org_id, shelf.item_id), []).append(shelf)
    found = []
    for (org, item), lots in by_item.items():
        totals: dict[int, int] = {}
        for shelf in lots:
            totals[shelf.held.lot_id] = totals.get(shelf.held.lot_id, 0) + shelf.held.qty
        expiry = {shelf.held.lot_id: shelf.held.expiry for shelf in lots}
        held = [Held(lot, qty, expiry[lot]) for lot, qty in totals.items()]
        own = use.get((org, item), Use(0, WATCH_DAYS))
        found += [Offer(org, item, one) for one in spare(held, own, day, keep)]
    return found


def _known(needs: Iterable[Wanted], receivers: set[int], facts: _Facts) -> list[Need]:
    shelves, use, packs = facts
    return [
        Need(
            need.org_id, need.item_id, need.qty,
            use.get((need.org_id, need.item_id), Use(0, WATCH_DAYS)),
            _has(shelves, need.org_id, need.item_id), Why.SHORTAGE, packs.get(need.item_id, 1),
        )
        for need in needs
        if need.org_id in receivers and need.qty > 0
    ]  # fmt: skip


def _found(receivers: set[int], facts: _Facts) -> list[Need]:
    """Shortages, and members that could use up what expires elsewhere."""
    shelves, use, packs = facts
    has: dict[tuple[int, int], int] = {}
    for shelf in shelves:
        key = (shelf.org_id, shelf.item_id)
        has[key] = has.get(key, 0) + shelf.held.qty
    found = []
    for (org, item), rate in use.items():
        if org not in receivers or not rate.units:
            continue
        there, pack = has.get((org, item), 0), packs.get(item, 1)
        if there < rate.within(SHORT_DAYS):
            wanted = -(-(rate.within(FILL_DAYS) - there) // pack) * pack
            found.append(Need(org, item, wanted, rate, there, Why.SHORTAGE, pack))
        else:
            found.append(Need(org, item, rate.within(365), rate, there, Why.EXPIRY, pack))
    return found


def _has(shelves: Iterable[Shelf], org: int, item: int) -> int:
    return sum(x.held.qty for x in shelves if (x.org_id, x.item_id) == (org, item))


def _told(
    session: Session,
    pairs: list[Match],
    use: dict[tuple[int, int], Use],
    known: dict[tuple[int, int], OrgRoute],
    day: date,
) -> tuple[Proposal, ...]:
    items = {pair.need.item_id for pair in pairs}
    goods = {row.id: row for row in session.scalars(select(Item).where(Item.id.in_(items)))}
    lots = {
        row.id: row
        for row in session.scalars(
            select(Lot).where(Lot.id.in_({pair.offer.spare.lot_id for pair in pairs}))
        )
    }
    orgs = {row.id: row for row in session.scalars(select(Organisation))}
    prices = prices_on(session, day, 0, items)
    found = []
    for pair in pairs:
        price = next(iter(prices.get(pair.need.item_id, ())), None)
        cost = (price.unit_price, price.price_factor) if price else (Decimal(0), 1)
        found.append(
            _proposal(pair, (goods, lots, orgs), cost, use, known.get(
                (pair.offer.org_id, pair.need.org_id)))
        )  # fmt: skip
    return tuple(sorted(found, key=lambda x: (-x.saved, x.why != "shortage", -x.value, x.key)))


def _proposal(
    pair: Match,
    rows: tuple[dict[int, Item], dict[int, Lot], dict[int, Organisation]],
    cost: tuple[Decimal, int],
    use: dict[tuple[int, int], Use],
    route: OrgRoute | None,
) -> Proposal:
    goods, lots, orgs = rows
    item, need, offer = goods[pair.need.item_id], pair.need, pair.offer
    receiver, donor = orgs[need.org_id], orgs[offer.org_id]
    lot = lots.get(offer.spare.lot_id)
    same = receiver.legal_person_id == donor.legal_person_id
    basis = usual(same_person=same, urgency=Urgency.NORMAL)
    missing = need.qty if need.why is Why.SHORTAGE else pair.qty
    days = -(-pair.qty * need.use.days // need.use.units) if need.use.units else None
    return Proposal(
        why=need.why.value,
        org_id=receiver.id,
        org=receiver.short_name,
        donor_id=donor.id,
        donor=donor.short_name,
        **of_item(item),
        storage=item.storage,
        lot_id=offer.spare.lot_id,
        lot_no=lot.lot_no if lot else "",
        expiry=offer.spare.expiry,
        spare=offer.spare.qty,
        missing=missing,
        qty=pair.qty,
        expiring=pair.expiring,
        saved=amount(cost[0], pair.expiring, cost[1]),
        value=amount(cost[0], pair.qty, cost[1]),
        unit_price=cost[0],
        price_factor=cost[1],
        km=route.km if route else FAR,
        route=route.note if route else "",
        same_person=same,
        basis=basis,
        needs_paper=basis is Basis.APPROVED,
        donor_use=use.get((donor.id, item.id), Use(0, WATCH_DAYS)).units,
        use_days=days,
    )
