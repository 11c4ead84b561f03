"""采购报表: what came in by supplier, what was refused, and how orders were fulfilled."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.days import ZONE, end_of
from app.domain.documents import State
from app.domain.money import amount
from app.i18n import N_, _
from app.models.item import Item
from app.models.order import MemberOrder, MemberOrderLine
from app.models.party import Organisation
from app.models.receiving import Acceptance, AcceptanceLine
from app.models.stock import Lot
from app.services.reports.kinds import Ask, Column, Content, Format, Ratio, Report, Value

_GONE = (State.CANCELLED.value, State.REFUSED.value, State.TO_SIGN.value, State.MEMBER_SIGNED.value)
"""States in which an order is not (or not any more) one that goods are owed for."""


def read_receipts(session: Session, ask: Ask) -> Content:
    """Acceptances by member and supplier, the largest amount first."""
    rows = session.execute(
        _accepted(ask).with_only_columns(
            Acceptance.org_id,
            Acceptance.supplier_id,
            Acceptance.id,
            AcceptanceLine.refused,
            AcceptanceLine.amount,
        )
    ).all()
    notes: dict[tuple[int, int], set[int]] = defaultdict(set)
    lines: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in rows:
        notes[row.org_id, row.supplier_id].add(row.id)
        lines[row.org_id, row.supplier_id].append(row)
    names = _suppliers(session)
    found: list[tuple[Value, ...]] = [
        (
            ask.names[key[0]],
            names.get(key[1], "—"),
            len(notes[key]),
            len(ours),
            sum(row.refused > 0 for row in ours),
            sum((row.amount for row in ours), Decimal(0)),
        )
        for key, ours in lines.items()
    ]
    found.sort(key=lambda row: -Decimal(str(row[5])))
    refused = sum(row.refused > 0 for row in rows)
    ratio = Ratio(_("验收不合格率"), refused, len(rows), _("有拒收的行"), _("收到的行"))
    return Content(found, (ratio,))


def read_refused(session: Session, ask: Ask) -> Content:
    """Every line that was short, over or refused, with its reason."""
    rows = session.execute(
        _accepted(ask)
        .join(Item, Item.id == AcceptanceLine.item_id)
        .outerjoin(Lot, Lot.id == AcceptanceLine.lot_id)
        .where(AcceptanceLine.result != "ok")
        .with_only_columns(
            Acceptance.org_id,
            Acceptance.supplier_id,
            Acceptance.accepted_on,
            Acceptance.no,
            Item.code,
            Item.name,
            Lot.lot_no,
            AcceptanceLine.expected,
            AcceptanceLine.accepted,
            AcceptanceLine.refused,
            Item.base_unit,
            AcceptanceLine.reason,
        )
        .order_by(Acceptance.accepted_on.desc(), Acceptance.no)
    ).all()
    names = _suppliers(session)
    return Content(
        [
            (
                ask.names[row.org_id], names.get(row.supplier_id, "—"), row.accepted_on, row.no,
                row.code, row.name, row.lot_no or "—", row.expected, row.accepted, row.refused,
                row.base_unit, row.reason or "—",
            )
            for row in rows
        ]
    )  # fmt: skip


@dataclass(slots=True)
class _Filled:
    """Sums of one member and supplier."""

    lines: int = 0
    full: int = 0
    ordered: Decimal = Decimal(0)
    served: Decimal = Decimal(0)
    due: int = 0
    in_time: int = 0


def read_fulfilment(session: Session, ask: Ask) -> Content:
    """Ordered against accepted, and how much of it in time, by member and supplier."""
    found: dict[tuple[int, int], _Filled] = defaultdict(_Filled)
    last = _last_receipts(session, ask)
    for order, line in session.execute(_ordered(ask)):
        sums = found[order.org_id, order.supplier_id]
        served = min(line.received, line.qty)
        sums.lines += 1
        sums.full += served == line.qty
        sums.ordered += amount(line.unit_price, line.qty, line.price_factor)
        sums.served += amount(line.unit_price, served, line.price_factor)
        if order.due_on is not None and order.due_on <= ask.last:
            sums.due += 1
            came = last.get((order.org_id, order.id, line.line))
            sums.in_time += served == line.qty and came is not None and came <= order.due_on
    names = _suppliers(session)
    rows: list[tuple[Value, ...]] = [
        (
            ask.names[key[0]], names.get(key[1], "—"), one.lines, one.full,
            _rate(one.full, one.lines), one.ordered, one.served, _rate(one.served, one.ordered),
            one.due, one.in_time, _rate(one.in_time, one.due),
        )
        for key, one in sorted(found.items())
    ]  # fmt: skip
    return Content(rows, _fulfilment_ratios(list(found.values())))


def _fulfilment_ratios(all_sums: list[_Filled]) -> tuple[Ratio, ...]:
    """The group's value is the sum of numerators through the sum of denominators."""
    return (
        Ratio(
            _("到货率（按行）"),
            sum(one.full for one in all_sums),
            sum(one.lines for one in all_sums),
            _("收齐的行"),
            _("订货行"),
        ),
        Ratio(
            _("到货率（按金额）"),
            sum((one.served for one in all_sums), Decimal(0)),
            sum((one.ordered for one in all_sums), Decimal(0)),
            _("验收金额（不超过订货）"),
            _("订货金额"),
            money=True,
        ),
        Ratio(
            _("到货及时率"),
            sum(one.in_time for one in all_sums),
            sum(one.due for one in all_sums),
            _("到期日前收齐的行"),
            _("到期的行"),
        ),
    )


def _rate(top: int | Decimal, bottom: int | Decimal) -> Decimal | None:
    return Decimal(top) / Decimal(bottom) if bottom else None


def _accepted(ask: Ask) -> Any:
    """Lines of acceptances that stand, of these members and days."""
    return (
        select(AcceptanceLine)
        .join(
            Acceptance,
            (Acceptance.org_id == AcceptanceLine.org_id)
            & (Acceptance.id == AcceptanceLine.acceptance_id),
        )
        .where(
            Acceptance.org_id.in_(ask.org_ids),
            Acceptance.status == State.POSTED.value,
            Acceptance.accepted_on >= ask.first,
            Acceptance.accepted_on <= ask.last,
        )
    )


def _ordered(ask: Ask) -> Any:
    """Lines of orders that both sides signed, made on these days."""
    begin = datetime.combine(ask.first, time(), ZONE)
    end = end_of(ask.last)
    return (
        select(MemberOrder, MemberOrderLine)
        .join(
            MemberOrderLine,
            (MemberOrderLine.org_id == MemberOrder.org_id)
            & (MemberOrderLine.order_id == MemberOrder.id),
        )
        .where(
            MemberOrder.org_id.in_(ask.org_ids),
            MemberOrder.status.not_in(_GONE),
            MemberOrder.created_at >= begin,
            MemberOrder.created_at < end,
        )
    )


def _last_receipts(session: Session, ask: Ask) -> dict[tuple[int, int, int], date]:
    """The day on which each order line received goods last."""
    rows = session.execute(
        select(
            AcceptanceLine.org_id,
            AcceptanceLine.order_id,
            AcceptanceLine.order_line,
            func.max(Acceptance.accepted_on).label("day"),
        )
        .join(
            Acceptance,
            (Acceptance.org_id == AcceptanceLine.org_id)
            & (Acceptance.id == AcceptanceLine.acceptance_id),
        )
        .where(
            AcceptanceLine.org_id.in_(ask.org_ids),
            AcceptanceLine.order_id.is_not(None),
            AcceptanceLine.accepted > 0,
            Acceptance.status == State.POSTED.value,
        )
        .group_by(AcceptanceLine.org_id, AcceptanceLine.order_id, AcceptanceLine.order_line)
    )
    return {(row.org_id, row.order_id, row.order_line): row.day for row in rows if row.day}


def _suppliers(session: Session) -> dict[int, str]:
    rows = session.execute(select(Organisation.id, Organisation.short_name))
    return {row.id: row.short_name for row in rows}


RECEIPTS = Report(
    name="receipts",
    title=N_("采购入库（按供应商）"),
    definition=N_(
        "期间内验收入库的单数、行数和金额（已冲销的不算）。验收不合格率 = 有拒收的行 ÷ 收到的行。"
    ),
    columns=(
        Column(N_("机构"), width=14),
        Column(N_("供应商"), width=16),
        Column(N_("验收单"), Format.COUNT, 8),
        Column(N_("行数"), Format.COUNT, 8, total=True),
        Column(N_("有拒收的行"), Format.COUNT, 10, total=True),
        Column(N_("金额 元"), Format.MONEY, 14, total=True),
    ),
    read=read_receipts,
)
DIFFERENCES = Report(
    name="differences",
    title=N_("验收差异明细"),
    definition=N_("期间内少到、多到、拒收、过期、冷链不合格的每一行，附原因。已冲销的不算。"),
    columns=(
        Column(N_("机构"), width=9),
        Column(N_("供应商"), width=10),
        Column(N_("验收日期"), Format.DAY, 10),
        Column(N_("验收单号"), width=16),
        Column(N_("编码"), width=10),
        Column(N_("品名"), width=16),
        Column(N_("批号"), width=10),
        Column(N_("应收"), Format.QTY, 7),
        Column(N_("实收"), Format.QTY, 7),
        Column(N_("拒收"), Format.QTY, 7),
        Column(N_("单位"), width=5),
        Column(N_("原因"), width=18),
    ),
    read=read_refused,
)
FULFILMENT = Report(
    name="fulfilment",
    title=N_("订单到货率"),
    definition=N_(
        "期间内下的、双方已签的订单。到货率（按行）= 收齐的行 ÷ 订货行；"
        "到货率（按金额）= 验收金额（不超过订货）÷ 订货金额；"
        "到货及时率 = 到期日前收齐的行 ÷ 到期的行。全集团 = 分子之和 ÷ 分母之和。"
    ),
    columns=(
        Column(N_("机构"), width=10),
        Column(N_("供应商"), width=12),
        Column(N_("订货行"), Format.COUNT, 7, total=True),
        Column(N_("收齐的行"), Format.COUNT, 8, total=True),
        Column(N_("到货率（行）"), Format.RATE, 9),
        Column(N_("订货金额 元"), Format.MONEY, 12, total=True),
        Column(N_("验收金额 元"), Format.MONEY, 12, total=True),
        Column(N_("到货率（金额）"), Format.RATE, 9),
        Column(N_("到期行"), Format.COUNT, 7, total=True),
        Column(N_("及时收齐"), Format.COUNT, 8, total=True),
        Column(N_("及时率"), Format.RATE, 8),
    ),
    read=read_fulfilment,
)
