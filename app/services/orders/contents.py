"""From rows to what is signed: building, storing and proving the versions of a member's order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.orders.content import (
    ContentLine,
    ContentParty,
    OrderContent,
    Term,
    as_plain,
    digest,
    from_plain,
)
from app.domain.orders.split import total
from app.i18n import _
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


def build(
    session: Session,
    order: MemberOrder,
    lines: Sequence[MemberOrderLine],
    paperwork: Paperwork,
) -> OrderContent:
    """The content of an order from its rows and today's names."""
    orgs = {
        org.id: org
        for org in session.scalars(
            select(Organisation).where(Organisation.id.in_((order.org_id, order.supplier_id)))
        )
    }
    goods = goods_of(session, {line.item_id for line in lines})
    place = session.scalar(
        select(Place.name).where(Place.org_id == order.org_id, Place.id == order.place_id)
    )
    return OrderContent(
        no=order.no,
        version=order.version,
        group_no=order.group_no or "",
        title=order.title or "",
        contract_no=paperwork.contract_no,
        member=_party(orgs[order.org_id]),
        supplier=_party(orgs[order.supplier_id]),
        buyer=paperwork.buyer,
        place_id=order.place_id,
        place=place or "",
        due_on=order.due_on,
        lines=tuple(_line(line, goods[line.item_id]) for line in lines),
        amount=total(line.amount for line in lines),
        terms=paperwork.terms,
    )


def goods_of(session: Session, items: Iterable[int]) -> dict[int, tuple[Item, str]]:
    """Items by id, each with its maker's short name."""
    rows = session.execute(
        select(Item, Maker.short_name)
        .join(Maker, Maker.id == Item.maker_id)
        .where(Item.id.in_(sorted(items)))
    )
    return {item.id: (item, maker) for item, maker in rows}


def store(session: Session, actor: Actor, order: MemberOrder, content: OrderContent) -> bytes:
    """Keep `content` as the order's version for good; its digest."""
    plain = as_plain(content)
    made = digest(plain)
    session.add(
        MemberOrderVersion(
            org_id=order.org_id,
            order_id=order.id,
            version=content.version,
            supplier_id=order.supplier_id,
            content=plain,
            digest=made,
            at=now(session),
            person_id=actor.person_id,
            person_name=actor.name,
        )
    )
    return made


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


def _line(line: MemberOrderLine, goods: tuple[Item, str]) -> ContentLine:
    item, maker = goods
    return ContentLine(
        line=line.line,
        item_id=line.item_id,
        code=item.code,
        name=item.name,
        spec=item.spec,
        maker=maker,
        unit=item.pack_unit,
        base_unit=item.base_unit,
        pack_factor=item.pack_factor,
        qty=line.qty,
        unit_price=line.unit_price,
        price_factor=line.price_factor,
        amount=line.amount,
        approval=item.approval_no or "",
    )
