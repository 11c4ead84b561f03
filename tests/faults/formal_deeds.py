"""The committee and the seals in a storm: requests, meetings, votes, sealed orders.

As in `tests.faults.deeds` every step is a service call under an operation id of its own. Both
computers vote for everybody, so that a vote is always cast twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.domain.documents import State
from app.domain.formulary.ballot import Choice
from app.domain.formulary.requests import Kind, Status
from app.domain.ids import new_op
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
from app.services.committee.views import (
    AgendaRow,
    MeetingRow,
    MeetingView,
    meeting_view,
    meetings,
    requests,
)
from app.services.committee.voting import (
    CastVote,
    CloseItem,
    OpenItem,
    cast_vote,
    close_item,
    open_item,
)
from app.services.orders.queries import OrdersWanted, member_orders
from app.services.sealing.sealing import Seal, seal
from tests.factories import KANGZE

if TYPE_CHECKING:
    from tests.faults.deeds import Hand

WHY = "暴风里的申请，现有品种不能满足"
SECRETARY = "lead_buyer"
VOTERS = ("lead_head", "east_head", "west_head")
ITEMS = (101, 102, 103, 104)
WORD = "open-sesame"
SEALED = (State.MEMBER_SIGNED, State.SIGNED, State.PARTLY_RECEIVED, State.RECEIVED)


@dataclass(slots=True)
class Formal:
    """The same people as `hand`, at the committee and with their seals."""

    hand: Hand

    def work(self) -> None:
        """A meeting goes on, or an order is sealed."""
        if self.hand.dice.random() < 0.3:
            self.seal()
        else:
            self.meet()

    def seal(self) -> None:
        """One side seals an order that it signed; the other side may be at it too."""
        hand, post = self.hand, self.hand.post
        login = hand.dice.choice((post.head, "kangze_sales"))
        query = OrdersWanted(org_id=post.org, supplier_id=KANGZE)
        rows = [x for x in member_orders(*hand.way(login), query) if x.state in SEALED]
        if not rows:
            hand.sign()
            return
        row = hand.dice.choice(rows)
        mine = dict(post.certificates)[login]
        wish = Seal(new_op(), row.org_id, row.id, row.version, mine, WORD)
        hand.do(login, "seal", seal, wish)

    def meet(self) -> None:
        """The next step of the meeting that is on, or of the requests for the next one."""
        hand = self.hand
        going = [x for x in meetings(*hand.way(SECRETARY)) if x.status != "closed"]
        if going:
            self._hold(going[-1])
            return
        rows = requests(*hand.way(SECRETARY))
        ready = [(x.org_id, x.request_id) for x in rows if x.status == Status.AGREED]
        mine = [x for x in rows if x.org_id == hand.post.org and x.status == Status.SUBMITTED]
        if mine:
            yes = StepRequest(
                new_op(), hand.post.org, mine[0].request_id, Verb.AGREE, mine[0].version
            )
            hand.do(hand.post.head, "pt.agree", step_request, yes)
        elif len(ready) > 1 or (ready and hand.dice.random() < 0.5):
            secret = hand.dice.random() < 0.5
            plan = PlanMeeting(new_op(), hand.day, tuple(ready[:3]), secret=secret)
            hand.do(SECRETARY, "pt.plan", plan_meeting, plan)
        else:
            kind = hand.dice.choice((Kind.INTRODUCE, Kind.STOP))
            ask = MakeRequest(new_op(), hand.post.org, kind, hand.dice.choice(ITEMS), WHY,
                              yearly_qty=120)  # fmt: skip
            hand.do(hand.post.keeper, "pt.ask", make_request, ask)

    def _hold(self, row: MeetingRow) -> None:
        hand = self.hand
        found = meeting_view(*hand.way(SECRETARY), row.meeting_id)
        left = [x for x in found.agenda if x.status != "done"]
        if row.status == "planned":
            everybody = tuple(x.seat.member_id for x in found.attendees)
            come = SignIn(new_op(), row.meeting_id, everybody, everybody)
            hand.do(SECRETARY, "pt.come", sign_in, come)
        elif not left:
            end = CloseMeeting(new_op(), row.meeting_id, hand.day + timedelta(days=1))
            hand.do(SECRETARY, "pt.close", close_meeting, end)
        elif left[0].status == "voting":
            self._ballot(found, left[0])
        elif hand.dice.random() < 0.2:
            self._declare(found, left[0])
        else:
            begin = OpenItem(new_op(), row.meeting_id, left[0].seq)
            hand.do(SECRETARY, "pt.open", open_item, begin)

    def _declare(self, found: MeetingView, item: AgendaRow) -> None:
        login = self.hand.dice.choice(VOTERS)
        ids = (new_op(), found.row.meeting_id, item.seq, self._seat(found, login))
        self.hand.do(login, "pt.interest", declare_interest, DeclareInterest(*ids, WHY))

    def _ballot(self, found: MeetingView, item: AgendaRow) -> None:
        hand = self.hand
        if not item.waiting or hand.dice.random() < 0.15:
            missing = max(item.count.missing, 0)
            put_off = bool(missing) and hand.dice.random() < 0.5
            paper = (0, 0, 0) if put_off else (missing, 0, 0)
            end = CloseItem(new_op(), found.row.meeting_id, item.seq, paper, defer=put_off,
                            note=WHY)  # fmt: skip
            hand.do(SECRETARY, "pt.end", close_item, end)
            return
        login = hand.dice.choice(VOTERS)
        choice = hand.dice.choice((Choice.YES, Choice.YES, Choice.NO, Choice.ABSTAIN))
        ids = (new_op(), found.row.meeting_id, item.seq, self._seat(found, login))
        hand.do(login, "pt.vote", cast_vote, CastVote(*ids, choice))

    @staticmethod
    def _seat(found: MeetingView, login: str) -> int:
        return next(x.seat.member_id for x in found.attendees if x.seat.name == f"委员{login}")
