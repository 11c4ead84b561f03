"""Freeze and recall lots in all members at once; members answer; the lead closes with a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CursorResult, and_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_id
from app.domain.stock.recalls import check_recall, goes_beyond, level_words, reply_due
from app.i18n import _
from app.models.base import microseconds
from app.models.item import Item
from app.models.party import Organisation
from app.models.recall import Recall, RecallLot, RecallReply
from app.models.stock import Lot, LotHold
from app.services import audit
from app.services.access import lead_org, require
from app.services.db import Database, database_of, local_time, now, today
from app.services.numbering import document_no
from app.services.operations import claim, finish
from app.services.recalls.answers import MemberAnswer, answers_now
from app.services.recalls.finding import LotHead
from app.services.stock.lots import LotOnPack, find_or_make_lots
from app.services.stock.papers import units_text
from app.services.turns import take_turn


@dataclass(frozen=True, slots=True)
class Unseen:
    """A lot that no member has had yet: it is on the way, or only named in the notice."""

    item_id: int
    lot_no: str
    expiry: date | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """Freeze lots everywhere.

    Attributes:
        op_id: Made once per intention.
        lots: The lots.
        level: 1, 2, 3, or 0 for a freeze without a recall.
        source: Number of the holder's notice.
        reason: Why.
        unseen: Lots that are not known yet: frozen before they arrive.
    """

    op_id: UUID
    lots: tuple[int, ...]
    level: int
    source: str
    reason: str
    unseen: tuple[Unseen, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a member did: units secured (in the red or yellow zone), and words."""

    op_id: UUID
    org_id: int
    recall_id: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Close:
    """End a recall; `release` gives the lots free again (false alarm, cleared)."""

    op_id: UUID
    recall_id: int
    version: int
    report: str
    release: bool = False


@dataclass(frozen=True, slots=True)
class RecallRow:
    """A recall with its lots and what members hold and answered.

    Attributes:
        answered_by: The members that answered, as far as the person may see them.
    """

    id: int
    org_id: int
    no: str
    level: int
    level_text: str
    source: str
    reason: str
    status: str
    started_at: datetime
    due: date
    lots: str
    items: str
    lot_ids: tuple[int, ...]
    answered: int
    answered_by: frozenset[int]
    report: str
    version: int


def start_of(op_id: UUID, heads: Sequence[LotHead], level: int, source: str, reason: str) -> Start:
    """The command that freezes lots as they were found, known or not."""
    known = tuple(head.lot_id for head in heads if head.lot_id)
    unseen = tuple(
        Unseen(head.item_id, head.lot_no, head.expiry) for head in heads if not head.lot_id
    )
    return Start(op_id, known, level, source, reason, unseen)


def start(db: Database, actor: Actor, command: Start) -> int:
    """Freeze the lots in every member at once; the recall's id.

    Raises:
        NotAllowedError: Only the lead's store, purchase and catalogue people may.
    """
    lead = _lead(db, actor)
    wanted = len(command.lots) + len(command.unseen)
    check_recall(command.level, command.source, command.reason, wanted)
    with db.write() as session:
        earlier = claim(session, actor, lead, command.op_id, "recall.start", command)
        if earlier is not None:
            return int(earlier["id"])
        take_turn(session, lead, "recall")  # a second notice finds the first
        lots = {*command.lots, *_made(session, actor, lead, command.unseen)}
        rows = session.scalars(select(Lot).where(Lot.id.in_(lots))).all()
        if len(rows) != len(lots):
            raise DomainError("lot.unknown", _("有批号不存在。请重新查找再选。"))
        _refuse_running(session, rows, command.level)
        recall = Recall(
            org_id=lead, id=new_id(), no=document_no(session, lead, "ZH", today(session)),
            level=command.level, source=command.source.strip(), reason=command.reason.strip(),
            status="active", started_at=now(session), started_by=actor.person_id,
        )  # fmt: skip
        session.add(recall)
        session.flush()
        for lot in rows:
            session.add(
                RecallLot(org_id=lead, recall_id=recall.id, lot_id=lot.id, item_id=lot.item_id)
            )
            session.add(
                LotHold(
                    org_id=0, lot_id=lot.id, id=recall.id,
                    reason="recall" if command.level else "quality", note=recall.no,
                    since=now(session), person_id=actor.person_id,
                )
            )  # fmt: skip
        session.flush()
        audit.record(
            session, actor, lead, "recall.start", ("recall", recall.id),
            {"no": recall.no, "lots": [lot.lot_no for lot in rows], "level": command.level},
        )  # fmt: skip
        finish(session, lead, command.op_id, {"id": recall.id})
        return recall.id


def _made(session: Session, actor: Actor, lead: int, unseen: tuple[Unseen, ...]) -> list[int]:
    if unseen and not actor.can(Duty.STORE, lead):
        words = _("这个批号还没有机构收过，要由牵头医院药库登记后冻结。请联系药库。")
        raise NotAllowedError("recall.unseen", words)
    wanted = [LotOnPack(one.item_id, one.lot_no, one.expiry) for one in unseen]
    return find_or_make_lots(session, wanted)


def _refuse_running(session: Session, lots: Sequence[Lot], level: int) -> None:
    """Two people with the same notice: the second learns the number of the first.

    A freeze that becomes a recall, or a recall of a stricter class, is another notice.
    """
    running = session.execute(
        select(Recall.no, Recall.level, Lot.lot_no)
        .join(RecallLot, and_(RecallLot.org_id == Recall.org_id, RecallLot.recall_id == Recall.id))
        .join(Lot, Lot.id == RecallLot.lot_id)
        .where(Recall.status == "active", RecallLot.lot_id.in_({lot.id for lot in lots}))
        .order_by(Recall.started_at)
    )
    for row in running:
        if not goes_beyond(level, row.level):
            words = _("批号 {lot} 已由 {no} 冻结，不用再做一次。请在「召回」里看。",
                      lot=row.lot_no, no=row.no)  # fmt: skip
            raise ConflictError("recall.frozen", words)


def answer(db: Database, actor: Actor, command: Answer) -> None:
    """A member answers with what its own books say now; a later answer replaces it."""
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "recall.answer", command)
        if earlier is not None:
            return
        row = _row_by_id(session, command.recall_id)
        if row.status != "active":
            raise ConflictError("recall.closed", _("{no} 已经结束，不用再回复。", no=row.no))
        mine = _mine(session, actor, row, command.org_id)
        if mine.sent:
            words = _("还有别家发来的在路上。先在「调拨借用」登记拒收，再回复。")
            raise DomainError("recall.sent", words)
        if mine.here > mine.secured:
            left = mine.here - mine.secured
            told = units_text(*mine.units, left) if mine.units else str(left)
            words = _("还有 {n} 在可用库位。先移到不合格区或退货区，再回复。", n=told)
            raise DomainError("recall.open", words)
        values = {
            "found": mine.here, "secured": mine.secured, "used": mine.used,
            "note": command.note.strip(),
            "at": now(session), "person_id": actor.person_id,
        }  # fmt: skip
        insert = sqlite_insert if database_of(session).is_sqlite else pg_insert
        session.execute(
            insert(RecallReply)
            .values(org_id=command.org_id, recall_id=command.recall_id, version=1, **values)
            .on_conflict_do_update(index_elements=["org_id", "recall_id"], set_=values)
        )
        audit.record(
            session, actor, command.org_id, "recall.answer", ("recall", command.recall_id),
            {"no": row.no, "secured": mine.secured, "used": mine.used},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {})


def _mine(session: Session, actor: Actor, row: RecallRow, org_id: int) -> MemberAnswer:
    """What one member's own books say; nothing where it never had the lots."""
    for one in answers_now(session, actor, row.id, row.lot_ids):
        if one.org_id == org_id:
            return one
    return MemberAnswer(org_id, "", 0, 0, 0, answered=False, note="")


def close(db: Database, actor: Actor, command: Close) -> None:
    """End a recall with a report; the lots stay frozen unless they are released.

    Raises:
        NotAllowedError: Who sees only one member cannot say that all have answered.
        DomainError: No report, or goods that stay frozen lie open or unanswered for somewhere.
        ConflictError: Somebody else changed it first.
    """
    lead = _lead(db, actor)
    if not any(actor.can(duty, lead) for duty in (Duty.BUY, Duty.CATALOGUE)):
        words = _("结束召回要看得到全部成员，由集团采购或目录管理来办。请联系他们。")
        raise NotAllowedError("recall.end", words)
    report = " ".join(command.report.split())
    if len(report) < 4:  # noqa: PLR2004 - four characters say something
        raise DomainError("recall.report", _("请写处理结果，至少 4 个字。"))
    with db.write() as session:
        earlier = claim(session, actor, lead, command.op_id, "recall.close", command)
        if earlier is not None:
            return
        if not command.release:
            _refuse_open(session, actor, command.recall_id)
        done = session.execute(
            update(Recall)
            .where(
                Recall.org_id == lead, Recall.id == command.recall_id,
                Recall.status == "active", Recall.version == command.version,
            )
            .values(
                status="closed", closed_at=now(session), closed_by=actor.person_id,
                report=report, version=command.version + 1,
            )
        )  # fmt: skip
        assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
        if done.rowcount != 1:
            raise ConflictError("recall.changed", _("这次召回刚被别人处理过。请刷新后再看。"))
        if command.release:
            session.execute(
                update(LotHold)
                .where(
                    LotHold.org_id == 0, LotHold.id == command.recall_id,
                    LotHold.released_at.is_(None),
                )
                .values(released_at=microseconds(now(session)))
            )  # fmt: skip
        audit.record(
            session, actor, lead, "recall.close", ("recall", command.recall_id),
            {"report": report, "release": command.release},
        )  # fmt: skip
        finish(session, lead, command.op_id, {})


def _refuse_open(session: Session, actor: Actor, recall_id: int) -> None:
    """A recall ends when every member that had the goods has answered and set them apart."""
    row = _row_by_id(session, recall_id)
    names = [one.org for one in answers_now(session, actor, row.id, row.lot_ids) if one.open]
    if row.status == "active" and names:
        words = _(
            "{names} 还没有隔离或回复，不能结束。请先催他们办完；弄错了要解冻的，勾「批号解冻」。",
            names="、".join(names),
        )
        raise DomainError("recall.unanswered", words)


def recalls(db: Database, actor: Actor) -> tuple[RecallRow, ...]:
    """All recalls of the group, active ones in front."""
    if actor.has(Duty.SUPPLY):
        return ()
    with db.read() as session:
        rows = session.scalars(
            select(Recall).order_by(Recall.status, Recall.started_at.desc())
        ).all()
        return tuple(_row(session, row) for row in rows)


def replies(db: Database, actor: Actor, recall_id: int) -> tuple[tuple[str, int, int, str], ...]:
    """Answers that the person may read: member, secured, used, words."""
    with db.read() as session:
        rows = session.execute(
            select(Organisation.short_name, RecallReply.secured, RecallReply.used, RecallReply.note)
            .join(Organisation, Organisation.id == RecallReply.org_id)
            .where(RecallReply.recall_id == recall_id, RecallReply.org_id.in_(actor.orgs()))
            .order_by(Organisation.code)
        ).all()
        return tuple((str(a), int(b), int(c), str(d)) for a, b, c, d in rows)


def _row_by_id(session: Session, recall_id: int) -> RecallRow:
    row = session.scalars(select(Recall).where(Recall.id == recall_id)).one_or_none()
    if row is None:
        raise DomainError("recall.unknown", _("没有这次召回。请刷新后再看。"))
    return _row(session, row)


def _row(session: Session, row: Recall) -> RecallRow:
    lots = session.execute(
        select(Lot.id, Lot.lot_no, Item.name)
        .join(RecallLot, RecallLot.lot_id == Lot.id)
        .join(Item, Item.id == Lot.item_id)
        .where(RecallLot.org_id == row.org_id, RecallLot.recall_id == row.id)
        .order_by(Item.name, Lot.lot_no)
    ).all()
    answered = session.scalars(
        select(RecallReply.org_id).where(and_(RecallReply.recall_id == row.id))
    ).all()
    return RecallRow(
        id=row.id,
        org_id=row.org_id,
        no=row.no,
        level=row.level,
        level_text=level_words(row.level),
        source=row.source,
        reason=row.reason,
        status=row.status,
        started_at=local_time(row.started_at),
        due=reply_due(row.level, local_time(row.started_at).date()),
        lots="、".join(lot.lot_no for lot in lots),
        items="、".join(dict.fromkeys(lot.name for lot in lots)),
        lot_ids=tuple(lot.id for lot in lots),
        answered=len(answered),
        answered_by=frozenset(answered),
        report=row.report or "",
        version=row.version,
    )


def _lead(db: Database, actor: Actor) -> int:
    with db.read() as session:
        lead = lead_org(session, today(session))
    if not any(actor.can(duty, lead) for duty in (Duty.STORE, Duty.BUY, Duty.CATALOGUE)):
        raise NotAllowedError(
            "recall.lead", _("冻结和召回由牵头医院的药库、采购或目录管理发起。请联系他们。")
        )
    return lead
