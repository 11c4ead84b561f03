"""报损 with its destruction record, and 退货 to the supplier: asked, approved by another, done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy import CursorResult, func, select, tuple_, update
from sqlalchemy.orm import Session

from app.domain.controlled import PSYCHOACTIVE
from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_id
from app.domain.ledger import Move
from app.domain.money import amount
from app.domain.quantity import checked
from app.domain.stock.counting import (
    DisposalState,
    check_booker,
    check_witnesses,
    other_person,
    step_disposal,
)
from app.i18n import N_, _
from app.models.counting import Disposal, DisposalLine
from app.models.item import Item
from app.models.party import Organisation, Person
from app.models.receiving import Acceptance, AcceptanceLine
from app.models.stock import Lot, Place
from app.services import audit
from app.services.access import require
from app.services.consumption.titles import unbuy
from app.services.counting.limit import check_limit
from app.services.db import Database, local_time, now, today
from app.services.numbering import document_no
from app.services.operations import claim, finish
from app.services.stock.available import receipt_costs
from app.services.stock.papers import units_text
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from app.services.stock.there import At, there

CAUSES: Final = {
    "expired": N_("过期"),
    "damaged": N_("破损"),
    "recall": N_("召回"),
    "quality": N_("质量问题"),
    "near": N_("近效期"),
    "wrong": N_("发错货"),
}
_LEAST: Final = 4


@dataclass(frozen=True, slots=True)
class Goods:
    """So many units of one lot and owner at a place."""

    place_id: int
    item_id: int
    lot_id: int
    owner_id: int
    qty: int


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask to write goods off, or to give them back to a supplier (`supplier_id`)."""

    op_id: UUID
    org_id: int
    lines: tuple[Goods, ...]
    cause: str
    reason: str
    supplier_id: int = 0


@dataclass(frozen=True, slots=True)
class Decide:
    """Approve, or refuse."""

    op_id: UUID
    org_id: int
    disposal_id: int
    version: int
    refuse: bool = False


@dataclass(frozen=True, slots=True)
class Carry:
    """Destroy before two witnesses, or hand the goods to the supplier."""

    op_id: UUID
    org_id: int
    disposal_id: int
    version: int
    method: str = ""
    witness_one: int = 0
    witness_two: int = 0
    authority: str = ""


@dataclass(frozen=True, slots=True)
class DisposalRow:
    """A write-off or return."""

    id: int
    org_id: int
    org: str
    no: str
    kind: str
    state: DisposalState
    cause: str
    reason: str
    supplier: str
    amount: Decimal
    goods: str
    made_at: datetime
    maker: str
    made_by: int
    controlled: bool
    method: str
    version: int


def ask(db: Database, actor: Actor, command: Ask) -> int:
    """Write the paper; its id. Nothing is booked before somebody else approves."""
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "disposal.ask", command)
        if earlier is not None:
            return int(earlier["id"])
        _check(session, command)
        costs = receipt_costs(session, command.org_id, {x.lot_id for x in command.lines})
        prefix = "TH" if command.supplier_id else "BS"
        head = Disposal(
            org_id=command.org_id, id=new_id(),
            no=document_no(session, command.org_id, prefix, today(session)),
            kind="return" if command.supplier_id else "write_off",
            status=DisposalState.TO_APPROVE.value, cause=command.cause,
            reason=command.reason.strip(), supplier_id=command.supplier_id or None,
            amount=Decimal(0), made_at=now(session), made_by=actor.person_id, version=1,
        )  # fmt: skip
        session.add(head)
        session.flush()
        total = Decimal(0)
        for number, goods in enumerate(command.lines, 1):
            cost = costs.get((goods.item_id, goods.lot_id, goods.owner_id))
            price, factor = (cost.unit_price, cost.price_factor) if cost else (Decimal(0), 1)
            total += amount(price, goods.qty, factor)
            session.add(
                DisposalLine(
                    org_id=command.org_id, disposal_id=head.id, line=number,
                    place_id=goods.place_id, item_id=goods.item_id, lot_id=goods.lot_id,
                    owner_id=goods.owner_id, qty=goods.qty, unit_price=price,
                    price_factor=factor,
                )
            )  # fmt: skip
        session.flush()  # lines come before the amount: the rules of the table ask for it
        head.amount = total
        session.flush()
        audit.record(
            session, actor, command.org_id, "disposal.ask", (head.kind, head.id),
            {"no": head.no, "amount": total, "cause": command.cause},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"id": head.id})
        return head.id


def decide(db: Database, actor: Actor, command: Decide) -> None:
    """Another store keeper or the head of the house approves or refuses.

    What was approved and cannot be carried out (the goods were used meanwhile, nobody comes for
    them) is given up by whoever of them sees it, also who asked: nothing leaves then.
    """
    if not actor.can(Duty.SIGN, command.org_id):
        require(actor, Duty.STORE, command.org_id)
    new = DisposalState.REFUSED if command.refuse else DisposalState.APPROVED
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "disposal.decide", command)
        if earlier is not None:
            return
        head = _load(session, command.org_id, command.disposal_id)
        step_disposal(DisposalState(head.status), new)
        values: dict[str, object] = {}
        if head.status == DisposalState.TO_APPROVE.value:
            other_person(head.made_by, actor.person_id)
            values = {"approved_at": now(session), "approved_by": actor.person_id}
        if not command.refuse:
            check_limit(session, actor, command.org_id, head.amount)
        _advance(session, head, new, command.version, **values)
        audit.record(
            session, actor, command.org_id, "disposal.decide", (head.kind, head.id),
            {"no": head.no, "state": new.value},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {})


def _check_people(session: Session, command: Carry) -> None:
    """A witness is somebody of the house; a record with a stranger's number proves nothing."""
    wanted = {command.witness_one, command.witness_two}
    known = session.scalars(
        select(Person.id).where(
            Person.id.in_(wanted), Person.org_id == command.org_id, Person.active.is_(True)
        )
    ).all()
    if len(known) != len(wanted):
        raise DomainError(
            "destroy.witness", _("见证人要是本机构在职的人。请从本机构的人里选两名。")
        )


def _check_booker(session: Session, actor: Actor, command: Carry) -> None:
    others = session.scalar(
        select(func.count())
        .select_from(Person)
        .where(
            Person.org_id == command.org_id, Person.active.is_(True), Person.id != actor.person_id
        )
    )
    check_booker(actor.person_id, (command.witness_one, command.witness_two), others or 0)


def carry(db: Database, actor: Actor, command: Carry) -> None:
    """Book what was destroyed before witnesses, or handed to the supplier."""
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "disposal.carry", command)
        if earlier is not None:
            return
        head = _load(session, command.org_id, command.disposal_id)
        step_disposal(DisposalState(head.status), DisposalState.DONE)
        lines = _lines(session, head)
        values: dict[str, object] = {"done_at": now(session), "done_by": actor.person_id}
        if head.kind == "write_off":
            controlled = _controlled(session, lines)
            check_witnesses(
                command.witness_one, command.witness_two, command.method,
                controlled=controlled, authority=command.authority,
            )  # fmt: skip
            _check_people(session, command)
            if controlled:
                _check_booker(session, actor, command)
            values |= {
                "method": command.method.strip(), "witness_one": command.witness_one,
                "witness_two": command.witness_two,
                "supervisor": command.authority.strip() or None,
            }  # fmt: skip
        _advance(session, head, DisposalState.DONE, command.version, **values)
        end = "scrapped" if head.kind == "write_off" else "supplier"
        kind = DocKind.WRITE_OFF if head.kind == "write_off" else DocKind.RETURN
        place = virtual_place(session, command.org_id, end)
        moves = [
            Move(
                item_id=x.item_id, lot_id=x.lot_id, owner_id=x.owner_id, from_place=x.place_id,
                to_place=place, qty=x.qty, unit_price=x.unit_price,
                price_factor=x.price_factor, doc_line=x.line, reason=head.reason,
            )
            for x in lines
        ]  # fmt: skip
        day = today(session)
        if head.supplier_id:
            moves = unbuy(session, actor, (command.op_id, head.id, head.supplier_id, day), moves)
        post(session, actor, Posting(command.org_id, command.op_id, kind, head.id, day, moves))
        audit.record(
            session, actor, command.org_id, "disposal.carry", (head.kind, head.id),
            {"no": head.no, "method": command.method},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {})


def disposals(db: Database, actor: Actor, orgs: Collection[int]) -> tuple[DisposalRow, ...]:
    """Write-offs and returns, newest first; at most 200."""
    with db.read() as session:
        rows = session.execute(
            select(Disposal, Organisation.short_name, Person.name)
            .join(Organisation, Organisation.id == Disposal.org_id)
            .outerjoin(Person, Person.id == Disposal.made_by)
            .where(Disposal.org_id.in_(set(orgs) & actor.orgs()))
            .order_by(Disposal.id.desc())
            .limit(200)
        ).all()
        names = dict(session.execute(select(Organisation.id, Organisation.short_name)).all())
        contents = _contents(session, [head for head, _org, _maker in rows])
        found = []
        for head, org, maker in rows:
            goods, controlled = contents.get((head.org_id, head.id), ("", False))
            found.append(
                DisposalRow(
                    head.id, head.org_id, org, head.no, head.kind, DisposalState(head.status),
                    _(CAUSES.get(head.cause, head.cause)), head.reason,
                    names.get(head.supplier_id, "") if head.supplier_id else "",
                    head.amount.quantize(Decimal("0.01")), goods, local_time(head.made_at),
                    maker or "—", head.made_by, controlled, head.method or "",
                    head.version,
                )
            )  # fmt: skip
        return tuple(found)


def _check(session: Session, command: Ask) -> None:
    if not command.lines:
        raise DomainError("disposal.empty", _("还没有选要报损或退回的货。"))
    if command.cause not in CAUSES:
        raise DomainError("disposal.cause", _("原因要从清单里选。"))
    if len(command.reason.strip()) < _LEAST:
        raise DomainError("disposal.reason", _("请写明情况，至少 {n} 个字。", n=_LEAST))
    spots = [At(x.place_id, x.item_id, x.lot_id, x.owner_id) for x in command.lines]
    book, wanted = there(session, command.org_id, spots), Counter[At]()
    for goods, spot in zip(command.lines, spots, strict=True):
        wanted[spot] += checked(goods.qty)
        if wanted[spot] > book[spot]:
            item = session.get_one(Item, goods.item_id)
            units = (item.base_unit, item.pack_unit, item.pack_factor)
            words = _(
                "{name} 在这个库位只有 {n}，要处理 {qty}。请改数量。", name=item.name,
                n=units_text(*units, book[spot]), qty=units_text(*units, wanted[spot]),
            )  # fmt: skip
            raise DomainError("stock.short", words)
        if command.supplier_id and goods.owner_id not in {command.supplier_id, command.org_id}:
            raise DomainError("disposal.owner", _("这批货是别家供应商寄售的，不能退给这一家。"))
    if command.supplier_id:
        _refuse_bought_elsewhere(session, command)
    zones = set(
        session.scalars(
            select(Place.zone).where(
                Place.org_id == command.org_id,
                Place.id.in_({goods.place_id for goods in command.lines}),
            )
        )
    )
    if "outgoing" in zones:
        raise DomainError("disposal.packed", _("定数包里的货要先拆包，再报损或退货。"))


def _refuse_bought_elsewhere(session: Session, command: Ask) -> None:
    """Own goods go back to who sold them: another supplier would owe nothing for them."""
    own = {(x.item_id, x.lot_id) for x in command.lines if x.owner_id == command.org_id}
    rows = session.execute(
        select(
            AcceptanceLine.item_id, AcceptanceLine.lot_id, Organisation.id,
            Organisation.short_name, Item.name, Lot.lot_no,
        )
        .select_from(AcceptanceLine)
        .join(
            Acceptance,
            (Acceptance.org_id == AcceptanceLine.org_id)
            & (Acceptance.id == AcceptanceLine.acceptance_id),
        )
        .join(Organisation, Organisation.id == Acceptance.supplier_id)
        .join(Item, Item.id == AcceptanceLine.item_id)
        .outerjoin(Lot, Lot.id == AcceptanceLine.lot_id)
        .where(
            AcceptanceLine.org_id == command.org_id, AcceptanceLine.accepted > 0,
            tuple_(AcceptanceLine.item_id, AcceptanceLine.lot_id).in_(own),
            Acceptance.status == State.POSTED.value,
        )
        .distinct()
        .order_by(AcceptanceLine.item_id, AcceptanceLine.lot_id, Organisation.short_name)
    ).all()  # fmt: skip
    for _goods, found in groupby(rows, key=lambda row: (row.item_id, row.lot_id)):
        sold = list(found)
        if command.supplier_id not in {row.id for row in sold}:
            raise DomainError(
                "disposal.seller",
                _(
                    "{name} {lot} 是从{sellers}收的，退给别家抵不了货款。请改选供应商。",
                    name=sold[0].name, lot=sold[0].lot_no or "",
                    sellers="、".join(row.short_name for row in sold),
                ),
            )  # fmt: skip


def _load(session: Session, org_id: int, disposal_id: int) -> Disposal:
    head = session.scalar(
        select(Disposal)
        .where(Disposal.org_id == org_id, Disposal.id == disposal_id)
        .execution_options(populate_existing=True)
    )
    if head is None:
        raise DomainError("disposal.unknown", _("没有这张单。请刷新后再看。"))
    return head


def _lines(session: Session, head: Disposal) -> list[DisposalLine]:
    return list(
        session.scalars(
            select(DisposalLine)
            .where(DisposalLine.org_id == head.org_id, DisposalLine.disposal_id == head.id)
            .order_by(DisposalLine.line)
        )
    )


def _controlled(session: Session, lines: Collection[DisposalLine]) -> bool:
    kinds = session.scalars(select(Item.controlled).where(Item.id.in_({x.item_id for x in lines})))
    return any(kind in PSYCHOACTIVE for kind in kinds)


def _contents(
    session: Session, heads: Collection[Disposal]
) -> dict[tuple[int, int], tuple[str, bool]]:
    """By (member, paper): the goods lot by lot with how much, and whether controlled drugs are in.

    Who approves must see it.
    """
    rows = session.execute(
        select(DisposalLine, Item, Lot.lot_no)
        .join(Item, Item.id == DisposalLine.item_id)
        .outerjoin(Lot, Lot.id == DisposalLine.lot_id)
        .where(
            DisposalLine.org_id.in_({head.org_id for head in heads}),
            DisposalLine.disposal_id.in_([head.id for head in heads]),
        )
        .order_by(Item.name, Lot.lot_no)
    )
    found: dict[tuple[int, int], tuple[str, bool]] = {}
    for line, item, lot_no in rows:
        words, controlled = found.get((line.org_id, line.disposal_id), ("", False))
        qty = units_text(item.base_unit, item.pack_unit, item.pack_factor, line.qty)
        lot = " ".join(filter(None, (item.name, lot_no, qty)))
        found[line.org_id, line.disposal_id] = (
            "、".join(filter(None, (words, lot))), controlled or item.controlled in PSYCHOACTIVE,
        )  # fmt: skip
    return found


def _advance(
    session: Session, head: Disposal, new: DisposalState, version: int, **values: object
) -> None:
    done = session.execute(
        update(Disposal)
        .where(
            Disposal.org_id == head.org_id, Disposal.id == head.id,
            Disposal.status == head.status, Disposal.version == version,
        )
        .values(status=new.value, version=version + 1, **values)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
    if done.rowcount != 1:
        raise ConflictError(
            "disposal.changed", _("{no} 刚被别人处理过。请刷新后再看。", no=head.no)
        )
    session.refresh(head)
