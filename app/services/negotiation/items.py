"""Lines of a project: added from the catalogue, taken out again.

集采 items are left out: their price is fixed (domain file §3.3). So are items that are not in use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.domain.bidding.need import USE_DAYS
from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.errors import DomainError, Problem, Severity
from app.i18n import _
from app.models.demand import Demand
from app.models.item import Item
from app.models.negotiation import (
    Negotiation,
    NegotiationItem,
    NegotiationReference,
)
from app.services.access import group_orgs
from app.services.bulk import insert_all
from app.services.db import Database, today
from app.services.negotiation.common import (
    find_own,
    need_state,
    record_step,
    require_buyer,
)
from app.services.negotiation.lots import ensure_lots
from app.services.negotiation.references import Reference, references
from app.services.operations import claim, finish, plain
from app.services.queries.portions import portions

MAX_LINES = 5000


@dataclass(frozen=True, slots=True)
class AddItems:
    """Items to bargain for; those already in the project are passed over."""

    op_id: UUID
    negotiation_id: int
    items: tuple[int, ...]
    lot: int = 1


@dataclass(frozen=True, slots=True)
class Added:
    """How many lines came in, and why the others did not."""

    added: int
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class RemoveItems:
    """Lines to take out of a draft."""

    op_id: UUID
    negotiation_id: int
    lines: tuple[int, ...]


def add_items(db: Database, actor: Actor, command: AddItems) -> Added:
    """Add items with their references of today.

    Raises:
        DomainError: Nothing could be added; the problems say why.
    """
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        earlier = claim(session, actor, project.org_id, command.op_id, "negotiation.add", command)
        if earlier is not None:
            return Added(int(earlier["added"]), _told(earlier))
        need_state(project, State.DRAFT)
        good, problems = _usable(session, project, command.items)
        if not good and problems:
            raise DomainError("negotiation.items", problems[0].text, problems=problems)
        _write(session, project, good, command.lot)
        ensure_lots(session, project, {command.lot})
        record_step(session, actor, project, "items", {"added": len(good)})
        done = Added(len(good), tuple(problems))
        finish(session, project.org_id, command.op_id, plain(done))
        return done


def _told(earlier: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What could not be added, as it was said the first time."""
    rows = (row | {"severity": Severity(row["severity"])} for row in earlier.get("problems", ()))
    return tuple(Problem(**row) for row in rows)


def _usable(
    session: Session, project: Negotiation, wanted: Sequence[int]
) -> tuple[list[Item], list[Problem]]:
    known = set(
        session.scalars(
            select(NegotiationItem.item_id).where(
                NegotiationItem.org_id == project.org_id,
                NegotiationItem.negotiation_id == project.id,
            )
        )
    )
    fresh = [item for item in dict.fromkeys(wanted) if item not in known]
    if len(known) + len(fresh) > MAX_LINES:
        raise DomainError(
            "negotiation.many",
            _("一个项目最多 {n} 个品规。请分成几个项目。", n=MAX_LINES),
        )
    rows: dict[int, Item] = {}
    for chunk in portions(fresh):
        rows |= {item.id: item for item in session.scalars(select(Item).where(Item.id.in_(chunk)))}
    good, problems = [], []
    for item_id in fresh:
        item = rows.get(item_id)
        problem = _problem(item)
        if problem is not None:
            problems.append(problem)
        elif item is not None:
            good.append(item)
    return good, problems


def _problem(item: Item | None) -> Problem | None:
    if item is None:
        return Problem("negotiation.item", _("目录里没有这个品规。请刷新后再选。"))
    if item.vbp:
        return Problem(
            "negotiation.vbp",
            _("{name} 是集采中选品规，价格已定，不参加议价。", name=f"{item.name} {item.spec}"),
        )
    if item.status != "active":
        return Problem(
            "negotiation.inactive",
            _("{name} 已停用或暂停，不能议价。请先在目录里启用。", name=f"{item.name} {item.spec}"),
        )
    return None


def _write(session: Session, project: Negotiation, items: Sequence[Item], lot: int) -> None:
    if not items:
        return
    keys = {"org_id": project.org_id, "negotiation_id": project.id}
    last = session.scalar(
        select(func.max(NegotiationItem.line)).where(
            NegotiationItem.org_id == project.org_id, NegotiationItem.negotiation_id == project.id
        )
    )
    found = references(session, today(session), {item.id: item.pack_factor for item in items})
    lines: list[dict[str, Any]] = []
    known: list[dict[str, Any]] = []
    for line, item in enumerate(items, (last or 0) + 1):
        known.append(keys | {"line": line} | stored_reference(found[item.id]))
        lines.append(
            keys
            | {"line": line, "item_id": item.id, "lot": lot, "price_factor": item.pack_factor}
            | {"volume": 0, "ceiling": found[item.id].ceiling}
        )
    insert_all(session, NegotiationItem, lines)
    insert_all(session, NegotiationReference, known)


def stored_reference(reference: Reference) -> dict[str, Any]:
    """The columns of a reference row."""
    return {
        "base_price": reference.base,
        "listed": reference.listed,
        "lowest": reference.lowest,
        "lowest_org_id": reference.lowest_org_id,
        "incumbent_id": reference.incumbent_id,
    }


def remove_items(db: Database, actor: Actor, command: RemoveItems) -> int:
    """Take lines out of a draft; how many."""
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        earlier = claim(session, actor, project.org_id, command.op_id, "negotiation.out", command)
        if earlier is not None:
            return int(earlier["removed"])
        need_state(project, State.DRAFT)
        for table in (NegotiationReference, NegotiationItem):
            session.execute(
                delete(table).where(
                    table.org_id == project.org_id,
                    table.negotiation_id == project.id,
                    table.line.in_(command.lines),
                )
            )
        record_step(session, actor, project, "items", {"removed": list(command.lines)})
        finish(session, project.org_id, command.op_id, {"removed": len(command.lines)})
        return len(command.lines)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that can be bargained for, and how much the group used of it in a year."""

    item_id: int
    code: str
    name: str
    spec: str
    item_class: str
    used: int


def candidates(
    db: Database, actor: Actor, item_class: str = "", limit: int = MAX_LINES
) -> tuple[Candidate, ...]:
    """Items in use that are not 集采, the most used in the last twelve months first."""
    with db.read() as session:
        require_buyer(session, actor)
        since = today(session) - timedelta(days=USE_DAYS)
        used = (
            select(Demand.item_id, func.sum(Demand.asked).label("used"))
            .where(Demand.org_id.in_(group_orgs(session, today(session))), Demand.day >= since)
            .group_by(Demand.item_id)
            .subquery()
        )
        amount = func.coalesce(used.c.used, 0)
        statement = (
            select(Item, amount)
            .outerjoin(used, used.c.item_id == Item.id)
            .where(Item.status == "active", Item.vbp.is_(False))
            .order_by((amount / Item.pack_factor).desc(), Item.code)
            .limit(limit)
        )
        if item_class:
            statement = statement.where(Item.item_class == item_class)
        return tuple(
            Candidate(item.id, item.code, item.name, item.spec, item.item_class, int(n))
            for item, n in session.execute(statement)
        )
