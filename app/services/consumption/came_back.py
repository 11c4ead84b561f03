"""What a reversal means for where the consumption came from: cases, and opened kits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.consumption.reagents import check_untouched
from app.domain.ledger import Move
from app.models.consumption_source import CaseLine, ReagentKit
from app.services.consumption.serials import free_serial


def came_back(session: Session, org_id: int, document_id: int, moves: Sequence[Move]) -> None:
    """Note on the case's lines, and on kits that the document opened, what was taken back.

    Raises:
        DomainError: Tests were already done with a kit that would go back on the shelf.
    """
    back = _by_line(moves)
    of_case = session.scalars(
        select(CaseLine.line).where(CaseLine.org_id == org_id, CaseLine.document_id == document_id)
    ).all()
    for line in sorted(back.keys() & set(of_case)):  # of most documents none
        qty = back[line]
        row = session.execute(
            update(CaseLine)
            .where(
                CaseLine.org_id == org_id,
                CaseLine.document_id == document_id,
                CaseLine.line == line,
            )
            .values(returned=CaseLine.returned + qty)
            .returning(CaseLine.item_id, CaseLine.serial)
            .execution_options(synchronize_session=False)
        ).first()
        if row is not None and row.serial:
            free_serial(session, org_id, document_id, row.item_id, row.serial)
    kits = session.scalars(
        select(ReagentKit).where(
            ReagentKit.org_id == org_id,
            ReagentKit.document_id == document_id,
            ReagentKit.status != "reversed",
        )
    ).all()
    for kit in kits:
        take_opening_back(kit)


def take_opening_back(kit: ReagentKit) -> None:
    """The opening of a kit is taken back.

    Raises:
        DomainError: Tests were done with it.
    """
    check_untouched(kit.used)
    kit.status = "reversed"
    kit.version += 1


def _by_line(moves: Sequence[Move]) -> dict[int, int]:
    found: dict[int, int] = {}
    for move in moves:
        found[move.doc_line] = found.get(move.doc_line, 0) + move.qty
    return found
