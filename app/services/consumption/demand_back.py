"""Goods that came back were not wanted: what reversals do to the demand that orders follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind
from app.domain.ledger import Move
from app.models.settlement import Consumption
from app.models.stock import Ledger
from app.services.demand import DemandLine, take_back_demand, write_demand
from app.services.queries.portions import portions

_Days = dict[int, dict[tuple[int, date], DemandLine]]


def demand_back(session: Session, org_id: int, moves: Sequence[Move]) -> None:
    """Take the demand back that the consumption of these goods had counted, on its day.

    Args:
        session: The unit of work.
        org_id: The member.
        moves: Reversing moves of consumption rows.
    """
    parts = {move.reversal_of: move.qty for move in moves}
    for place, lines in _of_rows(session, org_id, parts).items():
        take_back_demand(session, org_id, place, list(lines.values()))


def demand_again(session: Session, org_id: int, parts: dict[int, int]) -> None:
    """The return itself was taken back: its goods were wanted after all.

    Args:
        session: The unit of work.
        org_id: The member.
        parts: Row of the consumption → units that had come back of it.
    """
    for place, lines in _of_rows(session, org_id, parts).items():
        write_demand(session, org_id, place, list(lines.values()), add=True)


def _of_rows(session: Session, org_id: int, parts: dict[int, int]) -> _Days:
    """By place, item and day: the demand in parts of consumption rows; a whole row is a request."""
    found: _Days = {}
    for part in portions(sorted(parts)):
        rows = session.execute(
            select(Ledger.seq, Ledger.item_id, Ledger.qty, Ledger.occurred_on, Consumption.place_id)
            .join(
                Consumption,
                (Consumption.org_id == Ledger.org_id) & (Consumption.id == Ledger.doc_id),
            )
            .where(
                Ledger.org_id == org_id,
                Ledger.doc_kind == DocKind.CONSUMPTION.value,
                Ledger.seq.in_(part),
            )
        )
        for seq, item, whole, day, place in rows:
            lines, key = found.setdefault(place, {}), (item, day)
            old, qty = lines.get(key, DemandLine(item, day, 0, 0, 0)), parts[seq]
            lines[key] = replace(
                old, asked=old.asked + qty, given=old.given + qty, lines=old.lines + (qty == whole)
            )
    return found
