"""What comes back of a labelled pack: the pack itself, or loose goods where it was opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind
from app.domain.duties import Actor
from app.domain.ids import new_id
from app.domain.ledger import Move
from app.i18n import _
from app.models.pack import Pack
from app.services.consumption.commands import Reverse
from app.services.db import today
from app.services.packs.places import above
from app.services.stock.posting import Posting, post


def whole_packs(
    session: Session,
    org_id: int,
    rows: Collection[Any],
    moves: Sequence[Move],
    done: Mapping[int, int],
) -> frozenset[int]:
    """Packs that stand as before: a fixed one comes back at once, a label's goods also in parts.

    Args:
        session: The unit of work.
        org_id: The member.
        rows: The consumption's ledger rows: seq, qty, pack_id.
        moves: What comes back this time.
        done: Units taken back of each row, this time included.
    """
    back = _units(moves)
    fixed, used = _fixed(session, org_id, back), _units(rows)
    out = {row.pack_id for row in rows if done.get(row.seq, 0) < row.qty}
    parts = {pack for pack in fixed if back[pack] < used[pack]}
    return frozenset(back.keys() - out - parts)


def loosen(session: Session, actor: Actor, command: Reverse, moves: Sequence[Move]) -> None:
    """Part of a fixed pack is back: it is no pack any more, so its goods lie loose above it.

    In the place of packs nobody could use, move or write them off.
    """
    fixed = _fixed(session, command.org_id, _units(moves))
    loose = [
        replace(
            move, from_place=move.to_place,
            to_place=above(session, command.org_id, move.to_place),
            pack_id=0, reversal_of=0, reason=_("定数包只退回一部分，按散货放"),
        )
        for move in moves
        if move.pack_id in fixed
    ]  # fmt: skip
    if loose:
        op = uuid5(command.op_id, "loose")
        day = today(session)
        post(session, actor, Posting(command.org_id, op, DocKind.PUTAWAY, new_id(), day, loose))


def _units(rows: Collection[Any]) -> Counter[int]:
    """Units by pack, of rows with a pack and a quantity."""
    found: Counter[int] = Counter()
    for row in rows:
        if row.pack_id:
            found[row.pack_id] += row.qty
    return found


def _fixed(session: Session, org_id: int, packs: Collection[int]) -> set[int]:
    return set(
        session.scalars(
            select(Pack.id).where(Pack.org_id == org_id, Pack.kind == "fixed", Pack.id.in_(packs))
        )
    )
