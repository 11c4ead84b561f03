"""Ask another member for goods, attach papers, and the steps that need no goods."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import attachment
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.domain.quantity import checked
from app.domain.transfers.patient import check_private, reference
from app.domain.transfers.states import Kind, Settle, TransferState, Urgency, after_confirm
from app.i18n import _
from app.models.item import Item
from app.models.transfer import Transfer, TransferLine, TransferPaper
from app.services.access import group_orgs, lead_org, require
from app.services.db import Database, now, today
from app.services.numbering import document_no
from app.services.price_lookup import prices_on
from app.services.queries.portions import key_portions
from app.services.stock.places import main_place
from app.services.transfers.commands import Attach, Confirm, Done, Paper, Request, Step
from app.services.transfers.stepping import (
    Loaded,
    advance,
    by_line,
    check_legal,
    end,
    load,
    party,
    peek,
    same_person,
    unit,
)

_LEAST: Final = 4
_MOST: Final = 1_000_000
"""Smallest units of an item on one paper; more is a slip of the keys."""


def request(db: Database, actor: Actor, command: Request) -> Done:
    """Ask for goods; the donor sees the request at once unless it is kept as a draft.

    Raises:
        NotAllowedError: The person neither keeps the receiver's store nor buys for it.
        DomainError: Nothing asked, no such member, or not allowed by law; `problems` says all.
    """
    acting = party(actor, command.org_id)
    op = (command.op_id, "transfer.request", command)
    with unit(db, actor, acting, op) as (session, earlier):
        if earlier is not None:
            return earlier
        return end(session, actor, acting, op, add_request(session, actor, command))


def add_request(session: Session, actor: Actor, command: Request) -> Transfer:
    """Check and write a request as part of a unit of work, which the caller audits and ends."""
    _check(session, command)
    head = _head(session, actor, command)
    session.add(head)
    session.flush()
    _add_lines(session, command, head)
    for paper in command.papers:
        _add_paper(session, actor, head, paper)
    session.flush()
    if command.submit:
        check_legal(session, load(session, head.org_id, head.id))
    return head


def submit(db: Database, actor: Actor, command: Step) -> Done:
    """Send a draft to the donor."""
    require(actor, Duty.STORE, command.org_id)
    op = (command.op_id, "transfer.submit", command)
    with unit(db, actor, command.org_id, op) as (session, earlier):
        if earlier is not None:
            return earlier
        loaded = load(session, command.org_id, command.transfer_id)
        check_legal(session, loaded)
        advance(session, loaded, TransferState.DONOR, command.version)
        return end(session, actor, command.org_id, op, loaded.head)


def attach(db: Database, actor: Actor, command: Attach) -> Done:
    """Attach an approval or a report; it is kept as it came, with its digest."""
    acting = party(actor, *peek(db, command.org_id, command.transfer_id))
    op = (command.op_id, "transfer.attach", command)
    with unit(db, actor, acting, op) as (session, earlier):
        if earlier is not None:
            return earlier
        loaded = load(session, command.org_id, command.transfer_id)
        _add_paper(session, actor, loaded.head, command.paper)
        return end(session, actor, acting, op, loaded.head)


def confirm(db: Database, actor: Actor, command: Confirm) -> Done:
    """The donor promises the goods; then the group approves, unless nobody has to.

    Raises:
        DomainError: More than asked, or nothing at all (then refuse instead).
    """
    _receiver, donor = peek(db, command.org_id, command.transfer_id)
    require(actor, Duty.STORE, donor)
    op = (command.op_id, "transfer.confirm", command)
    with unit(db, actor, donor, op) as (session, earlier):
        if earlier is not None:
            return earlier
        loaded = load(session, command.org_id, command.transfer_id)
        check_legal(session, loaded)
        _promise(loaded, by_line(command.quantities))
        head = loaded.head
        same = same_person(session, head.org_id, head.donor_id)
        new = after_confirm(Urgency(head.urgency), same_person=same)
        session.flush()
        advance(
            session, loaded, new, command.version,
            confirmed_at=now(session), confirmed_by=actor.person_id,
        )  # fmt: skip
        return end(session, actor, donor, op, head)


def approve(db: Database, actor: Actor, command: Step) -> Done:
    """The group's centre approves a transfer between legal persons.

    Raises:
        NotAllowedError: Only the group's purchasers and the lead's head may.
        DomainError: The person asked for the transfer: somebody else has to approve it.
    """
    _receiver, donor = peek(db, command.org_id, command.transfer_id)
    with db.read() as session:
        lead = lead_org(session, today(session))
    if not actor.can(Duty.SIGN, lead):
        require(actor, Duty.BUY, command.org_id)
        require(actor, Duty.BUY, donor)
    op = (command.op_id, "transfer.approve", command)
    with unit(db, actor, command.org_id, op) as (session, earlier):
        if earlier is not None:
            return earlier
        loaded = load(session, command.org_id, command.transfer_id)
        if loaded.head.created_by == actor.person_id:
            raise DomainError(
                "transfer.own", _("这张单是你发起的，要由别人审核。可请牵头医院负责人处理。")
            )
        check_legal(session, loaded)
        advance(
            session, loaded, TransferState.APPROVED, command.version,
            approved_at=now(session), approved_by=actor.person_id,
        )  # fmt: skip
        return end(session, actor, command.org_id, op, loaded.head)


def cancel(db: Database, actor: Actor, command: Step) -> Done:
    """Either member or the group calls the transfer off before anything is sent."""
    acting = party(actor, *peek(db, command.org_id, command.transfer_id))
    reason = " ".join(command.reason.split())
    if len(reason) < _LEAST:
        raise DomainError("transfer.reason", _("请写明取消的理由，至少 {n} 个字。", n=_LEAST))
    op = (command.op_id, "transfer.cancel", command)
    with unit(db, actor, acting, op) as (session, earlier):
        if earlier is not None:
            return earlier
        loaded = load(session, command.org_id, command.transfer_id)
        advance(
            session, loaded, TransferState.CANCELLED, command.version,
            closed_at=now(session), note=reason,
        )  # fmt: skip
        return end(session, actor, acting, op, loaded.head)


def _check(session: Session, command: Request) -> None:
    if not command.lines:
        raise DomainError("transfer.empty", _("还没有选要调的货。"))
    items = [line.item_id for line in command.lines]
    if len(set(items)) != len(items):
        raise DomainError("transfer.twice", _("同一品规写了两行。请合成一行。"))
    known: set[int] = set()
    for part in key_portions(items):
        known |= set(session.scalars(select(Item.id).where(Item.id.in_(part))))
    for line in command.lines:
        checked(line.qty, _MOST)
        if line.item_id not in known:
            raise DomainError("item.unknown", _("没有这个品规。请在统一目录里查一下。"))
    members = group_orgs(session, today(session))
    if command.donor_id == command.org_id or command.donor_id not in members:
        raise DomainError("transfer.donor", _("调出方要是集团里的另一家机构。请重新选择。"))
    if command.kind is Kind.RETURN:
        raise DomainError("transfer.kind", _("归还请在原借用单上登记。"))
    _check_settle(command, today(session))
    if command.kind is Kind.PATIENT:
        if not command.address.strip():
            raise DomainError("transfer.address", _("药品调配要写送到哪里。请补上配送地址。"))
        check_private(command.address, command.reason, command.basis_note)


def _check_settle(command: Request, day: date) -> None:
    if command.kind is Kind.LOAN:
        _check_loan(command, day)
    elif command.settle is Settle.KIND:
        raise DomainError(
            "transfer.settle_kind",
            _("归还同品规只用于借用。不还的请选「不结算」或「按价结算」，要还的请改为借用。"),
        )


def _check_loan(command: Request, day: date) -> None:
    if command.return_by is None:
        raise DomainError("transfer.return_by", _("借用要写明归还日期。请补上。"))
    if command.return_by < day:
        raise DomainError(
            "transfer.return_past",
            _("归还日期 {day} 已经过去。请填今天或以后的日期。", day=command.return_by),
        )
    if command.settle is Settle.NONE:
        raise DomainError("transfer.settle", _("借用要么归还同品规，要么按价结算。请选一种。"))


def _head(session: Session, actor: Actor, command: Request) -> Transfer:
    day = today(session)
    patient = reference(command.patient_ref) if command.kind is Kind.PATIENT else None
    state = TransferState.DONOR if command.submit else TransferState.DRAFT
    return Transfer(
        org_id=command.org_id,
        id=new_id(),
        no=document_no(session, command.org_id, "DB", day),
        donor_id=command.donor_id,
        kind=command.kind.value,
        status=state.value,
        urgency=command.urgency.value,
        legal_basis=command.basis.value,
        basis_note=command.basis_note.strip() or None,
        settle=command.settle.value,
        reason=command.reason.strip(),
        due_on=command.due_on,
        return_by=command.return_by,
        patient_ref=patient,
        address=command.address.strip() or None,
        place_id=main_place(session, command.org_id),
        created_at=now(session),
        created_by=actor.person_id,
        version=1,
    )


def _add_lines(session: Session, command: Request, head: Transfer) -> None:
    prices = prices_on(session, today(session), head.org_id, {x.item_id for x in command.lines})
    for number, line in enumerate(command.lines, 1):
        price = next(iter(prices.get(line.item_id, ())), None)
        row = TransferLine(
            org_id=head.org_id, transfer_id=head.id, line=number, item_id=line.item_id,
            wanted=line.qty, saved=line.saved,
        )  # fmt: skip
        if price is not None:
            row.unit_price, row.price_factor = price.unit_price, price.price_factor
        session.add(row)


def _add_paper(session: Session, actor: Actor, head: Transfer, paper: Paper) -> None:
    if paper.kind not in {"approval", "report"}:
        raise DomainError("paper.kind", _("附件应是批准文件或报告。"))
    if not paper.number.strip() or not paper.content:
        raise DomainError("paper.empty", _("附件要有文号和内容。请补上文号，重新选文件。"))
    media = attachment.media_of(paper.content)
    session.add(
        TransferPaper(
            org_id=head.org_id,
            transfer_id=head.id,
            id=new_id(),
            kind=paper.kind,
            number=paper.number.strip(),
            issued_on=paper.issued_on,
            name=attachment.clean_name(paper.name, media),
            digest=hashlib.sha256(paper.content).digest(),
            content=paper.content,
            added_at=now(session),
            added_by=actor.person_id,
        )
    )


def _promise(loaded: Loaded, quantities: dict[int, int]) -> None:
    unknown = quantities.keys() - {line.line for line in loaded.lines}
    if unknown:
        raise DomainError(
            "line.unknown",
            _("这张单没有第 {n} 行，共 {all} 行。请核对行号。",
              n=min(unknown), all=len(loaded.lines)),
        )  # fmt: skip
    for line in loaded.lines:
        promised = quantities.get(line.line, line.wanted)
        if not 0 <= promised <= line.wanted:
            raise DomainError(
                "transfer.promise",
                _(
                    "{name} 申请 {wanted}，答应 {promised} 不对。请填 0 到申请数。",
                    name=loaded.items[line.item_id].name,
                    wanted=loaded.told(line.item_id, line.wanted),
                    promised=loaded.told(line.item_id, promised),
                ),
            )  # fmt: skip
        line.confirmed = promised
    if not any(line.confirmed for line in loaded.lines):
        raise DomainError("transfer.nothing", _("一样都不给的话，请点「不调」并写明理由。"))
