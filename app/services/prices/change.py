"""Putting prices into lists: a new price closes the one before it, on its first day.

A price of the group (GPO) comes from an award or a price request; by hand only into a list that
another person gave leave to take over (`takeover`). PostgreSQL holds the same for psql.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain import money, pricing
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError, refuse_if
from app.domain.ids import new_id
from app.domain.pricing import PriceSource, Span
from app.i18n import _
from app.models.item import Item
from app.models.party import Organisation
from app.models.price import Price, PriceList
from app.services import audit
from app.services.access import lead_org
from app.services.db import Database, now, today
from app.services.operations import claim, finish, plain
from app.services.prices.takeover import ask_leave, need_leave

_MOST_TAX = 10_000


@dataclass(frozen=True, slots=True)
class NewPrice:
    """A price to be agreed, per pack of the item, tax included.

    Attributes:
        org_id: The member it holds for; 0 for the whole group.
        valid_to: First day on which it no longer holds; open when None.
        ceiling: 挂网价 or 限价 in force.
        rank: 1 for the winner, 2 for the backup supplier.
        tax_rate: Hundredths of a percent.
        base_price: What savings are counted against; the supplier's price before when None.
    """

    item_id: int
    supplier_id: int
    unit_price: Decimal
    valid_from: date
    valid_to: date | None = None
    org_id: int = 0
    ceiling: Decimal | None = None
    rank: int = 1
    tax_rate: int = 1300
    base_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SetPrice:
    """Agree one price in a list."""

    op_id: UUID
    list_id: int
    price: NewPrice


@dataclass(frozen=True, slots=True)
class ClosePrice:
    """End a price: it holds no longer from `valid_to` on."""

    op_id: UUID
    price_id: int
    valid_to: date
    reason: str


@dataclass(frozen=True, slots=True)
class CreateList:
    """Publish a list for prices to stand in."""

    op_id: UUID
    code: str
    title: str
    source: PriceSource
    published_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PriceSet:
    """The price that holds now, and the one that it closed (0 when there was none)."""

    price_id: int
    closed_id: int


def set_price(db: Database, actor: Actor, command: SetPrice) -> PriceSet:
    """Agree a price.

    Raises:
        DomainError: Above the cap, no such item or supplier, or a later price stands in the way.
    """
    with db.write() as session:
        lead = _keeper(session, actor)
        earlier = claim(session, actor, lead, command.op_id, "price.set", command)
        if earlier is not None:
            return PriceSet(**earlier)
        result = put(session, actor, command.list_id, command.price)
        audit.record(session, actor, lead, "price.set", ("price", result.price_id),
                     {"price": command.price, "closed": result.closed_id})  # fmt: skip
        finish(session, lead, command.op_id, plain(result))
        return result


def close_price(db: Database, actor: Actor, command: ClosePrice) -> PriceSet:
    """End a price on a day; documents that used it keep it."""
    with db.write() as session:
        lead = _keeper(session, actor)
        earlier = claim(session, actor, lead, command.op_id, "price.close", command)
        if earlier is not None:
            return PriceSet(**earlier)
        row = session.get(Price, command.price_id)
        if row is None:
            raise DomainError("price.unknown", _("没有这条价格，可能已刷新。请重新打开价格表。"))
        if command.valid_to <= row.valid_from:
            raise DomainError(
                "price.close_day",
                _("截止日期应晚于开始日期 {day}。请改日期。", day=row.valid_from),
            )
        if row.valid_to is not None and row.valid_to <= command.valid_to:
            raise ConflictError(
                "price.closed", _("这条价格已在 {day} 截止。请刷新后再看。", day=row.valid_to)
            )
        _end(session, row.id, command.valid_to)
        audit.record(session, actor, lead, "price.close", ("price", row.id),
                     {"valid_to": command.valid_to, "reason": command.reason})  # fmt: skip
        result = PriceSet(0, row.id)
        finish(session, lead, command.op_id, plain(result))
        return result


def create_list(db: Database, actor: Actor, command: CreateList) -> int:
    """Publish a price list; its id. A GPO list waits for leave to take prices over (`takeover`).

    Raises:
        DomainError: The code is taken, or a GPO list without a reason in `note`.
    """
    with db.write() as session:
        lead = _keeper(session, actor)
        earlier = claim(session, actor, lead, command.op_id, "price_list.create", command)
        if earlier is not None:
            return int(earlier["id"])
        made = make_list(session, command)
        if command.source is PriceSource.GPO:
            ask_leave(session, actor, (made, lead), command.note)
        audit.record(session, actor, lead, "price_list.create", ("price_list", made), {})
        finish(session, lead, command.op_id, {"id": made})
        return made


def make_list(session: Session, command: CreateList) -> int:
    """Write a list in the caller's unit of work."""
    code, title = command.code.strip(), command.title.strip()
    if not code or not title:
        raise DomainError("price_list.empty", _("价格表要有编号和名称。请补上。"))
    if session.scalar(select(PriceList.id).where(PriceList.code == code)) is not None:
        raise DomainError(
            "price_list.taken", _("价格表编号 {code} 已经有了。请换一个编号。", code=code)
        )
    made = PriceList(
        id=new_id(),
        code=code,
        title=title,
        source=command.source.value,
        published_on=command.published_on or today(session),
        note=command.note or None,
    )
    session.add(made)
    session.flush()
    return made.id


def put(
    session: Session, actor: Actor, list_id: int, price: NewPrice, *, decided: int | None = None
) -> PriceSet:
    """Write a price in the caller's unit of work, closing the one before it.

    Args:
        session: The unit of work.
        actor: Who writes it.
        list_id: The list that it stands in.
        price: The price.
        decided: An award or request stands behind it; the id that the price shall have, or 0.
    """
    item = session.get(Item, price.item_id)
    supplier = session.get(Organisation, price.supplier_id)
    if item is None or supplier is None or supplier.kind != "supplier":
        raise DomainError("price.who", _("没有这个品规或供应商。请重新选择。"))
    found = session.get(PriceList, list_id)
    if found is None:
        raise DomainError("price_list.unknown", _("没有这份价格表。请先新建或重新选择。"))
    if decided is None and found.source == PriceSource.GPO.value:
        need_leave(session, list_id)
    _check(price)
    known = _same_key(session, price)
    place = pricing.follow(
        [Span(row.valid_from, row.valid_to) for row in known],
        Span(price.valid_from, price.valid_to),
    )
    if place.blocked_by is not None:
        raise _in_the_way(known[place.blocked_by])
    before = known[place.closes] if place.closes is not None else _last_before(known, price)
    if place.closes is not None:
        _end(session, known[place.closes].id, price.valid_from)
    row = Price(id=decided or new_id(), list_id=list_id, **_values(price, item.pack_factor, before))
    row.created_at, row.created_by = now(session), actor.person_id
    session.add(row)
    session.flush()
    return PriceSet(row.id, known[place.closes].id if place.closes is not None else 0)


def _check(price: NewPrice) -> None:
    money.price(price.unit_price)
    problems = list(pricing.check_new_price(price.unit_price, price.ceiling))
    refuse_if(problems, "price.invalid", _("价格没有登记。"))
    if price.valid_to is not None and price.valid_to <= price.valid_from:
        raise DomainError("price.span", _("截止日期应晚于开始日期。请改日期。"))
    if price.rank not in {1, 2} or not 0 <= price.tax_rate < _MOST_TAX:
        raise DomainError(
            "price.rank", _("顺位应为 1（中选）或 2（备选），税率应在 0 到 100% 之间。")
        )


def _values(price: NewPrice, factor: int, before: Price | None) -> dict[str, Any]:
    earlier = before.unit_price if before is not None else None
    return {
        "item_id": price.item_id,
        "supplier_id": price.supplier_id,
        "org_id": price.org_id,
        "valid_from": price.valid_from,
        "valid_to": price.valid_to,
        "unit_price": price.unit_price,
        "price_factor": factor,
        "tax_rate": price.tax_rate,
        "ceiling": price.ceiling,
        "base_price": price.base_price if price.base_price is not None else earlier,
        "rank": price.rank,
    }


def _same_key(session: Session, price: NewPrice) -> list[Price]:
    return list(
        session.scalars(
            select(Price)
            .where(
                Price.item_id == price.item_id,
                Price.supplier_id == price.supplier_id,
                Price.org_id == price.org_id,
            )
            .order_by(Price.valid_from)
        )
    )


def _last_before(known: list[Price], price: NewPrice) -> Price | None:
    """The price before, even if there is a gap between the two."""
    earlier = [row for row in known if row.valid_from < price.valid_from]
    return earlier[-1] if earlier else None


def _end(session: Session, price_id: int, day: date) -> None:
    done = session.execute(
        update(Price)
        .where(Price.id == price_id, (Price.valid_to.is_(None)) | (Price.valid_to > day))
        .values(valid_to=day)
        .returning(Price.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is None:
        raise ConflictError("price.changed", _("这条价格刚被别人截止。请刷新后再看。"))


def _in_the_way(row: Price) -> DomainError:
    return DomainError(
        "price.overlap",
        _(
            "这家供应商从 {day} 起已有价格 {price}。新价格要么早于它截止，要么晚于它开始。",
            day=row.valid_from,
            price=pricing.plain(row.unit_price),
        ),
    )


def _keeper(session: Session, actor: Actor) -> int:
    """The lead, for which the actor must buy or keep the catalogue."""
    lead = lead_org(session, today(session))
    if not (actor.can(Duty.BUY, lead) or actor.can(Duty.CATALOGUE, lead)):
        raise NotAllowedError(
            "access.duty",
            _("你的账号没有登记价格的权限。可请集团采购或目录管理人员处理。"),
        )
    return lead
