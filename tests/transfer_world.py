"""Goods, requests and the steps of a transfer between the members of the small group."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from app.domain.documents import DocKind
from app.domain.ids import new_op
from app.domain.ledger import Move
from app.domain.transfers.legal import Basis
from app.domain.transfers.states import Kind, Settle, TransferState as T
from app.models.stock import Balance, Ledger, Place
from app.services.demand import add_demand
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from app.services.transfers.accepting import accept
from app.services.transfers.commands import (
    Accept,
    Confirm,
    Done,
    Paper,
    Request,
    RequestLine,
    Send,
    Step,
)
from app.services.transfers.request import approve, confirm, request
from app.services.transfers.sending import send
from tests.factories import EAST, TODAY, WEST, Site
from tests.lots import find_or_make_lot

DRUG, INSULIN, SYRINGE, PETHIDINE = 101, 103, 104, 105
BOX = 24
STORE = {EAST: "east_store", WEST: "west_store"}
PAPER = Paper("approval", "调剂批〔2026〕18 号", TODAY, "批准.pdf", b"%PDF-1.7 approval")
SOON = TODAY + timedelta(days=60)
LATER = TODAY + timedelta(days=700)


def stock(site: Site, org: int, item: int, qty: int, expiry: date = LATER, **more: Any) -> int:
    """Put a lot on a member's shelf; the lot."""
    actor = site.actor(STORE[org])
    with site.owner.write() as s:
        lot = find_or_make_lot(s, item, more.get("lot", f"L{org}{item}"), expiry)
        move = Move(item, lot, more.get("owner", org), virtual_place(s, org, "opening"),
                    site.world.bins[org], qty, Decimal("3.86"),
                    BOX if item == DRUG else 1)  # fmt: skip
        post(s, actor, Posting(org, new_op(), DocKind.OPENING, 1, TODAY, [move]))
    return lot


def used(site: Site, org: int, item: int, qty: int) -> None:
    """So many units were asked for over the last weeks."""
    with site.owner.write() as s:
        for days in range(1, 11):
            add_demand(s, org, site.world.stores[org], item, TODAY - timedelta(days=8 * days),
                       qty // 10, qty // 10)  # fmt: skip


def ask(site: Site, qty: int = 2 * BOX, item: int = DRUG, **more: Any) -> Done:
    """The west asks the east."""
    values: dict[str, Any] = {"basis": Basis.APPROVED, "papers": (PAPER,), "reason": "断货三天"}
    lines = (RequestLine(item, qty),)
    command = Request(new_op(), WEST, EAST, lines, **(values | more))
    return request(*site.as_("west_store"), command)


def promise(site: Site, done: Done, **more: Any) -> Done:
    command = Confirm(new_op(), done.org_id, done.transfer_id, done.version, **more)
    return confirm(*site.as_("east_store"), command)


def agreed(site: Site, **more: Any) -> Done:
    """Asked, promised, approved."""
    done = promise(site, ask(site, **more))
    if done.state is T.REVIEW:
        step = Step(new_op(), done.org_id, done.transfer_id, done.version)
        done = approve(*site.as_("lead_buyer"), step)
    assert done.state is T.APPROVED
    return done


def sent(site: Site, done: Done, login: str = "east_store", **more: Any) -> Done:
    command = Send(new_op(), done.org_id, done.transfer_id, done.version, **more)
    return send(*site.as_(login), command)


def arrived(site: Site, done: Done, login: str = "west_store", **more: Any) -> Done:
    command = Accept(new_op(), done.org_id, done.transfer_id, done.version, **more)
    return accept(*site.as_(login), command)


def lent(site: Site, qty: int = 2 * BOX, item: int = DRUG, **more: Any) -> Done:
    """A loan that arrived."""
    values: dict[str, Any] = {
        "kind": Kind.LOAN, "settle": Settle.KIND, "return_by": TODAY + timedelta(days=30),
    }  # fmt: skip
    return arrived(site, sent(site, agreed(site, qty=qty, item=item, **(values | more))))


def shelf(site: Site, org: int, item: int = DRUG) -> int:
    with site.owner.read() as s:
        found = s.scalar(
            select(func.sum(Balance.qty)).where(Balance.org_id == org, Balance.item_id == item)
        )
    return int(found or 0)


def on_the_way(site: Site, item: int = DRUG) -> int:
    """What left one member's books and is in nobody's yet: the transit places of all."""
    with site.owner.read() as s:
        ways = set(s.scalars(select(Place.id).where(Place.kind == "transit")))
        rows = s.execute(
            select(Ledger.from_place, Ledger.to_place, Ledger.qty).where(Ledger.item_id == item)
        ).all()
    sent_off = sum(int(row.qty) for row in rows if row.to_place in ways)
    return sent_off - sum(int(row.qty) for row in rows if row.from_place in ways)
