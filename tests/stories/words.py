"""The words in which stories are told: each does one service call and says what came of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import ParamSpec

from app.domain.documents import state_title
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.orders.signing import Decision
from app.domain.receiving.reading import read
from app.domain.receiving.scanning import Moment, scan
from app.domain.receiving.transport import Transport
from app.domain.receiving.work import Session as Counting
from app.services.consumption import Consume, consume
from app.services.consumption.scan import scanned
from app.services.imprints.proof import examine
from app.services.labels.candidates import from_acceptance
from app.services.labels.commands import LabelLine, MakeLabels, Source
from app.services.labels.make import make_labels
from app.services.labels.output import Options, as_pdf, as_zpl, prepare
from app.services.labels.specs import specs_of
from app.services.orders.candidates import CandidatesWanted, candidates
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.orders.contents import lines_of
from app.services.orders.detail import OrderWanted
from app.services.orders.matrix import MatrixWanted, matrix
from app.services.orders.papers import PaperKind, PaperWanted, paper
from app.services.orders.queries import MemberOrderRow, OrdersWanted, member_orders
from app.services.orders.signing import Sign, sign
from app.services.platform.proofs import chains, reconcile
from app.services.receiving.commands import DeliverLine, DeliverOrder, MadeDelivery, Receive
from app.services.receiving.deliveries import deliver_order
from app.services.receiving.drafts import open_delivery
from app.services.receiving.lookup import look_up
from app.services.receiving.receive import receive
from app.services.replenishment.edit import Edit, edit
from app.services.replenishment.run import Run, run
from app.services.replenishment.suggestions import SuggestionQuery, SuggestionRow, board
from app.services.requisition.make import (
    Create,
    FromSuggestions,
    WantedLine,
    create,
    from_suggestions as request_picked,
)
from app.services.settlement import MakeStatements, Step, make_statements, step
from app.services.settlement.listing import StatementRow, statements
from app.services.settlement.steps import Verb
from app.services.stock.listing import PlainQuery, stock_rows
from tests.deliveries import AT, COLD, EXPIRY, FACTOR, gs1
from tests.factories import GOODS, PEOPLE, TODAY, Site
from tests.replenish_world import asked

NAME = {goods.name: goods for goods in GOODS}
P = ParamSpec("P")
LOGIN = {name: login for login, (name, _org, _duties) in PEOPLE.items()}


def say(text: str) -> None:
    """Write a line of the story's answer."""
    sys.stdout.write(f"{text}\n")


def told(verb: Callable[P, None]) -> Callable[P, None]:
    """A refused step answers with the text that the person would read."""

    @wraps(verb)
    def answering(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            verb(*args, **kwargs)
        except DomainError as error:
            say(f"不行：{error.text}")

    return answering


@dataclass(slots=True)
class Told:
    """A story's people, and what they have in their hands."""

    site: Site
    delivery: MadeDelivery | None = None
    counting: Counting | None = None
    acceptance: int = 0
    labels: tuple[str, ...] = ()

    def used_daily(self, name: str, goods: str, packs: float) -> None:
        """A year of steady demand at the person's member."""
        asked(self.site, NAME[goods].id, packs, org=self.site.actor(LOGIN[name]).org_id)

    # demand → suggestion → requisition

    def _suggestion(self, name: str, goods: str) -> SuggestionRow:
        db, actor = self.site.as_(LOGIN[name])
        rows = board(db, actor, SuggestionQuery(actor.org_id, everything=True)).rows
        return next(row for row in rows if row.item_id == NAME[goods].id)

    @told
    def plan(self, name: str) -> None:
        """Compute suggestions and say how many lines advise an order."""
        db, actor = self.site.as_(LOGIN[name])
        done = run(db, actor, Run(new_op(), actor.org_id))
        say(f"建议补 {done.suggested} 个品规")

    @told
    def why(self, name: str, goods: str) -> None:
        """Why something is suggested: the headline of the plan's own explanation."""
        row = self._suggestion(name, goods)
        say(f"{row.name}：{'建议补' if row.advised else '不用补'}，{row.why.headline}")

    @told
    def change(self, name: str, goods: str, packs: int, reason: str = "") -> None:
        """Another quantity than the suggested one."""
        db, actor = self.site.as_(LOGIN[name])
        row = self._suggestion(name, goods)
        chosen = packs * FACTOR[row.item_id]
        command = Edit(
            new_op(), actor.org_id, row.place_id, row.item_id, row.version, chosen, reason=reason
        )
        done = edit(db, actor, command)
        say(f"{row.name}：改为 {done.chosen // FACTOR[row.item_id]} {row.pack_unit}")

    @told
    def request_suggestions(self, name: str) -> None:
        """Ask for what is picked."""
        db, actor = self.site.as_(LOGIN[name])
        done = request_picked(db, actor, FromSuggestions(new_op(), actor.org_id))
        say(f"{done.no}：{done.lines} 行，{done.amount} 元，{state_title(done.status)}")

    @told
    def request(self, name: str, wanted: dict[str, int]) -> None:
        """Ask for packs by hand."""
        db, actor = self.site.as_(LOGIN[name])
        lines = tuple(
            WantedLine(NAME[goods].id, packs * NAME[goods].factor)
            for goods, packs in wanted.items()
        )
        done = create(db, actor, Create(new_op(), actor.org_id, lines, submit=True))
        say(f"{done.no}：{done.lines} 行，{done.amount} 元，{state_title(done.status)}")

    # consolidation, split, signatures

    @told
    def consolidate(self, name: str, title: str) -> None:
        """Consolidate all that was asked for, and show the table of items by members."""
        db, actor = self.site.as_(LOGIN[name])
        found = tuple((row.org_id, row.id) for row in candidates(db, actor, CandidatesWanted()))
        made = consolidate(db, actor, Consolidate(new_op(), title, found))
        say(f"{made.lines} 行，{made.amount:.2f} 元，拆成 {made.member_orders} 张成员订单")
        table = matrix(db, actor, MatrixWanted(made.group_order_id))
        for row in table.rows:
            packs = " + ".join(str(qty // row.pack_factor) for qty in row.by_member)
            say(f"{row.name}（{row.supplier}）：{packs} = {row.qty // row.pack_factor} {row.unit}")
        sums = " + ".join(f"{value:.2f}" for value in table.member_amounts)
        say(f"{sums} = {table.amount:.2f} 元")

    def _order(self, name: str, member: str, supplier: str) -> MemberOrderRow:
        db, actor = self.site.as_(LOGIN[name])
        rows = member_orders(db, actor, OrdersWanted())
        seen = [row for row in rows if row.org == member and row.supplier == supplier]
        if not seen:
            raise DomainError("story.unseen", "看不到这张订单。")
        return seen[0]

    @told
    def sign(self, name: str, member: str, supplier: str, *, refuse: str = "") -> None:
        """Sign a member's order at a supplier, or refuse it with a reason."""
        db, actor = self.site.as_(LOGIN[name])
        order = self._order(name, member, supplier)
        decision = Decision.REFUSED if refuse else Decision.SIGNED
        command = Sign(new_op(), order.org_id, order.id, order.version, decision, refuse)
        done = sign(db, actor, command)
        say(f"{member}在{supplier}的订单：{state_title(done.state)}")

    @told
    def print_order(self, name: str, member: str, supplier: str) -> None:
        """Order and contract as PDF."""
        db, actor = self.site.as_(LOGIN[name])
        order = self._order(name, member, supplier)
        for kind in (PaperKind.ORDER, PaperKind.CONTRACT):
            made = paper(db, actor, PaperWanted(OrderWanted(order.org_id, order.id), kind))
            assert made.data.startswith(b"%PDF-")
            say(made.name.split("_", 1)[1])

    # delivery and acceptance

    @told
    def deliver(self, name: str, member: str, supplier: str, lots: dict[str, str]) -> None:
        """The supplier announces what it sends, with a lot for each item."""
        db, actor = self.site.as_(LOGIN[name])
        order = self._order(name, member, supplier)
        with self.site.owner.read() as session:
            rows = [(r.line, r.item_id, r.qty) for r in lines_of(session, order.org_id, order.id)]
        by_id = {goods.id: goods.name for goods in GOODS}
        lines = tuple(
            DeliverLine(item, qty, lots[by_id[item]], EXPIRY, order_id=order.id, order_line=line)
            for line, item, qty in rows
        )
        command = DeliverOrder(new_op(), order.org_id, order.id, lines)
        self.delivery = deliver_order(db, actor, command)
        say(f"送货单 {self.delivery.lines} 行")

    def scan(self, name: str, goods: str, lot: str, expiry: date = EXPIRY, times: int = 1) -> None:
        """Scan packs of a delivery; `times` is what the person types before the code."""
        code = gs1(NAME[goods].id, lot, expiry)
        self.scan_code(name, f"{times}*{code}" if times > 1 else code)

    @told
    def scan_code(self, name: str, code: str) -> None:
        """Scan whatever the scanner sends, and say what the screen answers."""
        assert self.delivery is not None
        db, actor = self.site.as_(LOGIN[name])
        key = self.delivery.org_id, self.delivery.delivery_id
        opened = open_delivery(db, actor, *key)
        counting = self.counting or Counting(opened.work)
        items = [line.goods.item_id for line in opened.note.lines]
        reading = read(code, TODAY)
        found = look_up(db, actor, self.delivery.org_id, reading, items)
        self.counting, outcome = scan(counting, reading, found, Moment(AT, TODAY, opened.policy))
        say(outcome.text)

    @told
    def accept(self, name: str, *, cold_box: bool = False) -> None:
        """Complete the acceptance with what was counted."""
        assert self.delivery is not None
        assert self.counting is not None
        db, actor = self.site.as_(LOGIN[name])
        command = Receive(
            new_op(),
            self.delivery.org_id,
            self.delivery.delivery_id,
            self.counting.work.entries,
            COLD if cold_box else Transport(),
        )
        done = receive(db, actor, command)
        self.acceptance = done.document_id
        say(f"入库 {done.amount} 元，{state_title(done.state)}")
        for _no, state in done.orders:
            say(f"订单：{state_title(state)}")

    @told
    def stock(self, name: str, goods: str) -> None:
        """What lies in the store, and whose it is."""
        db, actor = self.site.as_(LOGIN[name])
        rows = stock_rows(db, actor, (actor.org_id,), PlainQuery(text=goods))
        for row in rows:
            say(f"批号 {row.lot_no}，{row.qty} {row.base_unit}，货主 {row.owner}")

    # labels, consumption, settlement

    @told
    def label(self, name: str, goods: str, count: int) -> None:
        """Labels for the accepted packs; every code is read back before anything is printed."""
        db, actor = self.site.as_(LOGIN[name])
        rows = from_acceptance(db, actor, actor.org_id, self.acceptance)
        row = next(one for one in rows if one.name == goods)
        line = LabelLine(row.lot, row.pack_factor, count)
        command = MakeLabels(new_op(), actor.org_id, Source.ACCEPTANCE, self.acceptance, (line,))
        made = make_labels(db, actor, command)
        specs = specs_of(db, actor, actor.org_id, made.pack_ids)
        self.labels = tuple(spec.code for spec in specs)
        roll, sheet = prepare(specs, Options("60x40")), prepare(specs, Options("a4-24"))
        pdf = all(as_pdf(one).startswith(b"%PDF-") for one in (roll, sheet))
        zpl = as_zpl(roll).count(b"^XA")
        say(f"{len(specs)} 张，PDF {'好' if pdf else '坏'}，ZPL {zpl} 张")

    @told
    def use_label(self, name: str, number: int) -> None:
        """Scan a label when its pack is opened."""
        db, actor = self.site.as_(LOGIN[name])
        place = self.site.world.stores[actor.org_id]
        found = scanned(db, actor, actor.org_id, place, self.labels[number - 1])
        done = consume(db, actor, Consume(new_op(), actor.org_id, place, (found.line,)))
        say(f"{found.name} 用掉 {sum(line.qty for line in done.lines)} {found.base_unit}")

    @told
    def settle(self, name: str, period: str) -> None:
        """Make the month's statements."""
        db, actor = self.site.as_(LOGIN[name])
        for made in make_statements(db, actor, MakeStatements(new_op(), actor.org_id, period)):
            say(f"对账单 {made.lines} 笔，{made.amount} 元")

    def _statement(self, name: str) -> StatementRow:
        db, actor = self.site.as_(LOGIN[name])
        return statements(db, actor, tuple(actor.orgs()))[0]

    @told
    def statement(self, name: str, verb: str, note: str = "") -> None:
        """Send, confirm or dispute the statement."""
        db, actor = self.site.as_(LOGIN[name])
        row = self._statement(name)
        command = Step(new_op(), row.org_id, row.statement_id, Verb(verb), row.version, note)
        say(f"对账单：{state_title(step(db, actor, command))}")

    @told
    def prove(self) -> None:
        """Balances equal the ledger; no row was changed."""
        say(f"余额不符 {len(reconcile(self.site.owner))} 处")
        whole = all(one.whole for one in chains(self.site.owner))
        whole = whole and not examine(self.site.owner).strange
        say(f"记录链{'完整' if whole else '有断点'}")
