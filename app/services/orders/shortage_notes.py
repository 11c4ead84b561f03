"""Reading the notes of shortage (缺货终止) of member orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import money
from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.orders.content import ContentLine, OrderContent, from_plain, short
from app.domain.orders.shortage import OpenLine, Short, still_wanted
from app.domain.orders.signing import Party
from app.i18n import _
from app.models.order import MemberOrder, MemberOrderLine, MemberOrderVersion
from app.models.order_shortage import OrderShortage, OrderShortageLine
from app.models.receiving import Delivery, DeliveryLine


@dataclass(frozen=True, slots=True)
class ShortLine:
    """One line of a note; `amount` is what it came to at the order's price."""

    line: int
    name: str
    spec: str
    unit: str
    pack_factor: int
    qty: int
    amount: Decimal

    @property
    def packs(self) -> int:
        """Packs that will not come."""
        return self.qty // self.pack_factor


@dataclass(frozen=True, slots=True)
class Step:
    """Who did one step of a note, and when."""

    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ShortageRow:
    """One note as both sides read it.

    Attributes:
        seq: Of the order's notes; with member and order it names the note.
        version: The signed version of the order that it belongs to.
        answers: Whether this person can agree to it or not.
        withdraws: Whether this person can take it back.
        settles: Whether this person, as the group's buyer, decides where the rest goes.
        backups: Numbers of the orders at backup suppliers.
    """

    org_id: int
    order_id: int
    seq: int
    no: str
    version: int
    state: State
    reason: str
    fingerprint: str
    party: Party
    declared: Step
    answered: Step | None
    answer: str
    settled: Step | None
    backups: tuple[str, ...]
    lines: tuple[ShortLine, ...]
    answers: bool
    withdraws: bool
    settles: bool

    @property
    def amount(self) -> Decimal:
        """What all of it came to at the order's prices."""
        return sum((line.amount for line in self.lines), Decimal(0))


def ended_of(session: Session, org_id: int, order_id: int, version: int) -> dict[int, int]:
    """What notes in force ended of each line of a version, smallest units."""
    rows = session.execute(
        select(OrderShortageLine.line, func.sum(OrderShortageLine.qty))
        .join(
            OrderShortage,
            (OrderShortage.org_id == OrderShortageLine.org_id)
            & (OrderShortage.order_id == OrderShortageLine.order_id)
            & (OrderShortage.seq == OrderShortageLine.seq),
        )
        .where(
            OrderShortage.org_id == org_id,
            OrderShortage.order_id == order_id,
            OrderShortage.version == version,
            OrderShortage.status == State.ENDED_SHORT,
        )
        .group_by(OrderShortageLine.line)
    )
    return {line: int(qty) for line, qty in rows}


def open_lines(
    session: Session, order: MemberOrder, lines: Sequence[ContentLine]
) -> tuple[OpenLine, ...]:
    """The lines still wanted, with what came and what is on the way."""
    mine = (MemberOrderLine.org_id == order.org_id, MemberOrderLine.order_id == order.id)
    query = select(MemberOrderLine.line, MemberOrderLine.received).where(*mine)
    received = dict(session.execute(query).all())
    coming = dict(
        session.execute(
            select(DeliveryLine.order_line, func.sum(DeliveryLine.qty))
            .join(
                Delivery,
                (Delivery.org_id == DeliveryLine.org_id)
                & (Delivery.id == DeliveryLine.delivery_id),
            )
            .where(
                DeliveryLine.org_id == order.org_id,
                DeliveryLine.order_id == order.id,
                Delivery.status.in_((State.ANNOUNCED, State.ACCEPTING)),
            )
            .group_by(DeliveryLine.order_line)
        ).all()
    )
    return tuple(
        OpenLine(line, int(received.get(line.line, 0)), int(coming.get(line.line, 0)))
        for line in lines
    )


def wanted_lines(
    session: Session, order: MemberOrder, content: OrderContent
) -> tuple[ContentLine, ...]:
    """The lines of a signed content, less what notes in force ended."""
    return still_wanted(content.lines, ended_of(session, order.org_id, order.id, order.version))


def note_of(session: Session, org_id: int, order_id: int, seq: int) -> OrderShortage:
    """A note that the person may see; raises `DomainError` when there is none."""
    key = (org_id, order_id, seq)
    found = session.get(OrderShortage, key, populate_existing=True)
    if found is None:
        raise DomainError("short.missing", _("没有找到这张补充说明。请刷新后再看。"))
    return found


def shorts_of(session: Session, note: OrderShortage) -> tuple[Short, ...]:
    """What a note says of each line."""
    rows = session.scalars(
        select(OrderShortageLine)
        .where(
            OrderShortageLine.org_id == note.org_id,
            OrderShortageLine.order_id == note.order_id,
            OrderShortageLine.seq == note.seq,
        )
        .order_by(OrderShortageLine.line)
    )
    return tuple(Short(one.line, one.qty) for one in rows)


def notes_of(session: Session, actor: Actor, order: MemberOrder) -> tuple[ShortageRow, ...]:
    """All notes of an order, oldest first."""
    notes = session.scalars(
        select(OrderShortage)
        .where(OrderShortage.org_id == order.org_id, OrderShortage.order_id == order.id)
        .order_by(OrderShortage.seq)
    ).all()
    if not notes:
        return ()
    lines = _signed_lines(session, order, {note.version for note in notes})
    return tuple(
        _row(actor, order, note, _short_lines(lines[note.version], shorts_of(session, note)))
        for note in notes
    )


def _signed_lines(
    session: Session, order: MemberOrder, versions: Collection[int]
) -> dict[int, dict[int, ContentLine]]:
    found: dict[int, dict[int, ContentLine]] = defaultdict(dict)
    for version in versions:
        row = session.get_one(MemberOrderVersion, (order.org_id, order.id, version))
        found[version] = {line.line: line for line in from_plain(row.content).lines}
    return found


def _short_lines(lines: dict[int, ContentLine], shorts: Sequence[Short]) -> tuple[ShortLine, ...]:
    return tuple(
        ShortLine(
            line=one.line,
            name=line.name,
            spec=line.spec,
            unit=line.unit,
            pack_factor=line.pack_factor,
            qty=one.qty,
            amount=money.amount(line.unit_price, one.qty, line.price_factor),
        )
        for one in shorts
        for line in (lines[one.line],)
    )


def _row(
    actor: Actor, order: MemberOrder, note: OrderShortage, lines: tuple[ShortLine, ...]
) -> ShortageRow:
    sides = {Party.MEMBER: order.org_id, Party.SUPPLIER: order.supplier_id}
    party, state = Party(note.declared_party), State(note.status)
    other = Party.SUPPLIER if party is Party.MEMBER else Party.MEMBER
    waits = state is State.SUBMITTED
    agreed = state is State.APPROVED and actor.can(Duty.BUY, order.lead_id)
    return ShortageRow(
        org_id=note.org_id,
        order_id=note.order_id,
        seq=note.seq,
        no=note.no,
        version=note.version,
        state=state,
        reason=note.reason,
        fingerprint=short(note.digest),
        party=party,
        declared=Step(note.declared_name, note.declared_at),
        answered=_step(note.answered_name, note.answered_at),
        answer=note.answer or "",
        settled=_step(note.settled_name, note.settled_at),
        backups=tuple(note.backups or ()),
        lines=lines,
        answers=waits and actor.can(Duty.SIGN, sides[other]),
        withdraws=(waits and actor.can(Duty.SIGN, sides[party])) or agreed,
        settles=agreed,
    )


def _step(person: str | None, at: datetime | None) -> Step | None:
    return Step(person or "", at) if at is not None else None
