"""Statements as table rows: one heading per supplier with its sums, a line per member."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from app.domain.documents import State, state_title
from app.i18n import _
from app.services.settlement.listing import StatementRow
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Row, Tone
from app.ui.tables.columns import Column, Kind

STATES: Final = {
    State.DRAFT: Status.MUTE,
    State.SENT: Status.INFO,
    State.DISPUTED: Status.NEAR,
    State.CONFIRMED: Status.OK,
    State.INVOICED: Status.OK,
    State.AUDITED: Status.OK,
    State.PAID: Status.LOCK,
}
_CLOSED: Final = {State.CONFIRMED, State.INVOICED, State.AUDITED, State.PAID}


def columns() -> tuple[Column, ...]:
    """Columns of the statement list."""
    yuan = _("元")
    return (
        Column(key="who", title=_("供应商 / 成员"), width=140, frozen=True),
        Column(key="opening", title=_("期初寄售"), kind=Kind.MONEY, unit=yuan, width=108),
        Column(key="received", title=_("本期送入"), kind=Kind.MONEY, unit=yuan, width=108),
        Column(key="payable", title=_("本期消耗"), kind=Kind.MONEY, unit=yuan, width=108,
               total=True),
        Column(key="bill", title=_("供应商账单"), kind=Kind.MONEY, unit=yuan, width=116),
        Column(key="gap", title=_("差异"), kind=Kind.MONEY, unit=yuan, width=84),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=118, stretch=True),
    )  # fmt: skip


def grouped(found: Iterable[StatementRow]) -> list[Row]:
    """Suppliers in order, each with its members under it."""
    groups: dict[int, list[StatementRow]] = {}
    for row in found:
        groups.setdefault(row.supplier_id, []).append(row)
    rows: list[Row] = []
    for supplier, statements in groups.items():
        rows.append(_heading(supplier, statements))
        rows += [_line(row) for row in statements]
    return rows


def _heading(supplier: int, rows: list[StatementRow]) -> Row:
    def total(values: Iterable[Decimal | None]) -> Tone:
        found = [value for value in values if value is not None]
        return Tone(formats.amount(sum(found, Decimal(0))) if found else "—", bold=True)

    closed = sum(1 for row in rows if row.status in _CLOSED)
    word = _("已确认 {n} / {m}", n=closed, m=len(rows))
    status = Status.OK if closed == len(rows) else Status.INFO
    cells: tuple[Cell, ...] = (
        Tone(rows[0].supplier, bold=True),
        total(row.opening for row in rows),
        total(row.received for row in rows),
        total(row.payable for row in rows),
        total(row.supplier_amount for row in rows),
        total(row.difference for row in rows),
        Pill(status, word),
    )
    return Row(f"supplier{supplier}", cells, heading=True)


def _line(row: StatementRow) -> Row:
    gap = row.difference
    cells: tuple[Cell, ...] = (
        row.org,
        formats.amount(row.opening),
        formats.amount(row.received),
        formats.amount(row.payable),
        formats.amount(row.supplier_amount),
        signed(gap) if gap is not None else "—",
        Pill(STATES.get(row.status, Status.MUTE), state_title(row.status)),
    )
    raw = (
        f"{row.supplier} × {row.org}", row.opening, row.received, row.payable,
        row.supplier_amount, gap, state_title(row.status),
    )  # fmt: skip
    return Row(row.statement_id, cells, record=row, raw=raw, level=1)


def signed(value: Decimal) -> Tone:
    """A difference with its sign, in colour only where it is not zero."""
    if not value:
        return Tone("0.00")
    text = f"+{formats.amount(value)}" if value > 0 else formats.amount(value)
    return Tone(text, Status.NEAR, bold=True)
