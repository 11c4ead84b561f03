"""养护 of the demo: a week of a fridge's logger with its faults, a half-done month, a template."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

from app.adapters import label_papers
from app.domain.days import ZONE
from app.domain.duties import Actor
from app.domain.ids import new_id, new_op
from app.domain.labels.design.standard import copy_of
from app.domain.stock.climate import within
from app.domain.stock.upkeep import Finding
from app.i18n import _
from app.models.counting import TemperatureReading
from app.services.counting.upkeep import (
    CheckLine,
    EndRound,
    MakeRounds,
    check,
    end,
    make_rounds,
    round_lines,
    rounds,
)
from app.services.db import Database, now, today
from app.services.demo.desk import Desk
from app.services.labels.designs import SaveDesign, save
from app.services.stock.places import places_of

_DAYS = 7
_EVERY = timedelta(minutes=30)
_WARM = range(205, 209)
"""Readings while the compressor stood still."""
_MISSING = range(120, 124)
"""Readings that the logger lost while it had no power."""


def keep_records(desk: Desk) -> None:
    """Let one member's store have its records in order, nearly."""
    keeper = desk.keeper("songyuan")
    _week(desk.db, keeper)
    _upkeep(desk.db, keeper)
    design = copy_of(label_papers.paper("60x40"), _("药房货架标签"))
    save(desk.db, keeper, SaveDesign(new_op(), keeper.org_id, design, note=_("从 60×40 复制")))


def _week(db: Database, keeper: Actor) -> None:
    """A reading each half hour up to now: two hours too warm, two hours lost."""
    places = places_of(db, keeper, keeper.org_id)
    cold = next((one for one in places if one.storage == "cold"), None)
    if cold is None:
        return
    with db.write() as session:
        last = now(session)
        start = datetime.combine(today(session) - timedelta(days=_DAYS - 1), time(), ZONE)
        count = min(48 * _DAYS, (last - start) // _EVERY)
        for number in range(count):
            if number in _MISSING:
                continue
            warm = number in _WARM
            celsius = Decimal(97 if warm else 38 + (number * 7) % 19) / 10
            good = within("cold", celsius, 55)
            session.add(
                TemperatureReading(
                    org_id=keeper.org_id, id=new_id(), place_id=cold.id,
                    at=start + number * _EVERY, celsius=celsius, humidity=50 + number % 12,
                    person_id=keeper.person_id,
                    note="" if good else _("压缩机停机，药品移到备用冰箱，已报修"),
                    detail={"logger": "TH-03"},
                )
            )  # fmt: skip


def _upkeep(db: Database, keeper: Actor) -> None:
    """The smallest list is done; of the largest a third was looked at, one lot with a fault."""
    make_rounds(db, keeper, MakeRounds(new_op(), keeper.org_id))
    heads = sorted(rounds(db, keeper, (keeper.org_id,)), key=lambda one: one.lines)
    for place, head in enumerate(heads):
        lines = [one.line for one in round_lines(db, keeper, head.org_id, head.id)]
        done = lines if place == 0 else lines[: len(lines) // 3]
        if not done:
            continue
        if place:
            words, action = _("外包装受潮变形"), _("移到不合格品区，待报损")
            command = CheckLine(
                new_op(), head.org_id, head.id, (done.pop(),), Finding.BAD, words, action
            )
            check(db, keeper, command)
        if done:
            command = CheckLine(new_op(), head.org_id, head.id, tuple(done), Finding.OK)
            check(db, keeper, command)
        if place == 0:
            end(db, keeper, EndRound(new_op(), head.org_id, head.id, head.version))
