"""The award drawn up by hand: who shall get which line, with a reason where not the cheapest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.domain import money
from app.domain.bidding.award import WHOLE, WINNER, Chosen, Field, check_line
from app.domain.bidding.compare import NOBODY, Ints
from app.domain.bidding.scoring import Criterion, pick_by_score, pick_lowest
from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.errors import Problem, refuse_if
from app.domain.ids import new_id
from app.i18n import _
from app.models.negotiation import Award, AwardLine, Negotiation
from app.services.bulk import insert_all
from app.services.db import Database, now
from app.services.negotiation.common import find_own, need_state, record_step
from app.services.negotiation.comparison import Comparison, read_comparison
from app.services.negotiation.drafts import DRAFT, HAND, draft_of
from app.services.operations import claim, finish

_SOME = 500
"""Up to so many choices only their own lines are read."""
_TOLD = 20
"""Up to so many choices the trail names each."""


@dataclass(frozen=True, slots=True)
class LineChoice:
    """Who shall get a line: its suppliers with rank, share and reason; none takes it out."""

    line: int
    suppliers: tuple[tuple[int, int, int, str], ...] = ()
    """(supplier, rank, share, reason)"""


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """Choices for some lines; the others stay as they are."""

    op_id: UUID
    negotiation_id: int
    choices: tuple[LineChoice, ...]


def check_choices(
    found: Comparison, choices: Sequence[LineChoice]
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The rows to store, and everything that is wrong with them."""
    line_at = {int(line): place for place, line in enumerate(found.grid.lines)}
    supplier_at = {one.supplier_id: place for place, one in enumerate(found.suppliers)}
    best = found.grid.best()
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for choice in choices:
        at = line_at.get(choice.line)
        if at is None or found.lines[at].failed:
            text = _("第 {line} 行不在项目里，或已流标。请刷新后再选。", line=choice.line)
            problems.append(Problem("award.line", text, row=choice.line))
            continue
        chosen = []
        for supplier, rank, share, reason in choice.suppliers:
            place = supplier_at.get(supplier, NOBODY)
            price = found.price(place, at) if place != NOBODY else None
            name = found.suppliers[place].name if place != NOBODY else str(supplier)
            chosen.append(Chosen(name, rank, share, price, reason))
            if price is not None:
                rows.append(
                    {"line": choice.line, "supplier_id": supplier, "rank": rank, "share": share}
                    | {"unit_price": price, "price_factor": found.lines[at].price_factor}
                    | {"reason": reason.strip() or None}
                )
        if chosen:
            problems += check_line(_field(found, at, int(best[at])), chosen, row=choice.line)
    return rows, problems


def _field(found: Comparison, at: int, best: int) -> Field:
    info, limit = found.lines[at], int(found.grid.limit[at])
    return Field(
        name=f"{info.name} {info.spec}",
        lowest=found.price(best, at) if best != NOBODY else None,
        lowest_supplier=found.suppliers[best].name if best != NOBODY else "",
        limit=money.from_scaled(limit) if limit else None,
    )


def save_draft(db: Database, actor: Actor, command: SaveDraft) -> int:
    """Keep choices in the draft; how many lines changed.

    Raises:
        DomainError: Over the limit, no bid, shares that are not the whole, or not the cheapest
            without a reason of ten characters; every line's problems.
    """
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        earlier = claim(session, actor, project.org_id, command.op_id, "negotiation.draft", command)
        if earlier is not None:
            return int(earlier["lines"])
        need_state(project, State.BARGAINING, State.REVIEWING)
        lines = [one.line for one in command.choices]
        found = read_comparison(session, project, lines if len(lines) <= _SOME else ())
        rows, problems = check_choices(found, command.choices)
        refuse_if(problems, "award.refused", _("拟中选没有保存。"))
        award = _award(session, actor, project)
        _replace(session, award, [one.line for one in command.choices], rows)
        award.version += 1
        session.flush()
        record_step(session, actor, project, "draft", _told(command.choices))
        finish(session, project.org_id, command.op_id, {"lines": len(command.choices)})
        return len(command.choices)


def _told(choices: Sequence[LineChoice]) -> dict[str, Any]:
    """What the trail keeps: how many lines, and who got what where it is a few."""
    detail: dict[str, Any] = {"lines": len(choices)}
    if len(choices) <= _TOLD:
        detail["choices"] = {
            str(one.line): [[who, share] for who, _rank, share, _why in one.suppliers if share]
            for one in choices
        }
    return detail


def _award(session: Session, actor: Actor, project: Negotiation) -> Award:
    found = draft_of(session, project)
    if found is None:
        found = Award(
            org_id=project.org_id,
            id=new_id(),
            negotiation_id=project.id,
            kind=HAND,
            status=DRAFT,
            settings={},
            created_at=now(session),
            created_by=actor.person_id,
            version=0,
        )
        session.add(found)
        session.flush()
    return found


def _replace(
    session: Session, award: Award, lines: Sequence[int], rows: Sequence[dict[str, Any]]
) -> None:
    keys = {"org_id": award.org_id, "award_id": award.id}
    session.execute(
        delete(AwardLine).where(
            AwardLine.org_id == award.org_id,
            AwardLine.award_id == award.id,
            AwardLine.line.in_(lines),
        )
    )
    insert_all(session, AwardLine, [keys | row for row in rows])


def choices_from(found: Comparison, picked: Ints, reason: str = "") -> tuple[LineChoice, ...]:
    """A choice of one supplier for every line that still stands; none where nobody can win."""
    return tuple(
        LineChoice(
            info.line,
            ((found.suppliers[int(place)].supplier_id, WINNER, WHOLE, reason),)
            if place != NOBODY
            else (),
        )
        for info, place in zip(found.lines, picked, strict=True)
        if not info.failed
    )


def lowest_choices(found: Comparison) -> tuple[LineChoice, ...]:
    """The cheapest that can win, line by line."""
    return choices_from(found, pick_lowest(found.grid))


def scored_choices(
    found: Comparison, expert: Sequence[dict[Criterion, int]], weights: dict[Criterion, int]
) -> tuple[LineChoice, ...]:
    """The best score, line by line; the reason says so."""
    words = _("综合评分最高，见评分表和权重")
    return choices_from(found, pick_by_score(found.grid, expert, weights), words)
