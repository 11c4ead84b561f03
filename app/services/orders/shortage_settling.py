"""The group's buyer carries out an agreed note of shortage: rest to a backup, or given back.

Only rows follow: what both sides signed stays stored as it was, and the rows must equal it less
the notes in force (`contents.proved_content`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Table, Update, bindparam, delete, select, update
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State, check_step
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError
from app.domain.orders.answer import Offer
from app.domain.orders.content import ContentLine
from app.domain.orders.shortage import still_wanted
from app.domain.orders.split import total
from app.i18n import _
from app.models.base import BigInt
from app.models.order import MemberOrder, MemberOrderLine
from app.models.order_shortage import OrderShortage
from app.services.access import require
from app.services.audit import record
from app.services.db import Database
from app.services.many import ForEach
from app.services.operations import claim, finish, plain
from app.services.orders.changing import step
from app.services.orders.contents import proved_content
from app.services.orders.settling import (
    Rest,
    Settled,
    chosen_lines,
    order_at_backups,
    rest_from,
    settled,
    settled_from,
    sources_of,
)
from app.services.orders.shortage import check_holds, settle_note
from app.services.orders.shortage_notes import note_of, shorts_of, wanted_lines
from app.services.orders.signing import find
from app.services.orders.totals import follow_members, lock_group

_LINE: Final = cast("Table", MemberOrderLine.__table__)


def _less(line: Any, qty: Any, amount: Any) -> Update:
    mine = (_LINE.c.org_id == bindparam("b_org"), _LINE.c.order_id == bindparam("b_order"))
    fits = update(_LINE).where(*mine, _LINE.c.line == line, _LINE.c.received <= qty)
    return fits.values(qty=qty, amount=amount)


_LESS: Final = ForEach(_less, line=BigInt, qty=BigInt, amount=_LINE.c.amount.type)


@dataclass(frozen=True, slots=True)
class SettleShort:
    """End the rest that both sides agreed will not come.

    Attributes:
        to_backup: Numbers of the lines whose rest the backup supplier shall deliver; the rest of
            the other lines is given back to the pledge.
    """

    op_id: UUID
    org_id: int
    order_id: int
    seq: int
    to_backup: tuple[int, ...]


def short_rest(db: Database, actor: Actor, wanted: tuple[int, int, int]) -> Rest:
    """The rest of (member, order, note) and its backup suppliers at today's prices."""
    with db.read() as session:
        order = find(session, wanted[0], wanted[1])
        require(actor, Duty.BUY, order.lead_id)
        note = note_of(session, *wanted)
        lines = wanted_lines(session, order, proved_content(session, order))
        ended = {one.line: one.qty for one in shorts_of(session, note)}
        return _rest(session, order, note, (lines, ended))


def settle_short(db: Database, actor: Actor, command: SettleShort) -> Settled:
    """Lower the order's rows, open orders at backups, and let totals and pledges follow.

    Raises:
        DomainError: A chosen line has no backup supplier with a price and papers in force.
        ConflictError: The note is not agreed or was settled, or goods came meanwhile.
    """
    with db.write() as session:
        order = find(session, command.org_id, command.order_id)
        require(actor, Duty.BUY, order.lead_id)
        earlier = claim(session, actor, order.lead_id, command.op_id, "settle_short", command)
        if earlier is not None:
            return settled_from(earlier)
        lock_group(session, order.lead_id, order.group_order_id)
        order = _held(session, command)
        note = note_of(session, command.org_id, command.order_id, command.seq)
        check_step(DocKind.SHORTAGE, State(note.status), State.ENDED_SHORT)
        check_holds(session, order, note)
        content = proved_content(session, order)
        lines = wanted_lines(session, order, content)
        ended = {one.line: one.qty for one in shorts_of(session, note)}
        found = _rest(session, order, note, (lines, ended))
        chosen = chosen_lines(found, command.to_backup)
        sources = sources_of(session, order)
        _lower(session, order, lines, ended)
        made = order_at_backups(session, actor, order, (chosen, sources, content.buyer))
        settle_note(session, actor, note, State.ENDED_SHORT, tuple(one.no for one in made))
        follow_members(session, order.lead_id, order.group_order_id)
        done = settled(order, made, found, chosen)
        detail = {"no": order.no, "note": note.no, "backups": list(done.backups)}
        doc = (DocKind.MEMBER_ORDER, order.id)
        record(session, actor, order.org_id, "order.settle_short", doc, detail)
        finish(session, order.lead_id, command.op_id, plain(done))
        return done


def _held(session: Session, command: SettleShort) -> MemberOrder:
    """The order as it is now; goods that come wait until its rest has ended."""
    key = (command.org_id, command.order_id)
    return session.get_one(MemberOrder, key, populate_existing=True, with_for_update=True)


_Lines = tuple[Sequence[ContentLine], Mapping[int, int]]
"""The lines still wanted, and what the note ends of them."""


def _rest(session: Session, order: MemberOrder, note: OrderShortage, what: _Lines) -> Rest:
    lines, ended = what
    offers = tuple(Offer(line.line, line.qty - ended.get(line.line, 0)) for line in lines)
    return rest_from(session, order, lines, (note.reason, offers))


def _lower(
    session: Session, order: MemberOrder, lines: Sequence[ContentLine], ended: Mapping[int, int]
) -> None:
    """Rows, amount and state of the order without what was ended."""
    left = still_wanted(lines, ended)
    mine = (MemberOrderLine.org_id == order.org_id, MemberOrderLine.order_id == order.id)
    query = select(MemberOrderLine.line, MemberOrderLine.received).where(*mine)
    received: dict[int, int] = dict(session.execute(query).all())
    old, new = State(order.status), _state(left, received)
    if new is not old:
        check_step(DocKind.MEMBER_ORDER, old, new)
    step(session, order, {"status": new, "amount": total(line.amount for line in left)})
    kept = [line.line for line in left]
    session.execute(delete(MemberOrderLine).where(*mine, MemberOrderLine.line.not_in(kept)))
    rows = [(one.line, one.qty, one.amount) for one in left if one.line in ended]
    if _LESS.do(session, rows, b_org=order.org_id, b_order=order.id) != len(rows):
        raise ConflictError(
            "short.stale",
            _("{no} 刚有到货，数量变了，什么都没有改。请刷新后再处理。", no=order.no),
        )


def _state(left: Sequence[ContentLine], received: dict[int, int]) -> State:
    if not left:
        return State.CANCELLED
    if all(received.get(line.line, 0) >= line.qty for line in left):
        return State.RECEIVED
    if any(received.get(line.line, 0) for line in left):
        return State.PARTLY_RECEIVED
    return State.SIGNED
