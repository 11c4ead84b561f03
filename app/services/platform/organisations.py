"""Organisations of the group: who is lead, member or supplier, from when, and until when.

The lead's administrator adds and changes them, in the window or on the command line. A new lead or
member gets the usual places at once, so that goods can be received; a code once given stays,
because it is printed on labels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from app.domain.codes import designated_institution, health_institution, uscc as usccs
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import N_, _
from app.models.party import GroupMembership, Organisation, Person
from app.models.stock import Place
from app.services import audit
from app.services.access import lead_org, require
from app.services.db import Database, today
from app.services.operations import claim, finish
from app.services.platform.places import make_usual_places
from app.services.stock.places import make_virtual_places

ROLES: Final[Mapping[str, str]] = {
    "lead": N_("牵头单位"),
    "member": N_("成员单位"),
    "supplier": N_("供应商"),
}
KINDS: Final[Mapping[str, str]] = {
    "hospital": N_("医院"),
    "clinic": N_("社区卫生服务中心"),
    "station": N_("卫生服务站"),
    "supplier": N_("供应商"),
}
_CODE_LENGTH: Final = 4


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """What is written about an organisation, and may be changed later.

    Attributes:
        name: Full name, as it is printed on orders.
        short: Short name for tables.
        kind: ``hospital``, ``clinic``, ``station`` or ``supplier``.
        uscc: 统一社会信用代码, empty when not known yet.
        licence: 医疗机构执业许可证登记号, empty when not known yet.
        insurer: 医保定点医药机构代码, empty when not known yet.
        mode: How the organisation buys (平台挂网 …), free words.
        address: Where goods are delivered.
        phone: A number to call.
        contact: Whom to ask for.
        legal: Code of the organisation whose legal person it belongs to; empty for its own.
    """

    name: str
    short: str = ""
    kind: str = "clinic"
    uscc: str = ""
    mode: str = ""
    address: str = ""
    phone: str = ""
    contact: str = ""
    legal: str = ""
    licence: str = ""
    insurer: str = ""


@dataclass(frozen=True, slots=True)
class AddOrganisation:
    """An organisation joins the group or begins to supply it.

    Attributes:
        op_id: Made once per intention.
        code: Four digits.
        role: ``member`` or ``supplier``; the lead is made with the data.
        facts: The rest.
        valid_from: First day; None for today.
    """

    op_id: UUID
    code: str
    role: str
    facts: OrganisationFacts
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class ChangeOrganisation:
    """Other facts of an organisation, or the end of its membership.

    Attributes:
        op_id: Made once per intention.
        org_id: Which.
        facts: All of them, also those that stay.
        valid_to: First day on which it is out of the group; None while it is in.
    """

    op_id: UUID
    org_id: int
    facts: OrganisationFacts
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation as the settings show it."""

    id: int
    code: str
    role: str
    facts: OrganisationFacts
    valid_from: date
    valid_to: date | None
    people: int
    places: int

    @property
    def in_force(self) -> bool:
        """Whether no end of the membership is set."""
        return self.valid_to is None


def organisations(db: Database) -> tuple[OrganisationRow, ...]:
    """All organisations, the lead first, then members and suppliers by code."""
    with db.read() as session:
        people = _counts(session, Person.org_id, Person.active.is_(True))
        places = _counts(session, Place.org_id, Place.holds_stock.is_(True), Place.active.is_(True))
        newest: dict[int, GroupMembership] = {}
        for term in session.scalars(select(GroupMembership).order_by(GroupMembership.valid_from)):
            newest[term.org_id] = term
        rows = session.scalars(select(Organisation).order_by(Organisation.code)).all()
        codes = {row.id: row.code for row in rows}
        found = [
            _row(row, newest[row.id], codes, (people.get(row.id, 0), places.get(row.id, 0)))
            for row in rows
            if row.id in newest
        ]
    order = list(ROLES)
    return tuple(sorted(found, key=lambda row: order.index(row.role)))


def add_organisation(db: Database, actor: Actor, command: AddOrganisation) -> int:
    """Add a member or supplier, with the usual places for a member; its id.

    Raises:
        NotAllowedError: The actor is no administrator of the lead.
        DomainError: The code is taken or malformed, or a fact cannot be used.
    """
    with db.write() as session:
        day = today(session)
        lead = lead_org(session, day)
        require(actor, Duty.ADMIN, lead)
        earlier = claim(session, actor, lead, command.op_id, "organisation.add", command)
        if earlier is not None:
            return int(earlier["id"])
        _check_code(session, command.code)
        values = _values(session, command.facts, command.role)
        org_id = new_id()
        session.add(
            Organisation(
                **{"legal_person_id": org_id, "active": True}
                | values
                | {"id": org_id, "code": command.code}
            )
        )
        session.flush()
        session.add(
            GroupMembership(org_id=org_id, valid_from=command.valid_from or day, role=command.role)
        )
        session.flush()
        make_virtual_places(session, org_id)
        if command.role != "supplier":
            make_usual_places(session, org_id)
        detail = {"code": command.code, "role": command.role}
        audit.record(session, actor, lead, "organisation.add", ("organisation", org_id), detail)
        finish(session, lead, command.op_id, {"id": org_id})
        return org_id


def change_organisation(db: Database, actor: Actor, command: ChangeOrganisation) -> None:
    """Write other facts; end or reopen the membership.

    Raises:
        NotAllowedError: The actor is no administrator of the lead.
        DomainError: No such organisation, the lead would leave, or a fact cannot be used.
    """
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.ADMIN, lead)
        if claim(session, actor, lead, command.op_id, "organisation.change", command) is not None:
            return
        term = session.scalar(
            select(GroupMembership)
            .where(GroupMembership.org_id == command.org_id)
            .order_by(GroupMembership.valid_from.desc())
            .limit(1)
        )
        if term is None:
            raise _unknown()
        _check_end(term, command)
        values = _values(session, command.facts, term.role)
        done = session.execute(
            update(Organisation).where(Organisation.id == command.org_id).values(**values)
        )
        assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
        if done.rowcount != 1:
            raise _unknown()
        term.valid_to = command.valid_to
        detail = {"name": command.facts.name, "valid_to": command.valid_to}
        doc = ("organisation", command.org_id)
        audit.record(session, actor, lead, "organisation.change", doc, detail)
        finish(session, lead, command.op_id, {})


def _counts(session: Session, column: Any, *conditions: Any) -> dict[int, int]:
    rows = session.execute(select(column, func.count()).where(*conditions).group_by(column)).all()
    return {int(org): int(count) for org, count in rows}


def _row(
    row: Organisation, term: GroupMembership, codes: Mapping[int, str], counts: tuple[int, int]
) -> OrganisationRow:
    own = row.legal_person_id in {None, row.id}
    facts = OrganisationFacts(
        name=row.name,
        short=row.short_name,
        kind=row.kind,
        uscc=row.uscc or "",
        licence=row.licence_code or "",
        insurer=row.insurer_code or "",
        mode=row.procurement_mode or "",
        address=row.address or "",
        phone=row.phone or "",
        contact=row.contact or "",
        legal="" if own else codes.get(row.legal_person_id or 0, ""),
    )
    return OrganisationRow(
        row.id, row.code, term.role, facts, term.valid_from, term.valid_to, *counts
    )


def _check_code(session: Session, code: str) -> None:
    if len(code) != _CODE_LENGTH or not (code.isascii() and code.isdecimal()):
        raise DomainError("organisation.code", _("机构编码要四位数字，如 0002。"))
    name = session.scalar(select(Organisation.name).where(Organisation.code == code))
    if name is not None:
        raise DomainError(
            "organisation.taken",
            _("编码 {code} 已经给了 {name}。请换一个没用过的。", code=code, name=name),
        )


def _check_end(term: GroupMembership, command: ChangeOrganisation) -> None:
    if command.valid_to is None:
        return
    if term.role == "lead":
        raise DomainError("organisation.lead", _("牵头单位不能退出集团。"))
    if command.valid_to <= term.valid_from:
        raise DomainError(
            "organisation.span",
            _("退出日期要晚于加入日期 {day}。", day=term.valid_from.isoformat()),
        )


def _values(session: Session, facts: OrganisationFacts, role: str) -> dict[str, Any]:
    """The columns of the facts, checked."""
    if (
        role not in ROLES
        or facts.kind not in KINDS
        or (role == "supplier") != (facts.kind == "supplier")
    ):
        raise DomainError("organisation.kind", _("供应商的类型只能是供应商，其他机构不能是。"))
    name = " ".join(facts.name.split())
    if not name:
        raise DomainError("organisation.name", _("还没填单位名称。"))
    values: dict[str, Any] = {
        "name": name,
        "short_name": facts.short.strip() or name[:8],
        "kind": facts.kind,
        "uscc": usccs.validate(facts.uscc) if facts.uscc.strip() else None,
        "licence_code": _code(health_institution.validate, facts.licence),
        "insurer_code": _code(designated_institution.validate, facts.insurer),
        "procurement_mode": facts.mode.strip() or None,
        "address": facts.address.strip() or None,
        "phone": facts.phone.strip() or None,
        "contact": facts.contact.strip() or None,
    }
    if facts.legal:
        values["legal_person_id"] = _legal(session, facts.legal)
    return values


def _code(validate: Callable[[str], str], text: str) -> str | None:
    return validate(text) if text.strip() else None


def _legal(session: Session, code: str) -> int:
    found = session.scalar(select(Organisation.id).where(Organisation.code == code))
    if found is None:
        raise DomainError(
            "organisation.unknown", _("没有编码为 {code} 的机构。请核对四位编码。", code=code)
        )
    return found


def _unknown() -> DomainError:
    return DomainError("organisation.gone", _("没有找到这家机构。请刷新列表后再选。"))
