"""Suppliers invited to a project: only with a complete, checked dossier in force."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.bidding.dossier import Paper, check_dossier, cold_chain
from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.errors import DomainError, Problem, refuse_if
from app.i18n import _
from app.models.negotiation import NegotiationInvitation
from app.models.party import Dossier, Organisation
from app.services.db import Database, now, today
from app.services.negotiation.common import find_own, invitation, need_state, record_step
from app.services.negotiation.project import BEFORE_ROUNDS, IN_ROUNDS, checked_reason
from app.services.operations import claim, finish


@dataclass(frozen=True, slots=True)
class Guest:
    """A supplier to invite; `small` marks a 中小企业, `delivery_hours` what it promises."""

    supplier_id: int
    small: bool = False
    delivery_hours: int = 48


@dataclass(frozen=True, slots=True)
class Invite:
    """Suppliers to invite; all of them or none."""

    op_id: UUID
    negotiation_id: int
    guests: tuple[Guest, ...]


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Take a supplier out of the project, with the reason."""

    op_id: UUID
    negotiation_id: int
    supplier_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class DossierRow:
    """How a supplier's papers stand today; `problems` that block say why it cannot be invited."""

    supplier_id: int
    supplier: str
    papers: tuple[Paper, ...]
    problems: tuple[Problem, ...]
    cold_chain: bool

    @property
    def fit(self) -> bool:
        """Whether it may be invited."""
        return not any(problem.blocks for problem in self.problems)


def dossiers(db: Database, actor: Actor) -> tuple[DossierRow, ...]:
    """All active suppliers with their papers, checked on today's date; a supplier sees its own."""
    with db.read() as session:
        rows = session.scalars(
            select(Organisation)
            .where(Organisation.kind == "supplier", Organisation.active.is_(True))
            .order_by(Organisation.code)
        ).all()
        ids = [row.id for row in rows]
        return dossier_rows(session, [actor.org_id] if actor.org_id in ids else ids)


def dossier_rows(session: Session, suppliers: Sequence[int]) -> tuple[DossierRow, ...]:
    """The papers of some suppliers, in that order."""
    names = {
        row.id: row
        for row in session.scalars(select(Organisation).where(Organisation.id.in_(suppliers)))
    }
    papers: dict[int, list[Paper]] = {one: [] for one in suppliers}
    for row in session.scalars(
        select(Dossier).where(Dossier.org_id.in_(suppliers)).order_by(Dossier.kind, Dossier.id)
    ):
        papers[row.org_id].append(Paper(row.kind, row.number or "", row.valid_to, row.checked))
    day = today(session)
    return tuple(
        DossierRow(
            supplier_id=one,
            supplier=names[one].short_name,
            papers=tuple(papers[one]),
            problems=tuple(check_dossier(names[one].short_name, papers[one], day)),
            cold_chain=cold_chain(papers[one], day),
        )
        for one in suppliers
        if one in names and names[one].kind == "supplier"
    )


def invite(db: Database, actor: Actor, command: Invite) -> int:
    """Invite suppliers; how many are new. An invitation that was ended is taken up again.

    Raises:
        DomainError: A paper is missing, not checked or has expired; every supplier's problems.
    """
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        earlier = claim(
            session, actor, project.org_id, command.op_id, "negotiation.invite", command
        )
        if earlier is not None:
            return int(earlier["invited"])
        need_state(project, *BEFORE_ROUNDS, State.QUOTING)
        rows = {
            row.supplier_id: row
            for row in dossier_rows(session, [one.supplier_id for one in command.guests])
        }
        missing = [one for one in command.guests if one.supplier_id not in rows]
        if missing or not command.guests:
            raise DomainError("negotiation.guest", _("没有这家供应商。请从供应商名单里选。"))
        problems = [
            replace(problem, row=number)
            for number, row in enumerate(rows.values(), 1)
            for problem in row.problems
        ]
        refuse_if(problems, "negotiation.dossier", _("资质不齐，没有邀请。"))
        fresh = sum(
            _write(session, actor, project, guest, rows[guest.supplier_id])
            for guest in command.guests
        )
        detail = {"suppliers": [row.supplier for row in rows.values()]}
        record_step(session, actor, project, "invite", detail)
        finish(session, project.org_id, command.op_id, {"invited": fresh})
        return fresh


def _write(session: Session, actor: Actor, project: Any, guest: Guest, row: DossierRow) -> int:
    found = invitation(session, project, guest.supplier_id)
    if found is not None and found.quitted is None:
        return 0
    if found is None:
        found = NegotiationInvitation(
            org_id=project.org_id,
            negotiation_id=project.id,
            supplier_id=guest.supplier_id,
            sheet_key=secrets.token_hex(16),
            version=0,
        )
        session.add(found)
    found.invited_at, found.invited_by = now(session), actor.person_id
    found.papers = [
        {"kind": one.kind, "number": one.number, "checked": one.checked}
        | {"valid_to": one.valid_to.isoformat() if one.valid_to else None}
        for one in row.papers
    ]
    found.small, found.cold_chain = guest.small, row.cold_chain
    found.delivery_hours, found.quitted = guest.delivery_hours, None
    found.version += 1
    session.flush()
    return 1


def dismiss(db: Database, actor: Actor, command: Dismiss) -> None:
    """End a supplier's part in the project; its bids stay on record and do not count."""
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        reason = checked_reason(command.reason)
        if claim(session, actor, project.org_id, command.op_id, "negotiation.dismiss", command):
            return
        need_state(project, *BEFORE_ROUNDS, *IN_ROUNDS, State.REVIEWING)
        found = invitation(session, project, command.supplier_id)
        if found is None or found.quitted is not None:
            raise DomainError("negotiation.guest", _("这家供应商不在项目里。请刷新后再看。"))
        found.quitted, found.version = reason, found.version + 1
        detail = {"supplier": command.supplier_id, "reason": reason}
        record_step(session, actor, project, "dismiss", detail)
        finish(session, project.org_id, command.op_id, {"done": True})
