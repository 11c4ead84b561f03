"""What is looked at before a month is closed: the list behind 「关账前还有 N 项」."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from app.domain.days import ZONE
from app.domain.documents import State
from app.domain.settlement.closing import Check, Finding
from app.domain.settlement.period import Period
from app.models.item import Item
from app.models.party import Organisation
from app.models.receiving import Delivery
from app.models.settlement import Statement, StatementLine
from app.models.stock import Balance, Ledger, Place
from app.services.settlement.calendar import calendar_in
from app.services.settlement.flows import Span, rolls
from app.services.settlement.pending import pending_in
from app.services.stock.closed import closed_through

_NAMES: Final = 5
_GONE: Final = (State.CANCELLED.value, State.REVERSED.value)


@dataclass(frozen=True, slots=True)
class Month:
    """A member's period with its days."""

    org_id: int
    period: Period
    days: Span


def month_of(session: Session, org_id: int, period: Period) -> Month:
    """The period's days by the member's calendar."""
    calendar = calendar_in(session, org_id)
    return Month(org_id, period, Span(calendar.first(period), calendar.last(period)))


def findings(session: Session, month: Month) -> tuple[Finding, ...]:
    """All that is open in the member's books up to the period's last day."""
    through = closed_through(session, month.org_id)
    if through is not None and through >= month.days.last:
        return ()
    return tuple(found for check in _CHECKS for found in check(session, month) if found.count)


def _papers(session: Session, month: Month) -> Sequence[Finding]:
    rows = session.execute(
        select(Statement.status, Organisation.short_name, Statement.no)
        .join(Organisation, Organisation.id == Statement.supplier_id)
        .where(
            Statement.org_id == month.org_id,
            Statement.date_to <= month.days.last,
            Statement.kind != "reversal",
            Statement.status.in_(
                [one.value for one in (State.DRAFT, State.SENT, State.DISPUTED, State.CONFIRMED)]
            ),
        )
        .order_by(Statement.no)
    )
    names: dict[Check, list[str]] = defaultdict(list)
    for status, supplier, no in rows:
        names[_OF_STATE[status]].append(f"{no} {supplier}")
    return [Finding(check, len(found), tuple(found[:_NAMES])) for check, found in names.items()]


def _unsettled(session: Session, month: Month) -> Sequence[Finding]:
    found = pending_in(session, month.org_id, month.period)
    names = tuple(f"{row.supplier} {row.amount + row.refunds}" for row in found)
    return [Finding(Check.UNSETTLED, len(found), names[:_NAMES])]


def _unposted(session: Session, month: Month) -> Sequence[Finding]:
    """Deliveries that arrived, or are being accepted, and are not in the books."""
    end = datetime.combine(month.days.last + timedelta(days=1), datetime.min.time(), ZONE)
    rows = session.scalars(
        select(Delivery.no)
        .where(
            Delivery.org_id == month.org_id,
            or_(
                and_(Delivery.status == State.ANNOUNCED.value, Delivery.arrived_at < end),
                and_(Delivery.status == State.ACCEPTING.value, Delivery.created_at < end),
            ),
        )
        .order_by(Delivery.no)
    ).all()
    return [Finding(Check.UNPOSTED, len(rows), tuple(rows[:_NAMES]))]


def _unpriced(session: Session, month: Month) -> Sequence[Finding]:
    rows = session.scalars(
        select(Item.name)
        .join(StatementLine, StatementLine.item_id == Item.id)
        .join(
            Statement,
            and_(
                Statement.org_id == StatementLine.org_id,
                Statement.id == StatementLine.statement_id,
            ),
        )
        .where(
            StatementLine.org_id == month.org_id,
            StatementLine.unit_price == Decimal(0),
            Statement.period == month.period.key,
            Statement.status.not_in(_GONE),
        )
        .distinct()
        .order_by(Item.name)
    ).all()
    return [Finding(Check.UNPRICED, len(rows), tuple(rows[:_NAMES]))]


def _books(session: Session, month: Month) -> Sequence[Finding]:
    """Stock below nothing on a day of the period, or other than the ledger says."""
    wrong = _negative(session, month) | _differing(session, month.org_id)
    names = session.scalars(select(Item.name).where(Item.id.in_(wrong)).order_by(Item.name)).all()
    return [Finding(Check.BOOKS, len(wrong), tuple(dict.fromkeys(names))[:_NAMES])]


def _negative(session: Session, month: Month) -> set[int]:
    """Items of which a place held less than nothing at the end of a day of the period."""
    sides = union_all(
        *(
            select(
                end.label("place"), Ledger.item_id, Ledger.lot_id, Ledger.owner_id,
                Ledger.occurred_on, (Ledger.qty * sign).label("qty"),
            )
            .join(Place, and_(Place.org_id == Ledger.org_id, Place.id == end))
            .where(
                Ledger.org_id == month.org_id,
                Ledger.occurred_on >= month.days.first,
                Place.holds_stock.is_(True),
            )
            for end, sign in ((Ledger.to_place, 1), (Ledger.from_place, -1))
        )
    ).subquery()  # fmt: skip
    keys = (sides.c.place, sides.c.item_id, sides.c.lot_id, sides.c.owner_id)
    moved: dict[tuple[int, ...], list[tuple[date, int]]] = defaultdict(list)
    for *parts, day, qty in session.execute(
        select(*keys, sides.c.occurred_on, func.sum(sides.c.qty)).group_by(
            *keys, sides.c.occurred_on
        )
    ):
        moved[tuple(parts)].append((day, int(qty)))
    there = _balances(session, month.org_id)
    found = set()
    for key, days in moved.items():
        left = there.get(key, 0)
        for day, qty in sorted(days, reverse=True):
            if left < 0 and day <= month.days.last:
                found.add(key[1])
            left -= qty
        if left < 0:
            found.add(key[1])
    return found


def _balances(session: Session, org_id: int) -> dict[tuple[int, ...], int]:
    rows = session.execute(
        select(Balance.place_id, Balance.item_id, Balance.lot_id, Balance.owner_id, Balance.qty)
        .where(Balance.org_id == org_id)
    )  # fmt: skip
    return {tuple(key): int(qty) for *key, qty in rows}


def _differing(session: Session, org_id: int) -> set[int]:
    """Items whose balances are not the sum of the member's ledger."""
    sides: list[Any] = [
        select(
            end.label("place_id"), Ledger.item_id, Ledger.lot_id, Ledger.owner_id,
            (Ledger.qty * sign).label("qty"),
        )
        .join(Place, and_(Place.org_id == Ledger.org_id, Place.id == end))
        .where(Ledger.org_id == org_id, Place.holds_stock.is_(True))
        for end, sign in ((Ledger.to_place, 1), (Ledger.from_place, -1))
    ]  # fmt: skip
    sides.append(
        select(
            Balance.place_id, Balance.item_id, Balance.lot_id, Balance.owner_id,
            (Balance.qty * literal(-1)).label("qty"),
        ).where(Balance.org_id == org_id)
    )  # fmt: skip
    both = union_all(*sides).subquery()
    keys = (both.c.place_id, both.c.item_id, both.c.lot_id, both.c.owner_id)
    return set(
        session.scalars(select(both.c.item_id).group_by(*keys).having(func.sum(both.c.qty) != 0))
    )


def _statements(session: Session, month: Month) -> Sequence[Finding]:
    """Bills whose closing stock is not what the books say now: something was posted late."""
    rows = session.execute(
        select(
            Statement.supplier_id, Statement.no, Statement.closing_amount, Statement.date_from,
            Statement.date_to, Organisation.short_name,
        )
        .join(Organisation, Organisation.id == Statement.supplier_id)
        .where(
            Statement.org_id == month.org_id,
            Statement.period == month.period.key,
            Statement.status.not_in(_GONE),
            Statement.other_amount.is_not(None),
        )
        .order_by(Statement.date_to)
    ).all()  # fmt: skip
    last = {row.supplier_id: row for row in rows}
    now = rolls(
        session, month.org_id, {key: Span(row.date_from, row.date_to) for key, row in last.items()}
    )
    names = tuple(
        f"{row.no} {row.short_name}"
        for key, row in last.items()
        if now[key].closing != row.closing_amount
    )
    return [Finding(Check.STATEMENTS, len(names), names[:_NAMES])]


_OF_STATE: Final = {
    State.DRAFT.value: Check.UNCONFIRMED,
    State.SENT.value: Check.UNCONFIRMED,
    State.DISPUTED.value: Check.DISPUTED,
    State.CONFIRMED.value: Check.MISSING_INVOICE,
}
_CHECKS: Final[tuple[Callable[[Session, Month], Sequence[Finding]], ...]] = (
    _papers,
    _unsettled,
    _unposted,
    _books,
    _statements,
    _unpriced,
)
