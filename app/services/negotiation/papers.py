"""A supplier's papers (资质): handed in by the supplier or the buyer, checked by the group.

A paper is checked as it stands: whoever changes its number or validity makes it unchecked again.
PostgreSQL holds that no supplier checks its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, NotAllowedError
from app.domain.ids import new_id
from app.i18n import N_, _
from app.models.party import Dossier, Organisation
from app.services import audit
from app.services.access import lead_org
from app.services.db import Database, today
from app.services.operations import claim, finish

USUAL: Final = (
    N_("药品或医疗器械经营许可证"), N_("营业执照"), N_("法人授权委托书"), N_("购销廉洁协议"),
    N_("药品冷链质量管理证明（GSP）"), N_("产品注册证"),
)  # fmt: skip
"""Kinds that people are offered; any other can be typed."""
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class PutPaper:
    """A paper of a supplier: a new one, or with `paper_id` another number or validity."""

    op_id: UUID
    supplier_id: int
    kind: str
    number: str
    valid_to: date | None
    paper_id: int = 0


@dataclass(frozen=True, slots=True)
class CheckPaper:
    """The group has seen the paper; or takes its check back."""

    op_id: UUID
    supplier_id: int
    paper_id: int
    checked: bool = True


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One paper as it stands."""

    paper_id: int
    kind: str
    number: str
    valid_to: date | None
    checked: bool


def papers(db: Database, actor: Actor, supplier_id: int) -> tuple[PaperRow, ...]:
    """The papers of a supplier: for the group, and for itself."""
    with db.read() as session:
        _may(session, actor, supplier_id)
        rows = session.scalars(
            select(Dossier)
            .where(Dossier.org_id == supplier_id)
            .order_by(Dossier.kind, Dossier.valid_to)
        )
        return tuple(
            PaperRow(one.id, one.kind, one.number or "", one.valid_to, one.checked) for one in rows
        )


def put_paper(db: Database, actor: Actor, command: PutPaper) -> int:
    """Hand a paper in; its id. It waits to be checked.

    Raises:
        NotAllowedError: Neither the supplier's own person nor the lead's buyer.
        DomainError: No kind, or a day that has passed.
    """
    with db.write() as session:
        org = _may(session, actor, command.supplier_id)
        earlier = claim(session, actor, org, command.op_id, "dossier.put", command)
        if earlier is not None:
            return int(earlier["paper"])
        kind = _checked_kind(session, command)
        if command.paper_id:
            found = _find(session, command.supplier_id, command.paper_id)
        else:
            found = Dossier(org_id=command.supplier_id, id=new_id())
            session.add(found)
        found.kind, found.number = kind, command.number.strip() or None
        found.valid_to, found.checked = command.valid_to, False
        session.flush()
        detail: dict[str, object] = {"supplier": command.supplier_id, "kind": kind}
        detail |= {"number": command.number, "valid_to": command.valid_to}
        audit.record(session, actor, org, "dossier.put", ("dossier", found.id), detail)
        finish(session, org, command.op_id, {"paper": found.id})
        return found.id


def check_paper(db: Database, actor: Actor, command: CheckPaper) -> None:
    """Say that the group has seen the paper, or that it has not after all.

    Raises:
        NotAllowedError: Not a buyer or keeper of the catalogue of the lead.
    """
    with db.write() as session:
        lead = lead_org(session, today(session))
        if not _of_group(actor, lead):
            raise NotAllowedError(
                "dossier.check", _("资质由牵头医院的采购或目录管理人员审核。可请他们处理。")
            )
        if claim(session, actor, lead, command.op_id, "dossier.check", command) is not None:
            return
        found = _find(session, command.supplier_id, command.paper_id)
        session.execute(
            update(Dossier)
            .where(Dossier.org_id == found.org_id, Dossier.id == found.id)
            .values(checked=command.checked)
            .execution_options(synchronize_session=False)
        )
        detail: dict[str, object] = {"supplier": found.org_id, "kind": found.kind}
        detail |= {"number": found.number, "checked": command.checked}
        audit.record(session, actor, lead, "dossier.check", ("dossier", found.id), detail)
        finish(session, lead, command.op_id, {"done": True})


def _checked_kind(session: Session, command: PutPaper) -> str:
    kind = command.kind.strip()
    if not kind or len(kind) > _LONGEST:
        raise DomainError("dossier.kind", _("还没填资质种类。请选一种，如「购销廉洁协议」。"))
    if command.valid_to is not None and command.valid_to < today(session):
        raise DomainError(
            "dossier.past",
            _("有效期 {day} 已过。请登记换新后的资质。", day=command.valid_to),
        )
    supplier = session.get(Organisation, command.supplier_id)
    if supplier is None or supplier.kind != "supplier":
        raise DomainError("negotiation.guest", _("没有这家供应商。请从供应商名单里选。"))
    return kind


def _find(session: Session, supplier_id: int, paper_id: int) -> Dossier:
    found = session.get(Dossier, (supplier_id, paper_id))
    if found is None:
        raise DomainError("dossier.unknown", _("没有这份资质，可能已换新。请刷新后再看。"))
    return found


def _of_group(actor: Actor, lead: int) -> bool:
    return actor.can(Duty.BUY, lead) or actor.can(Duty.CATALOGUE, lead)


def _may(session: Session, actor: Actor, supplier_id: int) -> int:
    """Whose trail the step stands in: the lead's for its buyers, the supplier's own."""
    lead = lead_org(session, today(session))
    if _of_group(actor, lead):
        return lead
    if actor.can(Duty.SUPPLY, supplier_id):
        return supplier_id
    raise NotAllowedError(
        "dossier.denied", _("供应商资质由供应商自己或牵头医院的采购登记。可请他们处理。")
    )
