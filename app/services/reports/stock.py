"""库存报表: every lot with its expiry light, valued at the price in force."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.expiry import add_months, band, shown
from app.domain.money import amount, cents
from app.i18n import N_, _
from app.models.item import Item
from app.models.party import Organisation
from app.models.stock import Balance, Lot, Place
from app.services.price_lookup import PriceInForce, prices_on
from app.services.reports.kinds import Ask, Column, Content, Format, Ratio, Report, Value

_NEAR_MONTHS = 6


def read(session: Session, ask: Ask) -> Content:
    """All lots in stock with value; the share of value that expires within six months."""
    rows = session.execute(
        select(
            Balance.org_id,
            Balance.item_id,
            Item.code,
            Item.name,
            Item.spec,
            Place.name.label("place"),
            Lot.lot_no,
            Lot.expiry,
            Organisation.short_name.label("owner"),
            Balance.owner_id,
            Balance.qty,
            Item.base_unit,
        )
        .join(Item, Item.id == Balance.item_id)
        .join(Place, (Place.org_id == Balance.org_id) & (Place.id == Balance.place_id))
        .join(Organisation, Organisation.id == Balance.owner_id)
        .outerjoin(Lot, Lot.id == Balance.lot_id)
        .where(Balance.org_id.in_(ask.org_ids), Balance.qty > 0, Place.holds_stock.is_(True))
        .order_by(Balance.org_id, Lot.expiry, Item.code, Balance.lot_id)
    ).all()
    prices = _prices(session, ask, {(row.org_id, row.item_id) for row in rows})
    total = near = own = Decimal(0)
    found: list[tuple[Value, ...]] = []
    limit = add_months(ask.today, _NEAR_MONTHS)
    for row in rows:
        value = _worth(prices.get((row.org_id, row.item_id)), row.qty)
        total += value
        near += value if row.expiry is not None and row.expiry < limit else 0
        own += value if row.owner_id == row.org_id else 0
        found.append(
            (
                ask.names[row.org_id], row.code, row.name, row.spec, row.place,
                row.lot_no or "—", shown(row.expiry), _light(row.expiry, ask.today),
                row.owner, row.qty, row.base_unit, value,
            )
        )  # fmt: skip
    return Content(found, _ratios(total, near, own))


def _ratios(total: Decimal, near: Decimal, own: Decimal) -> tuple[Ratio, ...]:
    whole = _("库存金额")
    return (
        Ratio(
            _("近效期占比"), cents(near), cents(total), _("6 个月内到期的金额"), whole, money=True
        ),
        Ratio(
            _("零库存率（资金）"),
            cents(total - own),
            cents(total),
            _("供应商的货（代管）金额"),
            whole,
            money=True,
        ),
    )


def _light(expiry: date | None, today: date) -> str:
    return str(band(expiry, today))


def _worth(price: PriceInForce | None, qty: int) -> Decimal:
    return amount(price.unit_price, qty, price.price_factor) if price else Decimal(0)


def _prices(
    session: Session, ask: Ask, wanted: set[tuple[int, int]]
) -> dict[tuple[int, int], PriceInForce]:
    found: dict[tuple[int, int], PriceInForce] = {}
    for org in ask.org_ids:
        items = {item for of, item in wanted if of == org}
        for item, rows in prices_on(session, ask.today, org, items).items():
            found[org, item] = rows[0]
    return found


STOCK = Report(
    name="stock",
    title=N_("库存与效期"),
    definition=N_(
        "今天每家机构、每个批号的库存，按今天有效的价格计值。"
        "近效期占比 = 6 个月内到期（含已过期）的金额 ÷ 库存金额；"
        "零库存率（资金）= 代管的供应商货 ÷ 库存金额。"
    ),
    columns=(
        Column(N_("机构"), width=10),
        Column(N_("编码"), width=10),
        Column(N_("品名"), width=18),
        Column(N_("规格"), width=16),
        Column(N_("库位"), width=8),
        Column(N_("批号"), width=11),
        Column(N_("有效期至"), Format.DAY, 10),
        Column(N_("效期"), Format.LIGHT, 9),
        Column(N_("货主"), width=10),
        Column(N_("数量"), Format.QTY, 8),
        Column(N_("单位"), width=5),
        Column(N_("金额 元"), Format.MONEY, 12, total=True),
    ),
    read=read,
    dated=False,
)
