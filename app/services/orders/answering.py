"""A supplier confirms part of a member's order: so much of each line, until then.

The order waits in 供应商部分确认 for the group's buyer, who settles the rest (`settling.py`). On
PostgreSQL the answer is written by `api.answer`, which checks the person by login role.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State, check_step
from app.domain.duties import Actor, Duty
from app.domain.errors import NotAllowedError, refuse_if
from app.domain.orders.answer import Offer, check_offers, complete
from app.domain.orders.content import OrderContent
from app.domain.orders.signing import check_reason, turn
from app.i18n import _
from app.models.order import MemberOrder
from app.models.order_depth import OrderAnswer, OrderAnswerLine
from app.services.audit import record
from app.services.db import Database, database_of, now, today
from app.services.operations import claim, finish, plain
from app.services.orders.contents import proved_content
from app.services.orders.signing import find, was_first
from app.services.orders.totals import lock_group


@dataclass(frozen=True, slots=True)
class Answer:
    """What the supplier can deliver of a version of an order.

    Attributes:
        op_id: Made once per intention.
        org_id: The member whose order it is.
        order_id: The order.
        version: The version the person has read.
        offers: Lines with another quantity or day; the others are confirmed whole.
        reason: Why not all of it; the member and the group's buyer read it.
    """

    op_id: UUID
    org_id: int
    order_id: int
    version: int
    offers: tuple[Offer, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An order after the answer."""

    order_id: int
    no: str
    state: State
    lines: int
    """Lines that are not delivered whole or on another day."""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """The answer to a version, with an offer for every line."""

    version: int
    person: str
    at: datetime
    reason: str
    offers: tuple[Offer, ...]


def answer(db: Database, actor: Actor, command: Answer) -> Answered:
    """Confirm a part, as the supplier whose turn it is.

    Raises:
        NotAllowedError: The person does not sign for the supplier, or the member has not signed.
        ConflictError: Signed, refused, answered or amended meanwhile; says by whom and when.
        DomainError: Quantities or days that cannot be, or no reason.
    """
    reason = check_reason(command.reason)
    with db.write() as session:
        order = find(session, command.org_id, command.order_id)
        if not actor.can(Duty.SIGN, order.supplier_id):
            raise NotAllowedError(
                "order.not_supplier",
                _("只有供应商的负责人能确认 {no} 能供多少。可请对方处理。", no=order.no),
            )
        earlier = claim(session, actor, actor.org_id, command.op_id, "answer", command)
        if earlier is not None:
            return _from_answer(earlier)
        _check_turn(session, order, command.version)
        content = proved_content(session, order)
        found = check_offers(content.lines, command.offers, content.due_on, today(session))
        refuse_if(found, "order.answer", "")
        check_step(DocKind.MEMBER_ORDER, State(order.status), State.ANSWERED)
        offers = complete(content.lines, command.offers)
        _keep(session, actor, order, (offers, reason))
        changed = _changed(content, offers)
        detail = {"no": order.no, "version": order.version, "reason": reason, "lines": changed}
        doc = (DocKind.MEMBER_ORDER, order.id)
        record(session, actor, order.org_id, "order.answer", doc, detail)
        done = Answered(order.id, order.no, State.ANSWERED, len(changed))
        finish(session, actor.org_id, command.op_id, plain(done))
        return done


def answer_of(session: Session, order: MemberOrder, version: int = 0) -> AnswerRow | None:
    """The supplier's partial answer to a version of the order (0: the present one)."""
    key = (order.org_id, order.id, version or order.version)
    row = session.get(OrderAnswer, key)
    if row is None:
        return None
    lines = session.scalars(
        select(OrderAnswerLine)
        .where(
            OrderAnswerLine.org_id == key[0],
            OrderAnswerLine.order_id == key[1],
            OrderAnswerLine.version == key[2],
        )
        .order_by(OrderAnswerLine.line)
    )
    offers = tuple(Offer(line.line, line.qty, line.due_on) for line in lines)
    return AnswerRow(row.version, row.person_name, row.at, row.reason, offers)


def _check_turn(session: Session, order: MemberOrder, version: int) -> None:
    if order.status == State.TO_SIGN and order.version == version:
        raise NotAllowedError(
            "order.member_first",
            _("成员还没签 {no}。成员签完后，供应商再确认。", no=order.no),
        )
    if order.version != version or turn(State(order.status)) is None:
        raise was_first(session, order, version)


def _changed(content: OrderContent, offers: tuple[Offer, ...]) -> list[list[object]]:
    return [
        [offer.line, offer.qty, offer.due_on.isoformat() if offer.due_on else ""]
        for line, offer in zip(content.lines, offers, strict=True)
        if offer.qty != line.qty or offer.due_on not in {None, content.due_on}
    ]


def _keep(
    session: Session, actor: Actor, order: MemberOrder, what: tuple[tuple[Offer, ...], str]
) -> None:
    keep = _keep_sqlite if database_of(session).is_sqlite else _keep_postgresql
    said = keep(session, actor, order, what)
    if said == "ok":
        return
    if said == "changed":
        raise was_first(session, find(session, order.org_id, order.id), order.version)
    raise NotAllowedError(
        "order.not_supplier", _("你的账号没有替供应商确认这张单的权限。可请负责人处理。")
    )


def _keep_postgresql(
    session: Session, actor: Actor, order: MemberOrder, what: tuple[tuple[Offer, ...], str]
) -> str:
    offers, reason = what
    call = "SELECT api.answer(:org, :order, :version, :digest, CAST(:lines AS jsonb), :why, :actor)"
    said = session.execute(
        text(call),
        {
            "org": order.org_id,
            "order": order.id,
            "version": order.version,
            "digest": order.digest,
            "lines": json.dumps([_plain(offer) for offer in offers]),
            "why": reason,
            "actor": actor.person_id,
        },
    )
    return str(said.scalar_one())


def _plain(offer: Offer) -> dict[str, object]:
    day: date | None = offer.due_on
    return {"line": offer.line, "qty": offer.qty, "due_on": day.isoformat() if day else None}


def _keep_sqlite(
    session: Session, actor: Actor, order: MemberOrder, what: tuple[tuple[Offer, ...], str]
) -> str:
    offers, reason = what
    lock_group(session, order.lead_id, order.group_order_id)
    done: Any = session.execute(
        update(MemberOrder)
        .where(
            MemberOrder.org_id == order.org_id,
            MemberOrder.id == order.id,
            MemberOrder.version == order.version,
            MemberOrder.digest == order.digest,
            MemberOrder.status == State.MEMBER_SIGNED,
        )
        .values(status=State.ANSWERED, refusal=reason)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        return "changed"
    key: dict[str, Any] = {
        "org_id": order.org_id,
        "order_id": order.id,
        "version": order.version,
    }
    who = {"person_id": actor.person_id, "person_name": actor.name, "at": now(session)}
    session.execute(
        insert(OrderAnswer).values(
            **key, **who, supplier_id=order.supplier_id, digest=order.digest, reason=reason
        )
    )
    session.execute(
        insert(OrderAnswerLine),
        [key | {"line": one.line, "qty": one.qty, "due_on": one.due_on} for one in offers],
    )
    return "ok"


def _from_answer(stored: dict[str, Any]) -> Answered:
    return Answered(
        order_id=int(stored["order_id"]),
        no=str(stored["no"]),
        state=State(stored["state"]),
        lines=int(stored["lines"]),
    )
