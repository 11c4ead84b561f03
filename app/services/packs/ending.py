"""How a pack ends: opened (consumption), broken up, lost; and found again."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.packs.steps import PackStep
from app.i18n import _
from app.models.pack import Pack
from app.models.stock import Place
from app.services.access import require
from app.services.consumption import Consume, Consumed, ConsumeLine, consume
from app.services.db import Database, now
from app.services.packs.commands import Packs, PackWork
from app.services.packs.places import above
from app.services.packs.stepping import advance, answer, moves_of, post_moves, reasoned, work
from app.services.receiving.commands import Second
from app.services.scan_rules import read_scan
from app.services.stock.places import virtual_place


def open_packs(
    db: Database, actor: Actor, command: PackWork, second: Second | None = None
) -> Consumed:
    """Open packs: the consumption of all that is in them, once only.

    Raises:
        DomainError: Packs of several departments, or controlled drugs without a second person.
        ConflictError: A pack was opened before (says when and by whom), is on the way or gone.
    """
    require(actor, Duty.STORE, command.org_id)
    with db.read() as session:
        rows = session.execute(
            select(Pack.id, Pack.item_id, Pack.qty, Place.parent_id)
            .join(Place, (Place.org_id == Pack.org_id) & (Place.id == Pack.place_id))
            .where(Pack.org_id == command.org_id, Pack.id.in_(command.pack_ids))
            .order_by(Pack.id)
        ).all()
    if not rows or len(rows) != len(set(command.pack_ids)):
        raise DomainError("pack.unknown", _("这个码不是本机构的定数包。请核对包上的机构。"))
    places = {row.parent_id for row in rows}
    if len(places) != 1:
        raise DomainError("pack.places", _("这些定数包在不同的科室。请分科室登记。"))
    lines = tuple(ConsumeLine(row.item_id, row.qty, pack_id=row.id) for row in rows)
    place = places.pop() or 0
    use = Consume(command.op_id, command.org_id, place, lines, source="pack", second=second)
    return consume(db, actor, use)


def break_up(db: Database, actor: Actor, command: PackWork) -> Packs:
    """Take packs apart: what is in them is loose again at the same store or department."""
    reasoned(command)
    with work(db, actor, command, "pack.break") as (session, earlier):
        if earlier is not None:
            return earlier
        done = advance(
            session, command.org_id, command.pack_ids, PackStep.BREAK,
            used_at=now(session), used_by=actor.person_id,
        )  # fmt: skip
        loose = {at: above(session, command.org_id, at) for at in {one.was_at for one in done}}
        moves = []
        for line, one in enumerate(done, 1):
            moves += moves_of(one, (one.was_at, loose[one.was_at]), line)
        post_moves(session, actor, command, moves)
        return answer(session, actor, command, "pack.break", done)


def lose(db: Database, actor: Actor, command: PackWork) -> Packs:
    """Book packs that cannot be found as a loss; an issued one is lost on the way."""
    reason = reasoned(command)
    with work(db, actor, command, "pack.lose") as (session, earlier):
        if earlier is not None:
            return earlier
        done = advance(
            session, command.org_id, command.pack_ids, PackStep.LOSE,
            used_at=now(session), used_by=actor.person_id,
        )  # fmt: skip
        lost = virtual_place(session, command.org_id, "lost")
        moves = []
        for line, one in enumerate(done, 1):
            moves += moves_of(one, (one.was_at, lost), line)
        moves = [replace(move, reason=reason) for move in moves]
        post_moves(session, actor, command, moves)
        return answer(session, actor, command, "pack.lose", done)


def find(db: Database, actor: Actor, command: PackWork) -> Packs:
    """A pack that was booked as lost is there after all: back to where it was."""
    reason = reasoned(command)
    with work(db, actor, command, "pack.find") as (session, earlier):
        if earlier is not None:
            return earlier
        done = advance(
            session, command.org_id, command.pack_ids, PackStep.FIND, used_at=None, used_by=None
        )
        lost = virtual_place(session, command.org_id, "lost")
        moves = []
        for line, one in enumerate(done, 1):
            moves += moves_of(one, (lost, one.was_at), line)
            if one.fixed.received_at is None:
                one.fixed.department_id = 0  # lost on the way: the store has it again
        moves = [replace(move, reason=reason) for move in moves]
        post_moves(session, actor, command, moves)
        return answer(session, actor, command, "pack.find", done)


def packs_by_code(db: Database, actor: Actor, org_id: int, codes: tuple[str, ...]) -> list[int]:
    """The ids behind scans, in their order; raises `DomainError` naming the unknown ones."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        codes = tuple(read_scan(session, code).own_label or code for code in codes)
        rows = session.execute(
            select(Pack.code, Pack.id).where(
                Pack.org_id == org_id, Pack.code.in_(codes), Pack.kind == "fixed"
            )
        ).all()
    found = {str(row.code): int(row.id) for row in rows}
    unknown = [code for code in codes if code not in found]
    if unknown:
        raise DomainError(
            "pack.unknown",
            _("没有定数包 {codes}。请核对机构，或重扫一次。", codes="、".join(unknown[:3])),
        )
    return [found[code] for code in codes]
