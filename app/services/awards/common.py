"""What the steps of an award share: finding it, its decision, and who negotiated."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State, check_step, state_title
from app.domain.errors import ConflictError, DomainError
from app.i18n import _
from app.models.awards import AwardDecision
from app.models.negotiation import Award, BidSheet, Negotiation, NegotiationRound
from app.services.negotiation.common import find, rows_of


def find_award(session: Session, award_id: int) -> tuple[Award, Negotiation]:
    """An award with its project, as far as the person may see it."""
    award = session.scalar(select(Award).where(Award.id == award_id))
    if award is None:
        raise DomainError("award.missing", _("没有这个定标方案，或不归你看。请刷新后再看。"))
    return award, find(session, award.negotiation_id)


def decision_of(session: Session, award: Award) -> AwardDecision | None:
    """The last submission of an award; None before the first."""
    return session.scalar(
        select(AwardDecision)
        .where(AwardDecision.org_id == award.org_id, AwardDecision.award_id == award.id)
        .order_by(AwardDecision.attempt.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def need_award(award: Award, *states: State) -> None:
    """Raise `ConflictError` unless the award is in one of the states."""
    if award.status not in states:
        raise ConflictError(
            "award.state",
            _(
                "定标方案现在是「{now}」，这一步要在「{states}」时做。请刷新后再看。",
                now=state_title(award.status),
                states="、".join(state_title(one) for one in states),
            ),
        )


def step(session: Session, award: Award, new: State) -> None:
    """Take the award to another state of `TRANSITIONS`, if nobody was first."""
    check_step(DocKind.AWARD, State(award.status), new)
    done = session.execute(
        update(Award)
        .where(
            Award.org_id == award.org_id,
            Award.id == award.id,
            Award.status == award.status,
            Award.version == award.version,
        )
        .values(status=new.value, version=award.version + 1)
        .execution_options(synchronize_session=False)
    )
    if not rows_of(done):
        raise ConflictError("award.changed", _("定标方案刚被别人改过。请刷新后再看。"))
    session.refresh(award)


def negotiators(session: Session, award: Award, project: Negotiation) -> frozenset[int]:
    """Who took part: made the project or the award, ran its rounds, typed in bids of paper."""
    found: set[Any] = {award.created_by, project.created_by}
    rounds = select(NegotiationRound.started_by, NegotiationRound.opened_by).where(
        NegotiationRound.org_id == project.org_id, NegotiationRound.negotiation_id == project.id
    )
    for row in session.execute(rounds):
        found.update(row)
    found.update(
        session.scalars(
            select(BidSheet.person_id).where(
                BidSheet.org_id == project.org_id,
                BidSheet.negotiation_id == project.id,
                BidSheet.source == "paper",
            )
        )
    )
    return frozenset(one for one in found if one is not None)
