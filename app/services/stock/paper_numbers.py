"""Numbers of the papers behind moves of the ledger, as they stand on the printed sheets."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.counting import Disposal, StockCount
from app.models.receiving import Acceptance
from app.models.settlement import Consumption
from app.models.transfer import Transfer
from app.services.queries.portions import key_portions


def paper_numbers(session: Session, doc_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """Organisation and document → number; a transfer has the same at both members.

    Documents without a sheet of their own (an opening balance, a move between places) are left out.
    """
    found: dict[tuple[int, int], str] = {}
    for part in key_portions(doc_ids):
        for table in (Acceptance, Consumption, StockCount, Disposal):
            rows = session.execute(
                select(table.org_id, table.id, table.no).where(table.id.in_(part))
            )
            found |= {(row.org_id, row.id): row.no for row in rows}
        moved = session.execute(
            select(Transfer.org_id, Transfer.donor_id, Transfer.id, Transfer.no).where(
                Transfer.id.in_(part)
            )
        )
        for row in moved:
            found[row.org_id, row.id] = found[row.donor_id, row.id] = row.no
    return found
