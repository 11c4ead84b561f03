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
    rows = session.execute(
        select(
            AwardLine.line,
            AwardLine.supplier_id,
            AwardLine.rank,
            AwardLine.share,
            AwardLine.unit_price,
            AwardLine.price_factor,
            AwardLine.reason,
        )
        .where(AwardLine.org_id == award.org_id, AwardLine.award_id == award.id)
        .order_by(AwardLine.line, AwardLine.rank, AwardLine.share.desc())
    )
    for line, supplier, rank, share, price, factor, reason in rows:
        one = DraftLine(line, supplier, rank, share, price, factor, reason or "")
        found.setdefault(line, []).append(one)
    return {line: tuple(rows) for line, rows in found.items()}
