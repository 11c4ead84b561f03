"""Reagents as people look at them: rules, opened kits, and use against tests."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select

from app.domain.consumption.reagents import Mode, Rule, Usage, usage
from app.domain.duties import Actor, Duty
from app.models.consumption_source import ReagentCount, ReagentKit, ReagentRule
from app.models.item import Item
from app.models.party import Organisation, Person
from app.models.settlement import Consumption
from app.models.stock import Lot
from app.services.access import require
from app.services.db import Database, today
from app.services.stock.holds import holds


@dataclass(frozen=True, slots=True)
class KitRow:
    """One opened kit.

    Attributes:
        state: ``open``, ``held`` (open, its lot frozen), ``late`` (open but past its open
            stability), ``finished``, ``expired``, ``reversed``.
    """

    org_id: int
    org: str
    kit_id: int
    code: str
    name: str
    spec: str
    lot_no: str
    mode: Mode
    tests: int
    used: int
    opened_on: date
    expires_on: date | None
    closed_on: date | None
    state: str
    person: str
    no: str

    @property
    def left(self) -> int:
        """Tests that can still be done with it."""
        return self.tests - self.used if self.state == "open" else 0


@dataclass(frozen=True, slots=True)
class ReagentUse:
    """A reagent over a period: kits, tests, and what was lost; `rule` None while none is set."""

    item_id: int
    code: str
    name: str
    spec: str
    kits: int
    use: Usage
    rule: Rule | None


def kits(
    db: Database, actor: Actor, orgs: Collection[int], *, only_open: bool = False
) -> tuple[KitRow, ...]:
    """Kits of the members in scope: open ones first, the one that runs out first on top."""
    scope = tuple(sorted(set(orgs) & actor.orgs()))
    statement = (
        select(ReagentKit, Item, Lot.lot_no, Organisation.short_name, Person.name, Consumption.no)
        .join(Item, Item.id == ReagentKit.item_id)
        .join(Organisation, Organisation.id == ReagentKit.org_id)
        .outerjoin(Lot, Lot.id == ReagentKit.lot_id)
        .outerjoin(Person, Person.id == ReagentKit.opened_by)
        .outerjoin(
            Consumption,
            and_(
                Consumption.org_id == ReagentKit.org_id,
                Consumption.id == ReagentKit.document_id,
            ),
        )
        .where(ReagentKit.org_id.in_(scope))
        .order_by(
            ReagentKit.status != "open", ReagentKit.expires_on.is_(None), ReagentKit.expires_on,
            ReagentKit.id.desc(),
        )
        .limit(300)
    )  # fmt: skip
    if only_open:
        statement = statement.where(ReagentKit.status == "open")
    with db.read() as session:
        day = today(session)
        rows = session.execute(statement).all()
        held = holds(session, scope, {found[0].lot_id for found in rows})
        return tuple(_kit_row(found, day, held) for found in rows)


def reagent_use(
    db: Database, actor: Actor, org_id: int, first: date, last: date
) -> tuple[ReagentUse, ...]:
    """Kits opened in a period against tests counted in it, by reagent."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        rules = {
            row.item_id: Rule(Mode(row.mode), row.tests, row.dead_tests, row.open_days)
            for row in session.scalars(select(ReagentRule).where(ReagentRule.org_id == org_id))
        }
        opened = session.scalars(
            select(ReagentKit).where(
                ReagentKit.org_id == org_id, ReagentKit.status != "reversed",
                ReagentKit.opened_on >= first, ReagentKit.opened_on <= last,
            )
        ).all()  # fmt: skip
        done: dict[tuple[int, bool], int] = {}
        for row in session.execute(
            select(ReagentCount.item_id, ReagentCount.kind, func.sum(ReagentCount.tests))
            .where(
                ReagentCount.org_id == org_id, ReagentCount.day >= first, ReagentCount.day <= last
            )
            .group_by(ReagentCount.item_id, ReagentCount.kind)
        ):
            key = (int(row[0]), row[1] == "patient")
            done[key] = done.get(key, 0) + int(row[2])
        wanted = set(rules) | {kit.item_id for kit in opened} | {item for item, _p in done}
        items = session.scalars(
            select(Item).where(Item.id.in_(wanted)).order_by(Item.name, Item.spec)
        ).all()
        found = []
        for item in items:
            mine = [kit for kit in opened if kit.item_id == item.id]
            parts = [
                (k.tests + k.dead_tests, k.tests, k.used, k.status != "open", k.dead_tests)
                for k in mine
            ]
            use = usage(parts, done.get((item.id, True), 0), done.get((item.id, False), 0))
            found.append(
                ReagentUse(item.id, item.code, item.name, item.spec, len(mine), use,
                           rules.get(item.id))
            )  # fmt: skip
        return tuple(found)


def _kit_row(found: Any, day: date, held: set[tuple[int, int]]) -> KitRow:
    kit, item, lot_no, org, person, no = found
    state = kit.status
    if state == "open" and held & {(kit.org_id, kit.lot_id), (0, kit.lot_id)}:
        state = "held"
    elif state == "open" and kit.expires_on is not None and kit.expires_on < day:
        state = "late"
    return KitRow(
        kit.org_id, org, kit.id, item.code, item.name, item.spec, lot_no or "—", Mode(kit.mode),
        kit.tests, kit.used, kit.opened_on, kit.expires_on, kit.closed_on,
        state, person or "—", no or "",
    )  # fmt: skip
