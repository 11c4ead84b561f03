"""消耗报表: what was used, by item and by the place it was used from, out of the ledger."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from sqlalchemy import Executable, select, type_coerce
from sqlalchemy.orm import Session

from app.i18n import N_
from app.models.base import BigInt
from app.models.item import Item
from app.models.stock import Ledger, Place
from app.services.reports.kinds import Ask, Column, Content, Format, Report, Value
from app.services.stock.standing import Priced, from_cents, plain_rows

_Key = tuple[int, int, int]


def _moves(ask: Ask, *, back: bool) -> Executable:
    """Ledger rows to the consumed end, or from it (reversals)."""
    end = Ledger.from_place if back else Ledger.to_place
    store = Ledger.to_place if back else Ledger.from_place
    used = select(Place.id).where(Place.org_id.in_(ask.org_ids), Place.kind == "consumed")
    return select(
        Ledger.org_id,
        store,
        Ledger.item_id,
        Ledger.qty,
        type_coerce(Ledger.unit_price, BigInt),
        Ledger.price_factor,
    ).where(
        Ledger.org_id.in_(ask.org_ids),
        end.in_(used),
        Ledger.occurred_on >= ask.first,
        Ledger.occurred_on <= ask.last,
    )


def _sums(session: Session, ask: Ask) -> dict[_Key, tuple[int, Decimal]]:
    """Quantity and value by organisation, place and item; a reversal is taken off."""
    quantities: defaultdict[_Key, int] = defaultdict(int)
    cents: defaultdict[_Key, int] = defaultdict(int)
    prices: dict[tuple[int, int], Priced] = {}
    for back in (False, True):
        sign = -1 if back else 1
        with plain_rows(session, _moves(ask, back=back), {}) as rows:
            for org, place, item, qty, *cost in rows:
                price = prices.get(tuple(cost)) or prices.setdefault(tuple(cost), Priced(*cost))
                quantities[org, place, item] += sign * qty
                cents[org, place, item] += sign * price.cents(qty)
    return {key: (qty, from_cents(cents[key])) for key, qty in quantities.items()}


def read_items(session: Session, ask: Ask) -> Content:
    """By item and place, the largest value first."""
    sums = _sums(session, ask)
    items = {
        item.id: item
        for item in session.scalars(select(Item).where(Item.id.in_({key[2] for key in sums})))
    }
    places = _places(session, ask)
    rows: list[tuple[Value, ...]] = []
    for key, (qty, value) in sorted(sums.items(), key=lambda pair: -pair[1][1]):
        item = items[key[2]]
        rows.append(
            (
                ask.names[key[0]], places.get(key[:2], "—"), item.code, item.name, item.spec,
                qty, item.base_unit, value,
            )
        )  # fmt: skip
    return Content(rows)


def read_places(session: Session, ask: Ask) -> Content:
    """By place: how many items and how much."""
    sums = _sums(session, ask)
    places = _places(session, ask)
    items: dict[tuple[int, int], int] = defaultdict(int)
    values: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for key, (_qty, value) in sums.items():
        items[key[:2]] += 1
        values[key[:2]] += value
    rows: list[tuple[Value, ...]] = [
        (ask.names[key[0]], places.get(key, "—"), items[key], value)
        for key, value in sorted(values.items(), key=lambda pair: -pair[1])
    ]
    return Content(rows)


def _places(session: Session, ask: Ask) -> dict[tuple[int, int], str]:
    rows = session.execute(
        select(Place.org_id, Place.id, Place.name).where(Place.org_id.in_(ask.org_ids))
    )
    return {(row.org_id, row.id): row.name for row in rows}


_DEFINITION = N_(
    "期间内登记为消耗的数量和金额，按发生日期算；冲销已减去。金额按消耗当天记入台账的价格。"
)
CONSUMPTION = Report(
    name="consumption",
    title=N_("消耗明细（按品规）"),
    definition=_DEFINITION,
    columns=(
        Column(N_("机构"), width=10),
        Column(N_("库位 / 科室"), width=12),
        Column(N_("编码"), width=10),
        Column(N_("品名"), width=20),
        Column(N_("规格"), width=18),
        Column(N_("数量"), Format.QTY, 9),
        Column(N_("单位"), width=5),
        Column(N_("金额 元"), Format.MONEY, 12, total=True),
    ),
    read=read_items,
)
DEPARTMENTS = Report(
    name="departments",
    title=N_("消耗汇总（按库位、科室）"),
    definition=_DEFINITION,
    columns=(
        Column(N_("机构"), width=16),
        Column(N_("库位 / 科室"), width=20),
        Column(N_("品规数"), Format.COUNT, 10),
        Column(N_("金额 元"), Format.MONEY, 14, total=True),
    ),
    read=read_places,
)
