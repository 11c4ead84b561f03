"""What is used in the demo beside scanning: dispensing, opened kits, a case, a trigger agreed."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select

from app.domain.consumption.reagents import Mode, Rule, TestKind
from app.domain.consumption.triggers import Trigger
from app.domain.duties import Actor
from app.domain.ids import new_op
from app.i18n import _
from app.models.item import Item
from app.services.consumption import ConsumeLine
from app.services.consumption.cases import CaseUnit, RegisterCase, register_case
from app.services.consumption.dispense import ApplyDispense, DispenseImport, apply, preview
from app.services.consumption.reagent_tests import CountTests, Run, count_tests
from app.services.consumption.reagents import (
    CloseKit,
    DefineReagent,
    OpenKit,
    close_kit,
    define,
    open_kit,
)
from app.services.consumption.terms import SetRule, set_rule
from app.services.demo.desk import Desk
from app.services.stock.listing import PlainQuery, StockRow, stock_rows
from app.services.stock.places import store_of

_HEAD: Final = ("发退药时间", "处方号", "药品编码", "药品名称", "批号", "数量", "单位", "原处方号")
_ROWS: Final = 18
_KITS: Final = 3


def open_consumption(desk: Desk, day: date) -> None:
    """Work of the last days in 消耗登记, for the lead and a member."""
    keeper = desk.keeper("lead")
    stock = _stock(desk, keeper)
    _dispensed(desk, desk.keeper("songyuan"), day)
    _kits(desk, keeper, stock, day)
    _case(desk, keeper, stock)
    _trigger(desk, stock, keeper, day)


def _stock(desk: Desk, keeper: Actor) -> list[StockRow]:
    """Usable lots of the store, the largest first; one row for each item."""
    rows = stock_rows(desk.db, keeper, (keeper.org_id,), PlainQuery())
    good = sorted(
        (row for row in rows if row.lot_id and not row.held and row.qty >= 2 * row.pack_factor),
        key=lambda row: (-row.qty // row.pack_factor, row.code),
    )
    found: dict[int, StockRow] = {}
    for row in good:
        found.setdefault(row.item_id, row)
    return list(found.values())


def _dispensed(desk: Desk, keeper: Actor, day: date) -> None:
    """Yesterday's and today's file of the hospital's system, with two returns."""
    drugs = [row for row in _stock(desk, keeper) if row.code.startswith("YP")][:_ROWS]
    rows: list[tuple[str, ...]] = []
    for number, row in enumerate(drugs):
        when = day - timedelta(days=1 - number % 2)
        rows.append((f"{when:%Y-%m-%d} 09:{number:02d}:00", f"CF{when:%m%d}{number:03d}", row.code,
                     row.name, "", "1", row.pack_unit, ""))  # fmt: skip
    for number, row in enumerate(drugs[:2]):
        origin = rows[number][1]
        rows.append((f"{day:%Y-%m-%d} 15:30:00", f"TY{day:%m%d}{number:03d}", row.code, row.name,
                     "", "-1", row.pack_unit, origin))  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"HIS 发药 {day:%Y%m%d}.csv"
        with path.open("w", newline="", encoding="utf-8-sig") as file:
            csv.writer(file).writerows([_HEAD, *rows])
        plan = preview(desk.db, keeper, DispenseImport(path, keeper.org_id))
    apply(desk.db, keeper, ApplyDispense(new_op(), keeper.org_id, plan))


def _kits(desk: Desk, keeper: Actor, stock: Sequence[StockRow], day: date) -> None:
    """Three reagents: one counted by kits, two by tests; one kit is finished."""
    org = keeper.org_id
    place = store_of(desk.db, keeper, org)
    reagents = [row for row in stock if row.code.startswith("SJ") and row.pack_factor > 1][:_KITS]
    for number, row in enumerate(reagents):
        mode = Mode.KIT if number == 0 else Mode.TEST
        rule = Rule(mode, row.pack_factor, row.pack_factor // 20, 28)
        define(desk.db, keeper, DefineReagent(new_op(), org, row.item_id, rule))
        line = ConsumeLine(row.item_id, row.pack_factor)
        opened = open_kit(
            desk.db, keeper, OpenKit(new_op(), org, place, line, day - timedelta(days=number))
        )
        runs = tuple(
            Run(f"AU-{number + 1}", f"{day:%m%d}-{number}{run}", row.item_id, kind, tests, day)
            for run, (kind, tests) in enumerate(
                ((TestKind.PATIENT, rule.usable // 2), (TestKind.CONTROL, rule.usable // 25 + 1))
            )
        )
        count_tests(desk.db, keeper, CountTests(new_op(), org, runs))
        if number == _KITS - 1:
            close_kit(desk.db, keeper, CloseKit(new_op(), org, opened.kit_id, "finished"))


def _case(desk: Desk, keeper: Actor, stock: Sequence[StockRow]) -> None:
    """A case with two articles of high value, by their lots."""
    with desk.db.read() as session:
        costly = set(session.scalars(select(Item.id).where(Item.high_value.is_(True))))
    org = keeper.org_id
    place = store_of(desk.db, keeper, org)
    for number, row in enumerate([row for row in stock if row.item_id in costly][:2]):
        units = tuple(
            CaseUnit(ConsumeLine(row.item_id, 1, lot_id=row.lot_id), f"{row.lot_no}-{one}",
                     f"{row.code} {row.lot_no}-{one}")
            for one in (1, 2)
        )  # fmt: skip
        case = RegisterCase(
            new_op(), org, place, f"ZY{2611 + number}-{number + 3:02d}",
            _("冠状动脉支架置入术") if number == 0 else _("全膝关节置换术"), f"D10{number + 7:02d}",
            units,
        )  # fmt: skip
        register_case(desk.db, keeper, case)


def _trigger(desk: Desk, stock: Sequence[StockRow], keeper: Actor, day: date) -> None:
    """From next month on the consumables of one supplier are payable at issue."""
    things = [row for row in stock if row.code.startswith("HC") and row.owner_id != keeper.org_id]
    if things:
        first = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        set_rule(
            desk.db, desk.head_of(keeper.org_id),
            SetRule(new_op(), keeper.org_id, things[0].owner_id, Trigger.ISSUE,
                    category="consumable", valid_from=first),
        )  # fmt: skip
