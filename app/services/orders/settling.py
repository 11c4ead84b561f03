"""What follows when a supplier cannot deliver all: the rest goes to a backup, or is given back.

The order keeps what the supplier confirmed as its next version, signed anew by both sides; the
backup supplier gets an order of its own at its own price in force. What nobody takes over is given
back to the member's pledge. A refused order is settled the same way, with nothing kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import money
from app.domain.documents import DocKind, State, check_step, state_title
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, Problem, refuse_if
from app.domain.orders.answer import Offer, kept, rest
from app.domain.orders.content import ContentLine, OrderContent
from app.domain.orders.procurement import takes
from app.domain.orders.signing import Decision, Party, check_reason
from app.domain.orders.split import PricedLine, split, total
from app.i18n import _
from app.models.order import GroupOrder, MemberOrder, MemberOrderLine, Signature
from app.models.party import Organisation
from app.services.access import require
from app.services.audit import record
from app.services.db import Database, now, today
from app.services.operations import claim, finish, plain
from app.services.orders.answering import answer_of
from app.services.orders.changing import check_fresh, rewrite, step
from app.services.orders.consolidate import default_sign_by
from app.services.orders.contents import follow, lines_of, proved_content
from app.services.orders.modes import modes_in
from app.services.orders.opening import Opening, open_members
from app.services.orders.planning import dossier_problems
from app.services.orders.signing import find
from app.services.orders.totals import follow_members, lock_group
from app.services.price_lookup import PriceInForce, prices_on


@dataclass(frozen=True, slots=True)
class SettleRest:
    """Decide about the rest of an order that its supplier confirmed in part or refused.

    Attributes:
        to_backup: Numbers of the lines whose rest the backup supplier shall deliver; the rest of
            the other lines is given back.
        reason: Why; both suppliers and the member read it.
    """

    op_id: UUID
    org_id: int
    order_id: int
    version: int
    to_backup: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of it."""

    order_id: int
    no: str
    version: int
    state: State
    backups: tuple[str, ...]
    """Numbers of the orders at backup suppliers."""
    moved: Decimal
    given_back: Decimal


@dataclass(frozen=True, slots=True)
class RestLine:
    """One line with what is left of it, and who could deliver that.

    Attributes:
        qty, offered, rest: Smallest units.
        due_on: The day the supplier named; None for the order's.
        backup: The backup supplier, empty when there is none.
        backup_price: Per `backup_factor` smallest units.
        extra: How much more the rest costs at the backup supplier; negative when less.
        why_not: Why there is no backup.
    """

    line: int
    name: str
    spec: str
    unit: str
    pack_factor: int
    qty: int
    offered: int
    rest: int
    due_on: date | None
    unit_price: Decimal
    price_factor: int
    backup_id: int = 0
    backup: str = ""
    backup_price: Decimal = Decimal(0)
    backup_factor: int = 1
    backup_price_id: int = 0
    extra: Decimal = Decimal(0)
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Rest:
    """What is to be decided about an order."""

    org_id: int
    order_id: int
    no: str
    version: int
    supplier: str
    reason: str
    refused: bool
    lines: tuple[RestLine, ...]


def rest_of(db: Database, actor: Actor, org_id: int, order_id: int) -> Rest:
    """The rest of an order and its backup suppliers at today's prices.

    Raises:
        DomainError: The supplier neither confirmed it in part nor refused it.
    """
    with db.read() as session:
        order = find(session, org_id, order_id)
        require(actor, Duty.BUY, order.lead_id)
        return _rest(session, order)


def settle_rest(db: Database, actor: Actor, command: SettleRest) -> Settled:
    """Keep what was confirmed, order the chosen rest at backups, give the other rest back.

    Raises:
        DomainError: A chosen line has no backup supplier with a price and papers in force, or the
            pledge's cap stands in the way; all of it or nothing.
        ConflictError: Somebody changed the order meanwhile.
    """
    reason = check_reason(command.reason)
    with db.write() as session:
        order = find(session, command.org_id, command.order_id)
        require(actor, Duty.BUY, order.lead_id)
        earlier = claim(session, actor, order.lead_id, command.op_id, "settle_rest", command)
        if earlier is not None:
            return settled_from(earlier)
        lock_group(session, order.lead_id, order.group_order_id)
        order = find(session, command.org_id, command.order_id)
        check_fresh(session, order, command.version)
        found = _rest(session, order)
        chosen = chosen_lines(found, command.to_backup)
        content = proved_content(session, order)
        sources = sources_of(session, order)
        _keep(session, actor, order, (content, found, reason))
        made = order_at_backups(session, actor, order, (chosen, sources, content.buyer))
        follow_members(session, order.lead_id, order.group_order_id)
        done = settled(order, made, found, chosen)
        detail = {"no": order.no, "reason": reason, "backups": list(done.backups)}
        doc = (DocKind.MEMBER_ORDER, order.id)
        record(session, actor, order.org_id, "order.settle_rest", doc, detail)
        finish(session, order.lead_id, command.op_id, plain(done))
        return done


def _rest(session: Session, order: MemberOrder) -> Rest:
    content = proved_content(session, order)
    return rest_from(session, order, content.lines, _answer(session, order, content))


def rest_from(
    session: Session,
    order: MemberOrder,
    ordered: Sequence[ContentLine],
    said: tuple[str, tuple[Offer, ...]],
) -> Rest:
    """What is left of the lines after what the supplier said: its reason and its offers."""
    reason, offers = said
    left = rest(ordered, offers)
    day = today(session)
    member = session.get_one(Organisation, order.org_id)
    modes = modes_in(session)
    prices = prices_on(session, day, order.org_id, [line.item_id for line in ordered])
    named = {offer.line: offer for offer in offers}
    suppliers = _Suppliers(session)
    lines = []
    for line in ordered:
        others = [
            one
            for one in prices.get(line.item_id, ())
            if one.supplier_id != order.supplier_id
            and takes(modes, member.procurement_mode, one.source)
        ]
        made = _line(line, named[line.line], left.get(line.line, 0))
        lines.append(_with_backup(suppliers, made, others) if made["rest"] else RestLine(**made))
    return Rest(
        org_id=order.org_id,
        order_id=order.id,
        no=order.no,
        version=order.version,
        supplier=session.get_one(Organisation, order.supplier_id).name,
        reason=reason,
        refused=order.status == State.REFUSED,
        lines=tuple(lines),
    )


def _answer(
    session: Session, order: MemberOrder, content: OrderContent
) -> tuple[str, tuple[Offer, ...]]:
    if order.status == State.ANSWERED:
        found = answer_of(session, order)
        if found is not None:
            return found.reason, found.offers
    if order.status == State.REFUSED:
        last = session.get(
            Signature,
            (order.org_id, DocKind.MEMBER_ORDER, order.id, order.version, Party.SUPPLIER),
        )
        if last is not None and last.decision == Decision.REFUSED:
            return last.reason or "", tuple(Offer(line.line, 0) for line in content.lines)
    raise ConflictError(
        "order.no_rest",
        _(
            "{no} 现在是「{state}」，没有要处理的余量。供应商部分确认或拒签以后才有。",
            no=order.no,
            state=state_title(order.status),
        ),
    )


def _line(line: ContentLine, offer: Offer, left: int) -> dict[str, Any]:
    return {
        "line": line.line,
        "name": line.name,
        "spec": line.spec,
        "unit": line.unit,
        "pack_factor": line.pack_factor,
        "qty": line.qty,
        "offered": offer.qty,
        "rest": left,
        "due_on": offer.due_on,
        "unit_price": line.unit_price,
        "price_factor": line.price_factor,
    }


class _Suppliers:
    """Who could step in: its name, and what of its papers forbids it; asked once for each."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._day = today(session)
        self._known: dict[int, tuple[str, str]] = {}

    def known(self, supplier_id: int) -> tuple[str, str]:
        """Its short name, and why it cannot, empty where its papers hold."""
        if supplier_id not in self._known:
            name = self._session.get_one(Organisation, supplier_id).short_name
            papers = dossier_problems(self._session, self._day, {supplier_id})
            self._known[supplier_id] = name, papers[0].text if papers else ""
        return self._known[supplier_id]


def _with_backup(
    suppliers: _Suppliers, made: dict[str, Any], others: Sequence[PriceInForce]
) -> RestLine:
    """The line with the first other supplier whose price and papers hold."""
    why = _("价格表里没有别的供应商的有效价格。")
    for price in others:
        if price.ceiling is not None and price.unit_price > price.ceiling:
            why = _("备选供应商的价格高于限价，不能用。")
            continue
        name, forbids = suppliers.known(price.supplier_id)
        if forbids:
            why = forbids
            continue
        here = money.amount(made["unit_price"], made["rest"], made["price_factor"])
        there = money.amount(price.unit_price, made["rest"], price.price_factor)
        return RestLine(
            **made,
            backup_id=price.supplier_id,
            backup=name,
            backup_price=price.unit_price,
            backup_factor=price.price_factor,
            backup_price_id=price.price_id,
            extra=there - here,
        )
    return RestLine(**made, why_not=why)


def chosen_lines(found: Rest, wanted: Sequence[int]) -> tuple[RestLine, ...]:
    """The lines that go to a backup; refused when one of them cannot."""
    lines = {line.line: line for line in found.lines}
    problems: list[Problem] = []
    for number in wanted:
        line = lines.get(number)
        if line is None or not line.rest:
            text = _("第 {line} 行没有余量要转给备选供应商。", line=number)
            problems.append(Problem("rest.none", text, row=number))
        elif not line.backup_id:
            text = _("「{name}」不能转备选：{why}", name=line.name, why=line.why_not)
            problems.append(Problem("rest.no_backup", text, row=number))
    refuse_if(problems, "order.rest", "")
    return tuple(lines[number] for number in sorted(set(wanted)))


def _keep(
    session: Session, actor: Actor, order: MemberOrder, what: tuple[OrderContent, Rest, str]
) -> None:
    """What the supplier confirmed becomes the next version; with nothing left it is cancelled."""
    content, found, reason = what
    offers = tuple(Offer(line.line, line.offered, line.due_on) for line in found.lines)
    lines = kept(content.lines, offers)
    old = State(order.status)
    if not lines:
        check_step(DocKind.MEMBER_ORDER, old, State.CANCELLED)
        step(session, order, {"status": State.CANCELLED, "refusal": order.refusal or reason})
        return
    check_step(DocKind.MEMBER_ORDER, old, State.TO_SIGN)
    rewrite(session, actor, order, follow(content, content.version + 1, lines), reason)


def sources_of(session: Session, order: MemberOrder) -> dict[int, MemberOrderLine]:
    """The order's rows by number."""
    return {line.line: line for line in lines_of(session, order.org_id, order.id)}


def order_at_backups(
    session: Session,
    actor: Actor,
    order: MemberOrder,
    what: tuple[Sequence[RestLine], dict[int, MemberOrderLine], str],
) -> tuple[MemberOrder, ...]:
    """Open orders of the chosen lines' rest at their backup suppliers, in the same group order."""
    chosen, sources, buyer = what
    lines = [
        PricedLine(
            org_id=order.org_id,
            place_id=order.place_id,
            supplier_id=line.backup_id,
            item_id=sources[line.line].item_id,
            qty=line.rest,
            unit_price=line.backup_price,
            price_factor=line.backup_factor,
            price_id=line.backup_price_id,
            requisition_id=sources[line.line].requisition_id or 0,
            requisition_line=sources[line.line].requisition_line or 0,
        )
        for line in chosen
    ]
    if not lines:
        return ()
    group = session.scalars(
        select(GroupOrder).where(
            GroupOrder.org_id == order.lead_id, GroupOrder.id == order.group_order_id
        )
    ).one()
    until = order.sign_by
    if until is None or until <= now(session):
        until = default_sign_by(today(session))
    buyers = {line.requisition_id: buyer for line in lines}
    opening = Opening(until, buyers, origin="backup", origin_order_id=order.id)
    return open_members(session, actor, group, split(lines), opening)


def settled(
    order: MemberOrder, made: Sequence[MemberOrder], found: Rest, chosen: Sequence[RestLine]
) -> Settled:
    """What became of the order, and of the rest that was found and chosen from."""
    return Settled(
        order_id=order.id,
        no=order.no,
        version=order.version,
        state=State(order.status),
        backups=tuple(one.no for one in made),
        moved=total(one.amount for one in made),
        given_back=_given_back(found, chosen),
    )


def _given_back(found: Rest, chosen: Sequence[RestLine]) -> Decimal:
    """What the rest that nobody takes over came to."""
    moved = {line.line for line in chosen}
    return sum(
        (
            money.amount(line.unit_price, line.rest, line.price_factor)
            for line in found.lines
            if line.line not in moved
        ),
        Decimal(0),
    )


def settled_from(stored: dict[str, Any]) -> Settled:
    """From the operation's stored answer."""
    return Settled(
        order_id=int(stored["order_id"]),
        no=str(stored["no"]),
        version=int(stored["version"]),
        state=State(stored["state"]),
        backups=tuple(stored["backups"]),
        moved=Decimal(stored["moved"]),
        given_back=Decimal(stored["given_back"]),
    )
