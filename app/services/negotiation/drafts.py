"""The award drawn up by hand, as it is stored; `choosing` writes it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.negotiation import Award, AwardLine, Negotiation

HAND = "hand"
DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One supplier of one line in the draft; `share` in tenths of a percent of the volume."""

    line: int
    supplier_id: int
    rank: int
    share: int
    unit_price: Decimal
    price_factor: int
    reason: str = ""


def draft_of(session: Session, project: Negotiation) -> Award | None:
    """The hand-made draft of a project, if there is one."""
    return session.scalar(
        select(Award)
        .where(
            Award.org_id == project.org_id,
            Award.negotiation_id == project.id,
            Award.kind == HAND,
            Award.status == DRAFT,
        )
        .order_by(Award.created_at.desc())
        .limit(1)
    )


def draft_lines(session: Session, project: Negotiation) -> dict[int, tuple[DraftLine, ...]]:
    """The draft by line, winners first."""
    award = draft_of(session, project)
    found: dict[int, list[DraftLine]] = {}
    if award is None:
        return {}
    rows = session.scalars(
        select(AwardLine)
        .where(AwardLine.org_id == award.org_id, AwardLine.award_id == award.id)
        .order_by(AwardLine.line, AwardLine.rank, AwardLine.share.desc())
    )
    for row in rows:
        found.setdefault(row.line, []).append(
            DraftLine(
                line=row.line,
                supplier_id=row.supplier_id,
                rank=row.rank,
                share=row.share,
                unit_price=row.unit_price,
                price_factor=row.price_factor,
                reason=row.reason or "",
            )
        )
    return {line: tuple(rows) for line, rows in found.items()}
