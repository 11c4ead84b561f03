"""The end of a count: approved by another, booked by a store keeper, sent back, or called off."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.domain.documents import DocKind
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.ledger import Move
from app.domain.stock.counting import Counted, CountState, other_person, step_count
from app.i18n import _
from app.models.counting import StockCount
from app.services import audit
from app.services.access import require
from app.services.counting.heads import (
    CountDone,
    CountStep,
    advance,
    ask_again,
    books_of,
    lines_of,
    load,
    told,
)
from app.services.counting.overlap import refuse_posted
from app.services.db import Database, now, today
from app.services.operations import claim, finish
from app.services.stock.costing import at_cost
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post


def approve(db: Database, actor: Actor, command: CountStep) -> CountDone:
    """Another person approves: a store keeper posts at once, the head leaves the posting to one.

    Raises:
        DomainError: The approver submitted it, or alone has seen a difference.
        ConflictError: Somebody was first, or another count has posted the same goods.
    """
    keeper = actor.can(Duty.STORE, command.org_id)
    if not keeper:
        require(actor, Duty.SIGN, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "count.approve", command)
        head = load(session, command.org_id, command.count_id)
        if earlier is not None:
            return told(head)
        new = CountState.POSTED if keeper else CountState.APPROVED
        step_count(CountState(head.status), new)
        other_person(head.submitted_by, actor.person_id)
        _not_alone(session, head, actor)
        approved = {"approved_at": now(session), "approved_by": actor.person_id}
        lines = lines_of(session, head)
        off = sum(1 for line in lines if Counted(line.book, line.counted).difference)
        if keeper:
            _post(session, actor, head, command, **approved)
        else:
            advance(session, head, new, command.version, **approved)
        audit.record(
            session, actor, command.org_id, "count.approve", (DocKind.COUNT.value, head.id),
            {"no": head.no, "differences": off},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {})
        return told(head)


def post_approved(db: Database, actor: Actor, command: CountStep) -> CountDone:
    """A store keeper books the gains and losses that the head of the house has approved."""
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "count.post", command)
        head = load(session, command.org_id, command.count_id)
        if earlier is not None:
            return told(head)
        if head.status != CountState.APPROVED.value:
            raise ConflictError(
                "count.unapproved",
                _("{no} 现在是「{state}」，负责人批准后才能入账。",
                  no=head.no, state=CountState(head.status).label),
            )  # fmt: skip
        _post(session, actor, head, command)
        audit.record(
            session, actor, command.org_id, "count.post", (DocKind.COUNT.value, head.id),
            {"no": head.no},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {})
        return told(head)


def send_back(db: Database, actor: Actor, command: CountStep) -> CountDone:
    """Who should approve asks for the lines that are off to be counted once more, and says why."""
    if not actor.can(Duty.STORE, command.org_id):
        require(actor, Duty.SIGN, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "count.back", command)
        head = load(session, command.org_id, command.count_id)
        if earlier is not None:
            return told(head, int(earlier["recount"]))
        step_count(CountState(head.status), CountState.COUNTING)
        if not command.note.strip():
            raise DomainError("count.why", _("请写为什么要重数，盘点的人看得到。"))
        advance(session, head, CountState.COUNTING, command.version, note=command.note.strip())
        again = 0
        for line in lines_of(session, head):
            if Counted(line.book, line.counted).difference:
                ask_again(line)
                again += 1
        session.flush()
        audit.record(
            session, actor, command.org_id, "count.back", (DocKind.COUNT.value, head.id),
            {"no": head.no, "recount": again, "why": command.note.strip()},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"recount": again})
        return told(head, again)


def cancel(db: Database, actor: Actor, command: CountStep) -> CountDone:
    """Call a count off; nothing is posted."""
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "count.cancel", command)
        head = load(session, command.org_id, command.count_id)
        if earlier is not None:
            return told(head)
        step_count(CountState(head.status), CountState.CANCELLED)
        advance(session, head, CountState.CANCELLED, command.version, note=command.note or None)
        audit.record(
            session, actor, command.org_id, "count.cancel", (DocKind.COUNT.value, head.id),
            {"no": head.no},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {})
        return told(head)


def _post(
    session: Session, actor: Actor, head: StockCount, command: CountStep, **approved: object
) -> None:
    """The differences as gains and losses, in the state that ends the count."""
    refuse_posted(session, head)
    _refuse_gone(session, head)
    advance(session, head, CountState.POSTED, command.version, **approved)
    moves = _moves(session, head)
    if moves:
        day = today(session)
        post(
            session, actor,
            Posting(command.org_id, command.op_id, DocKind.COUNT, head.id, day, moves),
        )  # fmt: skip


def _refuse_gone(session: Session, head: StockCount) -> None:
    """What was short may have been used or moved since: no loss can be booked of it then."""
    for line, there in books_of(session, head).items():
        if there < -Counted(line.book, line.counted).difference:
            raise ConflictError(
                "count.stale",
                _(
                    "{no} 盘亏的货里，有的盘后已用掉或移走，账上不够扣，没有入账。"
                    "还没批准的请退回重数，已批准的请取消后重新盘。",
                    no=head.no,
                ),
            )


def _not_alone(session: Session, head: StockCount, actor: Actor) -> None:
    """A difference that only the approver has seen is no difference that two people know."""
    for line in lines_of(session, head):
        eyes = {line.counted_by, line.first_by or line.counted_by}
        if eyes == {actor.person_id} and Counted(line.book, line.counted).difference:
            raise DomainError(
                "count.own",
                _("有差异的行是你自己盘的，要由另一个人审批。请同事登录后处理。"),
            )


def _moves(session: Session, head: StockCount) -> list[Move]:
    found = virtual_place(session, head.org_id, "found")
    lost = virtual_place(session, head.org_id, "lost")
    moves = []
    for number, line in enumerate(lines_of(session, head), 1):
        difference = Counted(line.book, line.counted).difference
        if difference:
            ends = (found, line.place_id) if difference > 0 else (line.place_id, lost)
            moves.append(
                Move(
                    item_id=line.item_id, lot_id=line.lot_id, owner_id=line.owner_id,
                    from_place=ends[0], to_place=ends[1], qty=abs(difference), doc_line=number,
                    reason=head.note or _("盘点 {no}", no=head.no),
                )
            )  # fmt: skip
    return at_cost(session, head.org_id, moves)
