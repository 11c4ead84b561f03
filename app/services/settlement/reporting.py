"""What was reported to the provincial platform, and the sheets that leave the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.adapters.sheets_out import Sheet, write_book
from app.domain.documents import DocKind, State, state_title
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import _
from app.models.settlement import PlatformReport
from app.services import audit
from app.services.access import require
from app.services.db import Database, now, today
from app.services.operations import claim, finish
from app.services.settlement.bills import differences
from app.services.settlement.changes import load, refuse_unless
from app.services.settlement.listing import (
    StatementRow,
    statement_lines,
    statement_of,
)
from app.services.settlement.matching import matches

_REPORTABLE: Final = frozenset({State.INVOICED, State.AUDITED, State.PAID})


@dataclass(frozen=True, slots=True)
class Report:
    """A statement was reported to the platform, which answered with a receipt."""

    op_id: UUID
    org_id: int
    statement_id: int
    reported_on: date
    receipt_no: str


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One record of a report."""

    reported_on: date
    receipt_no: str


def report(db: Database, actor: Actor, command: Report) -> None:
    """Keep the record.

    Raises:
        ConflictError: The statement has no invoices yet.
        DomainError: No receipt, or a day in the future.
    """
    require(actor, Duty.SETTLE, command.org_id)
    receipt = command.receipt_no.strip()
    if not receipt:
        raise DomainError("platform.receipt", _("请填平台回执号。"))
    with db.write() as session:
        statement = load(session, command.org_id, command.statement_id)
        earlier = claim(session, actor, command.org_id, command.op_id, "platform", command)
        if earlier is not None:
            return
        refuse_unless(State(statement.status), _REPORTABLE)
        if command.reported_on > today(session):
            raise DomainError("platform.day", _("上报日期在今天以后。请核对回执。"))
        session.add(
            PlatformReport(
                org_id=command.org_id, statement_id=command.statement_id, id=new_id(),
                reported_on=command.reported_on, receipt_no=receipt, at=now(session),
                person_id=actor.person_id,
            )
        )  # fmt: skip
        session.flush()
        audit.record(
            session, actor, command.org_id, "statement.report",
            (DocKind.STATEMENT.value, command.statement_id),
            {"no": statement.no, "receipt": receipt},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {})


def reports(db: Database, org_id: int, statement_id: int) -> tuple[ReportRow, ...]:
    """The records of a statement, the newest first."""
    with db.read() as session:
        rows = session.execute(
            select(PlatformReport.reported_on, PlatformReport.receipt_no)
            .where(PlatformReport.org_id == org_id, PlatformReport.statement_id == statement_id)
            .order_by(PlatformReport.at.desc())
        )
        return tuple(ReportRow(*row) for row in rows)


def write_statement_sheet(
    db: Database, actor: Actor, org_id: int, statement_id: int, path: Path
) -> int:
    """Write a statement with every line, its differences and invoices; how many rows."""
    row = statement_of(db, actor, org_id, statement_id)
    lines = Sheet(
        _("明细"),
        (
            _("日期"), _("单据"), _("编码"), _("品名"), _("规格"), _("批号"), _("数量"), _("单位"),
            _("单价"), _("计价数量"), _("金额（元）"), _("经手"),
        ),
        [
            (x.occurred_on, x.document_no, x.code, x.name, x.spec, x.lot_no, x.qty, x.base_unit,
             x.unit_price, x.price_factor, x.amount, x.person)
            for x in statement_lines(db, actor, org_id, statement_id)
        ],
        notes=_notes(row),
    )  # fmt: skip
    gaps = Sheet(
        _("差异"),
        (_("编码"), _("品名"), _("规格"), _("数量差"), _("单位"), _("金额差（元）")),
        [
            (one.code, one.name, one.spec, one.found.qty, one.base_unit, one.amount)
            for one in differences(db, actor, org_id, statement_id)
        ],
    )
    invoiced = Sheet(
        _("发票"),
        (_("发票号码"), _("发票金额（元）"), _("成员"), _("对账单号"), _("匹配金额（元）")),
        [
            (one.number, one.invoice_amount, one.org, one.statement_no, one.amount)
            for one in matches(db, actor, org_id, statement_id)
        ],
    )
    return write_book(path, (lines, gaps, invoiced))


def _notes(row: StatementRow) -> tuple[str, ...]:
    return (
        _("对账单 {no}　{supplier} × {org}　{first} 至 {last}　{state}", no=row.no,
          supplier=row.supplier, org=row.org, first=row.date_from, last=row.date_to,
          state=state_title(row.status)),
        _("期初 {a} + 送入 {b} + 退回 {c} + 其他 {d} − 消耗 {e} = 期末 {f}", a=row.opening,
          b=row.received, c=row.returned, d=row.other, e=row.consumed - row.price_gap,
          f=row.closing),
        _("应付 {payable}（明细 {lines}，调整 {adjusted}）　供应商账单 {bill}",
          payable=row.payable, lines=row.consumed, adjusted=row.adjusted,
          bill="—" if row.supplier_amount is None else row.supplier_amount),
    )  # fmt: skip
