"""P12: the month-end settlement of 40 members with 30 suppliers each, on months of moves."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from app.domain.documents import DocKind
from app.domain.duties import Actor, Duty
from app.domain.ids import new_id, new_op
from app.domain.ledger import Move
from app.models.party import GroupMembership, Organisation
from app.models.stock import Lot, Place
from app.services.db import today
from app.services.settlement import MakeStatements, make_statements
from app.services.settlement.closing import open_items
from app.services.settlement.listing import statements
from app.services.settlement.pending import pending
from app.services.stock.places import make_virtual_places, virtual_place
from app.services.stock.posting import Posting, post
from benchmarks.measure import Record
from tests.factories import GOODS, Site

SEED: Final = 20_261_015
MEMBERS, SUPPLIERS, LOTS, MONTHS = 40, 30, 10, 4
_PRICE: Final = Decimal("3.86")


def month_end(record: Record, site: Site, backend: str, size: int) -> None:
    """Make 1,200 statements out of `size` × 40 moves; the months before are settled already."""
    actor, members, suppliers = group(site)
    dice = random.Random(SEED)  # noqa: S311 - the same group every time
    with site.owner.read() as session:
        last = today(session).replace(day=1) - timedelta(days=1)
    months = [_back(last, n) for n in reversed(range(MONTHS))]
    for member in members:
        _fill(site, actor, _Member(member, suppliers, months, size), dice)

    def settle(month: date) -> None:
        for member in members:
            command = MakeStatements(new_op(), member, f"{month:%Y-%m}")
            make_statements(site.owner, actor, command)

    for month in months[:-1]:
        settle(month)
    what, rows = (backend, size * MEMBERS), MEMBERS * SUPPLIERS
    period = f"{last:%Y-%m}"
    record.take(
        ("pending of 40 members", *what),
        lambda: pending(site.owner, actor, members, period), rows=rows, runs=1,
    )  # fmt: skip
    record.take(("month end, 1,200 statements", *what), lambda: settle(last), rows=rows, runs=1)
    record.take(
        ("list of a month's 1,200 statements", *what),
        lambda: statements(site.owner, actor, members, period), rows=rows,
    )  # fmt: skip
    record.take(
        ("checks before the close of one member", *what),
        lambda: open_items(site.owner, actor, members[0], period), rows=SUPPLIERS,
    )  # fmt: skip


def _back(last: date, months: int) -> date:
    for _n in range(months):
        last = last.replace(day=1) - timedelta(days=1)
    return last


def group(site: Site) -> tuple[Actor, list[int], list[int]]:
    """Members and suppliers beside those of the tests' small group, and one who may do all."""
    members = [1_000 + n for n in range(MEMBERS)]
    suppliers = [2_000 + n for n in range(SUPPLIERS)]
    with site.owner.write() as session:
        for org in (*members, *suppliers):
            member = org in members
            session.add(
                Organisation(
                    id=org, code=f"{org}", name=f"机构 {org}", short_name=f"机构 {org}",
                    kind="clinic" if member else "supplier", legal_person_id=org, active=True,
                )
            )  # fmt: skip
            session.flush()
            session.add(
                GroupMembership(
                    org_id=org, valid_from=date(2024, 1, 1), role="member" if member else "supplier"
                )
            )
            make_virtual_places(session, org)
            if member:
                session.add(
                    Place(org_id=org, id=org, code="YF", name="药房", kind="store", zone="good",
                          level=1, storage="normal")
                )  # fmt: skip
        for supplier in suppliers:
            for lot in range(LOTS):
                session.add(
                    Lot(id=supplier * 100 + lot, item_id=GOODS[lot % 4].id,
                        lot_no=f"B{supplier}{lot}", created_at=site.owner.now(session))
                )  # fmt: skip
    duties = (Duty.STORE, Duty.SETTLE, Duty.READ)
    grants = frozenset((duty, org) for duty in duties for org in members)
    return Actor(1, "lead_buyer", "陈采", 1, grants), members, suppliers


@dataclass(frozen=True, slots=True)
class _Member:
    """One member's store and what flows through it."""

    org: int
    suppliers: list[int]
    months: list[date]
    size: int


def _fill(site: Site, actor: Actor, member: _Member, dice: random.Random) -> None:
    """A receipt of every lot, then uses spread over the months."""
    with site.owner.write() as session:
        outside = virtual_place(session, member.org, "supplier")
        used = virtual_place(session, member.org, "consumed")
        receipt = [
            _move(supplier, lot, (outside, member.org), 10**7)
            for supplier in member.suppliers
            for lot in range(LOTS)
        ]
        first = member.months[0].replace(day=1)
        post(session, actor, _posting(member, DocKind.ACCEPTANCE, first, receipt))
        for month in member.months:
            uses = [
                _move(dice.choice(member.suppliers), dice.randrange(LOTS), (member.org, used), 24)
                for _n in range(member.size // len(member.months))
            ]
            post(session, actor, _posting(member, DocKind.CONSUMPTION, month, uses))


def _move(supplier: int, lot: int, ends: tuple[int, int], qty: int) -> Move:
    return Move(GOODS[lot % 4].id, supplier * 100 + lot, supplier, *ends, qty, _PRICE, 24)


def _posting(member: _Member, kind: DocKind, day: date, moves: list[Move]) -> Posting:
    return Posting(member.org, new_op(), kind, new_id(), day, moves)
