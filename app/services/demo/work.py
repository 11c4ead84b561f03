"""Open work for every role of the demo, made by the services themselves as the people would.

Suggestions to confirm, requisitions to consolidate, orders that wait for a signature, statements
to send, to confirm and to settle a dispute about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import select

from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.ids import new_op
from app.domain.orders.signing import Decision
from app.i18n import _
from app.models.item import Item
from app.services.access import actor_for
from app.services.db import Database, today
from app.services.demo.sources import Goods
from app.services.orders.consolidate import Consolidate, Consolidated, consolidate
from app.services.orders.queries import MemberOrderRow, OrdersWanted, member_orders
from app.services.orders.signing import Sign, sign
from app.services.replenishment.run import Run, run
from app.services.requisition.make import (
    Create,
    FromSuggestions,
    WantedLine,
    create,
    from_suggestions as request,
)
from app.services.settlement import MakeStatements, Step, make_statements, step
from app.services.settlement.listing import StatementRow, statements
from app.services.settlement.steps import Verb

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how far, and out of how much."""

KEEPERS: Final = {
    "lead": "heyun",
    "songyuan": "liqing",
    "wangyue": "wangfang",
    "chenghu": "sunyue",
    "qingyu": "gaoyun",
}
"""Who keeps the store of each member."""
HEADS: Final = {
    "lead": "zhoulq",
    "songyuan": "zhanghb",
    "wangyue": "majl",
    "chenghu": "linzq",
    "qingyu": "linzq",
}
"""Who signs and settles for each member."""
SALES: Final = ("luoye", "hejian", "tangwei", "dengkai", "xuejing", "fangzhou")
BUYER: Final = "chenxy"
_FIRST_LINES: Final = 8
_SECOND_LINES: Final = 6
_REFUSAL: Final = "注射器单价与上月合同不符，请先核对价格"
_DISPUTE: Final = "本方出库单合计多出两行，请核对批号后再确认"


@dataclass(slots=True)
class Desk:
    """Everybody's own way to the services.

    Attributes:
        db: Reached with the owner's rights; what a person may do is checked all the same.
        goods: The catalogue.
        items: Item ids by code.
    """

    db: Database
    goods: Sequence[Goods]
    items: dict[str, int] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, login: str) -> Actor:
        """The person behind a login."""
        if login not in self.actors:
            self.actors[login] = actor_for(self.db, login)
        return self.actors[login]

    def keeper(self, member: str) -> Actor:
        """Who keeps the member's store."""
        return self.actor(KEEPERS[member])

    def seller(self, supplier_id: int) -> Actor:
        """Who signs for a supplier."""
        return next(a for a in map(self.actor, SALES) if a.org_id == supplier_id)

    def head_of(self, org_id: int) -> Actor:
        """Who signs and settles for a member."""
        member = next(key for key in KEEPERS if self.keeper(key).org_id == org_id)
        return self.actor(HEADS[member])


def open_work(db: Database, goods: Sequence[Goods], progress: Progress) -> None:
    """Make the open work of today in a group that has its history."""
    with db.read() as session:
        rows = session.execute(select(Item.code, Item.id)).all()
        day = today(session)
    desk = Desk(db, goods, {row.code: row.id for row in rows})
    for number, member in enumerate(KEEPERS):
        progress(_("各家的补货建议"), number, len(KEEPERS))
        actor = desk.keeper(member)
        run(db, actor, Run(new_op(), actor.org_id))
    progress(_("统采订单和签署"), 0, 1)
    _signed_package(desk, day)
    _package_in_signing(desk, day)
    _requisitions_to_consolidate(desk)
    progress(_("对账单"), 0, 1)
    _settle(desk, day)


def _signed_package(desk: Desk, day: date) -> None:
    """常用药: consolidated and signed by everybody; the goods are on their way."""
    wanted = _common(desk, "drug", _FIRST_LINES)
    made = _consolidate(desk, _("{n} 月常用药第 1 包", n=day.month), wanted)
    for order in _orders(desk, made):
        _sign(desk, order)


def _package_in_signing(desk: Desk, day: date) -> None:
    """耗材与试剂: some signed, some waiting for the member or the supplier, one refused."""
    wanted = _common(desk, "consumable", _SECOND_LINES) + _common(desk, "reagent", 2)
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
        actor = desk.keeper(member)
        request(desk.db, actor, FromSuggestions(new_op(), actor.org_id, submit=submit))


def _common(desk: Desk, item_class: str, count: int) -> list[Goods]:
    """The goods of a class that clinics use most."""
    fitting = [
        item
        for item in desk.goods
        if item.item_class == item_class and item.community and not item.cold
    ]
    reagents = [item for item in desk.goods if item.item_class == item_class and item.community]
    return sorted(fitting or reagents, key=lambda item: -item.monthly)[:count]


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


def _settle(desk: Desk, day: date) -> None:
    """The month before last is confirmed; of last month some are drafts, sent, in dispute."""
    last = day.replace(day=1) - timedelta(days=1)
    before = last.replace(day=1) - timedelta(days=1)
    for member in KEEPERS:
        clerk = desk.actor(HEADS[member])
        org = desk.keeper(member).org_id
        for month in (before, last):
            period = f"{month:%Y-%m}"
            make_statements(desk.db, clerk, MakeStatements(new_op(), org, period))
            rows = statements(desk.db, clerk, (org,), period)
            for number, row in enumerate(row for row in rows if row.org_id == org):
                _advance(desk, clerk, row, 3 if month is before else number % 4)


def _advance(desk: Desk, clerk: Actor, row: StatementRow, stage: int) -> None:
    """Take a statement on: 0 stays a draft, 1 is sent, 2 is disputed, 3 is confirmed."""
    if stage == 0 or row.status is not State.DRAFT:
        return
    seller = desk.seller(row.supplier_id)
    _step(desk, clerk, row, (Verb.SEND, 0))
    if stage == 2:  # noqa: PLR2004 - see above
        bill = row.payable + Decimal("18.60")
        command = Step(
            new_op(), row.org_id, row.statement_id, Verb.DISPUTE, row.version + 1, _DISPUTE, bill
        )
        step(desk.db, seller, command)
    elif stage == 3:  # noqa: PLR2004 - see above
        _step(desk, seller, row, (Verb.CONFIRM, 1))


def _step(desk: Desk, actor: Actor, row: StatementRow, what: tuple[Verb, int]) -> None:
    verb, later = what
    command = Step(new_op(), row.org_id, row.statement_id, verb, row.version + later)
    step(desk.db, actor, command)
