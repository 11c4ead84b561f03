"""One member order in full: what is signed, who signed which version, and what has arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.orders.content import ContentLine, OrderContent, digest, from_plain, short
from app.domain.orders.signing import Decision, Party, signed_by
from app.i18n import _
from app.models.order import (
    Contract,
    MemberOrder,
    MemberOrderLine,
    MemberOrderVersion,
    Signature,
)
from app.models.sealing import SealedPaper
from app.services.db import Database
from app.services.orders.answering import AnswerRow, answer_of
from app.services.orders.contents import Paperwork, build, lines_of
from app.services.orders.contracts import terms_of
from app.services.orders.queries import MemberOrderRow, SignatureRow, order_rows, signature_row
from app.services.orders.shortage_notes import ShortageRow, notes_of, wanted_lines


@dataclass(frozen=True, slots=True)
class OrderWanted:
    """One order by its id (and member, if known), or by its number when `order_id` is 0."""

    org_id: int = 0
    order_id: int = 0
    no: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came of one line so far, in smallest units."""

    line: int
    received: int
    refused: int


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of the order: who made it, when and why."""

    version: int
    person: str
    at: datetime
    reason: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class SealRow:
    """An electronic seal on the papers of a version."""

    party: Party
    version: int
    holder: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """Everything about one order.

    Attributes:
        row: As the list shows it.
        content: The present version, word for word.
        fingerprint: First digits of its digest, as printed.
        intact: Whether content, rows and every signature agree with the digests kept.
        signatures: Of all versions, oldest first.
        versions: Oldest first.
        seals: Of all versions, oldest first.
        arrived: Per line.
    """

    row: MemberOrderRow
    content: OrderContent
    fingerprint: str
    intact: bool
    signatures: tuple[SignatureRow, ...]
    versions: tuple[VersionRow, ...]
    seals: tuple[SealRow, ...]
    arrived: tuple[Arrived, ...]
    answer: AnswerRow | None = None
    """What the supplier confirmed in part of the present version."""
    shortages: tuple[ShortageRow, ...] = ()
    """Notes by which both sides ended what cannot be delivered, oldest first."""


def order_detail(db: Database, actor: Actor, wanted: OrderWanted) -> OrderDetail:
    """One order in full; raises `DomainError` when the person may not see it or it is not there."""
    with db.read() as session:
        return read_detail(session, actor, wanted)


def read_detail(session: Session, actor: Actor, wanted: OrderWanted) -> OrderDetail:
    """As `order_detail`, inside a unit of work."""
    row = _row(session, actor, wanted)
    order = session.get_one(MemberOrder, (row.org_id, row.id))
    kept = _kept(session, order)
    return OrderDetail(
        row=row,
        content=kept.content,
        fingerprint=short(order.digest),
        intact=kept.intact,
        signatures=tuple(signature_row(one) for one in kept.signatures),
        versions=tuple(
            VersionRow(one.version, one.person_name, one.at, one.reason or "", short(one.digest))
            for one in kept.versions
        ),
        seals=_seals(session, row.org_id, row.id),
        arrived=tuple(Arrived(line.line, line.received, line.refused) for line in kept.lines),
        answer=answer_of(session, order),
        shortages=notes_of(session, actor, order),
    )


def is_intact(session: Session, order: MemberOrder) -> bool:
    """Whether an order's content, lines and signatures agree with the digests kept."""
    return _kept(session, order).intact


@dataclass(frozen=True, slots=True)
class _Kept:
    """What an order says, what was kept of it, and whether they agree."""

    lines: Sequence[MemberOrderLine]
    versions: tuple[MemberOrderVersion, ...]
    signatures: tuple[Signature, ...]
    content: OrderContent
    intact: bool


def _kept(session: Session, order: MemberOrder) -> _Kept:
    lines = lines_of(session, order.org_id, order.id)
    versions = tuple(
        session.scalars(
            select(MemberOrderVersion)
            .where(
                MemberOrderVersion.org_id == order.org_id, MemberOrderVersion.order_id == order.id
            )
            .order_by(MemberOrderVersion.version)
        )
    )
    signatures = tuple(
        session.scalars(
            select(Signature)
            .where(
                Signature.org_id == order.org_id,
                Signature.doc_kind == DocKind.MEMBER_ORDER,
                Signature.doc_id == order.id,
            )
            .order_by(Signature.at, Signature.version, Signature.party)
        )
    )
    live = build(session, order, lines, _paperwork(session, order))
    content = from_plain(versions[-1].content) if versions else live
    same = _same_lines(wanted_lines(session, order, content), live)
    intact = _intact(order, versions, signatures) and same
    return _Kept(lines, versions, signatures, content, intact)


def _row(session: Session, actor: Actor, wanted: OrderWanted) -> MemberOrderRow:
    if wanted.order_id:
        conditions = [MemberOrder.id == wanted.order_id]
        if wanted.org_id:
            conditions.append(MemberOrder.org_id == wanted.org_id)
    else:
        conditions = [MemberOrder.no == wanted.no.strip().upper()]
    rows = order_rows(session, actor, conditions)
    if not rows:
        raise DomainError(
            "order.missing", _("没有找到这张订单，或不归你的机构。请核对单号，或刷新后再看。")
        )
    return rows[0]


def _seals(session: Session, org_id: int, order_id: int) -> tuple[SealRow, ...]:
    found = session.execute(
        select(SealedPaper.party, SealedPaper.version, SealedPaper.holder, SealedPaper.at)
        .where(
            SealedPaper.org_id == org_id,
            SealedPaper.order_id == order_id,
            SealedPaper.kind == "order",
        )
        .order_by(SealedPaper.at, SealedPaper.seq)
    )
    return tuple(SealRow(Party(party), version, holder, at) for party, version, holder, at in found)


def _paperwork(session: Session, order: MemberOrder) -> Paperwork:
    """Contract facts for an order that has no stored version."""
    contract = (
        session.get(Contract, (order.org_id, order.contract_id)) if order.contract_id else None
    )
    return Paperwork(contract.no, terms_of(contract)) if contract else Paperwork()


def _intact(
    order: MemberOrder,
    versions: Sequence[MemberOrderVersion],
    signatures: Sequence[Signature],
) -> bool:
    kept = {one.version: one.digest for one in versions}
    there = {
        Party(one.party)
        for one in signatures
        if one.version == order.version and one.decision == Decision.SIGNED
    }
    return (
        all(digest(one.content) == one.digest for one in versions)
        and all(kept.get(one.version) == one.digest for one in signatures)
        and kept.get(order.version, order.digest) == order.digest
        and signed_by(State(order.status)) <= there
    )


def _same_lines(wanted: Sequence[ContentLine], live: OrderContent) -> bool:
    def signed(line: ContentLine) -> tuple[object, ...]:
        return (line.line, line.item_id, line.qty, line.unit_price, line.amount)

    return [signed(line) for line in wanted] == [signed(line) for line in live.lines]
