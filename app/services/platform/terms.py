"""Terms between a member and a supplier: days to deliver, order days, and when goods are payable.

They hold for all goods of the supplier; what was agreed before stays for the days before.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.i18n import N_, _
from app.models.demand import SupplyTerm
from app.models.party import GroupMembership, Organisation, SettleTerm
from app.services import audit
from app.services.access import require
from app.services.db import Database, today
from app.services.operations import claim, finish

TRIGGERS: Final = {
    "consumption": N_("用后结算"),
    "issue": N_("出库结算"),
    "receipt": N_("入库结算"),
}
WEEKDAYS: Final = (
    N_("星期一"), N_("星期二"), N_("星期三"), N_("星期四"),
    N_("星期五"), N_("星期六"), N_("星期日"),
)  # fmt: skip
_MOST_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class TermRow:
    """The terms in force between a member and a supplier.

    Attributes:
        org_id: The member.
        org: Its short name.
        supplier_id: The supplier.
        supplier: Its short name.
        lead_days: Working days from order to delivery; None while nothing is agreed.
        weekdays: Days on which orders are placed, 0 = Monday.
        trigger: When goods become payable; empty while nothing is agreed (用后结算 is assumed).
        since: From which day the trigger holds.
    """

    org_id: int
    org: str
    supplier_id: int
    supplier: str
    lead_days: int | None
    weekdays: tuple[int, ...]
    trigger: str
    since: date | None

    @property
    def complete(self) -> bool:
        """Whether both halves are agreed."""
        return self.lead_days is not None and bool(self.trigger)


@dataclass(frozen=True, slots=True)
class SetTerm:
    """Agree terms; the trigger holds from today on."""

    op_id: UUID
    org_id: int
    supplier_id: int
    lead_days: int
    weekdays: tuple[int, ...]
    trigger: str


def terms(db: Database, actor: Actor, org_ids: Collection[int]) -> tuple[TermRow, ...]:
    """Every pair of member and supplier in force, by member and supplier code."""
    orgs = sorted(actor.orgs() & set(org_ids))
    with db.read() as session:
        day = today(session)
        members = _of_role(session, ("lead", "member"), day)
        suppliers = _of_role(session, ("supplier",), day)
        supply = {
            (row.org_id, row.supplier_id): row
            for row in session.scalars(
                select(SupplyTerm).where(SupplyTerm.org_id.in_(orgs), SupplyTerm.item_id == 0)
            )
        }
        settle: dict[tuple[int, int], SettleTerm] = {}
        for row in session.scalars(
            select(SettleTerm)
            .where(
                SettleTerm.org_id.in_(orgs),
                SettleTerm.item_id == 0,
                SettleTerm.valid_from <= day,
            )
            .order_by(SettleTerm.valid_from)
        ):
            settle[row.org_id, row.supplier_id] = row
        return tuple(
            _row(member, supplier, supply.get(key), settle.get(key))
            for member in members
            if member.id in orgs
            for supplier in suppliers
            for key in [(member.id, supplier.id)]
        )


def set_term(db: Database, actor: Actor, command: SetTerm) -> None:
    """Write the terms of a member with a supplier.

    Raises:
        NotAllowedError: The actor does not buy for this member.
        DomainError: Days or trigger are impossible.
    """
    require(actor, Duty.BUY, command.org_id)
    _check(command)
    with db.write() as session:
        org_id = command.org_id
        if claim(session, actor, org_id, command.op_id, "term.set", command) is not None:
            return
        day = today(session)
        supply = session.get(SupplyTerm, (org_id, command.supplier_id, 0))
        if supply is None:
            supply = SupplyTerm(org_id=org_id, supplier_id=command.supplier_id, item_id=0)
            session.add(supply)
        supply.lead_days = command.lead_days
        supply.review_weekdays = ",".join(str(one) for one in sorted(set(command.weekdays)))
        _settle(session, command, day)
        detail = {"lead_days": command.lead_days, "trigger": command.trigger}
        doc = ("term", command.supplier_id)
        audit.record(session, actor, org_id, "term.set", doc, detail)
        finish(session, org_id, command.op_id, {})


def _settle(session: Session, command: SetTerm, day: date) -> None:
    """Let the trigger hold from today; a row of today is changed, older ones stay."""
    newest = session.scalar(
        select(SettleTerm)
        .where(
            SettleTerm.org_id == command.org_id,
            SettleTerm.supplier_id == command.supplier_id,
            SettleTerm.item_id == 0,
            SettleTerm.valid_from <= day,
        )
        .order_by(SettleTerm.valid_from.desc())
        .limit(1)
    )
    if newest is not None and newest.trigger == command.trigger:
        return
    if newest is not None and newest.valid_from == day:
        newest.trigger = command.trigger
        return
    session.add(
        SettleTerm(
            org_id=command.org_id,
            supplier_id=command.supplier_id,
            item_id=0,
            trigger=command.trigger,
            valid_from=day,
        )
    )


def _check(command: SetTerm) -> None:
    if not 0 <= command.lead_days <= _MOST_DAYS:
        raise DomainError("term.days", _("到货天数要在 0 到 {most} 之间。", most=_MOST_DAYS))
    if not command.weekdays or not set(command.weekdays) <= set(range(len(WEEKDAYS))):
        raise DomainError("term.weekdays", _("还没选哪几天下单。至少选一天。"))
    if command.trigger not in TRIGGERS:
        raise DomainError("term.trigger", _("结算方式只有用后、出库、入库三种。请重新选择。"))


def _of_role(session: Session, roles: tuple[str, ...], day: date) -> list[Organisation]:
    return list(
        session.scalars(
            select(Organisation)
            .join(GroupMembership, GroupMembership.org_id == Organisation.id)
            .where(
                GroupMembership.role.in_(roles),
                GroupMembership.valid_from <= day,
                (GroupMembership.valid_to.is_(None)) | (GroupMembership.valid_to > day),
            )
            .order_by(Organisation.code)
        )
    )


def _row(
    member: Organisation,
    supplier: Organisation,
    supply: SupplyTerm | None,
    settle: SettleTerm | None,
) -> TermRow:
    days = supply.review_weekdays if supply else ""
    return TermRow(
        org_id=member.id,
        org=member.short_name,
        supplier_id=supplier.id,
        supplier=supplier.short_name,
        lead_days=supply.lead_days if supply else None,
        weekdays=tuple(int(one) for one in days.split(",") if one.strip().isdecimal()),
        trigger=settle.trigger if settle else "",
        since=settle.valid_from if settle else None,
    )
