"""The words of the story of the 药事会: short verbs that call services and tell the answer."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select

from app.domain.alignment.measure import Formula, measure
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.formulary.ballot import Choice
from app.domain.formulary.requests import Kind, Result, Status
from app.domain.ids import new_op
from app.models.formulary import PtVote
from app.services.alignment.members import AlignQuery, align_members
from app.services.committee.effects import CloseMeeting, close_meeting
from app.services.committee.meetings import (
    DeclareInterest,
    PlanMeeting,
    SignIn,
    declare_interest,
    plan_meeting,
    sign_in,
)
from app.services.committee.requests import (
    MakeRequest,
    StepRequest,
    Verb,
    make_request,
    step_request,
)
from app.services.committee.roster import PutSeat, Seat, put_seat
from app.services.committee.views import meeting_view, requests
from app.services.committee.voting import (
    CastVote,
    CloseItem,
    OpenItem,
    cast_vote,
    close_item,
    open_item,
)
from app.services.db import Database
from app.services.formulary.entries import AddItems, add_items
from app.services.formulary.listing import formulary
from tests.factories import EAST, GOODS, LEAD, PEOPLE, TODAY, Site
from tests.stories.words import say

ORGS: Final = {"集团": 0, "中心医院": LEAD, "城东": EAST}
ITEMS: Final = {goods.name: goods.id for goods in GOODS}
LOGINS: Final = {name: login for login, (name, _org, _duties) in PEOPLE.items()}
WHY: Final = "本中心糖尿病患者增多，现有品种不能满足"


class Committee:
    """One run of the story."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.request = self.meeting = 0
        self.seats: dict[str, Seat] = {}

    def put(self, org: str, *names: str) -> None:
        """The catalogue keeper sets a list up."""
        items = tuple(ITEMS[name] for name in names)
        add_items(*self.site.as_("lead_buyer"), AddItems(new_op(), ORGS[org], items))
        say(f"{org}：{len(formulary(*self.site.as_('lead_buyer'), ORGS[org]))} 个品规")

    def add(self, who: str, org: str, name: str) -> None:
        """Somebody adds an item to a list."""
        try:
            add_items(*self._as(who), AddItems(new_op(), ORGS[org], (ITEMS[name],)))
        except DomainError as error:
            say(f"不行：{error.text}")

    def ask(self, who: str, org: str, name: str, qty: int) -> None:
        """A request to take an item up."""
        command = MakeRequest(new_op(), ORGS[org], Kind.INTRODUCE, ITEMS[name], WHY, yearly_qty=qty)
        made = make_request(*self._as(who), command)
        self.request = made.request_id
        two = next(check for check in made.checks if check.name == "two")
        say(f"{Status(made.status).label}；{two.title} {two.short}")

    def agree(self, who: str) -> None:
        """The head of the organisation agrees."""
        command = StepRequest(new_op(), EAST, self.request, Verb.AGREE, 1)
        say(step_request(*self._as(who), command).label)

    def meet(self, keeper: str, *names: str, absent: tuple[str, ...] = ()) -> None:
        """Seats are given, a meeting is called and signed in, the ballot begins."""
        who = self._as(keeper)
        for name in names:
            seat = PutSeat(new_op(), name, "药学部", "member", LOGINS.get(name, ""))
            self.seats[name] = put_seat(*who, seat)
        plan = PlanMeeting(new_op(), TODAY, ((EAST, self.request),))
        self.meeting = plan_meeting(*who, plan).meeting_id
        here = tuple(self.seats[name].member_id for name in names if name not in absent)
        sign_in(*who, SignIn(new_op(), self.meeting, here, here))
        open_item(*who, OpenItem(new_op(), self.meeting, 1))
        view = meeting_view(*who, self.meeting)
        say(f"实到 {view.present} / {view.seats}，法定人数 {view.quorum}")

    def interest(self, who: str, why: str) -> None:
        """A member declares an interest in the item."""
        command = DeclareInterest(new_op(), self.meeting, 1, self.seats[who].member_id, why)
        declare_interest(*self._as(who), command)
        count = meeting_view(*self._as(who), self.meeting).agenda[0].count
        say(f"有表决权 {count.entitled} 人，过线 {count.needed} 票")

    def vote(self, who: str, choice: str) -> None:
        """A member votes with their own account."""
        vote = CastVote(new_op(), self.meeting, 1, self.seats[who].member_id, Choice(choice))
        try:
            cast_vote(*self._as(who), vote)
        except DomainError as error:
            say(f"不行：{error.text}")
            return
        count = meeting_view(*self._as("陈采"), self.meeting).agenda[0].count
        say(f"已投 {count.cast} / {count.entitled}")

    def count(self, keeper: str, *paper: int) -> None:
        """The secretary counts the paper votes and ends the item."""
        yes, no, abstain = paper
        command = CloseItem(new_op(), self.meeting, 1, (yes, no, abstain))
        done = close_item(*self._as(keeper), command)
        votes = f"{done.yes} : {done.no} : {done.abstain}"
        say(f"{Result(done.result).label}：{votes}，过线 {done.needed}")

    def end(self, keeper: str) -> None:
        """The meeting ends; its decisions hold from today."""
        done = close_meeting(*self._as(keeper), CloseMeeting(new_op(), self.meeting, TODAY))
        assert requests(*self._as(keeper))[0].status == Status.EFFECTIVE.value
        say(f"目录改动 {done.entries} 处")

    def show(self, org: str) -> None:
        """What stands on a list."""
        found = formulary(*self.site.as_("lead_buyer"), ORGS[org])
        say("、".join(sorted(row.name for row in found)))

    def alignment(self, org: str) -> None:
        """目录吻合度 of a member, F1."""
        query = AlignQuery(orgs=(ORGS[org],))
        pair = align_members(*self.site.as_("lead_buyer"), query).comparison.pairs[0]
        ratio = measure(pair, Formula.F1)
        say(f"{ratio.numerator} / {ratio.denominator} = {ratio.percent}%")

    def names_on_votes(self) -> None:
        """How many votes carry a member."""
        with self.site.owner.read() as session:
            say(str(session.scalar(select(func.count(PtVote.member_id)))))

    def _as(self, who: str) -> tuple[Database, Actor]:
        return self.site.as_(LOGINS[who])
