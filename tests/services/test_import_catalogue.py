"""Sheets of many kinds become items: previewed row by row, written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from app.adapters.sheets_out import Sheet, write
from app.domain.codes import CodeSystem
from app.domain.errors import DomainError, NotAllowedError
from app.domain.ids import new_op
from app.services.catalogue.detail import item_detail
from app.services.catalogue.export import export_catalogue
from app.services.catalogue.index import reindex
from app.services.catalogue.search import SearchQuery, catalogue_count, search
from app.services.db import hold_few_pages
from app.services.importing.catalogue import ApplyCatalogue, apply, preview
from app.services.importing.plan import Outcome
from tests.factories import Site

OFFICIAL = (
    "药品代码", "注册名称", "商品名称", "注册剂型", "注册规格", "包装材质", "最小包装数量",
    "最小制剂单位", "最小包装单位", "药品企业", "批准文号", "药品本位码", "甲乙类", "编号",
)  # fmt: skip
AMOXICILLIN = (
    "XJ01CAA040A001010102699", "阿莫西林胶囊", "", "胶囊剂", "0.5g", "铝塑", "24", "粒", "盒",
    "明德制药有限公司", "国药准字H20266018", "86978377000315", "甲", "１",
)  # fmt: skip
FUFANG = (
    "ZD02AAF0221030105329", "妇乐胶囊", "-", "胶囊剂", "每粒装0.5g", "", "48", "粒", "盒",
    "江岸制药有限公司", "国药准字Z20010144", "86905329000093", "乙", "2",
)  # fmt: skip


def sheet(
    tmp_path: Path, titles: Sequence[str], *rows: Sequence[str], notes: Sequence[str] = ()
) -> Path:
    path = tmp_path / "目录.xlsx"
    write(path, Sheet("药品", titles, rows, notes))
    return path


def test_the_official_columns_become_items(site: Site, tmp_path: Path) -> None:
    path = sheet(tmp_path, OFFICIAL, AMOXICILLIN, FUFANG, notes=("国家医保药品目录", "2026 年"))
    plan = preview(*site.as_("lead_buyer"), path)
    assert [(line.row, line.outcome) for line in plan.lines] == [
        (4, Outcome.ADDED),
        (5, Outcome.ADDED),
    ]
    assert "包装材质" in plan.unknown
    done = apply(*site.as_("lead_buyer"), ApplyCatalogue(new_op(), plan))
    assert (done.added, done.changed, done.refused) == (2, 0, 0)
    row = search(*site.as_("east_store"), "fljn")[0]
    detail = item_detail(*site.as_("east_store"), row.id)
    assert (row.code, detail.spec) == ("YP-000107", "每粒装0.5g × 48 粒/盒")
    assert detail.draft.insurance == "乙"
    assert detail.codes_of(CodeSystem.NHSA) == ("ZD02AAF0221030105329",)
    assert detail.codes_of(CodeSystem.NATIONAL) == ("86905329000093",)


def test_importing_the_same_file_again_changes_nothing(site: Site, tmp_path: Path) -> None:
    path = sheet(tmp_path, OFFICIAL, AMOXICILLIN, FUFANG)
    apply(*site.as_("lead_buyer"), ApplyCatalogue(new_op(), preview(*site.as_("lead_buyer"), path)))
    again = preview(*site.as_("lead_buyer"), path)
    assert {line.outcome for line in again.lines} == {Outcome.SAME}
    before = catalogue_count(*site.as_("lead_buyer"), SearchQuery())
    done = apply(*site.as_("lead_buyer"), ApplyCatalogue(new_op(), again))
    assert (done.added, done.changed) == (0, 0)
    assert catalogue_count(*site.as_("lead_buyer"), SearchQuery()) == before


def test_a_blank_cell_never_wipes_a_fact(site: Site, tmp_path: Path) -> None:
    path = sheet(tmp_path, OFFICIAL, AMOXICILLIN)
    apply(*site.as_("lead_buyer"), ApplyCatalogue(new_op(), preview(*site.as_("lead_buyer"), path)))
    changed = list(AMOXICILLIN)
    changed[2], changed[10], changed[12] = "阿莫灵", "", ""
    plan = preview(*site.as_("lead_buyer"), sheet(tmp_path, OFFICIAL, changed))
    assert plan.lines[0].outcome is Outcome.CHANGED
    assert plan.lines[0].changes == ("商品名",)
    apply(*site.as_("lead_buyer"), ApplyCatalogue(new_op(), plan))
    draft = item_detail(*site.as_("lead_buyer"), search(*site.as_("lead_buyer"), "aml")[0].id).draft
    assert (draft.trade_name, draft.approval_no, draft.insurance) == (
        "阿莫灵",
        "国药准字H20266018",
        "甲",
    )


def test_every_wrong_cell_is_named_by_row_and_column(site: Site, tmp_path: Path) -> None:
    bad_code = ("XJ01", *AMOXICILLIN[1:])
    bad_pack = (*FUFANG[:6], "四十八", *FUFANG[7:11], "86905329000094", "丁", "3")
    nameless = ("", "", *AMOXICILLIN[2:])
    path = sheet(tmp_path, OFFICIAL, bad_code, bad_pack, nameless, AMOXICILLIN, AMOXICILLIN)
    plan = preview(*site.as_("lead_buyer"), path)
    refused, added = Outcome.REFUSED, Outcome.ADDED
    assert [line.outcome for line in plan.lines] == [refused, refused, refused, added, refused]
    found = {(problem.row, problem.column) for problem in plan.problems() if problem.blocks}
    assert {(2, "药品代码"), (3, "最小包装数量"), (3, "药品本位码"), (3, "甲乙类")} <= found
    assert (4, "注册名称") in found
    assert any(problem.code == "import.twice" for problem in plan.lines[4].problems)


def test_own_titles_by_mapping_and_full_width_digits(site: Site, tmp_path: Path) -> None:
    titles = ("我们的名字", "大小", "数", "基本单位", "单位", "谁做的")
    path = sheet(tmp_path, titles, ("维生素Ｃ片", "１００ mg", "１００", "片", "瓶", "江岸制药"))
    with pytest.raises(DomainError) as refused:
        preview(*site.as_("lead_buyer"), path)
    assert "品名" in refused.value.text
    mapping = {"name": "我们的名字", "strength": "大小", "pack_factor": "数", "maker": "谁做的"}
    plan = preview(*site.as_("lead_buyer"), path, mapping=mapping)
    assert plan.lines[0].title == "维生素C片 100 mg × 100 片/瓶"


def test_a_cancelled_import_leaves_nothing(site: Site, tmp_path: Path) -> None:
    path = sheet(tmp_path, OFFICIAL, AMOXICILLIN, FUFANG)
    plan = preview(*site.as_("lead_buyer"), path)
    before = catalogue_count(*site.as_("lead_buyer"), SearchQuery())

    class StopError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done == total:
            raise StopError

    with pytest.raises(StopError):
        apply(*site.as_("lead_buyer"), ApplyCatalogue(new_op(), plan), stop)
    assert catalogue_count(*site.as_("lead_buyer"), SearchQuery()) == before


def test_the_pack_of_a_kept_item_does_not_change(site: Site, tmp_path: Path) -> None:
    titles = ("统一编码", "品名", "规格", "包装数量", "生产企业")
    path = sheet(
        tmp_path, titles, ("YP-000101", "阿莫西林胶囊", "0.25 g", "36", "北辰药业有限公司")
    )
    plan = preview(*site.as_("lead_buyer"), path)
    assert plan.lines[0].outcome is Outcome.REFUSED
    assert plan.lines[0].problems[0].code == "import.pack"


def test_only_the_keeper_of_the_catalogue_imports(site: Site, tmp_path: Path) -> None:
    with pytest.raises(NotAllowedError):
        preview(*site.as_("east_store"), sheet(tmp_path, OFFICIAL, AMOXICILLIN))


@pytest.mark.parametrize("name", ["目录.xlsx", "目录.csv"])
def test_what_is_exported_comes_back_without_a_change(
    site: Site, tmp_path: Path, name: str
) -> None:
    with site.owner.write() as session:
        reindex(session)
    path = sheet(tmp_path, OFFICIAL, AMOXICILLIN, FUFANG)
    apply(*site.as_("lead_buyer"), ApplyCatalogue(new_op(), preview(*site.as_("lead_buyer"), path)))
    written = export_catalogue(*site.as_("east_store"), SearchQuery(), tmp_path / name)
    assert written == 7
    again = preview(*site.as_("lead_buyer"), tmp_path / name)
    assert [(line.outcome, line.changes) for line in again.lines] == [(Outcome.SAME, ())] * 7


def test_sums_are_no_goods_a_second_row_names_the_first_and_a_pack_is_no_tablet(
    sqlite_site: Site, tmp_path: Path
) -> None:
    titles = ("品名", "规格", "包装数量", "最小单位", "生产企业")
    row = ("试验片", "5 mg", "30", "片", "示例药业有限公司")
    path = sheet(tmp_path, titles, row, row, ("合 计：", "", "60", "", ""))
    first, second = preview(*sqlite_site.as_("lead_buyer"), path).lines
    assert first.content is not None
    assert (first.content.draft.pack_unit, first.problems[0].blocks) == ("盒", False)
    assert "和第 2 行是同一个品规" in second.problems[-1].text


def test_missing_columns_are_named_beside_the_titles_that_were_found(
    sqlite_site: Site, tmp_path: Path
) -> None:
    path = sheet(tmp_path, ("品名", "含量", "厂商"), ("试验片", "5 mg", "示例药业有限公司"))
    with pytest.raises(DomainError, match="第 1 行的标题有：品名、含量、厂商") as told:
        preview(*sqlite_site.as_("lead_buyer"), path)
    assert "生产企业" in str(told.value)


def test_an_import_holds_few_pages_and_leaves_the_usual_ones(
    sqlite_site: Site, tmp_path: Path
) -> None:
    db, actor = sqlite_site.as_("lead_buyer")

    def held() -> int:
        with db.read() as session:
            return int(session.execute(text("PRAGMA cache_size")).scalar_one())

    usual, during = held(), []
    plan = preview(db, actor, sheet(tmp_path, OFFICIAL, AMOXICILLIN))
    with db.write() as session:
        hold_few_pages(session)
        during.append(session.execute(text("PRAGMA cache_size")).scalar_one())
    assert (held(), during[0] > usual) == (usual, True)  # negative: KiB
    apply(db, actor, ApplyCatalogue(new_op(), plan))
    assert held() == usual
