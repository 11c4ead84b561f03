"""The acceptance record (验收记录) and the delivery note (随货同行单), ready for print."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.expiry import shown
from app.domain.papers import (
    AcceptanceLine as PaperLine,
    AcceptancePaper,
    DeliveryLine as NotePaperLine,
    DeliveryPaper,
    Goods,
    Party,
    PrintInfo,
    Signing,
)
from app.domain.receiving.drafts import transport_from_plain
from app.domain.receiving.goods_papers import Sort
from app.domain.receiving.note import Goods as Facts
from app.domain.receiving.retention import keep_words
from app.domain.receiving.transport import Transport
from app.i18n import _
from app.models.item import Item, Product
from app.models.order import MemberOrder
from app.models.party import Organisation, Person
from app.models.receiving import Acceptance, AcceptanceLine, Delivery
from app.models.stock import Lot, Place
from app.services.access import require
from app.services.anchors import printed_on
from app.services.db import Database, local_time, now
from app.services.directory import is_demo
from app.services.receiving.goods import facts
from app.services.receiving.goods_papers import paper_counts
from app.services.receiving.keeping import record_kept
from app.services.receiving.notes import delivery_row, lines_of
from app.services.receiving.queries import accepted_lots


def acceptance_paper(
    db: Database, actor: Actor, org_id: int, acceptance_id: int
) -> AcceptancePaper:
    """All that the law wants in the record, as it stood on the day."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        acceptance = session.get(Acceptance, (org_id, acceptance_id))
        if acceptance is None:
            raise DomainError("acceptance.unknown", _("没有找到这张验收单。请刷新列表后再选。"))
        delivery = delivery_row(session, org_id, acceptance.delivery_id)
        orgs = _orgs(session, org_id, acceptance.supplier_id)
        rows = accepted_lots(session, org_id, acceptance_id)
        goods = facts(session, {line.item_id for line, _lot in rows})
        forms = _forms(session, set(goods))
        snapshots = _snapshots(acceptance.checks)
        return AcceptancePaper(
            info=_info(session, actor, orgs[org_id], _anchor(session, acceptance)),
            number=acceptance.no,
            accepted_on=acceptance.accepted_on.isoformat() if acceptance.accepted_on else "",
            delivery_number=delivery.no,
            order_numbers="、".join(acceptance.checks.get("orders", ())),
            buyer=_party(orgs[org_id]),
            supplier=_party(orgs[acceptance.supplier_id]),
            place=_place(session, acceptance),
            transport=transport_words(transport_from_plain(acceptance.checks.get("transport", {}))),
            checks=(*_checks(acceptance.checks), *_files(session, acceptance)),
            lines=tuple(
                _line(
                    line,
                    lot,
                    goods[line.item_id],
                    forms.get(line.item_id, ""),
                    snapshots.get(goods[line.item_id].code, {}),
                )
                for line, lot in rows
            ),
            total=acceptance.amount,
            acceptors=_acceptors(session, acceptance, orgs[org_id]),
            keep_until=keep_words(record_kept(session, org_id, (acceptance_id,))[acceptance_id]),
        )


def delivery_paper(db: Database, actor: Actor, org_id: int, delivery_id: int) -> DeliveryPaper:
    """The note that travels with the goods; its number is printed as bar code."""
    with db.read() as session:
        delivery = delivery_row(session, org_id, delivery_id)
        orgs = _orgs(session, org_id, delivery.supplier_id)
        lines = lines_of(session, delivery)
        goods = facts(session, {line.item_id for line in lines})
        approvals, forms = _approvals(session, set(goods)), _forms(session, set(goods))
        return DeliveryPaper(
            info=_info(session, actor, orgs[delivery.supplier_id]),
            number=delivery.no,
            shipped_on=delivery.shipped_on.isoformat() if delivery.shipped_on else "",
            order_number=_order_no(session, delivery),
            buyer=_party(orgs[org_id]),
            supplier=_party(orgs[delivery.supplier_id]),
            deliver_to=orgs[org_id].address or orgs[org_id].name,
            transport="",
            lines=tuple(
                NotePaperLine(
                    goods=_goods(
                        goods[line.item_id],
                        forms.get(line.item_id, ""),
                        approvals.get(line.item_id, ""),
                    ),
                    lot=line.lot_no or "—",
                    expiry=shown(line.expiry),
                    quantity=goods[line.item_id].text(line.qty),
                    unit=goods[line.item_id].pack_unit,
                    price=line.unit_price,
                    note=line.note or "",
                )
                for line in lines
            ),
        )


def transport_words(transport: Transport) -> str:
    """How the goods came, in one line; empty when nothing was recorded."""
    parts = [
        transport.mode.label if transport.mode else "",
        _("启运 {at}", at=_at(transport.started_at)) if transport.started_at else "",
        _("到货 {at}", at=_at(transport.arrived_at)) if transport.arrived_at else "",
        "" if transport.temperature is None else _("到货 {t} ℃", t=transport.temperature),
        _("记录 {no}", no=transport.record_no) if transport.record_no else "",
    ]
    return " · ".join(part for part in parts if part)


def _at(moment: datetime | None) -> str:
    return f"{moment:%m-%d %H:%M}" if moment else ""


def _info(session: Session, actor: Actor, org: Organisation, anchor: str = "") -> PrintInfo:
    printed = f"{local_time(now(session)):%Y-%m-%d %H:%M}"
    return PrintInfo(org.name, actor.name, printed, demo=is_demo(session), anchor=anchor)


def _anchor(session: Session, row: Acceptance) -> str:
    doc = (DocKind.ACCEPTANCE.value, row.id)
    return printed_on(session, row.org_id, doc, ("receive",), row.posted_at)


def _orgs(session: Session, *ids: int) -> dict[int, Organisation]:
    rows = session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    return {org.id: org for org in rows}


def _party(org: Organisation) -> Party:
    return Party(org.name, org.uscc or "", org.address or "", org.contact or "", org.phone or "")


def _place(session: Session, acceptance: Acceptance) -> str:
    found = session.scalar(
        select(Place.name).where(Place.org_id == acceptance.org_id, Place.id == acceptance.place_id)
    )
    return found or ""


def _snapshots(checks: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    return {line["code"]: line for line in checks.get("lines", ())}


def _checks(checks: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Each check with how many lines passed it; nothing where no check was recorded."""
    lines = checks.get("lines", ())
    if not lines:
        return ()
    titles = (
        ("outer", _("外包装完好、无破损")),
        ("matches", _("与随货同行单一致")),
        ("report", _("检验报告已附")),
    )
    return tuple(
        (title, _("{n} / {all} 行", n=sum(bool(line.get(key)) for line in lines), all=len(lines)))
        for key, title in titles
    )


def _files(session: Session, acceptance: Acceptance) -> tuple[tuple[str, str], ...]:
    """The papers whose files are kept with the note; nothing where there are none."""
    counts, withdrawn = paper_counts(session, acceptance.org_id, acceptance.delivery_id)
    words = [
        _("{sort} {n} 份", sort=sort.label, n=counts[sort]) for sort in Sort if counts.get(sort)
    ]
    if withdrawn:
        words.append(_("另有 {n} 份已撤回", n=withdrawn))
    return ((_("存档资料"), "、".join(words)),) if words else ()


def _line(
    line: AcceptanceLine, lot: Lot | None, goods: Facts, form: str, snapshot: Mapping[str, str]
) -> PaperLine:
    return PaperLine(
        goods=Goods(
            code=goods.code,
            name=snapshot.get("name", goods.name),
            spec=_with_form(form, snapshot.get("spec", goods.spec)),
            maker=snapshot.get("maker", goods.maker),
            approval=snapshot.get("approval", ""),
        ),
        lot=lot.lot_no if lot else "—",
        expiry=_dates(lot),
        expected=goods.text(line.expected),
        accepted=goods.text(line.accepted),
        refused=goods.text(line.refused) if line.refused else "",
        price=line.unit_price,
        amount=line.amount,
        result=result_words(line.result),
        reason=line.reason or "",
    )


def result_words(code: str) -> str:
    """A stored result in the person's language."""
    words = {
        "ok": _("合格"),
        "short": _("数量不足"),
        "over": _("赠品"),
        "refused": _("拒收"),
        "expired": _("过期拒收"),
        "recalled": _("召回拒收"),
        "cold_chain": _("冷链不合格拒收"),
    }
    return words.get(code, code)


def _acceptors(session: Session, acceptance: Acceptance, org: Organisation) -> tuple[Signing, ...]:
    wanted = [(_("验收人"), acceptance.receiver_id)]
    if acceptance.second_person_id:
        wanted.append((_("第二验收人"), acceptance.second_person_id))
    rows = session.execute(
        select(Person.id, Person.name).where(Person.id.in_([person for _role, person in wanted]))
    )
    names = {row.id: row.name for row in rows}
    at = f"{local_time(acceptance.posted_at):%Y-%m-%d %H:%M}"
    return tuple(Signing(role, org.name, names.get(person, ""), at) for role, person in wanted)


def _order_no(session: Session, delivery: Delivery) -> str:
    if not delivery.order_id:
        return ""
    found = session.scalar(
        select(MemberOrder.no).where(
            MemberOrder.org_id == delivery.org_id, MemberOrder.id == delivery.order_id
        )
    )
    return found or ""


def _approvals(session: Session, items: set[int]) -> dict[int, str]:
    rows = session.execute(select(Item.id, Item.approval_no).where(Item.id.in_(sorted(items))))
    return {row.id: row.approval_no or "" for row in rows}


def _forms(session: Session, items: set[int]) -> dict[int, str]:
    """The dosage forms, which record and note must name; only drugs have one."""
    rows = session.execute(
        select(Item.id, Product.form)
        .join(Product, Product.id == Item.product_id)
        .where(Item.id.in_(sorted(items)))
    )
    return {row.id: row.form for row in rows}


def _with_form(form: str, spec: str) -> str:
    return f"{form} · {spec}" if form else spec


def _dates(lot: Lot | None) -> str:
    """Until when it is good, and when it was made where that is known."""
    if lot is None or lot.produced is None:
        return shown(lot.expiry if lot else None)
    return f"{shown(lot.expiry)}\n{lot.produced.isoformat()}"


def _goods(goods: Facts, form: str, approval: str) -> Goods:
    return Goods(goods.code, goods.name, _with_form(form, goods.spec), goods.maker, approval)
