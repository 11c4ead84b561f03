"""库存报表: every lot with its expiry light, valued at the price in force."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from sqlalchemy import bindparam, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType as Stored

from app.domain.expiry import add_months, band, shown
from app.domain.money import cents, to_scaled
from app.i18n import N_, _
from app.models.item import Item
from app.models.party import Organisation
from app.models.stock import Balance, Lot, Place
from app.services.price_lookup import prices_for
from app.services.reports.kinds import Ask, Column, Content, Format, Ratio, Report, Value
from app.services.stock.standing import Priced, from_cents, plain_day, plain_rows

_NEAR_MONTHS: Final = 6


_LOTS: Final = (
    select(
        Balance.org_id,
        Balance.item_id,
        Item.code,
        Item.name,
        Item.spec,
        Place.name,
        Lot.lot_no,
        type_coerce(Lot.expiry, Stored),
        Organisation.short_name,
        Balance.owner_id,
        Balance.qty,
        Item.base_unit,
    )
    .join(Item, Item.id == Balance.item_id)
    .join(Place, (Place.org_id == Balance.org_id) & (Place.id == Balance.place_id))
    .join(Organisation, Organisation.id == Balance.owner_id)
    .outerjoin(Lot, Lot.id == Balance.lot_id)
    .where(
        Balance.org_id.in_(bindparam("orgs", expanding=True)),
        Balance.qty > 0,
        Place.holds_stock.is_(True),
    )
    .order_by(Balance.org_id, Lot.expiry, Item.code, Balance.lot_id)
)


def read(session: Session, ask: Ask) -> Content:
    """All lots in stock with value; the share of value that expires within six months."""
    prices = _prices(session, ask)
    days: dict[object, tuple[str, str, bool]] = {}
    limit = add_months(ask.today, _NEAR_MONTHS)
    total = near = own = 0
    found: list[tuple[Value, ...]] = []
    with plain_rows(session, _LOTS, {"orgs": list(ask.org_ids)}) as rows:
        for org, item, code, name, spec, place, lot_no, stored, owner, owner_id, qty, unit in rows:
            if stored not in days:
                expiry = plain_day(stored)
                ends = expiry is not None and expiry < limit
                days[stored] = (shown(expiry), str(band(expiry, ask.today)), ends)
            until, light, ends = days[stored]
            price = prices.get((org, item))
            value = price.cents(qty) if price else 0
            total += value
            near += value if ends else 0
            own += value if owner_id == org else 0
            found.append(
                (
                    ask.names[org], code, name, spec, place, lot_no or "—", until, light, owner,
                    qty, unit, from_cents(value),
                )
            )  # fmt: skip
    return Content(found, _ratios(from_cents(total), from_cents(near), from_cents(own)))


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


def _prices(session: Session, ask: Ask) -> dict[tuple[int, int], Priced]:
    """The price in force of each member's items in stock."""
    wanted: dict[int, list[int]] = {}
    for org, item in session.execute(
        select(Balance.org_id, Balance.item_id)
        .where(Balance.org_id.in_(ask.org_ids), Balance.qty > 0)
        .distinct()
    ):
        wanted.setdefault(org, []).append(item)
    return {
        key: Priced(to_scaled(best.unit_price), best.price_factor)
        for key, (best, *_others) in prices_for(session, ask.today, wanted).items()
    }


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
