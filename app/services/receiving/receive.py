"""Completing an acceptance: one unit of work, posted once whatever happens to the answer."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sqlalchemy.orm import Session

from app.domain.consumption.triggers import Trigger
from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, Problem, refuse_if
from app.domain.ids import new_id
from app.domain.receiving.editing import clean_lot
from app.domain.receiving.note import Note
from app.domain.receiving.review import Persons, review
from app.domain.receiving.work import Entry, Work, units
from app.i18n import _
from app.models.receiving import Acceptance, Delivery
from app.services.access import require
from app.services.audit import record
from app.services.consumption.titles import Passing, pass_title
from app.services.db import Database, now, today
from app.services.numbering import document_no
from app.services.operations import claim, finish, plain
from app.services.receiving.commands import Receive, Received, ReceivedLine
from app.services.receiving.deliveries import step
from app.services.receiving.drafts import drop_draft, was_accepted
from app.services.receiving.following import follow_orders
from app.services.receiving.goods import facts
from app.services.receiving.notes import delivery_row, note_of, policy_of
from app.services.receiving.records import checks_of, write_lines
from app.services.receiving.second import vouch
from app.services.receiving.tracing import keep_traces
from app.services.stock.places import stock_places
from app.services.stock.posting import Posting, post

_WAITING = frozenset({State.ANNOUNCED.value, State.ACCEPTING.value})


def receive(db: Database, actor: Actor, command: Receive) -> Received:
    """Accept what was counted: lots made, stock up, order followed; or nothing at all.

    Raises:
        DomainError: What stands in the way; every problem is in `problems` with its entry.
        ConflictError: Somebody accepted this note before; says who and when.
        NotAllowedError: No duty at this store, or the second person is not one.
    """
    require(actor, Duty.STORE, command.org_id)
    second = vouch(db, actor, command.org_id, command.second) if command.second else None
    content = replace(command, second=None)  # a password is never digested or kept
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "receive", content)
        if earlier is not None:
            return Received.from_plain(earlier)
        delivery = delivery_row(session, command.org_id, command.delivery_id)
        if delivery.status not in _WAITING:
            raise was_accepted(session, delivery)
        _check_place(session, command)
        work = _work(session, note_of(session, delivery), command)
        persons = Persons(actor.person_id, second.person_id if second else 0)
        problems = review(work, today(session), policy_of(session, command.org_id), persons)
        refuse_if(problems, "receive.refused", _("还不能完成验收，什么都没有入库。"))
        _close(session, delivery, work)
        result = _carry_out(session, actor, second, work, (command, delivery, problems))
        finish(session, command.org_id, command.op_id, plain(result))
        return result


def _work(session: Session, note: Note, command: Receive) -> Work:
    """The counted entries over the note as it is now; entries that fit nothing are refused."""
    on_note = {line.line: line.goods.item_id for line in note.lines}
    entries = tuple(replace(one, lot_no=clean_lot(one.lot_no)) for one in command.entries)
    strangers = facts(session, {one.item_id for one in entries if not one.note_line})
    for entry in entries:
        if not _fits(entry, on_note, set(strangers)):
            raise DomainError(
                "receive.entry",
                _("送货单 {no} 和验收内容对不上，可能被改过。请重新打开这张单。", no=note.no),
            )
    there = {entry.note_line for entry in entries}
    if set(on_note) - there:
        raise DomainError(
            "receive.entry",
            _("送货单 {no} 和验收内容对不上，可能被改过。请重新打开这张单。", no=note.no),
        )
    return Work(note, entries, 0, command.transport, tuple(strangers.values()))


def _check_place(session: Session, command: Receive) -> None:
    """Goods come in where the store keeps good or waiting goods, not into packs or a ward."""
    if not command.place_id:
        return
    found = {place.id: place for place in stock_places(session, command.org_id)}
    place = found.get(command.place_id)
    if place is None or place.level != 1 or place.zone not in {"", "good", "pending"}:
        raise DomainError(
            "receive.place",
            _("货不能收到这个库位。请改选本机构药库、药房的合格品区或待验区。"),
        )


def _fits(entry: Entry, on_note: dict[int, int], strangers: set[int]) -> bool:
    whole = min(entry.accepted, entry.refused, entry.gift) >= 0 and entry.gift <= entry.accepted
    if not entry.note_line:
        return whole and entry.item_id in strangers and entry.gift == entry.accepted
    return whole and on_note.get(entry.note_line) == entry.item_id


def _close(session: Session, delivery: Delivery, work: Work) -> None:
    """The note's own step, first: of two people at the same note only one comes past here."""
    taken = units(work.entries) > 0
    try:
        step(session, delivery, State.ACCEPTED if taken else State.REFUSED)
    except ConflictError as error:
        raise was_accepted(session, delivery) from error
    drop_draft(session, delivery.org_id, delivery.id)


def _carry_out(
    session: Session,
    actor: Actor,
    second: Actor | None,
    work: Work,
    rest: tuple[Receive, Delivery, tuple[Problem, ...]],
) -> Received:
    command, delivery, problems = rest
    day = today(session)
    acceptance = Acceptance(
        org_id=command.org_id,
        id=new_id(),
        no=document_no(session, command.org_id, "YS", day),
        delivery_id=delivery.id,
        supplier_id=delivery.supplier_id,
        place_id=command.place_id or delivery.place_id,
        status=State.POSTED.value,
        accepted_on=day,
        posted_at=now(session),
        receiver_id=actor.person_id,
        second_person_id=second.person_id if second else None,
        checks=checks_of(session, work, second),
        amount=Decimal(0),
    )
    session.add(acceptance)
    session.flush()
    written = write_lines(session, acceptance, work)
    acceptance.amount = written.amount
    session.flush()
    if written.moves:
        posting = Posting(
            command.org_id,
            command.op_id,
            DocKind.ACCEPTANCE,
            acceptance.id,
            day,
            written.moves,
        )
        post(session, actor, posting)
        passing = Passing(command.org_id, command.op_id, acceptance.id, day, Trigger.RECEIPT)
        pass_title(session, actor, passing, written.moves)
    keep_traces(session, acceptance, written.traces)
    orders = follow_orders(session, command.org_id, written.ordered) if written.ordered else ()
    warnings = tuple(problem.text for problem in problems)
    _record(session, actor, second, (acceptance, delivery, written.lines))
    return Received(
        document_id=acceptance.id,
        no=acceptance.no,
        state=delivery.status,
        amount=written.amount,
        lines=written.lines,
        warnings=warnings,
        orders=orders,
    )


def _record(
    session: Session,
    actor: Actor,
    second: Actor | None,
    what: tuple[Acceptance, Delivery, tuple[ReceivedLine, ...]],
) -> None:
    acceptance, delivery, lines = what
    detail = {
        "no": acceptance.no,
        "delivery": delivery.no,
        "lines": len(lines),
        "amount": acceptance.amount,
        "refused": sum(line.refused for line in lines),
        "second": second.login if second else "",
    }
    doc = (DocKind.ACCEPTANCE.value, acceptance.id)
    record(session, actor, acceptance.org_id, "receive", doc, detail)
