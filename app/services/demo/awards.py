"""The demo's awards: the optimiser's proposal, pledges of the last award, two price requests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.domain.awarding.limits import Limits
from app.domain.documents import State
from app.domain.ids import new_op
from app.domain.pricing import PriceSource
from app.models.awards import Pledge
from app.models.demand import Demand
from app.models.item import Item
from app.models.negotiation import Negotiation
from app.models.order import MemberOrder, MemberOrderLine
from app.models.party import Organisation
from app.models.price import Price, PriceList
from app.models.receiving import Acceptance, AcceptanceLine
from app.services.access import actor_for, group_orgs, lead_org
from app.services.awards.engine import How
from app.services.awards.propose import Propose, propose
from app.services.db import Database, today
from app.services.demo.negotiation import BUYER, HEAD
from app.services.prices.requests import AskPrice, DecidePrice, ask_price, decide_price, requests

_YEAR: Final = timedelta(days=365)
_PLEDGED: Final = 60
"""Items with a pledge: those used most."""
_SHARES: Final = (100, 80, 120, 60, 150)
"""What members pledged, percent of their use: some too little, some far too much."""
_CENT: Final = Decimal("0.01")


def make_awards(db: Database) -> None:
    """Write them after the negotiations and the open work."""
    with db.read() as session:
        project = session.scalar(
            select(Negotiation.id).where(
                Negotiation.status.in_((State.BARGAINING, State.REVIEWING))
            )
        )
    if project is not None:
        limits = Limits(in_all=3, share_cap=450, small_share=50)
        propose(db, actor_for(db, BUYER), Propose(new_op(), project, limits), How(seconds=60))
    with db.write() as session:
        _pledges(session)
    _requests(db)


def _pledges(session: Session) -> None:
    """Pledges of the list in force, as if it had come from an award of its first day."""
    day = today(session)
    first = session.execute(
        select(PriceList.id, func.min(Price.valid_from))
        .join(Price, Price.list_id == PriceList.id)
        .where(PriceList.source == PriceSource.GPO.value, Price.valid_from <= day)
        .group_by(PriceList.id)
        .order_by(func.min(Price.valid_from).desc())
    ).first()
    if first is None:
        return
    list_id, start = first
    orgs = group_orgs(session, day)
    wanted = _use(session, orgs, list_id)
    ordered = _ordered(session, orgs, start)
    factors = dict(session.execute(select(Item.id, Item.pack_factor)).all())
    rows: list[dict[str, object]] = []
    for (org, item), used in wanted.items():
        factor = factors[item]
        packs = max(used * _SHARES[(org + item) % len(_SHARES)] // 100 // factor, 1)
        taken = ordered.get((org, item), 0)
        rows.append(
            {"org_id": org, "award_id": list_id, "item_id": item, "qty": packs * factor}
            | {"lead_id": lead_org(session, day), "ordered": taken}
            | {"cap": packs * factor if len(rows) % 3 == 0 and taken <= packs * factor else None}
            | {"valid_from": start, "valid_to": start + _YEAR}
        )
    if rows:
        session.execute(insert(Pledge), rows)


def _use(session: Session, orgs: tuple[int, ...], list_id: int) -> Mapping[tuple[int, int], int]:
    """A year's demand of the most used items of the list, by member."""
    since = today(session) - _YEAR
    items = select(Price.item_id).where(Price.list_id == list_id, Price.rank == 1)
    rows = session.execute(
        select(Demand.org_id, Demand.item_id, func.sum(Demand.asked).label("qty"))
        .where(Demand.org_id.in_(orgs), Demand.item_id.in_(items), Demand.day >= since)
        .group_by(Demand.org_id, Demand.item_id)
    ).all()
    whole: dict[int, int] = defaultdict(int)
    for row in rows:
        whole[row.item_id] += int(row.qty)
    most = set(sorted(whole, key=lambda item: (-whole[item], item))[:_PLEDGED])
    return {(row.org_id, row.item_id): int(row.qty) for row in rows if row.item_id in most}


def _ordered(session: Session, orgs: tuple[int, ...], start: date) -> dict[tuple[int, int], int]:
    """What came in since the first day, or stands in orders: the more of the two."""
    orders = session.execute(
        select(MemberOrderLine.org_id, MemberOrderLine.item_id, func.sum(MemberOrderLine.qty))
        .join(MemberOrder, (MemberOrder.org_id == MemberOrderLine.org_id)
              & (MemberOrder.id == MemberOrderLine.order_id))
        .where(MemberOrder.org_id.in_(orgs), MemberOrder.status != State.CANCELLED)
        .group_by(MemberOrderLine.org_id, MemberOrderLine.item_id)
    )  # fmt: skip
    came = session.execute(
        select(
            AcceptanceLine.org_id, AcceptanceLine.item_id, func.sum(AcceptanceLine.accepted)
        )
        .join(Acceptance, (Acceptance.org_id == AcceptanceLine.org_id)
              & (Acceptance.id == AcceptanceLine.acceptance_id))
        .where(Acceptance.org_id.in_(orgs), Acceptance.accepted_on >= start)
        .group_by(AcceptanceLine.org_id, AcceptanceLine.item_id)
    )  # fmt: skip
    found = {(org, item): int(qty) for org, item, qty in orders}
    for org, item, qty in came:
        found[org, item] = max(found.get((org, item), 0), int(qty))
    return found


def _requests(db: Database) -> None:
    """One request waits for the head, one for the buyer."""
    with db.read() as session:
        day = today(session)
        codes = {row.code: row.id for row in session.scalars(select(Organisation))}
        found = {}
        for code in ("9001", "9002"):
            found[code] = session.execute(
                select(Price.id, Price.unit_price, Price.ceiling)
                .join(PriceList, PriceList.id == Price.list_id)
                .where(
                    Price.supplier_id == codes[code],
                    Price.valid_from < day,
                    Price.valid_to.is_(None),
                    PriceList.source == PriceSource.GPO.value,
                )
                .order_by(Price.item_id)
                .limit(1)
            ).first()
    for code, login in (("9001", "luoye"), ("9002", "hejian")):
        price = found[code]
        if price is not None:
            before = (price.ceiling or price.unit_price * Decimal("1.05")).quantize(_CENT)
            after = (before * Decimal("1.06")).quantize(_CENT, ROUND_HALF_UP)
            new = (price.unit_price * Decimal("1.05")).quantize(_CENT, ROUND_HALF_UP)
            command = AskPrice(
                new_op(), price.id, new, before, after, "演示平台公告 2026-17 号",
                day + timedelta(days=20), "原料涨价，平台挂网价已上调",
            )  # fmt: skip
            ask_price(db, actor_for(db, login), command)
    for one in requests(db, actor_for(db, BUYER))[:1]:
        decide_price(db, actor_for(db, HEAD), DecidePrice(new_op(), one.request_id, agree=True))
