"""What a group does to bargain, in the words of the stories."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from app.domain import money
from app.domain.awarding.limits import percent
from app.domain.bidding.commitment import BidLine
from app.domain.ids import new_op
from app.services.awards.decide import ApproveAward, SubmitAward, approve_award, submit_award
from app.services.awards.enforce import PutInForce, put_in_force
from app.services.awards.queries import awards
from app.services.home import work
from app.services.negotiation.bids import SubmitBid, submit_bid
from app.services.negotiation.choosing import LineChoice, SaveDraft, save_draft
from app.services.negotiation.comparison import comparison
from app.services.negotiation.history import history
from app.services.negotiation.lots import SetLots, SetTerms, set_lots, set_terms
from app.services.negotiation.project import FailPart, fail_part
from app.services.negotiation.rounds import OpenRound, close_bidding, open_round
from app.services.price_lookup import best_price
from app.services.savings.report import Asked, savings
from tests.conftest import FixedClock
from tests.factories import EAST, PEOPLE, Site
from tests.services.negotiation.helpers import ITEMS, Deal, invited
from tests.services.test_savings import accept
from tests.stories.words import LOGIN, say, told

BUYER = "陈采"
ORG_OF = {name: org for name, org, _duties in PEOPLE.values()}


@dataclass(slots=True)
class Bargain:
    """A story's negotiation; who does a step is named, the buyer where nobody is."""

    site: Site
    clock: FixedClock
    _deal: Deal = field(init=False)

    @told
    def begin(self) -> None:
        """A project with needs confirmed and suppliers invited."""
        self._deal = invited(self.site, self.clock)
        row = comparison(*self.site.as_(LOGIN[BUYER]), self._deal.id).project
        say(f"{row.lines} 个品规，{row.confirmed} 家确认报量，{row.suppliers} 家供应商受邀")

    @told
    def terms(self, title: str, lots: dict[int, int], ceilings: dict[int, str]) -> None:
        """A second lot, and ceilings."""
        buyer, project = self.site.as_(LOGIN[BUYER]), self._deal.id
        prices = tuple((line, money.price(text)) for line, text in ceilings.items())
        set_terms(*buyer, SetTerms(new_op(), project, tuple(lots.items()), prices))
        set_lots(*buyer, SetLots(new_op(), project, ((2, title),)))
        say(f"{len(lots)} 行进第 2 包，{len(prices)} 行有限价")

    @told
    def start(self) -> None:
        """The next round."""
        say(f"第 {self._deal.start()} 轮开始")

    @told
    def quote(self, name: str, prices: dict[int, str]) -> None:
        """A supplier's own quote."""
        lines = tuple(BidLine(line, money.price(text)) for line, text in prices.items())
        command = SubmitBid(new_op(), self._deal.id, ORG_OF[name], lines)
        made = submit_bid(*self.site.as_(LOGIN[name]), command)
        say(f"收下 {made.lines} 行")

    @told
    def look(self, name: str) -> None:
        """How many prices somebody of the lead sees."""
        seen = comparison(*self.site.as_(LOGIN[name]), self._deal.id)
        say(f"看到 {int((seen.grid.standing > 0).sum())} 个价格")

    @told
    def time_is_up(self) -> None:
        """The deadline passes."""
        self._deal.pass_deadline()

    @told
    def opening(self) -> None:
        """Open or end the round."""
        found = open_round(
            *self.site.as_(LOGIN[BUYER]), OpenRound(new_op(), self._deal.id)
        )  # fmt: skip
        say(f"第 {found.round} 轮，{found.bidders} 家报价")

    @told
    def review(self) -> None:
        """No more bids."""
        close_bidding(*self.site.as_(LOGIN[BUYER]), new_op(), self._deal.id)
        say("进入评审")

    @told
    def choose(self, line: int, shares: dict[str, int], reason: str = "") -> None:
        """Who gets how much of a line, in percent."""
        suppliers = tuple((ORG_OF[name], 1, share * 10, reason) for name, share in shares.items())
        command = SaveDraft(new_op(), self._deal.id, (LineChoice(line, suppliers),))
        save_draft(*self.site.as_(LOGIN[BUYER]), command)
        parts = "、".join(f"{name} {percent(share * 10)}%" for name, share in shares.items())
        say(f"第 {line} 行：{parts}")

    @told
    def fail(self, line: int, reason: str) -> None:
        """A line fails."""
        command = FailPart(new_op(), self._deal.id, reason, 0, (line,))
        say(f"流标 {fail_part(*self.site.as_(LOGIN[BUYER]), command)} 行")

    @told
    def submit(self) -> None:
        """Ask for approval; no publicity, so that the story is short."""
        submit_award(*self.site.as_(LOGIN[BUYER]), SubmitAward(new_op(), self._award(), 0))
        say("已提交审批")

    @told
    def approve(self, name: str) -> None:
        """Approve the award."""
        approve_award(*self.site.as_(LOGIN[name]), ApproveAward(new_op(), self._award()))
        say("已审批")

    @told
    def in_force(self) -> None:
        """Make the price list."""
        command = PutInForce(new_op(), self._award(), valid_from=self._tomorrow())
        made = put_in_force(*self.site.as_(LOGIN[BUYER]), command)
        say(f"{made.prices} 个价格，{made.closed} 个旧价截止，{made.pledges} 项约定量")

    @told
    def price(self, line: int) -> None:
        """The price in force of a line the day after."""
        db, _actor = self.site.as_("east_store")
        with db.read() as session:
            found = best_price(session, self._tomorrow(), EAST, ITEMS[line - 1])
        say(f"{found.unit_price:.2f}" if found else "没有价格")

    @told
    def receive(self, packs: int, price: str) -> None:
        """城东 receives the first line of Kangze at a price."""
        day = self._tomorrow() + timedelta(days=1)
        accept(self.site, EAST, ITEMS[0], packs, day, Decimal(price))

    @told
    def saved(self) -> None:
        """What the group saved by receipts."""
        first, last = self._tomorrow(), self._tomorrow() + timedelta(days=60)
        found = savings(*self.site.as_(LOGIN[BUYER]), Asked(first, last))
        total = found.total
        say(f"基准 {total.base:.2f}，节约 {total.saving:.2f}")

    @told
    def waiting(self, name: str) -> None:
        """What of the negotiation waits on a person's workbench."""
        db, actor = self.site.as_(LOGIN[name])
        mine = [one for one in work(db, actor, actor.orgs()) if one.page in _PAGES]
        say("、".join(f"{one.kind.value} {one.count}" for one in mine) or "没有")

    @told
    def trail(self) -> None:
        """The last steps of the trail."""
        rows = history(*self.site.as_(LOGIN[BUYER]), self._deal.id)
        steps = [row for row in rows if row.step in {"流标", "定标提交审批", "价格表生效"}]
        for row in steps:
            say(f"{row.person} {row.step}")

    def _award(self) -> int:
        return awards(*self.site.as_(LOGIN[BUYER]))[0].award_id

    def _tomorrow(self) -> date:
        return self.clock.now.date() + timedelta(days=1)


_PAGES = {"negotiation", "awards"}
