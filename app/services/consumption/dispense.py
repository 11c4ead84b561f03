"""发药导入: the hospital's dispensing file becomes consumption, whole or not at all, once only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.consumption.dispensing import Counter, DispenseRow, in_order
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, Problem, refuse_if
from app.domain.ids import new_id
from app.domain.ledger import Move
from app.i18n import _
from app.models.consumption_source import DispenseLine
from app.models.settlement import Consumption
from app.models.stock import Ledger
from app.services import audit
from app.services.access import require
from app.services.consumption.commands import PREFIX, Use
from app.services.consumption.dispense_counter import known_lines, load_counter, serve
from app.services.consumption.dispense_rows import FIELDS, KIND, Codes, Reader, load_codes
from app.services.consumption.reverse import Back, already_reversed, post_back, reversing
from app.services.consumption.using import post_use
from app.services.db import Database, database_of, now
from app.services.demand import DemandLine, write_demand
from app.services.importing.plan import (
    Imported,
    ImportPlan,
    Outcome,
    PlanLine,
    Report,
    imported_before,
    new_batch,
    open_sheet,
    planned,
    quiet,
)
from app.services.importing.rows import SheetRow, data_rows
from app.services.importing.said_columns import known_columns
from app.services.numbering import document_no
from app.services.operations import claim, finish, plain
from app.services.queries.portions import portions
from app.services.stock.places import main_place, virtual_place

_ATTEMPTS: Final = 3
_STEP: Final = 500
DispensePlan = ImportPlan[DispenseRow]


@dataclass(frozen=True, slots=True)
class DispenseImport:
    """Which file, for which store or department (0: the main store)."""

    path: Path
    org_id: int
    place_id: int = 0
    mapping: Mapping[str, str] | None = None
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class ApplyDispense:
    """Carry out a plan at a place."""

    op_id: UUID
    org_id: int
    plan: DispensePlan
    place_id: int = 0


def preview(
    db: Database, actor: Actor, command: DispenseImport, report: Report = quiet
) -> DispensePlan:
    """What importing the dispensing would do, served against the stock there is now."""
    require(actor, Duty.STORE, command.org_id)
    mapping = dict(command.mapping) if command.mapping else None
    with db.read() as session:
        opened = open_sheet(
            command.path, FIELDS, mapping, known=known_columns(session, actor, KIND),
            encoding=command.encoding, report=report,
        )  # fmt: skip
        sheet = list(data_rows(opened.table, opened.located))
        codes = load_codes(session, command.org_id)
        reader = Reader(codes)
        read: list[tuple[SheetRow, DispenseRow | None]] = []
        for number, row in enumerate(sheet):
            if number % _STEP == 0:
                report(number, len(sheet))
            read.append((row, reader.read(row)))
        understood = [row for _sheet_row, row in read if row is not None]
        place = command.place_id or main_place(session, command.org_id)
        booked = known_lines(session, command.org_id, understood)
        fresh = [row for row in understood if (row.number, row.line) not in booked]
        refused = serve(load_counter(session, command.org_id, place, fresh), fresh)
        plan = planned(
            opened, FIELDS, [_line(row, one, codes, booked, refused) for row, one in read]
        )
        report(len(sheet), len(sheet))
        return _with_earlier(plan, imported_before(session, KIND, opened.digest))


def apply(db: Database, actor: Actor, command: ApplyDispense, report: Report = quiet) -> Imported:
    """Book the plan in one transaction: a document for each day, returns to where they came from.

    Raises:
        DomainError: The stock changed since the preview; says which rows.
        ConflictError: Somebody else booked the same dispensing meanwhile.
    """
    require(actor, Duty.STORE, command.org_id)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _apply_once(db, actor, command, report)
        except DomainError as error:
            if error.code != "stock.short" or attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _apply_once(db: Database, actor: Actor, command: ApplyDispense, report: Report) -> Imported:
    plan = command.plan
    with db.write() as session:
        earlier = claim(
            session, actor, command.org_id, command.op_id, "import.dispense",
            (plan.file_name, plan.digest),
        )  # fmt: skip
        if earlier is not None:
            return Imported(**earlier)
        wanted = [
            line.content
            for line in plan.lines
            if line.content is not None and line.outcome is Outcome.ADDED
        ]
        booked = known_lines(session, command.org_id, wanted)
        rows = [row for row in wanted if (row.number, row.line) not in booked]
        batch = new_batch(plan, KIND)
        batch.org_id, batch.at, batch.person_id = command.org_id, now(session), actor.person_id
        batch.added = len(rows)
        if rows:
            session.add(batch)
            _book(session, actor, command, rows, batch.id, report)
        result = Imported(batch.id if rows else 0, len(rows), 0, batch.refused)
        doc = ("import", batch.id)
        detail = {"file": plan.file_name, "rows": len(rows)}
        audit.record(session, actor, command.org_id, "import.dispense", doc, detail)
        finish(session, command.org_id, command.op_id, plain(result))
        return result


def _book(
    session: Session,
    actor: Actor,
    command: ApplyDispense,
    rows: Sequence[DispenseRow],
    batch_id: int,
    report: Report,
) -> None:
    place = command.place_id or main_place(session, command.org_id)
    counter = load_counter(session, command.org_id, place, rows)
    problems = serve(counter, rows)
    refuse_if(
        list(problems.values()), "dispense.changed",
        _("库存在预览以后变了，整张表都没有记账。请重新预览。"),
    )  # fmt: skip
    booking = _Booking(session, actor, command, place, batch_id)
    booking.prepare(counter)
    booking.hold(counter)
    report(0, 2)
    booking.post_gifts(counter)
    report(1, 2)
    booking.post_returns(counter)
    _demand(session, command.org_id, place, rows)
    report(2, 2)


class _Booking:
    """Documents of one import: consumption by day, reversals by day and original."""

    def __init__(
        self, session: Session, actor: Actor, command: ApplyDispense, place: int, batch_id: int
    ) -> None:
        self._session = session
        self._actor = actor
        self._org = command.org_id
        self._command = command
        self._place = place
        self._batch = batch_id
        self._documents: dict[tuple[date, int], int] = {}
        self._numbers: dict[tuple[date, int], str] = {}
        self._lines: dict[int, int] = {}
        self._seqs: dict[int, int] = {}

    def prepare(self, counter: Counter) -> None:
        """Give every row its document and line, and claim its number; the loser stops here."""
        served = {gift.row.row: gift.row for gift in counter.gifts}
        served |= {one.row.row: one.row for one in counter.returns}
        values: list[dict[str, Any]] = []
        for number, row in enumerate(in_order(served.values()), 1):
            document = self._documents.setdefault((row.day, int(row.qty < 0)), new_id())
            self._lines[row.row] = number
            values.append(
                {
                    "org_id": self._org, "number": row.number, "line": row.line,
                    "batch_id": self._batch, "item_id": row.item_id, "lot_no": row.lot_no,
                    "qty": row.qty, "day": row.day, "document_id": document, "doc_line": number,
                }
            )  # fmt: skip
        insert = sqlite_insert if database_of(self._session).is_sqlite else pg_insert
        for part in portions(values, _STEP):
            kept = self._session.execute(
                insert(DispenseLine).on_conflict_do_nothing().returning(DispenseLine.line), part
            ).all()
            if len(kept) != len(part):
                raise ConflictError(
                    "dispense.raced",
                    _("这些发药刚由别人导入，没有重复记账。请重新预览。"),
                )

    def hold(self, counter: Counter) -> None:
        """The documents that goods come back to, then the numbers of all days: before the books.

        Whoever takes one of the documents back by hand, or uses goods at the counter, holds them
        in this order too: nobody waits in a ring.
        """
        self._originals([one.key for one in counter.returns if one.key > 0])
        for day, kind in sorted(self._documents):
            self._numbers[day, kind] = document_no(self._session, self._org, PREFIX, day)

    def post_gifts(self, counter: Counter) -> None:
        """One consumption for each day."""
        used = virtual_place(self._session, self._org, "consumed")
        for day in sorted({gift.row.day for gift in counter.gifts}):
            mine = [(n, g) for n, g in enumerate(counter.gifts, 1) if g.row.day == day]
            moves = [
                Move(
                    item_id=gift.row.item_id,
                    lot_id=gift.pick.stock.lot_id,
                    owner_id=gift.pick.stock.owner_id,
                    from_place=gift.pick.stock.place_id,
                    to_place=used,
                    qty=gift.pick.qty,
                    doc_line=self._lines[gift.row.row],
                )
                for _n, gift in mine
            ]
            use = Use(
                self._org, self._op(f"gift.{day}"), self._place, day, "dispense",
                self._command.plan.file_name, self._documents[day, 0], self._numbers[day, 0],
            )  # fmt: skip
            done = post_use(self._session, self._actor, use, moves)
            for (number, _gift), line in zip(mine, done.lines, strict=True):
                self._seqs[-number] = line.ledger_seq

    def post_returns(self, counter: Counter) -> None:
        """One reversal for each day; every row is linked to the one that it takes back."""
        for day in sorted({one.row.day for one in counter.returns}):
            mine = [one for one in counter.returns if one.row.day == day]
            seqs = [self._seqs.get(one.key, one.key) for one in mine]
            rows = self._originals(seqs)
            back_of: dict[int, int] = {}
            for seq, one in zip(seqs, mine, strict=True):
                back_of[seq] = back_of.get(seq, 0) + one.qty
            self._check_left(rows, back_of)
            moves = [
                _with_line(reversing(rows[seq], one.qty, _("退药")), self._lines[one.row.row])
                for seq, one in zip(seqs, mine, strict=True)
            ]
            documents = {rows[seq].doc_id for seq in seqs}
            back = Back(
                self._org, self._op(f"return.{day}"), self._place, day, _("退药"),
                documents.pop() if len(documents) == 1 else 0, self._documents[day, 1],
                self._numbers[day, 1],
            )  # fmt: skip
            post_back(self._session, self._actor, back, moves)

    def _originals(self, seqs: Sequence[int]) -> dict[int, Ledger]:
        """The rows to be taken back; their documents are held until the end."""
        rows = {
            row.seq: row
            for part in portions(seqs, _STEP)
            for row in self._session.scalars(
                select(Ledger).where(Ledger.org_id == self._org, Ledger.seq.in_(part))
            )
        }
        self._session.scalars(
            select(Consumption.id)
            .where(
                Consumption.org_id == self._org,
                Consumption.id.in_({row.doc_id for row in rows.values()}),
            )
            .order_by(Consumption.id)
            .with_for_update()
        ).all()
        return rows

    def _check_left(self, rows: Mapping[int, Ledger], back: Mapping[int, int]) -> None:
        """Now that the documents are held: somebody else may have taken the goods back."""
        done = already_reversed(self._session, self._org, list(rows))
        if any(done.get(seq, 0) + qty > rows[seq].qty for seq, qty in back.items()):
            raise ConflictError(
                "dispense.raced", _("这些发药刚由别人退回，没有重复记账。请重新预览。")
            )

    def _op(self, word: str) -> UUID:
        return uuid5(self._command.op_id, word)


def _with_line(move: Move, line: int) -> Move:
    return replace(move, doc_line=line)


def _demand(session: Session, org_id: int, place: int, rows: Sequence[DispenseRow]) -> None:
    """What was dispensed was asked for: by item and day, a line for each row."""
    found: dict[tuple[int, date], DemandLine] = {}
    for row in rows:
        if row.qty > 0:
            old = found.get((row.item_id, row.day))
            qty, lines = (old.asked + row.qty, old.lines + 1) if old else (row.qty, 1)
            found[row.item_id, row.day] = DemandLine(row.item_id, row.day, qty, qty, lines)
    write_demand(session, org_id, place, list(found.values()), add=True)


def _line(
    row: SheetRow,
    read: DispenseRow | None,
    codes: Codes,
    booked: Mapping[tuple[str, str], DispenseLine],
    refused: Mapping[int, Problem],
) -> PlanLine[DispenseRow]:
    problems = list(row.problems)
    said = row.text("name") or row.text("code")
    if read is None:
        return PlanLine(row.number, Outcome.REFUSED, said, said, (), tuple(problems), None)
    wares = codes.items[read.item_id]
    outcome = Outcome.ADDED
    before = booked.get((read.number, read.line))
    if before is not None:
        outcome = Outcome.SAME
        if (before.item_id, before.qty, before.day) != (read.item_id, read.qty, read.day):
            outcome = Outcome.REFUSED
            text = _(
                "发药单 {number} 这一行登记过，当时是 {day} 数量 {qty}。"
                "要改，请先撤销那次导入，或在 HIS 里退药后导入退药。",
                number=read.number, day=before.day, qty=read.told(before.qty),
            )  # fmt: skip
            problems.append(Problem("dispense.booked", text, row.number))
    elif read.row in refused:
        outcome = Outcome.REFUSED
        title = row.located.titles.get("qty", "")
        problem = refused[read.row]
        problems.append(Problem(problem.code, problem.text, row.number, title))
    title = _("退 {name}", name=wares.title) if read.qty < 0 else wares.title
    content = read if outcome is not Outcome.REFUSED else None
    return PlanLine(row.number, outcome, wares.code, title, (), tuple(problems), content)


def _with_earlier(plan: DispensePlan, earlier: str) -> DispensePlan:
    return replace(plan, earlier=earlier)
