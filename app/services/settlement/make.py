"""Make statements: everything unsettled of supplier-owned goods up to the period's last day.

One bill per supplier for what was used, one more for what was taken back: a bill never mixes
both. A ledger row stands on at most one bill, so nothing is settled twice; what was posted late
comes with the next one, so nothing is lost. A whole member is made with a handful of statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.domain.settlement.period import Period, SettlementCalendar
from app.domain.settlement.roll import Roll
from app.i18n import _
from app.models.settlement import Statement, StatementLine
from app.services import audit
from app.services.access import require
from app.services.bulk import insert_rows
from app.services.consumption.settleable import Settleable, settleable, split
from app.services.db import Database, now, today
from app.services.numbering import next_number
from app.services.operations import claim, finish
from app.services.settlement.calendar import calendar_in
from app.services.settlement.flows import Span, rolls
from app.services.stock.closed import closed_through

_NIL: Final = Decimal("0.00")
_STATEMENT: Final = (
    "org_id", "id", "no", "supplier_id", "period", "date_from", "date_to", "status",
    "opening_amount", "received_amount", "consumed_amount", "price_gap", "closing_amount",
    "created_at", "created_by", "version", "kind", "returned_amount", "other_amount",
    "late_amount", "bought_amount",
)  # fmt: skip
_LINE: Final = (
    "org_id", "statement_id", "ledger_seq", "item_id", "lot_id", "qty", "unit_price",
    "price_factor", "amount",
)  # fmt: skip


class BillKind(StrEnum):
    """What a statement holds."""

    USE = "use"
    REFUND = "refund"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True)
class MakeStatements:
    """Make the statements of a member for a month, for all suppliers or one."""

    op_id: UUID
    org_id: int
    period: str
    supplier_id: int = 0


@dataclass(frozen=True, slots=True)
class StatementMade:
    """One statement that was made."""

    statement_id: int
    no: str
    supplier_id: int
    lines: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class _Draft:
    """One bill before it is written; the one with `roll` accounts for the days of `span`."""

    id: int
    supplier_id: int
    kind: BillKind
    rows: tuple[Settleable, ...]
    amounts: tuple[Decimal, ...]
    span: Span
    roll: Roll = field(default_factory=Roll)

    @property
    def amount(self) -> Decimal:
        return sum(self.amounts, _NIL)

    def part(self, wanted: Callable[[Settleable], bool]) -> Decimal:
        """The sum of some rows."""
        chosen = (worth for row, worth in zip(self.rows, self.amounts, strict=True) if wanted(row))
        return sum(chosen, _NIL)


def make_statements(
    db: Database, actor: Actor, command: MakeStatements
) -> tuple[StatementMade, ...]:
    """Make the bills of a member's period out of all that is unsettled up to its last day.

    Raises:
        DomainError: The month has not begun or is closed, or nothing is left to settle.
    """
    require(actor, Duty.SETTLE, command.org_id)
    period = Period.parse(command.period)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "statements", command)
        if earlier is not None:
            return _from_plain(earlier)
        calendar = calendar_in(session, command.org_id)
        _check_period(session, command.org_id, calendar, period)
        until = min(calendar.last(period), today(session))
        rows = settleable(session, command.org_id, command.supplier_id, last=until)
        if not rows:
            raise DomainError(
                "statement.nothing",
                _("{period} 没有未结算的消耗。已生成的对账单在列表里。", period=period.key),
            )
        days = Span(calendar.first(period), until)
        drafts = _rolled(session, command.org_id, _drafts(session, command, days, rows))
        made = _write(session, actor, command, days, drafts)
        finish(session, command.org_id, command.op_id, {"made": [_plain(one) for one in made]})
        return made


def _check_period(
    session: Session, org_id: int, calendar: SettlementCalendar, period: Period
) -> None:
    if calendar.first(period) > today(session):
        raise DomainError(
            "period.future", _("{period} 还没有开始，不能生成对账单。", period=period.key)
        )
    through = closed_through(session, org_id)
    if through is not None and calendar.last(period) <= through:
        raise DomainError(
            "month.closed",
            _(
                "{period} 已关账（关到 {through}）。之后登记的消耗请在 {next} 一起结算。",
                period=period.key,
                through=through,
                next=calendar.of(through + timedelta(days=1)).key,
            ),
        )


def _drafts(
    session: Session, command: MakeStatements, days: Span, rows: Iterable[Settleable]
) -> list[_Draft]:
    by_supplier: dict[int, list[Settleable]] = defaultdict(list)
    for row in rows:
        by_supplier[row.supplier_id].append(row)
    covered = _covered(session, command)
    drafts: list[_Draft] = []
    for supplier, found in by_supplier.items():
        span = _uncovered(days, covered.get(supplier, ()))
        for kind, part in zip((BillKind.USE, BillKind.REFUND), split(found), strict=True):
            if part:
                worth = tuple(row.amount for row in part)
                drafts.append(_Draft(new_id(), supplier, kind, part, worth, span))
                span = Span(days.last, days.first)  # the days are accounted for once
    return drafts


def _covered(session: Session, command: MakeStatements) -> dict[int, list[Span]]:
    """Which days of the period the suppliers' other bills account for (`other_amount` is set)."""
    rows = session.execute(
        select(Statement.supplier_id, Statement.date_from, Statement.date_to)
        .where(
            Statement.org_id == command.org_id,
            Statement.period == command.period,
            Statement.status.not_in((State.CANCELLED.value, State.REVERSED.value)),
            or_(Statement.other_amount.is_not(None), Statement.late_amount.is_(None)),
        )
        .order_by(Statement.date_from)
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for supplier, first, last in rows:
        found[supplier].append(Span(first, last))
    return found


def _uncovered(days: Span, covered: Iterable[Span]) -> Span:
    """The first days of the period that no bill accounts for yet."""
    first = days.first
    for span in covered:
        if span.first > first:
            return Span(first, span.first - timedelta(days=1))
        first = max(first, span.last + timedelta(days=1))
    return Span(first, days.last)


def _rolled(session: Session, org_id: int, drafts: list[_Draft]) -> list[_Draft]:
    spans = {one.supplier_id: one.span for one in drafts if not one.span.empty}
    found = rolls(session, org_id, spans)
    return [one if one.span.empty else replace(one, roll=found[one.supplier_id]) for one in drafts]


def _write(
    session: Session, actor: Actor, command: MakeStatements, days: Span, drafts: list[_Draft]
) -> tuple[StatementMade, ...]:
    day = today(session)
    running = next_number(session, command.org_id, "DZ", day, count=len(drafts))
    made = tuple(
        StatementMade(one.id, f"DZ{day:%Y%m%d}-{running + n:03d}", one.supplier_id, len(one.rows),
                      one.amount)
        for n, one in enumerate(drafts)
    )  # fmt: skip
    signed = (now(session), actor.person_id)
    insert_rows(
        session, Statement, _STATEMENT,
        [_head(command, days, one, done.no, signed)
         for one, done in zip(drafts, made, strict=True)],
    )  # fmt: skip
    insert_rows(
        session,
        StatementLine,
        _LINE,
        (
            (command.org_id, one.id, row.seq, row.item_id, row.lot_id, row.qty, row.unit_price,
             row.price_factor, worth)
            for one in drafts
            for row, worth in zip(one.rows, one.amounts, strict=True)
        ),
    )  # fmt: skip
    audit.record(
        session, actor, command.org_id, "statement.make",
        (DocKind.STATEMENT.value, made[0].statement_id),
        {"period": command.period, "made": {one.no: one.amount for one in made}},
    )  # fmt: skip
    return made


def _head(
    command: MakeStatements, days: Span, one: _Draft, no: str, signed: tuple[Any, int]
) -> tuple[Any, ...]:
    span = days if one.span.empty else one.span
    late_before: date = one.span.first if not one.span.empty else date.max
    late = one.part(lambda row: row.occurred_on < late_before)
    bought = one.part(lambda row: row.doc_kind == DocKind.TITLE.value)
    return (
        command.org_id, one.id, no, one.supplier_id, command.period, span.first, span.last,
        State.DRAFT.value, one.roll.opening, one.roll.received, one.amount,
        one.amount - one.roll.consumed, one.roll.closing, *signed, 1, one.kind.value,
        None if one.span.empty else one.roll.returned, None if one.span.empty else one.roll.other,
        late, bought,
    )  # fmt: skip


def _plain(made: StatementMade) -> list[Any]:
    return [made.statement_id, made.no, made.supplier_id, made.lines, str(made.amount)]


def _from_plain(stored: dict[str, Any]) -> tuple[StatementMade, ...]:
    return tuple(
        StatementMade(statement, no, supplier, lines, Decimal(total))
        for statement, no, supplier, lines, total in stored["made"]
    )
