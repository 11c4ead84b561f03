"""Receipts and uses with their papers, as the services book them, in few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from app.domain.documents import DocKind
from app.domain.duties import Actor
from app.domain.ids import new_id
from app.domain.ledger import Move
from app.models.receiving import Acceptance, AcceptanceLine
from app.models.settlement import Consumption
from app.services.bulk import insert_rows
from app.services.db import now
from app.services.ready import Ready
from app.services.stock.posting import Posted, Posting, post

_USED: Final = Ready(
    insert(cast("Table", Consumption.__table__)),
    columns=(
        "org_id", "id", "no", "place_id", "occurred_on", "posted_at", "person_id", "source",
        "status", "note",
    ),
)  # fmt: skip
"""Past the mapper, as the services write it: benchmarks book thousands."""
_LINE: Final = (
    "org_id", "acceptance_id", "line", "item_id", "lot_id", "place_id", "expected", "accepted",
    "refused", "result", "gift", "unit_price", "price_factor", "amount", "owner_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """What is booked: in whose books, under which operation, for which day."""

    org_id: int
    op_id: UUID
    day: date


def use(session: Session, actor: Actor, wish: Wish, moves: Sequence[Move]) -> Posted:
    """Goods are used."""
    document = new_id()
    _USED.do(
        session,
        {
            "org_id": wish.org_id, "id": document, "no": f"XH{document}",
            "place_id": moves[0].from_place, "occurred_on": wish.day, "posted_at": now(session),
            "person_id": actor.person_id, "source": "typed", "status": "posted", "note": "",
        },
    )  # fmt: skip
    posting = Posting(wish.org_id, wish.op_id, DocKind.CONSUMPTION, document, wish.day, moves)
    return post(session, actor, posting)


def take_in(session: Session, actor: Actor, wish: Wish, moves: Sequence[Move]) -> Posted:
    """Goods come in from a supplier and are accepted."""
    document, owner = new_id(), moves[0].owner_id
    session.add(
        Acceptance(
            org_id=wish.org_id, id=document, no=f"YS{document}", delivery_id=1, supplier_id=owner,
            place_id=moves[0].to_place, status="posted", accepted_on=wish.day,
            posted_at=now(session), receiver_id=actor.person_id, checks={}, amount=Decimal(0),
        )
    )  # fmt: skip
    lines = (
        (
            wish.org_id, document, line, move.item_id, move.lot_id, move.to_place, move.qty,
            move.qty, 0, "ok", 0, move.unit_price, move.price_factor, Decimal(0), move.owner_id,
        )
        for line, move in enumerate(moves, 1)
    )  # fmt: skip
    insert_rows(session, AcceptanceLine, _LINE, lines)
    posting = Posting(wish.org_id, wish.op_id, DocKind.ACCEPTANCE, document, wish.day, moves)
    return post(session, actor, posting)
