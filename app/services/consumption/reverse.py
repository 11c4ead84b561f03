"""Take a consumption back: the same lot, owner and place, never more than was used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.domain.ledger import Move
from app.domain.stock.fefo import lots_told
from app.i18n import _
from app.models.pack import Pack
from app.models.settlement import Consumption
from app.models.stock import Ledger, Lot
from app.services import audit
from app.services.access import require
from app.services.consumption.came_back import came_back
from app.services.consumption.commands import PREFIX, Consumed, ConsumedLine, Reverse
from app.services.consumption.demand_back import demand_back
from app.services.consumption.part_packs import loosen, whole_packs
from app.services.consumption.two_persons import need_two
from app.services.db import Database, now, today
from app.services.numbering import document_no
from app.services.operations import claim, finish
from app.services.packs.asking import take_back_requests
from app.services.receiving.second import keep_second, proved
from app.services.stock.closed import refuse_closed
from app.services.stock.names import items_told
from app.services.stock.posting import Posting, post

_LEAST: Final = 2
"""Two characters say a reason in Chinese."""


def reverse(db: Database, actor: Actor, command: Reverse) -> Consumed:
    """Post the reversing moves of a consumption, each linked to the row it takes back.

    Raises:
        DomainError: Nothing left to take back, a month that is closed, or controlled drugs that
            nobody else has checked.
        NotAllowedError: The second person is nobody who may check them, or did not prove it.
    """
    require(actor, Duty.STORE, command.org_id)
    refuse_no_reason(command.reason)
    second = proved(db, actor, command.org_id, command.second)
    command = replace(command, second=None)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "reverse", command)
        if earlier is not None:
            return Consumed.from_plain(earlier)
        result = reverse_in(session, actor, command)
        need_two(session, {line.item_id for line in result.lines}, second)
        keep_second(session, actor, command.org_id, command.op_id, second)
        finish(session, command.org_id, command.op_id, result.as_plain())
        return result


def refuse_no_reason(reason: str) -> None:
    """Taking something back, as a document or an import, is told with its reason.

    Raises:
        DomainError: `reverse.reason`, where there is none.
    """
    if len(reason.strip()) < _LEAST:
        raise DomainError("reverse.reason", _("请写明理由（至少 {n} 个字）。", n=_LEAST))


def reverse_in(session: Session, actor: Actor, command: Reverse) -> Consumed:
    """Take a consumption back in the caller's unit of work, which answers for right and reason."""
    original = session.scalar(
        select(Consumption)
        .where(Consumption.org_id == command.org_id, Consumption.id == command.document_id)
        .with_for_update()  # of two who take it back at once the second counts the first
    )
    if original is None:
        raise DomainError("consumption.unknown", _("没有找到这张消耗单。请刷新后再看。"))
    moves = _moves(session, command)
    back = Back(command.org_id, command.op_id, original.place_id, today(session),
                command.reason.strip(), original.id)  # fmt: skip
    result = post_back(session, actor, back, moves)
    _close_original(session, actor, command, moves)
    return result


@dataclass(frozen=True, slots=True)
class Back:
    """A reversal document to be posted in the caller's unit of work.

    Attributes:
        op_id: Of the command, or derived from it when one command posts several documents.
        day: When the goods came back: it decides which month's bill takes it off.
        original_id: The consumption that is taken back, 0 when it is several.
        document_id: Known before where something else refers to it already.
        no: Its number, drawn before where something else is posted before it.
    """

    org_id: int
    op_id: UUID
    place_id: int
    day: date
    reason: str
    original_id: int = 0
    document_id: int = 0
    no: str = ""


def post_back(session: Session, actor: Actor, back: Back, moves: Sequence[Move]) -> Consumed:
    """Post reversing moves as one document; each is linked to the row that it takes back."""
    refuse_closed(session, back.org_id, back.day)
    document_id = back.document_id or new_id()
    no = back.no or document_no(session, back.org_id, PREFIX, back.day)
    session.add(
        Consumption(
            org_id=back.org_id,
            id=document_id,
            no=no,
            place_id=back.place_id,
            occurred_on=back.day,
            posted_at=now(session),
            person_id=actor.person_id,
            source="reversal",
            status=State.POSTED.value,
            reversal_of=back.original_id or None,
            note=back.reason,
        )
    )
    posting = Posting(back.org_id, back.op_id, DocKind.REVERSAL, document_id, back.day, moves)
    first = post(session, actor, posting).first_seq
    demand_back(session, back.org_id, moves)
    audit.record(
        session, actor, back.org_id, "consumption.reverse",
        (DocKind.CONSUMPTION.value, back.original_id or document_id),
        {"no": no, "reason": back.reason},
    )  # fmt: skip
    return Consumed(document_id, no, tuple(_line(m, first + n) for n, m in enumerate(moves)))


def _moves(session: Session, command: Reverse) -> list[Move]:
    rows = _of_lot(session, command, _rows(session, command))
    done = already_reversed(session, command.org_id, [row.seq for row in rows])
    left = {row.seq: row.qty - done.get(row.seq, 0) for row in rows}
    total = sum(left.values())
    if not total:
        if command.doc_line or command.ledger_seq:
            raise DomainError("reverse.done", _("这一行已经全部退回，没有重复记账。"))
        raise DomainError("reverse.done", _("这张消耗单已经全部冲销，没有重复记账。"))
    need = command.qty or total
    if need > total:
        told = items_told(session, {row.item_id for row in rows})[rows[0].item_id]
        raise DomainError(
            "reverse.too_much",
            _("这一行还能冲销 {left}，要冲销 {qty}。请改正数量。",
              left=told.qty(total), qty=told.qty(need)),
        )  # fmt: skip
    moves = []
    for row in rows:
        part = min(need, left[row.seq])
        need -= part
        if part:
            moves.append(reversing(row, part, command.reason.strip()))
    return moves


def _rows(session: Session, command: Reverse) -> Sequence[Ledger]:
    statement = select(Ledger).where(
        Ledger.org_id == command.org_id,
        Ledger.doc_kind == DocKind.CONSUMPTION.value,
        Ledger.doc_id == command.document_id,
    )
    if command.ledger_seq:
        statement = statement.where(Ledger.seq == command.ledger_seq)
    if command.doc_line:
        statement = statement.where(Ledger.doc_line == command.doc_line)
    return session.scalars(statement.order_by(Ledger.seq)).all()


def _of_lot(session: Session, command: Reverse, rows: Sequence[Ledger]) -> Sequence[Ledger]:
    """The rows of the lot that was scanned: goods go back to the lot they were taken from.

    A line that took two lots gives back the one in the hand, not whichever was taken first.
    """
    found = [row for row in rows if command.lot_id in {0, row.lot_id}]
    if found or not rows:
        return found
    lots = {row.lot_id for row in rows} | {command.lot_id}
    names = dict(session.execute(select(Lot.id, Lot.lot_no).where(Lot.id.in_(lots))).all())
    used = lots_told(names.get(row.lot_id, "—") for row in rows)
    raise DomainError(
        "reverse.other_lot",
        _("这张单用的是批号 {used}，退回的是批号 {lot}。请核对包装，退到原来的批号。",
          used=used, lot=names.get(command.lot_id, "—")),
    )  # fmt: skip


def already_reversed(session: Session, org_id: int, seqs: Sequence[int]) -> dict[int, int]:
    """How much of consumption rows was taken back before."""
    rows = session.execute(
        select(Ledger.reversal_of, func.sum(Ledger.qty))
        .where(
            Ledger.org_id == org_id,
            Ledger.doc_kind == DocKind.REVERSAL.value,
            Ledger.reversal_of.in_(seqs),
        )
        .group_by(Ledger.reversal_of)
    ).all()
    return {int(seq): int(qty) for seq, qty in rows}


def reversing(row: Ledger, qty: int, reason: str) -> Move:
    """The move that takes part of a row back, to the place, lot and owner it came from."""
    return Move(
        item_id=row.item_id,
        lot_id=row.lot_id,
        owner_id=row.owner_id,
        from_place=row.to_place,
        to_place=row.from_place,
        qty=qty,
        unit_price=row.unit_price,
        price_factor=row.price_factor,
        pack_id=row.pack_id,
        doc_line=row.doc_line,
        reversal_of=row.seq,
        reason=reason,
    )


def _close_original(session: Session, actor: Actor, command: Reverse, moves: list[Move]) -> None:
    """Packs that came back whole are in stock again; what is all taken back is 已冲销."""
    rows = session.execute(
        select(Ledger.seq, Ledger.qty, Ledger.pack_id).where(
            Ledger.org_id == command.org_id,
            Ledger.doc_kind == DocKind.CONSUMPTION.value,
            Ledger.doc_id == command.document_id,
        )
    ).all()
    done = already_reversed(session, command.org_id, [row.seq for row in rows])
    out = [row for row in rows if done.get(row.seq, 0) < row.qty]
    if not out:
        session.execute(
            update(Consumption)
            .where(Consumption.org_id == command.org_id, Consumption.id == command.document_id)
            .values(status=State.REVERSED.value)
        )
    packs = whole_packs(session, command.org_id, rows, moves, done)
    if packs:
        session.execute(
            update(Pack)
            .where(Pack.org_id == command.org_id, Pack.id.in_(packs))
            .values(
                status=State.IN_STOCK.value,
                used_at=None,
                used_by=None,
                used_doc_id=None,
                version=Pack.version + 1,
            )
        )
        take_back_requests(session, command.org_id, packs)
    loosen(session, actor, command, [move for move in moves if move.pack_id not in packs])
    came_back(session, command.org_id, command.document_id, moves)


def _line(move: Move, seq: int) -> ConsumedLine:
    return ConsumedLine(
        line=move.doc_line,
        ledger_seq=seq,
        item_id=move.item_id,
        lot_id=move.lot_id,
        owner_id=move.owner_id,
        qty=-move.qty,
        unit_price=move.unit_price,
        price_factor=move.price_factor,
    )
