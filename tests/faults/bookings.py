"""Postings as a service makes them, for tests of concurrency and of sudden death."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from app.domain.duties import Actor
from app.domain.ids import new_op
from app.domain.ledger import Move
from app.services.db import Database
from app.services.operations import claim, finish
from app.services.stock.places import virtual_place
from tests.factories import EAST, KANGZE, WEST, Site
from tests.papers import Wish, take_in, use

DAY = date(2026, 10, 14)


def book(db: Database, actor: Actor, op: UUID, place: int, lots: Sequence[tuple[int, int]]) -> int:
    """Use (or with a negative quantity receive) some units per lot; the first ledger number.

    Made as every service is: claim, post, finish in one unit of work.
    """
    org = actor.org_id
    with db.write() as session:
        earlier = claim(session, actor, org, op, "test.book", lots)
        if earlier is not None:
            return int(earlier["seq"])
        uses = lots[0][1] > 0
        outside = virtual_place(session, org, "consumed" if uses else "supplier")
        ends = (place, outside) if uses else (outside, place)
        moves = [Move(101, lot, KANGZE, *ends, abs(qty)) for lot, qty in lots]
        posted = (use if uses else take_in)(session, actor, Wish(org, op, DAY), moves)
        finish(session, org, op, {"seq": posted.first_seq})
        return posted.first_seq


def fill(site: Site) -> None:
    """Some receipts and uses at both members, so that a kept database holds a story."""
    for org, login in ((EAST, "east_store"), (WEST, "west_store")):
        place = site.world.stores[org]
        book(*site.as_(login), new_op(), place, [(1, -240), (2, -480)])
        book(*site.as_(login), new_op(), place, [(1, 24), (2, 3)])
