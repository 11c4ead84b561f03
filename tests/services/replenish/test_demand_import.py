"""Demand from a member's sheet: every row found or explained, twice the same changes nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.errors import DomainError, NotAllowedError
from app.domain.ids import new_op
from app.models.demand import Demand
from app.models.platform import ImportBatch
from app.services.importing.demand import ApplyDemand, DemandImport, DemandPlan, apply, preview
from app.services.importing.plan import Imported, Outcome
from tests.factories import EAST, Site

SHEET = """城东社区卫生服务中心 九月请领,,,,
日期,统一编码,数量,已发,单位
2026-09-01,YP-000102,3,2,盒
2026-09-01,yp-000102,1,1,
2026/9/2,06901234500028,56,56,片
"""


def sheet(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "请领.csv"
    path.write_bytes(text.encode(encoding))
    return path


def planned(site: Site, path: Path) -> DemandPlan:
    return preview(*site.as_("east_store"), DemandImport(path, EAST))


def imported(site: Site, path: Path) -> Imported:
    plan = planned(site, path)
    return apply(*site.as_("east_store"), ApplyDemand(new_op(), EAST, plan))


def kept(site: Site) -> list[tuple[date, int, int, int]]:
    with site.owner.read() as s:
        rows = s.scalars(select(Demand).order_by(Demand.day))
        return [(row.day, row.asked, row.given, row.lines) for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_requests_are_added_up_by_day_in_smallest_units(
    site: Site, tmp_path: Path, encoding: str
) -> None:
    done = imported(site, sheet(tmp_path, SHEET, encoding))

    assert (done.added, done.changed, done.refused) == (3, 0, 0)
    assert kept(site) == [
        (date(2026, 9, 1), 4 * 28, 3 * 28, 2),
        (date(2026, 9, 2), 56, 56, 1),
    ]
    with site.owner.read() as s:
        assert s.scalars(select(ImportBatch.kind)).all() == ["demand"]


def test_the_same_file_twice_changes_nothing(site: Site, tmp_path: Path) -> None:
    path = sheet(tmp_path, SHEET)
    imported(site, path)
    before = kept(site)

    again = planned(site, path)
    imported(site, path)

    assert {line.outcome for line in again.lines} == {Outcome.SAME}
    assert kept(site) == before


def test_every_wrong_row_is_named_with_its_column(site: Site, tmp_path: Path) -> None:
    wrong = """日期,编码,数量,已发,单位
2026-13-01,YP-000102,3,,
2026-09-01,YP-999999,3,,
2026-09-01,YP-000102,三,,
2026-09-01,YP-000102,2,5,
2026-09-01,YP-000102,2,,箱
2027-01-01,YP-000102,2,,
,,,1,
"""
    plan = planned(site, sheet(tmp_path, wrong))

    assert plan.count(Outcome.REFUSED) == 7
    where = [(problem.row, problem.column) for problem in plan.problems()]
    assert where == [
        (2, "日期"), (3, "编码"), (4, "数量"), (5, "已发"), (6, "单位"), (7, "日期"),
        (8, "编码"), (8, "日期"), (8, "数量"),
    ]  # fmt: skip
    assert "2026-10-14" in plan.lines[0].problems[0].text
    assert kept(site) == []


def test_a_sheet_without_the_titles_says_which_are_missing(site: Site, tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="没找到列：日期、品规编码、数量"):
        planned(site, sheet(tmp_path, "品名,备注\n阿莫西林,x\n"))


def test_nobody_imports_for_another_clinic(site: Site, tmp_path: Path) -> None:
    path = sheet(tmp_path, SHEET)
    with pytest.raises(NotAllowedError):
        preview(*site.as_("west_store"), DemandImport(path, EAST))
    plan = planned(site, path)
    with pytest.raises(NotAllowedError):
        apply(*site.as_("west_store"), ApplyDemand(new_op(), EAST, plan))
    assert kept(site) == []
