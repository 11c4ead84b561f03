"""The certificate authorities whose seals the group trusts."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.i18n import _
from app.models.platform import Setting
from app.services.access import lead_org, require
from app.services.audit import record
from app.services.db import Database, today
from app.services.operations import claim, finish

_KEY: Final = "seal.roots"
_GROUP: Final = 0


@dataclass(frozen=True, slots=True)
class Root:
    """One trusted authority."""

    name: str
    serial: str
    valid_to: date


@dataclass(frozen=True, slots=True)
class Trust:
    """Trust an authority from now on; `data` is its certificate, PEM or DER."""

    op_id: UUID
    data: bytes


@dataclass(frozen=True, slots=True)
class Distrust:
    """Trust it no longer, by its serial number."""

    op_id: UUID
    serial: str


def roots(db: Database, actor: Actor) -> tuple[Root, ...]:
    """All trusted authorities; everybody may see them."""
    del actor
    with db.read() as session:
        return tuple(_root(data) for data in trusted(session))


def trusted(session: Session) -> tuple[bytes, ...]:
    """Their certificates (DER)."""
    row = session.get(Setting, (_GROUP, _KEY))
    return tuple(base64.b64decode(one) for one in row.value["der"]) if row else ()


def trust(db: Database, actor: Actor, command: Trust) -> Root:
    """Add an authority; one that is there already stays once.

    Raises:
        DomainError: Not a certificate, or not one of an authority.
    """
    from app.adapters.pades.check import certificate

    found = certificate(command.data)
    if not found.ca:
        raise DomainError(
            "seal.not_authority",
            _("这是个人证书，不是签发机构的根证书。请向签发机构要根证书（CA）。"),
        )
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.ADMIN, lead)
        if claim(session, actor, lead, command.op_id, "seal.trust", command) is None:
            kept = trusted(session)
            if found.dump() not in kept:
                _keep(session, (*kept, found.dump()))
            what = {"serial": f"{found.serial_number:x}"}
            record(session, actor, lead, "seal.trust", ("setting", _GROUP), what)
            finish(session, lead, command.op_id, what)
        return _root(found.dump())


def distrust(db: Database, actor: Actor, command: Distrust) -> None:
    """Remove an authority; seals it stands behind count as not trusted from now on."""
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.ADMIN, lead)
        if claim(session, actor, lead, command.op_id, "seal.distrust", command) is not None:
            return
        kept = trusted(session)
        left = tuple(one for one in kept if _root(one).serial != command.serial)
        if left == kept:
            raise DomainError(
                "seal.no_authority", _("信任名单里没有序列号 {serial}。", serial=command.serial)
            )
        _keep(session, left)
        what: dict[str, Any] = {"serial": command.serial}
        record(session, actor, lead, "seal.distrust", ("setting", _GROUP), what)
        finish(session, lead, command.op_id, what)


def _keep(session: Session, ders: tuple[bytes, ...]) -> None:
    value = {"der": [base64.b64encode(one).decode() for one in ders]}
    session.merge(Setting(org_id=_GROUP, key=_KEY, value=value))


def _root(der: bytes) -> Root:
    from app.adapters.pades.check import certificate

    found = certificate(der)
    subject = found.subject.native
    name = str(subject.get("common_name") or subject.get("organization_name") or "")
    return Root(name, f"{found.serial_number:x}", found.not_valid_after.date())
