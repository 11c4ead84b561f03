"""Prices written in the caller's unit of work, many as one: each closes the one it follows.

What a price follows is read for all of them, and what ends and what begins is written for all of
them: a file of 5,000 prices or the award of 2,000 lines asks the database a few times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeAlias, cast

from sqlalchemy import Table, Update, or_, select, update
from sqlalchemy.orm import Session

from app.domain import money, pricing
from app.domain.duties import Actor
from app.domain.errors import ConflictError, DomainError, refuse_if
from app.domain.ids import new_id
from app.domain.pricing import PriceSource, Span
from app.i18n import _
from app.models.base import BigInt
from app.models.item import Item
from app.models.party import Organisation
from app.models.price import Price, PriceList
from app.services.bulk import insert_rows
from app.services.db import now
from app.services.many import ForEach
from app.services.prices.takeover import need_leave
from app.services.queries.portions import key_portions

_MOST_TAX: Final = 10_000
_COLUMNS: Final = (
    "id", "list_id", "item_id", "supplier_id", "org_id", "valid_from", "valid_to", "unit_price",
    "price_factor", "tax_rate", "ceiling", "base_price", "rank", "created_at", "created_by",
)  # fmt: skip
_Key: TypeAlias = tuple[int, int, int]
"""Item, supplier, member (0 = the whole group)."""
_PRICE: Final = cast("Table", Price.__table__)


def _close(price: Any, day: Any) -> Update:
    return (
        update(_PRICE)
        .where(_PRICE.c.id == price, or_(_PRICE.c.valid_to.is_(None), _PRICE.c.valid_to > day))
        .values(valid_to=day)
    )


_CLOSE: Final = ForEach(_close, price=BigInt, day=_PRICE.c.valid_to.type)


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

    @property
    def key(self) -> _Key:
        """Whose price it is: it follows those of the same."""
        return self.item_id, self.supplier_id, self.org_id


@dataclass(frozen=True, slots=True)
class Put:
    """A price that was written, the one it closed (0 for none), and when that would have ended."""

    price_id: int
    closed_id: int = 0
    until: date | None = None


@dataclass(slots=True)
class _Standing:
    """A price of the same key, in the book already or about to be written."""

    id: int
    valid_from: date
    valid_to: date | None
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class _World:
    """What new prices are held against."""

    factors: dict[int, int]
    suppliers: set[int]
    standing: dict[_Key, list[_Standing]]


def put_all(
    session: Session,
    actor: Actor,
    list_id: int,
    prices: Sequence[NewPrice],
    *,
    decided: int | None = None,
) -> list[Put | DomainError]:
    """Write prices, each closing the one before it; for each what was done, or why it was not.

    Args:
        session: The unit of work; the caller gives it up where a refusal is not to be passed.
        actor: Who writes them.
        list_id: The list that they stand in.
        prices: The prices; of the same key a later one follows an earlier one.
        decided: An award or request stands behind them; the id that a single price of a request
            shall have, or 0.

    Raises:
        NotAllowedError: A list of the group (GPO) without leave, and nothing is `decided`.
        DomainError: No such list.
        ConflictError: Somebody has just closed a price that one of these follows.
    """
    _check_list(session, list_id, decided)
    world = _world(session, prices)
    answers: list[Put | DomainError] = []
    ends: dict[int, date] = {}
    fresh: dict[int, tuple[NewPrice, _Standing, Decimal | None]] = {}
    for price in prices:
        try:
            closes, base = _place(world, price)
        except DomainError as error:
            answers.append(error)
            continue
        made = _Standing(decided or new_id(), price.valid_from, price.valid_to, price.unit_price)
        answers.append(Put(made.id, closes.id, closes.valid_to) if closes else Put(made.id))
        if closes is not None:
            closes.valid_to = price.valid_from
            if closes.id not in fresh:
                ends[closes.id] = price.valid_from  # a second one ends it earlier still
        fresh[made.id] = price, made, base
        _stand(world, price.key, made)
    if _CLOSE.do(session, sorted(ends.items())) != len(ends):
        raise ConflictError("price.changed", _("这条价格刚被别人截止。请刷新后再看。"))
    at = now(session)
    rows = (
        (
            made.id, list_id, *price.key, made.valid_from, made.valid_to, price.unit_price,
            world.factors[price.item_id], price.tax_rate, price.ceiling, base, price.rank, at,
            actor.person_id,
        )
        for price, made, base in fresh.values()
    )  # fmt: skip
    insert_rows(session, Price, _COLUMNS, rows)
    return answers


def put(
    session: Session, actor: Actor, list_id: int, price: NewPrice, *, decided: int | None = None
) -> Put:
    """Write one price as `put_all` does.

    Raises:
        DomainError: It was refused.
    """
    (answer,) = put_all(session, actor, list_id, [price], decided=decided)
    if isinstance(answer, DomainError):
        raise answer
    return answer


def _check_list(session: Session, list_id: int, decided: int | None) -> None:
    found = session.get(PriceList, list_id)
    if found is None:
        raise DomainError("price_list.unknown", _("没有这份价格表。请先新建或重新选择。"))
    if decided is None and found.source == PriceSource.GPO.value:
        need_leave(session, list_id)


def _world(session: Session, prices: Sequence[NewPrice]) -> _World:
    world = _World({}, set(), defaultdict(list))
    for part in key_portions(price.item_id for price in prices):
        rows = session.execute(select(Item.id, Item.pack_factor).where(Item.id.in_(part)))
        world.factors.update((item, factor) for item, factor in rows)
        for *key, price_id, begins, ends, amount in session.execute(
            select(
                Price.item_id, Price.supplier_id, Price.org_id, Price.id, Price.valid_from,
                Price.valid_to, Price.unit_price,
            )
            .where(Price.item_id.in_(part))
            .order_by(Price.valid_from)
        ):  # fmt: skip
            item, supplier, org = key
            row = _Standing(price_id, begins, ends, amount)
            world.standing[item, supplier, org].append(row)
    for part in key_portions(price.supplier_id for price in prices):
        found = select(Organisation.id).where(
            Organisation.id.in_(part), Organisation.kind == "supplier"
        )
        world.suppliers.update(session.scalars(found))
    return world


def _place(world: _World, price: NewPrice) -> tuple[_Standing | None, Decimal | None]:
    """The price that the new one closes, and what savings are counted against."""
    if price.item_id not in world.factors or price.supplier_id not in world.suppliers:
        raise DomainError("price.who", _("没有这个品规或供应商。请重新选择。"))
    _check(price)
    known = world.standing[price.key]
    place = pricing.follow(
        [Span(row.valid_from, row.valid_to) for row in known],
        Span(price.valid_from, price.valid_to),
    )
    if place.blocked_by is not None:
        raise _in_the_way(known[place.blocked_by])
    closes = known[place.closes] if place.closes is not None else None
    before = closes if closes is not None else _last_before(known, price)
    earlier = before.unit_price if before is not None else None
    return closes, price.base_price if price.base_price is not None else earlier


def _stand(world: _World, key: _Key, made: _Standing) -> None:
    known = world.standing[key]
    known.append(made)
    known.sort(key=lambda row: row.valid_from)


def _last_before(known: Sequence[_Standing], price: NewPrice) -> _Standing | None:
    """The price before, even if there is a gap between the two."""
    earlier = [row for row in known if row.valid_from < price.valid_from]
    return earlier[-1] if earlier else None


def _in_the_way(row: _Standing) -> DomainError:
    return DomainError(
        "price.overlap",
        _(
            "这家供应商从 {day} 起已有价格 {price}。新价格要么早于它截止，要么晚于它开始。",
            day=row.valid_from,
            price=pricing.plain(row.unit_price),
        ),
    )


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
