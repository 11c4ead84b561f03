"""养护: each month one list per storage class of what is stored, looked at lot by lot."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CursorResult, and_, func, select, update
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_id
from app.domain.stock.upkeep import Finding, UpkeepState, check_words, month_of
from app.i18n import _
from app.models.item import Item
from app.models.party import Person
from app.models.stock import Balance, Lot, Place
from app.models.store_records import UpkeepLine, UpkeepRound
from app.services import audit
from app.services.access import require
from app.services.db import Database, local_time, now, today
from app.services.numbering import document_no
from app.services.operations import claim, finish
from app.services.turns import take_turn

_ZONES = ("", "good")


@dataclass(frozen=True, slots=True)
class MakeRounds:
    """Make this month's lists; those that are there already stay."""

    op_id: UUID
    org_id: int


@dataclass(frozen=True, slots=True)
class CheckLine:
    """What was found of lines of a list."""

    op_id: UUID
    org_id: int
    round_id: int
    lines: tuple[int, ...]
    finding: Finding
    words: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class EndRound:
    """Every line was looked at."""

    op_id: UUID
    org_id: int
    round_id: int
    version: int


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A list of a month."""

    id: int
    org_id: int
    no: str
    month: date
    storage: str
    state: UpkeepState
    made_at: datetime
    maker: str
    lines: int
    checked: int
    faults: int
    version: int


@dataclass(frozen=True, slots=True)
class UpkeepLineRow:
    """A lot to look at, and what was found."""

    line: int
    place: str
    item_id: int
    code: str
    name: str
    spec: str
    lot_no: str
    expiry: date | None
    qty: int
    base_unit: str
    pack_unit: str
    pack_factor: int
    finding: Finding | None
    words: str
    action: str
    person: str
    at: datetime | None


def make_rounds(db: Database, actor: Actor, command: MakeRounds) -> tuple[str, ...]:
    """Make the lists of this month; the numbers of those that are new."""
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "upkeep.make", command)
        if earlier is not None:
            return tuple(earlier["numbers"])
        take_turn(session, command.org_id, "upkeep")
        day = today(session)
        month = month_of(day)
        there = set(
            session.scalars(
                select(UpkeepRound.storage).where(
                    UpkeepRound.org_id == command.org_id, UpkeepRound.month == month
                )
            )
        )
        numbers = []
        for storage, lots in _stored(session, command.org_id).items():
            if storage in there:
                continue
            head = UpkeepRound(
                org_id=command.org_id, id=new_id(),
                no=document_no(session, command.org_id, "YH", day), month=month, storage=storage,
                status=UpkeepState.OPEN.value, made_at=now(session), made_by=actor.person_id,
                version=1,
            )  # fmt: skip
            session.add(head)
            session.flush()
            session.add_all(
                UpkeepLine(
                    org_id=command.org_id, round_id=head.id, line=number, place_id=place,
                    item_id=item, lot_id=lot, qty=qty,
                )
                for number, (place, item, lot, qty) in enumerate(lots, 1)
            )  # fmt: skip
            numbers.append(head.no)
            audit.record(
                session, actor, command.org_id, "upkeep.make", ("upkeep", head.id),
                {"no": head.no, "lines": len(lots)},
            )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"numbers": numbers})
        return tuple(numbers)


def check(db: Database, actor: Actor, command: CheckLine) -> int:
    """Write what was found of some lines; how many."""
    require(actor, Duty.STORE, command.org_id)
    check_words(command.finding, command.words, command.action)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "upkeep.check", command)
        if earlier is not None:
            return int(earlier["n"])
        head = _load(session, command.org_id, command.round_id)
        if head.status != UpkeepState.OPEN.value:
            raise ConflictError("upkeep.done", _("{no} 已完成，不能再改。", no=head.no))
        done = session.execute(
            update(UpkeepLine)
            .where(
                UpkeepLine.org_id == command.org_id, UpkeepLine.round_id == command.round_id,
                UpkeepLine.line.in_(command.lines),
            )
            .values(
                result=command.finding.value, finding=command.words.strip() or None,
                action=command.action.strip() or None, checked_at=now(session),
                checked_by=actor.person_id,
            )
        )  # fmt: skip
        assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
        if not done.rowcount:
            raise DomainError("upkeep.lines", _("还没选要登记的行。"))
        finish(session, command.org_id, command.op_id, {"n": done.rowcount})
        return done.rowcount


def end(db: Database, actor: Actor, command: EndRound) -> None:
    """Close a list whose every line was looked at.

    Raises:
        DomainError: Some were not; says how many.
        ConflictError: Somebody closed it before.
    """
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "upkeep.end", command)
        if earlier is not None:
            return
        head = _load(session, command.org_id, command.round_id)
        left = session.scalar(
            select(func.count()).where(
                UpkeepLine.org_id == command.org_id, UpkeepLine.round_id == command.round_id,
                UpkeepLine.result.is_(None),
            )
        )  # fmt: skip
        if left:
            raise DomainError("upkeep.left", _("{no} 还有 {n} 行没看。", no=head.no, n=left))
        done = session.execute(
            update(UpkeepRound)
            .where(
                UpkeepRound.org_id == command.org_id, UpkeepRound.id == command.round_id,
                UpkeepRound.status == UpkeepState.OPEN.value,
                UpkeepRound.version == command.version,
            )
            .values(
                status=UpkeepState.DONE.value, done_at=now(session), done_by=actor.person_id,
                version=command.version + 1,
            )
        )  # fmt: skip
        assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
        if done.rowcount != 1:
            words = _("{no} 刚被别人处理过。请刷新后再看。", no=head.no)
            raise ConflictError("upkeep.changed", words)
        audit.record(
            session, actor, command.org_id, "upkeep.end", ("upkeep", head.id), {"no": head.no}
        )
        finish(session, command.org_id, command.op_id, {})


def rounds(db: Database, actor: Actor, orgs: Collection[int]) -> tuple[RoundRow, ...]:
    """Lists of the organisations, newest month first; at most 200."""
    with db.read() as session:
        rows = session.execute(
            select(
                UpkeepRound, Person.name, func.count(UpkeepLine.line),
                func.count(UpkeepLine.result),
                func.count(UpkeepLine.result).filter(UpkeepLine.result != Finding.OK.value),
            )
            .outerjoin(Person, Person.id == UpkeepRound.made_by)
            .join(UpkeepLine, and_(UpkeepLine.org_id == UpkeepRound.org_id,
                                   UpkeepLine.round_id == UpkeepRound.id))
            .where(UpkeepRound.org_id.in_(set(orgs) & actor.orgs()))
            .group_by(UpkeepRound.org_id, UpkeepRound.id, Person.name)
            .order_by(UpkeepRound.month.desc(), UpkeepRound.no)
            .limit(200)
        ).all()  # fmt: skip
        return tuple(
            RoundRow(
                head.id, head.org_id, head.no, head.month, head.storage,
                UpkeepState(head.status), local_time(head.made_at), maker or "—", lines,
                checked, faults, head.version,
            )
            for head, maker, lines, checked, faults in rows
        )  # fmt: skip


def round_lines(
    db: Database, actor: Actor, org_id: int, round_id: int
) -> tuple[UpkeepLineRow, ...]:
    """The lines of a list, place by place."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        rows = session.execute(
            select(UpkeepLine, Place.name, Item, Lot, Person.name)
            .join(Place, and_(Place.org_id == UpkeepLine.org_id, Place.id == UpkeepLine.place_id))
            .join(Item, Item.id == UpkeepLine.item_id)
            .outerjoin(Lot, Lot.id == UpkeepLine.lot_id)
            .outerjoin(Person, Person.id == UpkeepLine.checked_by)
            .where(UpkeepLine.org_id == org_id, UpkeepLine.round_id == round_id)
            .order_by(UpkeepLine.line)
        ).all()
        return tuple(
            UpkeepLineRow(
                one.line, place, item.id, item.code, item.name, item.spec,
                lot.lot_no if lot else "", lot.expiry if lot else None, one.qty, item.base_unit,
                item.pack_unit, item.pack_factor, Finding(one.result) if one.result else None,
                one.finding or "", one.action or "", person or "",
                local_time(one.checked_at) if one.checked_at else None,
            )
            for one, place, item, lot, person in rows
        )  # fmt: skip


def _stored(session: Session, org_id: int) -> dict[str, list[tuple[int, int, int, int]]]:
    """(place, item, lot, units) in good zones, by storage class of the item."""
    rows = session.execute(
        select(
            Item.storage, Balance.place_id, Balance.item_id, Balance.lot_id,
            func.sum(Balance.qty),
        )
        .join(Item, Item.id == Balance.item_id)
        .join(Place, and_(Place.org_id == Balance.org_id, Place.id == Balance.place_id))
        .outerjoin(Lot, Lot.id == Balance.lot_id)
        .where(Balance.org_id == org_id, Balance.qty > 0, Place.holds_stock.is_(True),
               Place.zone.in_(_ZONES))
        .group_by(Item.storage, Balance.place_id, Balance.item_id, Balance.lot_id, Place.code,
                  Item.name, Lot.expiry)
        .order_by(Item.storage, Place.code, Item.name, Lot.expiry)
    ).all()  # fmt: skip
    found: dict[str, list[tuple[int, int, int, int]]] = {}
    for storage, place, item, lot, qty in rows:
        found.setdefault(storage, []).append((place, item, lot, int(qty)))
    return found


def _load(session: Session, org_id: int, round_id: int) -> UpkeepRound:
    head = session.get(UpkeepRound, (org_id, round_id))
    if head is None:
        raise DomainError("upkeep.unknown", _("没有这张养护单。请刷新后再看。"))
    return head
