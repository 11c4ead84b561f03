"""Numbers of the papers behind moves of the ledger, as they stand on the printed sheets."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.counting import Disposal, StockCount
from app.models.receiving import Acceptance
from app.models.settlement import Consumption
from app.models.transfer import Transfer

_AT_ONCE: Final = 800


def paper_numbers(session: Session, doc_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """Organisation and document → number; a transfer has the same at both members.

    Documents without a sheet of their own (an opening balance, a move between places) are left out.
    """
    ids = sorted(set(doc_ids))
    found: dict[tuple[int, int], str] = {}
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
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
