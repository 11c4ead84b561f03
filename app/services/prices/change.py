"""Prices and their lists by hand: a new price closes the one before it, on its first day.

A price of the group (GPO) comes from an award or a price request; by hand only into a list that
another person gave leave to take over (`takeover`). PostgreSQL holds the same for psql.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_id
from app.domain.pricing import PriceSource
from app.i18n import _
from app.models.price import Price, PriceList
from app.services import audit
from app.services.access import lead_org
from app.services.db import Database, today
from app.services.operations import claim, finish, plain
from app.services.prices.putting import NewPrice, put
from app.services.prices.takeover import ask_leave

_MOST_TAX = 10_000


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
        made = put(session, actor, command.list_id, command.price)
        result = PriceSet(made.price_id, made.closed_id)
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


def _keeper(session: Session, actor: Actor) -> int:
    """The lead, for which the actor must buy or keep the catalogue."""
    lead = lead_org(session, today(session))
    if not (actor.can(Duty.BUY, lead) or actor.can(Duty.CATALOGUE, lead)):
        raise NotAllowedError(
            "access.duty",
            _("你的账号没有登记价格的权限。可请集团采购或目录管理人员处理。"),
        )
    return lead
