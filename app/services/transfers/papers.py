"""调拨单: what goes from one member to another, how, on which ground; signed by three."""

from __future__ import annotations

from decimal import Decimal

from app.domain.duties import Actor
from app.domain.expiry import shown
from app.domain.papers import Signing, TableColumn, TablePaper
from app.domain.receiving.transport import Mode
from app.i18n import _
from app.models.transfer import Transfer
from app.services.db import Database
from app.services.stock.papers import moment, people, print_info, units_text
from app.services.transfers.listing import LineRow, LotRow, TransferDetail, transfer
from app.services.transfers.two_persons import seconds_of


def transfer_paper(db: Database, actor: Actor, org_id: int, transfer_id: int) -> TablePaper:
    """The transfer note; before goods went out it lists what was asked and promised."""
    detail = transfer(db, actor, org_id, transfer_id)
    head = detail.head
    with db.read() as session:
        row = session.get(Transfer, (org_id, transfer_id))
        assert row is not None  # noqa: S101 - `transfer` has found it
        names = people(session, (row.created_by, row.sent_by, row.accepted_by, row.approved_by))
        info = print_info(session, actor, head.donor_id)
        modes = {mode.value: mode.label for mode in Mode}
        facts = (
            (_("调出"), head.donor), (_("调入"), head.org), (_("类型"), head.kind.label),
            (_("状态"), head.state.label), (_("法律依据"), head.basis.label),
            (_("批准文件"), "、".join(one.number for one in detail.papers)),
            (_("理由"), head.reason), (_("结算"), _settled(detail)),
            (_("发出"), moment(row.sent_at)), (_("验收"), moment(row.arrived_at)),
            (_("谁送"), row.carrier or ""),
            (_("冷藏方式"), modes.get(row.mode or "", "")),
            (_("温度记录"), row.record_no or ""),
            (_("温度"), _temperatures(row.sent_temperature, row.arrived_temperature)),
            (_("归还日期"), head.return_by.isoformat() if head.return_by else ""),
            (_("患者"), head.patient_ref), (_("送到"), head.address),
        )  # fmt: skip
        signing = (
            Signing(_("调出经办"), head.donor, names.get(row.sent_by or 0, "")),
            Signing(_("运送人"), row.carrier or ""),
            Signing(_("调入验收"), head.org, names.get(row.accepted_by or 0, "")),
            *(
                Signing(_("双人复核"), house, name)
                for org, house in ((head.donor_id, head.donor), (head.org_id, head.org))
                for name in seconds_of(session, org, head.id)
            ),
        )
    return TablePaper(
        info=info,
        title=_("药品耗材调拨单"),
        number=head.no,
        facts=facts,
        columns=(
            TableColumn(_("品名 / 规格"), 30), TableColumn(_("批号"), 13),
            TableColumn(_("有效期至"), 11), TableColumn(_("发出"), 12, figures=True),
            TableColumn(_("验收"), 12, figures=True), TableColumn(_("拒收 / 短少"), 14),
            TableColumn(_("追溯码"), 26),
        ),
        rows=tuple(map(_lot, detail.lots)) or tuple(map(_line, head.lines)),
        signing=signing,
        landscape=True,
    )  # fmt: skip


def _settled(detail: TransferDetail) -> str:
    """How it is settled, with the money that was owed for it."""
    money = sum((one.amount for one in detail.settled), Decimal(0))
    return detail.head.settle.label + (f" · ¥{money:,.2f}" if money else "")


def _lot(lot: LotRow) -> tuple[str, ...]:
    def said(qty: int) -> str:
        return units_text(lot.base_unit, lot.pack_unit, lot.pack_factor, qty)

    wrong = [said(qty) for qty in (lot.refused, lot.missing) if qty]
    codes = _("{first} 等 {n} 个", first=lot.traces[0], n=len(lot.traces)) if lot.traces else ""
    return (
        lot.name, lot.lot_no or "—", shown(lot.expiry), said(lot.qty),
        said(lot.accepted) if lot.accepted else "", " / ".join(wrong), codes,
    )  # fmt: skip


def _line(line: LineRow) -> tuple[str, ...]:
    def said(qty: int) -> str:
        return units_text(line.base_unit, line.pack_unit, line.pack_factor, qty)

    asked = _("申请 {qty}", qty=said(line.wanted))
    return (f"{line.name}\n{line.spec}", "", "", said(line.confirmed) if line.confirmed else asked,
            "", "", "")  # fmt: skip


def _temperatures(sent: Decimal | None, arrived: Decimal | None) -> str:
    parts = [f"{value:.1f} ℃" for value in (sent, arrived) if value is not None]
    return " → ".join(parts)
