"""高值登记: articles of high value used in a case, each serial once; refunds to the same lot.

The case lies apart from the ledger: rows of the ledger, which the supplier may read, hold
quantities only. Who operated lies apart again and is read one case at a time, on record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.consumption.cases import Article, check_case
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, refuse_if
from app.domain.ids import new_id
from app.domain.scan import ScanResult
from app.i18n import _
from app.models.consumption_source import CaseDoctor, CaseLine, CaseUse
from app.models.item import Item
from app.models.settlement import Consumption
from app.services import audit
from app.services.access import require
from app.services.consumption.commands import Consume, Consumed, ConsumeLine, Reverse, Use
from app.services.consumption.consume import pick_again, pick_all
from app.services.consumption.reverse import reverse
from app.services.consumption.scan import Scanned, scanned
from app.services.consumption.serials import lot_of_serial, mark_used
from app.services.consumption.using import post_use
from app.services.db import Database, database_of, today
from app.services.demand import add_demand
from app.services.operations import claim, finish
from app.services.scan_rules import read_scan, read_scans
from app.services.stock.places import stock_places

_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class CaseArticle:
    """A scanned article, ready for `RegisterCase`."""

    goods: Scanned
    article: Article


@dataclass(frozen=True, slots=True)
class CaseUnit:
    """One article of a registration: the line of consumption, its serial and code."""

    line: ConsumeLine
    serial: str
    code: str


@dataclass(frozen=True, slots=True)
class RegisterCase:
    """Register what a case used.

    Attributes:
        case_no: The hospital's reference (住院号, 手术号); never a name.
        operation: What was done.
        department_id: The department (a place of the member), 0 for the place itself.
        doctor: Staff number or name of the operator.
        implanted: Whether the articles stay in the body.
    """

    op_id: UUID
    org_id: int
    place_id: int
    case_no: str
    operation: str
    doctor: str
    units: tuple[CaseUnit, ...]
    department_id: int = 0
    occurred_on: date | None = None
    implanted: bool = True


@dataclass(frozen=True, slots=True)
class RefundCase:
    """An article comes back unused: its code is scanned again (反消耗).

    Attributes:
        qty: How many; 0 for as many as the scan says (one, or 2 by ``2*``).
    """

    op_id: UUID
    org_id: int
    document_id: int
    code: str
    reason: str
    qty: int = 0


def scan_article(db: Database, actor: Actor, org_id: int, place_id: int, code: str) -> CaseArticle:
    """Read the code of an article for a case.

    Raises:
        DomainError: Unknown, not here, expired, frozen; not of high value; no serial and no lot.
        ConflictError: Its label or serial was used before.
    """
    goods = scanned(db, actor, org_id, place_id, code, for_case=True)
    with db.read() as session:
        scan = read_scan(session, code)
        item = session.get_one(Item, goods.line.item_id)
        serial = "" if goods.line.pack_id else scan.serial
        article = Article(
            code.strip(), goods.name, item.id, goods.line.qty, serial, bool(item.high_value),
            bool(serial or goods.line.lot_id or goods.line.pack_id),
        )  # fmt: skip
        _refuse_used(session, org_id, article)
        lot_id = lot_of_serial(session, org_id, article, goods.line.lot_id)
        goods = replace(goods, line=replace(goods.line, lot_id=lot_id))
    problems = check_case("ZY0", "——", "—", (article,))
    if problems:
        raise DomainError(problems[0].code, problems[0].text)
    return CaseArticle(goods, article)


def register_case(db: Database, actor: Actor, command: RegisterCase) -> Consumed:
    """Post the articles of a case as one consumption; all or none.

    Raises:
        DomainError: What is missing or impossible, by article in `problems`.
        ConflictError: A serial or label was used before, or by somebody else this moment.
    """
    require(actor, Duty.STORE, command.org_id)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _register_once(db, actor, command, again=attempt > 1)
        except DomainError as error:
            if error.code != "stock.short" or attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _register_once(db: Database, actor: Actor, command: RegisterCase, *, again: bool) -> Consumed:
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "case.register", command)
        if earlier is not None:
            return Consumed.from_plain(earlier)
        _check(session, command)
        day = command.occurred_on or today(session)
        document_id = new_id()
        lines = tuple(_reasoned(unit.line) for unit in command.units)
        wanted = Consume(command.op_id, command.org_id, command.place_id, lines)
        pick = pick_again if again else pick_all
        moves = pick(session, actor, wanted, document_id, day)
        _keep(session, command, document_id, {m.doc_line: m.lot_id for m in moves})
        codes = [unit.code for unit in command.units if unit.serial]
        mark_used(session, command.org_id, document_id, codes)
        use = Use(command.org_id, command.op_id, command.place_id, day, "case",
                  document_id=document_id)  # fmt: skip
        result = post_use(session, actor, use, moves)
        for line in lines:
            add_demand(session, command.org_id, command.place_id, line.item_id, day, line.qty,
                       line.qty)  # fmt: skip
        finish(session, command.org_id, command.op_id, result.as_plain())
        return result


def refund_case(db: Database, actor: Actor, command: RefundCase) -> Consumed:
    """Take an article back to the lot, owner and place it came from; its serial is free again.

    Raises:
        DomainError: The code is not of this case, or the article came back before.
    """
    require(actor, Duty.STORE, command.org_id)
    with db.read() as session:
        line, qty = _line_of_code(session, command)
    back = Reverse(
        command.op_id, command.org_id, command.document_id, command.reason,
        qty=command.qty or qty, doc_line=line,
    )  # fmt: skip
    return reverse(db, actor, back)


def case_doctor(db: Database, actor: Actor, org_id: int, document_id: int) -> str:
    """Who operated in one case; the reading is on record. There is no way to list or count it."""
    if not actor.can(Duty.AUDIT, org_id):
        require(actor, Duty.STORE, org_id)
    if not db.is_sqlite:
        return _told_after_record(db, org_id, document_id) or "—"
    with db.write() as session:
        found = session.scalar(
            select(CaseDoctor.doctor).where(
                CaseDoctor.org_id == org_id, CaseDoctor.document_id == document_id
            )
        )
        audit.record(session, actor, org_id, "case.doctor", ("consumption", document_id), {})
        return found or "—"


def _told_after_record(db: Database, org_id: int, document_id: int) -> str:
    """Asked twice: the server tells only what an earlier transaction has put on record."""
    told = None
    for _turn in ("record", "tell"):
        with db.write() as session:
            told = session.execute(
                text("SELECT api.case_doctor(:org, :document)"),
                {"org": org_id, "document": document_id},
            ).scalar_one()
    return str(told or "")


def _check(session: Session, command: RegisterCase) -> None:
    items = {
        item.id: item
        for item in session.scalars(
            select(Item).where(Item.id.in_({unit.line.item_id for unit in command.units}))
        )
    }
    articles = []
    for unit in command.units:
        item = items[unit.line.item_id]
        articles.append(
            Article(
                unit.code, item.name, item.id, unit.line.qty, unit.serial, bool(item.high_value),
                bool(unit.serial or unit.line.lot_id or unit.line.pack_id),
            )
        )  # fmt: skip
    problems = check_case(command.case_no, command.operation, command.doctor, articles)
    code = problems[0].code if problems else ""
    refuse_if(problems, code, _("没有登记。"))
    for unit, article in zip(command.units, articles, strict=True):
        _refuse_used(session, command.org_id, article)
        lot_of_serial(session, command.org_id, article, unit.line.lot_id)
    places = {place.id for place in stock_places(session, command.org_id)}
    if command.department_id and command.department_id not in places:
        raise DomainError("case.department", _("没有这个科室。请从列表里选。"))


def _refuse_used(session: Session, org_id: int, article: Article) -> None:
    """Say which case used the serial, where the person may know it."""
    if not article.serial:
        return
    found = session.execute(
        select(CaseLine.org_id, CaseUse.case_no, Consumption.no, Consumption.occurred_on)
        .join(CaseUse, (CaseUse.org_id == CaseLine.org_id)
              & (CaseUse.document_id == CaseLine.document_id))
        .join(Consumption, (Consumption.org_id == CaseLine.org_id)
              & (Consumption.id == CaseLine.document_id))
        .where(
            CaseLine.org_id == org_id, CaseLine.item_id == article.item_id,
            CaseLine.serial == article.serial, CaseLine.returned == 0,
        )
    ).first()  # fmt: skip
    if found is not None:
        raise ConflictError(
            "case.used",
            _("{name} 序列号 {serial} 在 {day} 已登记给病例 {case}（{no}）。请核对包装。",
              name=article.name, serial=article.serial, day=found.occurred_on,
              case=found.case_no, no=found.no),
        )  # fmt: skip


def _keep(session: Session, command: RegisterCase, document_id: int, lots: dict[int, int]) -> None:
    key = {"org_id": command.org_id, "document_id": document_id}
    session.add(
        CaseUse(
            **key, case_no=command.case_no.strip().upper(), operation=command.operation.strip(),
            department_id=command.department_id or command.place_id,
        )
    )  # fmt: skip
    session.flush()
    session.execute(insert(CaseDoctor).values(**key, doctor=command.doctor.strip()))
    dialect = sqlite_insert if database_of(session).is_sqlite else pg_insert
    for number, unit in enumerate(command.units, 1):
        values: dict[str, Any] = key | {
            "line": number, "item_id": unit.line.item_id, "lot_id": lots.get(number, 0),
            "serial": unit.serial, "code": unit.code.strip()[:200], "qty": unit.line.qty,
            "returned": 0, "implanted": int(command.implanted),
        }  # fmt: skip
        statement = dialect(CaseLine).values(**values).on_conflict_do_nothing()
        if session.execute(statement.returning(CaseLine.line)).first() is None:
            raise ConflictError(
                "case.used",
                _("序列号 {serial} 已在集团里登记使用。请核对包装，可能是重复扫码或回流的货。",
                  serial=unit.serial),
            )  # fmt: skip


def _reasoned(line: ConsumeLine) -> ConsumeLine:
    """The operation chooses the article, not its expiry; the reason names no case."""
    return line if line.reason else replace(line, reason=_("手术选用"))


def _line_of_code(session: Session, command: RefundCase) -> tuple[int, int]:
    """The line of the case that the code names, and how many units one such scan stands for."""
    rows: Sequence[CaseLine] = session.scalars(
        select(CaseLine)
        .where(CaseLine.org_id == command.org_id, CaseLine.document_id == command.document_id)
        .order_by(CaseLine.line)
    ).all()
    scan, *codes = read_scans(session, (command.code, *(row.code for row in rows)))
    kept = dict(zip((row.line for row in rows), codes, strict=True))
    exact = [row for row in rows if _same(row, kept[row.line], scan)]
    if not exact:
        raise DomainError(
            "case.other",
            _("这张单里没有 {code}。请扫退回那一件上的码，退到原来的批号。",
              code=command.code[:40]),
        )  # fmt: skip
    open_ = [row for row in exact if row.returned < row.qty]
    found = (open_ or exact)[0]  # what came back before is refused with the reversal
    return int(found.line), found.qty // kept[found.line].count * scan.count


def _same(row: CaseLine, kept: ScanResult, scan: ScanResult) -> bool:
    """Whether a scan is of this line's article: by serial, or by code and lot where it has none."""
    if row.serial or scan.serial:
        return row.serial == scan.serial and bool(scan.serial)
    return (kept.code, kept.lot) == (scan.code, scan.lot) and bool(scan.code)
