"""冲销: a wrong acceptance is taken back by counter-entries, as long as nothing of it was used."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.domain.consumption.triggers import Trigger
from app.domain.documents import DocKind, State, check_step
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.ledger import Move
from app.i18n import _
from app.models.pack import Pack
from app.models.receiving import Acceptance, AcceptanceLine
from app.models.stock import Ledger
from app.services.access import require
from app.services.audit import record
from app.services.consumption.titles import Passing, titles_back
from app.services.db import Database, today
from app.services.operations import claim, finish, plain
from app.services.receiving.commands import ReverseAcceptance, Reversed
from app.services.receiving.deliveries import step
from app.services.receiving.following import follow_orders
from app.services.receiving.notes import delivery_row
from app.services.receiving.tracing import release_traces
from app.services.stock.lots import forget_expiry
from app.services.stock.names import item_names
from app.services.stock.posting import Posting, post
from app.services.stock.there import At, there

_SHORTEST_REASON = 2


def reverse_acceptance(db: Database, actor: Actor, command: ReverseAcceptance) -> Reversed:
    """Take an acceptance back; its delivery note waits for acceptance again.

    Raises:
        DomainError: Goods of it were used, moved or labelled and used; or no reason given.
        ConflictError: It was taken back before.
    """
    require(actor, Duty.STORE, command.org_id)
    reason = command.reason.strip()
    if len(reason) < _SHORTEST_REASON:
        raise DomainError("reverse.reason", _("请写明冲销的理由（至少 2 个字）。"))
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "receive.reverse", command)
        if earlier is not None:
            return Reversed(**earlier)
        acceptance = session.get(
            Acceptance, (command.org_id, command.acceptance_id), populate_existing=True
        )
        if acceptance is None:
            raise DomainError("acceptance.unknown", _("没有找到这张验收单。请刷新列表后再选。"))
        _step(session, acceptance)
        _free_packs(session, acceptance)
        release_traces(session, acceptance)  # before the books are held, as by who sends goods
        bought = titles_back(session, acceptance.org_id, acceptance.id)
        _check_there(
            session, acceptance.org_id, [x for x in bought if x.owner_id == command.org_id]
        )
        if bought:
            day = today(session)
            passing = Passing(command.org_id, command.op_id, acceptance.id, day, Trigger.RECEIPT)
            post(session, actor, passing.posting(bought, "back"))
        moves = _moves(session, acceptance, reason)
        _check_there(session, acceptance.org_id, moves)
        if moves:
            posting = Posting(
                command.org_id, command.op_id, DocKind.REVERSAL, acceptance.id,
                today(session), moves,
            )  # fmt: skip
            post(session, actor, posting)
        _reopen(session, acceptance)
        delivery = delivery_row(session, acceptance.org_id, acceptance.delivery_id)
        step(session, delivery, State.ANNOUNCED)
        forgotten = forget_expiry(session, {move.lot_id for move in moves} - {0})
        detail = {"no": acceptance.no, "reason": reason, "expiry": forgotten}
        doc = (DocKind.ACCEPTANCE.value, acceptance.id)
        record(session, actor, acceptance.org_id, "receive.reverse", doc, detail)
        answer = Reversed(acceptance.id, acceptance.no, delivery.id, delivery.no)
        finish(session, command.org_id, command.op_id, plain(answer))
        return answer


def _step(session: Session, acceptance: Acceptance) -> None:
    check_step(DocKind.ACCEPTANCE, State(acceptance.status), State.REVERSED)
    done: Any = session.execute(
        update(Acceptance)
        .where(
            Acceptance.org_id == acceptance.org_id,
            Acceptance.id == acceptance.id,
            Acceptance.status == State.POSTED.value,
        )
        .values(status=State.REVERSED.value)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise ConflictError(
            "acceptance.reversed", _("{no} 刚被别人冲销，没有重复冲销。", no=acceptance.no)
        )


def _free_packs(session: Session, acceptance: Acceptance) -> None:
    """Labels made from the acceptance are worth nothing now; used ones forbid the reversal."""
    mine = (
        Pack.org_id == acceptance.org_id,
        Pack.source_kind == DocKind.ACCEPTANCE.value,
        Pack.source_id == acceptance.id,
    )
    used = session.scalar(
        select(func.count()).select_from(Pack).where(*mine, Pack.status == State.CONSUMED.value)
    )
    if used:
        raise DomainError(
            "reverse.used",
            _(
                "{no} 打印的标签已经扫码消耗了 {n} 个，不能冲销。请先冲销消耗。",
                no=acceptance.no,
                n=used,
            ),
        )
    session.execute(
        update(Pack)
        .where(*mine, Pack.status == State.IN_STOCK.value)
        .values(status=State.RETURNED.value, version=Pack.version + 1)
        .execution_options(synchronize_session=False)
    )


def _moves(session: Session, acceptance: Acceptance, reason: str) -> list[Move]:
    rows = session.scalars(
        select(Ledger)
        .where(
            Ledger.org_id == acceptance.org_id,
            Ledger.doc_kind == DocKind.ACCEPTANCE.value,
            Ledger.doc_id == acceptance.id,
        )
        .order_by(Ledger.seq)
    )
    return [
        Move(
            item_id=row.item_id,
            lot_id=row.lot_id,
            owner_id=row.owner_id,
            from_place=row.to_place,
            to_place=row.from_place,
            qty=row.qty,
            unit_price=row.unit_price,
            price_factor=row.price_factor,
            doc_line=row.doc_line,
            reversal_of=row.seq,
            reason=reason,
        )
        for row in rows
    ]


def _check_there(session: Session, org_id: int, moves: list[Move]) -> None:
    """Say which goods are no longer where they came in; the ledger refuses it in any case."""
    wanted: Counter[At] = Counter()
    for move in moves:
        wanted[At(move.from_place, move.item_id, move.lot_id, move.owner_id)] += move.qty
    book = there(session, org_id, wanted)
    for spot, qty in wanted.items():
        if book[spot] < qty:
            name = item_names(session, (spot.item_id,))[spot.item_id]
            raise DomainError(
                "reverse.used",
                _("{name} 收货后已经用掉或移走一部分，不能冲销。请先冲销消耗或移回。", name=name),
            )


def _reopen(session: Session, acceptance: Acceptance) -> None:
    changes: dict[tuple[int, int], tuple[int, int]] = {}
    lines = session.scalars(
        select(AcceptanceLine).where(
            AcceptanceLine.org_id == acceptance.org_id,
            AcceptanceLine.acceptance_id == acceptance.id,
        )
    )
    for line in lines:
        if line.order_id and line.order_line:
            received, refused = changes.get((line.order_id, line.order_line), (0, 0))
            changes[line.order_id, line.order_line] = (
                received - (line.accepted - line.gift),
                refused - line.refused,
            )
    if changes:
        follow_orders(session, acceptance.org_id, changes)
