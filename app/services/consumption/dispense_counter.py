"""The dispensing counter as it stands: usable stock of a place, and what was given before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.domain.consumption.dispensing import Counter, DispenseRow, Given, in_order
from app.domain.documents import DocKind
from app.domain.errors import DomainError, Problem
from app.domain.stock.fefo import LotStock
from app.domain.stock.levels import Levels
from app.models.consumption_source import DispenseLine
from app.models.stock import Ledger, Lot
from app.services.consumption.backdated import levels_since
from app.services.consumption.reverse import already_reversed
from app.services.db import today
from app.services.queries.portions import key_portions, portions
from app.services.stock.available import lot_stock


def load_counter(
    session: Session, org_id: int, place_id: int, rows: Sequence[DispenseRow]
) -> Counter:
    """Stock of the rows' items under the place, and earlier dispensing that returns may mean."""
    items = sorted({row.item_id for row in rows})
    stock = {
        item: list(lots)
        for part in portions(items)
        for item, lots in lot_stock(session, org_id, place_id, part).items()
    }
    returned = {row.item_id for row in rows if row.qty < 0}
    given = earlier_gifts(session, org_id, returned) if returned else []
    return Counter(stock, given, _levels(session, org_id, rows, stock))


def _levels(
    session: Session,
    org_id: int,
    rows: Sequence[DispenseRow],
    stock: Mapping[int, Sequence[LotStock]],
) -> Levels | None:
    """The stock of each day since the first of the file; None where all was given today."""
    now = today(session)
    earlier = [row for row in rows if row.qty > 0 and row.day < now]
    if not earlier:
        return None
    items = {row.item_id for row in rows if row.qty > 0}
    lots = {lot.lot_id for item in items for lot in stock.get(item, ())}
    return levels_since(session, org_id, min(row.day for row in earlier), lots)


def earlier_gifts(session: Session, org_id: int, items: Collection[int]) -> list[Given]:
    """Ledger rows of earlier dispensing of these items, with what of them can still come back."""
    rows = session.execute(
        select(Ledger.seq, DispenseLine.number, Ledger.item_id, Ledger.lot_id, Lot.lot_no,
               Ledger.qty, Ledger.occurred_on)
        .join(
            Ledger,
            and_(
                Ledger.org_id == DispenseLine.org_id,
                Ledger.doc_kind == DocKind.CONSUMPTION.value,
                Ledger.doc_id == DispenseLine.document_id,
                Ledger.doc_line == DispenseLine.doc_line,
            ),
        )
        .outerjoin(Lot, Lot.id == Ledger.lot_id)
        .where(
            DispenseLine.org_id == org_id, DispenseLine.item_id.in_(items), DispenseLine.qty > 0
        )
    ).all()  # fmt: skip
    done: dict[int, int] = {}
    for chunk in portions(rows):
        part = [row.seq for row in chunk]
        done |= already_reversed(session, org_id, part)
    return [
        Given(row.seq, row.number, row.item_id, row.lot_id, row.lot_no or "",
              row.qty - done.get(row.seq, 0), row.occurred_on)
        for row in rows
        if row.qty > done.get(row.seq, 0)
    ]  # fmt: skip


def serve(counter: Counter, rows: Sequence[DispenseRow]) -> dict[int, Problem]:
    """Serve the rows in order; the problem of each row that cannot be served, by its number."""
    found: dict[int, Problem] = {}
    for row in in_order(rows):
        try:
            if row.qty > 0:
                counter.give(row)
            else:
                counter.take_back(row)
        except DomainError as error:
            found[row.row] = Problem(error.code, error.text, row.row)
    return found


def known_lines(
    session: Session, org_id: int, rows: Sequence[DispenseRow]
) -> dict[tuple[str, str], DispenseLine]:
    """Those of the rows that were booked before, by number and line."""
    found: dict[tuple[str, str], DispenseLine] = {}
    for chunk in key_portions(row.number for row in rows):
        part = session.scalars(
            select(DispenseLine).where(
                DispenseLine.org_id == org_id,
                DispenseLine.number.in_(chunk),
            )
        )
        found |= {(line.number, line.line): line for line in part}
    return found
