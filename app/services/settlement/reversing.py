"""冲销: a confirmed statement is taken back by a new document; what it held is settled again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.ids import new_id
from app.domain.settlement.period import Period
from app.models.settlement import ReversedLine, Statement, StatementLine
from app.services.db import now, today
from app.services.numbering import document_no
from app.services.settlement.calendar import calendar_in
from app.services.settlement.changes import drop_lines, payable_of
from app.services.stock.closed import closed_through

_COLUMNS = (
    "org_id", "statement_id", "ledger_seq", "item_id", "lot_id", "qty", "unit_price",
    "price_factor", "amount",
)  # fmt: skip


def reverse(session: Session, actor: Actor, statement: Statement) -> str:
    """Write the reversing document of a statement that is 已冲销 by now; the document's number.

    The lines are kept with both papers as evidence and given back to be settled again. The new
    document is dated into the open period, also where the statement's own month is closed.
    """
    period, first, last = _open_period(session, statement)
    reversal, no = new_id(), document_no(session, statement.org_id, "DZ", today(session))
    payable = payable_of(statement)
    session.execute(
        insert(Statement).values(
            org_id=statement.org_id, id=reversal, no=no, supplier_id=statement.supplier_id,
            period=period.key, date_from=first, date_to=last, status=State.REVERSED.value,
            opening_amount=Decimal(0), received_amount=Decimal(0), consumed_amount=-payable,
            price_gap=-payable, closing_amount=Decimal(0), created_at=now(session),
            created_by=actor.person_id, version=1, kind="reversal", reversal_of=statement.id,
            late_amount=Decimal(0), bought_amount=Decimal(0),
        )
    )  # fmt: skip
    lines = (StatementLine.org_id == statement.org_id, StatementLine.statement_id == statement.id)
    table = StatementLine.__table__.c
    for keeper, sign in ((statement.id, 1), (reversal, -1)):
        kept = [
            literal(keeper) if name == "statement_id"
            else -table[name] if name in {"qty", "amount"} and sign < 0
            else table[name]
            for name in _COLUMNS
        ]  # fmt: skip
        session.execute(insert(ReversedLine).from_select(_COLUMNS, select(*kept).where(*lines)))
    drop_lines(session, statement.org_id, statement.id)
    return no


def _open_period(session: Session, statement: Statement) -> tuple[Period, object, object]:
    calendar = calendar_in(session, statement.org_id)
    period = Period.parse(statement.period)
    through = closed_through(session, statement.org_id)
    if through is not None and statement.date_to <= through:
        period = calendar.of(through + timedelta(days=1))
    return period, calendar.first(period), calendar.last(period)
