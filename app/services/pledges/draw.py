"""Orders draw the pledges down, those of all members and items at once.

The rows are locked in sorted order first, so that two consolidations at once cannot both take the
rest of a pledge, nor wait for one another in a ring.
A group order's draw is kept beside it; whatever changes the order changes the draw by the
difference, and a cancelled order gives everything back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import Table, Update, func, select, update
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.errors import Problem, Severity, refuse_if
from app.domain.pledge import legal_supplement
from app.i18n import _
from app.models.awards import Pledge, PledgeDraw
from app.models.base import BigInt
from app.models.item import Item
from app.models.order import MemberOrder, MemberOrderLine
from app.models.order_depth import PledgeSupplement
from app.models.party import Organisation
from app.services.db import today
from app.services.many import ForEach
from app.services.queries.portions import portions

_Key = tuple[int, int]
"""(member, item)"""
_Take = tuple[int, int, int, int]
"""(member, item, award, so many smallest units more)"""
_PLEDGE: Final = cast("Table", Pledge.__table__)


def _take(org: Any, item: Any, award: Any, change: Any) -> Update:
    return (
        update(_PLEDGE)
        .where(_PLEDGE.c.org_id == org, _PLEDGE.c.item_id == item, _PLEDGE.c.award_id == award)
        .values(ordered=_PLEDGE.c.ordered + change)
    )


_TAKE: Final = ForEach(_take, org=BigInt, item=BigInt, award=BigInt, change=BigInt)


def follow_pledges(session: Session, lead_id: int, group_id: int) -> None:
    """Bring the draws of a group order in line with its member orders.

    Raises:
        DomainError: A pledge has a cap and the order would go beyond it; every one in `problems`.
    """
    session.flush()
    draws = {
        (one.org_id, one.item_id): one
        for one in session.scalars(select(PledgeDraw).where(PledgeDraw.group_order_id == group_id))
    }
    pledges = _pledges(session, today(session), _members(session, lead_id, group_id))
    if not draws and not pledges:
        return
    wanted = _ordered(session, lead_id, group_id)
    rows: list[_Take] = []
    for key in sorted(wanted.keys() | draws.keys()):
        draw = draws.get(key)
        pledge = draw or pledges.get(key)
        if pledge is None:
            continue
        before = draw.qty if draw else 0
        change = wanted.get(key, 0) - before
        if change:
            rows.append((*key, pledge.award_id, change))
        if draw is not None:
            draw.qty = before + change
        elif change:
            session.add(
                PledgeDraw(
                    org_id=key[0],
                    award_id=pledge.award_id,
                    item_id=key[1],
                    group_order_id=group_id,
                    qty=change,
                )
            )
    _take_all(session, rows)
    session.flush()


def _members(session: Session, lead_id: int, group_id: int) -> set[int]:
    """The members that have orders of the group order."""
    return set(
        session.scalars(
            select(MemberOrder.org_id)
            .distinct()
            .where(MemberOrder.lead_id == lead_id, MemberOrder.group_order_id == group_id)
        )
    )


def _ordered(session: Session, lead_id: int, group_id: int) -> Mapping[_Key, int]:
    found: dict[_Key, int] = defaultdict(int)
    rows = session.execute(
        select(MemberOrderLine.org_id, MemberOrderLine.item_id, MemberOrderLine.qty)
        .join(MemberOrder, (MemberOrder.org_id == MemberOrderLine.org_id)
              & (MemberOrder.id == MemberOrderLine.order_id))
        .where(
            MemberOrder.lead_id == lead_id,
            MemberOrder.group_order_id == group_id,
            MemberOrder.status != State.CANCELLED,
        )
    )  # fmt: skip
    for org, item, qty in rows:
        found[org, item] += qty
    return found


def _pledges(session: Session, day: date, orgs: Collection[int]) -> Mapping[_Key, Pledge]:
    """The pledge of each of the members and item on the day; of two the later."""
    rows = session.scalars(
        select(Pledge)
        .where(Pledge.org_id.in_(orgs), Pledge.valid_from <= day, Pledge.valid_to > day)
        .order_by(Pledge.valid_from, Pledge.award_id)
    )
    return {(one.org_id, one.item_id): one for one in rows}


def _take_all(session: Session, rows: Sequence[_Take]) -> None:
    """Draw the pledges down, all or none; each that would go beyond its cap is told."""
    with session.no_autoflush:
        held = _held(session, rows)
        problems = [
            _beyond(session, row[:3], row[3])
            for row in rows
            if not _within(held.get(row[:3]), row[3])
        ]
    refuse_if(problems, "pledge.cap", _("订货超过约定量的上限，什么都没有改。"))
    _TAKE.do(session, rows)


def _within(pledge: tuple[int, int | None] | None, change: int) -> bool:
    if pledge is None:
        return False
    ordered, cap = pledge
    return change < 0 or cap is None or ordered + change <= cap


def _held(
    session: Session, rows: Sequence[_Take]
) -> dict[tuple[int, int, int], tuple[int, int | None]]:
    """The pledges as they stand, which nobody else draws down until the end."""
    found: dict[tuple[int, int, int], tuple[int, int | None]] = {}
    for part in portions(rows):
        locked = session.execute(
            select(Pledge.ordered, Pledge.cap, Pledge.org_id, Pledge.item_id, Pledge.award_id)
            .where(
                Pledge.org_id.in_({row[0] for row in part}),
                Pledge.item_id.in_({row[1] for row in part}),
                Pledge.award_id.in_({row[2] for row in part}),
            )
            .order_by(Pledge.org_id, Pledge.item_id, Pledge.award_id)
            .with_for_update()
        )
        for ordered, cap, *key in locked:
            org, item, award = key
            found[org, item, award] = ordered, cap
    return found


def beyond_pledges(session: Session, wanted: Mapping[tuple[int, int], int]) -> tuple[Problem, ...]:
    """What ordering so much more of (member, item) would break; nothing is written.

    Beyond a cap it cannot be ordered; beyond a pledge without a cap it is told.
    """
    pledges = _pledges(session, today(session), {org for org, _item in wanted})
    problems = []
    for key, qty in sorted(wanted.items()):
        pledge = pledges.get(key)
        if pledge is None:
            continue
        if pledge.cap is not None and pledge.ordered + qty > pledge.cap:
            problems.append(_beyond(session, (*key, pledge.award_id), qty))
        elif pledge.ordered + qty > pledge.qty:
            problems.append(_over(session, pledge, qty))
    return tuple(problems)


def _beyond(session: Session, key: tuple[int, int, int], change: int) -> Problem:
    org, item_id, award = key
    pledge = session.get_one(Pledge, (org, award, item_id), populate_existing=True)
    item = session.get_one(Item, item_id)
    left = max((pledge.cap or 0) - pledge.ordered, 0) // item.pack_factor
    more = legal_supplement(pledge.qty, approved_qty(session, pledge), item.pack_factor)
    way = _("请改少；补充约定已用完法定的 10%，再多要另行采购。")
    if more:
        way = _(
            "请改少，或申请补充约定，最多还能补 {more} {unit}。",
            more=more // item.pack_factor,
            unit=item.pack_unit,
        )
    return Problem(
        "pledge.cap",
        _(
            "{org} · {name}：这次多订 {n} {unit}，约定量上限内还剩 {left} {unit}。",
            org=session.get_one(Organisation, org).short_name,
            name=item.name,
            n=-(-change // item.pack_factor),
            unit=item.pack_unit,
            left=left,
        )
        + way,
    )


def _over(session: Session, pledge: Pledge, change: int) -> Problem:
    item = session.get_one(Item, pledge.item_id)
    text = _(
        "{org} · {name}：订完这次共 {n} {unit}，超过约定的 {pledged} {unit}。",
        org=session.get_one(Organisation, pledge.org_id).short_name,
        name=item.name,
        n=(pledge.ordered + change) // item.pack_factor,
        pledged=pledge.qty // item.pack_factor,
        unit=item.pack_unit,
    )
    return Problem("pledge.over", text, severity=Severity.WARNING)


def approved_qty(session: Session, pledge: Pledge) -> int:
    """What approved supplements of the pledge come to, smallest units."""
    found = session.scalar(
        select(func.coalesce(func.sum(PledgeSupplement.qty), 0)).where(
            PledgeSupplement.org_id == pledge.org_id,
            PledgeSupplement.award_id == pledge.award_id,
            PledgeSupplement.item_id == pledge.item_id,
            PledgeSupplement.status == "approved",
        )
    )
    return int(found or 0)
