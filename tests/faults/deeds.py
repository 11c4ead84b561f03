"""What a member's people do all day, with the real services: one intention each, made of steps.

Every step is a service call under an operation id of its own. `Hand.do` carries it as the window
does: the same id again after a cut line, sometimes twice at the same moment.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.ids import new_op
from app.domain.receiving.reading import read
from app.domain.receiving.scanning import Moment, scan
from app.domain.receiving.work import Session as Counting
from app.domain.stock.counting import CountState
from app.domain.transfers.legal import Basis
from app.services.consumption import Consume, ConsumeLine, consume
from app.services.counting.approving import approve
from app.services.counting.count import Key, Record, StartCount, record, start, submit
from app.services.counting.heads import CountStep
from app.services.counting.listing import count_lines, counts
from app.services.db import Database
from app.services.orders.queries import OrdersWanted, member_orders
from app.services.orders.signing import Sign, sign
from app.services.packs.build import build
from app.services.packs.commands import Build, Issue, PackWork
from app.services.packs.ending import open_packs
from app.services.packs.handing import receive as take_over
from app.services.packs.issuing import issue
from app.services.receiving.commands import DeliverLine, MakeDelivery, Receive
from app.services.receiving.deliveries import make_delivery
from app.services.receiving.drafts import open_delivery
from app.services.receiving.lookup import look_up
from app.services.receiving.receive import receive
from app.services.stock.listing import PlainQuery, stock_rows
from app.services.stock.moving import MoveGoods, MoveLine, move_goods
from app.services.transfers.accepting import accept
from app.services.transfers.commands import Accept, Confirm, Paper, Request, RequestLine, Send, Step
from app.services.transfers.listing import transfers
from app.services.transfers.request import approve as allow, confirm, request
from app.services.transfers.sending import send
from tests.deliveries import AT, gs1
from tests.factories import EAST, KANGZE, WEST
from tests.faults.bidding_deeds import Bidding
from tests.faults.formal_deeds import Formal
from tests.faults.money_deeds import Money
from tests.faults.rarer_deeds import Rarer

DRUG, BOX = 101, 24
RARER, OFFICE = 5, 2
"""How often one of the rarer papers, and one of each office's, is taken up beside eleven of the
daily ones."""
OTHERS = ("kangze_sales", "ruihe_sales", "lead_buyer", "lead_head", "lead_admin")
"""Who works for everybody, at every computer of the storm."""
EXPIRY = date(2030, 6, 30)
Way = tuple[Database, Actor]


class Carry(Protocol):
    """How a step goes over the line."""

    def __call__(self, login: str, kind: str, op: UUID, call: Callable[[Way], Any], /) -> Any:
        """The service's answer; `DomainError` when it refused."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where a member's people work.

    Attributes:
        org: The member.
        keeper, second, head: Logins.
        store, bin: Its places.
        definition, ward: A fixed pack and the department that uses it.
        certificates: Login → the file that seals.
        office: Whether the group's offices and the suppliers work at this computer, too.
    """

    org: int
    keeper: str
    second: str
    head: str
    store: int
    bin: int
    definition: int
    ward: int
    certificates: tuple[tuple[str, bytes], ...] = ()
    office: bool = True

    @property
    def people(self) -> tuple[str, ...]:
        """Every login that works at this computer, each once."""
        own = (self.keeper, self.second, self.head, "kangze_sales", "lead_buyer")
        more = ("east_head", "west_head", *OTHERS) if self.office else ()
        return tuple(dict.fromkeys((*own, *more)))


@dataclass(slots=True)
class Hand:
    """The people of one member at work.

    Attributes:
        post: Where, and whose.
        carry: Brings a step to the database.
        way: A login's own way in, for reading.
        dice: Decides everything.
        day: The members' day.
        scratch: Where files for the bank go.
        now: The clock by which rounds are set.
    """

    post: Post
    carry: Carry
    way: Callable[[str], Way]
    dice: random.Random
    day: date
    scratch: Path
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    deeds: list[Callable[[], None]] = field(init=False)

    def __post_init__(self) -> None:
        self.deeds = [self.receive, self.consume, self.consume, self.consume, self.move, self.pack,
                      self.ask, self.answer, self.answer, self.sign,
                      *[Rarer(self).work] * RARER]  # fmt: skip
        if self.post.office:
            for one in (Money(self), Bidding(self), Formal(self)):
                self.deeds += [one.work] * OFFICE
        if self.post.second != self.post.keeper:  # a count is approved by somebody else
            self.deeds.append(self.count)

    def work(self) -> None:
        """One intention; what it does hangs on the dice and on what is there."""
        self.dice.choice(self.deeds)()

    def do(self, login: str, kind: str, service: Callable[..., Any], command: Any) -> Any:
        """One step, over a line that may break."""
        return self.carry(login, kind, command.op_id, lambda way: service(*way, command))

    def receive(self) -> None:
        """A note typed by hand, counted by scan, accepted."""
        boxes = self.dice.randint(2, 9)
        line = (DeliverLine(DRUG, boxes * BOX),)
        make = MakeDelivery(new_op(), self.post.org, KANGZE, line)
        made = self.do(self.post.keeper, "delivery", make_delivery, make)
        way = self.way(self.post.keeper)
        opened = open_delivery(*way, self.post.org, made.delivery_id)
        reading = read(f"{boxes}*{gs1(DRUG, f'L{self.dice.randint(1, 4)}', EXPIRY)}", self.day)
        found = look_up(*way, self.post.org, reading, (DRUG,))
        state, _told = scan(Counting(opened.work), reading, found, Moment(AT, self.day))
        take = Receive(new_op(), self.post.org, made.delivery_id, state.work.entries)
        self.do(self.post.keeper, "receive", receive, take)

    def consume(self) -> None:
        """A few boxes and tablets by FEFO."""
        line = ConsumeLine(DRUG, self.dice.randint(1, 3 * BOX))
        use = Consume(new_op(), self.post.org, self.post.store, (line,))
        self.do(self.post.keeper, f"consume:{line.qty}", consume, use)

    def move(self) -> None:
        """Goods from the store to the shelf, or back."""
        way = self.way(self.post.keeper)
        here = (self.post.store, self.post.bin)
        rows = [x for x in stock_rows(*way, (self.post.org,), PlainQuery()) if x.place_id in here]
        if not rows:
            return
        row = self.dice.choice(rows)
        target = self.post.bin if row.place_id == self.post.store else self.post.store
        qty = self.dice.randint(1, min(row.qty, 2 * BOX))
        line = MoveLine(row.item_id, row.lot_id, row.owner_id, row.place_id, target, qty)
        wish = MoveGoods(new_op(), self.post.org, (line,), "上架")
        self.do(self.post.second, f"move:{qty}", move_goods, wish)

    def pack(self) -> None:
        """A fixed pack: built, sent to the ward, received, opened."""
        made = Build(new_op(), self.post.org, self.post.definition, 1)
        built = self.do(self.post.keeper, "pack.build", build, made)
        if not built.pack_ids:
            return
        sent = Issue(new_op(), self.post.org, self.post.ward, built.pack_ids)
        self.do(self.post.keeper, "pack.issue", issue, sent)
        for step in (take_over, open_packs):
            deed = PackWork(new_op(), self.post.org, built.pack_ids)
            self.do(self.post.second, "pack", step, deed)

    def count(self) -> None:
        """One step of a count: begin it, count a line, submit, or let another approve it."""
        way = self.way(self.post.keeper)
        going = (CountState.COUNTING, CountState.TO_APPROVE)
        running = [x for x in counts(*way, (self.post.org,)) if x.state in going]
        if not running:
            begin = StartCount(new_op(), self.post.org)
            self.do(self.post.keeper, "count.start", start, begin)
            return
        row = running[0]
        todo = (
            []
            if row.state is CountState.TO_APPROVE
            else [x for x in count_lines(*way, self.post.org, row.id) if x.counted is None]
        )
        if todo:
            line = self.dice.choice(todo)
            key = Key(line.place_id, line.item_id, line.lot_id, line.owner_id)
            found = Record(new_op(), self.post.org, row.id, key, self.dice.randint(0, 9 * BOX))
            self.do(self.post.keeper, "count.record", record, found)
            return
        step = CountStep(new_op(), self.post.org, row.id, row.version, "盘点", rest_is_zero=True)
        if row.state is CountState.COUNTING:
            self.do(self.post.keeper, "count.submit", submit, step)
        else:
            self.do(self.post.second, "count.approve", approve, step)

    def ask(self) -> None:
        """Ask the other member for goods."""
        donor = WEST if self.post.org == EAST else EAST
        paper = Paper("approval", "调剂批 1 号", self.day, "批.pdf", b"%PDF-1.7")
        line = (RequestLine(DRUG, self.dice.randint(1, 2) * BOX),)
        wish = Request(
            new_op(),
            self.post.org,
            donor,
            line,
            basis=Basis.APPROVED,
            papers=(paper,),
            reason="断货",
        )
        self.do(self.post.keeper, "transfer.request", request, wish)

    def answer(self) -> None:
        """The next step of a transfer that waits for this member."""
        rows = transfers(*self.way(self.post.keeper), (self.post.org,), "open")
        for row in self.dice.sample(rows, min(len(rows), 3)):
            ids = (new_op(), row.org_id, row.id, row.version)
            step = row.stored.value
            if row.next_step == "donor" and row.donor_id == self.post.org and step == "donor":
                promise = Confirm(*ids)
                self.do(self.post.keeper, "transfer.confirm", confirm, promise)
            elif step == "review":
                leave = Step(*ids)
                self.do("lead_buyer", "transfer.approve", allow, leave)
            elif step == "approved" and row.donor_id == self.post.org:
                parcel = Send(*ids)
                self.do(self.post.keeper, "transfer.send", send, parcel)
            elif step == "in_transit" and row.org_id == self.post.org:
                taken = Accept(*ids)
                self.do(self.post.keeper, "transfer.accept", accept, taken)
            else:
                continue
            return

    def sign(self) -> None:
        """The head signs an order, or the supplier one that the member signed."""
        supplier = self.dice.random() < 0.5
        login = "kangze_sales" if supplier else self.post.head
        wanted = State.MEMBER_SIGNED if supplier else State.TO_SIGN
        query = OrdersWanted(org_id=self.post.org, supplier_id=KANGZE)
        rows = [x for x in member_orders(*self.way(login), query) if x.state == wanted]
        if rows:
            row = self.dice.choice(rows)
            deed = Sign(new_op(), row.org_id, row.id, row.version)
            self.do(login, "sign", sign, deed)
