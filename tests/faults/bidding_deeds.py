"""A negotiation in a storm: sealed bids up to the second of the deadline, opening, award, prices.

As in `tests.faults.deeds` every step is a service call under an operation id of its own. Both
computers work for the buyer, both members and both suppliers, so that two always press at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from app.domain.awarding.limits import Limits
from app.domain.bidding.commitment import BidLine
from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.services.awards.decide import (
    ApproveAward,
    ReturnAward,
    SubmitAward,
    approve_award,
    return_award,
    submit_award,
)
from app.services.awards.enforce import PutInForce, put_in_force
from app.services.awards.engine import How
from app.services.awards.propose import Propose, propose
from app.services.awards.queries import awards
from app.services.db import Database
from app.services.negotiation.bids import SubmitBid, WithdrawBid, submit_bid, withdraw_bid
from app.services.negotiation.invitations import Guest, Invite, invite
from app.services.negotiation.items import AddItems, add_items
from app.services.negotiation.needs import AskNeeds, ConfirmNeeds, ask_needs, confirm_needs
from app.services.negotiation.project import CreateProject, EndProject, create_project, end_project
from app.services.negotiation.queries import ProjectRow, projects
from app.services.negotiation.rounds import (
    ExtendRound,
    OpenRound,
    StartRound,
    close_bidding,
    extend_round,
    open_round,
    start_round,
)
from tests.factories import KANGZE, RUIHE

if TYPE_CHECKING:
    from tests.faults.deeds import Hand

WHY = "暴风里的谈判"
BUYER, CHIEF = "lead_buyer", "lead_head"
SALES = {KANGZE: "kangze_sales", RUIHE: "ruihe_sales"}
ITEMS = (101, 102, 103)
PRICES = {1: "3.80", 2: "5.80", 3: "42.00"}
ROUNDS = 2
OVER = (State.IN_FORCE, State.FAILED, State.STOPPED, State.ENDED_SHORT)


@dataclass(slots=True)
class Bidding:
    """The same people as `hand`, at the one negotiation that is under way."""

    hand: Hand

    def work(self) -> None:
        """The next step of the project, whatever it is; a new one where none is under way."""
        rows = [x for x in projects(*self.hand.way(BUYER)) if x.state not in OVER]
        if not rows:
            self._begin()
            return
        project = rows[-1]
        if project.state is State.DRAFT:
            self._prepare(project)
        elif project.state is State.NEEDING:
            self._need(project)
        elif project.state is State.REVIEWING:
            self._award(project)
        elif project.state is State.PUBLICITY:
            self._decide(project)
        elif project.opened_at is None:
            self._bid(project)
        elif project.round < ROUNDS and self.hand.dice.random() < 0.6:
            self._start(project)
        else:
            op = new_op()
            self.hand.carry(
                BUYER, "bidding.close", op, lambda way: close_bidding(*way, op, project.id)
            )

    def _begin(self) -> None:
        first = self.hand.day + timedelta(days=1)
        wish = CreateProject(new_op(), WHY, first, first + timedelta(days=90))
        self.hand.do(BUYER, "project", create_project, wish)

    def _prepare(self, project: ProjectRow) -> None:
        if not project.lines:
            self.hand.do(BUYER, "project.items", add_items, AddItems(new_op(), project.id, ITEMS))
            return
        due = self.hand.day + timedelta(days=7)
        self.hand.do(BUYER, "project.needs", ask_needs, AskNeeds(new_op(), project.id, due))

    def _need(self, project: ProjectRow) -> None:
        hand = self.hand
        if project.confirmed < project.members:
            sure = ConfirmNeeds(new_op(), project.id, hand.post.org)
            hand.do(hand.post.head, "project.sure", confirm_needs, sure)
            chief = ConfirmNeeds(new_op(), project.id, 1)
            hand.do(CHIEF, "project.sure", confirm_needs, chief)
        elif not project.suppliers:
            guests = tuple(Guest(one) for one in SALES)
            hand.do(BUYER, "project.invite", invite, Invite(new_op(), project.id, guests))
        else:
            self._start(project)

    def _start(self, project: ProjectRow) -> None:
        wish = StartRound(new_op(), project.id, self._soon(), sealed=True)
        self.hand.do(BUYER, "round", start_round, wish)

    def _soon(self) -> datetime:
        return self.hand.now() + timedelta(seconds=self.hand.dice.uniform(1, 5))

    def _bid(self, project: ProjectRow) -> None:
        """Quotes until the deadline and a little beyond it; then, or too early, the opening."""
        hand, chance = self.hand, self.hand.dice.random()
        late = project.deadline is not None and project.deadline <= self.hand.now()
        if chance < (0.7 if late else 0.05):
            hand.do(BUYER, "round.open", open_round, OpenRound(new_op(), project.id))
            return
        if chance > 0.97 and not late:
            later = ExtendRound(new_op(), project.id, self._soon(), WHY)
            hand.do(BUYER, "round.extend", extend_round, later)
            return
        supplier = hand.dice.choice((KANGZE, RUIHE))
        if hand.dice.random() < 0.15:
            gone = WithdrawBid(new_op(), project.id, supplier, WHY)
            hand.do(SALES[supplier], "bid.withdraw", withdraw_bid, gone)
            return
        less = Decimal(hand.dice.randint(0, 50)) / 100 + Decimal(project.round - 1) / 2
        lines = tuple(
            BidLine(line, Decimal(price) - less)
            for line, price in PRICES.items()
            if hand.dice.random() < 0.9
        )
        quote = SubmitBid(new_op(), project.id, supplier, lines)
        hand.do(SALES[supplier], "bid", submit_bid, quote)

    def _award(self, project: ProjectRow) -> None:
        hand = self.hand
        rows = awards(*hand.way(BUYER), project.id)
        waiting = [x for x in rows if x.status == State.SUBMITTED]
        drafts = [x for x in rows if x.status == State.DRAFT]
        if waiting:
            made = waiting[0].award_id
            if hand.dice.random() < 0.2:
                back = ReturnAward(new_op(), made, WHY)
                hand.do(CHIEF, "award.return", return_award, back)
            else:
                hand.do(CHIEF, "award.approve", approve_award, ApproveAward(new_op(), made))
        elif not drafts and hand.dice.random() < 0.1:
            gone = EndProject(new_op(), project.id, WHY, failed=True)
            hand.do(BUYER, "project.fail", end_project, gone)
        elif drafts and hand.dice.random() < 0.8:
            ask = SubmitAward(new_op(), drafts[0].award_id, 0, fail_rest=True)
            hand.do(BUYER, "award.submit", submit_award, ask)
        else:
            wish = Propose(new_op(), project.id, Limits(cold_chain=False))
            hand.do(BUYER, "award.propose", _propose, wish)

    def _decide(self, project: ProjectRow) -> None:
        hand = self.hand
        for row in awards(*hand.way(BUYER), project.id):
            if row.status == State.PUBLICITY:
                day = hand.day + timedelta(days=1)
                wish = PutInForce(new_op(), row.award_id, valid_from=day)
                hand.do(BUYER, "award.in_force", put_in_force, wish)
                return


def _propose(db: Database, actor: Actor, wish: Propose) -> int:
    """Quickly; where nobody bid nothing is kept, and nothing is saved."""
    made = propose(db, actor, wish, How(seconds=2, explain=False))
    if not made.award_id:
        raise DomainError("award.none", "nobody bid")
    return made.award_id
