"""Taking a dispensing import back as a whole, and the imports that were made."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ledger import Move
from app.i18n import _
from app.models.consumption_source import DispenseLine
from app.models.party import Organisation, Person
from app.models.platform import ImportBatch
from app.models.settlement import Consumption
from app.models.stock import Ledger
from app.services import audit
from app.services.access import require
from app.services.consumption.commands import Use
from app.services.consumption.demand_back import demand_again
from app.services.consumption.dispense_rows import KIND
from app.services.consumption.reverse import (
    Back,
    already_reversed,
    post_back,
    refuse_no_reason,
    reversing,
)
from app.services.consumption.using import post_use
from app.services.db import Database, local_time, now, today
from app.services.operations import claim, finish


@dataclass(frozen=True, slots=True)
class UndoDispense:
    """Take an import back: what it gave returns to its lots, what it returned is given again."""

    op_id: UUID
    org_id: int
    batch_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class DispenseBatch:
    """One import of dispensing.

    Attributes:
        rows: Rows booked.
        given: How many of them gave goods out.
        returned: How many of them took goods back.
    """

    org_id: int
    org: str
    batch_id: int
    file_name: str
    at: datetime
    person: str
    rows: int
    given: int
    returned: int
    refused: int
    first: date | None
    last: date | None
    undone: bool


def batches(
    db: Database, actor: Actor, orgs: Collection[int], *, limit: int = 100
) -> tuple[DispenseBatch, ...]:
    """Dispensing imports of the members in scope, newest first."""
    scope = tuple(sorted(set(orgs) & actor.orgs()))
    with db.read() as session:
        rows = session.execute(
            select(ImportBatch, Organisation.short_name, Person.name)
            .join(Organisation, Organisation.id == ImportBatch.org_id)
            .outerjoin(Person, Person.id == ImportBatch.person_id)
            .where(ImportBatch.org_id.in_(scope), ImportBatch.kind == KIND)
            .order_by(ImportBatch.at.desc(), ImportBatch.id.desc())
            .limit(limit)
        ).all()
        sums = {
            (row.org_id, row.batch_id): row
            for row in session.execute(
                select(
                    DispenseLine.org_id, DispenseLine.batch_id,
                    func.count().label("rows"),
                    func.sum(1).filter(DispenseLine.qty < 0).label("back"),
                    func.min(DispenseLine.day).label("first"),
                    func.max(DispenseLine.day).label("last"),
                )
                .where(DispenseLine.org_id.in_(scope))
                .group_by(DispenseLine.org_id, DispenseLine.batch_id)
            )
        }  # fmt: skip
        return tuple(_batch_row(row, sums.get((row[0].org_id, row[0].id))) for row in rows)


def _batch_row(row: Any, one: Any) -> DispenseBatch:
    batch, org, person = row
    back = int(one.back or 0) if one else 0
    return DispenseBatch(
        batch.org_id, org, batch.id, batch.file_name, local_time(batch.at), person or "—",
        batch.added, batch.added - back, back, batch.refused,
        one.first if one else None, one.last if one else None, batch.undone_at is not None,
    )  # fmt: skip


def undo(db: Database, actor: Actor, command: UndoDispense) -> int:
    """Take an import back today; how many documents were written. The file may come again.

    Raises:
        DomainError: Undone before, no reason, or goods that it had returned were used since.
    """
    require(actor, Duty.STORE, command.org_id)
    refuse_no_reason(command.reason)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "dispense.undo", command)
        if earlier is not None:
            return int(earlier["documents"])
        batch = session.scalar(
            select(ImportBatch)
            .where(ImportBatch.org_id == command.org_id, ImportBatch.id == command.batch_id)
            .with_for_update()
        )
        if batch is None or batch.kind != KIND:
            raise DomainError("import.unknown", _("没有这次发药导入。请刷新列表后再选。"))
        if batch.undone_at is not None:
            raise DomainError("import.undone", _("这次导入已经撤销，没有重复记账。"))
        lines = session.scalars(
            select(DispenseLine).where(
                DispenseLine.org_id == command.org_id, DispenseLine.batch_id == batch.id
            )
        ).all()
        documents = sorted({line.document_id for line in lines})
        heads = _held(session, command.org_id, documents)  # before the books, as by hand
        written = _again(session, actor, command, documents)
        written += _back(session, actor, command, heads)
        session.execute(
            delete(DispenseLine).where(
                DispenseLine.org_id == command.org_id, DispenseLine.batch_id == batch.id
            )
        )
        batch.undone_at = int(now(session).timestamp() * 1_000_000)
        audit.record(
            session, actor, command.org_id, "dispense.undo", ("import", batch.id),
            {"documents": written, "reason": command.reason},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"documents": written})
        return written


def _held(session: Session, org_id: int, documents: Sequence[int]) -> Sequence[Consumption]:
    """What the import gave out, which nobody else takes back until the end."""
    return session.scalars(
        select(Consumption)
        .where(Consumption.org_id == org_id, Consumption.id.in_(documents))
        .where(Consumption.source != "reversal")
        .order_by(Consumption.id)
        .with_for_update()
    ).all()


def _back(
    session: Session, actor: Actor, command: UndoDispense, heads: Sequence[Consumption]
) -> int:
    """Reverse what is left of the import's consumption, document by document."""
    written = 0
    for head in heads:
        rows = _rows(session, command.org_id, head.id, DocKind.CONSUMPTION)
        done = already_reversed(session, command.org_id, [row.seq for row in rows])
        moves = [
            reversing(row, row.qty - done.get(row.seq, 0), command.reason.strip())
            for row in rows
            if row.qty > done.get(row.seq, 0)
        ]
        if moves:
            back = Back(
                command.org_id, uuid5(command.op_id, f"back.{head.id}"), head.place_id,
                today(session), command.reason.strip(), head.id,
            )  # fmt: skip
            post_back(session, actor, back, moves)
            written += 1
        session.execute(
            update(Consumption)
            .where(Consumption.org_id == command.org_id, Consumption.id == head.id)
            .values(status=State.REVERSED.value)
        )
    return written


def _again(session: Session, actor: Actor, command: UndoDispense, documents: Sequence[int]) -> int:
    """Give out again what the import had returned to documents that stay."""
    written = 0
    for document in documents:
        rows = _rows(session, command.org_id, document, DocKind.REVERSAL)
        origins = {
            int(row.seq): int(row.doc_id)
            for row in session.execute(
                select(Ledger.seq, Ledger.doc_id).where(
                    Ledger.org_id == command.org_id,
                    Ledger.seq.in_([row.reversal_of for row in rows]),
                )
            )
        }
        stays = [row for row in rows if origins.get(row.reversal_of) not in set(documents)]
        if stays:
            place = _place(session, command.org_id, document)
            use = Use(
                command.org_id, uuid5(command.op_id, f"again.{document}"), place, today(session),
                "dispense", command.reason.strip(),
            )  # fmt: skip
            post_use(session, actor, use, [_forth(row) for row in stays])
            demand_again(session, command.org_id, {row.reversal_of: row.qty for row in stays})
            written += 1
    return written


def _forth(row: Ledger) -> Move:
    return Move(
        item_id=row.item_id,
        lot_id=row.lot_id,
        owner_id=row.owner_id,
        from_place=row.to_place,
        to_place=row.from_place,
        qty=row.qty,
        doc_line=row.doc_line,
    )


def _rows(session: Session, org_id: int, document: int, kind: DocKind) -> Sequence[Ledger]:
    return session.scalars(
        select(Ledger)
        .where(Ledger.org_id == org_id, Ledger.doc_kind == kind.value, Ledger.doc_id == document)
        .order_by(Ledger.seq)
    ).all()


def _place(session: Session, org_id: int, document: int) -> int:
    return session.execute(
        select(Consumption.place_id).where(Consumption.org_id == org_id, Consumption.id == document)
    ).scalar_one()
