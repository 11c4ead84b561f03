"""超价提醒: what was bought above the list, the platform's price or the group's lowest price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import money
from app.domain.documents import State
from app.domain.duties import Actor
from app.i18n import _
from app.models.item import Item
from app.models.order import MemberOrder, MemberOrderLine
from app.models.party import Organisation
from app.models.receiving import Acceptance, AcceptanceLine
from app.services.db import Database, local_time, today
from app.services.price_lookup import PriceInForce, prices_on

_BACK = 90


@dataclass(frozen=True, slots=True)
class Alert:
    """One line above what it may be; prices per pack.

    Attributes:
        rule: list | platform | lowest: what it is above.
        excess: What it cost more, 元.
    """

    rule: str
    document: str
    kind: str
    org: str
    supplier: str
    day: date
    code: str
    name: str
    spec: str
    unit: str
    unit_price: Decimal
    limit: Decimal
    qty: int
    excess: Decimal

    @property
    def rule_text(self) -> str:
        """What it is above, in words."""
        return {
            "list": _("高于价格表"),
            "platform": _("高于平台价"),
            "lowest": _("高于集团最低价"),
        }[self.rule]


def alerts(db: Database, actor: Actor, since: date | None = None) -> tuple[Alert, ...]:
    """The lines of orders and acceptances above a price, dearest first; 90 days by default."""
    with db.read() as session:
        start = since or today(session) - timedelta(days=_BACK)
        orgs = sorted(actor.orgs())
        rows = [*_orders(session, orgs, start), *_acceptances(session, orgs, start)]
        found = list(_judge(session, rows))
        return tuple(sorted(found, key=lambda one: (-one.excess, one.document, one.code)))


def _orders(session: Session, orgs: list[int], start: date) -> Iterator[tuple[Any, ...]]:
    rows = session.execute(
        select(MemberOrderLine, MemberOrder, Item, Organisation.short_name)
        .join(MemberOrder, (MemberOrder.org_id == MemberOrderLine.org_id)
              & (MemberOrder.id == MemberOrderLine.order_id))
        .join(Item, Item.id == MemberOrderLine.item_id)
        .join(Organisation, Organisation.id == MemberOrder.org_id)
        .where(MemberOrder.org_id.in_(orgs), MemberOrder.status != State.CANCELLED)
    )  # fmt: skip
    for line, order, item, org in rows:
        day = local_time(order.created_at).date()
        if day >= start:
            yield (_("订单"), order.no, day, order.supplier_id, line, line.qty, item, org)


def _acceptances(session: Session, orgs: list[int], start: date) -> Iterator[tuple[Any, ...]]:
    rows = session.execute(
        select(AcceptanceLine, Acceptance, Item, Organisation.short_name)
        .join(Acceptance, (Acceptance.org_id == AcceptanceLine.org_id)
              & (Acceptance.id == AcceptanceLine.acceptance_id))
        .join(Item, Item.id == AcceptanceLine.item_id)
        .join(Organisation, Organisation.id == Acceptance.org_id)
        .where(
            Acceptance.org_id.in_(orgs),
            Acceptance.status == State.POSTED,
            Acceptance.accepted_on >= start,
            AcceptanceLine.accepted > AcceptanceLine.gift,
        )
    )  # fmt: skip
    for line, record, item, org in rows:
        bought = line.accepted - line.gift
        day = record.accepted_on
        yield (_("验收"), record.no, day, record.supplier_id, line, bought, item, org)


def _judge(session: Session, rows: list[tuple[Any, ...]]) -> Iterator[Alert]:
    """Each line against the prices of its day, asked once for each day and member."""
    groups: dict[tuple[date, int], list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        groups[row[2], row[4].org_id].append(row)
    names = dict(session.execute(select(Organisation.id, Organisation.short_name)).all())
    for (day, org), lines in groups.items():
        known = prices_on(session, day, org, {row[4].item_id for row in lines})
        for row in lines:
            rule, limit = _above(row, known.get(row[4].item_id, ()))
            if rule and limit is not None:
                yield _alert(row, rule, limit, names.get(row[3], ""))


def _above(row: tuple[Any, ...], known: tuple[PriceInForce, ...]) -> tuple[str, Decimal | None]:
    line, supplier = row[4], row[3]
    same = [one for one in known if one.price_factor == line.price_factor]
    mine = next((one for one in same if one.supplier_id == supplier), None)
    if mine is not None and line.unit_price > mine.unit_price:
        return "list", mine.unit_price
    ceilings = [one.ceiling for one in same if one.ceiling is not None]
    if ceilings and line.unit_price > min(ceilings):
        return "platform", min(ceilings)
    lowest = min((one.unit_price for one in same), default=None)
    if lowest is not None and line.unit_price > lowest:
        return "lowest", lowest
    return "", None


def _alert(row: tuple[Any, ...], rule: str, limit: Decimal, supplier: str) -> Alert:
    kind, document, day, _supplier, line, qty, item, org = row
    return Alert(
        rule=rule,
        document=document,
        kind=kind,
        org=org,
        supplier=supplier,
        day=day,
        code=item.code,
        name=item.name,
        spec=item.spec,
        unit=item.pack_unit,
        unit_price=line.unit_price,
        limit=limit,
        qty=qty,
        excess=money.amount(line.unit_price - limit, qty, line.price_factor),
    )
