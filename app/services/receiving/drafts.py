"""Opening a note for acceptance, and keeping what was counted: nothing is lost by a kill."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State, state_title
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.receiving import drafts as plain_drafts
from app.domain.receiving.note import Note
from app.domain.receiving.work import Work, begin
from app.i18n import _
from app.models.party import Person
from app.models.receiving import Acceptance, AcceptanceDraft, Delivery
from app.services.access import require
from app.services.audit import record
from app.services.db import Database, database_of, local_time, now, today
from app.services.operations import plain
from app.services.receiving.commands import Opened, SaveDraft
from app.services.receiving.deliveries import step
from app.services.receiving.goods import facts
from app.services.receiving.notes import delivery_row, note_of, policy_of
from app.services.scan_rules import rules_in

_WAITING = frozenset({State.ANNOUNCED.value, State.ACCEPTING.value})


def open_delivery(db: Database, actor: Actor, org_id: int, delivery_id: int) -> Opened:
    """Begin or go on with an acceptance; the first opening says that the goods arrived.

    Raises:
        ConflictError: Accepted already; says by whom and when.
    """
    require(actor, Duty.STORE, org_id)
    with db.write() as session:
        delivery = delivery_row(session, org_id, delivery_id)
        if delivery.status not in _WAITING:
            raise was_accepted(session, delivery)
        if delivery.status == State.ANNOUNCED.value:
            step(session, delivery, State.ACCEPTING)
            _arrive(session, delivery)
            detail = {"no": delivery.no}
            doc = (DocKind.DELIVERY.value, delivery.id)
            record(session, actor, org_id, "delivery.open", doc, detail)
        draft = session.get(AcceptanceDraft, (org_id, delivery_id))
        note = note_of(session, delivery)
        other = draft is not None and draft.person_id != actor.person_id
        return Opened(
            note=note,
            work=_work(session, note, draft),
            policy=policy_of(session, org_id),
            rules=rules_in(session),
            version=draft.version if draft else 0,
            drafted_by=_name(session, draft.person_id) if draft and other else "",
            drafted_at=local_time(draft.saved_at) if draft else None,
            today=today(session),
            state=delivery.status,
        )


def save_draft(db: Database, actor: Actor, command: SaveDraft) -> int:
    """Keep what was counted; the new version.

    Raises:
        ConflictError: Somebody else counted in this note meanwhile, or it is accepted already.
    """
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        delivery = delivery_row(session, command.org_id, command.delivery_id)
        if delivery.status not in _WAITING:
            raise was_accepted(session, delivery)
        values = {
            "person_id": actor.person_id,
            "saved_at": now(session),
            "content": dict(command.content),
            "version": command.version + 1,
        }
        if not _write(session, command, values) and not _kept(session, actor, command):
            raise _changed_meanwhile(session, command)
        return command.version + 1


def drop_draft(session: Session, org_id: int, delivery_id: int) -> None:
    """Forget the counted work of a note: it became an acceptance."""
    session.execute(
        delete(AcceptanceDraft).where(
            AcceptanceDraft.org_id == org_id, AcceptanceDraft.delivery_id == delivery_id
        )
    )


def was_accepted(session: Session, delivery: Delivery) -> DomainError:
    """Who was first with this note, and when."""
    row = session.execute(
        select(Acceptance.no, Acceptance.posted_at, Person.name)
        .outerjoin(Person, Person.id == Acceptance.receiver_id)
        .where(
            Acceptance.org_id == delivery.org_id,
            Acceptance.delivery_id == delivery.id,
            Acceptance.status == State.POSTED.value,
        )
        .order_by(Acceptance.posted_at.desc())
    ).first()
    if row is None:
        return ConflictError(
            "delivery.state",
            _(
                "{no} 现在是「{state}」，不能验收。请刷新列表。",
                no=delivery.no,
                state=state_title(delivery.status),
            ),
        )
    return ConflictError(
        "delivery.accepted",
        _(
            "{name} {time} 已验收 {no}（验收单 {acceptance}），没有重复入库。",
            name=row.name or _("同事"),
            time=f"{local_time(row.posted_at):%H:%M}",
            no=delivery.no,
            acceptance=row.no,
        ),
    )


def _arrive(session: Session, delivery: Delivery) -> None:
    if delivery.arrived_at is None:
        session.execute(
            update(Delivery)
            .where(Delivery.org_id == delivery.org_id, Delivery.id == delivery.id)
            .values(arrived_at=now(session))
            .execution_options(synchronize_session=False)
        )
        session.refresh(delivery)


def _work(session: Session, note: Note, draft: AcceptanceDraft | None) -> Work:
    if draft is None:
        return begin(note)
    strangers = facts(session, draft.content.get("strangers", ()))
    return plain_drafts.from_plain(note, draft.content, tuple(strangers.values()))


def _name(session: Session, person_id: int) -> str:
    return session.scalar(select(Person.name).where(Person.id == person_id)) or _("同事")


def _write(session: Session, command: SaveDraft, values: dict[str, Any]) -> bool:
    """Write over the version that was read; False when there is another one now."""
    key = {"org_id": command.org_id, "delivery_id": command.delivery_id}
    if command.version == 0:
        insert = sqlite_insert if database_of(session).is_sqlite else pg_insert
        made = session.execute(
            insert(AcceptanceDraft)
            .values(**key, **values)
            .on_conflict_do_nothing()
            .returning(AcceptanceDraft.version)
        ).scalar()
        return made is not None
    done: Any = session.execute(
        update(AcceptanceDraft)
        .where(
            AcceptanceDraft.org_id == command.org_id,
            AcceptanceDraft.delivery_id == command.delivery_id,
            AcceptanceDraft.version == command.version,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)


def _kept(session: Session, actor: Actor, command: SaveDraft) -> bool:
    """Whether this very draft is what stands there: its answer was lost on the way."""
    draft = session.get(AcceptanceDraft, (command.org_id, command.delivery_id))
    return (
        draft is not None
        and (draft.person_id, draft.version) == (actor.person_id, command.version + 1)
        and plain(draft.content) == plain(command.content)
    )


def _changed_meanwhile(session: Session, command: SaveDraft) -> ConflictError:
    draft = session.get(AcceptanceDraft, (command.org_id, command.delivery_id))
    if draft is None:
        return ConflictError("draft.gone", _("这张单刚被别人处理过。请回到列表再打开。"))
    return ConflictError(
        "draft.changed",
        _(
            "{name} {time} 也在验收这张单，先保存了。接着做会以打开时的内容为准，请先重新打开。",
            name=_name(session, draft.person_id),
            time=f"{local_time(draft.saved_at):%H:%M}",
        ),
    )
