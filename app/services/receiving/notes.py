"""A stored delivery note as the domain sees it: goods, order lines, agreed prices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.domain.receiving.note import Goods, Note, NoteLine
from app.domain.receiving.policy import SETTING, Policy
from app.i18n import _
from app.models.party import Organisation, SettleTerm
from app.models.platform import Setting
from app.models.receiving import Delivery, DeliveryLine
from app.services.db import local_time, today
from app.services.price_lookup import PriceInForce, prices_on
from app.services.receiving.goods import facts
from app.services.receiving.matching import Matcher, OpenLine, open_lines


def delivery_row(session: Session, org_id: int, delivery_id: int) -> Delivery:
    """The stored note; raises `DomainError` when there is none that the person may see."""
    row = session.get(Delivery, (org_id, delivery_id), populate_existing=True)
    if row is None:
        raise DomainError("delivery.unknown", _("没有找到这张送货单。请刷新列表后再选。"))
    return row


def lines_of(session: Session, delivery: Delivery) -> Sequence[DeliveryLine]:
    """The stored lines in their order."""
    return session.scalars(
        select(DeliveryLine)
        .where(DeliveryLine.org_id == delivery.org_id, DeliveryLine.delivery_id == delivery.id)
        .order_by(DeliveryLine.line)
    ).all()


def policy_of(session: Session, org_id: int) -> Policy:
    """The member's own limits over the group's over the usual ones."""
    found = session.execute(
        select(Setting.org_id, Setting.value).where(
            Setting.key == SETTING, Setting.org_id.in_((0, org_id))
        )
    )
    rows: dict[int, Any] = {row.org_id: row.value for row in found}
    return Policy.of({**(rows.get(0) or {}), **(rows.get(org_id) or {})})


def note_of(session: Session, delivery: Delivery) -> Note:
    """The note with all that acceptance needs to know."""
    lines = lines_of(session, delivery)
    items = {line.item_id for line in lines}
    goods = facts(session, items)
    matcher = Matcher(open_lines(session, delivery.org_id, delivery.supplier_id, items))
    prices = prices_on(session, today(session), delivery.org_id, items)
    supplier = session.get(Organisation, delivery.supplier_id)
    matched = [(line, _match(matcher, line)) for line in lines]
    made = tuple(
        _line(line, goods[line.item_id], found, _agreed(delivery, line, prices))
        for line, found in matched
    )
    numbers = dict.fromkeys(found[0].order_no for _line_row, found in matched if found)
    return Note(
        org_id=delivery.org_id,
        delivery_id=delivery.id,
        no=delivery.no,
        supplier_id=delivery.supplier_id,
        supplier=supplier.short_name if supplier else "",
        lines=made,
        order_nos=tuple(numbers),
        arrived_at=local_time(delivery.arrived_at) if delivery.arrived_at else None,
        version=delivery.version,
        consigned=_consigned(session, delivery),
    )


def _consigned(session: Session, delivery: Delivery) -> bool:
    """Whether the supplier's goods are payable when used, which is the usual term."""
    trigger = session.scalar(
        select(SettleTerm.trigger)
        .where(
            SettleTerm.org_id == delivery.org_id,
            SettleTerm.supplier_id == delivery.supplier_id,
            SettleTerm.item_id == 0,
            SettleTerm.valid_from <= today(session),
        )
        .order_by(SettleTerm.valid_from.desc())
        .limit(1)
    )
    return trigger in {None, "consumption"}


def _match(matcher: Matcher, line: DeliveryLine) -> tuple[OpenLine, int] | None:
    """The order line and what was left of it before this line."""
    found = None
    if line.order_id and line.order_line:
        found = matcher.exactly(line.order_id, line.order_line)
    found = found or matcher.best(line.item_id, line.qty)
    return (found, matcher.take(found, line.qty)) if found else None


def _agreed(
    delivery: Delivery, line: DeliveryLine, prices: dict[int, tuple[PriceInForce, ...]]
) -> PriceInForce | None:
    """The price in force at this supplier; a line without an order is booked at it."""
    rows = prices.get(line.item_id, ())
    return next((row for row in rows if row.supplier_id == delivery.supplier_id), None)


def _line(
    line: DeliveryLine,
    goods: Goods,
    found: tuple[OpenLine, int] | None,
    agreed: PriceInForce | None,
) -> NoteLine:
    price: Decimal | None = agreed.unit_price if agreed else None
    factor = agreed.price_factor if agreed else line.price_factor
    if found is not None:
        price, factor = found[0].unit_price, found[0].price_factor
    return NoteLine(
        line=line.line,
        goods=goods,
        qty=line.qty,
        lot_no=line.lot_no or "",
        expiry=line.expiry,
        produced=line.produced,
        unit_price=price,
        price_factor=factor,
        note_price=_per(line.unit_price, line.price_factor, factor),
        order_id=found[0].order_id if found else 0,
        order_line=found[0].line if found else 0,
        order_left=found[1] if found else None,
    )


def _per(price: Decimal | None, factor: int, wanted: int) -> Decimal | None:
    """The note's price for as many units as the agreed price is for."""
    if price is None or factor == wanted:
        return price
    return (price * wanted / factor).quantize(Decimal("0.0001"))
