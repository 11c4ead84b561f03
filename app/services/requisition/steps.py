"""The steps of a requisition after it was made: change, submit, withdraw, cancel."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State, check_step, state_title
from app.domain.duties import Actor
from app.domain.errors import ConflictError, DomainError
from app.domain.money import amount
from app.domain.orders.approval import SENT
from app.domain.replenish.review import check_quantity
from app.i18n import _
from app.models.demand import Suggestion
from app.models.item import Item
from app.models.order import Requisition, RequisitionLine
from app.models.party import Person
from app.services.audit import record
from app.services.db import Database, local_time, now
from app.services.operations import claim, finish
from app.services.queries.portions import key_portions
from app.services.replenishment.scope import require_planner
from app.services.requisition.limits import amount_of
from app.services.requisition.make import Requested, sent_state


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a requisition, in the version the person saw; `note` says why, if anything."""

    op_id: UUID
    org_id: int
    id: int
    version: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Other quantities (smallest units) on a draft, by line; 0 takes the line out."""

    op_id: UUID
    org_id: int
    id: int
    version: int
    quantities: tuple[tuple[int, int], ...]


def submit(db: Database, actor: Actor, command: Step) -> Requested:
    """Send a draft to the group, or to who must approve its amount first."""
    return _step(db, actor, command, State.SUBMITTED)


def withdraw(db: Database, actor: Actor, command: Step) -> Requested:
    """Take a requisition back to draft, as long as the group has not consolidated it."""
    return _step(db, actor, command, State.DRAFT)


def cancel(db: Database, actor: Actor, command: Step) -> Requested:
    """Give a requisition up; its suggestions stand open again."""
    return _step(db, actor, command, State.CANCELLED)


def change(db: Database, actor: Actor, command: Change) -> Requested:
    """Change the quantities of a draft.

    Raises:
        DomainError: Not whole packs, or nothing would be left.
        ConflictError: It is no draft any more, or somebody changed it.
    """
    require_planner(actor, command.org_id)
    with db.write() as session:
        earlier = claim(
            session, actor, command.org_id, command.op_id, "requisition.change", command
        )
        if earlier is not None:
            return Requested.from_plain(earlier)
        row = current(session, command.org_id, command.id, command.version)
        if row.status != State.DRAFT:
            raise _conflict(session, row)
        _change_lines(session, command)
        total, count = _total(session, row)
        done = advance(session, row, State.DRAFT, {"amount": total}, count)
        doc = (DocKind.REQUISITION.value, row.id)
        detail = {"no": row.no, "quantities": command.quantities}
        record(session, actor, row.org_id, "requisition.change", doc, detail)
        finish(session, command.org_id, command.op_id, done.as_plain())
        return done


def _step(db: Database, actor: Actor, command: Step, new: State) -> Requested:
    require_planner(actor, command.org_id)
    with db.write() as session:
        kind = f"requisition.{new}"
        earlier = claim(session, actor, command.org_id, command.op_id, kind, command)
        if earlier is not None:
            return Requested.from_plain(earlier)
        row = current(session, command.org_id, command.id, command.version)
        if new is State.SUBMITTED:
            new = sent_state(session, actor, row.org_id, amount_of(session, row.org_id, row.id))
        check_step(DocKind.REQUISITION, State(row.status), new)
        values = _stamps(session, actor, new)
        done = advance(session, row, new, values, count_lines(session, row))
        if new is State.CANCELLED:
            _reopen(session, row)
        doc = (DocKind.REQUISITION.value, row.id)
        record(session, actor, row.org_id, kind, doc, {"no": row.no, "note": command.note})
        finish(session, command.org_id, command.op_id, done.as_plain())
        return done


def _stamps(session: Session, actor: Actor, new: State) -> dict[str, Any]:
    if new in SENT:
        sent = {"submitted_at": now(session), "submitted_by": actor.person_id}
        return sent | {"returned": None}
    return {"submitted_at": None, "submitted_by": None} if new is State.DRAFT else {}


def current(session: Session, org_id: int, requisition_id: int, version: int = 0) -> Requisition:
    """The requisition, in the version the person saw (0: whichever it is)."""
    row = session.get(Requisition, (org_id, requisition_id), populate_existing=True)
    if row is None:
        raise DomainError("requisition.gone", _("没有找到这张采购申请。请刷新列表。"))
    if version and row.version != version:
        raise _conflict(session, row)
    return row


def advance(
    session: Session, row: Requisition, new: State, values: dict[str, Any], lines: int
) -> Requested:
    """One conditional UPDATE; `ConflictError` when somebody was first."""
    changed = session.execute(
        update(Requisition)
        .where(
            Requisition.org_id == row.org_id,
            Requisition.id == row.id,
            Requisition.status == row.status,
            Requisition.version == row.version,
        )
        .values(values | {"status": new, "version": row.version + 1})
        .execution_options(synchronize_session=False)
        .returning(Requisition.version, Requisition.amount)
    ).first()
    if changed is None:
        raise _conflict(session, row)
    version, total = changed
    return Requested(row.org_id, row.id, row.no, new, lines, total, version)


def _conflict(session: Session, row: Requisition) -> ConflictError:
    who = session.scalar(select(Person.name).where(Person.id == row.submitted_by))
    if who is None or row.submitted_at is None:
        return ConflictError(
            "requisition.changed",
            _(
                "采购申请 {no} 刚被改过，现在是「{state}」。请刷新后再做。",
                no=row.no,
                state=state_title(row.status),
            ),
        )
    return ConflictError(
        "requisition.changed",
        _(
            "{who} {time} 提交过采购申请 {no}，现在是「{state}」。请刷新后再做。",
            who=who,
            time=f"{local_time(row.submitted_at):%m-%d %H:%M}",
            no=row.no,
            state=state_title(row.status),
        ),
    )


def _change_lines(session: Session, command: Change) -> None:
    """Each line by its number; a line that is taken out is there no more for what follows."""
    mine = (
        RequisitionLine.org_id == command.org_id,
        RequisitionLine.requisition_id == command.id,
    )
    rows = session.execute(
        select(RequisitionLine, Item).join(Item, Item.id == RequisitionLine.item_id).where(*mine)
    )
    lines = {row.line: (row, item) for row, item in rows}
    dropped = []
    for number, quantity in command.quantities:
        if number not in lines:
            raise DomainError(
                "requisition.line", _("没有第 {line} 行。请刷新后再改。", line=number)
            )
        found, item = lines[number]
        pack = (item.pack_unit, item.pack_factor)
        check_quantity(quantity, item.pack_factor, item.pack_unit, pack)
        if quantity:
            found.qty = quantity
        else:
            dropped.append(number)
            del lines[number]
    session.flush()
    for part in key_portions(dropped):
        session.execute(delete(RequisitionLine).where(*mine, RequisitionLine.line.in_(part)))


def _total(session: Session, row: Requisition) -> tuple[Decimal, int]:
    lines = session.execute(
        select(RequisitionLine.unit_price, RequisitionLine.qty, RequisitionLine.price_factor).where(
            RequisitionLine.org_id == row.org_id, RequisitionLine.requisition_id == row.id
        )
    ).all()
    if not lines:
        raise DomainError(
            "requisition.empty", _("一行都不留，不如作废这张申请。请至少留一行，或作废。")
        )
    total = sum((amount(price, qty, factor) for price, qty, factor in lines), Decimal(0))
    return total, len(lines)


def count_lines(session: Session, row: Requisition) -> int:
    """How many lines it has; refused when there is none."""
    return _total(session, row)[1]


def _reopen(session: Session, row: Requisition) -> None:
    """Give the suggestions of a cancelled requisition back to the list."""
    session.execute(
        update(Suggestion)
        .where(Suggestion.org_id == row.org_id, Suggestion.requisition_id == row.id)
        .values(status="open", requisition_id=None, picked=True, version=Suggestion.version + 1)
        .execution_options(synchronize_session=False)
    )
