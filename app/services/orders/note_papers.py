"""补充说明 as PDF: a note of shortage with the signatures of both sides."""

from __future__ import annotations

from dataclasses import dataclass

from app.adapters.pdf.shortage_pdf import shortage_pdf
from app.domain import papers
from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.orders.content import OrderContent, from_plain
from app.domain.orders.signing import Party
from app.i18n import _
from app.services.db import Database, local_time
from app.services.orders.contents import version_row
from app.services.orders.detail import OrderDetail, OrderWanted, read_detail
from app.services.orders.papers import (
    ROLES,
    PaperFile,
    paper_goods,
    paper_party,
    print_info,
)
from app.services.orders.shortage_notes import ShortageRow, Step


@dataclass(frozen=True, slots=True)
class NoteWanted:
    """Which note of which order; the newest when `seq` is 0."""

    order: OrderWanted
    seq: int = 0


def note_paper(db: Database, actor: Actor, wanted: NoteWanted) -> PaperFile:
    """The note of an order that the person may see.

    Raises:
        DomainError: No such order or note, or its content no longer matches what was kept.
    """
    with db.read() as session:
        detail = read_detail(session, actor, wanted.order)
        found = [one for one in detail.shortages if wanted.seq in {0, one.seq}]
        if not found:
            raise DomainError(
                "short.missing", _("{no} 没有这张缺货补充说明。请刷新后再看。", no=detail.row.no)
            )
        if not detail.intact:
            raise DomainError(
                "order.tampered",
                _("{no} 的内容和留存的版本对不上，没有打印。请联系管理员核对。", no=detail.row.no),
            )
        note = found[-1]
        row = version_row(session, detail.row.org_id, detail.row.id, note.version)
        signed = from_plain(row.content) if row is not None else detail.content
        info = print_info(session, actor, detail)
    data = shortage_pdf(_paper(detail, note, signed, info))
    name = f"{note.no}_{detail.row.org}_{detail.row.supplier}_{_('缺货补充说明')}.pdf"
    return PaperFile(name, data)


def _paper(
    detail: OrderDetail, note: ShortageRow, signed: OrderContent, info: papers.PrintInfo
) -> papers.ShortagePaper:
    content = {line.line: line for line in signed.lines}
    return papers.ShortagePaper(
        info=info,
        number=note.no,
        declared_on=local_time(note.declared.at).strftime("%Y-%m-%d"),
        order_number=signed.no,
        order_version=note.version,
        buyer=paper_party(signed.member, signed.buyer),
        supplier=paper_party(signed.supplier),
        clauses=_clauses(detail, note),
        lines=tuple(
            papers.ShortageLine(
                number=one.line,
                goods=paper_goods(line),
                ordered=f"{line.packs:,} {line.unit}",
                ended=f"{one.packs:,} {one.unit}",
                unit=one.unit,
                price=line.pack_price,
                amount=one.amount,
            )
            for one in note.lines
            for line in (content[one.line],)
        ),
        total=note.amount,
        signings=_signings(detail, note),
    )


def _clauses(detail: OrderDetail, note: ShortageRow) -> tuple[str, ...]:
    """What is agreed, in whole sentences."""
    said = [
        _("原因：{reason}", reason=note.reason),
        _(
            "双方已签的订单 {no} 第 {version} 版不变；下列数量供方不再送货，需方不再催交，"
            "其余数量照原订单履行。",
            no=detail.row.no,
            version=note.version,
        ),
    ]
    if note.state is State.ENDED_SHORT and note.backups:
        numbers = "、".join(note.backups)
        said.append(_("集团采购已把余量转给备选供应商，订单 {numbers}。", numbers=numbers))
    elif note.state is State.ENDED_SHORT:
        said.append(_("集团采购已把余量退回约定量。"))
    elif note.state in {State.REFUSED, State.CANCELLED}:
        said.append(_("本说明没有生效：{reason}", reason=note.answer or _("已撤回")))
    return tuple(said)


def _signings(detail: OrderDetail, note: ShortageRow) -> tuple[papers.Signing, ...]:
    names = {Party.MEMBER: detail.content.member.name, Party.SUPPLIER: detail.content.supplier.name}
    agreed = note.state in {State.APPROVED, State.ENDED_SHORT}
    return tuple(
        _signing(
            party,
            names[party],
            note.declared if party is note.party else note.answered if agreed else None,
            note.fingerprint,
        )
        for party in (Party.MEMBER, Party.SUPPLIER)
    )


def _signing(party: Party, name: str, step: Step | None, fingerprint: str) -> papers.Signing:
    if step is None:
        return papers.Signing(role=_(ROLES[party]), party=name)
    return papers.Signing(
        role=_(ROLES[party]),
        party=name,
        person=step.person,
        at=local_time(step.at).strftime("%Y-%m-%d %H:%M"),
        digest=fingerprint.replace(" ", ""),
    )
