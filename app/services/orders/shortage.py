"""缺货终止 after both sides have signed: declared by one side, agreed by the other.

The signed order stays as it is; the note (补充说明) is signed by both and ends the rest of the
lines it names once the group's buyer has decided where that rest goes (`shortage_settling.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State, check_step, state_title
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, NotAllowedError, refuse_if
from app.domain.orders.shortage import Short, check_shorts, note_digest
from app.domain.orders.signing import Party, check_reason
from app.i18n import _
from app.models.order import MemberOrder
from app.models.order_shortage import OrderShortage, OrderShortageLine
from app.services.audit import record
from app.services.db import Database, now
from app.services.operations import claim, finish, plain
from app.services.orders.changing import check_fresh
from app.services.orders.contents import proved_content
from app.services.orders.shortage_notes import note_of, open_lines, shorts_of, wanted_lines
from app.services.orders.signing import find

OPEN_NOTES: Final = (State.SUBMITTED, State.APPROVED)
SHORT_OF: Final = frozenset({State.SIGNED, State.PARTLY_RECEIVED})
"""States of an order whose rest can be ended."""


@dataclass(frozen=True, slots=True)
class DeclareShort:
    """The supplier, or the member on its behalf, says what will not come of a signed order.

    Attributes:
        op_id: Made once per intention.
        version: The signed version the person has read.
        lines: So much of which line.
        reason: Why; the other side and the group's buyer read it.
    """

    op_id: UUID
    org_id: int
    order_id: int
    version: int
    lines: tuple[Short, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerShort:
    """The other side agrees, or not; a refusal needs a reason."""

    op_id: UUID
    org_id: int
    order_id: int
    seq: int
    agree: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawShort:
    """Take a note back: its own side before the answer, the group's buyer after it."""

    op_id: UUID
    org_id: int
    order_id: int
    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A note after a step."""

    no: str
    seq: int
    state: State
    lines: int


def declare_short(db: Database, actor: Actor, command: DeclareShort) -> Noted:
    """Make and sign a note of shortage.

    Raises:
        NotAllowedError: The person signs for neither side.
        ConflictError: The order is not in force, or another note of it is still open.
        DomainError: Lines or quantities that cannot be, or no reason.
    """
    reason = check_reason(command.reason)
    with db.write() as session:
        order = find(session, command.org_id, command.order_id)
        party = _party(actor, order)
        earlier = claim(session, actor, actor.org_id, command.op_id, "declare_short", command)
        if earlier is not None:
            return _from_answer(earlier)
        check_fresh(session, order, command.version)
        _check_open(session, order)
        content = proved_content(session, order)
        lines = open_lines(session, order, wanted_lines(session, order, content))
        refuse_if(check_shorts(lines, command.lines), "order.short", "")
        note = _write(session, actor, order, (party, command.lines, reason))
        return _done(session, actor, (actor.org_id, command.op_id, "declare_short"), note)


def answer_short(db: Database, actor: Actor, command: AnswerShort) -> Noted:
    """Agree to a note as the other side, which is its signature, or refuse it.

    Raises:
        NotAllowedError: The person does not sign for the other side.
        ConflictError: Answered or withdrawn meanwhile, or goods came that it counted as missing.
    """
    reason = "" if command.agree else check_reason(command.reason)
    with db.write() as session:
        order = find(session, command.org_id, command.order_id)
        note = note_of(session, command.org_id, command.order_id, command.seq)
        if not actor.can(Duty.SIGN, _side(order, _other(note))):
            raise NotAllowedError(
                "short.other_side",
                _("{no} 要由对方的负责人同意。请对方处理。", no=note.no),
            )
        earlier = claim(session, actor, actor.org_id, command.op_id, "answer_short", command)
        if earlier is not None:
            return _from_answer(earlier)
        state = State.APPROVED if command.agree else State.REFUSED
        if command.agree:
            check_holds(session, order, note)
        _answer(session, actor, note, state, reason)
        return _done(session, actor, (actor.org_id, command.op_id, "answer_short"), note)


def withdraw_short(db: Database, actor: Actor, command: WithdrawShort) -> Noted:
    """Take a note back.

    Raises:
        NotAllowedError: It is neither the person's own note nor agreed and theirs to settle.
        ConflictError: Answered, settled or withdrawn meanwhile.
    """
    reason = check_reason(command.reason)
    with db.write() as session:
        order = find(session, command.org_id, command.order_id)
        note = note_of(session, command.org_id, command.order_id, command.seq)
        buys = actor.can(Duty.BUY, order.lead_id)
        home = order.lead_id if buys else actor.org_id  # whatever became of the note since
        earlier = claim(session, actor, home, command.op_id, "withdraw_short", command)
        if earlier is not None:
            return _from_answer(earlier)
        agreed = note.status == State.APPROVED
        own = actor.can(Duty.SIGN, _side(order, Party(note.declared_party)))
        if not (buys if agreed else own):
            raise NotAllowedError(
                "short.not_yours",
                _(
                    "{no} 现在是「{state}」：对方同意前由填报方撤回，同意后由集团采购撤回。",
                    no=note.no,
                    state=state_title(note.status),
                ),
            )
        if agreed:
            settle_note(session, actor, note, State.CANCELLED, ())
        else:
            _answer(session, actor, note, State.CANCELLED, reason)
        return _done(session, actor, (home, command.op_id, "withdraw_short"), note, reason)


def check_holds(session: Session, order: MemberOrder, note: OrderShortage) -> None:
    """Raise `ConflictError` when the order changed so that the note cannot be carried out."""
    content = proved_content(session, order)
    shorts = shorts_of(session, note)
    lines = open_lines(session, order, wanted_lines(session, order, content))
    stated = note_digest(note.no, order.digest, shorts, note.reason) == note.digest
    fits = order.version == note.version and order.status in SHORT_OF
    if not stated or not fits or check_shorts(lines, shorts):
        raise ConflictError(
            "short.stale",
            _(
                "{no} 填报以后，订单又有到货、送货或改动，数量对不上了。"
                "请撤回后按现在的数重新填报。",
                no=note.no,
            ),
        )


def settle_note(
    session: Session,
    actor: Actor,
    note: OrderShortage,
    state: State,
    backups: tuple[str, ...],
) -> None:
    """The buyer's step on an agreed note; `ConflictError` when somebody was first."""
    who = {"settled_by": actor.person_id, "settled_name": actor.name, "settled_at": now(session)}
    _step(session, note, who | {"status": state, "backups": list(backups)})


def _answer(session: Session, actor: Actor, note: OrderShortage, state: State, reason: str) -> None:
    who = {"answered_by": actor.person_id, "answered_name": actor.name, "answered_at": now(session)}
    _step(session, note, who | {"status": state, "answer": reason or None})


def _step(session: Session, note: OrderShortage, values: dict[str, Any]) -> None:
    old = State(note.status)
    check_step(DocKind.SHORTAGE, old, State(values["status"]))
    done: Any = session.execute(
        update(OrderShortage)
        .where(
            OrderShortage.org_id == note.org_id,
            OrderShortage.order_id == note.order_id,
            OrderShortage.seq == note.seq,
            OrderShortage.status == old,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(note)
    if done.rowcount != 1:
        check_step(DocKind.SHORTAGE, State(note.status), State(values["status"]))


def _party(actor: Actor, order: MemberOrder) -> Party:
    if actor.can(Duty.SIGN, order.supplier_id):
        return Party.SUPPLIER
    if actor.can(Duty.SIGN, order.org_id):
        return Party.MEMBER
    raise NotAllowedError(
        "short.not_signer",
        _("{no} 的缺货由供应商或成员单位的负责人填报。可请他们处理。", no=order.no),
    )


def _other(note: OrderShortage) -> Party:
    return Party.MEMBER if note.declared_party == Party.SUPPLIER else Party.SUPPLIER


def _side(order: MemberOrder, party: Party) -> int:
    return order.org_id if party is Party.MEMBER else order.supplier_id


def _check_open(session: Session, order: MemberOrder) -> None:
    if order.status not in SHORT_OF:
        raise ConflictError(
            "short.state",
            _(
                "{no} 现在是「{state}」。双方签完、还没到齐的订单才能填报缺货。",
                no=order.no,
                state=state_title(order.status),
            ),
        )
    waiting = session.scalar(
        select(OrderShortage.no).where(
            OrderShortage.org_id == order.org_id,
            OrderShortage.order_id == order.id,
            OrderShortage.status.in_(OPEN_NOTES),
        )
    )
    if waiting:
        raise ConflictError(
            "short.waiting", _("{no} 还没处理完。处理完或撤回以后，再填报新的。", no=waiting)
        )


def _write(
    session: Session,
    actor: Actor,
    order: MemberOrder,
    what: tuple[Party, tuple[Short, ...], str],
) -> OrderShortage:
    party, shorts, reason = what
    mine = (OrderShortage.org_id == order.org_id, OrderShortage.order_id == order.id)
    seq = (session.scalar(select(func.max(OrderShortage.seq)).where(*mine)) or 0) + 1
    no = f"{order.no}-B{seq}"
    key = {"org_id": order.org_id, "order_id": order.id, "seq": seq}
    note = OrderShortage(
        **key,
        no=no,
        version=order.version,
        supplier_id=order.supplier_id,
        status=State.SUBMITTED,
        reason=reason,
        digest=note_digest(no, order.digest, shorts, reason),
        declared_party=party,
        declared_by=actor.person_id,
        declared_name=actor.name,
        declared_at=now(session),
        backups=[],
    )
    session.add(note)
    try:
        session.flush()
    except IntegrityError as error:
        raise ConflictError(
            "short.waiting", _("{no} 刚被别人填报过。请刷新后再看。", no=no)
        ) from error
    session.execute(
        insert(OrderShortageLine), [key | {"line": one.line, "qty": one.qty} for one in shorts]
    )
    return note


def _done(
    session: Session,
    actor: Actor,
    claimed: tuple[int, UUID, str],
    note: OrderShortage,
    reason: str = "",
) -> Noted:
    home, op_id, verb = claimed
    shorts = shorts_of(session, note)
    said = reason or note.answer or note.reason
    detail = {"no": note.no, "state": note.status, "reason": said, "digest": note.digest.hex()}
    doc = (DocKind.MEMBER_ORDER, note.order_id)
    record(session, actor, note.org_id, f"order.{verb}", doc, detail)
    done = Noted(note.no, note.seq, State(note.status), len(shorts))
    finish(session, home, op_id, plain(done))
    return done


def _from_answer(stored: Mapping[str, Any]) -> Noted:
    return Noted(
        no=str(stored["no"]),
        seq=int(stored["seq"]),
        state=State(stored["state"]),
        lines=int(stored["lines"]),
    )
