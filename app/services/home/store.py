"""Open work of the store: expired and nearly expired goods, deliveries, suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import ColumnElement, func, select

from app.domain.documents import State
from app.domain.duties import Duty
from app.models.demand import Suggestion
from app.models.item import Item
from app.models.party import Organisation
from app.models.receiving import Delivery, DeliveryLine
from app.models.stock import Balance, Lot, Place
from app.services.home.kinds import NAMES, Ask, Kind, Urgency, WorkItem

NEAR_DAYS: Final = 90


def _expiring(ask: Ask, kind: Kind, urgency: Urgency, band: ColumnElement[bool]) -> WorkItem:
    """Lots with stock in good places whose expiry lies in `band`."""
    orgs = ask.for_duty(Duty.STORE)
    rows = ask.session.execute(
        select(Item.name, Item.strength, Lot.id, func.min(Lot.expiry))
        .join(Lot, Lot.item_id == Item.id)
        .join(Balance, Balance.lot_id == Lot.id)
        .join(Place, (Place.org_id == Balance.org_id) & (Place.id == Balance.place_id))
        .where(
            Balance.org_id.in_(orgs),
            Balance.qty > 0,
            Place.zone.in_(("", "good", "pending")),
            band,
        )
        .group_by(Item.name, Item.strength, Lot.id)
        .order_by(func.min(Lot.expiry), Lot.id)
    ).all()
    names = tuple(dict.fromkeys(f"{row[0]} {row[1]}".strip() for row in rows))[:NAMES]
    since = rows[0][3] if rows else None
    return WorkItem(kind, len(rows), urgency, names, since=since)


def expired(ask: Ask) -> Sequence[WorkItem]:
    """Lots past their day, still on the shelf."""
    return [_expiring(ask, Kind.EXPIRED, Urgency.NOW, Lot.expiry < ask.today)]


def near_expiry(ask: Ask) -> Sequence[WorkItem]:
    """Lots that expire within ninety days."""
    last = ask.today + timedelta(days=NEAR_DAYS)
    band = (Lot.expiry >= ask.today) & (Lot.expiry <= last)
    return [_expiring(ask, Kind.NEAR_EXPIRY, Urgency.WEEK, band)]


def deliveries(ask: Ask) -> Sequence[WorkItem]:
    """Notes that wait for acceptance."""
    orgs = ask.for_duty(Duty.STORE)
    lines = (
        select(func.count())
        .select_from(DeliveryLine)
        .where(
            DeliveryLine.org_id == Delivery.org_id,
            DeliveryLine.delivery_id == Delivery.id,
        )
        .correlate(Delivery)
        .scalar_subquery()
    )
    rows = ask.session.execute(
        select(Organisation.short_name, lines, Delivery.arrived_at)
        .join(Organisation, Organisation.id == Delivery.supplier_id)
        .where(
            Delivery.org_id.in_(orgs),
            Delivery.status.in_((State.ANNOUNCED, State.ACCEPTING)),
        )
        .order_by(Delivery.created_at)
    ).all()
    names = tuple(dict.fromkeys(row[0] for row in rows))[:NAMES]
    arrived = min((row[2] for row in rows if row[2]), default=None)
    total = sum(int(row[1]) for row in rows)
    return [WorkItem(Kind.TO_RECEIVE, len(rows), Urgency.TODAY, names, due=arrived, special=total)]


def suggestions(ask: Ask) -> Sequence[WorkItem]:
    """Suggested lines that nobody requested yet."""
    orgs = ask.for_duty(Duty.STORE)
    rows = ask.session.execute(
        select(
            Suggestion.chosen,
            Suggestion.unit_price,
            Suggestion.price_factor,
            Suggestion.days_left_tenths,
        ).where(
            Suggestion.org_id.in_(orgs),
            Suggestion.status == "open",
            Suggestion.picked.is_(True),
            Suggestion.chosen > 0,
        )
    ).all()
    amount = sum(
        (price * chosen / factor for chosen, price, factor, _days in rows if price is not None),
        Decimal(0),
    )
    short = sum(1 for row in rows if row[3] < 70)  # noqa: PLR2004 - 7 days in tenths
    return [WorkItem(Kind.SUGGESTIONS, len(rows), Urgency.TODAY, amount=amount, special=short)]
