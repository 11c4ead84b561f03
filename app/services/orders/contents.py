"""From rows to what is signed: building, storing and proving the versions of a member's order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.orders.content import (
    ContentLine,
    ContentParty,
    OrderContent,
    Term,
    digest,
    from_plain,
)
from app.domain.orders.split import PricedLine, total
from app.i18n import _
from app.models.base import CanonicalJson
from app.models.item import Item
from app.models.order import MemberOrder, MemberOrderLine, MemberOrderVersion
from app.models.party import Maker, Organisation
from app.models.stock import Place
from app.services.db import now
from app.services.orders.shortage_notes import wanted_lines


@dataclass(frozen=True, slots=True)
class Paperwork:
    """What an order's content takes from elsewhere than its own rows."""

    contract_no: str = ""
    terms: tuple[Term, ...] = ()
    buyer: str = ""


class ItemNames(NamedTuple):
    """What an order copies of an item."""

    code: str
    name: str
    spec: str
    maker: str
    unit: str
    base_unit: str
    pack_factor: int
    approval: str


@dataclass(frozen=True, slots=True)
class Known:
    """Names an order's content copies, read once for any number of orders.

    Attributes:
        orgs: Members and suppliers by id.
        goods: By item.
        places: Names by (member, place).
    """

    orgs: Mapping[int, Organisation]
    goods: Mapping[int, ItemNames]
    places: Mapping[tuple[int, int], str]


def known(
    session: Session, orgs: Iterable[int], items: Iterable[int], places: Iterable[int]
) -> Known:
    """What is known today of organisations, items and places."""
    found = session.scalars(select(Organisation).where(Organisation.id.in_(sorted(set(orgs)))))
    named = session.execute(
        select(Place.org_id, Place.id, Place.name).where(Place.id.in_(sorted(set(places))))
    )
    return Known(
        orgs={org.id: org for org in found},
        goods=goods_of(session, items),
        places={(org, place): name for org, place, name in named},
    )


def build(
    session: Session,
    order: MemberOrder,
    lines: Sequence[MemberOrderLine],
    paperwork: Paperwork,
) -> OrderContent:
    """The content of an order from its rows and today's names."""
    names = known(
        session,
        (order.org_id, order.supplier_id),
        {line.item_id for line in lines},
        (order.place_id,),
    )
    made = tuple(
        content_line(line.line, line, line.amount, names.goods[line.item_id]) for line in lines
    )
    return compose(order, made, paperwork, names)


def compose(
    order: MemberOrder, lines: tuple[ContentLine, ...], paperwork: Paperwork, names: Known
) -> OrderContent:
    """The content of an order from its lines and the names known."""
    return OrderContent(
        no=order.no,
        version=order.version,
        group_no=order.group_no or "",
        title=order.title or "",
        contract_no=paperwork.contract_no,
        member=_party(names.orgs[order.org_id]),
        supplier=_party(names.orgs[order.supplier_id]),
        buyer=paperwork.buyer,
        place_id=order.place_id,
        place=names.places.get((order.org_id, order.place_id), ""),
        due_on=order.due_on,
        lines=lines,
        amount=total(line.amount for line in lines),
        terms=paperwork.terms,
    )


def goods_of(session: Session, items: Iterable[int]) -> dict[int, ItemNames]:
    """What orders copy of items, by item."""
    rows = session.execute(
        select(
            Item.id,
            Item.code,
            Item.name,
            Item.spec,
            Maker.short_name,
            Item.pack_unit,
            Item.base_unit,
            Item.pack_factor,
            func.coalesce(Item.approval_no, ""),
        )
        .join(Maker, Maker.id == Item.maker_id)
        .where(Item.id.in_(sorted(items)))
    )
    return {item: ItemNames._make(names) for item, *names in rows}


def keep_first_versions(
    session: Session, actor: Actor, made: Iterable[tuple[MemberOrder, str]]
) -> None:
    """Keep the contents of new orders for good, each with the canonical text of its content.

    Row by row: the texts of a large group order come to twenty megabytes.
    """
    rows = [
        {
            "org_id": order.org_id,
            "order_id": order.id,
            "version": order.version,
            "supplier_id": order.supplier_id,
            "content": CanonicalJson(text),
            "digest": order.digest,
            "at": now(session),
            "person_id": actor.person_id,
            "person_name": actor.name,
        }
        for order, text in made
    ]
    session.execute(insert(MemberOrderVersion), rows)


def version_row(
    session: Session, org_id: int, order_id: int, version: int
) -> MemberOrderVersion | None:
    """A stored version, if the order has one."""
    return session.get(MemberOrderVersion, (org_id, order_id, version))


def lines_of(session: Session, org_id: int, order_id: int) -> tuple[MemberOrderLine, ...]:
    """The order's lines in their order."""
    return tuple(
        session.scalars(
            select(MemberOrderLine)
            .where(MemberOrderLine.org_id == org_id, MemberOrderLine.order_id == order_id)
            .order_by(MemberOrderLine.line)
            .execution_options(populate_existing=True)
        )
    )


def proved_content(session: Session, order: MemberOrder) -> OrderContent:
    """The content of the order's present version, if rows and digest still agree with it.

    The rows may be lower by what notes of shortage ended that both sides agreed to.

    Raises:
        DomainError: The rows, the stored version or its digest were changed behind our back.
    """
    row = version_row(session, order.org_id, order.id, order.version)
    if row is None or digest(row.content) != row.digest or row.digest != order.digest:
        raise tampered(order.no)
    content = from_plain(row.content)
    lines = lines_of(session, order.org_id, order.id)
    wanted = wanted_lines(session, order, content)
    same = [_signed_part(line) for line in lines] == [_signed_part(line) for line in wanted]
    amount = total(line.amount for line in wanted)
    if not same or amount != order.amount or content.place_id != order.place_id:
        raise tampered(order.no)
    return content


def tampered(no: str) -> DomainError:
    """The refusal to sign or print an order whose rows do not match what was kept."""
    return DomainError(
        "order.tampered",
        _(
            "{no} 的内容和留存的版本对不上，可能被人从别处改过。先别签，请联系管理员核对。",
            no=no,
        ),
    )


def follow(content: OrderContent, version: int, lines: Sequence[ContentLine]) -> OrderContent:
    """The next version of a content with other lines."""
    return replace(
        content,
        version=version,
        lines=tuple(lines),
        amount=total(line.amount for line in lines),
    )


def _signed_part(line: MemberOrderLine | ContentLine) -> tuple[object, ...]:
    return (line.line, line.item_id, line.qty, line.unit_price, line.price_factor, line.amount)


def _party(org: Organisation) -> ContentParty:
    return ContentParty(
        org_id=org.id,
        name=org.name,
        uscc=org.uscc or "",
        address=org.address or "",
        contact=org.contact or "",
        phone=org.phone or "",
    )


def content_line(
    number: int, line: MemberOrderLine | PricedLine, amount: Decimal, names: ItemNames
) -> ContentLine:
    """One line of the content, with its copies of the item's names."""
    return ContentLine(
        number,
        line.item_id,
        *names[:7],
        line.qty,
        line.unit_price,
        line.price_factor,
        amount,
        names.approval,
    )
