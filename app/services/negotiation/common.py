"""What every part of a negotiation asks: the project, who may act, which rounds may be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State, check_step, state_title
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.i18n import _
from app.models.negotiation import Negotiation, NegotiationInvitation, NegotiationRound
from app.models.party import Organisation
from app.services.access import lead_org, require
from app.services.audit import record
from app.services.db import today

READERS = (Duty.BUY, Duty.SIGN, Duty.AUDIT)
"""Duties at the lead that read what was bid, once it is open."""


def require_buyer(session: Session, actor: Actor) -> int:
    """The lead hospital; `NotAllowedError` unless the person buys for it."""
    lead = lead_org(session, today(session))
    require(actor, Duty.BUY, lead)
    return lead


def require_reader(actor: Actor, org_id: int) -> None:
    """Raise `NotAllowedError` unless the person may read the lead's negotiations."""
    if not any(actor.can(duty, org_id) for duty in READERS):
        raise NotAllowedError(
            "negotiation.reader",
            _("比价和评审只有牵头医院的采购、负责人和审计能看。可请管理员添加权限。"),
        )


def find(session: Session, negotiation_id: int) -> Negotiation:
    """The project as far as the person may see it; raises `DomainError` when there is none."""
    found = session.scalar(select(Negotiation).where(Negotiation.id == negotiation_id))
    if found is None:
        raise DomainError("negotiation.missing", _("没有这个议价项目，或不归你看。请刷新后再看。"))
    return found


def find_own(session: Session, actor: Actor, negotiation_id: int) -> Negotiation:
    """The project, for its buyer."""
    project = find(session, negotiation_id)
    require(actor, Duty.BUY, project.org_id)
    return project


def need_state(project: Negotiation, *states: State) -> None:
    """Raise `ConflictError` unless the project is in one of the states."""
    if State(project.status) not in states:
        raise ConflictError(
            "negotiation.state",
            _(
                "项目 {no} 现在是「{now}」，这一步要在「{states}」时做。请刷新后再看。",
                no=project.no,
                now=state_title(project.status),
                states="、".join(state_title(one) for one in states),
            ),
        )


def move(
    session: Session, actor: Actor, project: Negotiation, new: State, **values: object
) -> None:
    """Take the project to another state by one conditional UPDATE, with its audit entry.

    Raises:
        ConflictError: The step does not exist, or somebody was first.
    """
    old = State(project.status)
    check_step(DocKind.NEGOTIATION, old, new)
    touch(session, project, status=new, **values)
    detail = {"no": project.no, "from": old, "to": new}
    record_step(session, actor, project, "state", detail)


def touch(session: Session, project: Negotiation, **values: object) -> None:
    """Change the project's own row, if nobody did since it was read."""
    done = session.execute(
        update(Negotiation)
        .where(
            Negotiation.org_id == project.org_id,
            Negotiation.id == project.id,
            Negotiation.version == project.version,
            Negotiation.status == project.status,
        )
        .values(version=project.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if not rows_of(done):
        raise ConflictError(
            "negotiation.changed", _("项目 {no} 刚被别人改过。请刷新后再看。", no=project.no)
        )
    session.refresh(project)


def rows_of(result: Any) -> int:
    """How many rows a statement touched."""
    return int(result.rowcount)


def record_step(
    session: Session,
    actor: Actor,
    project: Negotiation,
    verb: str,
    detail: Mapping[str, object],
) -> None:
    """An entry in the lead's chained trail."""
    doc = (DocKind.NEGOTIATION.value, project.id)
    record(session, actor, project.org_id, f"negotiation.{verb}", doc, dict(detail))


def invitation(
    session: Session, project: Negotiation, supplier_id: int
) -> NegotiationInvitation | None:
    """The supplier's invitation, if it has one."""
    return session.get(NegotiationInvitation, (project.org_id, project.id, supplier_id))


def rounds_of(session: Session, project: Negotiation) -> tuple[NegotiationRound, ...]:
    """The rounds so far, in order."""
    return tuple(
        session.scalars(
            select(NegotiationRound)
            .where(
                NegotiationRound.org_id == project.org_id,
                NegotiationRound.negotiation_id == project.id,
            )
            .order_by(NegotiationRound.round)
        )
    )


def readable(rounds: tuple[NegotiationRound, ...]) -> tuple[int, ...]:
    """Numbers of the rounds whose prices the group may read: not sealed, or opened."""
    return tuple(one.round for one in rounds if not one.sealed or one.opened_at is not None)


def round_now(session: Session, project: Negotiation) -> NegotiationRound | None:
    """The round in hand, or the last one; None before the first."""
    key = (project.org_id, project.id, project.round)
    return session.get(NegotiationRound, key, populate_existing=True)


def supplier_names(session: Session, ids: set[int]) -> dict[int, str]:
    """Short names by id."""
    rows = session.execute(
        select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(ids))
    )
    return {int(key): str(name) for key, name in rows}
