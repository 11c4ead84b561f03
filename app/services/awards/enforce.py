"""When publicity is over: the award becomes a price list, and the pledges begin to count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.bidding.award import WINNER
from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, Problem, refuse_if
from app.domain.ids import new_op
from app.domain.pricing import PriceSource
from app.i18n import _
from app.models.awards import AwardDecision, AwardObjection, Pledge
from app.models.item import Item
from app.models.negotiation import (
    Award,
    AwardLine,
    Negotiation,
    NegotiationItem,
    NegotiationNeed,
    NegotiationReference,
)
from app.models.price import Price, PriceList
from app.services.access import require
from app.services.awards.common import decision_of, find_award, need_award, step
from app.services.bulk import insert_all
from app.services.db import Database, now, today
from app.services.negotiation.common import move, record_step
from app.services.operations import claim, finish, plain
from app.services.prices.change import CreateList, make_list
from app.services.prices.putting import NewPrice, Put, put_all

_TENTHS = 1000


@dataclass(frozen=True, slots=True)
class PutInForce:
    """Make the price list.

    Attributes:
        valid_from: First day of the prices; the project's period, or today, when None.
        pledge_cap: The most that may be ordered of a pledge, tenths of a percent of it
            (1100 = 110 %); None lets orders go beyond with a warning only.
    """

    op_id: UUID
    award_id: int
    valid_from: date | None = None
    pledge_cap: int | None = None


@dataclass(frozen=True, slots=True)
class InForce:
    """What was made: the list, its prices, old prices that end, members' pledges."""

    list_id: int
    code: str
    prices: int
    closed: int
    pledges: int


def put_in_force(db: Database, actor: Actor, command: PutInForce) -> InForce:
    """Make the list, close what it follows, and start the pledges: all of it, or nothing.

    Raises:
        DomainError: Publicity is not over, objections are open, or a later price stands in the
            way of a line; every one in `problems`.
    """
    with db.write() as session:
        award, project = find_award(session, command.award_id)
        require(actor, Duty.BUY, award.org_id)
        earlier = claim(session, actor, award.org_id, command.op_id, "award.in_force", command)
        if earlier is not None:
            return InForce(**earlier)
        need_award(award, State.PUBLICITY)
        decision = decision_of(session, award)
        if decision is None:
            raise DomainError("award.not_submitted", _("方案还没有提交。请采购先提交。"))
        _check_publicity(session, award, decision)
        start = command.valid_from or max(project.supply_from, today(session))
        _check_start(project, decision, start)
        list_id = _list(session, project, decision)
        # The decision first: PostgreSQL takes a GPO price only where an award in force says so.
        decision.in_force_at, decision.in_force_by = now(session), actor.person_id
        decision.list_id = list_id
        session.flush()
        step(session, award, State.IN_FORCE)
        move(session, actor, project, State.IN_FORCE)
        prices, closed = _prices(session, actor, (award, project), list_id, start)
        pledges = _pledges(session, (award, project), start, command.pledge_cap)
        result = InForce(list_id, decision.notice_no, prices, closed, pledges)
        record_step(session, actor, project, "award_in_force", plain(result))
        finish(session, award.org_id, command.op_id, plain(result))
        return result


def _check_start(project: Negotiation, decision: AwardDecision, start: date) -> None:
    """Prices begin when publicity is over, and before the period ends."""
    if not start < project.supply_to:
        raise DomainError(
            "award.start", _("生效日期应早于 {day}。请改日期。", day=project.supply_to)
        )
    if decision.public_to is not None and start <= decision.public_to:
        raise DomainError(
            "award.start_early",
            _("生效日期应晚于公示截止日 {day}。请改日期。", day=decision.public_to),
        )


def _check_publicity(session: Session, award: Award, decision: AwardDecision) -> None:
    day = today(session)
    if decision.public_to is None or decision.public_to >= day:
        raise DomainError(
            "award.public", _("公示到 {day} 结束。请在这天以后生效。", day=decision.public_to)
        )
    left = session.scalars(
        select(AwardObjection.who).where(
            AwardObjection.org_id == award.org_id,
            AwardObjection.award_id == award.id,
            AwardObjection.attempt == decision.attempt,
            AwardObjection.outcome.is_(None),
        )
    ).all()
    if left:
        raise DomainError(
            "award.objections", _("{who} 的质疑还没有答复。请负责人先答复。", who="、".join(left))
        )


def _list(session: Session, project: Negotiation, decision: AwardDecision) -> int:
    made = CreateList(
        new_op(),
        decision.notice_no,
        project.title,
        PriceSource.GPO,
        note=_("议价项目 {no} 定标生成", no=project.no),
    )
    return make_list(session, made)


def _prices(
    session: Session,
    actor: Actor,
    what: tuple[Award, Negotiation],
    list_id: int,
    start: date,
) -> tuple[int, int]:
    """(prices made, old ones closed)."""
    award, project = what
    rows = _lines(session, award, project)
    problems = list(_other_packs(rows))
    refuse_if(problems, "award.prices", _("价格表没有生成，什么都没有改。"))
    prices = [
        NewPrice(
            item_id=row.item_id,
            supplier_id=row.supplier_id,
            unit_price=row.unit_price,
            valid_from=start,
            valid_to=project.supply_to,
            ceiling=row.listed if row.listed is not None else row.ceiling,
            rank=row.rank,
            base_price=row.base_price,
        )
        for row in rows
    ]
    answers = put_all(session, actor, list_id, prices, decided=0)
    problems = [
        Problem(answer.code, f"{row.line}: {answer.text}", row=row.line)
        for row, answer in zip(rows, answers, strict=True)
        if isinstance(answer, DomainError)
    ]
    refuse_if(problems, "award.prices", _("价格表没有生成，什么都没有改。"))
    closed = sum(1 for answer in answers if isinstance(answer, Put) and answer.closed_id)
    winners = {(row.item_id, row.supplier_id) for row in rows}
    items = sorted({row.item_id for row in rows})
    return len(answers), closed + _close_others(session, items, winners, start)


def _other_packs(rows: Sequence[Any]) -> Iterator[Problem]:
    """A price is per the pack that was bid, which may be another by now."""
    for row in rows:
        if row.price_factor != row.pack_factor:
            words = _(
                "报价按每包装 {old} 计，目录里现在是 {new}，价格对不上。请先在目录里核对包装。",
                old=row.price_factor,
                new=row.pack_factor,
            )
            yield Problem("award.pack", f"{row.line}: {words}", row=row.line)


def _lines(session: Session, award: Award, project: Negotiation) -> Sequence[Any]:
    item, known = NegotiationItem, NegotiationReference
    return session.execute(
        select(
            AwardLine.line,
            AwardLine.supplier_id,
            AwardLine.rank,
            AwardLine.share,
            AwardLine.unit_price,
            AwardLine.price_factor,
            Item.pack_factor,
            item.item_id,
            item.ceiling,
            known.base_price,
            known.listed,
        )
        .join(
            item,
            (item.org_id == AwardLine.org_id)
            & (item.negotiation_id == project.id)
            & (item.line == AwardLine.line),
        )
        .join(Item, Item.id == item.item_id)
        .outerjoin(
            known,
            (known.org_id == item.org_id)
            & (known.negotiation_id == item.negotiation_id)
            & (known.line == item.line),
        )
        .where(AwardLine.org_id == award.org_id, AwardLine.award_id == award.id)
        .order_by(AwardLine.line, AwardLine.rank, AwardLine.supplier_id)
    ).all()


def _close_others(
    session: Session, items: list[int], winners: set[tuple[int, int]], start: date
) -> int:
    """The group's prices of suppliers that did not win end when the award begins; how many.

    集采 prices stay: they are fixed by the state and are no matter of the group's bargaining.
    """
    rows = session.execute(
        select(Price.id, Price.item_id, Price.supplier_id)
        .join(PriceList, PriceList.id == Price.list_id)
        .where(
            Price.item_id.in_(items),
            Price.org_id == 0,
            Price.valid_from < start,
            (Price.valid_to.is_(None)) | (Price.valid_to > start),
            PriceList.source != PriceSource.VBP.value,
        )
    ).all()
    ended = [row.id for row in rows if (row.item_id, row.supplier_id) not in winners]
    if ended:
        session.execute(
            update(Price)
            .where(Price.id.in_(ended))
            .values(valid_to=start)
            .execution_options(synchronize_session=False)
        )
    return len(ended)


def _pledges(
    session: Session, what: tuple[Award, Negotiation], start: date, cap: int | None
) -> int:
    """Each member's pledge of the awarded items, from the need that it confirmed."""
    award, project = what
    won = select(AwardLine.line).where(
        AwardLine.org_id == award.org_id, AwardLine.award_id == award.id, AwardLine.rank == WINNER
    )
    rows = session.execute(
        select(NegotiationNeed.org_id, NegotiationItem.item_id, NegotiationNeed.pledge)
        .join(
            NegotiationItem,
            (NegotiationItem.negotiation_id == NegotiationNeed.negotiation_id)
            & (NegotiationItem.line == NegotiationNeed.line),
        )
        .where(
            NegotiationNeed.negotiation_id == project.id,
            NegotiationNeed.pledge > 0,
            NegotiationItem.org_id == award.org_id,
            NegotiationNeed.line.in_(won),
        )
    ).all()
    values = [
        {"org_id": row.org_id, "award_id": award.id, "item_id": row.item_id}
        | {"lead_id": award.org_id, "qty": row.pledge, "ordered": 0}
        | {"cap": row.pledge * cap // _TENTHS if cap is not None else None}
        | {"valid_from": start, "valid_to": project.supply_to}
        for row in rows
    ]
    insert_all(session, Pledge, values)
    return len(values)
