"""The amounts above which a requisition needs an approval: a member's own, or the group's."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import money
from app.domain.duties import Actor, Duty
from app.domain.orders.approval import SETTING, Level, Limits, checked
from app.models.order import RequisitionLine
from app.models.order_depth import RequisitionApproval
from app.models.platform import Setting
from app.services import audit
from app.services.access import lead_org, require
from app.services.db import Database, today
from app.services.operations import claim, finish
from app.services.scan_rules import put_setting


@dataclass(frozen=True, slots=True)
class SaveLimits:
    """Limits of one organisation, or (`org_id` 0) of all that have none of their own."""

    op_id: UUID
    org_id: int
    limits: Limits


def limits(db: Database, actor: Actor, org_id: int) -> Limits:
    """The limits in force for an organisation (0: the group's)."""
    if org_id:
        require(actor, Duty.READ, org_id)
    with db.read() as session:
        return limits_in(session, org_id)


def limits_in(session: Session, org_id: int) -> Limits:
    """The organisation's limits, else the group's, inside a unit of work."""
    rows = session.execute(
        select(Setting.org_id, Setting.value).where(
            Setting.org_id.in_((org_id, 0)), Setting.key == SETTING
        )
    )
    stored = {int(org): value for org, value in rows}
    return Limits.from_plain(stored.get(org_id, stored.get(0)))


def save_limits(db: Database, actor: Actor, command: SaveLimits) -> Limits:
    """Keep the limits; they hold for what is sent from now on.

    Raises:
        NotAllowedError: The actor does not administer the organisation.
        DomainError: A limit is out of range, or the second is below the first.
    """
    wanted = checked(command.limits)
    with db.write() as session:
        trail = command.org_id or lead_org(session, today(session))
        require(actor, Duty.ADMIN, trail)
        earlier = claim(session, actor, trail, command.op_id, "setting.approval", command)
        if earlier is not None:
            return wanted
        put_setting(session, command.org_id, SETTING, wanted.as_plain())
        doc = ("setting", command.org_id)
        audit.record(session, actor, trail, "setting.approval", doc, wanted.as_plain())
        finish(session, trail, command.op_id, {})
        return wanted


def amount_of(session: Session, org_id: int, requisition_id: int) -> Decimal:
    """What the requisition's lines come to as they stand now, at the prices they were asked at."""
    rows = session.execute(
        select(RequisitionLine.unit_price, RequisitionLine.qty, RequisitionLine.price_factor).where(
            RequisitionLine.org_id == org_id, RequisitionLine.requisition_id == requisition_id
        )
    )
    return sum((money.amount(price, qty, factor) for price, qty, factor in rows), Decimal(0))


def approved_for(
    session: Session, org_id: int, requisition_id: int, amount: Decimal
) -> frozenset[Level]:
    """The levels that agreed to at least `amount` since it was last sent back."""
    mine = (
        RequisitionApproval.org_id == org_id,
        RequisitionApproval.requisition_id == requisition_id,
    )
    back = select(func.coalesce(func.max(RequisitionApproval.seq), 0)).where(
        *mine, RequisitionApproval.decision == "returned"
    )
    rows = session.scalars(
        select(RequisitionApproval.level).where(
            *mine,
            RequisitionApproval.decision == "approved",
            RequisitionApproval.amount >= amount,
            RequisitionApproval.seq > back.scalar_subquery(),
        )
    )
    return frozenset(Level(level) for level in rows)
