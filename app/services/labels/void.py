"""作废: a label that is lost, torn or wrong is taken out of use, with a reason.

The goods stay where they are; they can be labelled again. A void label that is scanned says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.i18n import _
from app.models.pack import Pack
from app.models.party import Person
from app.models.platform import Audit
from app.services import audit
from app.services.access import require
from app.services.db import Database, local_time, now
from app.services.operations import claim, finish
from app.services.queries.portions import key_portions

VOIDED: Final = "voided"
"""Status of a label that was taken out of use."""
_LEAST: Final = 4
_ACTION: Final = "label.void"


@dataclass(frozen=True, slots=True)
class VoidLabels:
    """Take labels out of use.

    Attributes:
        op_id: Made once per intention.
        org_id: Whose labels.
        pack_ids: Which.
        reason: Why; at least four characters.
    """

    op_id: UUID
    org_id: int
    pack_ids: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Voided:
    """What was taken out of use."""

    codes: tuple[str, ...]


def void_labels(db: Database, actor: Actor, command: VoidLabels) -> Voided:
    """Take labels out of use, all or none.

    Raises:
        NotAllowedError: The actor keeps no store of this member.
        DomainError: No reason, no such label, or a fixed pack (which is broken up instead).
        ConflictError: One was used or voided before; says when and by whom.
    """
    require(actor, Duty.STORE, command.org_id)
    reason = " ".join(command.reason.split())
    if len(reason) < _LEAST:
        raise DomainError("label.reason", _("请写明作废原因，至少 {n} 个字。", n=_LEAST))
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, _ACTION, command)
        if earlier is not None:
            return Voided(tuple(earlier["codes"]))
        codes = []
        for pack_id, code in _void(session, actor, command.org_id, sorted(set(command.pack_ids))):
            doc = ("pack", pack_id)
            detail = {"code": code, "reason": reason}
            audit.record(session, actor, command.org_id, _ACTION, doc, detail)
            codes.append(code)
        if not codes:
            raise DomainError("label.none", _("还没选要作废的标签。扫一下标签，或输入标签号。"))
        finish(session, command.org_id, command.op_id, {"codes": codes})
        return Voided(tuple(codes))


def refusal(session: Session, pack: Pack) -> ConflictError:
    """Why a label that is not in stock any more cannot be used: used, or void with its reason."""
    name = session.scalar(select(Person.name).where(Person.id == pack.used_by)) or "—"
    when = f"{local_time(pack.used_at):%m-%d %H:%M}" if pack.used_at else "—"
    if pack.status == VOIDED:
        return ConflictError(
            "pack.voided",
            _(
                "这个标签 {when} 已由 {name} 作废：{reason}。货还在账上，请重新打印标签。",
                when=when,
                name=name,
                reason=_reason(session, pack),
            ),
        )
    return ConflictError(
        "pack.used",
        _("这个标签 {when} 已由 {name} 登记过，没有重复记账。", when=when, name=name),
    )


def _void(
    session: Session, actor: Actor, org_id: int, pack_ids: Sequence[int]
) -> list[tuple[int, str]]:
    """Each with its code, in the order given."""
    done: dict[int, str] = {}
    for part in key_portions(pack_ids):
        rows = session.execute(
            update(Pack)
            .where(
                Pack.org_id == org_id,
                Pack.id.in_(part),
                Pack.kind == "label",
                Pack.status == State.IN_STOCK.value,
            )
            .values(
                status=VOIDED, used_at=now(session), used_by=actor.person_id,
                version=Pack.version + 1,
            )
            .returning(Pack.id, Pack.code)
            .execution_options(synchronize_session=False)
        )  # fmt: skip
        done |= dict(rows.all())
    for pack_id in pack_ids:
        if pack_id not in done:
            raise _refused(session, org_id, pack_id)
    return [(pack_id, done[pack_id]) for pack_id in pack_ids]


def _refused(session: Session, org_id: int, pack_id: int) -> DomainError:
    pack = session.scalar(
        select(Pack)
        .where(Pack.org_id == org_id, Pack.id == pack_id)
        .execution_options(populate_existing=True)
    )
    if pack is None:
        return DomainError("pack.unknown", _("这个标签不是本机构的。请核对标签上的机构。"))
    if pack.kind != "label":
        return DomainError("label.fixed", _("{code} 是定数包，请在定数包里拆包。", code=pack.code))
    return refusal(session, pack)


def _reason(session: Session, pack: Pack) -> str:
    detail = session.scalar(
        select(Audit.detail).where(
            Audit.org_id == pack.org_id,
            Audit.doc_kind == "pack",
            Audit.doc_id == pack.id,
            Audit.action == _ACTION,
        )
    )
    return str(detail.get("reason", "—")) if isinstance(detail, dict) else "—"
