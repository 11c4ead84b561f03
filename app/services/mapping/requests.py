"""新增品种申请: a row without counterpart is asked for; the keeper makes the item and maps the row.

The member states what it knows (`ask`); the keeper of the group's catalogue completes the item and
approves it, or answers that it is an item that is there, or refuses with words. Approving makes the
item and links the row in one unit of work.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain import catalogue
from app.domain.catalogue import ItemDraft
from app.domain.documents import DocKind, State, check_step
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, refuse_if
from app.domain.ids import new_id
from app.domain.item_request import proposed
from app.domain.mapping import MapStatus, unit_factor
from app.domain.matching.strength import read_spec
from app.i18n import _
from app.models.item import Item
from app.models.mapping import ItemRequest, LocalItem
from app.models.party import Organisation, Person
from app.services import audit
from app.services.access import lead_org, require
from app.services.catalogue import edit
from app.services.catalogue.index import reindex
from app.services.catalogue.strictness import is_strict
from app.services.db import Database, local_time, now, today
from app.services.importing.undo import draft_of
from app.services.mapping.links import Link, Step, current_link, learn, link_row, unlink_row
from app.services.mapping.scope import entry_of, local_row, require_mapper
from app.services.mapping.source import catalogue_items
from app.services.numbering import document_no
from app.services.operations import claim, finish, plain

_PREFIX = "PZ"
_MOST = 500


@dataclass(frozen=True, slots=True)
class AskItem:
    """Ask that a row becomes an item of the group.

    Attributes:
        draft: The item as the member states it; None takes what the row says.
        reason: What it is needed for.
    """

    op_id: UUID
    org_id: int
    local_id: int
    reason: str
    draft: ItemDraft | None = None


@dataclass(frozen=True, slots=True)
class Approve:
    """Make the item and link the row, or link it to an item that is there.

    Attributes:
        draft: The item as it shall be kept; None takes what was asked for.
        item_id: An item that it turned out to be; 0 makes a new one.
        code: A group code for the new item; empty takes the next free one.
    """

    op_id: UUID
    org_id: int
    request_id: int
    version: int
    draft: ItemDraft | None = None
    item_id: int = 0
    code: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Close:
    """Refuse a request (`withdrawn` false, by the keeper) or take it back (by the member)."""

    op_id: UUID
    org_id: int
    request_id: int
    version: int
    answer: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request as people see it."""

    id: int
    org_id: int
    org: str
    no: str
    local_id: int
    local_code: str
    status: State
    draft: ItemDraft
    reason: str
    answer: str
    item_id: int
    item_code: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    version: int

    @property
    def open(self) -> bool:
        """Whether the keeper has still to answer."""
        return self.status is State.SUBMITTED


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a request: its number, its state, and the item if there is one."""

    request_id: int
    no: str
    status: str
    item_id: int = 0
    item_code: str = ""


def suggestion(db: Database, actor: Actor, org_id: int, local_id: int) -> ItemDraft:
    """What a row would be as an item, to be completed before it is asked for."""
    require_mapper(actor, org_id)
    with db.read() as session:
        row = local_row(session, org_id, local_id)
        return proposed(entry_of(row), row.unit)


def ask(db: Database, actor: Actor, command: AskItem) -> Asked:
    """Ask for a new item; the row waits as 无对应 meanwhile.

    Raises:
        DomainError: No reason, no name, or the row means an item already.
        ConflictError: The row was asked for before.
    """
    require_mapper(actor, command.org_id)
    if not command.reason.strip():
        raise DomainError(
            "request.reason", _("还没写理由。请写明用途，如「儿科常用，目录里没有」。")
        )
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "item.ask", command)
        if earlier is not None:
            return Asked(**earlier)
        row = local_row(session, command.org_id, command.local_id)
        _free(session, row)
        draft = command.draft or proposed(entry_of(row), row.unit)
        if not draft.name.strip():
            raise DomainError("item.missing", _("还没填品名。请照包装或说明书填写。"))
        if row.status != MapStatus.NONE.value:
            unlink_row(session, row, MapStatus.NONE, Step(actor, "none", new_id()))
        request = ItemRequest(
            org_id=row.org_id,
            id=new_id(),
            no=document_no(session, row.org_id, _PREFIX, today(session)),
            local_id=row.id,
            status=State.SUBMITTED.value,
            draft=plain(draft),
            reason=command.reason.strip(),
            answer="",
            created_at=now(session),
            created_by=actor.person_id,
            version=1,
        )
        session.add(request)
        session.flush()
        return _done(session, actor, request, command.op_id, "item.ask")


def approve(db: Database, actor: Actor, command: Approve) -> Asked:
    """Approve a request.

    Raises:
        NotAllowedError: The actor does not keep the group's catalogue.
        DomainError: The item has errors, all of them by field.
        ConflictError: Somebody answered or mapped in between.
    """
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.CATALOGUE, lead)
        earlier = claim(session, actor, command.org_id, command.op_id, "item.approve", command)
        if earlier is not None:
            return Asked(**earlier)
        request = _request(session, command.org_id, command.request_id)
        row = local_row(session, request.org_id, request.local_id)
        _free(session, row, but=request.id)
        item_id = command.item_id or _make(session, actor, request, command)
        _step(session, actor, request, State.APPROVED, command.version,
              item_id=item_id, answer=command.answer.strip())  # fmt: skip
        item = catalogue_items(session, {item_id}).get(item_id)
        if item is None:
            raise DomainError("item.unknown", _("没有这个品规，可能已并入别的品规。请重新搜索。"))
        factor = unit_factor(row.unit, read_spec(row.spec).pack, item.state.units)
        reason = _("新增品种申请 {no}", no=request.no)
        link_row(session, row, Link(item_id, factor, "single", reason),
                 Step(actor, "confirm", new_id()))  # fmt: skip
        learn(session, row, item_id, None)
        return _done(session, actor, request, command.op_id, "item.approve")


def close(db: Database, actor: Actor, command: Close) -> Asked:
    """Refuse a request, or take one's own back.

    Raises:
        DomainError: A refusal without words.
        ConflictError: It was answered in between.
    """
    with db.write() as session:
        if command.withdrawn:
            require_mapper(actor, command.org_id)
        else:
            require(actor, Duty.CATALOGUE, lead_org(session, today(session)))
            if not command.answer.strip():
                raise DomainError(
                    "request.answer", _("还没写答复。请告诉对方为什么不加，或该对到哪个品规。")
                )
        earlier = claim(session, actor, command.org_id, command.op_id, "item.close", command)
        if earlier is not None:
            return Asked(**earlier)
        request = _request(session, command.org_id, command.request_id)
        state = State.CANCELLED if command.withdrawn else State.REFUSED
        _step(session, actor, request, state, command.version, answer=command.answer.strip())
        return _done(session, actor, request, command.op_id, "item.close")


def requests(
    db: Database, actor: Actor, org_ids: Collection[int], *, waiting: bool = False
) -> tuple[RequestRow, ...]:
    """Requests of organisations that the actor may see: those that wait first, then the newest."""
    orgs = [org for org in sorted(org_ids) if actor.can(Duty.READ, org)]
    statement = (
        select(ItemRequest, LocalItem.code, Organisation.short_name, Person.name, Item.code)
        .join(
            LocalItem,
            (LocalItem.org_id == ItemRequest.org_id) & (LocalItem.id == ItemRequest.local_id),
        )
        .join(Organisation, Organisation.id == ItemRequest.org_id)
        .outerjoin(Person, Person.id == ItemRequest.created_by)
        .outerjoin(Item, Item.id == ItemRequest.item_id)
        .where(ItemRequest.org_id.in_(orgs))
        .order_by((ItemRequest.status != State.SUBMITTED.value), ItemRequest.created_at.desc())
        .limit(_MOST)
    )
    if waiting:
        statement = statement.where(ItemRequest.status == State.SUBMITTED.value)
    with db.read() as session:
        rows = session.execute(statement).all()
        people = _people(session, [row[0].decided_by for row in rows])
        return tuple(
            RequestRow(
                one.id, one.org_id, org, one.no, one.local_id, code, State(one.status),
                draft_of(one.draft), one.reason, one.answer, one.item_id or 0, item_code or "",
                person or "", local_time(one.created_at), people.get(one.decided_by or 0, ""),
                one.version,
            )
            for one, code, org, person, item_code in rows
        )  # fmt: skip


def find_request(db: Database, actor: Actor, org_ids: Collection[int], no: str) -> RequestRow:
    """The request with a number; raises `DomainError` when there is none, or several have it."""
    found = [row for row in requests(db, actor, org_ids) if row.no == no.strip().upper()]
    if len(found) == 1:
        return found[0]
    if found:
        names = "、".join(row.org for row in found)
        raise DomainError(
            "request.several",
            _("{orgs} 都有 {no} 这个单号。请用 --org 写明是哪一家的。", orgs=names, no=no),
        )
    raise DomainError("request.unknown", _("没有申请 {no}。请用 requests 查看单号。", no=no))


def _make(session: Session, actor: Actor, request: ItemRequest, command: Approve) -> int:
    draft = command.draft or draft_of(request.draft)
    problems = catalogue.check(draft, today(session), strict=is_strict(session))
    refuse_if(problems, "item.invalid", _("品规没有保存。"))
    saved = edit.add(session, actor, draft, command.code)
    reindex(session, (saved.item_id,))
    lead = lead_org(session, today(session))
    doc = ("item", saved.item_id)
    audit.record(session, actor, lead, "item.create", doc, {"request": request.no})
    return saved.item_id


def _free(session: Session, row: LocalItem, but: int = 0) -> None:
    """Refuse a row that means an item, or that is asked for already."""
    if current_link(session, row.org_id, row.id) is not None:
        raise ConflictError(
            "request.mapped", _("「{name}」已经对好码了。不用再申请，要改请先撤销。", name=row.name)
        )
    other = session.scalar(
        select(ItemRequest.no).where(
            ItemRequest.org_id == row.org_id,
            ItemRequest.local_id == row.id,
            ItemRequest.status == State.SUBMITTED.value,
            ItemRequest.id != but,
        )
    )
    if other is not None:
        raise ConflictError(
            "request.twice", _("「{name}」已经申请过（{no}），等目录管理员答复。", name=row.name,
                               no=other)
        )  # fmt: skip


def _request(session: Session, org_id: int, request_id: int) -> ItemRequest:
    found = session.get(ItemRequest, (org_id, request_id))
    if found is None:
        raise DomainError("request.unknown", _("没有这份申请。请刷新后再看。"))
    return found


def _step(
    session: Session, actor: Actor, request: ItemRequest, state: State, version: int, **values: Any
) -> None:
    """Move a request on, unless somebody else did so since it was read."""
    check_step(DocKind.ITEM_REQUEST, State(request.status), state)
    done = session.execute(
        update(ItemRequest)
        .where(
            ItemRequest.org_id == request.org_id,
            ItemRequest.id == request.id,
            ItemRequest.status == request.status,
            ItemRequest.version == (version or request.version),
        )
        .values(
            status=state.value, version=ItemRequest.version + 1, decided_at=now(session),
            decided_by=actor.person_id, **values,
        )
        .returning(ItemRequest.id)
    ).first()  # fmt: skip
    if done is None:
        raise ConflictError(
            "request.changed", _("{no} 已有人处理过。请刷新后再看。", no=request.no)
        )
    session.refresh(request)


def _done(session: Session, actor: Actor, request: ItemRequest, op_id: UUID, verb: str) -> Asked:
    code = session.scalar(select(Item.code).where(Item.id == request.item_id)) or ""
    result = Asked(request.id, request.no, request.status, request.item_id or 0, code)
    doc = (DocKind.ITEM_REQUEST.value, request.id)
    detail = {"no": request.no, "item": code, "answer": request.answer}
    audit.record(session, actor, request.org_id, verb, doc, detail)
    finish(session, request.org_id, op_id, plain(result))
    return result


def _people(session: Session, ids: Collection[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row.id: row.name for row in rows}
