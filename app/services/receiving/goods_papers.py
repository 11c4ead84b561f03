"""Files of the papers that come with goods: kept with the note, found again from the lot."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.domain import attachment
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.domain.receiving.goods_papers import Sort
from app.i18n import _
from app.models.item import Item
from app.models.party import Organisation, Person
from app.models.receiving import (
    Acceptance,
    AcceptanceLine,
    Delivery,
    DeliveryLine,
    GoodsPaper,
    PaperTurn,
)
from app.models.stock import Lot
from app.services import audit
from app.services.access import group_orgs, require, require_any
from app.services.db import Database, local_time, now, today
from app.services.operations import claim, finish
from app.services.receiving.paper_turns import add_turn, counts, last_turn, sort_now, standing

_MOST: Final = 60
"""Papers of one delivery note."""


@dataclass(frozen=True, slots=True)
class AddPaper:
    """Keep the file of a paper.

    Attributes:
        item_id: The goods it is for; 0 for the whole note.
        lot_no: The lot it is for; empty for all lots of the goods.
    """

    op_id: UUID
    org_id: int
    delivery_id: int
    sort: Sort
    name: str
    data: bytes
    item_id: int = 0
    lot_no: str = ""


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper without its content.

    Attributes:
        org: The member that took it in.
        item_id: The goods it is for; 0 for the whole note.
        lot_no: The lot it is for; empty for all lots.
        what: The goods and lot in words.
        withdrawn_at: When it was withdrawn, local time; None while it counts.
        reason: Why it was withdrawn.
    """

    id: int
    org_id: int
    org: str
    delivery_no: str
    sort: Sort
    item_id: int
    lot_no: str
    what: str
    name: str
    media: str
    size: int
    at: datetime
    person: str
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    reason: str = ""

    @property
    def withdrawn(self) -> str:
        """That it counts no more, since when, by whom and why; empty while it counts."""
        if self.withdrawn_at is None:
            return ""
        day = f"{self.withdrawn_at:%Y-%m-%d}"
        return _("已撤回：{why}（{who} {day}）", why=self.reason, who=self.withdrawn_by, day=day)


def add_paper(db: Database, actor: Actor, command: AddPaper) -> int:
    """Keep a paper; its id. The same file for the same goods is kept once.

    One that was withdrawn counts again when it is attached once more.

    Raises:
        DomainError: Neither PDF nor picture, too large, too many; not a note or goods of it.
    """
    require(actor, Duty.STORE, command.org_id)
    media = attachment.media_of(command.data)
    name = attachment.clean_name(command.name, media)
    digest = hashlib.sha256(command.data).digest()
    told = (command.delivery_id, command.item_id, command.lot_no, command.sort, name, digest.hex())
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "goods_paper.add", told)
        if earlier is not None:
            return int(earlier["id"])
        _check(session, command)
        paper = _same(session, command, digest)
        if paper is None:
            paper = GoodsPaper(
                org_id=command.org_id, id=new_id(), delivery_id=command.delivery_id,
                item_id=command.item_id or None, lot_no=command.lot_no.strip(),
                sort=command.sort.value, name=name, media=media, digest=digest,
                data=command.data, added_at=now(session), added_by=actor.person_id,
            )  # fmt: skip
            session.add(paper)
            _record(session, actor, paper, command.sort)
        else:
            _once_more(session, actor, paper, command.sort)
        finish(session, command.org_id, command.op_id, {"id": paper.id})
        return paper.id


def papers_of_note(
    db: Database, actor: Actor, org_id: int, delivery_id: int
) -> tuple[PaperRow, ...]:
    """The papers of a delivery note, oldest first."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        of_note = and_(GoodsPaper.org_id == org_id, GoodsPaper.delivery_id == delivery_id)
        return _rows(session, of_note)


def papers_of_lot(db: Database, actor: Actor, lot_id: int) -> tuple[PaperRow, ...]:
    """The papers of a lot, whichever member took them in: goods travel within the group.

    Papers for a whole note or item are found where the lot came with that note to an own member.
    """
    require_any(actor, Duty.READ)
    with db.read() as session:
        lot = session.get(Lot, lot_id)
        if lot is None or _is_outside(session, actor):
            return ()
        came_with = (
            select(Acceptance.delivery_id)
            .join(AcceptanceLine, (AcceptanceLine.org_id == Acceptance.org_id)
                  & (AcceptanceLine.acceptance_id == Acceptance.id))
            .where(AcceptanceLine.lot_id == lot_id, Acceptance.org_id.in_(actor.orgs()))
        )  # fmt: skip
        own = and_(GoodsPaper.item_id == lot.item_id, GoodsPaper.lot_no == lot.lot_no)
        wider = or_(GoodsPaper.item_id.is_(None),
                    and_(GoodsPaper.item_id == lot.item_id, GoodsPaper.lot_no == ""))  # fmt: skip
        return _rows(session, or_(own, and_(wider, GoodsPaper.delivery_id.in_(came_with))))


def lot_of(db: Database, actor: Actor, item_id: int, lot_no: str) -> int:
    """The id of a lot; raises `DomainError` that says what to check."""
    require_any(actor, Duty.READ)
    with db.read() as session:
        found = session.scalar(
            select(Lot.id).where(
                Lot.item_id == item_id, Lot.lot_no == lot_no.strip(), Lot.serial == ""
            )
        )
    if found is None:
        raise DomainError("lot.unknown", _("没有批号 {lot}。请核对批号。", lot=lot_no))
    return found


def goods_of_note(
    db: Database, actor: Actor, org_id: int, delivery_id: int
) -> tuple[tuple[int, str, str], ...]:
    """What papers of a note can be for: item, lot and their words; lots that came, else stated."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        came = session.execute(
            select(AcceptanceLine.item_id, Lot.lot_no, Item.name)
            .join(Acceptance, (Acceptance.org_id == AcceptanceLine.org_id)
                  & (Acceptance.id == AcceptanceLine.acceptance_id))
            .join(Lot, Lot.id == AcceptanceLine.lot_id)
            .join(Item, Item.id == AcceptanceLine.item_id)
            .where(Acceptance.org_id == org_id, Acceptance.delivery_id == delivery_id)
            .order_by(AcceptanceLine.acceptance_id, AcceptanceLine.line)
        ).all()  # fmt: skip
        rows = (
            came
            or session.execute(
                select(DeliveryLine.item_id, func.coalesce(DeliveryLine.lot_no, ""), Item.name)
                .join(Item, Item.id == DeliveryLine.item_id)
                .where(DeliveryLine.org_id == org_id, DeliveryLine.delivery_id == delivery_id)
                .order_by(DeliveryLine.line)
            ).all()
        )
    return tuple(dict.fromkeys((item, lot, f"{name} {lot}".strip()) for item, lot, name in rows))


def paper_content(db: Database, actor: Actor, paper: PaperRow) -> bytes:
    """The file; `DomainError` when it was changed behind us."""
    require_any(actor, Duty.READ)
    with db.read() as session:
        found = session.get(GoodsPaper, (paper.org_id, paper.id))
        if found is None or _is_outside(session, actor):
            raise DomainError("goods_paper.unknown", _("没有这份资料。请刷新后再看。"))
        if hashlib.sha256(found.data).digest() != found.digest:
            raise DomainError(
                "goods_paper.changed",
                _("{name} 的内容与存入时不符，没有打开。请联系维护人员。", name=found.name),
            )
        return bytes(found.data)


def paper_counts(session: Session, org_id: int, delivery_id: int) -> tuple[Counter[Sort], int]:
    """How many papers of each sort a note has, and how many were withdrawn."""
    rows = session.execute(
        select(sort_now().label("sort"), counts().label("counts"))
        .select_from(GoodsPaper)
        .outerjoin(PaperTurn, last_turn())
        .where(GoodsPaper.org_id == org_id, GoodsPaper.delivery_id == delivery_id)
    ).all()
    found = Counter(Sort(row.sort) for row in rows if row.counts)
    return found, len(rows) - found.total()


def _is_outside(session: Session, actor: Actor) -> bool:
    """A supplier's person: PostgreSQL's row security says the same once more."""
    return actor.orgs().isdisjoint(group_orgs(session, today(session)))


def _check(session: Session, command: AddPaper) -> None:
    if session.get(Delivery, (command.org_id, command.delivery_id)) is None:
        raise DomainError("delivery.unknown", _("没有这张送货单。请刷新列表后再选。"))
    if command.item_id and not _is_of_note(session, command):
        raise DomainError(
            "goods_paper.goods", _("这张送货单上没有这个品规。请选单上的品规，或附给整张单。")
        )
    there, _withdrawn = paper_counts(session, command.org_id, command.delivery_id)
    if there.total() >= _MOST:
        raise DomainError(
            "goods_paper.many",
            _("一张送货单最多附 {n} 份资料。请把几页合成一个 PDF。", n=_MOST),
        )


def _is_of_note(session: Session, command: AddPaper) -> bool:
    """Stated on the note, or counted beyond it (a gift)."""
    stated = select(DeliveryLine.line).where(
        DeliveryLine.org_id == command.org_id, DeliveryLine.delivery_id == command.delivery_id,
        DeliveryLine.item_id == command.item_id,
    )  # fmt: skip
    counted = (
        select(AcceptanceLine.line)
        .join(Acceptance, (Acceptance.org_id == AcceptanceLine.org_id)
              & (Acceptance.id == AcceptanceLine.acceptance_id))
        .where(Acceptance.org_id == command.org_id,
               Acceptance.delivery_id == command.delivery_id,
               AcceptanceLine.item_id == command.item_id)
    )  # fmt: skip
    return any(session.scalar(one.limit(1)) is not None for one in (stated, counted))


def _once_more(session: Session, actor: Actor, paper: GoodsPaper, sort: Sort) -> None:
    """Nothing where the file is there as the same; one that was withdrawn counts again."""
    now_is = standing(session, paper)
    if not now_is.counts:
        add_turn(session, actor, paper, sort, "")
        _record(session, actor, paper, sort)
    elif now_is.sort is not sort:
        raise DomainError(
            "goods_paper.sort",
            _("这份文件已作为「{sort}」附上（{name}）。类型附错了，请先撤回那一份再附。",
              sort=now_is.sort.label, name=paper.name),
        )  # fmt: skip


def _record(session: Session, actor: Actor, paper: GoodsPaper, sort: Sort) -> None:
    detail = {"name": paper.name, "sort": sort.value, "sha256": paper.digest.hex()}
    doc = ("delivery", paper.delivery_id)
    audit.record(session, actor, paper.org_id, "goods_paper.add", doc, detail)


def _same(session: Session, command: AddPaper, digest: bytes) -> GoodsPaper | None:
    return session.scalar(
        select(GoodsPaper).where(
            GoodsPaper.org_id == command.org_id,
            GoodsPaper.delivery_id == command.delivery_id,
            func.coalesce(GoodsPaper.item_id, 0) == command.item_id,
            GoodsPaper.lot_no == command.lot_no.strip(),
            GoodsPaper.digest == digest,
        )
    )


def _rows(session: Session, wanted: ColumnElement[bool]) -> tuple[PaperRow, ...]:
    withdrawer = aliased(Person)
    query = (
        select(
            GoodsPaper.id, GoodsPaper.org_id, Organisation.short_name, Delivery.no,
            sort_now().label("sort"), Item.name.label("item"), GoodsPaper.item_id,
            GoodsPaper.lot_no, GoodsPaper.name, GoodsPaper.media,
            func.length(GoodsPaper.data).label("size"),
            GoodsPaper.added_at, Person.name.label("person"), counts().label("counts"),
            PaperTurn.noted_at, PaperTurn.reason, withdrawer.name.label("withdrawer"),
        )
        .join(Organisation, Organisation.id == GoodsPaper.org_id)
        .outerjoin(Delivery, (Delivery.org_id == GoodsPaper.org_id)
                   & (Delivery.id == GoodsPaper.delivery_id))
        .outerjoin(Item, Item.id == GoodsPaper.item_id)
        .outerjoin(Person, Person.id == GoodsPaper.added_by)
        .outerjoin(PaperTurn, last_turn())
        .outerjoin(withdrawer, withdrawer.id == PaperTurn.noted_by)
        .where(wanted)
        .order_by(GoodsPaper.added_at, GoodsPaper.id)
    )  # fmt: skip
    return tuple(
        PaperRow(
            row.id, row.org_id, row.short_name, row.no or "—", Sort(row.sort),
            row.item_id or 0, row.lot_no,
            " ".join(part for part in (row.item, row.lot_no) if part), row.name, row.media,
            row.size, local_time(row.added_at), row.person or "—",
            *(() if row.counts else (local_time(row.noted_at), row.withdrawer or "—", row.reason)),
        )
        for row in session.execute(query)
    )  # fmt: skip
