"""Recalls, near-expiry actions, counts and temperatures of the demo."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from app.domain.ids import new_op
from app.domain.stock.recalls import Action
from app.i18n import _
from app.services.counting.count import Key, Record, StartCount, record, start, submit
from app.services.counting.disposal import Ask, Goods, ask
from app.services.counting.heads import CountStep
from app.services.counting.temperature import Measure, measure
from app.services.demo.desk import Desk
from app.services.demo.store_records import keep_records
from app.services.recalls.expiring import Plan, expiring, plan
from app.services.recalls.recall import Start, start as recall
from app.services.stock.listing import PlainQuery, stock_rows
from app.services.stock.places import places_of

_DIFFERS = 2
_COUNTED = 12
"""Lines that the open count of the demo has seen."""


def open_keeping(desk: Desk, day: date) -> None:
    """What a store keeper meets beside receiving: a recall, a count, expiry, the fridge."""
    _recalled(desk)
    _near_expiry(desk, day)
    _counts(desk)
    _fridge(desk)
    keep_records(desk)


def _recalled(desk: Desk) -> None:
    """One lot that several members hold is frozen everywhere."""
    keeper = desk.keeper("lead")
    rows = stock_rows(desk.db, keeper, (keeper.org_id,), PlainQuery())
    lots = [row for row in rows if row.lot_id and row.qty and not row.held]
    if lots:
        reason = _("持有人通知：留样检出溶出度不合格（演示）")
        chosen = lots[len(lots) // 2]
        recall(
            desk.db, desk.actor("chenxy"),
            Start(new_op(), (chosen.lot_id,), 2, _("演示召回〔1〕号"), reason),
        )  # fmt: skip


def _near_expiry(desk: Desk, day: date) -> None:
    """The first two lots that run out have an owner; one is asked to be written off."""
    keeper = desk.keeper("songyuan")
    rows = expiring(desk.db, keeper, (keeper.org_id,))
    for number, row in enumerate(rows[:2]):
        plan(
            desk.db, keeper,
            Plan(new_op(), row.org_id, row.item_id, row.lot_id,
                 Action.EXCHANGE if number else row.advice, row.qty, keeper.person_id,
                 day + timedelta(days=5 + number)),
        )  # fmt: skip
    stock = stock_rows(desk.db, keeper, (keeper.org_id,), PlainQuery(view="expired"))
    for lot in stock[:1]:
        goods = Goods(lot.place_id, lot.item_id, lot.lot_id, lot.owner_id, lot.qty)
        command = Ask(new_op(), keeper.org_id, (goods,), "expired", _("过期下架，封存待销毁"))
        ask(desk.db, keeper, command)


def _counts(desk: Desk) -> None:
    """The lead has a count under way; 望岳 has one that waits for approval."""
    for member in ("songyuan", "lead", "wangyue"):
        keeper = desk.keeper(member)
        places = places_of(desk.db, keeper, keeper.org_id)
        cold = next((x.id for x in places if x.storage == "cold"), 0)
        where = cold if member == "wangyue" else 0  # a small count that is done
        good = {x.id for x in places if x.level == 1 and x.zone == "good"}
        counted_here = {where} if where else good
        begun = start(desk.db, keeper, StartCount(new_op(), keeper.org_id, where, 99))
        rows = [
            row
            for row in stock_rows(desk.db, keeper, (keeper.org_id,), PlainQuery())
            if row.place_id in counted_here
        ]
        for number, row in enumerate(rows[:_COUNTED]):
            key = Key(row.place_id, row.item_id, row.lot_id, row.owner_id)
            less = row.pack_factor if number == _DIFFERS and row.qty > row.pack_factor else 0
            found = row.qty - less
            record(desk.db, keeper, Record(new_op(), keeper.org_id, begun.count_id, key, found))
        if member == "wangyue":
            for row in rows[_COUNTED:]:
                key = Key(row.place_id, row.item_id, row.lot_id, row.owner_id)
                counted = Record(new_op(), keeper.org_id, begun.count_id, key, row.qty)
                record(desk.db, keeper, counted)
            step = CountStep(
                new_op(), keeper.org_id, begun.count_id, begun.version, rest_is_zero=True
            )
            submit(desk.db, keeper, step)


def _fridge(desk: Desk) -> None:
    """Readings of today; one was too warm and something was done about it."""
    for member in ("lead", "songyuan"):
        keeper = desk.keeper(member)
        for place in places_of(desk.db, keeper, keeper.org_id):
            if place.storage == "cold":
                readings = ((Decimal("4.2"), ""), (Decimal("9.1"), _("门没关严，已关好")))
                for celsius, note in readings:
                    measure(
                        desk.db, keeper,
                        Measure(new_op(), keeper.org_id, place.id, celsius, 55, note),
                    )  # fmt: skip
