"""The words in which stories about goods on the move are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from app.domain.ids import new_op
from app.domain.packs.steps import PackState
from app.domain.transfers.legal import Basis
from app.domain.transfers.states import Kind, Settle, TransferState, Urgency
from app.services.counting.approving import approve
from app.services.counting.count import ScanCount, StartCount, scan, start, submit
from app.services.counting.heads import CountStep
from app.services.packs.asking import ask
from app.services.packs.build import build
from app.services.packs.commands import Ask, Build, Define, Issue, PackWork
from app.services.packs.define import define
from app.services.packs.ending import open_packs
from app.services.packs.handing import receive
from app.services.packs.issuing import issue
from app.services.packs.listing import definitions, scan_pack
from app.services.packs.needs import needs
from app.services.recalls.finding import find_lots
from app.services.recalls.recall import Start, start as recall
from app.services.recalls.trace import trace_lot
from app.services.stock.moving import AddPlace, add_place
from app.services.transfers.accepting import accept
from app.services.transfers.commands import Accept, Confirm, GiveBack, Request, RequestLine, Send
from app.services.transfers.listing import TransferRow, transfers
from app.services.transfers.request import confirm, request
from app.services.transfers.returning import give_back
from app.services.transfers.sending import send
from tests.deliveries import gs1
from tests.factories import EAST, TODAY, WEST, Site
from tests.services.test_consumption import receive as put_on_shelf
from tests.stories.words import LOGIN, NAME, say, told

SHORT = {"城东": EAST, "城西": WEST}


@dataclass(slots=True)
class Moving:
    """People with a scanner, and the codes in their hands."""

    site: Site
    codes: list[str] = field(default_factory=list)
    count: int = 0

    def shelf(self, member: str, lot: str, boxes: int, expiry: date) -> None:
        """Boxes of amoxicillin lie on a member's shelf."""
        put_on_shelf(self.site, SHORT[member], {lot: (boxes, expiry)})

    @told
    def ward(self, name: str, code: str, title: str, goods: str, boxes: int) -> None:
        """A department, and what a pack for it holds."""
        db, actor = self.site.as_(LOGIN[name])
        place = add_place(db, actor, AddPlace(new_op(), actor.org_id, code, title))
        units = boxes * NAME[goods].factor
        define(db, actor, Define(new_op(), actor.org_id, NAME[goods].id, units, place))
        say(f"{title}：每包 {boxes} {NAME[goods].pack}")

    @told
    def pack(self, name: str, count: int) -> None:
        """Build packs and issue all of them."""
        db, actor = self.site.as_(LOGIN[name])
        rule = definitions(db, actor, actor.org_id)[0]
        made = build(db, actor, Build(new_op(), actor.org_id, rule.id, count))
        self.codes = list(made.codes)
        issue(db, actor, Issue(new_op(), actor.org_id, rule.place_id, made.pack_ids))
        say(f"打 {len(made.codes)} 包，发给{rule.place}")

    @told
    def beep(self, name: str, number: int) -> None:
        """One scan of a pack makes its next step, as the page does it."""
        db, actor = self.site.as_(LOGIN[name])
        row = scan_pack(db, actor, actor.org_id, self.codes[number - 1])
        work = PackWork(new_op(), actor.org_id, (row.id,))
        if row.state is PackState.ISSUED:
            receive(db, actor, work)
            say("已接收")
        elif row.state is PackState.CONSUMED:
            ask(db, actor, Ask(new_op(), actor.org_id, row.id))
            say("已要下一包")
        else:
            done = open_packs(db, actor, work)
            say(f"已打开，消耗 {sum(line.qty for line in done.lines)}")

    @told
    def wanted(self, name: str) -> None:
        """What the store sees."""
        db, actor = self.site.as_(LOGIN[name])
        for need in needs(db, actor, actor.org_id):
            say(f"{need.department}要 {need.packs} 包，库房有 {need.ready} 包")

    @told
    def borrow(self, name: str, lender: str, goods: str, boxes: int, *, rescue: bool) -> None:
        """Ask another member for a loan."""
        db, actor = self.site.as_(LOGIN[name])
        line = RequestLine(NAME[goods].id, boxes * NAME[goods].factor)
        command = Request(
            new_op(), actor.org_id, SHORT[lender], (line,), kind=Kind.LOAN, settle=Settle.KIND,
            urgency=Urgency.EMERGENCY if rescue else Urgency.NORMAL,
            basis=Basis.EMERGENCY if rescue else Basis.APPROVED,
            return_by=TODAY + timedelta(days=14), reason="夜间抢救",
        )  # fmt: skip
        say(request(db, actor, command).state.label)

    def _open(self, name: str) -> TransferRow:
        db, actor = self.site.as_(LOGIN[name])
        rows = transfers(db, actor, (actor.org_id,), "open")
        return next(row for row in rows if row.stored is not TransferState.ACCEPTED)

    @told
    def lend(self, name: str) -> None:
        """Confirm and send what is asked, or send a return."""
        db, actor = self.site.as_(LOGIN[name])
        row = self._open(name)
        version = row.version
        if row.stored is TransferState.DONOR:
            command = Confirm(new_op(), row.org_id, row.id, version)
            version = confirm(db, actor, command).version
        say(send(db, actor, Send(new_op(), row.org_id, row.id, version)).state.label)

    @told
    def take(self, name: str) -> None:
        """Accept what arrived."""
        db, actor = self.site.as_(LOGIN[name])
        row = self._open(name)
        say(accept(db, actor, Accept(new_op(), row.org_id, row.id, row.version)).state.label)

    @told
    def give_back(self, name: str, boxes: int) -> None:
        """Make the return paper of the open loan."""
        db, actor = self.site.as_(LOGIN[name])
        row = transfers(db, actor, (actor.org_id,), "loans")[0]
        units = boxes * row.lines[0].pack_factor
        done = give_back(db, actor, GiveBack(new_op(), row.org_id, row.id, ((1, units),)))
        say(done.state.label)

    @told
    def loans(self, name: str) -> None:
        """What is still out."""
        db, actor = self.site.as_(LOGIN[name])
        rows = transfers(db, actor, (actor.org_id,), "loans")
        say(f"未还 {sum(row.open_units for row in rows)}")

    @told
    def count_by_scan(self, name: str, goods: str, lot: str, expiry: date, boxes: int) -> None:
        """A count of the store: so many boxes of one lot were found, nothing else."""
        db, actor = self.site.as_(LOGIN[name])
        done = start(db, actor, StartCount(new_op(), actor.org_id, 0, 50))
        for _box in range(boxes):
            code = gs1(NAME[goods].id, lot, expiry)
            scan(db, actor, ScanCount(new_op(), actor.org_id, done.count_id, code))
        step = CountStep(new_op(), actor.org_id, done.count_id, done.version, rest_is_zero=True)
        done = submit(db, actor, step)
        self.count = done.count_id
        say(done.state.label)

    @told
    def approve_count(self, name: str) -> None:
        """Somebody approves the count."""
        db, actor = self.site.as_(LOGIN[name])
        command = CountStep(new_op(), actor.org_id, self.count, 2)
        say(approve(db, actor, command).state.label)

    @told
    def recall(self, name: str, lot: str) -> None:
        """Freeze a lot at every member, and say where it is."""
        db, actor = self.site.as_(LOGIN[name])
        (head,) = find_lots(db, actor, lot)
        recall(db, actor, Start(new_op(), (head.lot_id,), 1, "召回 7 号", "溶出度不合格"))
        for member in trace_lot(db, actor, head.lot_id).members:
            say(f"{member.org}：在库 {member.here}，已用 {member.used}")
