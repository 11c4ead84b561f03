"""Delivery notes: typed, imported, made by the supplier from a signed order, cancelled."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State, check_step, state_title
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, NotAllowedError
from app.domain.ids import new_id
from app.domain.quantity import checked
from app.domain.receiving.editing import clean_lot
from app.i18n import _
from app.models.order import MemberOrder
from app.models.party import GroupMembership, Organisation
from app.models.receiving import Delivery, DeliveryLine
from app.services.access import require
from app.services.audit import record
from app.services.db import Database, database_of, local_time, now, today
from app.services.numbering import document_no
from app.services.operations import claim, finish, plain
from app.services.receiving.commands import (
    CancelDelivery,
    DeliverLine,
    DeliverOrder,
    MadeDelivery,
    MakeDelivery,
)
from app.services.receiving.goods import facts
from app.services.receiving.matching import OPEN, Matcher, open_lines
from app.services.receiving.notes import delivery_row
from app.services.stock.places import main_place
from app.services.turns import take_turn

_LONGEST_NO = 40


def make_delivery(db: Database, actor: Actor, command: MakeDelivery) -> MadeDelivery:
    """Keep a note that somebody of the member typed or imported.

    Raises:
        DomainError: No lines, a supplier or item that does not exist, or the same number again.
    """
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "delivery.make", command)
        if earlier is not None:
            return MadeDelivery(**earlier)
        answer = keep_note(session, actor, command)
        finish(session, command.org_id, command.op_id, plain(answer))
        return answer


def keep_note(session: Session, actor: Actor, command: MakeDelivery) -> MadeDelivery:
    """Keep a note in the caller's unit of work; the goods go to the member's main store."""
    _check_supplier(session, command.supplier_id)
    made = _store(session, actor, command, main_place(session, command.org_id))
    return _answer(session, actor, made)


def deliver_order(db: Database, actor: Actor, command: DeliverOrder) -> MadeDelivery:
    """The supplier's note for a signed order: all that is still to come, or the given lines.

    Raises:
        DomainError: The order is not signed by both sides, or all of it is on its way.
    """
    with db.write() as session:
        order = session.get(MemberOrder, (command.org_id, command.order_id))
        if order is None:
            raise DomainError("order.unknown", _("没有找到这张订单。请刷新列表后再选。"))
        require(actor, Duty.SUPPLY, order.supplier_id)
        earlier = claim(session, actor, command.org_id, command.op_id, "delivery.order", command)
        if earlier is not None:
            return MadeDelivery(**earlier)
        take_turn(session, order.supplier_id, "delivery")
        if order.status not in OPEN:
            raise DomainError(
                "order.not_signed",
                _(
                    "{no} 现在是「{state}」，还不能送货。双方签署后再送。",
                    no=order.no,
                    state=state_title(order.status),
                ),
            )
        wanted = MakeDelivery(
            command.op_id,
            order.org_id,
            order.supplier_id,
            command.lines or lines_to_come(session, order),
            command.no,
            command.shipped_on or today(session),
            "order",
        )
        made = _store(session, actor, wanted, order.place_id, order_id=order.id)
        answer = _answer(session, actor, made)
        finish(session, command.org_id, command.op_id, plain(answer))
        return answer


def find_order(db: Database, actor: Actor, number: str) -> tuple[int, int]:
    """(member, order) behind an order number that the person may see."""
    with db.read() as session:
        row = session.execute(
            select(MemberOrder.org_id, MemberOrder.id, MemberOrder.supplier_id).where(
                MemberOrder.no == number.strip()
            )
        ).first()
    seen = row is not None and bool(actor.orgs() & {row.org_id, row.supplier_id})
    if row is None or not seen:
        raise DomainError("order.unknown", _("没有订单 {no}。请核对单号。", no=number))
    return int(row.org_id), int(row.id)


def cancel_delivery(db: Database, actor: Actor, command: CancelDelivery) -> MadeDelivery:
    """Cancel a note of which nothing was accepted; its number may not be used again."""
    reason = command.reason.strip()
    if len(reason) < 2:  # noqa: PLR2004 - two characters say a reason in Chinese
        raise DomainError("delivery.reason", _("请写明作废的理由（至少 2 个字）。"))
    with db.write() as session:
        delivery = delivery_row(session, command.org_id, command.delivery_id)
        _require_either(actor, delivery)
        earlier = claim(session, actor, command.org_id, command.op_id, "delivery.cancel", command)
        if earlier is not None:
            return MadeDelivery(**earlier)
        step(session, delivery, State.CANCELLED)
        doc = (DocKind.DELIVERY.value, delivery.id)
        detail = {"no": delivery.no, "reason": reason}
        record(session, actor, delivery.org_id, "delivery.cancel", doc, detail)
        answer = MadeDelivery(delivery.id, delivery.org_id, delivery.no, 0)
        finish(session, command.org_id, command.op_id, plain(answer))
        return answer


def step(session: Session, delivery: Delivery, new: State) -> None:
    """One conditional UPDATE of a note's state; `ConflictError` when somebody was first."""
    old = State(delivery.status)
    check_step(DocKind.DELIVERY, old, new)
    done: Any = session.execute(
        update(Delivery)
        .where(
            Delivery.org_id == delivery.org_id,
            Delivery.id == delivery.id,
            Delivery.status == old.value,
        )
        .values(status=new.value, version=Delivery.version + 1)
        .execution_options(synchronize_session=False)
    )
    session.refresh(delivery)
    if done.rowcount != 1:
        check_step(DocKind.DELIVERY, State(delivery.status), new)
        raise NotAllowedError(
            "delivery.denied", _("你的账号不能改这张送货单。可请收货单位的库管处理。")
        )


def _require_either(actor: Actor, delivery: Delivery) -> None:
    if not actor.can(Duty.SUPPLY, delivery.supplier_id):
        require(actor, Duty.STORE, delivery.org_id)


def _check_supplier(session: Session, supplier_id: int) -> None:
    day = today(session)
    found = session.scalar(
        select(GroupMembership.org_id).where(
            GroupMembership.org_id == supplier_id,
            GroupMembership.role == "supplier",
            GroupMembership.valid_from <= day,
            (GroupMembership.valid_to.is_(None)) | (GroupMembership.valid_to > day),
        )
    )
    if found is None:
        raise DomainError(
            "delivery.supplier", _("这家单位现在不是集团的供应商。请核对供应商名称。")
        )


def lines_to_come(session: Session, order: MemberOrder) -> tuple[DeliverLine, ...]:
    """What is neither received nor on its way under another note."""
    on_way = _on_way(session, order)
    lines = [
        DeliverLine(
            item_id=line.item_id,
            qty=line.left - on_way.get(line.line, 0),
            unit_price=line.unit_price,
            price_factor=line.price_factor,
            order_id=line.order_id,
            order_line=line.line,
        )
        for line in open_lines(session, order.org_id, order.supplier_id, order_id=order.id)
        if line.left > on_way.get(line.line, 0)
    ]
    if not lines:
        raise DomainError(
            "order.on_way", _("{no} 的货都已经在途或到齐，没有要送的了。", no=order.no)
        )
    return tuple(lines)


def _on_way(session: Session, order: MemberOrder) -> dict[int, int]:
    rows = session.execute(
        select(DeliveryLine.order_line, DeliveryLine.qty)
        .join(
            Delivery,
            (Delivery.org_id == DeliveryLine.org_id) & (Delivery.id == DeliveryLine.delivery_id),
        )
        .where(
            DeliveryLine.org_id == order.org_id,
            DeliveryLine.order_id == order.id,
            Delivery.status.in_((State.ANNOUNCED, State.ACCEPTING)),
        )
    )
    found: dict[int, int] = {}
    for line, qty in rows:
        found[line or 0] = found.get(line or 0, 0) + qty
    return found


def _store(
    session: Session, actor: Actor, command: MakeDelivery, place_id: int, *, order_id: int = 0
) -> Delivery:
    lines = _checked_lines(session, command)
    by_supplier = actor.can(Duty.SUPPLY, command.supplier_id)
    counter = command.supplier_id if by_supplier else command.org_id
    no = _known_as(session, command) or document_no(session, counter, "SH", today(session))
    found = replace(command, no=no, lines=lines)
    delivery_id = _insert(session, actor, found, (place_id, order_id))
    session.flush()
    session.add_all(
        _row(command, delivery_id, number, line) for number, line in enumerate(lines, 1)
    )
    session.flush()
    return session.get_one(Delivery, (command.org_id, delivery_id))


def _insert(session: Session, actor: Actor, command: MakeDelivery, where: tuple[int, int]) -> int:
    """Insert the note; the same number of the same supplier again is refused."""
    insert = sqlite_insert if database_of(session).is_sqlite else pg_insert
    made = session.execute(
        insert(Delivery)
        .values(
            org_id=command.org_id,
            id=new_id(),
            no=command.no,
            supplier_id=command.supplier_id,
            order_id=where[1] or _only_order(command.lines),
            place_id=where[0],
            status=State.ANNOUNCED.value,
            shipped_on=command.shipped_on,
            transport={},
            source=command.source,
            created_at=now(session),
            created_by=actor.person_id,
            version=1,
        )
        .on_conflict_do_nothing()
        .returning(Delivery.id)
    ).scalar()
    if made is None:
        raise _twice(session, command)
    return int(made)


def _only_order(lines: Sequence[DeliverLine]) -> int | None:
    orders = {line.order_id for line in lines if line.order_id}
    return orders.pop() if len(orders) == 1 else None


def _twice(session: Session, command: MakeDelivery) -> DomainError:
    row = session.execute(
        select(Delivery.status, Delivery.created_at, Organisation.short_name)
        .join(Organisation, Organisation.id == Delivery.supplier_id)
        .where(
            Delivery.org_id == command.org_id,
            Delivery.supplier_id == command.supplier_id,
            Delivery.no == command.no,
        )
    ).first()
    return DomainError(
        "delivery.twice",
        _(
            "{supplier} 的送货单 {no} {at} 已经录过，现在是「{state}」，没有再录。"
            "请在列表里打开它，或核对单号。",
            supplier=row.short_name if row else "",
            no=command.no,
            at=f"{local_time(row.created_at):%m-%d %H:%M}" if row else "",
            state=state_title(row.status) if row else "",
        ),
    )


def _checked_lines(session: Session, command: MakeDelivery) -> tuple[DeliverLine, ...]:
    """The lines with order lines found; raises `DomainError` for what cannot be."""
    if not command.lines:
        raise DomainError("delivery.empty", _("送货单还没有内容。请至少录一行。"))
    items = {line.item_id for line in command.lines}
    known = facts(session, items)
    if items - set(known):
        raise DomainError("item.unknown", _("目录里没有其中的品规。请重新选择。"))
    matcher = Matcher(open_lines(session, command.org_id, command.supplier_id, items))
    found = []
    for line in command.lines:
        checked(line.qty)
        match = matcher.exactly(line.order_id, line.order_line) if line.order_id else None
        match = match or matcher.best(line.item_id, line.qty, line.order_id)
        if match is not None:
            matcher.take(match, line.qty)
        found.append(
            replace(
                line,
                lot_no=clean_lot(line.lot_no),
                order_id=match.order_id if match else 0,
                order_line=match.line if match else 0,
            )
        )
    return tuple(found)


def _known_as(session: Session, command: MakeDelivery) -> str:
    """The supplier's number; typed in other capitals it is the number of the note that is there."""
    no = _clean_no(command.no)
    same = select(Delivery.no).where(
        Delivery.org_id == command.org_id,
        Delivery.supplier_id == command.supplier_id,
        func.upper(Delivery.no) == no.upper(),
    )
    return session.scalar(same.limit(1)) or no if no else ""


def _clean_no(text: str) -> str:
    """The number as it is kept: half width, no blanks around."""
    no = unicodedata.normalize("NFKC", text).strip()
    if len(no) > _LONGEST_NO or any(not sign.isprintable() for sign in no):
        raise DomainError(
            "delivery.no", _("送货单号太长或有看不见的字符。请照单据填，最多 40 个字符。")
        )
    return no


def _row(command: MakeDelivery, delivery_id: int, number: int, line: DeliverLine) -> DeliveryLine:
    return DeliveryLine(
        org_id=command.org_id,
        delivery_id=delivery_id,
        line=number,
        item_id=line.item_id,
        order_id=line.order_id or None,
        order_line=line.order_line or None,
        lot_no=line.lot_no or None,
        expiry=line.expiry,
        produced=line.produced,
        qty=line.qty,
        unit_price=line.unit_price,
        price_factor=line.price_factor,
        note=line.note or None,
    )


def _answer(session: Session, actor: Actor, made: Delivery) -> MadeDelivery:
    lines = len(
        session.scalars(
            select(DeliveryLine.line).where(
                DeliveryLine.org_id == made.org_id, DeliveryLine.delivery_id == made.id
            )
        ).all()
    )
    answer = MadeDelivery(made.id, made.org_id, made.no, lines)
    detail = {"no": made.no, "lines": lines, "source": made.source}
    record(session, actor, made.org_id, "delivery.make", (DocKind.DELIVERY.value, made.id), detail)
    return answer
