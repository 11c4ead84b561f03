"""A paper of goods that was attached wrongly is withdrawn: it stays readable and counts no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.receiving.goods_papers import Sort
from app.i18n import _
from app.models.receiving import GoodsPaper, PaperTurn
from app.services import audit
from app.services.access import require
from app.services.db import Database, now
from app.services.operations import claim, finish

_SHORTEST_REASON: Final = 2
_LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class WithdrawPaper:
    """Say that a paper does not belong where it was attached."""

    op_id: UUID
    org_id: int
    paper_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a paper is after its turns: what it proves, and whether it counts."""

    sort: Sort
    counts: bool


def withdraw_paper(db: Database, actor: Actor, command: WithdrawPaper) -> int:
    """Withdraw a paper; its id. It stays with the record, readable, with reason and person.

    Raises:
        DomainError: No such paper of this member, no reason, or one that is too long.
        ConflictError: It was withdrawn before.
    """
    require(actor, Duty.STORE, command.org_id)
    reason = " ".join(command.reason.split())
    if not _SHORTEST_REASON <= len(reason) <= _LONGEST_REASON:
        raise DomainError(
            "goods_paper.reason",
            _("请写明撤回的理由，{least} 到 {most} 个字，如：附错了批号。",
              least=_SHORTEST_REASON, most=_LONGEST_REASON),
        )  # fmt: skip
    with db.write() as session:
        earlier = claim(
            session, actor, command.org_id, command.op_id, "goods_paper.withdraw", command
        )
        if earlier is not None:
            return int(earlier["id"])
        paper = session.get(GoodsPaper, (command.org_id, command.paper_id))
        if paper is None:
            raise DomainError("goods_paper.unknown", _("没有这份资料。请刷新后再看。"))
        now_is = standing(session, paper)
        if not now_is.counts:
            raise _was_first(paper.name)
        add_turn(session, actor, paper, now_is.sort, reason)
        detail = {"name": paper.name, "sort": now_is.sort.value, "reason": reason}
        doc = ("delivery", paper.delivery_id)
        audit.record(session, actor, command.org_id, "goods_paper.withdraw", doc, detail)
        finish(session, command.org_id, command.op_id, {"id": paper.id})
        return paper.id


def standing(session: Session, paper: GoodsPaper) -> Standing:
    """What a paper is now."""
    last = session.scalar(
        select(PaperTurn)
        .where(PaperTurn.org_id == paper.org_id, PaperTurn.paper_id == paper.id)
        .order_by(PaperTurn.turn.desc())
        .limit(1)
    )
    if last is None:
        return Standing(Sort(paper.sort), counts=True)
    return Standing(Sort(last.sort), counts=not last.withdrawn)


def add_turn(session: Session, actor: Actor, paper: GoodsPaper, sort: Sort, reason: str) -> None:
    """Note that a paper is withdrawn, or (without a reason) attached once more.

    Raises:
        ConflictError: Somebody did it at the same moment.
    """
    turns = session.scalar(
        select(func.count())
        .select_from(PaperTurn)
        .where(PaperTurn.org_id == paper.org_id, PaperTurn.paper_id == paper.id)
    )
    session.add(
        PaperTurn(
            org_id=paper.org_id, paper_id=paper.id, turn=(turns or 0) + 1,
            withdrawn=bool(reason), sort=sort.value, reason=reason, noted_at=now(session),
            noted_by=actor.person_id,
        )
    )  # fmt: skip
    try:
        session.flush()
    except IntegrityError as error:
        raise _was_first(paper.name) from error


def last_turn() -> ColumnElement[bool]:
    """How a paper is joined (outer) to its last turn."""
    other = aliased(PaperTurn)
    newest = (
        select(func.max(other.turn))
        .where(other.org_id == GoodsPaper.org_id, other.paper_id == GoodsPaper.id)
        .correlate(GoodsPaper)
        .scalar_subquery()
    )
    return and_(
        PaperTurn.org_id == GoodsPaper.org_id,
        PaperTurn.paper_id == GoodsPaper.id,
        PaperTurn.turn == newest,
    )


def counts() -> ColumnElement[bool]:
    """Whether a paper joined to its last turn counts: never withdrawn, or attached once more."""
    return or_(PaperTurn.turn.is_(None), PaperTurn.withdrawn.is_(False))


def sort_now() -> ColumnElement[str]:
    """What a paper joined to its last turn proves."""
    return func.coalesce(PaperTurn.sort, GoodsPaper.sort)


def _was_first(name: str) -> ConflictError:
    return ConflictError(
        "goods_paper.withdrawn", _("{name} 刚才已经撤回或重新附上，请刷新后再看。", name=name)
    )
