"""Near-expiry lots with what is to be done, by whom and until when (spec §3.11)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CursorResult, select, update

from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_id
from app.domain.quantity import checked
from app.domain.stock.recalls import Action, suggested
from app.domain.transfers.surplus import Use
from app.i18n import _
from app.models.party import Person
from app.models.recall import ExpiryAction
from app.services import audit
from app.services.access import require
from app.services.db import Database, now, today
from app.services.operations import claim, finish
from app.services.queries.goods import GoodsRow, of_row
from app.services.stock.listing import PlainQuery, StockRow, stock_rows
from app.services.transfers.group_view import group_use
from app.services.turns import take_turn

WATCH_DAYS = 90
NEAR_DAYS = 183
"""Lots with less than half a year are listed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Decide what to do with a lot."""

    op_id: UUID
    org_id: int
    item_id: int
    lot_id: int
    action: Action
    qty: int
    person_id: int
    due_on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finish:
    """An action was done, or is not wanted any more."""

    op_id: UUID
    org_id: int
    action_id: int
    version: int
    note: str = ""
    cancel: bool = False


@dataclass(frozen=True, slots=True)
class ExpiringRow(GoodsRow):
    """A lot that runs out, and what is planned.

    Attributes:
        qty: Units at the member, all places together.
        wasted: Units that the member's own use does not reach in time.
        advice: What usually saves most.
        action_id: The open action, 0 when nothing is planned.
        late: The deadline of the action has passed.
    """

    org_id: int
    org: str
    lot_id: int
    lot_no: str
    expiry: date
    qty: int
    wasted: int
    amount: Decimal
    consigned: bool
    advice: Action
    action_id: int
    action: str
    person: str
    due_on: date | None
    late: bool
    note: str
    version: int


def expiring(
    db: Database, actor: Actor, orgs: Collection[int], days: int = NEAR_DAYS
) -> tuple[ExpiringRow, ...]:
    """Lots that run out within `days`, expired ones in front; only members that one may read."""
    rows = [
        row
        for view in ("expiring", "expired")
        for row in stock_rows(db, actor, orgs, PlainQuery(view=view))
    ]
    with db.read() as session:
        day = today(session)
        items = {row.item_id for row in rows}
        since = day - timedelta(days=WATCH_DAYS)
        use = group_use(session, items, since, WATCH_DAYS)
        planned = {
            (x.org_id, x.lot_id): x
            for x in session.scalars(
                select(ExpiryAction).where(
                    ExpiryAction.org_id.in_(set(orgs) & actor.orgs()),
                    ExpiryAction.status == "open",
                )
            )
        }
        people = {row.id: row.name for row in session.execute(select(Person.id, Person.name)).all()}
        lots: dict[tuple[int, int], list[StockRow]] = {}
        for row in rows:
            if row.expiry is not None and (row.expiry - day).days <= days:
                lots.setdefault((row.org_id, row.lot_id), []).append(row)
        found = [_row(same, planned.get(key), use, people, day) for key, same in lots.items()]
    return tuple(sorted(found, key=lambda x: (x.expiry, x.name, x.org_id)))


def people_of(db: Database, actor: Actor, org_id: int) -> tuple[tuple[int, str], ...]:
    """Who can be made responsible: the people of the member."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        rows = session.execute(
            select(Person.id, Person.name)
            .where(Person.org_id == org_id, Person.active.is_(True))
            .order_by(Person.name)
        ).all()
        return tuple((int(row.id), str(row.name)) for row in rows)


def plan(db: Database, actor: Actor, command: Plan) -> int:
    """Put an action on a lot; the one before it is closed. Its id."""
    require(actor, Duty.STORE, command.org_id)
    checked(command.qty)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "expiry.plan", command)
        if earlier is not None:
            return int(earlier["id"])
        take_turn(session, command.org_id, "expiry")
        if command.due_on < today(session):
            raise DomainError("expiry.due", _("期限已经过了。请填今天或以后的日期。"))
        session.execute(
            update(ExpiryAction)
            .where(
                ExpiryAction.org_id == command.org_id,
                ExpiryAction.lot_id == command.lot_id,
                ExpiryAction.status == "open",
            )
            .values(status="cancelled", closed_at=now(session), closed_by=actor.person_id)
        )
        action = new_id()
        session.add(
            ExpiryAction(
                org_id=command.org_id, id=action, item_id=command.item_id, lot_id=command.lot_id,
                action=command.action.value, qty=command.qty, person_id=command.person_id,
                due_on=command.due_on, status="open", note=command.note.strip(),
                made_at=now(session), made_by=actor.person_id,
            )
        )  # fmt: skip
        session.flush()
        audit.record(
            session, actor, command.org_id, "expiry.plan", ("expiry_action", action),
            {"lot": command.lot_id, "action": command.action.value},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"id": action})
        return action


def end(db: Database, actor: Actor, command: Finish) -> None:
    """Say that an action is done, or call it off."""
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "expiry.end", command)
        if earlier is not None:
            return
        done = session.execute(
            update(ExpiryAction)
            .where(
                ExpiryAction.org_id == command.org_id, ExpiryAction.id == command.action_id,
                ExpiryAction.status == "open", ExpiryAction.version == command.version,
            )
            .values(
                status="cancelled" if command.cancel else "done", closed_at=now(session),
                closed_by=actor.person_id, version=command.version + 1,
            )
        )  # fmt: skip
        assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
        if done.rowcount != 1:
            raise ConflictError("expiry.changed", _("这一条刚被别人处理过。请刷新后再看。"))
        audit.record(
            session, actor, command.org_id, "expiry.end",
            ("expiry_action", command.action_id), {"note": command.note},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {})


def _row(
    same: list[StockRow],
    action: ExpiryAction | None,
    use: dict[tuple[int, int], Use],
    people: dict[int, str],
    day: date,
) -> ExpiringRow:
    first = same[0]
    assert first.expiry is not None  # noqa: S101 - rows without an expiry are left out
    qty = sum(row.qty for row in same)
    left = (first.expiry - day).days
    own = use.get((first.org_id, first.item_id), Use(0, WATCH_DAYS)).within(left)
    elsewhere = any(
        item == first.item_id and org != first.org_id and rate.units
        for (org, item), rate in use.items()
    )
    advice = suggested(
        left, daily_use=own >= qty, consigned=first.consigned, wanted_elsewhere=elsewhere
    )
    return ExpiringRow(
        org_id=first.org_id,
        org=first.org,
        **of_row(first),
        lot_id=first.lot_id,
        lot_no=first.lot_no,
        expiry=first.expiry,
        qty=qty,
        wasted=max(0, qty - max(0, own)),
        amount=sum((row.amount for row in same), Decimal("0.00")),
        consigned=first.consigned,
        advice=advice,
        action_id=action.id if action else 0,
        action=Action(action.action).label if action else "",
        person=people.get(action.person_id, "—") if action else "",
        due_on=action.due_on if action else None,
        late=bool(action and action.due_on < day),
        note=action.note if action else "",
        version=action.version if action else 0,
    )
