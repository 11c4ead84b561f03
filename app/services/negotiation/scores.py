"""评分: weights of a project, points that experts give, and the sheet that sums them up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.bidding.scoring import (
    DEFAULT,
    EXPERT,
    Criterion,
    checked_points,
    checked_weights,
    mean_points,
)
from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, NotAllowedError
from app.i18n import _
from app.models.negotiation import Negotiation, Score, ScoreSheet
from app.services.db import Database, now
from app.services.negotiation.common import (
    find,
    find_own,
    invitation,
    need_state,
    record_step,
    require_reader,
)
from app.services.operations import claim, finish

_OPEN = (State.BARGAINING, State.REVIEWING)


@dataclass(frozen=True, slots=True)
class SetWeights:
    """Other weights, whole percent; they sum to 100."""

    op_id: UUID
    negotiation_id: int
    weights: tuple[tuple[Criterion, int], ...]


@dataclass(frozen=True, slots=True)
class GivePoints:
    """Points of one expert: supplier, criterion, 0 to 100."""

    op_id: UUID
    negotiation_id: int
    points: tuple[tuple[int, Criterion, int], ...]


@dataclass(frozen=True, slots=True)
class Scoring:
    """Weights, and the experts' mean points in tenths by supplier."""

    weights: Mapping[Criterion, int]
    points: Mapping[int, Mapping[Criterion, int]]
    experts: int
    own: Mapping[tuple[int, Criterion], int]
    """What this person gave."""


def scoring(db: Database, actor: Actor, negotiation_id: int) -> Scoring:
    """The score sheet of a project, for the lead's readers."""
    with db.read() as session:
        project = find(session, negotiation_id)
        require_reader(actor, project.org_id)
        return scoring_of(session, project, actor.person_id)


def scoring_of(session: Session, project: Negotiation, person_id: int = 0) -> Scoring:
    """The same in the caller's unit of work."""
    sheet = session.get(ScoreSheet, (project.org_id, project.id))
    weights = {Criterion(key): int(value) for key, value in sheet.weights.items()} if sheet else {}
    given: dict[tuple[int, Criterion], list[int]] = {}
    own: dict[tuple[int, Criterion], int] = {}
    people = set()
    for row in session.scalars(
        select(Score).where(Score.org_id == project.org_id, Score.negotiation_id == project.id)
    ):
        key = (row.supplier_id, Criterion(row.criterion))
        given.setdefault(key, []).append(row.points)
        people.add(row.person_id)
        if row.person_id == person_id:
            own[key] = row.points
    means: dict[int, dict[Criterion, int]] = {}
    for (supplier, criterion), points in given.items():
        means.setdefault(supplier, {})[criterion] = mean_points(points)
    return Scoring(weights or dict(DEFAULT), means, len(people), own)


def set_weights(db: Database, actor: Actor, command: SetWeights) -> None:
    """Set the weights, while the project is bargained over or reviewed."""
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        weights = checked_weights(dict(command.weights))
        if claim(session, actor, project.org_id, command.op_id, "negotiation.weights", command):
            return
        need_state(project, State.DRAFT, State.NEEDING, State.QUOTING, *_OPEN)
        sheet = session.get(ScoreSheet, (project.org_id, project.id))
        stored = {key.value: value for key, value in weights.items()}
        if sheet is None:
            session.add(
                ScoreSheet(
                    org_id=project.org_id,
                    negotiation_id=project.id,
                    weights=stored,
                    at=now(session),
                    person_id=actor.person_id,
                    version=1,
                )
            )
        else:
            sheet.weights, sheet.at, sheet.person_id = stored, now(session), actor.person_id
            sheet.version += 1
        session.flush()
        record_step(session, actor, project, "weights", stored)
        finish(session, project.org_id, command.op_id, {"done": True})


def give_points(db: Database, actor: Actor, command: GivePoints) -> int:
    """Keep the points of a buyer or signer of the lead; a later figure replaces an own one."""
    with db.write() as session:
        project = find(session, command.negotiation_id)
        if not any(actor.can(duty, project.org_id) for duty in (Duty.BUY, Duty.SIGN)):
            raise NotAllowedError("score.denied", _("评分由牵头医院的采购和负责人做。"))
        org = project.org_id
        earlier = claim(session, actor, org, command.op_id, "negotiation.score", command)
        if earlier is not None:
            return int(earlier["given"])
        need_state(project, *_OPEN)
        for supplier, criterion, points in command.points:
            _put(session, actor, project, (supplier, criterion, checked_points(points)))
        session.flush()
        record_step(session, actor, project, "score", {"given": len(command.points)})
        finish(session, org, command.op_id, {"given": len(command.points)})
        return len(command.points)


def _put(
    session: Session, actor: Actor, project: Negotiation, one: tuple[int, Criterion, int]
) -> None:
    supplier, criterion, points = one
    if criterion not in EXPERT:
        raise DomainError("score.price", _("价格分按报价计算，不用打分。"))
    if invitation(session, project, supplier) is None:
        raise DomainError("score.guest", _("这家供应商不在项目里。请刷新后再评。"))
    key = (project.org_id, project.id, supplier, criterion.value, actor.person_id)
    row = session.get(Score, key)
    if row is None:
        session.add(
            Score(
                org_id=project.org_id,
                negotiation_id=project.id,
                supplier_id=supplier,
                criterion=criterion.value,
                person_id=actor.person_id,
                points=points,
                at=now(session),
            )
        )
    else:
        row.points, row.at = points, now(session)
