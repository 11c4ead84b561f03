"""What is there and what is coming: lots in stock, requests, orders, deliveries on their way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.replenish.position import Stocked
from app.domain.transfers.states import Kind, TransferState
from app.models.order import MemberOrder, MemberOrderLine, Requisition, RequisitionLine
from app.models.receiving import Acceptance, AcceptanceLine, Delivery, DeliveryLine
from app.models.stock import Balance, Lot
from app.models.transfer import Transfer, TransferLine
from app.services.db import local_time, now
from app.services.replenishment.scope import Scope

_OPEN_REQUESTS = (State.DRAFT, State.SUBMITTED)
_OPEN_ORDERS = (State.TO_SIGN, State.MEMBER_SIGNED, State.SIGNED, State.PARTLY_RECEIVED)
_HELP_UNDER_WAY = (
    TransferState.DONOR.value, TransferState.REVIEW.value, TransferState.APPROVED.value,
    TransferState.IN_TRANSIT.value,
)  # fmt: skip
_ONLY_ASKED = (TransferState.DRAFT.value, TransferState.DONOR.value)
_DRAFT_COUNTS = timedelta(days=3)
_ON_THE_WAY = (State.ANNOUNCED, State.ACCEPTING)


def usable_lots(session: Session, scope: Scope) -> dict[int, list[Stocked]]:
    """Lots that may be given out, by item: not expired, not frozen, in good zones."""
    rows = session.execute(
        select(Balance.item_id, Lot.expiry, Balance.lot_id, func.sum(Balance.qty))
        .outerjoin(Lot, Lot.id == Balance.lot_id)
        .where(
            Balance.org_id == scope.org_id,
            Balance.place_id.in_(scope.places),
            Balance.qty > 0,
        )
        .group_by(Balance.item_id, Lot.expiry, Balance.lot_id)
    ).all()
    found: dict[int, list[Stocked]] = {}
    for item, expiry, lot, quantity in rows:
        if lot in scope.held or (expiry is not None and expiry < scope.today):
            continue
        found.setdefault(item, []).append(Stocked(int(quantity), expiry))
    return found


def on_order(session: Session, scope: Scope) -> dict[int, int]:
    """Asked for or ordered for this store and not yet received, by item."""
    requests = session.execute(
        select(RequisitionLine.item_id, func.sum(RequisitionLine.qty))
        .join(
            Requisition,
            (Requisition.org_id == RequisitionLine.org_id)
            & (Requisition.id == RequisitionLine.requisition_id),
        )
        .where(
            RequisitionLine.org_id == scope.org_id,
            Requisition.status.in_(_OPEN_REQUESTS),
            Requisition.place_id.in_(scope.places),
        )
        .group_by(RequisitionLine.item_id)
    ).all()
    rest = MemberOrderLine.qty - MemberOrderLine.received - MemberOrderLine.refused
    orders = session.execute(
        select(MemberOrderLine.item_id, func.sum(rest))
        .join(
            MemberOrder,
            (MemberOrder.org_id == MemberOrderLine.org_id)
            & (MemberOrder.id == MemberOrderLine.order_id),
        )
        .where(
            MemberOrderLine.org_id == scope.org_id,
            MemberOrder.status.in_(_OPEN_ORDERS),
            MemberOrder.place_id.in_(scope.places),
            rest > 0,
        )
        .group_by(MemberOrderLine.item_id)
    ).all()
    return _added([*requests, *orders])


def on_its_way(
    ordered: Mapping[int, int], transit: Mapping[int, int], sent: Mapping[int, int]
) -> dict[int, int]:
    """Units that come, by item: in transit, and ordered but not sent yet."""
    found = dict(transit)
    for item, quantity in ordered.items():
        found[item] = found.get(item, 0) + max(0, quantity - sent.get(item, 0))
    return found


def in_transit(session: Session, scope: Scope) -> tuple[dict[int, int], dict[int, int]]:
    """On their way or waiting for acceptance, by item: in all, and the part of known orders."""
    rows = session.execute(
        select(DeliveryLine.item_id, DeliveryLine.order_id, func.sum(DeliveryLine.qty))
        .join(
            Delivery,
            (Delivery.org_id == DeliveryLine.org_id) & (Delivery.id == DeliveryLine.delivery_id),
        )
        .where(
            DeliveryLine.org_id == scope.org_id,
            Delivery.status.in_(_ON_THE_WAY),
            Delivery.place_id.in_(scope.places),
        )
        .group_by(DeliveryLine.item_id, DeliveryLine.order_id)
    ).all()
    waiting = session.execute(
        select(Balance.item_id, func.sum(Balance.qty))
        .where(
            Balance.org_id == scope.org_id,
            Balance.place_id.in_(scope.pending),
            Balance.qty > 0,
        )
        .group_by(Balance.item_id)
    ).all()
    helped = _from_members(session, scope)
    coming = _added([*((item, qty) for item, _order, qty in rows), *waiting, *helped])
    of_orders = _added([(item, qty) for item, order, qty in rows if order is not None])
    return coming, of_orders


def _from_members(session: Session, scope: Scope) -> list[tuple[int, int]]:
    """Asked of other members or sent by them and not yet accepted.

    A draft waits for its approval document; it counts for `_DRAFT_COUNTS`, so that the same goods
    are not bought beside it, and not longer, so that a forgotten one leaves no shelf empty.
    What goes straight to a patient never comes.
    """
    under_way = or_(
        Transfer.status.in_(_HELP_UNDER_WAY),
        and_(
            Transfer.status == TransferState.DRAFT.value,
            Transfer.created_at > now(session) - _DRAFT_COUNTS,
        ),
    )
    promised = case(
        (Transfer.status.in_(_ONLY_ASKED), TransferLine.wanted),
        (Transfer.status == TransferState.IN_TRANSIT.value, TransferLine.sent),
        else_=TransferLine.confirmed,
    )
    rows = session.execute(
        select(TransferLine.item_id, func.sum(promised))
        .join(
            Transfer,
            (Transfer.org_id == TransferLine.org_id) & (Transfer.id == TransferLine.transfer_id),
        )
        .where(
            TransferLine.org_id == scope.org_id,
            under_way,
            Transfer.kind != Kind.PATIENT.value,
            Transfer.place_id.in_(scope.places),
        )
        .group_by(TransferLine.item_id)
    ).all()
    return [(item, int(qty)) for item, qty in rows]


def receipts(session: Session, scope: Scope) -> list[tuple[int, int, int]]:
    """Past receipts of a year as (supplier, item, days from order to acceptance), oldest first."""
    rows = session.execute(
        select(
            Acceptance.supplier_id,
            AcceptanceLine.item_id,
            Acceptance.accepted_on,
            MemberOrder.created_at,
        )
        .join(
            AcceptanceLine,
            (AcceptanceLine.org_id == Acceptance.org_id)
            & (AcceptanceLine.acceptance_id == Acceptance.id),
        )
        .join(
            MemberOrder,
            (MemberOrder.org_id == AcceptanceLine.org_id)
            & (MemberOrder.id == AcceptanceLine.order_id),
        )
        .where(
            Acceptance.org_id == scope.org_id,
            Acceptance.status == State.POSTED,
            Acceptance.accepted_on >= scope.today - timedelta(days=365),
        )
        .distinct()
        .order_by(Acceptance.accepted_on)
    ).all()
    return [
        (row.supplier_id, row.item_id, _days(row.accepted_on, local_time(row.created_at).date()))
        for row in rows
    ]


def _days(arrived: date, ordered: date) -> int:
    return max(1, (arrived - ordered).days)


def _added(rows: list[tuple[int, int]]) -> dict[int, int]:
    total: dict[int, int] = {}
    for item, quantity in rows:
        total[item] = total.get(item, 0) + int(quantity)
    return total
