"""Hand-over: take back what was not received, receive by scan, give whole packs back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.errors import ConflictError
from app.domain.packs.steps import PackStep
from app.i18n import _
from app.models.fixed_pack import FixedPack, PackDefinition
from app.models.stock import Place
from app.services.db import Database, local_time, now, today
from app.services.demand import DemandLine, take_back_demand, write_demand
from app.services.packs.commands import Packs, PackWork
from app.services.packs.issuing import refuse_unusable
from app.services.packs.places import pack_place
from app.services.packs.stepping import (
    Stepped,
    advance,
    answer,
    moves_of,
    post_moves,
    reasoned,
    work,
)
from app.services.queries.portions import key_portions


def take_back(db: Database, actor: Actor, command: PackWork) -> Packs:
    """Packs that were issued but not received are the store's again."""
    with work(db, actor, command, "pack.take_back") as (session, earlier):
        if earlier is not None:
            return earlier
        done = advance(session, command.org_id, command.pack_ids, PackStep.TAKE_BACK)
        for one in done:
            _at_store(one.fixed)
        return answer(session, actor, command, "pack.take_back", done)


def receive(db: Database, actor: Actor, command: PackWork) -> Packs:
    """The department takes the packs over by scanning them: goods and duty go to it.

    What a store issues is what it needs again, so the store's demand grows by it.
    """
    with work(db, actor, command, "pack.receive") as (session, earlier):
        if earlier is not None:
            return earlier
        done = advance(session, command.org_id, command.pack_ids, PackStep.RECEIVE)
        then = _("科室不能接收。请退给库房，由库房收回、拆包后处理。")
        refuse_unusable(session, command.org_id, done, then)
        _refuse_closed_place(session, command.org_id, done)
        day = today(session)
        moves = []
        keep = _keep_days(session, command.org_id, done)
        homes = _pack_places(session, command.org_id, {one.fixed.department_id for one in done})
        for line, one in enumerate(done, 1):
            home = homes[one.fixed.department_id]
            one.pack.place_id = home
            one.fixed.received_at = now(session)
            one.fixed.received_by = actor.person_id
            one.fixed.due_on = _due(keep.get(one.fixed.definition_id, 0), day)
            moves += moves_of(one, (one.was_at, home), line)
        session.flush()
        for place, lines in _wanted(done, day).items():
            write_demand(session, command.org_id, place, lines, add=True)
        post_moves(session, actor, command, moves)
        return answer(session, actor, command, "pack.receive", done)


def give_back(db: Database, actor: Actor, command: PackWork) -> Packs:
    """Whole packs go back to the store; the department has them no more, nor counts as demand."""
    reasoned(command)
    with work(db, actor, command, "pack.return") as (session, earlier):
        if earlier is not None:
            return earlier
        done = advance(session, command.org_id, command.pack_ids, PackStep.RETURN)
        moves = []
        _not_wanted(session, done)
        homes = _pack_places(session, command.org_id, {one.fixed.source_place for one in done})
        for line, one in enumerate(done, 1):
            if not one.fixed.department_id:
                raise ConflictError(
                    "pack.at_store", _("定数包 {code} 就在库房，不用退回。", code=one.pack.code)
                )
            home = homes[one.fixed.source_place]
            one.pack.place_id = home
            _at_store(one.fixed)
            moves += moves_of(one, (one.was_at, home), line)
        session.flush()
        post_moves(session, actor, command, moves)
        return answer(session, actor, command, "pack.return", done)


def _pack_places(session: Session, org_id: int, parents: Collection[int]) -> dict[int, int]:
    return {parent: pack_place(session, org_id, parent) for parent in sorted(parents)}


def _refuse_closed_place(session: Session, org_id: int, done: Sequence[Stepped]) -> None:
    """A department that was closed while its packs were on the way takes nothing over."""
    wards = {one.fixed.department_id for one in done}
    closed = session.scalar(
        select(Place.name).where(
            Place.org_id == org_id, Place.id.in_(wards), Place.active.is_(False)
        )
    )
    if closed is not None:
        raise ConflictError(
            "pack.closed_place",
            _("「{place}」已停用，不能接收。请由库房收回这些定数包，再改发。", place=closed),
        )


def _wanted(done: Sequence[Stepped], day: date | None = None) -> dict[int, list[DemandLine]]:
    """What the stores have to replace, by store: of the day, or of when each was received."""
    found: dict[tuple[int, int, date], list[int]] = {}
    for one in done:
        at = one.fixed.received_at
        on = day or (local_time(at).date() if at is not None else None)
        if on is not None:
            key = (one.fixed.source_place, one.pack.item_id, on)
            found.setdefault(key, []).append(one.pack.qty)
    lines: dict[int, list[DemandLine]] = {}
    for (place, item, on), units in sorted(found.items()):
        line = DemandLine(item, on, sum(units), sum(units), len(units))
        lines.setdefault(place, []).append(line)
    return lines


def _not_wanted(session: Session, done: Sequence[Stepped]) -> None:
    """What a store had to replace when its packs were received comes back to it."""
    for place, lines in _wanted(done).items():
        take_back_demand(session, done[0].pack.org_id, place, lines)


def _at_store(fixed: FixedPack) -> None:
    fixed.department_id = 0
    fixed.issued_at = fixed.issued_by = None
    fixed.received_at = fixed.received_by = fixed.due_on = None


def _keep_days(session: Session, org_id: int, done: Sequence[Stepped]) -> dict[int, int]:
    """How long packs may stand at a department, by definition; 0 for as long as they like."""
    found: dict[int, int] = {}
    for part in key_portions(one.fixed.definition_id for one in done):
        rows = session.execute(
            select(PackDefinition.id, PackDefinition.keep_days).where(
                PackDefinition.org_id == org_id, PackDefinition.id.in_(part)
            )
        )
        found |= dict(rows.all())
    return found


def _due(keep: int, day: date) -> date | None:
    return day + timedelta(days=keep) if keep else None
