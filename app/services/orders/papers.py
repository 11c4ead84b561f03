"""Order and contract as PDF, and the order as Excel for the supplier, from the signed content."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters.printing import Print, rendered, rendered_all
from app.domain import papers as texts
from app.domain.documents import DocKind
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.orders.content import ContentLine, ContentParty
from app.domain.orders.signing import Decision, Party
from app.domain.sealing import SealPlace
from app.i18n import N_, _
from app.models.order import Contract, MemberOrder
from app.models.sealing import SealedPaper
from app.services.anchors import printed_on
from app.services.db import Database, local_time, now
from app.services.directory import is_demo
from app.services.orders.detail import OrderDetail, OrderWanted, read_detail
from app.services.orders.queries import SignatureRow


class PaperKind(StrEnum):
    """What can be written for a member's order."""

    ORDER = "order"
    CONTRACT = "contract"
    EXCEL = "excel"


@dataclass(frozen=True, slots=True)
class PaperWanted:
    """Which order, and as what."""

    order: OrderWanted
    kind: PaperKind = PaperKind.ORDER


@dataclass(frozen=True, slots=True)
class PaperFile:
    """A finished file: a name that says what it is, and its bytes."""

    name: str
    data: bytes


_NAMES: Final = {
    PaperKind.ORDER: N_("订单"),
    PaperKind.CONTRACT: N_("合同"),
    PaperKind.EXCEL: N_("订单"),
}
ROLES: Final = {
    Party.MEMBER: N_("需方（成员单位）"),
    Party.SUPPLIER: N_("供方（供应商）"),
}
"""How papers call the two sides."""


def paper(db: Database, actor: Actor, wanted: PaperWanted) -> PaperFile:
    """The paper of an order that the person may see.

    Raises:
        DomainError: No such order, or its content no longer matches what was kept.
    """
    made = _print(db, actor, wanted)
    return PaperFile(made.name, rendered(made))


def papers(db: Database, actor: Actor, wanted: Sequence[PaperWanted]) -> Generator[PaperFile]:
    """Papers of many orders, one after another, rendered by all cores.

    Close the iterator (`contextlib.closing`) to stop: what is not begun is not made.

    Raises:
        DomainError: As `paper`, when the order in question comes up.
    """
    prints = (_print(db, actor, one) for one in wanted)
    for name, data in rendered_all(prints, len(wanted)):
        yield PaperFile(name, data)


def _print(db: Database, actor: Actor, wanted: PaperWanted) -> Print:
    """What the paper says, as plain values; of a sealed one its bytes."""
    with db.read() as session:
        detail = read_detail(session, actor, wanted.order)
        if not detail.intact:
            raise DomainError(
                "order.tampered",
                _("{no} 的内容和留存的版本对不上，没有打印。请联系管理员核对。", no=detail.row.no),
            )
        row = detail.row
        ending = "xlsx" if wanted.kind is PaperKind.EXCEL else "pdf"
        name = f"{row.no}_{row.org}_{row.supplier}_{_(_NAMES[wanted.kind])}.{ending}"
        version = (row.org_id, row.id, detail.content.version)
        kept = newest_sealed(session, version, wanted.kind)  # never printed anew once sealed
        if kept is not None:
            return Print(name, None, data=kept)
        return _said(session, actor, detail, wanted.kind, name)


def with_places(
    session: Session, actor: Actor, detail: OrderDetail, kind: PaperKind
) -> tuple[bytes, tuple[SealPlace, ...]]:
    """The order or the contract as PDF, and where its two seals belong."""
    places: list[SealPlace] = []
    data = rendered(_said(session, actor, detail, kind), places)
    return data, tuple(places)


def order_paper(detail: OrderDetail, info: texts.PrintInfo, ordered_on: str) -> texts.OrderPaper:
    """The order's present version with its signatures, ready for print."""
    content = detail.content
    return texts.OrderPaper(
        info=info,
        number=content.no,
        ordered_on=ordered_on,
        group_number=f"{content.group_no} {content.title}".strip(),
        buyer=paper_party(content.member, content.buyer),
        supplier=paper_party(content.supplier),
        deliver_to=" ".join(filter(None, (content.member.address, content.place))),
        due_on=content.due_on.isoformat() if content.due_on else "",
        lines=tuple(_line(line) for line in content.lines),
        total=content.amount,
        terms=tuple(f"{term.title}：{term.text}" for term in content.terms),
        signings=_signings(detail),
        version=content.version,
    )


def contract_paper(
    detail: OrderDetail, info: texts.PrintInfo, contract: Contract | None
) -> texts.ContractPaper:
    """The member's contract with this order's prices as its annex, ready for print."""
    content = detail.content
    subject = _(
        "供方按本合同向需方供应订单 {no}（第 {version} 版）所列 {n} 个品规，合计 {amount} 元。",
        no=content.no,
        version=content.version,
        n=len(content.lines),
        amount=f"{content.amount:,.2f}",
    )
    return texts.ContractPaper(
        info=info,
        number=content.contract_no,
        agreement=f"{content.group_no} {content.title}".strip(),
        buyer=paper_party(content.member, content.buyer),
        supplier=paper_party(content.supplier),
        valid=_valid(contract),
        clauses=(
            texts.Clause(_("标的"), subject),
            *(texts.Clause(term.title, term.text) for term in content.terms),
        ),
        prices=tuple(
            texts.ContractPrice(paper_goods(line), line.unit, line.pack_price)
            for line in content.lines
        ),
        signings=_signings(detail),
    )


def _said(
    session: Session, actor: Actor, detail: OrderDetail, kind: PaperKind, name: str = ""
) -> Print:
    """What a paper says that was never sealed."""
    order = session.get_one(MemberOrder, (detail.row.org_id, detail.row.id))
    info = print_info(session, actor, detail)
    if kind is PaperKind.CONTRACT:
        contract = (
            session.get(Contract, (order.org_id, order.contract_id)) if order.contract_id else None
        )
        return Print(name, contract_paper(detail, info, contract))
    made = order_paper(detail, info, local_time(order.created_at).strftime("%Y-%m-%d"))
    packs = tuple(line.packs for line in detail.content.lines)
    return Print(name, made, packs=packs if kind is PaperKind.EXCEL else None)


def newest_sealed(session: Session, order: tuple[int, int, int], kind: PaperKind) -> bytes | None:
    """The paper of (member, order, version) with its electronic seals so far; None without any."""
    org_id, order_id, version = order
    return session.scalar(
        select(SealedPaper.content)
        .where(
            SealedPaper.org_id == org_id,
            SealedPaper.order_id == order_id,
            SealedPaper.version == version,
            SealedPaper.kind == kind.value,
        )
        .order_by(SealedPaper.seq.desc())
        .limit(1)
    )


def print_info(session: Session, actor: Actor, detail: OrderDetail) -> texts.PrintInfo:
    """Who prints, when, and where the order's trail is anchored."""
    return texts.PrintInfo(
        member=detail.content.member.name,
        printed_by=actor.name,
        printed_at=local_time(now(session)).strftime("%Y-%m-%d %H:%M"),
        demo=is_demo(session),
        anchor=_anchor(session, detail),
    )


def _anchor(session: Session, detail: OrderDetail) -> str:
    row = detail.row
    signed = [x.at for x in (row.member_signature, row.supplier_signature) if x is not None]
    if not signed:
        return ""
    doc = (DocKind.MEMBER_ORDER.value, row.id)
    return printed_on(session, row.org_id, doc, ("order.sign",), max(signed))


def paper_party(party: ContentParty, contact: str = "") -> texts.Party:
    """A party as papers name it."""
    return texts.Party(
        name=party.name,
        code=party.uscc,
        address=party.address,
        contact=contact or party.contact,
        phone=party.phone,
    )


def paper_goods(line: ContentLine) -> texts.Goods:
    """The goods of a line as papers name them."""
    return texts.Goods(line.code, line.name, line.spec, line.maker, line.approval)


def _line(line: ContentLine) -> texts.OrderLine:
    return texts.OrderLine(
        goods=paper_goods(line),
        quantity=f"{line.packs:,} {line.unit}",
        unit=line.unit,
        price=line.pack_price,
        amount=line.amount,
    )


def _signings(detail: OrderDetail) -> tuple[texts.Signing, ...]:
    row, content = detail.row, detail.content
    return (
        _signing(Party.MEMBER, content.member.name, row.member_signature, detail.fingerprint),
        _signing(Party.SUPPLIER, content.supplier.name, row.supplier_signature, detail.fingerprint),
    )


def _signing(
    party: Party, name: str, signature: SignatureRow | None, fingerprint: str
) -> texts.Signing:
    if signature is None:
        return texts.Signing(role=_(ROLES[party]), party=name, side=party)
    return texts.Signing(
        role=_(ROLES[party]),
        party=name,
        person=signature.person,
        at=local_time(signature.at).strftime("%Y-%m-%d %H:%M"),
        digest=fingerprint.replace(" ", ""),
        refused=signature.reason if signature.decision is Decision.REFUSED else "",
        side=party,
    )


def _valid(contract: Contract | None) -> str:
    if contract is None:
        return ""
    until = contract.valid_to.isoformat() if contract.valid_to else _("长期")
    return _("{start} 至 {end}", start=contract.valid_from.isoformat(), end=until)
