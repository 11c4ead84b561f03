"""Open work for every role of the demo, made by the services themselves as the people would.

Suggestions to confirm, requisitions to consolidate, orders that wait for a signature, statements
to send, to confirm and to settle a dispute about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from app.domain.duties import Actor
from app.domain.ids import new_op
from app.domain.orders.signing import Decision
from app.i18n import _
from app.services.db import Database, today
from app.services.demo.arrivals import deliver
from app.services.demo.desk import KEEPERS, Desk, open_desk
from app.services.demo.order_depth import (
    approve,
    part_confirmed,
    set_limits,
    short_of_signed,
    waiting_requisitions,
)
from app.services.demo.planning import plan_by_hand
from app.services.demo.settling import open_settlement
from app.services.demo.sources import Goods
from app.services.demo.trade import supplier_of
from app.services.orders.consolidate import Consolidate, Consolidated, consolidate
from app.services.orders.queries import MemberOrderRow, OrdersWanted, member_orders
from app.services.orders.signing import Sign, sign
from app.services.replenishment.run import Run, run
from app.services.replenishment.suggestions import SuggestionQuery, board
from app.services.requisition.make import (
    Create,
    FromSuggestions,
    Requested,
    WantedLine,
    create,
    from_suggestions as request,
)

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how far, and out of how much."""

BUYER: Final = "chenxy"
_FIRST: Final = (("kangzeyuan", 4), ("ruihetang", 2), ("jiangtan", 2))
_SECOND: Final = (("baichuan", 6), ("hengce", 2))
"""How many of each supplier's most used goods the two packages hold."""
_REFUSAL: Final = "注射器单价与上月合同不符，请先核对价格"


def open_work(db: Database, goods: Sequence[Goods], progress: Progress) -> None:
    """Make the open work of today in a group that has its history."""
    desk = open_desk(db, goods)
    with db.read() as session:
        day = today(session)
    plan_by_hand(desk, day)
    for number, member in enumerate(KEEPERS):
        progress(_("各家的补货建议"), number, len(KEEPERS))
        actor = desk.keeper(member)
        run(db, actor, Run(new_op(), actor.org_id))
    progress(_("统采订单和签署"), 0, 1)
    _signed_package(desk, day)
    _package_in_signing(desk, day)
    set_limits(desk)
    _requisitions_to_consolidate(desk)
    waiting_requisitions(desk, _most_used(desk, _FIRST[:1]))
    part_confirmed(desk)
    short_of_signed(desk)
    progress(_("对账单"), 0, 1)
    open_settlement(desk, day)


def _signed_package(desk: Desk, day: date) -> None:
    """常用药: consolidated and signed by everybody; the goods are on their way."""
    cold = max((item for item in desk.goods if _insulin(item)), key=lambda item: item.monthly)
    wanted = [*_most_used(desk, _FIRST), cold]
    made = _consolidate(desk, _("{n} 月常用药第 1 包", n=day.month), wanted)
    orders = _orders(desk, made)
    for order in orders:
        _sign(desk, order)
    deliver(desk, orders, day)


def _insulin(item: Goods) -> bool:
    return item.cold and item.community and "胰岛素" in item.name


def _package_in_signing(desk: Desk, day: date) -> None:
    """耗材与试剂: some signed, some waiting for the member or the supplier, one refused."""
    wanted = _most_used(desk, _SECOND)
    made = _consolidate(desk, _("{n} 月耗材与试剂", n=day.month), wanted)
    for number, order in enumerate(_orders(desk, made)):
        if number == 0:
            _decide(desk, order, desk.head_of(order.org_id), Decision.REFUSED, _REFUSAL)
        elif number % 3 == 1:
            _sign(desk, order)
        elif number % 3 == 2:  # noqa: PLR2004 - every third waits for its supplier
            _decide(desk, order, desk.head_of(order.org_id), Decision.SIGNED)


def _requisitions_to_consolidate(desk: Desk) -> None:
    """Two clinics have sent theirs, the station has a draft; 松原里 and the lead have not yet."""
    for member, submit in (("wangyue", True), ("chenghu", True), ("qingyu", False)):
        approve(desk, ask(desk, desk.keeper(member), FromSuggestions(new_op(), 0, submit=submit)))


def ask(desk: Desk, actor: Actor, command: FromSuggestions) -> Requested:
    """Ask for the suggestions of the person's store; on a day without any, by hand."""
    org = actor.org_id
    rows = board(desk.db, actor, SuggestionQuery(org)).rows
    picked = [row for row in rows if row.picked and row.status == "open" and row.chosen]
    if picked:
        return request(desk.db, actor, replace(command, org_id=org))
    lines = tuple(
        WantedLine(desk.items[item.code], 2 * item.pack) for item in _most_used(desk, _FIRST[:1])
    )
    return create(desk.db, actor, Create(new_op(), org, lines, submit=command.submit))


def _most_used(desk: Desk, counts: Sequence[tuple[str, int]]) -> list[Goods]:
    """The goods of each supplier that clinics use most, of drugs only essential ones."""
    found: list[Goods] = []
    for supplier, count in counts:
        fitting = [
            item
            for item in desk.goods
            if item.community and supplier_of(item) == supplier and _ordinary(item)
        ]
        found += sorted(fitting, key=lambda item: -item.monthly)[:count]
    return found


def _ordinary(item: Goods) -> bool:
    return item.item_class != "drug" or ("essential" in item.flags and not item.cold)


def _consolidate(desk: Desk, title: str, wanted: Sequence[Goods]) -> Consolidated:
    asked = []
    for member, percent in (("lead", 60), ("songyuan", 14), ("wangyue", 11), ("chenghu", 9)):
        actor = desk.keeper(member)
        lines = tuple(
            WantedLine(desk.items[item.code], max(1, item.monthly * percent // 400) * item.pack)
            for item in wanted
        )
        done = create(desk.db, actor, Create(new_op(), actor.org_id, lines, submit=True))
        asked.append((done.org_id, done.id))
    command = Consolidate(new_op(), title, tuple(asked))
    return consolidate(desk.db, desk.actor(BUYER), command)


def _orders(desk: Desk, made: Consolidated) -> tuple[MemberOrderRow, ...]:
    wanted = OrdersWanted(group_order_id=made.group_order_id)
    return member_orders(desk.db, desk.actor(BUYER), wanted)


def _sign(desk: Desk, order: MemberOrderRow) -> None:
    _decide(desk, order, desk.head_of(order.org_id), Decision.SIGNED)
    _decide(desk, order, desk.seller(order.supplier_id), Decision.SIGNED)


def _decide(
    desk: Desk, order: MemberOrderRow, actor: Actor, decision: Decision, reason: str = ""
) -> None:
    command = Sign(new_op(), order.org_id, order.id, order.version, decision, reason)
    sign(desk.db, actor, command)
