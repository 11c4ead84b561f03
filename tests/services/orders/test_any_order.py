"""Whatever the people do, and in whatever order: the group's totals equal the sum of its members.

Steps are drawn at random (join, sign, refuse, amend, cancel, answer in part, settle the rest, end a
shortage) and tried on whatever order they hit; a refused step must leave everything as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import func, select

from app.domain.documents import State
from app.domain.errors import DomainError
from app.domain.ids import new_id, new_op
from app.domain.orders.amend import Change
from app.domain.orders.answer import Offer
from app.domain.orders.shortage import Short
from app.domain.orders.signing import Decision
from app.models.awards import Pledge, PledgeDraw
from app.models.order import GroupOrder, MemberOrder
from app.models.price import Price
from app.services.orders.answering import Answer, answer
from app.services.orders.changing import Amend, CancelOrder, amend, cancel
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.orders.detail import OrderWanted, order_detail
from app.services.orders.joining import Join, join
from app.services.orders.queries import MemberOrderRow, OrdersWanted, member_orders
from app.services.orders.settling import SettleRest, settle_rest
from app.services.orders.shortage import AnswerShort, DeclareShort, answer_short, declare_short
from app.services.orders.shortage_settling import SettleShort, settle_short
from app.services.orders.signing import Sign, sign
from app.services.orders.totals import check_totals
from tests.factories import EAST, KANGZE, LEAD, NOW, RUIHE, WEST, Site
from tests.order_needs import AMLODIPINE, AMOXICILLIN, FACTORS, INSULIN, ask

BUYER = "lead_buyer"
WHY = "随机一步，看合计"
HEADS = {EAST: "east_head", WEST: "west_head"}
SALES = {KANGZE: "kangze_sales", RUIHE: "ruihe_sales"}
ITEMS = (AMOXICILLIN, AMLODIPINE, INSULIN)
steps = st.lists(
    st.tuples(
        st.sampled_from(("join", "sign", "sign", "sign", "refuse", "amend", "cancel", "answer",
                         "backup", "give_back", "short", "short")),
        st.integers(0, 7),
        st.integers(1, 99),
    ),
    min_size=4,
    max_size=14,
)  # fmt: skip


def prepare(site: Site) -> None:
    """Both suppliers sell everything, the second dearer; a pledge without a cap to be drawn."""
    with site.owner.write() as s:
        for item in ITEMS:
            seller = s.get_one(Price, site.world.prices[item])
            s.add(
                Price(
                    id=new_id(), list_id=1, item_id=item,
                    supplier_id=RUIHE if seller.supplier_id == KANGZE else KANGZE,
                    valid_from=date(2026, 1, 1), unit_price=seller.unit_price + Decimal("0.0333"),
                    price_factor=FACTORS[item], rank=2, created_at=NOW, created_by=1,
                )
            )  # fmt: skip
        s.add(
            Pledge(
                org_id=EAST, award_id=7, item_id=AMOXICILLIN, lead_id=LEAD, qty=10**6, ordered=0,
                valid_from=date(2020, 1, 1), valid_to=date(2099, 1, 1),
            )
        )  # fmt: skip


class Round:
    """One group order and the steps that are tried on it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        wanted = (ask(site, EAST, {AMOXICILLIN: 37, INSULIN: 5}), ask(site, WEST, {AMLODIPINE: 9}))
        command = Consolidate(new_op(), "常用药", wanted)
        self.group = consolidate(*site.as_(BUYER), command).group_order_id

    def orders(self) -> tuple[MemberOrderRow, ...]:
        rows = member_orders(*self.site.as_(BUYER), OrdersWanted(self.group))
        return tuple(sorted(rows, key=lambda row: row.no))

    def take(self, verb: str, place: int, number: int) -> None:
        rows = self.orders()
        row = rows[place % len(rows)]
        acts: dict[str, Callable[[], object]] = {
            "join": lambda: self._join(number),
            "sign": lambda: self._sign(row, Decision.SIGNED),
            "refuse": lambda: self._sign(row, Decision.REFUSED),
            "amend": lambda: self._amend(row, number),
            "cancel": lambda: cancel(
                *self.site.as_(BUYER), CancelOrder(new_op(), row.org_id, row.id, row.version, WHY)
            ),
            "answer": lambda: self._answer(row, number),
            "backup": lambda: self._settle(row, (1,)),
            "give_back": lambda: self._settle(row, ()),
            "short": lambda: self._short(row, number),
        }
        before = self.totals()
        try:
            acts[verb]()
        except DomainError:
            assert self.totals() == before

    def _join(self, number: int) -> None:
        org = (EAST, WEST)[number % 2]
        wanted = ask(self.site, org, {ITEMS[number % 3]: number})
        join(*self.site.as_(BUYER), Join(new_op(), LEAD, self.group, (wanted,)))

    def _sign(self, row: MemberOrderRow, decision: Decision) -> None:
        first = row.state is State.TO_SIGN
        login = HEADS[row.org_id] if first else SALES[row.supplier_id]
        sign(*self.site.as_(login), Sign(new_op(), row.org_id, row.id, row.version, decision, WHY))

    def _amend(self, row: MemberOrderRow, number: int) -> None:
        line = self._lines(row)[0]
        less = Change(line[0], line[1] * number // 100 // line[2] * line[2])
        amend(*self.site.as_(BUYER), Amend(new_op(), row.org_id, row.id, row.version, (less,), WHY))

    def _answer(self, row: MemberOrderRow, number: int) -> None:
        line = self._lines(row)[0]
        offer = Offer(line[0], line[1] * number // 100 // line[2] * line[2])
        command = Answer(new_op(), row.org_id, row.id, row.version, (offer,), WHY)
        answer(*self.site.as_(SALES[row.supplier_id]), command)

    def _settle(self, row: MemberOrderRow, lines: tuple[int, ...]) -> None:
        command = SettleRest(new_op(), row.org_id, row.id, row.version, lines, WHY)
        settle_rest(*self.site.as_(BUYER), command)

    def _short(self, row: MemberOrderRow, number: int) -> None:
        """Declared, agreed and settled at once, every other time to the backup."""
        line = self._lines(row)[0]
        short = Short(line[0], line[1] * number // 100 // line[2] * line[2])
        key = (row.org_id, row.id)
        declare = DeclareShort(new_op(), *key, row.version, (short,), WHY)
        seq = declare_short(*self.site.as_(SALES[row.supplier_id]), declare).seq
        head = self.site.as_(HEADS[row.org_id])
        answer_short(*head, AnswerShort(new_op(), *key, seq, agree=True))
        lines = (line[0],) if number % 2 else ()
        settle_short(*self.site.as_(BUYER), SettleShort(new_op(), *key, seq, lines))

    def _lines(self, row: MemberOrderRow) -> list[tuple[int, int, int]]:
        detail = order_detail(*self.site.as_(BUYER), OrderWanted(row.org_id, row.id))
        assert detail.intact
        return [(line.line, line.qty, line.pack_factor) for line in detail.content.lines]

    def totals(self) -> tuple[Decimal, Decimal, int, int]:
        """The group's amount, its members', and both sides of the pledge."""
        with self.site.owner.read() as s:
            members = s.scalar(
                select(func.sum(MemberOrder.amount, type_=MemberOrder.amount.type)).where(
                    MemberOrder.group_order_id == self.group,
                    MemberOrder.status != State.CANCELLED,
                )
            )
            return (
                s.get_one(GroupOrder, (LEAD, self.group)).amount,
                members or Decimal(0),
                s.get_one(Pledge, (EAST, 7, AMOXICILLIN)).ordered,
                s.scalar(select(func.coalesce(func.sum(PledgeDraw.qty), 0))) or 0,
            )


def test_the_group_equals_its_members_whatever_happens(sqlite_site: Site) -> None:
    prepare(sqlite_site)

    @settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
    @given(steps)
    def law(taken: list[tuple[str, int, int]]) -> None:
        going = Round(sqlite_site)
        for verb, place, number in taken:
            going.take(verb, place, number)
            amount, members, ordered, drawn = going.totals()
            assert amount == members
            assert ordered == drawn
        assert not check_totals(*sqlite_site.as_(BUYER))

    law()
