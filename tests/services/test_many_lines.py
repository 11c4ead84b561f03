"""A paper of many lines is no more statements than one of few, whoever sends them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select

from app.domain.ids import new_op
from app.domain.receiving.work import expected
from app.models.awards import Pledge
from app.models.pack import Pack
from app.models.price import Price
from app.models.stock import Balance
from app.services.consumption.commands import Consume, ConsumeLine, Reverse
from app.services.consumption.consume import consume
from app.services.consumption.reverse import reverse
from app.services.labels.candidates import acceptance_candidates
from app.services.labels.commands import LabelLine, MakeLabels, Source
from app.services.labels.make import make_labels
from app.services.labels.void import VoidLabels, void_labels
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.receiving.commands import DeliverOrder, Receive, ReverseAcceptance
from app.services.receiving.deliveries import deliver_order
from app.services.receiving.drafts import open_delivery
from app.services.receiving.receive import receive
from app.services.receiving.reverse import reverse_acceptance
from app.services.requisition.make import Create, WantedLine, create
from app.services.requisition.steps import Change, Step, change, submit
from app.services.stock.moving import MoveGoods, MoveLine, move_goods
from benchmarks.world import FIRST, make_items, price_of
from tests.factories import EAST, KANGZE, LEAD, TODAY, Site
from tests.order_needs import order_of, sign_as
from tests.sent import Sent

FEW, MANY = 4, 60
BOX = 24


def _delivered(site: Site, sent: Sent, items: range) -> tuple[Receive, int]:
    """A note for all of an order that was asked for, changed and signed; every line counted."""
    store = site.as_("east_store")
    lines = tuple(WantedLine(item, BOX) for item in items)
    asked = create(*store, Create(new_op(), EAST, lines))
    wanted = tuple((line, 2 * BOX) for line in range(1, len(items) + 1))
    edit = Change(new_op(), EAST, asked.id, asked.version, wanted)
    asked = sent.step("change", change, edit)
    submit(*store, Step(new_op(), EAST, asked.id, asked.version))
    group = Sent(site, "lead_buyer")
    whole = Consolidate(new_op(), "第 1 包", ((EAST, asked.id),))
    group.step("consolidate", consolidate, whole)
    sent.by_step |= group.by_step
    for login in ("east_head", "kangze_sales"):
        sign_as(site, login, order_of(site, EAST, KANGZE))
    order = order_of(site, EAST, KANGZE)
    note = DeliverOrder(new_op(), order.org_id, order.id)
    made = deliver_order(*site.as_("kangze_sales"), note)
    work = open_delivery(*store, made.org_id, made.delivery_id).work
    entries = tuple(
        replace(
            entry, lot_no=f"K{entry.item_id}", expiry=TODAY + timedelta(days=700),
            accepted=expected(work, entry), done=True,
        )
        for entry in work.entries
    )  # fmt: skip
    return Receive(new_op(), made.org_id, made.delivery_id, entries), asked.id


def _lying(site: Site, items: range) -> list[MoveLine]:
    with site.owner.read() as session:
        rows = session.execute(
            select(Balance.item_id, Balance.lot_id, Balance.owner_id, Balance.place_id, Balance.qty)
            .where(Balance.org_id == EAST, Balance.item_id.in_(items), Balance.qty > 0)
            .order_by(Balance.item_id)
        ).all()
    target = site.world.bins[EAST]
    return [MoveLine(item, lot, owner, at, target, qty) for item, lot, owner, at, qty in rows]


def _day(site: Site, items: range) -> dict[str, int]:
    """Goods are asked for, come, are taken back, come again, are labelled, moved and used."""
    sent = Sent(site, "east_store")
    command, _asked = _delivered(site, sent, items)
    done = sent.step("receive", receive, command)
    wrong = ReverseAcceptance(new_op(), EAST, done.document_id, "数错了")
    sent.step("take back", reverse_acceptance, wrong)
    again = replace(command, op_id=new_op())
    done = sent.step("receive again", receive, again)
    with site.owner.read() as session:
        found = acceptance_candidates(session, EAST, done.document_id)
    lines = tuple(LabelLine(one.lot, BOX, 2) for one in found)
    label = MakeLabels(new_op(), EAST, Source.ACCEPTANCE, done.document_id, lines)
    packs = sent.step("label", make_labels, label).pack_ids
    void = VoidLabels(new_op(), EAST, packs[::2], "打多了几张")
    sent.step("void", void_labels, void)
    put = MoveGoods(new_op(), EAST, tuple(_lying(site, items)))
    sent.step("put away", move_goods, put)
    _use(site, sent, items, packs[1::2])
    return sent.by_step


def _use(site: Site, sent: Sent, items: range, packs: tuple[int, ...]) -> None:
    place = site.world.stores[EAST]
    with site.owner.read() as session:
        wanted = select(Pack.item_id, Pack.qty, Pack.id, Pack.place_id).where(Pack.id.in_(packs))
        labels = session.execute(wanted).all()
    assert {label.place_id for label in labels} == {site.world.bins[EAST]}  # went with the goods
    loose = tuple(ConsumeLine(item, 3) for item in items)
    scanned = tuple(ConsumeLine(item, qty, pack_id=pack) for item, qty, pack, _at in labels)
    for name, lines in (("use", loose), ("use labels", scanned)):
        command = Consume(new_op(), EAST, place, lines)
        used = sent.step(name, consume, command)
        back = Reverse(new_op(), EAST, used.document_id, "登错了")
        sent.step(f"{name} back", reverse, back)


def _pledged(item: int) -> dict[str, Any]:
    return {
        "org_id": EAST, "award_id": 7, "item_id": item, "lead_id": LEAD, "qty": 90 * BOX,
        "ordered": 0, "cap": 90 * BOX, "valid_from": date(2020, 1, 1), "valid_to": date(2099, 1, 1),
    }  # fmt: skip


def test_a_day_of_many_lines_sends_no_more_than_one_of_few(site: Site) -> None:
    make_items(site.owner, FEW + MANY)
    with site.owner.write() as session:
        session.execute(insert(Price), [price_of(item, KANGZE) for item in range(FEW + MANY)])
        session.execute(insert(Pledge), [_pledged(FIRST + item) for item in range(FEW + MANY)])
    few = _day(site, range(FIRST, FIRST + FEW))
    many = _day(site, range(FIRST + FEW, FIRST + FEW + MANY))
    more = {name: many[name] - few[name] for name in few}
    assert max(more.values()) <= 4, more
    assert min(many.values()) > 0
