"""A statement as PDF, with the lines summed by item, lot and price."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import papers
from app.domain.consumption.triggers import in_words
from app.domain.documents import DocKind, State, state_title
from app.domain.duties import Actor
from app.domain.quantity import Unit, UnitChain
from app.i18n import N_, _
from app.models.item import Item
from app.models.party import Maker, Organisation
from app.services.anchors import printed_on
from app.services.consumption.terms import terms_of
from app.services.db import Database, local_time, now
from app.services.directory import is_demo
from app.services.settlement.listing import (
    ItemTotal,
    StatementRow,
    statement_of,
    statement_totals,
)

_TITLES: Final = {"refund": N_("退货结算对账单"), "reversal": N_("对账单冲销单")}


def statement_paper(
    db: Database, actor: Actor, org_id: int, statement_id: int
) -> papers.StatementPaper:
    """The statement ready for print; raises `DomainError` when the actor may not see it."""
    row = statement_of(db, actor, org_id, statement_id)
    totals = statement_totals(db, actor, org_id, statement_id)
    with db.read() as session:
        member = session.get_one(Organisation, row.org_id)
        supplier = session.get_one(Organisation, row.supplier_id)
        makers = _makers(session, totals)
        printed_at = f"{local_time(now(session)):%Y-%m-%d %H:%M}"
        info = papers.PrintInfo(
            member.name,
            actor.name,
            printed_at,
            demo=is_demo(session),
            anchor=_anchor(session, row),
        )
        return papers.StatementPaper(
            info=info,
            number=row.no,
            period=_(
                "{period}（{first} 至 {last}）",
                period=row.period,
                first=row.date_from,
                last=row.date_to,
            ),
            buyer=_party(member),
            supplier=_party(supplier),
            lines=tuple(_line(total, makers) for total in totals),
            opening=row.opening,
            received=row.received,
            consumed=row.consumed - row.price_gap,
            payable=row.payable,
            settled=in_words(terms_of(session, row.org_id, (row.supplier_id,)), row.date_to),
            title=_(_TITLES[row.kind]) if row.kind in _TITLES else "",
            closing=row.closing,
            signings=_signings(row, member, supplier),
            note=_note(row),
        )


def _anchor(session: Session, row: StatementRow) -> str:
    if row.confirmed_at is None:
        return ""
    doc = (DocKind.STATEMENT.value, row.statement_id)
    return printed_on(
        session, row.org_id, doc, ("statement.confirm", "statement.record"), row.confirmed_at
    )


def _makers(session: Session, totals: tuple[ItemTotal, ...]) -> dict[str, tuple[str, str]]:
    rows = session.execute(
        select(Item.code, Maker.short_name, Item.approval_no)
        .join(Maker, Maker.id == Item.maker_id)
        .where(Item.code.in_({total.code for total in totals}))
    ).all()
    return {code: (maker, approval or "") for code, maker, approval in rows}


def _party(org: Organisation) -> papers.Party:
    return papers.Party(
        name=org.name,
        code=org.uscc or "",
        address=org.address or "",
        contact=org.contact or "",
        phone=org.phone or "",
    )


def _line(total: ItemTotal, makers: dict[str, tuple[str, str]]) -> papers.StatementLine:
    maker, approval = makers.get(total.code, ("", ""))
    units = [Unit(total.base_unit, 1)]
    if total.pack_factor > 1:
        units.append(Unit(total.pack_unit, total.pack_factor))
    chain = UnitChain(tuple(units), len(units) - 1)
    whole = total.price_factor == total.pack_factor
    return papers.StatementLine(
        goods=papers.Goods(total.code, total.name, total.spec, maker, approval),
        lot=total.lot_no,
        quantity=chain.text(total.qty),
        unit=total.pack_unit if whole else total.base_unit,
        price=total.unit_price,
        amount=total.amount,
    )


def _signings(
    row: StatementRow, member: Organisation, supplier: Organisation
) -> tuple[papers.Signing, ...]:
    confirmed = f"{local_time(row.confirmed_at):%Y-%m-%d %H:%M}" if row.confirmed_at else ""
    return (
        papers.Signing(_("结算经办"), member.name),
        papers.Signing(_("供应商确认"), supplier.name, row.confirmed_by, confirmed),
    )


def _note(row: StatementRow) -> str:
    parts = [_("状态：{state}", state=state_title(row.status))]
    if row.status is State.DISPUTED:
        parts.append(_("异议：{text}", text=row.dispute))
    for words, value in (
        (N_("调价差 {n} 元。"), row.repriced),
        (N_("补结以前月份 {n} 元。"), row.late),
        (N_("本期退回 {n} 元，另开退货单结算。"), row.returned),
        (N_("双方同意的调整 {n} 元。"), row.adjusted),
    ):
        if value:
            parts.append(_(words, n=value))
    return "　".join(parts)
