"""HIS 发药: any columns, local codes, FEFO, returns to their lots, once only, whole or not."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.documents import State
from app.domain.errors import DomainError
from app.domain.ids import new_id, new_op
from app.models.demand import Demand
from app.models.mapping import LocalItem, Mapping
from app.models.settlement import Consumption, MonthClose
from app.services.consumption import Reverse, reverse
from app.services.consumption.dispense import (
    ApplyDispense,
    DispenseImport,
    DispensePlan,
    apply,
    preview,
)
from app.services.consumption.dispense_undo import UndoDispense, batches, undo
from app.services.importing.plan import Imported, Outcome
from tests.cli.runner import run
from tests.factories import EAST, Site
from tests.services.test_consumption import AMOXICILLIN, BOX, on_hand, receive

BEFORE = date(2026, 10, 10)
"""The goods came some days before they were given."""

HEAD = ("发退药时间", "处方号", "药品代码", "药品名称", "批号", "发药数量", "单位", "原处方号")


def sheet(folder: Path, *rows: tuple[Any, ...], name: str = "发药.csv") -> Path:
    path = folder / name
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([HEAD, *rows])
    return path


def mapped(site: Site, code: str = "AMX01", *, confirmed: bool = True) -> None:
    """The member's own code of amoxicillin; its unit 粒 is the smallest one."""
    local = new_id()
    with site.owner.write() as s:
        now = site.owner.now(s)
        s.add(LocalItem(org_id=EAST, id=local, code=code, name="阿莫西林", spec="0.25g", unit="粒",
                        value=Decimal(0), words=code, batch_id=1, position=1,
                        loaded_at=now))  # fmt: skip
        s.flush()
        if confirmed:
            s.add(Mapping(org_id=EAST, id=new_id(), local_id=local, item_id=AMOXICILLIN,
                          unit_factor=1, how="single", decided_at=now, decided_by=1,
                          valid_from=date(2026, 1, 1)))  # fmt: skip


def plan_of(site: Site, path: Path) -> DispensePlan:
    return preview(*site.as_("east_store"), DispenseImport(path, EAST))


def book(site: Site, plan: DispensePlan) -> Imported:
    return apply(*site.as_("east_store"), ApplyDispense(new_op(), EAST, plan))


def outcomes(plan: DispensePlan) -> list[Outcome]:
    return [line.outcome for line in plan.lines]


def texts(plan: DispensePlan) -> list[str]:
    return [problem.text for line in plan.lines for problem in line.problems]


def test_a_day_of_dispensing_with_a_return(site: Site, tmp_path: Path) -> None:
    lots = receive(site, EAST, {"A": (2, date(2027, 9, 30)), "B": (1, date(2027, 1, 31))}, BEFORE)
    mapped(site)
    path = sheet(
        tmp_path,
        ("2026-10-13 08:01:12", "CF1", "AMX01", "阿莫西林", "", "20", "粒", ""),
        ("2026-10-13 09:30:00", "CF2", "AMX01", "阿莫西林", "", "10", "粒", ""),
        ("2026-10-14 10:00:00", "CF3", "YP-000101", "阿莫西林", "A", "1", "盒", ""),
        ("2026-10-14 11:00:00", "TY1", "AMX01", "阿莫西林", "", "-8", "粒", "CF1"),
        ("2026-10-14 11:00:00", "TY2", "AMX01", "阿莫西林", "A", "-4", "粒", ""),
    )
    plan = plan_of(site, path)
    assert outcomes(plan) == [Outcome.ADDED] * 5, texts(plan)
    assert book(site, plan).added == 5
    assert on_hand(site, lots["B"]) == BOX - 24 + 8
    assert on_hand(site, lots["A"]) == 2 * BOX - 6 - 24 + 4
    with site.owner.read() as s:
        heads = s.execute(
            select(Consumption.occurred_on, Consumption.source).order_by(
                Consumption.occurred_on, Consumption.source)
        ).all()  # fmt: skip
        asked = dict(s.execute(select(Demand.day, Demand.asked)).all())
    assert [tuple(row) for row in heads] == [
        (date(2026, 10, 13), "dispense"), (date(2026, 10, 14), "dispense"),
        (date(2026, 10, 14), "reversal"),
    ]  # fmt: skip
    assert asked == {date(2026, 10, 13): 30, date(2026, 10, 14): 24}
    before = on_hand(site, lots["A"])
    again = plan_of(site, path)
    assert outcomes(again) == [Outcome.SAME] * 5
    assert "10-14" in again.earlier
    assert book(site, again).added == 0
    assert on_hand(site, lots["A"]) == before


def test_undo_gives_all_back_and_the_file_may_come_again(site: Site, tmp_path: Path) -> None:
    lots = receive(site, EAST, {"A": (2, date(2027, 9, 30))}, BEFORE)
    first = sheet(tmp_path, ("2026-10-13", "CF1", "YP-000101", "", "", "1", "盒", ""))
    book(site, plan_of(site, first))
    second = sheet(
        tmp_path,
        ("2026-10-14", "CF2", "YP-000101", "", "", "10", "粒", ""),
        ("2026-10-14", "TY1", "YP-000101", "", "", "-6", "粒", "CF1"),
        name="二.csv",
    )
    done = book(site, plan_of(site, second))
    assert on_hand(site, lots["A"]) == 24 - 10 + 6
    assert undo(*site.as_("east_store"),
                UndoDispense(new_op(), EAST, done.batch_id, "导错了日期")) == 2  # fmt: skip
    assert on_hand(site, lots["A"]) == 24
    newest = batches(*site.as_("east_store"), (EAST,))[0]
    assert (newest.undone, newest.file_name) == (True, "二.csv")
    with pytest.raises(DomainError, match="已经撤销"):
        undo(*site.as_("east_store"), UndoDispense(new_op(), EAST, done.batch_id, "再撤销"))
    assert book(site, plan_of(site, second)).added == 2
    assert on_hand(site, lots["A"]) == 24 - 10 + 6


def test_what_cannot_be_is_said_by_row_and_nothing_else_suffers(
    sqlite_site: Site, tmp_path: Path
) -> None:
    site = sqlite_site
    receive(site, EAST, {"A": (1, date(2027, 9, 30)), "OLD": (1, date(2026, 9, 30))}, BEFORE)
    mapped(site, "NEW1", confirmed=False)
    with site.owner.write() as s:
        s.add(MonthClose(org_id=EAST, id=new_id(), period="2026-09", date_from=date(2026, 9, 1),
                         date_to=date(2026, 9, 30), closed_at=site.owner.now(s), closed_by=1,
                         figures={}))  # fmt: skip
    rows = {
        "还没有对照到统一目录": ("2026-10-13", "C1", "NEW1", "新药", "", "1", "粒", ""),
        "院内编码和目录里都没有": ("2026-10-13", "C2", "NOPE", "", "", "1", "粒", ""),
        "已关账": ("2026-09-30", "C3", "YP-000101", "", "", "1", "粒", ""),
        "在将来": ("2026-10-20", "C4", "YP-000101", "", "", "1", "粒", ""),
        "不能作为数量": ("2026-10-13", "C5", "YP-000101", "", "", "1.5", "粒", ""),
        "可用 1 盒，要发 1 盒 + 6 粒，还差 6 粒": (
            "2026-10-13",
            "C6",
            "YP-000101",
            "",
            "",
            "30",
            "粒",
            "",
        ),
        "已过期": ("2026-10-13", "C7", "YP-000101", "", "OLD", "1", "粒", ""),
        "这里没有库存": ("2026-10-13", "C8", "YP-000101", "", "X9", "1", "粒", ""),
        "没找到原发药单": ("2026-10-13", "C9", "YP-000101", "", "", "-1", "粒", "Q1"),
        "单位 箩 不在换算里": ("2026-10-13", "C10", "YP-000101", "", "", "1", "箩", ""),
        "还没填发药单号": ("2026-10-13", "", "YP-000101", "", "", "1", "粒", ""),
        "从 2026-10-05 起算，账上最少时可用 0 盒，要发 1 粒": (
            "2026-10-05",
            "C11",
            "YP-000101",
            "",
            "",
            "1",
            "粒",
            "",
        ),
        "不是日期": ("十月", "C12", "YP-000101", "", "", "1", "粒", ""),
    }
    good = ("2026-10-13", "C0", "YP-000101", "", "", "2", "粒", "")
    plan = plan_of(site, sheet(tmp_path, *rows.values(), good))
    for words, line in zip(rows, plan.lines, strict=False):
        assert any(words in problem.text for problem in line.problems), words
        assert all(problem.row == line.row for problem in line.problems)
    assert book(site, plan).added == 1


def test_the_same_line_twice_without_a_number_is_said(sqlite_site: Site, tmp_path: Path) -> None:
    receive(sqlite_site, EAST, {"A": (2, date(2027, 9, 30))}, BEFORE)
    line = ("2026-10-13", "CF1", "YP-000101", "", "A", "5", "粒", "")
    other = ("2026-10-13", "CF1", "YP-000101", "", "A", "6", "粒", "")
    plan = plan_of(sqlite_site, sheet(tmp_path, line, other, line))
    assert outcomes(plan) == [Outcome.ADDED] * 3, "a medicine may be given twice"
    assert ["第 2 行完全一样" in "".join(p.text for p in one.problems) for one in plan.lines] == [
        False, False, True,
    ]  # fmt: skip


def test_what_was_used_up_meanwhile_is_not_given_for_an_earlier_day(
    site: Site, tmp_path: Path
) -> None:
    lots = receive(site, EAST, {"A": (1, date(2027, 9, 30))}, BEFORE)
    used_up = ("2026-10-12", "CF1", "YP-000101", "", "", "24", "粒", "")
    book(site, plan_of(site, sheet(tmp_path, used_up)))
    receive(site, EAST, {"A": (1, date(2027, 9, 30))}, date(2026, 10, 14))
    rows = [(day, f"B{day}", "YP-000101", "", "", "5", "粒", "") for day in
            ("2026-10-11", "2026-10-13", "2026-10-14")]  # fmt: skip
    plan = plan_of(site, sheet(tmp_path, *rows, name="补.csv"))
    assert [line.outcome for line in plan.lines] == [
        Outcome.REFUSED, Outcome.REFUSED, Outcome.ADDED,
    ]  # fmt: skip
    assert "从 2026-10-11 起算，账上最少时可用 0 盒，要发 5 粒" in texts(plan)[0]
    assert book(site, plan).added == 1
    assert on_hand(site, lots["A"]) == BOX - 5


def test_returns_never_exceed_what_was_given_nor_change_the_lot(
    sqlite_site: Site, tmp_path: Path
) -> None:
    site = sqlite_site
    lots = receive(site, EAST, {"A": (2, date(2027, 9, 30)), "B": (2, date(2027, 1, 31))}, BEFORE)
    book(site, plan_of(site, sheet(
        tmp_path, ("2026-10-13", "CF1", "YP-000101", "", "", "10", "粒", ""))))  # fmt: skip
    with site.owner.read() as s:
        head = s.scalars(select(Consumption)).one()
        document = head.id
    too_much = ("2026-10-14", "TY1", "YP-000101", "", "", "-11", "粒", "CF1")
    other = ("2026-10-14", "TY2", "YP-000101", "", "A", "-1", "粒", "CF1")
    plan = plan_of(site, sheet(tmp_path, too_much, other, name="退.csv"))
    assert "还能退 10 粒，要退 11 粒" in texts(plan)[0]
    assert "发的是批号 B，不是 A" in texts(plan)[1]
    fine = plan_of(site, sheet(tmp_path, (*too_much[:5], "-10", "粒", "CF1"), name="好.csv"))
    reverse(*site.as_("east_store"), Reverse(new_op(), EAST, document, "窗口先冲销"))
    with pytest.raises(DomainError, match="整张表都没有记账"):
        book(site, fine)
    assert on_hand(site, lots["B"]) == 2 * BOX
    with site.owner.read() as s:
        assert s.get_one(Consumption, (EAST, document)).status == State.REVERSED


def test_by_command_line_with_columns_remembered(site: Site, tmp_path: Path) -> None:
    receive(site, EAST, {"A": (2, date(2027, 9, 30))}, BEFORE)
    path = tmp_path / "his.csv"
    path.write_text("day;no;drug;n\n2026-10-13;R1;YP-000101;1\n2026-10-13;R2;ZZ;1\n",
                    encoding="gb18030")  # fmt: skip
    said = ["--map", "day=day", "--map", "number=no", "--map", "code=drug", "--map", "qty=n"]
    refused = run(site, "east_store", "dispense", "import", str(path), *said, "--remember")
    assert refused.code == 1
    assert "有 1 行不能导入" in refused.err
    marked = tmp_path / "his 标记.xlsx"
    done = run(site, "east_store", "dispense", "import", str(path), "--skip-refused",
               "--marked", str(marked))  # fmt: skip
    assert done.code == 0, done.err
    assert marked.exists()
    listed = run(site, "east_store", "--json", "dispense", "list").json()
    assert [(row["file_name"], row["given"]) for row in listed] == [("his.csv", 1)]
    back = run(site, "east_store", "dispense", "undo", str(listed[0]["batch_id"]),
               "--reason", "试导")  # fmt: skip
    assert back.code == 0, back.err
