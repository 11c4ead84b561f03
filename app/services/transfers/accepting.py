"""The receiver accepts lot by lot: cold chain first, then goods from the way onto the shelf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, Problem, refuse_if
from app.domain.ids import new_id
from app.domain.ledger import Move
from app.domain.receiving.policy import temperature_range
from app.domain.stock.fefo import barred
from app.domain.transfers.states import OPEN_LOAN, Kind, Settle, TransferState, after_return, check
from app.i18n import _
from app.models.stock import Lot
from app.models.transfer import LoanSettlement, Transfer, TransferLine, TransferLot
from app.services.access import require
from app.services.consumption.commands import PREFIX
from app.services.db import Database, now, today
from app.services.numbering import document_no
from app.services.receiving.second import keep_second, proved
from app.services.stock.available import held_lots
from app.services.stock.places import main_place, virtual_place
from app.services.stock.posting import Posting, post
from app.services.transfers import traces
from app.services.transfers.commands import Accept, AcceptLot, Done
from app.services.transfers.handing import hand_over
from app.services.transfers.owed import owed
from app.services.transfers.sending import sent_lots
from app.services.transfers.stepping import Loaded, advance, end, load, unit
from app.services.transfers.two_persons import need_second

_GIVEN = frozenset({Kind.TRANSFER.value, Kind.PATIENT.value})
"""Goods that do not come back: settled by price, they are owed for when they are accepted."""


def accept(db: Database, actor: Actor, command: Accept) -> Done:
    """Accept what arrived; what is neither accepted nor refused is missing.

    Raises:
        DomainError: A cold chain without an arrival temperature or out of range (refuse those
            lots), an expired or frozen lot accepted, more than was sent, or controlled drugs
            without a second person.
    """
    require(actor, Duty.STORE, command.org_id)
    second = proved(db, actor, command.org_id, command.second)
    op = (command.op_id, "transfer.accept", replace(command, second=None))
    with unit(db, actor, command.org_id, op) as (session, earlier):
        if earlier is not None:
            return earlier
        loaded = load(session, command.org_id, command.transfer_id)
        check(TransferState(loaded.head.status), TransferState.ACCEPTED)
        lots = sent_lots(session, loaded)
        told = _told(command, lots)
        refuse_if(
            list(_problems(session, loaded, command, lots, told)),
            "transfer.accept", _("没有验收。"),
        )  # fmt: skip
        need_second(loaded, [lot.item_id for lot in lots if told[lot.n].accepted], second)
        traces.arrive(session, loaded, [c for x in lots for c in traces.came(x, told[x.n])])
        advance(
            session, loaded, TransferState.ACCEPTED, command.version,
            arrived_at=now(session), arrived_temperature=command.temperature,
            accepted_by=actor.person_id, note=command.note.strip() or None,
        )  # fmt: skip
        no = _use_no(session, loaded, told)
        came = _book(session, actor, command, loaded, lots, told)
        keep_second(session, actor, command.org_id, command.op_id, second)
        if loaded.head.kind == Kind.RETURN.value:
            _repay(session, actor, loaded)
        elif loaded.head.kind == Kind.LOAN.value and not came:
            close_loan(session, loaded, by_price=False)  # nothing was taken, nothing is owed
        elif loaded.head.kind == Kind.PATIENT.value:
            hand_over(session, actor, command, second, loaded, (no, came))
        if loaded.head.kind in _GIVEN and loaded.head.settle == Settle.PRICE.value:
            _charge(session, actor, loaded)
        return end(session, actor, command.org_id, op, loaded.head)


def _use_no(session: Session, loaded: Loaded, told: Mapping[int, AcceptLot]) -> str:
    """The number of the paper by which a patient uses what comes; empty where nobody does."""
    if loaded.head.kind != Kind.PATIENT.value or not any(one.accepted for one in told.values()):
        return ""
    return document_no(session, loaded.head.org_id, PREFIX, today(session))


def _told(command: Accept, lots: tuple[TransferLot, ...]) -> dict[int, AcceptLot]:
    if not command.lots:
        return {lot.n: AcceptLot(lot.n, lot.qty) for lot in lots}
    told = {one.n: one for one in command.lots}
    if len(told) != len(command.lots) or not told.keys() <= {lot.n for lot in lots}:
        raise DomainError(
            "transfer.lots",
            _("发来的批次是 1 到 {n}，每批写一次。请核对批次序号。", n=len(lots)),
        )
    return {lot.n: told.get(lot.n, AcceptLot(lot.n, 0)) for lot in lots}


def _problems(
    session: Session,
    loaded: Loaded,
    command: Accept,
    lots: tuple[TransferLot, ...],
    told: dict[int, AcceptLot],
) -> Iterator[Problem]:
    held = held_lots(session, command.org_id)
    day = today(session)
    ids = {lot.lot_id for lot in lots}
    known = {row.id: row for row in session.scalars(select(Lot).where(Lot.id.in_(ids)))}
    for lot in lots:
        one, item = told[lot.n], loaded.items[lot.item_id]
        if min(one.accepted, one.refused) < 0 or one.accepted + one.refused > lot.qty:
            words = _("{name} 发来 {n}，收的和拒的合起来不能超过它。", name=item.name,
                      n=loaded.told(lot.item_id, lot.qty))  # fmt: skip
            yield Problem("transfer.over", words, lot.n)
        yield from traces.problems(loaded, lot, one)
        if not one.accepted:
            continue
        yield from _cold(item.name, item.storage, command, lot.n)
        row = known.get(lot.lot_id)
        why = barred(row.expiry if row else None, day, held=lot.lot_id in held)
        if why:
            words = _(
                "{name} 批号 {lot} {why}，不能验收。请登记拒收。",
                name=item.name, lot=row.lot_no if row else "—", why=why,
            )  # fmt: skip
            yield Problem("transfer.unusable", words, lot.n)


def _cold(name: str, storage: str, command: Accept, row: int) -> Iterator[Problem]:
    limits = temperature_range(storage)
    if limits is None:
        return
    if command.temperature is None:
        words = _("{name} 是冷链品。请先填到货温度；没有温度记录的登记拒收。", name=name)
        yield Problem("cold.missing", words, row, _("到货温度"))
    elif not limits[0] <= command.temperature <= limits[1]:
        words = _(
            "{name} 到货 {t} ℃，应在 {low}–{high} ℃，不能验收。请登记拒收。",
            name=name, t=command.temperature, low=limits[0], high=limits[1],
        )  # fmt: skip
        yield Problem("cold.range", words, row, _("到货温度"))


def _book(
    session: Session,
    actor: Actor,
    command: Accept,
    loaded: Loaded,
    lots: tuple[TransferLot, ...],
    told: dict[int, AcceptLot],
) -> list[tuple[Move, list[str]]]:
    """Post what was accepted: the moves, each with the trace codes of its packs."""
    head = loaded.head
    way = virtual_place(session, head.org_id, "transit")
    place = head.place_id or main_place(session, head.org_id)
    lines = {line.line: line for line in loaded.lines}
    came: list[tuple[Move, list[str]]] = []
    for lot in lots:
        one = told[lot.n]
        lot.accepted, lot.refused = one.accepted, one.refused
        lot.missing = lot.qty - one.accepted - one.refused
        lines[lot.line].accepted += one.accepted
        if one.accepted:
            move = Move(
                item_id=lot.item_id, lot_id=lot.lot_id, owner_id=lot.to_owner, from_place=way,
                to_place=place, qty=one.accepted, unit_price=lot.unit_price,
                price_factor=lot.price_factor, doc_line=lot.line,
            )  # fmt: skip
            came.append((move, traces.came(lot, one)))
    session.flush()
    if came:
        moves = [move for move, _codes in came]
        posting = Posting(
            head.org_id, command.op_id, DocKind.TRANSFER, head.id, today(session), moves
        )
        post(session, actor, posting)
    return came


def _charge(session: Session, actor: Actor, loaded: Loaded) -> None:
    """The receiver owes the donor for what was the donor's own, as the borrower of a loan would."""
    due = owed(session, [loaded.head.id])
    for line in loaded.lines:
        own = due[loaded.head.id, line.line]
        if own.units:
            settled(
                session, actor, loaded.head, line, ("price", own.units, None)
            ).amount = own.money


def _repay(session: Session, actor: Actor, loaded: Loaded) -> None:
    """A return that was accepted lowers what is out of the loan."""
    head = loaded.head
    loan = load(session, head.donor_id, head.origin_id or 0)
    if loan.head.status not in OPEN_LOAN:
        return  # settled another way in the meantime: the goods are simply here
    back = {line.item_id: line.accepted for line in loaded.lines}
    for line in loan.lines:
        part = min(back.get(line.item_id, 0), line.accepted - line.returned)
        if part <= 0:
            continue
        line.returned += part
        settled(session, actor, loan.head, line, ("kind", part, head))
    session.flush()
    close_loan(session, loan, by_price=False)


def settled(
    session: Session,
    actor: Actor,
    head: Transfer,
    line: TransferLine,
    what: tuple[str, int, Transfer | None],
) -> LoanSettlement:
    """Keep how a part of a loan's line was settled."""
    kind, qty, against = what
    row = LoanSettlement(
        org_id=head.org_id,
        id=new_id(),
        transfer_id=head.id,
        line=line.line,
        kind=kind,
        qty=qty,
        against_org=against.org_id if against else None,
        against_id=against.id if against else None,
        at=now(session),
        person_id=actor.person_id,
    )
    session.add(row)
    return row


def close_loan(session: Session, loan: Loaded, *, by_price: bool) -> None:
    """Bring a loan's state in line with what is still out of it."""
    accepted = sum(line.accepted for line in loan.lines)
    returned = sum(line.returned for line in loan.lines)
    new = after_return(accepted, returned, by_price=by_price)
    values = {} if returned < accepted else {"closed_at": now(session)}
    advance(session, loan, new, loan.head.version, **values)
