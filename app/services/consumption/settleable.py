"""What is to be settled: every ledger row by which goods stop being a supplier's, once.

Two kinds of rows do that: use of the supplier's goods (用后结算, or goods that were never bought
before), and 货权转移 at receipt or at issue (入库结算, 出库结算). Rows that take one back count
with a minus. Everything else (moves, returns, losses, transfers) leaves the goods the supplier's.

For settlement: `settleable` gives the rows that stand on no statement yet, oldest first, with the
price that was snapshot on them; `settled_units` is the same rule as an SQL expression, for the
roll-forward of supplier-owned stock. A row's amount is `Settleable.amount`. Rows with a minus
belong on a statement of their own (a bill never mixes both): `split` parts them. A fact of a
closed month is never posted (`services.stock.closed`), so a late return carries the day on
which it was taken back and comes with the next month by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.domain.documents import DocKind
from app.domain.money import part_amount
from app.models.party import Organisation
from app.models.settlement import StatementLine
from app.models.stock import Ledger
from app.services.stock.places import virtual_place


@dataclass(frozen=True, slots=True)
class Settleable:
    """One ledger row to be settled with its supplier.

    Attributes:
        seq: The member's ledger row; it stands on at most one statement.
        qty: Smallest units, negative where goods became the supplier's again.
        doc_kind: ``consumption``, ``reversal`` or ``title``.
        before: Units that were taken back of the same row before this one took some back.
    """

    seq: int
    supplier_id: int
    item_id: int
    lot_id: int
    qty: int
    unit_price: Decimal
    price_factor: int
    occurred_on: date
    doc_kind: str
    doc_id: int
    before: int

    @property
    def amount(self) -> Decimal:
        """In yuan and cents; the sign is that of the quantity."""
        return part_amount(self.unit_price, self.qty, self.price_factor, self.before)


def settleable(
    session: Session,
    org_id: int,
    supplier_id: int = 0,
    first: date | None = None,
    last: date | None = None,
    *,
    settled: bool = False,
) -> tuple[Settleable, ...]:
    """Rows of suppliers' goods to be settled, oldest first.

    Args:
        session: The unit of work.
        org_id: The member.
        supplier_id: One supplier, 0 for all.
        first: From this day; None takes in what was left before, so that nothing is lost.
        last: To this day, included; None for all.
        settled: Also rows that stand on a statement already.
    """
    used = virtual_place(session, org_id, "consumed")
    outside = virtual_place(session, org_id, "supplier")
    titled = Ledger.doc_kind == DocKind.TITLE.value
    taken = or_(Ledger.to_place == used, and_(titled, Ledger.to_place == outside))
    given = or_(Ledger.from_place == used, and_(titled, Ledger.from_place == outside))
    statement = (
        select(
            Ledger.seq, Ledger.owner_id, Ledger.item_id, Ledger.lot_id,
            case((taken, Ledger.qty), else_=-Ledger.qty).label("qty"),
            Ledger.unit_price, Ledger.price_factor, Ledger.occurred_on, Ledger.doc_kind,
            Ledger.doc_id, _taken_back_before().label("before"),
        )
        .where(Ledger.org_id == org_id, or_(taken, given))
        .order_by(Ledger.seq)
    )  # fmt: skip
    if not settled:
        on_one = select(StatementLine.ledger_seq).where(
            StatementLine.org_id == Ledger.org_id, StatementLine.ledger_seq == Ledger.seq
        )
        statement = statement.where(~on_one.exists())
    statement = statement.where(Ledger.owner_id.in_(_suppliers(session, supplier_id)))
    if first is not None:
        statement = statement.where(Ledger.occurred_on >= first)
    if last is not None:
        statement = statement.where(Ledger.occurred_on <= last)
    return tuple(Settleable(*row) for row in session.execute(statement))


def _suppliers(session: Session, wanted: int) -> list[int]:
    """The suppliers, or the wanted one if it is one.

    Asked first: joined, a server took the few suppliers for the outer loop and read the member's
    ledger once for each.
    """
    one = select(Organisation.id).where(Organisation.kind == "supplier")
    if wanted:
        one = one.where(Organisation.id == wanted)
    return list(session.scalars(one))


def _taken_back_before() -> ColumnElement[int]:
    """Units of the same row that went back earlier, found by the index on the lot."""
    earlier = aliased(Ledger)
    before = (
        select(cast(func.coalesce(func.sum(earlier.qty), 0), BigInteger))
        .where(
            earlier.lot_id == Ledger.lot_id,
            earlier.org_id == Ledger.org_id,
            earlier.from_place == Ledger.from_place,
            earlier.reversal_of == Ledger.reversal_of,
            earlier.seq < Ledger.seq,
        )
        .correlate(Ledger)
        .scalar_subquery()
    )
    return case((Ledger.reversal_of != 0, before), else_=0)


def settled_units(source: Any, target: Any) -> ColumnElement[int]:
    """Units of a ledger row that are settled, as SQL: plus, minus or zero.

    Args:
        source: `Place` (or an alias) joined at `Ledger.from_place`.
        target: The same at `Ledger.to_place`.
    """
    titled = Ledger.doc_kind == DocKind.TITLE.value
    return case(
        (_ends(target.kind, titled), Ledger.qty),
        (_ends(source.kind, titled), -Ledger.qty),
        else_=0,
    )


def split(rows: Iterable[Settleable]) -> tuple[tuple[Settleable, ...], tuple[Settleable, ...]]:
    """Rows to pay and rows to take back; a bill holds one kind only."""
    found = tuple(rows)
    return tuple(r for r in found if r.qty > 0), tuple(r for r in found if r.qty < 0)


def unsettled_count(session: Session, org_id: int) -> int:
    """How many rows wait for a statement."""
    return len(settleable(session, org_id))


def _ends(
    kind: InstrumentedAttribute[str] | ColumnElement[str], titled: ColumnElement[bool]
) -> ColumnElement[bool]:
    return or_(kind == "consumed", and_(titled, kind == "supplier"))


__all__ = ["Settleable", "settleable", "settled_units", "split", "unsettled_count"]
