"""The demo's negotiations: one in its second round, one that collects needs.

Each step is made by the service itself on the day it would have been made; only the quotes are
stored without their deadline check, because on a server no clock but its own is believed.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.bidding.commitment import BidLine, BidSource, SheetContent, SheetKind
from app.domain.bidding.scoring import EXPERT, Criterion
from app.domain.duties import Actor
from app.domain.ids import new_id, new_op
from app.models.item import Item
from app.models.negotiation import NegotiationItem, NegotiationReference
from app.models.party import Dossier, Organisation
from app.services.access import actor_for
from app.services.db import Database, now, today
from app.services.negotiation.bid_store import store_sheet
from app.services.negotiation.choosing import LineChoice, SaveDraft, lowest_choices, save_draft
from app.services.negotiation.comparison import Comparison, comparison
from app.services.negotiation.invitations import Guest, Invite, invite
from app.services.negotiation.items import AddItems, add_items, candidates
from app.services.negotiation.lots import SetCeilings, SetLots, set_ceilings, set_lots
from app.services.negotiation.needs import (
    AskNeeds,
    ConfirmNeeds,
    EditNeeds,
    Pledge,
    ask_needs,
    confirm_needs,
    edit_needs,
)
from app.services.negotiation.project import CreateProject, create_project
from app.services.negotiation.queries import needs
from app.services.negotiation.rounds import OpenRound, StartRound, open_round, start_round
from app.services.negotiation.scores import GivePoints, give_points

BUYER: Final = "chenxy"
HEAD: Final = "zhoulq"
SALES: Final = {"9001": "luoye", "9002": "hejian", "9003": "tangwei", "9004": "dengkai"}
HEADS: Final = {
    "1001": "zhoulq",
    "1002": "zhanghb",
    "1003": "majl",
    "1004": "linzq",
    "1005": "linzq",
}
_COLD_PAPER: Final = "药品冷链质量管理证明（GSP）"
_PLACES: Final = Decimal("0.01")
_LINES: Final = 66
_LEVEL: Final = {"9001": 975, "9002": 968, "9003": 985, "9004": 1002}
"""How dear each supplier is on the whole, thousandths of the base price."""
_REASONS: Final = (
    "最低价供应商无冷链资质，次低价可全程冷链",
    "最低价供应商去年两次断供，本包为急救用药",
    "差价在一分以内，现供应商配送时限更短",
)


def make_negotiations(db: Database, seed: int) -> None:
    """Write both projects into the demo group."""
    with db.read() as session:
        at = now(session)
        org_codes = {row.code: row.id for row in session.scalars(select(Organisation))}
    draw = random.Random(seed)  # noqa: S311 - repeatable demo figures
    _cold_papers(db, [org_codes[code] for code in ("9001", "9002", "9003")])
    project = _prepared(db, at, org_codes, draw)
    _first_round(db, at, project, org_codes, draw)
    _second_round(db, at, project, org_codes, draw)
    _collecting(db, at)


def _then(db: Database, at: datetime, **back: float) -> Database:
    """The same database as it was reached some time ago."""
    past = at - timedelta(**back)
    return Database(db.engine, lambda: past, retells=True)


def _cold_papers(db: Database, suppliers: Sequence[int]) -> None:
    with db.write() as session:
        until = today(session) + timedelta(days=520)
        for number, supplier in enumerate(suppliers, 1):
            session.add(
                Dossier(
                    org_id=supplier,
                    id=new_id(),
                    kind=_COLD_PAPER,
                    number=f"演示-GSP-{number:02d}",
                    valid_to=until,
                    checked=True,
                )
            )


def _prepared(db: Database, at: datetime, orgs: Mapping[str, int], draw: random.Random) -> int:
    """The first project up to its invitations."""
    early = _then(db, at, days=24)
    buyer = actor_for(db, BUYER)
    start = (at + timedelta(days=30)).date().replace(day=1)
    title = f"{start.year} 年常用药第 2 包"
    command = CreateProject(new_op(), title, start, start.replace(year=start.year + 1), growth=50)
    project = create_project(early, buyer, command).negotiation_id
    wanted = [one.item_id for one in candidates(early, buyer, "drug", _LINES)]
    add_items(early, buyer, AddItems(new_op(), project, tuple(wanted)))
    _lots_and_ceilings(early, buyer, project, draw)
    ask_needs(early, buyer, AskNeeds(new_op(), project, (at - timedelta(days=17)).date()))
    for number, (code, head) in enumerate(HEADS.items()):
        when = _then(db, at, days=21 - number)
        actor = actor_for(db, head)
        _edit(when, actor, project, orgs[code], draw)
        confirm_needs(when, actor, ConfirmNeeds(new_op(), project, orgs[code]))
    guests = tuple(
        Guest(orgs[code], small=code == "9004", delivery_hours=hours)
        for code, hours in zip(SALES, (48, 72, 48, 96), strict=True)
    )
    invite(_then(db, at, days=14), buyer, Invite(new_op(), project, guests))
    return project


def _lots_and_ceilings(db: Database, buyer: Actor, project: int, draw: random.Random) -> None:
    with db.read() as session:
        rows = session.execute(
            select(NegotiationItem.line, Item.storage, NegotiationReference.base_price)
            .join(Item, Item.id == NegotiationItem.item_id)
            .join(
                NegotiationReference,
                (NegotiationReference.negotiation_id == NegotiationItem.negotiation_id)
                & (NegotiationReference.line == NegotiationItem.line),
            )
            .where(NegotiationItem.negotiation_id == project)
        ).all()
    titles = ((1, "口服常用药"), (2, "注射与冷链药"))
    cold = tuple((row.line, 2) for row in rows if row.storage in {"cold", "cool"})
    set_lots(db, buyer, SetLots(new_op(), project, titles, cold))
    ceilings = tuple(
        (row.line, _round(row.base_price * draw.randint(985, 1010) / Decimal(1000)))
        for row in rows
        if row.base_price is not None
    )
    set_ceilings(db, buyer, SetCeilings(new_op(), project, ceilings))


def _edit(db: Database, actor: Actor, project: int, org: int, draw: random.Random) -> None:
    """A member changes a few of its figures, as they do."""
    rows = [row for row in needs(db, actor, project, org) if row.proposed >= 20 * row.pack_factor]
    pledges = tuple(
        Pledge(row.line, row.proposed // row.pack_factor * 9 // 10 * row.pack_factor)
        for row in draw.sample(rows, min(3, len(rows)))
    )
    if pledges:
        edit_needs(db, actor, EditNeeds(new_op(), project, org, pledges))


def _round(price: Decimal) -> Decimal:
    return price.quantize(_PLACES, ROUND_HALF_UP)


def _first_round(
    db: Database, at: datetime, project: int, orgs: Mapping[str, int], draw: random.Random
) -> None:
    buyer = actor_for(db, BUYER)
    deadline = at - timedelta(days=8)
    start_round(_then(db, at, days=12), buyer, StartRound(new_op(), project, deadline))
    for number, (code, login) in enumerate(SALES.items()):
        when = _then(db, at, days=9, hours=number)
        prices = _quotes(when, project, _LEVEL[code], draw, missing=7 if code > "9002" else 15)
        _store(when, actor_for(db, login), (project, 1, orgs[code]), prices)
    open_round(_then(db, at, days=7, hours=23), buyer, OpenRound(new_op(), project))


def _quotes(
    db: Database, project: int, level: int, draw: random.Random, *, missing: int
) -> dict[int, Decimal]:
    """A supplier's first prices: around its level of the base, some lines left out."""
    with db.read() as session:
        rows = session.execute(
            select(NegotiationReference.line, NegotiationReference.base_price).where(
                NegotiationReference.negotiation_id == project
            )
        ).all()
    return {
        row.line: max(_PLACES, _round(row.base_price * (level + draw.randint(-28, 22)) / 1000))
        for row in rows
        if row.base_price is not None and draw.randrange(missing)
    }


def _second_round(
    db: Database, at: datetime, project: int, orgs: Mapping[str, int], draw: random.Random
) -> None:
    """Round 2 runs: two suppliers have gone down on most lines, two have not answered yet."""
    buyer = actor_for(db, BUYER)
    command = StartRound(new_op(), project, at + timedelta(days=2, hours=2, minutes=14))
    start_round(_then(db, at, days=1), buyer, command)
    found = comparison(db, buyer, project)
    places = {one.code: place for place, one in enumerate(found.suppliers)}
    for number, code in enumerate(("9001", "9002")):
        when = _then(db, at, hours=5 - number)
        prices = _lower(found, places[code], draw)
        _store(when, actor_for(db, SALES[code]), (project, 2, orgs[code]), prices)
    _draft(_then(db, at, hours=2), buyer, project)
    _score(_then(db, at, hours=1), project, orgs, draw)


def _lower(found: Comparison, place: int, draw: random.Random) -> dict[int, Decimal]:
    lower = {}
    for at, info in enumerate(found.lines):
        price = found.price(place, at)
        if price is not None and draw.randrange(5):
            lower[info.line] = max(_PLACES, _round(price * draw.randint(955, 995) / 1000))
    return lower


def _store(
    db: Database, actor: Actor, where: tuple[int, int, int], prices: Mapping[int, Decimal]
) -> None:
    project, number, supplier = where
    with db.write() as session:
        content = SheetContent(
            org_id=_lead(session, project),
            negotiation_id=project,
            round=number,
            supplier_id=supplier,
            kind=SheetKind.BID,
            lines=tuple(BidLine(line, price) for line, price in prices.items()),
        )
        store_sheet(session, actor, content, (BidSource.TYPED, None, None))


def _lead(session: Session, project: int) -> int:
    found = session.scalar(
        select(NegotiationItem.org_id).where(NegotiationItem.negotiation_id == project).limit(1)
    )
    return int(found or 0)


def _draft(db: Database, buyer: Actor, project: int) -> None:
    """The cheapest everywhere, but for three lines with a reason."""
    found = comparison(db, buyer, project)
    save_draft(db, buyer, SaveDraft(new_op(), project, lowest_choices(found)))
    best, able = found.grid.best(), found.grid.able
    special: list[LineChoice] = []
    for at, info in enumerate(found.lines):
        others = [p for p in range(len(found.suppliers)) if able[p, at] and p != best[at]]
        if others and best[at] >= 0 and len(special) < len(_REASONS):
            supplier = found.suppliers[others[0]].supplier_id
            reason = _REASONS[len(special)]
            special.append(LineChoice(info.line, ((supplier, 1, 1000, reason),)))
    save_draft(db, buyer, SaveDraft(new_op(), project, tuple(special)))


def _score(db: Database, project: int, orgs: Mapping[str, int], draw: random.Random) -> None:
    for login in (BUYER, HEAD):
        points = tuple(
            (orgs[code], criterion, draw.randint(78, 96)) for code in SALES for criterion in EXPERT
        )
        given: tuple[tuple[int, Criterion, int], ...] = points
        give_points(db, actor_for(db, login), GivePoints(new_op(), project, given))


def _collecting(db: Database, at: datetime) -> None:
    """A second project that waits for the members' needs."""
    when = _then(db, at, days=3)
    buyer = actor_for(db, BUYER)
    start = (at + timedelta(days=60)).date().replace(day=1)
    title = f"{start.year} 年检验试剂与耗材"
    command = CreateProject(new_op(), title, start, start.replace(year=start.year + 1), growth=30)
    project = create_project(when, buyer, command).negotiation_id
    wanted = [one.item_id for one in candidates(when, buyer, "reagent", 24)]
    wanted += [one.item_id for one in candidates(when, buyer, "consumable", 36)]
    add_items(when, buyer, AddItems(new_op(), project, tuple(wanted)))
    ask_needs(when, buyer, AskNeeds(new_op(), project, (at + timedelta(days=4)).date()))
    for login in ("zhoulq", "majl"):
        head = actor_for(db, login)
        confirm_needs(when, head, ConfirmNeeds(new_op(), project, head.org_id))
