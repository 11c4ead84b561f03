"""Up to which value another store keeper may approve a write-off; above it the head must."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain import money
from app.domain.duties import Actor, Duty
from app.domain.errors import NotAllowedError
from app.i18n import _
from app.services import audit
from app.services.access import lead_org, require
from app.services.db import Database, today
from app.services.operations import claim, finish
from app.services.scan_rules import put_setting, setting_in

SETTING: Final = "disposal.limit"


@dataclass(frozen=True, slots=True)
class SaveLimit:
    """The limit in yuan of one organisation, or (`org_id` 0) of the group; None for no limit."""

    op_id: UUID
    org_id: int
    limit: Decimal | None


def limit(db: Database, actor: Actor, org_id: int) -> Decimal | None:
    """The limit in force: the member's own, else the group's; None for none."""
    if org_id:
        require(actor, Duty.READ, org_id)
    with db.read() as session:
        return limit_in(session, org_id)


def limit_in(session: Session, org_id: int) -> Decimal | None:
    """`limit` inside a unit of work."""
    kept = setting_in(session, org_id, SETTING)
    value = kept.get("yuan") if kept else None
    return None if value is None else money.price(value)


def save_limit(db: Database, actor: Actor, command: SaveLimit) -> None:
    """Keep the limit; the next approval goes by it."""
    with db.write() as session:
        trail = command.org_id or lead_org(session, today(session))
        require(actor, Duty.ADMIN, trail)
        earlier = claim(session, actor, trail, command.op_id, "disposal.limit", command)
        if earlier is not None:
            return
        value = {"yuan": None if command.limit is None else str(command.limit)}
        put_setting(session, command.org_id, SETTING, value)
        doc = ("setting", command.org_id)
        audit.record(session, actor, trail, "disposal.limit", doc, value)
        finish(session, trail, command.op_id, {})


def check_limit(session: Session, actor: Actor, org_id: int, amount: Decimal) -> None:
    """Refuse an approval above the limit by anyone but the head of the house.

    Raises:
        NotAllowedError: The value is above the limit; says who can approve.
    """
    most = limit_in(session, org_id)
    if most is None or amount <= most or actor.can(Duty.SIGN, org_id):
        return
    raise NotAllowedError(
        "disposal.limit",
        _("金额 ¥{amount} 超过库管审批上限 ¥{limit}，要由本院负责人审批。",
          amount=f"{amount:,.2f}", limit=f"{most:,.2f}"),
    )  # fmt: skip
