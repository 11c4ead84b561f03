"""What a member's people do now and then: loans, write-offs, recalls, bills, plans.

As in `tests.faults.deeds` every step is a service call under an operation id of its own, and what
is done hangs on the dice and on what is there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid5

from app.domain.documents import State
from app.domain.ids import new_op
from app.domain.replenish.scenario import Scenario
from app.domain.settlement.steps import Verb
from app.domain.stock.counting import DisposalState
from app.domain.transfers.legal import Basis
from app.domain.transfers.states import Kind, Settle, TransferState
from app.services.committee.temporary import (
    AskTemporary,
    DecideTemporary,
    ask_temporary,
    decide_temporary,
    temporaries,
)
from app.services.consumption.commands import Reverse
from app.services.consumption.listing import consumptions
from app.services.consumption.reverse import reverse
from app.services.counting.disposal import Ask, Carry, Decide, Goods, ask, carry, decide, disposals
from app.services.recalls.finding import find_lots
from app.services.recalls.recall import Answer, Close, Start, answer, close, recalls, start
from app.services.replenishment.adopt import Adopt, adopt
from app.services.requisition.make import Create, WantedLine, create
from app.services.settlement.listing import statements
from app.services.settlement.make import MakeStatements, make_statements
from app.services.settlement.steps import Step as BillStep, step as bill_step
from app.services.stock.listing import PlainQuery, stock_rows
from app.services.transfers.accepting import accept
from app.services.transfers.commands import (
    Accept,
    AcceptLot,
    Clear,
    GiveBack,
    Paper,
    Request,
    RequestLine,
    Step,
)
from app.services.transfers.listing import loans, transfer, transfers
from app.services.transfers.request import request
from app.services.transfers.returning import SetOff, give_back, net, settle_by_price
from app.services.transfers.sending import clear
from tests.factories import EAST, KANGZE, WEST

if TYPE_CHECKING:
    from tests.faults.deeds import Hand

DRUG, OTHER, BOX = 101, 102, 24
WHY = "暴风里的单据"


@dataclass(slots=True)
class Rarer:
    """The same people as `hand`, with their other papers."""

    hand: Hand
    deeds: list[Callable[[], None]] = field(init=False)

    def __post_init__(self) -> None:
        self.deeds = [self.borrow, self.repay, self.repay, self.short_arrival, self.clear,
                      self.write_off, self.write_off, self.take_back, self.recall,
                      self.bill, self.bill, self.temporary, self.plan, self.require]  # fmt: skip

    def work(self) -> None:
        """One intention."""
        self.hand.dice.choice(self.deeds)()

    @property
    def other(self) -> int:
        """The other member."""
        return WEST if self.hand.post.org == EAST else EAST

    def borrow(self) -> None:
        """Ask the other member for a loan; promise, parcel and arrival go as with any transfer."""
        hand = self.hand
        paper = Paper("approval", "调剂批 2 号", hand.day, "批.pdf", b"%PDF-1.7")
        wish = Request(
            new_op(), hand.post.org, self.other, (RequestLine(DRUG, BOX),), kind=Kind.LOAN,
            basis=Basis.APPROVED, settle=Settle.KIND, return_by=hand.day + timedelta(days=30),
            papers=(paper,), reason=WHY,
        )  # fmt: skip
        hand.do(hand.post.keeper, "loan.request", request, wish)

    def repay(self) -> None:
        """A loan goes back in kind, is paid, or is set off against one the other way."""
        hand, post = self.hand, self.hand.post
        rows = [x for x in loans(*hand.way(post.keeper), [post.org]) if x.left]
        if not rows:
            hand.answer()
            return
        row = hand.dice.choice(rows)
        if row.donor_id == post.org and hand.dice.random() < 0.5:
            paid = Step(new_op(), row.org_id, row.transfer_id, row.version)
            hand.do(post.keeper, "loan.price", settle_by_price, paid)
        elif row.donor_id == post.org or hand.dice.random() < 0.5:
            both = SetOff(new_op(), post.org, self.other, DRUG)
            hand.do(post.keeper, "loan.net", net, both)
        else:
            part = ((row.line, hand.dice.randint(1, row.left)),)
            back = GiveBack(new_op(), row.org_id, row.transfer_id, part)
            hand.do(post.keeper, "loan.back", give_back, back)

    def short_arrival(self) -> None:
        """Something is broken or missing in what arrived."""
        hand, post = self.hand, self.hand.post
        rows = transfers(*hand.way(post.keeper), (post.org,), "way")
        coming = [x for x in rows if x.org_id == post.org and x.stored is TransferState.IN_TRANSIT]
        if not coming:
            return
        head = hand.dice.choice(coming)
        lots = transfer(*hand.way(post.keeper), head.org_id, head.id).lots
        told = tuple(AcceptLot(x.n, *self._parted(x.qty)) for x in lots)
        taken = Accept(new_op(), head.org_id, head.id, head.version, told)
        hand.do(post.keeper, "transfer.short", accept, taken)

    def _parted(self, qty: int) -> tuple[int, int]:
        accepted = self.hand.dice.randint(0, qty)
        return accepted, self.hand.dice.randint(0, qty - accepted)

    def clear(self) -> None:
        """The donor books what did not arrive whole."""
        hand, post = self.hand, self.hand.post
        for head in transfers(*hand.way(post.keeper), (post.org,)):
            if head.donor_id != post.org or not head.differs:
                continue
            lots = transfer(*hand.way(post.keeper), head.org_id, head.id).lots
            still = [x for x in lots if x.open_units]
            if not still:
                continue  # a colleague has booked it meanwhile
            lot = hand.dice.choice(still)
            qty, lost = hand.dice.randint(1, lot.open_units), hand.dice.random() < 0.5
            booked = Clear(new_op(), head.org_id, head.id, lot.n, qty, lost=lost)
            hand.do(post.keeper, "transfer.clear", clear, booked)
            return

    def write_off(self) -> None:
        """Goods are written off or go back to the supplier: asked for, decided, carried out."""
        hand, post = self.hand, self.hand.post
        going = [x for x in disposals(*hand.way(post.keeper), (post.org,))
                 if x.state in (DisposalState.TO_APPROVE, DisposalState.APPROVED)]  # fmt: skip
        if not going or hand.dice.random() < 0.2:
            self._ask_write_off()
            return
        row = hand.dice.choice(going)
        ids = (new_op(), post.org, row.id, row.version)
        if row.state is DisposalState.TO_APPROVE:
            word = Decide(*ids, refuse=hand.dice.random() < 0.2)
            hand.do(post.head, "disposal.decide", decide, word)
            return
        one, two = (hand.way(login)[1].person_id for login in (post.keeper, post.head))
        done = Carry(*ids, "交医废公司焚烧", one, two)
        hand.do(post.second, "disposal.carry", carry, done)

    def _ask_write_off(self) -> None:
        hand, post = self.hand, self.hand.post
        here = (post.store, post.bin)
        rows = [x for x in stock_rows(*hand.way(post.keeper), (post.org,), PlainQuery())
                if x.place_id in here]  # fmt: skip
        if not rows:
            return
        row = hand.dice.choice(rows)
        qty = hand.dice.randint(1, min(row.qty, BOX))
        goods = Goods(row.place_id, row.item_id, row.lot_id, row.owner_id, qty)
        supplier = KANGZE if hand.dice.random() < 0.5 and row.owner_id == KANGZE else 0
        wish = Ask(new_op(), post.org, (goods,), "damaged", WHY, supplier)
        hand.do(post.keeper, "disposal.ask", ask, wish)

    def take_back(self) -> None:
        """A use is taken back, all that is left of it."""
        hand, post = self.hand, self.hand.post
        rows = consumptions(*hand.way(post.keeper), (post.org,), limit=5)
        if rows:
            row = hand.dice.choice(rows)
            wish = Reverse(new_op(), post.org, row.document_id, reason=WHY)
            hand.do(post.keeper, "reverse", reverse, wish)

    def recall(self) -> None:
        """A lot is frozen, the freeze becomes a recall, members answer, and all is released."""
        hand, post = self.hand, self.hand.post
        way, dice = hand.way("lead_buyer"), hand.dice
        active = [x for x in recalls(*way) if x.status == "active"]
        if not active or (len(active) < 3 and dice.random() < 0.2):
            lots = [x.lot_id for x in find_lots(*way, f"L{dice.randint(1, 4)}")]
            level = dice.randint(0, 3)
            begin = Start(new_op(), tuple(lots[:1]), level, "召回 1 号", WHY)
            hand.do("lead_buyer", "recall.start", start, begin)
            return
        row = dice.choice(active)
        if dice.random() < 0.2:
            told = Answer(new_op(), post.org, row.id, WHY)
            hand.do(post.keeper, "recall.answer", answer, told)
        else:
            ended = Close(new_op(), row.id, row.version, WHY, release=True)
            hand.do("lead_buyer", "recall.close", close, ended)

    def bill(self) -> None:
        """A bill is made of what was used, or goes one step on."""
        hand, post = self.hand, self.hand.post
        rows = [(verb, login, x) for x in statements(*hand.way(post.head), (post.org,))
                for verb, login in self._turns(x.status)]  # fmt: skip
        if not rows or hand.dice.random() < 0.3:
            period = hand.day.isoformat()[:7]
            made = MakeStatements(new_op(), post.org, period, KANGZE)
            hand.do(post.head, "statements", make_statements, made)
            return
        verb, login, row = hand.dice.choice(rows)
        deed = BillStep(new_op(), row.org_id, row.statement_id, verb, row.version, WHY)
        hand.do(login, f"bill.{verb}", bill_step, deed)

    def _turns(self, state: State) -> tuple[tuple[Verb, str], ...]:
        head, supplier = self.hand.post.head, "kangze_sales"
        return {
            State.DRAFT: ((Verb.SEND, head), (Verb.CANCEL, head)),
            State.SENT: ((Verb.CONFIRM, supplier), (Verb.DISPUTE, supplier)),
            State.DISPUTED: ((Verb.SEND, head), (Verb.CANCEL, head)),
            State.CONFIRMED: ((Verb.REVERSE, head),),
        }.get(state, ())

    def temporary(self) -> None:
        """Something outside the list is asked for once, and the head decides."""
        hand, post = self.hand, self.hand.post
        waiting = [x for x in temporaries(*hand.way(post.head), (post.org,))
                   if x.status == "asked"]  # fmt: skip
        if waiting:
            row = waiting[0]
            status = hand.dice.choice(("approved", "refused"))
            word = DecideTemporary(new_op(), post.org, row.purchase_id, status, row.version, WHY)
            hand.do(post.head, "temporary.step", decide_temporary, word)
            return
        wish = AskTemporary(new_op(), post.org, OTHER, 28, "专科会诊后急需使用一盒")
        hand.do(post.keeper, "temporary.ask", ask_temporary, wish)

    def plan(self) -> None:
        """A policy that was tried is taken: the store is planned anew."""
        hand = self.hand
        scenario = Scenario(service=hand.dice.randint(90, 98), target_days=hand.dice.randint(0, 9))
        wish = Adopt(new_op(), (hand.post.org,), scenario)
        run = uuid5(wish.op_id, str(hand.post.org))  # each member's run has an id of its own
        hand.carry(hand.post.keeper, "plan.take", run, lambda way: adopt(*way, wish))

    def require(self) -> None:
        """Goods are asked for by hand."""
        hand, post = self.hand, self.hand.post
        lines = (WantedLine(DRUG, hand.dice.randint(1, 9) * BOX, WHY),)
        wish = Create(new_op(), post.org, lines, submit=hand.dice.random() < 0.5)
        hand.do(post.keeper, "requisition", create, wish)
