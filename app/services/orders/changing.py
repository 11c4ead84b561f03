"""Amending and cancelling member orders, and reminding people to sign (催签)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Table, Update, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from app.domain import money
from app.domain.documents import DocKind, State, check_step, state_title
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, refuse_if
from app.domain.orders.amend import Change, check_changes
from app.domain.orders.content import ContentLine, OrderContent, as_plain, digest
from app.domain.orders.signing import OPEN, check_reason, turn
from app.i18n import _
from app.models.base import BigInt
from app.models.order import MemberOrder, MemberOrderLine, MemberOrderVersion
from app.models.receiving import Delivery
from app.services.access import require
from app.services.audit import record
from app.services.db import Database, now
from app.services.many import ForEach
from app.services.operations import claim, finish, plain
from app.services.orders.contents import follow, proved_content
from app.services.orders.signing import find, was_first
from app.services.orders.totals import follow_members, lock_group

_LINE: Final = cast("Table", MemberOrderLine.__table__)


def _write(line: Any, qty: Any, amount: Any, due_on: Any) -> Update:
    mine = (_LINE.c.org_id == bindparam("b_org"), _LINE.c.order_id == bindparam("b_order"))
    return (
        update(_LINE)
        .where(*mine, _LINE.c.line == line)
        .values(qty=qty, amount=amount, due_on=due_on)
    )


_WRITE: Final = ForEach(
    _write, line=BigInt, qty=BigInt, amount=_LINE.c.amount.type, due_on=_LINE.c.due_on.type
)


@dataclass(frozen=True, slots=True)
class Amend:
    """Lower quantities or take lines away; makes the next version, to be signed anew."""

    op_id: UUID
    org_id: int
    order_id: int
    version: int
    changes: tuple[Change, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Cancel a member's order of which nothing has been delivered."""

    op_id: UUID
    org_id: int
    order_id: int
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Urge:
    """Remind those who have not signed yet; `orders` are pairs (member, order)."""

    op_id: UUID
    orders: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """An order after a change."""

    order_id: int
    no: str
    version: int
    state: State


@dataclass(frozen=True, slots=True)
class Urged:
    """How many orders somebody was reminded of."""

    count: int


def amend(db: Database, actor: Actor, command: Amend) -> Changed:
    """Make the next version of an order that is not signed by both sides; totals follow.

    Raises:
        DomainError: A quantity went up, nothing changed, or the reason says too little.
        ConflictError: Signed, refused or amended meanwhile; says by whom and when.
    """
    reason = check_reason(command.reason)
    with db.write() as session:
        order = find(session, command.org_id, command.order_id)
        require(actor, Duty.BUY, order.lead_id)
        earlier = claim(session, actor, order.lead_id, command.op_id, "amend", command)
        if earlier is not None:
            return _from_answer(earlier)
        lock_group(session, order.lead_id, order.group_order_id)
        order = find(session, command.org_id, command.order_id)
        check_fresh(session, order, command.version)
        old = State(order.status)
        if old not in OPEN:
            raise _too_late(order, old)
        if old is not State.TO_SIGN:
            check_step(DocKind.MEMBER_ORDER, old, State.TO_SIGN)
        content = proved_content(session, order)
        refuse_if(check_changes(content.lines, command.changes), "order.amend", "")
        rewrite(session, actor, order, _next(content, command.changes), reason)
        follow_members(session, order.lead_id, order.group_order_id)
        detail = {"no": order.no, "version": order.version, "reason": reason}
        changes = {"changes": [[one.line, one.qty] for one in command.changes]}
        _record(session, actor, order, "order.amend", detail | changes)
        return _answer(session, order, command.op_id)


def cancel(db: Database, actor: Actor, command: CancelOrder) -> Changed:
    """Cancel an order; the group's totals follow.

    Raises:
        DomainError: Goods are on the way or received, or the reason says too little.
        ConflictError: The order changed meanwhile; says by whom and when.
    """
    reason = check_reason(command.reason)
    with db.write() as session:
        order = find(session, command.org_id, command.order_id)
        require(actor, Duty.BUY, order.lead_id)
        earlier = claim(session, actor, order.lead_id, command.op_id, "cancel_order", command)
        if earlier is not None:
            return _from_answer(earlier)
        lock_group(session, order.lead_id, order.group_order_id)
        order = find(session, command.org_id, command.order_id)
        check_fresh(session, order, command.version)
        _check_undelivered(session, order)
        check_step(DocKind.MEMBER_ORDER, State(order.status), State.CANCELLED)
        step(session, order, {"status": State.CANCELLED, "refusal": order.refusal or reason})
        follow_members(session, order.lead_id, order.group_order_id)
        _record(session, actor, order, "order.cancel", {"no": order.no, "reason": reason})
        return _answer(session, order, command.op_id)


def urge(db: Database, actor: Actor, command: Urge) -> Urged:
    """Remind the side whose turn it is; orders that wait for nobody are left out."""
    with db.write() as session:
        orders = [find(session, org_id, order_id) for org_id, order_id in command.orders]
        for order in orders:
            require(actor, Duty.BUY, order.lead_id)
        if not orders:
            raise DomainError("order.nobody_to_urge", _("没有等人签署的订单，不用催。"))
        lead = orders[0].lead_id
        earlier = claim(session, actor, lead, command.op_id, "urge", command)
        if earlier is not None:
            return Urged(int(earlier["count"]))
        count = sum(_urge(session, actor, order) for order in orders)
        finish(session, lead, command.op_id, {"count": count})
        return Urged(count)


def _urge(session: Session, actor: Actor, order: MemberOrder) -> bool:
    party = turn(State(order.status))
    if party is None:
        return False
    order.urged_at = now(session)
    order.urged += 1
    detail = {"no": order.no, "party": party, "sign_by": order.sign_by}
    _record(session, actor, order, "order.urge", detail)
    return True


def check_fresh(session: Session, order: MemberOrder, version: int) -> None:
    """Raise `ConflictError` when the order is in another version than the person saw."""
    if order.version != version:
        raise was_first(session, order, version)


def _too_late(order: MemberOrder, state: State) -> ConflictError:
    return ConflictError(
        "order.too_late",
        _(
            "{no} 现在是「{state}」，不能再改。双方签过的单，只能作废后另下。",
            no=order.no,
            state=state_title(state),
        ),
    )


def _check_undelivered(session: Session, order: MemberOrder) -> None:
    notes = session.scalar(
        select(func.count())
        .select_from(Delivery)
        .where(
            Delivery.org_id == order.org_id,
            Delivery.order_id == order.id,
            Delivery.status.not_in((State.CANCELLED, State.REFUSED)),
        )
    )
    if notes:
        raise DomainError(
            "order.delivered",
            _("{no} 已经有送货单，不能作废。请先和供应商取消送货，或收货后退货。", no=order.no),
        )


def _next(content: OrderContent, changes: Sequence[Change]) -> OrderContent:
    wanted = {change.line: change.qty for change in changes}
    lines = [
        _with_qty(line, wanted.get(line.line, line.qty))
        for line in content.lines
        if wanted.get(line.line, line.qty)
    ]
    return follow(content, content.version + 1, lines)


def _with_qty(line: ContentLine, qty: int) -> ContentLine:
    return line._replace(qty=qty, amount=money.amount(line.unit_price, qty, line.price_factor))


def rewrite(
    session: Session, actor: Actor, order: MemberOrder, content: OrderContent, reason: str
) -> None:
    """Write the next version: the step first, so that a signature given meanwhile wins."""
    stored = as_plain(content)
    made = digest(stored)
    step(
        session,
        order,
        {
            "status": State.TO_SIGN,
            "refusal": None,
            "amount": content.amount,
            "digest": made,
            "version": content.version,
        },
    )
    session.add(
        MemberOrderVersion(
            org_id=order.org_id,
            order_id=order.id,
            version=content.version,
            supplier_id=order.supplier_id,
            content=stored,
            digest=made,
            at=now(session),
            person_id=actor.person_id,
            person_name=actor.name,
            reason=reason,
        )
    )
    mine = (MemberOrderLine.org_id == order.org_id, MemberOrderLine.order_id == order.id)
    kept = [line.line for line in content.lines]
    session.execute(delete(MemberOrderLine).where(*mine, MemberOrderLine.line.not_in(kept)))
    rows = [(line.line, line.qty, line.amount, line.due_on) for line in content.lines]
    _WRITE.do(session, rows, b_org=order.org_id, b_order=order.id)


def step(session: Session, order: MemberOrder, values: dict[str, object]) -> None:
    """One conditional UPDATE; `ConflictError` when somebody was first."""
    old, version = order.status, order.version
    done: Any = session.execute(
        update(MemberOrder)
        .where(
            MemberOrder.org_id == order.org_id,
            MemberOrder.id == order.id,
            MemberOrder.version == version,
            MemberOrder.status == old,
        )
        .values(**_stamped(session, values))
        .execution_options(synchronize_session=False)
    )
    session.refresh(order)
    if done.rowcount != 1:
        raise was_first(session, order, version)


def _stamped(session: Session, values: dict[str, object]) -> dict[str, object]:
    """With the moment of a cancellation, which the platform is told."""
    if values.get("status") is not State.CANCELLED:
        return values
    return values | {"cancelled_at": now(session)}


def _record(
    session: Session, actor: Actor, order: MemberOrder, action: str, detail: dict[str, Any]
) -> None:
    record(session, actor, order.org_id, action, (DocKind.MEMBER_ORDER, order.id), detail)


def _answer(session: Session, order: MemberOrder, op_id: UUID) -> Changed:
    answer = Changed(order.id, order.no, order.version, State(order.status))
    finish(session, order.lead_id, op_id, plain(answer))
    return answer


def _from_answer(answer: Mapping[str, Any]) -> Changed:
    return Changed(
        order_id=int(answer["order_id"]),
        no=str(answer["no"]),
        version=int(answer["version"]),
        state=State(answer["state"]),
    )
