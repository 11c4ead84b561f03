"""Statements as table rows: a heading per supplier (or member) with its sums, a line per bill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from app.domain.documents import State, state_title
from app.i18n import N_, _
from app.services.settlement.listing import StatementRow
from app.services.settlement.pending import PendingRow
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Row, Tone
from app.ui.tables.columns import Column, Kind

_AGREED: Final = {State.CONFIRMED, State.INVOICED, State.AUDITED, State.PAID}
_LOOKS: Final = {
    State.DRAFT: (Status.INFO, N_("待发送")),
    State.SENT: (Status.MUTE, N_("待确认")),
    State.DISPUTED: (Status.NEAR, N_("有异议")),
    State.INVOICED: (Status.OK, N_("已开票")),
    State.AUDITED: (Status.OK, N_("已审核")),
    State.PAID: (Status.LOCK, N_("已付款")),
    State.REVERSED: (Status.MUTE, N_("已冲销")),
}
_KINDS: Final = {"refund": N_("{who}（退货）"), "reversal": N_("{who}（冲销单）")}
_URGENT: Final = (
    State.DISPUTED, State.CONFIRMED, State.SENT, State.DRAFT, State.INVOICED, State.AUDITED,
    State.PAID, State.REVERSED, State.CANCELLED,
)  # fmt: skip
"""Where room is short, the states that want something done are shown first."""
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a month is in the table.

    Attributes:
        by_member: Headings are members, else suppliers.
        gaps: Only bills that differ from the supplier's.
        bare: Only confirmed bills without (enough) invoices.
    """

    by_member: bool = False
    gaps: bool = False
    bare: bool = False


@dataclass(slots=True)
class _Group:
    title: str
    bills: list[StatementRow] = field(default_factory=list)
    pending: list[PendingRow] = field(default_factory=list)


def look(row: StatementRow) -> tuple[Status, str]:
    """The pill of a bill: what it waits for."""
    if row.status is State.CONFIRMED:
        return Status.WARN, _("发票不足") if row.matched else _("缺发票")
    status, word = _LOOKS.get(row.status, (Status.MUTE, state_title(row.status)))
    return status, _(word)


def differs(row: StatementRow) -> bool:
    """Whether the supplier's bill says something else, or said so and is not agreed on."""
    return bool(row.difference) or row.status is State.DISPUTED


def columns(*, by_member: bool) -> tuple[Column, ...]:
    """Columns of the statement list."""
    yuan = _("元")
    who = _("成员 / 供应商") if by_member else _("供应商 / 成员")

    def money(key: str, title: str, width: int, *, hidden: bool = False) -> Column:
        return Column(
            key=key, title=title, kind=Kind.MONEY, unit=yuan, width=width, hidden=hidden,
            total=key == "payable",
        )  # fmt: skip

    return (
        Column(key="who", title=who, width=110, frozen=True),
        money("opening", _("期初寄售"), 108),
        money("received", _("本期送入"), 102, hidden=True),
        money("consumed", _("本期消耗"), 114),
        money("bill", _("供应商账单"), 112),
        money("gap", _("差异"), 76),
        money("payable", _("应付"), 114),
        money("matched", _("已配发票"), 112),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=104, stretch=True),
        money("closing", _("期末寄售"), 102, hidden=True),
        Column(key="no", title=_("单号"), width=150, hidden=True),
    )


def grouped(
    bills: Sequence[StatementRow], pending: Sequence[PendingRow], shown: Shown
) -> list[Row]:
    """Headings in order, each with its bills under it, and what waits for a bill."""
    groups: dict[int, _Group] = {}
    for row in bills:
        key, title = (row.org_id, row.org) if shown.by_member else (row.supplier_id, row.supplier)
        if (shown.gaps and not differs(row)) or (shown.bare and not row.lacks_invoice):
            continue
        groups.setdefault(key, _Group(title)).bills.append(row)
    if not shown.gaps and not shown.bare:
        for one in pending:
            key, title = (
                (one.org_id, one.org) if shown.by_member else (one.supplier_id, one.supplier)
            )
            groups.setdefault(key, _Group(title)).pending.append(one)
    rows: list[Row] = []
    for key, group in groups.items():
        rows.append(_heading(key, group))
        rows += [_line(row, shown) for row in group.bills]
        rows += [_waiting(one, shown) for one in group.pending]
    return rows


def state_counts(
    bills: Sequence[StatementRow], pending: Sequence[PendingRow]
) -> list[tuple[Status, str, str]]:
    """How many bills are in which state, for the head of the page."""
    counts: dict[tuple[int, Status, str], int] = {}
    for row in bills:
        if row.kind != "reversal":
            key = (_URGENT.index(row.status), *look(row))
            counts[key] = counts.get(key, 0) + 1
    found = [(status, _("{n} 张", n=n), word) for (_o, status, word), n in sorted(counts.items())]
    if pending:
        found.append((Status.MUTE, _("{n} 张", n=len(pending)), state_title(State.TO_MAKE)))
    return found


def totals(bills: Iterable[StatementRow], pending: Iterable[PendingRow]) -> tuple[str, ...]:
    """The line of totals, in the order of the columns."""
    rows, waiting = list(bills), list(pending)
    gap = _sum(row.difference for row in rows)
    return (
        _("合计"),
        formats.amount(_opening(rows)),
        formats.amount(_sum(row.received for row in rows)),
        formats.amount(
            _sum(row.consumed for row in rows) + _sum(x.amount + x.refunds for x in waiting)
        ),
        formats.amount(_sum(row.supplier_amount for row in rows)),
        signed(gap).text,
        formats.amount(_sum(row.payable for row in rows)),
        formats.amount(_sum(row.matched for row in rows)),
        "",
        formats.amount(_closing(rows)),
        "",
    )


def _heading(key: int, group: _Group) -> Row:
    rows = group.bills
    agreed = sum(1 for row in rows if row.status in _AGREED)
    count = len(rows) + len(group.pending)
    status = Status.OK if agreed == count else Status.INFO
    used = _sum(row.consumed for row in rows) + _sum(x.amount + x.refunds for x in group.pending)
    cells: tuple[Cell, ...] = (
        Tone(group.title, bold=True),
        *(_strong(value) for value in (_opening(rows), _sum(row.received for row in rows), used)),
        _strong(_known(row.supplier_amount for row in rows)),
        signed(_sum(row.difference for row in rows)),
        _strong(_sum(row.payable for row in rows)),
        _strong(_sum(row.matched for row in rows)),
        Pill(status, _("确认 {n}/{m}", n=agreed, m=count)),
        _strong(_closing(rows)),
        "",
    )
    return Row(f"group{key}", cells, heading=True)


def _line(row: StatementRow, shown: Shown) -> Row:
    gap, who = row.difference, row.supplier if shown.by_member else row.org
    name = _(_KINDS[row.kind], who=who) if row.kind in _KINDS else who
    short = row.lacks_invoice and row.matched
    matched = formats.amount(row.matched) if row.matched else "—"
    cells: tuple[Cell, ...] = (
        name,
        formats.amount(row.opening),
        formats.amount(row.received),
        formats.amount(row.consumed),
        formats.amount(row.supplier_amount),
        signed(gap) if gap is not None else "—",
        formats.amount(row.payable),
        Tone(matched, Status.WARN) if short else matched,
        Pill(*look(row)),
        formats.amount(row.closing),
        row.no,
    )
    raw = (
        f"{row.supplier} × {row.org}", row.opening, row.received, row.consumed,
        row.supplier_amount, gap, row.payable, row.matched, look(row)[1], row.closing, row.no,
    )  # fmt: skip
    return Row((row.org_id, row.statement_id), cells, record=row, raw=raw, level=1)


def _waiting(one: PendingRow, shown: Shown) -> Row:
    amount, name = one.amount + one.refunds, one.supplier if shown.by_member else one.org
    cells: tuple[Cell, ...] = (
        name, "—", "—", formats.amount(amount), "—", "—", "—", "—",
        Pill(Status.MUTE, state_title(State.TO_MAKE)), "—", "—",
    )  # fmt: skip
    raw = (
        f"{one.supplier} × {one.org}", None, None, amount, None, None, None, None,
        state_title(State.TO_MAKE), None, None,
    )  # fmt: skip
    return Row(("pending", one.org_id, one.supplier_id), cells, record=one, raw=raw, level=1)


def _opening(rows: Iterable[StatementRow]) -> Decimal:
    """What each pair began the month with: the opening of its first bill with a roll."""
    first: dict[tuple[int, int], StatementRow] = {}
    for row in sorted(rows, key=lambda one: (one.date_from, one.no)):
        if row.kind != "reversal" and row.status is not State.REVERSED and _rolls(row):
            first.setdefault((row.org_id, row.supplier_id), row)
    return _sum(row.opening for row in first.values())


def _closing(rows: Iterable[StatementRow]) -> Decimal:
    last: dict[tuple[int, int], StatementRow] = {}
    for row in sorted(rows, key=lambda one: (one.date_to, one.no)):
        if row.kind != "reversal" and row.status is not State.REVERSED and _rolls(row):
            last[row.org_id, row.supplier_id] = row
    return _sum(row.closing for row in last.values())


def _rolls(row: StatementRow) -> bool:
    return bool(row.opening or row.received or row.closing or row.returned or row.other)


def _strong(value: Decimal | None) -> Tone:
    """A sum of a heading: bold, as long as it fits so."""
    return Tone(formats.amount(value), bold=value is None or abs(value) < _MILLION)


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal("0.00"))


def _known(values: Iterable[Decimal | None]) -> Decimal | None:
    found = [value for value in values if value is not None]
    return _sum(found) if found else None


def signed(value: Decimal) -> Tone:
    """A difference with its sign, in colour only where it is not zero."""
    if not value:
        return Tone("0.00")
    text = f"+{formats.amount(value)}" if value > 0 else formats.amount(value)
    return Tone(text, Status.NEAR, bold=True)
