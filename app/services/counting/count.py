"""A count from its snapshot to its posting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_id
from app.domain.quantity import checked
from app.domain.scan import ScanResult
from app.domain.stock.counting import (
    Counted,
    CountState,
    step_count,
    wants_recount,
)
from app.i18n import _
from app.models.counting import CountLine, StockCount
from app.models.item import Item
from app.models.stock import Balance, Ledger, Lot, Place
from app.services import audit
from app.services.access import require
from app.services.counting.heads import (
    CountDone,
    CountStep,
    advance,
    ask_again,
    book_of,
    books_of,
    lines_of,
    load,
    told,
)
from app.services.counting.labels import count_once, label_of, line_of_label
from app.services.counting.overlap import refuse_second
from app.services.counting.recount_rule import check_counter
from app.services.db import Database, now, today
from app.services.item_lookup import items_of_scan
from app.services.numbering import document_no
from app.services.operations import claim, finish
from app.services.scan_rules import read_scan
from app.services.stock.places import main_place
from app.services.turns import take_turn


@dataclass(frozen=True, slots=True)
class StartCount:
    """Count what lies at a place and below it (0: the main store), without packed goods."""

    op_id: UUID
    org_id: int
    place_id: int = 0
    tolerance: int = 0


@dataclass(frozen=True, slots=True)
class Key:
    """A line of a count."""

    place_id: int
    item_id: int
    lot_id: int
    owner_id: int


@dataclass(frozen=True, slots=True)
class Record:
    """So many units were found; added to what was counted of the line, or put in its place."""

    op_id: UUID
    org_id: int
    count_id: int
    key: Key
    qty: int
    add: bool = False


@dataclass(frozen=True, slots=True)
class ScanCount:
    """A scan during a count: one pack (or what the code says) more of the lot it names."""

    op_id: UUID
    org_id: int
    count_id: int
    code: str
    lot_no: str = ""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan counted: the line and how many units of it were found so far."""

    key: Key
    name: str
    lot_no: str
    counted: int
    base_unit: str
    pack_unit: str
    pack_factor: int


def start(db: Database, actor: Actor, command: StartCount) -> CountDone:
    """Begin a count: every lot at the place becomes a line with the book of this moment."""
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "count.start", command)
        if earlier is not None:
            return told(load(session, command.org_id, int(earlier["id"])))
        take_turn(session, command.org_id, "count")
        place = command.place_id or main_place(session, command.org_id)
        places = _below(session, command.org_id, place)
        refuse_second(session, command.org_id, places)
        rows = session.scalars(
            select(Balance).where(
                Balance.org_id == command.org_id,
                Balance.place_id.in_(places),
                Balance.qty > 0,
            )
        ).all()
        if command.tolerance < 0:
            raise DomainError("count.tolerance", _("允差应是 0 或正数（整包装）。"))
        head = StockCount(
            org_id=command.org_id, id=new_id(),
            no=document_no(session, command.org_id, "PD", today(session)), place_id=place,
            status=CountState.COUNTING.value, tolerance=command.tolerance,
            started_at=now(session), started_by=actor.person_id,
            snapshot_seq=session.scalar(
                select(func.max(Ledger.seq)).where(Ledger.org_id == command.org_id)
            ) or 0,
            version=1,
        )  # fmt: skip
        session.add(head)
        session.flush()
        for row in rows:
            session.add(
                CountLine(
                    org_id=command.org_id, count_id=head.id, place_id=row.place_id,
                    item_id=row.item_id, lot_id=row.lot_id, owner_id=row.owner_id,
                    snapshot=row.qty, book=row.qty,
                )
            )  # fmt: skip
        session.flush()
        audit.record(
            session, actor, command.org_id, "count.start", (DocKind.COUNT.value, head.id),
            {"no": head.no, "lines": len(rows)},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"id": head.id})
        return told(head)


def record(db: Database, actor: Actor, command: Record) -> int:
    """Write what was found of a line; the units found so far."""
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "count.record", command)
        if earlier is not None:
            return int(earlier["counted"])
        head = _counting(session, command.org_id, command.count_id)
        found = _write(session, actor, head, command)
        finish(session, command.org_id, command.op_id, {"counted": found})
        return found


def scan(db: Database, actor: Actor, command: ScanCount) -> Scanned:
    """Count by scanning packs: each scan adds what its code stands for; a label its whole pack.

    Raises:
        DomainError: An unknown code, or a code without a lot where several lots lie.
        ConflictError: A label that was counted in this round, or whose goods were used.
    """
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "count.scan", command)
        if earlier is not None:
            return _told(session, Key(*earlier["key"]), int(earlier["counted"]))
        head = _counting(session, command.org_id, command.count_id)
        read = read_scan(session, command.code)
        pack = label_of(session, command.org_id, read)
        if pack is not None:
            line = line_of_label(session, head, pack)
            count_once(session, actor, line, pack)
            key, units = _key(line), pack.qty
        else:
            key, units = _named(session, head, read, command.lot_no)
        wish = Record(command.op_id, command.org_id, command.count_id, key, units, add=True)
        counted = _write(session, actor, head, wish)
        finish(session, command.org_id, command.op_id, {"counted": counted, "key": astuple(key)})
        return _told(session, key, counted)


def _named(session: Session, head: StockCount, read: ScanResult, lot_no: str) -> tuple[Key, int]:
    """The line that the code on a pack names, and the units that it stands for."""
    items = items_of_scan(session, read, head.org_id)
    if len(items) != 1:
        raise DomainError(
            "scan.not_found",
            _("没找到 {code}。请扫包装上的码，或输统一编码。", code=read.raw[:40]),
        )
    key = _line_for(session, head, items[0].item_id, lot_no or read.lot)
    return key, items[0].unit_factor * read.count


def _told(session: Session, key: Key, counted: int) -> Scanned:
    item = session.get_one(Item, key.item_id)
    lot = session.get(Lot, key.lot_id)
    return Scanned(
        key, item.name, lot.lot_no if lot else "", counted, item.base_unit, item.pack_unit,
        item.pack_factor,
    )  # fmt: skip


def submit(db: Database, actor: Actor, command: CountStep) -> CountDone:
    """Close the counting: lines that are off by more than the tolerance are counted again.

    Raises:
        DomainError: Lines that nobody counted (say that the rest is zero, or count them).
    """
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "count.submit", command)
        head = load(session, command.org_id, command.count_id, held=True)
        if earlier is not None:
            return told(head, int(earlier["recount"]))
        step_count(CountState(head.status), CountState.TO_APPROVE)
        lines = lines_of(session, head)
        open_lines = [line for line in lines if line.counted is None]
        if open_lines and not command.rest_is_zero:
            raise DomainError(
                "count.open",
                _("还有 {n} 行没盘到。继续盘，或确认它们都是 0。", n=len(open_lines)),
            )
        books = books_of(session, head) if open_lines else {}
        for line in open_lines:
            check_counter(session, actor, line)
            line.counted, line.counted_by, line.counted_at = 0, actor.person_id, now(session)
            line.book = books[line]
        again = _recounts(session, head, lines)
        if not again:
            advance(
                session, head, CountState.TO_APPROVE, command.version, submitted_at=now(session),
                submitted_by=actor.person_id, note=command.note.strip() or None,
            )  # fmt: skip
        audit.record(
            session, actor, command.org_id, "count.submit", (DocKind.COUNT.value, head.id),
            {"no": head.no, "recount": again},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"recount": again})
        return told(head, again)


def _below(session: Session, org_id: int, place_id: int) -> set[int]:
    """The place and all below it in every zone but the packed goods."""
    rows = session.execute(
        select(Place.id, Place.parent_id, Place.zone).where(
            Place.org_id == org_id, Place.holds_stock.is_(True)
        )
    ).all()
    found, waiting = set(), [place_id]
    while waiting:
        place = waiting.pop()
        found.add(place)
        waiting += [row.id for row in rows if row.parent_id == place and row.id not in found]
    packed = {row.id for row in rows if row.zone == "outgoing"}
    return found - packed


def _counting(session: Session, org_id: int, count_id: int) -> StockCount:
    head = load(session, org_id, count_id, held=True)
    if head.status != CountState.COUNTING.value:
        raise ConflictError(
            "count.state",
            _("这次盘点现在是「{state}」，不能再录。", state=CountState(head.status).label),
        )
    return head


def _write(session: Session, actor: Actor, head: StockCount, command: Record) -> int:
    if command.qty < 0:
        raise DomainError("count.qty", _("盘到的数量应是 0 或正数。"))
    key = command.key
    ids = (command.org_id, command.count_id, key.place_id, key.item_id, key.lot_id, key.owner_id)
    line = session.get(CountLine, ids)
    if line is not None:
        check_counter(session, actor, line)
    else:
        _refuse_foreign(session, head, key)
        line = CountLine(
            org_id=command.org_id, count_id=command.count_id, place_id=key.place_id,
            item_id=key.item_id, lot_id=key.lot_id, owner_id=key.owner_id, snapshot=0, book=0,
        )  # fmt: skip
        session.add(line)
    counted = command.qty + ((line.counted or 0) if command.add else 0)
    line.counted = checked(counted) if counted else 0
    line.counted_by, line.counted_at = actor.person_id, now(session)
    line.book = book_of(session, line)
    session.flush()
    return line.counted


def _refuse_foreign(session: Session, head: StockCount, key: Key) -> None:
    """A line that the book does not have is found goods: here, of a known lot, the house's own.

    The goods of others only where the book has had them; anything else would make stock out of
    nothing, or take it from places where nobody counts.
    """
    place = session.get(Place, (head.org_id, key.place_id))
    if place is None or key.place_id not in _below(session, head.org_id, head.place_id):
        raise DomainError(
            "count.place",
            _("{no} 不盘这个库位。请只填这次盘的库位里的货。", no=head.no),
        )
    lot = session.get(Lot, key.lot_id) if key.lot_id else None
    if key.lot_id and (lot is None or lot.item_id != key.item_id):
        raise DomainError("count.new_lot_item", _("这个批号不是这种货的。请核对包装上的批号。"))
    known = key.owner_id == head.org_id or session.scalar(
        select(Balance.item_id)
        .where(
            Balance.org_id == head.org_id, Balance.item_id == key.item_id,
            Balance.lot_id == key.lot_id, Balance.owner_id == key.owner_id,
        )
        .limit(1)
    )  # fmt: skip
    if not known:
        raise DomainError("count.owner", _("账上没有这家的这批货。多出来的货请先走收货登记。"))


def _key(line: CountLine) -> Key:
    return Key(line.place_id, line.item_id, line.lot_id, line.owner_id)


def _line_for(session: Session, head: StockCount, item_id: int, lot_no: str) -> Key:
    rows = session.execute(
        select(CountLine, Lot.lot_no)
        .outerjoin(Lot, Lot.id == CountLine.lot_id)
        .where(
            CountLine.org_id == head.org_id, CountLine.count_id == head.id,
            CountLine.item_id == item_id,
        )
        .order_by(CountLine.lot_id, CountLine.place_id, CountLine.owner_id)
    ).all()  # fmt: skip
    fitting = [row for row in rows if not lot_no or row[1] == lot_no]
    lots = {row[1] for row in fitting}
    if len(lots) == 1:
        return _key(_not_full([row[0] for row in fitting]))
    if not lot_no and not lots:
        raise DomainError(
            "count.none", _("这次要盘的货里没有这一种。确实找到的，请扫带批号的码，或填批号。")
        )
    if not lot_no:
        names = "、".join(sorted(lot or "—" for lot in lots)[:5])
        raise DomainError(
            "count.lot", _("这种货有几个批号：{lots}。请扫带批号的码，或填批号。", lots=names)
        )
    lot = session.scalar(select(Lot).where(Lot.item_id == item_id, Lot.lot_no == lot_no))
    if lot is None:
        raise DomainError(
            "count.new_lot", _("系统里没有批号 {lot}。多出来的货请先走收货登记。", lot=lot_no)
        )
    return Key(head.place_id, item_id, lot.id, head.org_id)


def _not_full(lines: Sequence[CountLine]) -> CountLine:
    """Of lines of one lot (in several bins, of several owners) the one to which a pack belongs.

    Packs of a lot look alike, so the lines are filled one after the other up to the book, and only
    what is short or too much is a difference. In a second count only its own lines are filled.
    """
    mine = [line for line in lines if line.recount] or lines
    open_ones = (line for line in mine if (line.counted or 0) < line.book)
    return next(open_ones, mine[-1])


def _recounts(session: Session, head: StockCount, lines: list[CountLine]) -> int:
    factors = dict(
        session.execute(
            select(Item.id, Item.pack_factor).where(Item.id.in_({x.item_id for x in lines}))
        ).all()
    )
    again = 0
    for line in lines:
        seen = Counted(line.book, line.counted, line.first, int(factors.get(line.item_id, 1)))
        if wants_recount(seen, head.tolerance):
            ask_again(line)
            again += 1
    session.flush()
    return again
