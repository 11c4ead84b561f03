"""A department asks for the next packs; the store sees what is wanted and fills it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import CursorResult, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_id
from app.domain.packs.building import MOST_PACKS
from app.domain.packs.steps import PackState
from app.i18n import _
from app.models.fixed_pack import FixedPack, PackDefinition, PackRequest
from app.models.pack import Pack
from app.services import audit
from app.services.access import require
from app.services.db import Database, database_of, now
from app.services.operations import claim, finish
from app.services.packs.commands import Ask
from app.services.packs.define import definition_for
from app.services.packs.places import department


def ask(db: Database, actor: Actor, command: Ask) -> int:
    """Ask for the next packs; the id of the request.

    An empty pack asks once: scanning it again answers that it has asked already.

    Raises:
        ConflictError: The pack is not empty yet, or has asked before.
        DomainError: No definition to build the next by, or a senseless number.
    """
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "pack.ask", command)
        if earlier is not None:
            return int(earlier["id"])
        rule, place, packs = _wanted(session, command)
        request = new_id()
        insert = sqlite_insert if database_of(session).is_sqlite else pg_insert
        made = session.execute(
            insert(PackRequest)
            .values(
                org_id=command.org_id,
                id=request,
                definition_id=rule.id,
                place_id=place,
                packs=packs,
                filled=0,
                status="open",
                source_pack_id=command.pack_id or None,
                asked_at=now(session),
                asked_by=actor.person_id,
            )
            .on_conflict_do_nothing()
            .returning(PackRequest.id)
        ).scalar()
        if made is None:
            raise ConflictError(
                "pack.asked", _("这个空包已经要过下一包，没有重复申请。等库房发放即可。")
            )
        audit.record(
            session, actor, command.org_id, "pack.ask", ("pack_request", request),
            {"definition": rule.id, "place": place, "packs": packs},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"id": request})
        return request


def _wanted(session: Session, command: Ask) -> tuple[PackDefinition, int, int]:
    if command.pack_id:
        return _of_empty(session, command)
    if not 1 <= command.packs <= MOST_PACKS:
        raise DomainError("pack.count", _("一次要 1 到 {n} 包。请改数量。", n=MOST_PACKS))
    department(session, command.org_id, command.department_id)
    rule = session.get(PackDefinition, (command.org_id, command.definition_id))
    if rule is None or not rule.active:
        raise DomainError("pack.definition", _("没有这个定数包定义，或已停用。请刷新后再选。"))
    return rule, command.department_id, command.packs


def _of_empty(session: Session, command: Ask) -> tuple[PackDefinition, int, int]:
    row = session.execute(
        select(Pack, FixedPack)
        .join(FixedPack, (FixedPack.org_id == Pack.org_id) & (FixedPack.pack_id == Pack.id))
        .where(Pack.org_id == command.org_id, Pack.id == command.pack_id)
    ).one_or_none()
    if row is None:
        raise DomainError("pack.unknown", _("这个码不是本机构的定数包。请核对包上的机构。"))
    pack, fixed = row
    if pack.status != PackState.CONSUMED.value:
        raise ConflictError(
            "pack.not_empty",
            _(
                "定数包 {code} 现在是「{state}」，还不是空包。打开用完以后再扫，就会要下一包。",
                code=pack.code,
                state=PackState(pack.status).label,
            ),
        )
    if not fixed.department_id:
        raise DomainError("pack.own", _("这一包是库房自己用的，不用向库房要。请直接打包。"))
    rule = definition_for(session, command.org_id, pack.item_id, fixed.department_id)
    if rule is None:
        raise DomainError("pack.definition", _("这种定数包的定义已停用。请先在定义里启用。"))
    return rule, fixed.department_id, 1


def fill_requests(
    session: Session, org_id: int, department_id: int, item_id: int, packs: int
) -> None:
    """Count packs that were issued against what the department asked for, the oldest first."""
    rows = session.scalars(
        select(PackRequest)
        .join(
            PackDefinition,
            (PackDefinition.org_id == PackRequest.org_id)
            & (PackDefinition.id == PackRequest.definition_id),
        )
        .where(
            PackRequest.org_id == org_id,
            PackRequest.place_id == department_id,
            PackRequest.status == "open",
            PackDefinition.item_id == item_id,
        )
        .order_by(PackRequest.asked_at, PackRequest.id)
    ).all()
    for request in rows:
        if packs <= 0:
            break
        part = min(packs, request.packs - request.filled)
        packs -= part
        request.filled += part
        if request.filled == request.packs:
            request.status = "filled"
            request.closed_at = now(session)
    session.flush()


def take_back_requests(session: Session, org_id: int, packs: Collection[int]) -> None:
    """Packs whose opening was undone are not empty: what they asked for is not wanted any more.

    A request that was filled stays as it is. The pack may ask again once it really is empty, so
    the cancelled request lets go of it.
    """
    session.execute(
        update(PackRequest)
        .where(
            PackRequest.org_id == org_id,
            PackRequest.source_pack_id.in_(packs),
            PackRequest.status == "open",
        )
        .values(status="cancelled", closed_at=now(session), source_pack_id=None)
    )


def cancel_request(db: Database, actor: Actor, org_id: int, request_id: int) -> None:
    """Close a request that is not wanted any more; what was filled stays."""
    require(actor, Duty.STORE, org_id)
    with db.write() as session:
        done = session.execute(
            update(PackRequest)
            .where(
                PackRequest.org_id == org_id,
                PackRequest.id == request_id,
                PackRequest.status == "open",
            )
            .values(status="cancelled", closed_at=now(session))
        )
        assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
        if done.rowcount != 1:
            raise ConflictError("pack.request", _("这张申请已经办完或已取消。请刷新后再看。"))
        audit.record(session, actor, org_id, "pack.ask.cancel", ("pack_request", request_id))
