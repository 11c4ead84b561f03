"""One bill with all that belongs to it, as the panel beside the list shows it."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.documents import State
from app.domain.duties import Actor
from app.services.db import Database
from app.services.settlement.adjusting import AdjustmentRow, adjustments
from app.services.settlement.bills import DifferenceRow, differences
from app.services.settlement.listing import (
    ItemTotal,
    StatementRow,
    statement_of,
    statement_totals,
)
from app.services.settlement.matching import MatchRow, matches
from app.services.settlement.reporting import ReportRow, reports


@dataclass(frozen=True, slots=True)
class Detail:
    """A bill, its lots, differences to the supplier's bill, adjustments, invoices and reports."""

    head: StatementRow
    totals: tuple[ItemTotal, ...]
    gaps: tuple[DifferenceRow, ...]
    agreed: tuple[AdjustmentRow, ...]
    matches: tuple[MatchRow, ...]
    reports: tuple[ReportRow, ...]


def detail(db: Database, actor: Actor, org_id: int, statement_id: int) -> Detail:
    """Everything about one bill; raises `DomainError` when the actor may not see it."""
    head = statement_of(db, actor, org_id, statement_id)
    open_now = head.status in {State.SENT, State.DISPUTED, State.DRAFT}
    return Detail(
        head,
        statement_totals(db, actor, org_id, statement_id),
        differences(db, actor, org_id, statement_id) if open_now else (),
        adjustments(db, org_id, statement_id),
        matches(db, actor, org_id, statement_id),
        reports(db, org_id, statement_id),
    )
