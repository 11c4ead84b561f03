"""结算报表: the statements of a period side by side."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import State, state_title
from app.i18n import N_, _
from app.models.party import Organisation
from app.models.settlement import Statement
from app.services.reports.kinds import Ask, Column, Content, Format, Ratio, Report

_AGREED = frozenset(
    {
        State.CONFIRMED.value,
        State.INVOICED.value,
        State.AUDITED.value,
        State.PAID.value,
    }
)


def read(session: Session, ask: Ask) -> Content:
    """Statements whose last day lies in the period, by member, supplier and month."""
    rows = session.execute(
        select(Statement, Organisation.short_name)
        .join(Organisation, Organisation.id == Statement.supplier_id)
        .where(
            Statement.org_id.in_(ask.org_ids),
            Statement.date_to >= ask.first,
            Statement.date_to <= ask.last,
            Statement.status != State.CANCELLED.value,
        )
        .order_by(Statement.org_id, Organisation.code, Statement.period)
    ).all()
    agreed = sum(row.status in _AGREED for row, _name in rows)
    ratio = Ratio(_("对账确认率"), agreed, len(rows), _("已确认的对账单"), _("对账单"))
    return Content(
        [
            (
                ask.names[row.org_id], supplier, row.period, row.no,
                state_title(State(row.status)), row.opening_amount, row.received_amount,
                row.consumed_amount, row.closing_amount, row.supplier_amount,
                None if row.supplier_amount is None else row.supplier_amount - row.consumed_amount,
            )
            for row, supplier in rows
        ],
        (ratio,),
    )  # fmt: skip


STATEMENTS = Report(
    name="statements",
    title=N_("结算总览"),
    definition=N_(
        "截止日在期间内的对账单（作废的不算）：期初代管 + 收货 − 消耗 = 期末代管。"
        "差额 = 供应商报的金额 − 本次消耗应付。对账确认率 = 已确认的对账单 ÷ 全部对账单。"
    ),
    columns=(
        Column(N_("机构"), width=10),
        Column(N_("供应商"), width=12),
        Column(N_("月份"), width=8),
        Column(N_("对账单号"), width=15),
        Column(N_("状态"), width=9),
        Column(N_("期初代管 元"), Format.MONEY, 12),
        Column(N_("收货 元"), Format.MONEY, 12, total=True),
        Column(N_("消耗应付 元"), Format.MONEY, 12, total=True),
        Column(N_("期末代管 元"), Format.MONEY, 12),
        Column(N_("供应商报 元"), Format.MONEY, 12, total=True),
        Column(N_("差额 元"), Format.MONEY, 10, total=True),
    ),
    read=read,
)
