"""The one posting function: every change of stock in the product goes through `post`.

On PostgreSQL it is one call of the SECURITY DEFINER function `api.post`; on SQLite the rows are
inserted here and triggers keep the same promises: append-only, chained, balances in the same
transaction and never below zero. Lines are posted in the order given.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, select, text
from sqlalchemy.orm import Session

from app.domain.documents import DocKind
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ledger import GENESIS, Move, RowHead, canonical, next_hash
from app.domain.money import to_scaled
from app.i18n import _
from app.models.base import microseconds
from app.models.stock import ChainHead, Ledger
from app.services.access import require
from app.services.db import database_of, now, today
from app.services.ready import Ready
from app.services.stock.closed import refuse_closed

_ROWS: Final = Ready(insert(cast("Table", Ledger.__table__)))
_HEAD: Final = Ready(
    select(ChainHead.seq, ChainHead.hash).where(
        ChainHead.org_id == bindparam("org"), ChainHead.chain == "ledger"
    )
)
_POST: Final = Ready(
    text(
        "SELECT first_seq, last_seq FROM api.post(:op, :org, :kind, :doc, :day, :actor,"
        " CAST(:moves AS jsonb))"
    )
)

LONGEST_REASON: Final = 2000
"""Characters of the reason of a move (`app.moves_make_sense`)."""


@dataclass(frozen=True, slots=True)
class Posting:
    """Moves of one document that are posted together or not at all."""

    org_id: int
    op_id: UUID
    doc_kind: DocKind
    doc_id: int
    occurred_on: date
    moves: Sequence[Move]


@dataclass(frozen=True, slots=True)
class Posted:
    """The rows that a posting became: sequence numbers of the organisation's ledger."""

    first_seq: int
    last_seq: int


def post(session: Session, actor: Actor, posting: Posting) -> Posted:
    """Post the moves; all of them, or `DomainError` (not enough stock, no right) and none.

    The caller's unit of work commits. The actor needs the duty STORE for the organisation.
    """
    require(actor, Duty.STORE, posting.org_id)
    if not posting.moves:
        raise ValueError("a posting needs at least one move")
    refuse_long(posting.moves)
    if posting.occurred_on > today(session) + timedelta(days=1):
        raise DomainError("ledger.future", _("发生日期在将来，没有记账。请核对日期。"))
    if database_of(session).is_sqlite:
        refuse_closed(session, posting.org_id, posting.occurred_on)
        return _post_sqlite(session, actor, posting)
    return _post_postgresql(session, actor, posting)


def refuse_long(moves: Sequence[Move]) -> None:
    """Refuse a reason that the books of a server do not hold; those of a file are moved there."""
    longest = max((len(move.reason) for move in moves), default=0)
    if longest > LONGEST_REASON:
        raise DomainError(
            "ledger.reason",
            _(
                "原因最多 {most} 字，现在有 {n} 字，没有记账。请写短些。",
                most=LONGEST_REASON,
                n=longest,
            ),
        )


def _post_postgresql(session: Session, actor: Actor, posting: Posting) -> Posted:
    ((first, last),) = _POST.rows(
        session,
        {
            "op": posting.op_id,
            "org": posting.org_id,
            "kind": posting.doc_kind.value,
            "doc": posting.doc_id,
            "day": posting.occurred_on,
            "actor": actor.person_id,
            "moves": json.dumps([as_json(move) for move in posting.moves], ensure_ascii=False),
        },
    )
    return Posted(int(first), int(last))


def as_json(move: Move) -> dict[str, int | str]:
    """A move as the server's functions read it; money as whole ten-thousandths."""
    return {
        "item": move.item_id,
        "lot": move.lot_id,
        "pack": move.pack_id,
        "owner": move.owner_id,
        "from": move.from_place,
        "to": move.to_place,
        "qty": move.qty,
        "price": to_scaled(move.unit_price),
        "factor": move.price_factor,
        "doc_line": move.doc_line,
        "reversal": move.reversal_of,
        "reason": move.reason,
    }


def _post_sqlite(session: Session, actor: Actor, posting: Posting) -> Posted:
    seq, previous = _chain_head(session, posting.org_id)
    at = now(session)
    rows = []
    for line, move in enumerate(posting.moves, 1):
        head = RowHead(
            org_id=posting.org_id,
            seq=seq + line,
            op_id=posting.op_id,
            line=line,
            doc_kind=posting.doc_kind.value,
            doc_id=posting.doc_id,
            occurred_on=posting.occurred_on,
            posted_us=microseconds(at),
            actor_id=actor.person_id,
        )
        digest = next_hash(previous, canonical(head, move))
        rows.append(_row(head, move, previous, digest) | {"posted_at": at})
        previous = digest
    _ROWS.do(session, rows)
    return Posted(seq + 1, seq + len(rows))


def _chain_head(session: Session, org_id: int) -> tuple[int, bytes]:
    row = _HEAD.row(session, {"org": org_id})
    if row is not None:
        return int(row[0]), bytes(row[1])
    session.execute(insert(ChainHead).values(org_id=org_id, chain="ledger", seq=0, hash=GENESIS))
    return 0, GENESIS


def _row(head: RowHead, move: Move, previous: bytes, digest: bytes) -> dict[str, object]:
    return {
        "org_id": head.org_id,
        "seq": head.seq,
        "op_id": head.op_id,
        "line": head.line,
        "doc_kind": head.doc_kind,
        "doc_id": head.doc_id,
        "doc_line": move.doc_line,
        "item_id": move.item_id,
        "lot_id": move.lot_id,
        "pack_id": move.pack_id,
        "owner_id": move.owner_id,
        "from_place": move.from_place,
        "to_place": move.to_place,
        "qty": move.qty,
        "unit_price": move.unit_price,
        "price_factor": move.price_factor,
        "occurred_on": head.occurred_on,
        "actor_id": head.actor_id,
        "reversal_of": move.reversal_of,
        "reason": move.reason,
        "prev_hash": previous,
        "hash": digest,
    }
