"""Analyser counts that were booked, and taking a batch or a typed run back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.i18n import _
from app.models.consumption_source import ReagentCount, ReagentKit
from app.models.item import Item
from app.models.platform import ImportBatch
from app.models.settlement import Consumption
from app.models.stock import Ledger
from app.services import audit
from app.services.access import require
from app.services.consumption.reverse import (
    Back,
    already_reversed,
    post_back,
    refuse_no_reason,
    reversing,
)
from app.services.db import Database, now, today
from app.services.operations import claim, finish
from app.services.turns import take_turn


@dataclass(frozen=True, slots=True)
class CountRow:
    """Counts booked together: an import, or the run that was typed.

    Attributes:
        batch_id: The import; 0 for a typed run, named by `analyser` and `number`.
        what: File name, or analyser and number.
        runs: How many runs of how many tests.
    """

    org_id: int
    batch_id: int
    analyser: str
    number: str
    what: str
    items: str
    runs: int
    tests: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class UndoCounts:
    """Take counts back: an import, or (`batch_id` 0) the typed run of this analyser and number."""

    op_id: UUID
    org_id: int
    reason: str
    batch_id: int = 0
    analyser: str = ""
    number: str = ""


def counted(
    db: Database, actor: Actor, orgs: Collection[int], *, limit: int = 100
) -> tuple[CountRow, ...]:
    """What was counted, the latest days first; what was taken back is gone from it."""
    scope = tuple(sorted(set(orgs) & actor.orgs()))
    typed = ReagentCount.batch_id == 0
    wanted = (
        select(
            ReagentCount.org_id, ReagentCount.batch_id, ImportBatch.file_name,
            func.max(ReagentCount.analyser).label("analyser"),
            func.max(ReagentCount.number).label("number"),
            func.count(func.distinct(ReagentCount.number)).label("runs"),
            func.count(func.distinct(ReagentCount.item_id)).label("items"),
            func.max(Item.name).label("item"), func.sum(ReagentCount.tests).label("tests"),
            func.min(ReagentCount.day).label("first"), func.max(ReagentCount.day).label("last"),
        )
        .join(Item, Item.id == ReagentCount.item_id)
        .outerjoin(ImportBatch, ImportBatch.id == ReagentCount.batch_id)
        .where(ReagentCount.org_id.in_(scope))
    )  # fmt: skip
    files = wanted.where(~typed).group_by(
        ReagentCount.org_id, ReagentCount.batch_id, ImportBatch.file_name
    )
    runs = wanted.where(typed).group_by(
        ReagentCount.org_id, ReagentCount.batch_id, ImportBatch.file_name,
        ReagentCount.analyser, ReagentCount.number,
    )  # fmt: skip
    with db.read() as session:
        rows = [
            row
            for part in (files, runs)
            for row in session.execute(
                part.order_by(func.max(ReagentCount.day).desc()).limit(limit)
            )
        ]
    found = [
        CountRow(
            row.org_id, row.batch_id, row.analyser, row.number,
            row.file_name or " ".join(part for part in (row.analyser, row.number) if part),
            row.item if row.items == 1 else _("{n} 种试剂", n=row.items),
            int(row.runs), int(row.tests), row.first, row.last,
        )
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.last, reverse=True)[:limit])


def undo_counts(db: Database, actor: Actor, command: UndoCounts) -> int:
    """Take counts back; how many runs. The same numbers may be counted again afterwards.

    Raises:
        DomainError: No reason, nothing there, or a kit was closed since.
    """
    require(actor, Duty.STORE, command.org_id)
    refuse_no_reason(command.reason)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "reagent.undo", command)
        if earlier is not None:
            return int(earlier["runs"])
        take_turn(session, command.org_id, "reagent")
        rows = _rows(session, command)
        _free_kits(session, command.org_id, rows)
        documents = sorted({row.document_id for row in rows if row.document_id})
        for document in documents:
            _take_back(session, actor, command, document)
        runs = len({(row.analyser, row.number, row.item_id, row.kind) for row in rows})
        session.execute(delete(ReagentCount).where(*_which(command)))
        if command.batch_id:
            session.execute(
                update(ImportBatch)
                .where(ImportBatch.org_id == command.org_id, ImportBatch.id == command.batch_id)
                .values(undone_at=int(now(session).timestamp() * 1_000_000))
            )
        audit.record(
            session, actor, command.org_id, "reagent.undo", ("import", command.batch_id),
            {"runs": runs, "number": command.number, "reason": command.reason.strip()},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"runs": runs})
        return runs


def _which(command: UndoCounts) -> tuple[ColumnElement[bool], ...]:
    batch = (ReagentCount.org_id == command.org_id, ReagentCount.batch_id == command.batch_id)
    if command.batch_id:
        return batch
    return (
        *batch,
        ReagentCount.analyser == command.analyser,
        ReagentCount.number == command.number,
    )


def _rows(session: Session, command: UndoCounts) -> Sequence[ReagentCount]:
    rows = session.scalars(select(ReagentCount).where(*_which(command))).all()
    if not rows:
        raise DomainError("reagent.none", _("没有这次计数，可能已经撤销。请刷新列表后再选。"))
    documents = {row.document_id for row in rows if row.document_id}
    others = session.scalar(
        select(func.count())
        .select_from(ReagentCount)
        .where(ReagentCount.org_id == command.org_id, ReagentCount.document_id.in_(documents))
    )
    if documents and others != sum(1 for row in rows if row.document_id):
        raise DomainError(
            "reagent.shared",
            _("这次计数和别的样本记在同一张消耗单上，不能单独撤销。请按导入整批撤销。"),
        )
    return rows


def _free_kits(session: Session, org_id: int, rows: Sequence[ReagentCount]) -> None:
    """Give the tests back to their kits; a kit that is closed was reckoned up already."""
    taken: Counter[int] = Counter()
    for row in rows:
        taken[row.kit_id] += row.tests
    kits = session.scalars(
        select(ReagentKit)
        .where(ReagentKit.org_id == org_id, ReagentKit.id.in_(sorted(taken)))
        .order_by(ReagentKit.id)
        .with_for_update()
    ).all()
    for kit in kits:
        if kit.status != "open":
            raise DomainError(
                "reagent.closed",
                _("这次计数用的一盒已登记用完或过期，浪费数已算好，不能撤销。"
                  "要更正，请补登记差数并写明原因。"),
            )  # fmt: skip
        kit.used -= taken[kit.id]
        kit.version += 1


def _take_back(session: Session, actor: Actor, command: UndoCounts, document: int) -> None:
    """Reverse what is left of the consumption that the counts were."""
    head = session.scalars(
        select(Consumption)
        .where(Consumption.org_id == command.org_id, Consumption.id == document)
        .with_for_update()
    ).one()
    rows = session.scalars(
        select(Ledger)
        .where(Ledger.org_id == command.org_id, Ledger.doc_id == document,
               Ledger.doc_kind == DocKind.CONSUMPTION.value)
        .order_by(Ledger.seq)
    ).all()  # fmt: skip
    done = already_reversed(session, command.org_id, [row.seq for row in rows])
    why = command.reason.strip()
    moves = [
        reversing(row, row.qty - done.get(row.seq, 0), why)
        for row in rows
        if row.qty > done.get(row.seq, 0)
    ]
    if moves:
        op_id = uuid5(command.op_id, f"back.{document}")
        back = Back(command.org_id, op_id, head.place_id, today(session), why, document)
        post_back(session, actor, back, moves)
    head.status = State.REVERSED.value
