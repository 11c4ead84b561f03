"""Labels again: the goods behind any paper's number, and the labels that stand on them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, select, union

from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.i18n import _
from app.models.counting import CountLine, StockCount
from app.models.order import MemberOrder
from app.models.pack import Pack, PackLine
from app.models.receiving import Acceptance, AcceptanceLine, Delivery
from app.models.stock import Lot
from app.models.transfer import Transfer, TransferLot
from app.services.access import require
from app.services.db import Database
from app.services.transfers.numbers import by_number


def lots_behind(db: Database, actor: Actor, org_id: int, number: str) -> tuple[int, ...]:
    """The lots of an order, delivery, acceptance, transfer, loan or count; or of this number.

    Raises:
        DomainError: No paper and no lot has this number here, or transfers of two members do.
    """
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        moved = by_number(session, number, (org_id,))
        ways = union(*_ways(org_id, number.strip(), moved))
        found = tuple(int(row[0]) for row in session.execute(ways))
    if not found:
        raise DomainError(
            "label.paper",
            _(
                "没有单号或批号 {number}，或单上还没有收到货。请核对单号和机构。",
                number=number[:40],
            ),
        )
    return found


def _ways(org_id: int, number: str, moved: Transfer | None) -> tuple[Select[int], ...]:
    came = select(AcceptanceLine.lot_id).where(
        AcceptanceLine.org_id == org_id, AcceptanceLine.accepted > 0
    )
    accepted = came.join(
        Acceptance,
        (Acceptance.org_id == AcceptanceLine.org_id)
        & (Acceptance.id == AcceptanceLine.acceptance_id),
    )
    delivered = accepted.join(
        Delivery, (Delivery.org_id == Acceptance.org_id) & (Delivery.id == Acceptance.delivery_id)
    )
    ordered = came.join(
        MemberOrder,
        (MemberOrder.org_id == AcceptanceLine.org_id) & (MemberOrder.id == AcceptanceLine.order_id),
    )
    counted = select(CountLine.lot_id).join(
        StockCount, (StockCount.org_id == CountLine.org_id) & (StockCount.id == CountLine.count_id)
    )
    return (
        accepted.where(Acceptance.no == number),
        delivered.where(Delivery.no == number),
        ordered.where(MemberOrder.no == number),
        select(TransferLot.lot_id).where(TransferLot.transfer_id == (moved.id if moved else 0)),
        counted.where(StockCount.org_id == org_id, StockCount.no == number),
        select(Lot.id).where(Lot.lot_no == number),
    )


def standing_labels(
    db: Database, actor: Actor, org_id: int, lots: Collection[int]
) -> tuple[int, ...]:
    """The labels of these lots that were not used yet, in the order of their codes."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        return tuple(
            session.scalars(
                select(Pack.id)
                .join(PackLine, (PackLine.org_id == Pack.org_id) & (PackLine.pack_id == Pack.id))
                .where(
                    Pack.org_id == org_id, Pack.kind != "fixed",
                    Pack.status == State.IN_STOCK.value, PackLine.lot_id.in_(lots),
                )
                .order_by(Pack.code)
            )
        )  # fmt: skip
