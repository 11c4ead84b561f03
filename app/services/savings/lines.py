"""Every receipt or consumption under a negotiated price, with the base it is held against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sqlalchemy import case, func, null, or_, select
from sqlalchemy.orm import Session, aliased

from app.domain.documents import DocKind, State
from app.domain.pricing import PriceSource, Span
from app.domain.savings import Basis, Counted, SavingLine
from app.i18n import _
from app.models.item import Item
from app.models.order import MemberOrderLine
from app.models.party import Organisation
from app.models.price import Price, PriceList
from app.models.receiving import Acceptance, AcceptanceLine
from app.models.settlement import Consumption
from app.models.stock import Ledger, Place

_YEAR: Final = timedelta(days=365)
_PLACES: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which lines: whose, in which days (both included), by what measure and base."""

    orgs: tuple[int, ...]
    first: date
    last: date
    counted: Counted = Counted.RECEIPTS
    basis: Basis = Basis.LAST
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Agreed:
    """A negotiated price: its span, and what it is held against."""

    price_id: int
    supplier_id: int
    org_id: int
    span: Span
    unit_price: Decimal
    factor: int
    base: Decimal | None
    ceiling: Decimal | None
    list_code: str


def saving_lines(session: Session, scope: Scope) -> tuple[SavingLine, ...]:
    """The lines by day and document; those under no negotiated price are left out."""
    if scope.counted is Counted.RECEIPTS:
        rows = list(_receipts(session, scope))
    else:
        rows = list(_uses(session, scope))
    agreed = _agreed(session, {row.item_id for row in rows})
    averages = _Averages(session, scope.orgs)
    found = []
    for row in rows:
        price = _match(row, agreed.get(row.item_id, ()))
        if price is not None:
            base, source = _base(price, row, scope.basis, averages)
            found.append(_line(row, base, source, scope.counted))
    return tuple(found)


def _receipts(session: Session, scope: Scope) -> Iterator[Any]:
    """Accepted goods that were paid for: gifts are no purchase."""
    line, record = AcceptanceLine, Acceptance
    statement = (
        select(
            record.no.label("document"),
            line.line,
            record.accepted_on.label("day"),
            line.org_id,
            line.item_id,
            record.supplier_id,
            (line.accepted - line.gift).label("qty"),
            line.price_factor.label("factor"),
            line.unit_price,
            MemberOrderLine.price_id,
            *_names(),
        )
        .join(record, (record.org_id == line.org_id) & (record.id == line.acceptance_id))
        .join(Item, Item.id == line.item_id)
        .join(Organisation, Organisation.id == line.org_id)
        .outerjoin(_SUPPLIER, _SUPPLIER.id == record.supplier_id)
        .outerjoin(
            MemberOrderLine,
            (MemberOrderLine.org_id == line.org_id)
            & (MemberOrderLine.order_id == line.order_id)
            & (MemberOrderLine.line == line.order_line),
        )
        .where(
            record.org_id.in_(scope.orgs),
            record.status == State.POSTED,
            record.accepted_on.between(scope.first, scope.last),
            line.accepted > line.gift,
        )
        .order_by(record.accepted_on, record.no, line.line)
    )
    if scope.item_id is not None:
        statement = statement.where(line.item_id == scope.item_id)
    yield from session.execute(statement)


def _uses(session: Session, scope: Scope) -> Iterator[Any]:
    """Goods used, less what was taken back; on the day of the fact."""
    used = aliased(Place)
    sign = case((Ledger.to_place == used.id, 1), else_=-1)
    statement = (
        select(
            func.coalesce(Consumption.no, "").label("document"),
            Ledger.seq.label("line"),
            Ledger.occurred_on.label("day"),
            Ledger.org_id,
            Ledger.item_id,
            Ledger.owner_id.label("supplier_id"),
            (Ledger.qty * sign).label("qty"),
            Ledger.price_factor.label("factor"),
            Ledger.unit_price,
            null().label("price_id"),
            *_names(),
        )
        .join(used, (used.org_id == Ledger.org_id) & (used.kind == "consumed")
              & or_(Ledger.to_place == used.id, Ledger.from_place == used.id))
        .join(Item, Item.id == Ledger.item_id)
        .join(Organisation, Organisation.id == Ledger.org_id)
        .outerjoin(_SUPPLIER, (_SUPPLIER.id == Ledger.owner_id) & (_SUPPLIER.kind == "supplier"))
        .outerjoin(Consumption, (Consumption.org_id == Ledger.org_id)
                   & (Consumption.id == Ledger.doc_id)
                   & (Ledger.doc_kind == DocKind.CONSUMPTION.value))
        .where(
            Ledger.org_id.in_(scope.orgs),
            Ledger.occurred_on.between(scope.first, scope.last),
        )
        .order_by(Ledger.occurred_on, Ledger.org_id, Ledger.seq)
    )  # fmt: skip
    if scope.item_id is not None:
        statement = statement.where(Ledger.item_id == scope.item_id)
    yield from session.execute(statement)


_SUPPLIER: Final = aliased(Organisation)


def _names() -> tuple[Any, ...]:
    return (
        Organisation.short_name.label("org"),
        _SUPPLIER.short_name.label("supplier"),
        Item.code,
        Item.name,
        Item.spec,
        Item.item_class,
        Item.pack_unit,
    )


def _agreed(session: Session, items: Collection[int]) -> dict[int, tuple[_Agreed, ...]]:
    """The negotiated prices of the items, by item, the newest first."""
    found: dict[int, list[_Agreed]] = defaultdict(list)
    rows = session.execute(
        select(Price, PriceList.code)
        .join(PriceList, PriceList.id == Price.list_id)
        .where(PriceList.source == PriceSource.GPO.value)
        .order_by(Price.valid_from.desc(), Price.id)
    )
    for price, code in rows:
        if price.item_id in items:
            found[price.item_id].append(
                _Agreed(
                    price.id,
                    price.supplier_id,
                    price.org_id,
                    Span(price.valid_from, price.valid_to),
                    price.unit_price,
                    price.price_factor,
                    price.base_price,
                    price.ceiling,
                    code,
                )
            )
    return {item: tuple(rows) for item, rows in found.items()}


def _match(row: Any, known: Sequence[_Agreed]) -> _Agreed | None:
    """The negotiated price behind a line: the order's own, or the same price of that supplier.

    Goods that a member owns have no supplier any more: there the price itself tells, and it may
    have ended by the time they are used.
    """
    if row.supplier is not None and row.price_id:
        for one in known:
            if one.price_id == row.price_id:
                return one
    same = [
        one
        for one in known
        if one.unit_price == row.unit_price
        and one.factor == row.factor
        and one.org_id in {0, row.org_id}
        and one.span.start <= row.day
        and (row.supplier is None or one.supplier_id == row.supplier_id)
    ]
    return same[0] if same else None


def _base(
    price: _Agreed, row: Any, basis: Basis, averages: _Averages
) -> tuple[Decimal | None, str]:
    start = price.span.start
    if basis is Basis.PLATFORM:
        return price.ceiling, _("{list} 登记的挂网价", list=price.list_code)
    if basis is Basis.YEAR:
        average = averages.of(row.item_id, price.factor, start)
        return average, _("{first} 至 {last} 的验收均价", first=start - _YEAR, last=start)
    return price.base, _("{list} 生效（{day}）前最后价", list=price.list_code, day=start)


class _Averages:
    """The average price of the year before an award, from the acceptances in scope."""

    def __init__(self, session: Session, orgs: Sequence[int]) -> None:
        self._session = session
        self._orgs = orgs
        self._known: dict[date, dict[int, tuple[Decimal, int]]] = {}

    def of(self, item_id: int, factor: int, start: date) -> Decimal | None:
        """The amount-weighted average per `factor` smallest units; None when nothing came in."""
        if start not in self._known:
            self._known[start] = self._load(start)
        amount, qty = self._known[start].get(item_id, (Decimal(0), 0))
        if not qty:
            return None
        return (amount * factor / Decimal(qty)).quantize(_PLACES, ROUND_HALF_UP)

    def _load(self, start: date) -> dict[int, tuple[Decimal, int]]:
        line = AcceptanceLine
        rows = self._session.execute(
            select(
                line.item_id,
                func.sum(line.amount).label("amount"),
                func.sum(line.accepted - line.gift).label("qty"),
            )
            .join(Acceptance, (Acceptance.org_id == line.org_id)
                  & (Acceptance.id == line.acceptance_id))
            .where(
                Acceptance.org_id.in_(self._orgs),
                Acceptance.status == State.POSTED,
                Acceptance.accepted_on >= start - _YEAR,
                Acceptance.accepted_on < start,
            )
            .group_by(line.item_id)
        )  # fmt: skip
        return {row.item_id: (row.amount, int(row.qty)) for row in rows}


def _line(row: Any, base: Decimal | None, source: str, counted: Counted) -> SavingLine:
    return SavingLine(
        kind=counted.label,
        document=row.document or _("流水 {n}", n=row.line),
        line=row.line,
        day=row.day,
        org_id=row.org_id,
        org=row.org,
        item_id=row.item_id,
        code=row.code,
        name=row.name,
        spec=row.spec,
        item_class=row.item_class,
        unit=row.pack_unit,
        supplier=row.supplier or "",
        qty=int(row.qty),
        factor=row.factor,
        new_price=row.unit_price,
        base_price=base,
        base_source=source if base else "",
    )
