"""Papers of counts, write-offs and returns: the blind sheet, the result, the destruction record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.expiry import shown
from app.domain.papers import Signing, TableColumn, TablePaper
from app.domain.stock.counting import CountState, DisposalState
from app.i18n import _
from app.models.counting import Disposal, DisposalLine, StockCount
from app.models.item import Item
from app.models.party import Maker, Organisation
from app.models.stock import Lot, Place
from app.models.store_records import DisposalPhoto
from app.services.access import require
from app.services.counting.disposal import CAUSES
from app.services.counting.listing import CountLineRow, count_lines
from app.services.db import Database
from app.services.stock.papers import moment, people, print_info, units_text


def count_paper(db: Database, actor: Actor, org_id: int, count_id: int) -> TablePaper:
    """While a count is blind the sheet to write on; afterwards what was found, with the value."""
    lines = count_lines(db, actor, org_id, count_id)
    with db.read() as session:
        head = session.get(StockCount, (org_id, count_id))
        if head is None:
            raise DomainError("count.unknown", _("没有这次盘点。请刷新后再看。"))
        place = session.scalar(
            select(Place.name).where(Place.org_id == org_id, Place.id == head.place_id)
        )
        names = people(session, (head.started_by, head.submitted_by, head.approved_by))
        info = print_info(session, actor, org_id)
        blind, number = head.status == CountState.COUNTING.value, head.no
        facts = (
            (_("库位"), place or ""), (_("开始"), moment(head.started_at)),
            (_("状态"), CountState(head.status).label), (_("备注"), head.note or ""),
            (_("提交"), moment(head.submitted_at)), (_("审批"), moment(head.approved_at)),
        )  # fmt: skip
        signing = (
            Signing(_("盘点人"), info.member, names.get(head.started_by, ""),
                    moment(head.started_at)),
            Signing(_("复核人"), info.member, names.get(head.submitted_by or 0, ""),
                    moment(head.submitted_at)),
            Signing(_("审批人"), info.member, names.get(head.approved_by or 0, ""),
                    moment(head.approved_at)),
        )  # fmt: skip
    return TablePaper(
        info=info,
        title=_("盘点表（盲盘）") if blind else _("盘点结果"),
        number=number,
        facts=facts,
        columns=_sheet_columns() if blind else _result_columns(),
        rows=tuple(_sheet_row(x) if blind else _result_row(x) for x in lines),
        notes=(_("账面数不印在表上，请照实数填写。"),) if blind else _sums(lines),
        signing=signing,
        landscape=not blind,
    )


def disposal_paper(db: Database, actor: Actor, org_id: int, disposal_id: int) -> TablePaper:
    """The record of a write-off with its destruction and witnesses, or of a return."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        head = session.get(Disposal, (org_id, disposal_id))
        if head is None:
            raise DomainError("disposal.unknown", _("没有这张单。请刷新后再看。"))
        rows = session.execute(
            select(DisposalLine, Item, Lot, Place.name, Maker.short_name)
            .join(Item, Item.id == DisposalLine.item_id)
            .join(Maker, Maker.id == Item.maker_id)
            .join(Place, (Place.org_id == DisposalLine.org_id)
                  & (Place.id == DisposalLine.place_id))
            .outerjoin(Lot, Lot.id == DisposalLine.lot_id)
            .where(DisposalLine.org_id == org_id, DisposalLine.disposal_id == disposal_id)
            .order_by(DisposalLine.line)
        ).all()  # fmt: skip
        names = people(
            session,
            (head.made_by, head.approved_by, head.done_by, head.witness_one, head.witness_two),
        )
        supplier = session.scalar(
            select(Organisation.name).where(Organisation.id == (head.supplier_id or 0))
        )
        info = print_info(session, actor, org_id)
        lost = head.kind == "write_off"
        return TablePaper(
            info=info,
            title=_("报损销毁记录") if lost else _("退货单"),
            number=head.no,
            facts=(
                (_("原因"), _(CAUSES.get(head.cause, head.cause))),
                (_("状态"), DisposalState(head.status).label),
                (_("情况"), head.reason), (_("金额"), f"¥{head.amount:,.2f}"),
                (_("退给"), supplier or ""), (_("申请"), moment(head.made_at)),
                (_("审批"), moment(head.approved_at)), (_("办理"), moment(head.done_at)),
                (_("销毁方式"), head.method or ""), (_("监督人和单位"), head.supervisor or ""),
            ),
            columns=(
                TableColumn(_("库位"), 12), TableColumn(_("品名 / 规格"), 30),
                TableColumn(_("生产企业"), 20), TableColumn(_("批号"), 14),
                TableColumn(_("有效期至"), 12),
                TableColumn(_("数量"), 12, figures=True),
            ),
            rows=tuple(
                (
                    place, f"{item.name}\n{item.spec}", maker, lot.lot_no if lot else "—",
                    shown(lot.expiry if lot else None),
                    units_text(item.base_unit, item.pack_unit, item.pack_factor, line.qty),
                )
                for line, item, lot, place, maker in rows
            ),
            notes=_photo_words(session, org_id, disposal_id),
            signing=_disposal_signing(
                head, names, info.member, "" if lost else supplier or "", lost=lost
            ),
        )  # fmt: skip


def _photo_words(session: Session, org_id: int, disposal_id: int) -> tuple[str, ...]:
    """Each photograph with its day and the beginning of its digest."""
    photos = session.scalars(
        select(DisposalPhoto)
        .where(DisposalPhoto.org_id == org_id, DisposalPhoto.disposal_id == disposal_id)
        .order_by(DisposalPhoto.added_at)
    )
    return tuple(
        _("照片 {n}：{name}，{at}，校验 {digest}", n=n, name=one.name, at=moment(one.added_at),
          digest=one.digest.hex()[:16])
        for n, one in enumerate(photos, 1)
    )  # fmt: skip


def _disposal_signing(
    head: Disposal, names: dict[int, str], member: str, taker: str, *, lost: bool
) -> tuple[Signing, ...]:
    roles: list[tuple[str, int | None, datetime | None]] = [
        (_("申请人"), head.made_by, head.made_at),
        (_("审批人"), head.approved_by, head.approved_at),
    ]  # fmt: skip
    if lost:
        roles += [
            (_("见证人一"), head.witness_one, head.done_at),
            (_("见证人二"), head.witness_two, head.done_at),
        ]
    roles.append((_("经办人"), head.done_by, head.done_at))
    signed = [
        Signing(role, member, names.get(person or 0, ""), moment(at) if person else "")
        for role, person, at in roles
    ]
    if taker:
        signed.append(Signing(_("收货人"), taker))  # who takes the goods away signs by hand
    return tuple(signed)


def _sheet_columns() -> tuple[TableColumn, ...]:
    return (
        TableColumn(_("库位"), 14), TableColumn(_("品名 / 规格"), 32), TableColumn(_("批号"), 14),
        TableColumn(_("有效期至"), 12), TableColumn(_("货主"), 12), TableColumn(_("实盘"), 16),
    )  # fmt: skip


def _sheet_row(line: CountLineRow) -> tuple[str, ...]:
    blank = f"　　　　{line.pack_unit}　　{line.base_unit}"
    return (line.place, f"{line.name}\n{line.spec}", line.lot_no or "—",
            shown(line.expiry), line.owner, blank)  # fmt: skip


def _result_columns() -> tuple[TableColumn, ...]:
    return (
        TableColumn(_("库位"), 12), TableColumn(_("品名 / 规格"), 28), TableColumn(_("批号"), 12),
        TableColumn(_("有效期至"), 10), TableColumn(_("账面"), 11, figures=True),
        TableColumn(_("实盘"), 11, figures=True), TableColumn(_("差异"), 11, figures=True),
        TableColumn(_("差异金额 元"), 11, figures=True),
    )  # fmt: skip


def _result_row(line: CountLineRow) -> tuple[str, ...]:
    def said(qty: int | None) -> str:
        if qty is None:
            return "—"
        return units_text(line.base_unit, line.pack_unit, line.pack_factor, qty)

    return (
        line.place, f"{line.name}\n{line.spec}", line.lot_no or "—", shown(line.expiry),
        said(line.book), said(line.counted), said(line.difference) if line.difference else "0",
        f"{line.value:,.2f}" if line.value is not None and line.difference else "",
    )  # fmt: skip


def _sums(lines: tuple[CountLineRow, ...]) -> tuple[str, ...]:
    more = sum((x.value or 0) for x in lines if (x.difference or 0) > 0)
    less = sum((x.value or 0) for x in lines if (x.difference or 0) < 0)
    differ = sum(bool(x.difference) for x in lines)
    return (
        _("{n} 行，{differ} 行有差异；盘盈 ¥{more}，盘亏 ¥{less}。", n=len(lines), differ=differ,
          more=f"{more:,.2f}", less=f"{abs(less):,.2f}"),
    )  # fmt: skip
