"""Take a consumption back: the same lot, owner and place, never more than was used."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.domain.ledger import Move
from app.i18n import _
from app.models.pack import Pack
from app.models.settlement import Consumption
from app.models.stock import Ledger
from app.services import audit
from app.services.access import require
from app.services.consumption.commands import Consumed, ConsumedLine, Reverse
from app.services.db import Database, now, today
from app.services.numbering import document_no
from app.services.operations import claim, finish
from app.services.stock.posting import Posting, post


def reverse(db: Database, actor: Actor, command: Reverse) -> Consumed:
    """Post the reversing moves of a consumption, each linked to the row it takes back."""
    require(actor, Duty.STORE, command.org_id)
    if len(command.reason.strip()) < 2:  # noqa: PLR2004 - two characters say a reason in Chinese
        raise DomainError("reverse.reason", _("请写明冲销的理由（至少 2 个字）。"))
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "reverse", command)
        if earlier is not None:
            return Consumed.from_plain(earlier)
        original = session.scalar(
            select(Consumption).where(
                Consumption.org_id == command.org_id, Consumption.id == command.document_id
            )
        )
        if original is None:
            raise DomainError("consumption.unknown", _("没有找到这张消耗单。请刷新后再看。"))
        moves = _moves(session, command)
        day = today(session)
        document_id = new_id()
        no = document_no(session, command.org_id, "XH", day)
        session.add(
            Consumption(
                org_id=command.org_id,
                id=document_id,
                no=no,
                place_id=original.place_id,
                occurred_on=day,
                posted_at=now(session),
                person_id=actor.person_id,
                source="reversal",
                status=State.POSTED.value,
                reversal_of=original.id,
                note=command.reason.strip(),
            )
        )
        posting = Posting(command.org_id, command.op_id, DocKind.REVERSAL, document_id, day, moves)
        first = post(session, actor, posting).first_seq
        _close_original(session, command, moves)
        result = Consumed(document_id, no, tuple(_line(m, first + n) for n, m in enumerate(moves)))
        audit.record(
            session, actor, command.org_id, "consumption.reverse",
            (DocKind.CONSUMPTION.value, original.id), {"no": no, "reason": command.reason},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, result.as_plain())
        return result


def _moves(session: Session, command: Reverse) -> list[Move]:
    rows = session.scalars(
        select(Ledger).where(
            Ledger.org_id == command.org_id,
            Ledger.doc_kind == DocKind.CONSUMPTION.value,
            Ledger.doc_id == command.document_id,
            (Ledger.seq == command.ledger_seq) if command.ledger_seq else (Ledger.seq > 0),
        )
    ).all()
    done = _already_reversed(session, command.org_id, [row.seq for row in rows])
    moves = []
    for row in rows:
        left = row.qty - done.get(row.seq, 0)
        take = command.qty or left
        if take > left:
            raise DomainError(
                "reverse.too_much",
                _("这一行还能冲销 {left}，要冲销 {qty}。请改正数量。", left=left, qty=take),
            )
        if take > 0:
            moves.append(_reversing(row, take, command.reason.strip()))
    if not moves:
        raise DomainError("reverse.done", _("这张消耗单已经全部冲销，没有重复记账。"))
    return moves


def _already_reversed(session: Session, org_id: int, seqs: list[int]) -> dict[int, int]:
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


def _reversing(row: Ledger, qty: int, reason: str) -> Move:
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


def _close_original(session: Session, command: Reverse, moves: list[Move]) -> None:
    """Whole packs go back into stock; a consumption that is all taken back is 已冲销."""
    if command.ledger_seq == 0:
        session.execute(
            update(Consumption)
            .where(Consumption.org_id == command.org_id, Consumption.id == command.document_id)
            .values(status=State.REVERSED.value)
        )
    packs = {move.pack_id for move in moves if move.pack_id} if command.qty == 0 else set()
    if packs and command.ledger_seq == 0:
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
