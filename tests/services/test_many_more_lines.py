"""Lists, recalls, bids, shortages and bills of many lines send no more than those of few."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import insert, select

from app.domain.bidding.commitment import BidLine
from app.domain.documents import DocKind
from app.domain.duties import Actor
from app.domain.ids import new_op
from app.domain.ledger import Move
from app.domain.orders.shortage import Short
from app.domain.settlement.bill import BillLine
from app.models.demand import Demand
from app.models.item import Item
from app.models.price import Price
from app.services.consumption.commands import Consume, ConsumeLine
from app.services.consumption.consume import consume
from app.services.db import Database
from app.services.formulary.entries import (
    AddItems,
    Derive,
    StopItems,
    add_items,
    derive,
    stop_items,
)
from app.services.formulary.named import CreateNamed, PutNamed, create_named, put_named
from app.services.negotiation.bids import SubmitBid, submit_bid
from app.services.negotiation.invitations import Guest, Invite, invite
from app.services.negotiation.items import AddItems as AddToProject, add_items as add_to_project
from app.services.negotiation.needs import AskNeeds, ConfirmNeeds, ask_needs, confirm_needs
from app.services.negotiation.project import CreateProject, create_project
from app.services.negotiation.rounds import OpenRound, StartRound, open_round, start_round
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.orders.shortage import AnswerShort, DeclareShort, answer_short, declare_short
from app.services.orders.shortage_settling import SettleShort, settle_short
from app.services.recalls.recall import Answer, Close, Start, answer, close, recalls, start
from app.services.recalls.sums import Member, lot_sums
from app.services.receiving.importing import NoteFile, SaveNotes, preview_notes, save_notes
from app.services.settlement import MakeStatements, Step, make_statements, step
from app.services.settlement.bills import SaveBill, save_bill
from app.services.settlement.listing import StatementRow, statements
from app.services.settlement.steps import Verb
from app.services.stock.lots import LotOnPack, find_or_make_lots
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from benchmarks.world import FIRST, make_items, price_of
from tests.conftest import FixedClock
from tests.factories import EAST, KANGZE, LEAD, RUIHE, TODAY, WEST, Site
from tests.order_needs import order_of, sign_as, write_ask
from tests.sent import Sent
from tests.services.negotiation.helpers import HEADS, SALES, Deal, make_papers
from tests.services.settlement.september import CLERK, SELLER

FEW, MANY = 4, 60
BOX = 24
BUYER = "lead_buyer"


def least(few: dict[str, int], many: dict[str, int]) -> dict[str, int]:
    """How many statements more each step of many lines has sent."""
    assert few.keys() == many.keys()
    assert min(many.values()) > 0
    return {name: many[name] - few[name] for name in few if many[name] > few[name] + 4}


def ranges(site: Site) -> tuple[range, range]:
    make_items(site.owner, FEW + MANY)
    return range(FIRST, FIRST + FEW), range(FIRST + FEW, FIRST + FEW + MANY)


def test_lists(site: Site) -> None:
    sent = [_lists(site, items, f"MB{n}") for n, items in enumerate(ranges(site))]
    assert least(*sent) == {}


def _lists(site: Site, items: range, code: str) -> dict[str, int]:
    sent, all_ = Sent(site, BUYER), tuple(items)
    sent.step("add", add_items, AddItems(new_op(), 0, all_))
    sent.step("derive", derive, Derive(new_op(), LEAD, all_, stop_others=False))
    made = create_named(*site.as_(BUYER), CreateNamed(new_op(), 0, code, code))
    put = PutNamed(new_op(), 0, made.list_id, tuple((item, 3) for item in all_))
    sent.step("put", put_named, put)
    rest = sent.step("drop", put_named, PutNamed(new_op(), 0, made.list_id, drop=all_))
    assert rest.items == 0
    sent.step("stop", stop_items, StopItems(new_op(), 0, all_))
    return sent.by_step


def come(site: Site, items: range, day: date, owner: int = KANGZE) -> list[int]:
    """A lot of each item comes to the shelf; the lots."""
    with site.owner.write() as session:
        expiry = TODAY + timedelta(days=700)
        lots = find_or_make_lots(session, [LotOnPack(one, f"R{one}", expiry) for one in items])
        start_ = virtual_place(session, EAST, "supplier")
        moves = [
            Move(item, lot, owner, start_, site.world.bins[EAST], 4 * BOX, Decimal("2.00"), BOX)
            for item, lot in zip(items, lots, strict=True)
        ]
        posting = Posting(EAST, new_op(), DocKind.ACCEPTANCE, 1, day, moves)
        post(session, site.actor("east_store"), posting)
    return lots


def test_recalls(site: Site) -> None:
    sent = [_recall(site, items) for items in ranges(site)]
    assert least(*sent) == {}


def _sums(db: Database, _actor: Actor, lots: list[int]) -> dict[int, tuple[Member, ...]]:
    with db.read() as session:
        return lot_sums(session, lots, (EAST, WEST))


def _recall(site: Site, items: range) -> dict[str, int]:
    lots = come(site, items, TODAY)
    buyer, store = Sent(site, BUYER), Sent(site, "east_store")
    lying = buyer.step("sum up", _sums, lots)
    assert {(one.org_id, one.here) for (one,) in lying.values()} == {(EAST, 4 * BOX)}
    use = Consume(new_op(), EAST, site.world.stores[EAST],
                  tuple(ConsumeLine(item, 4 * BOX) for item in items))  # fmt: skip
    consume(*site.as_("east_store"), use)
    notice = Start(new_op(), tuple(lots), 2, "召回〔2026〕7 号", "溶出度不合格")
    made = buyer.step("start", start, notice)
    seen = buyer.step("see", lambda db, actor, _none: recalls(db, actor), None)
    (row,) = (one for one in seen if one.id == made)
    assert len(row.lot_ids) == len(lots)
    store.step("answer", answer, Answer(new_op(), EAST, made))
    end = Close(new_op(), made, row.version, "都已用完，无库存", release=True)
    buyer.step("close", close, end)
    return buyer.by_step | store.by_step


def test_a_shortage(site: Site) -> None:
    sent = [_short(site, items) for items in ranges(site)]
    assert least(*sent) == {}


def _short(site: Site, items: range) -> dict[str, int]:
    with site.owner.write() as session:
        session.execute(
            insert(Price),
            [price_of(item - FIRST, supplier) | {"rank": rank}
             for item in items for rank, supplier in enumerate((KANGZE, RUIHE), 1)],
        )  # fmt: skip
        wanted = ((item, 4, BOX) for item in items)
        asked = write_ask(session, EAST, site.world.stores[EAST], wanted)
    consolidate(*site.as_(BUYER), Consolidate(new_op(), "第 1 包", (asked,)))
    for login in ("east_head", "kangze_sales"):
        sign_as(site, login, order_of(site, EAST, KANGZE))
    order = order_of(site, EAST, KANGZE)
    seller, head, buyer = (Sent(site, login) for login in ("kangze_sales", "east_head", BUYER))
    lines = tuple(Short(line, BOX) for line in range(1, len(items) + 1))
    short = DeclareShort(new_op(), order.org_id, order.id, order.version, lines, "厂家停产检修")
    note = seller.step("declare", declare_short, short)
    agreed = AnswerShort(new_op(), order.org_id, order.id, note.seq, True, "")
    head.step("agree", answer_short, agreed)
    numbers = tuple(one.line for one in lines)
    settle = SettleShort(new_op(), order.org_id, order.id, note.seq, numbers[::2])
    done = buyer.step("settle", settle_short, settle)
    assert done.backups
    return seller.by_step | head.by_step | buyer.by_step


def test_a_bid(site: Site, clock: FixedClock) -> None:
    for supplier in (KANGZE, RUIHE):
        make_papers(site, supplier)
    sent = [_bid(site, clock, items) for items in ranges(site)]
    assert least(*sent) == {}


def _bid(site: Site, clock: FixedClock, items: range) -> dict[str, int]:
    with site.owner.write() as session:
        session.execute(
            insert(Demand),
            [{"org_id": org, "place_id": site.world.stores[org], "item_id": item,
              "day": date(2026, 6, 1), "asked": 100 * BOX, "given": 100 * BOX, "lines": 1}
             for org in (EAST, WEST) for item in items],
        )  # fmt: skip
    if not site.is_sqlite:
        clock.now = datetime.now(UTC)
    buyer, day = Sent(site, BUYER), clock.now.date()
    create = CreateProject(new_op(), f"常用药 {len(items)}", day, day + timedelta(days=365))
    project = create_project(*site.as_(BUYER), create).negotiation_id
    buyer.step("items", add_to_project, AddToProject(new_op(), project, tuple(items)))
    buyer.step("ask", ask_needs, AskNeeds(new_op(), project, day + timedelta(days=7)))
    found = buyer.by_step
    for org, login in HEADS.items():
        head = Sent(site, login)
        head.step(f"confirm {org}", confirm_needs, ConfirmNeeds(new_op(), project, org))
        found |= head.by_step
    guests = tuple(Guest(supplier) for supplier in (KANGZE, RUIHE))
    buyer.step("invite", invite, Invite(new_op(), project, guests))
    deal = Deal(site, clock, project)
    for turn in (1, 2):
        deadline = clock.now + timedelta(minutes=30)
        buyer.step(f"start {turn}", start_round, StartRound(new_op(), project, deadline))
        for supplier, login in SALES.items():
            lines = tuple(BidLine(n, Decimal("3.50") - turn) for n in range(1, len(items) + 1))
            seller = Sent(site, login)
            mine = SubmitBid(new_op(), project, supplier, lines)
            seller.step(f"bid {turn} {supplier}", submit_bid, mine)
            found |= seller.by_step
        deal.pass_deadline()
        buyer.step(f"open {turn}", open_round, OpenRound(new_op(), project))
    return found | buyer.by_step


def test_a_bill(site: Site) -> None:
    sent = [_bill(site, items, f"2026-0{9 - n}") for n, items in enumerate(ranges(site))]
    assert least(*sent) == {}


def _bill(site: Site, items: range, month: str) -> dict[str, int]:
    day = date.fromisoformat(f"{month}-08")
    come(site, items, day)
    lines = tuple(ConsumeLine(item, BOX) for item in items)
    keeper, clerk, seller = (Sent(site, login) for login in ("east_store", CLERK, SELLER))
    place = site.world.stores[EAST]
    keeper.step("use", consume, Consume(new_op(), EAST, place, lines, occurred_on=day))
    made = clerk.step("make", make_statements, MakeStatements(new_op(), EAST, month))
    row = _row(site, month, made[0].no)
    send = Step(new_op(), EAST, row.statement_id, Verb.SEND, row.version, "")
    clerk.step("send", step, send)
    row = _row(site, month, made[0].no)
    theirs = tuple(BillLine(item, BOX, Decimal("2.00"), BOX, Decimal("2.00")) for item in items)
    total = Decimal("2.00") * len(items)
    save = SaveBill(new_op(), EAST, row.statement_id, row.version, total, theirs)
    seller.step("bill", save_bill, save)
    row = _row(site, month, made[0].no)
    confirm = Step(new_op(), EAST, row.statement_id, Verb.CONFIRM, row.version, "")
    seller.step("confirm", step, confirm)
    return keeper.by_step | clerk.by_step | seller.by_step


def _row(site: Site, month: str, no: str) -> StatementRow:
    (row,) = (x for x in statements(*site.as_(CLERK), (EAST,), month) if x.no == no)
    return row


def test_a_suppliers_file(site: Site, tmp_path: Path) -> None:
    sent = [_file(site, items, tmp_path / f"{n}.csv") for n, items in enumerate(ranges(site))]
    assert least(*sent) == {}


def _file(site: Site, items: range, path: Path) -> dict[str, int]:
    with site.owner.read() as session:
        codes = session.scalars(select(Item.code).where(Item.id.in_(items))).all()
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        rows = [(path.stem, code, f"L{code}", "2028-09-30", 5, "盒") for code in codes]
        titles = ("送货单号", "品规编码", "批号", "有效期至", "数量", "单位")
        csv.writer(file).writerows([titles, *rows])
    keeper = Sent(site, "east_store")
    found = keeper.step("preview", preview_notes, NoteFile(EAST, path, supplier_id=KANGZE))
    assert found.problems == (), found.problems[:2]
    keeper.step("save", save_notes, SaveNotes(new_op(), found))
    return keeper.by_step
