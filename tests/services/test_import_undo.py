"""An import is taken back row by row; what later work rests on stays, and says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from app.adapters.sheets_out import Sheet, write
from app.domain.errors import DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.pricing import PriceSource
from app.models.demand import Demand
from app.services.catalogue.detail import item_detail, item_id_of
from app.services.catalogue.edit import SaveItem, save_item
from app.services.catalogue.search import SearchQuery, catalogue_count, search
from app.services.demand import DemandLine, RecordDemand, record
from app.services.importing import catalogue, demand, prices, undo_demand
from app.services.importing.undo import UndoImport, imports, undo
from app.services.prices.change import CreateList
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.factories import EAST, Site
from tests.races import in_between
from tests.services.test_import_catalogue import AMOXICILLIN, FUFANG, OFFICIAL

LATER = ("ZD02AAF0221030205329", "妇乐片", "-", "片剂", "每片重0.5g", "", "36", "片", "盒",
         "江岸制药有限公司", "国药准字Z20010145", "", "乙", "3")  # fmt: skip


def bring(site: Site, tmp_path: Path, *rows: tuple[str, ...]) -> int:
    path = tmp_path / "目录.xlsx"
    write(path, Sheet("药品", OFFICIAL, rows))
    plan = catalogue.preview(*site.as_("lead_buyer"), path)
    done = catalogue.apply(*site.as_("lead_buyer"), catalogue.ApplyCatalogue(new_op(), plan))
    return done.batch_id


def test_an_untouched_import_leaves_nothing_behind(site: Site, tmp_path: Path) -> None:
    before = catalogue_count(*site.as_("lead_buyer"), SearchQuery())
    batch = bring(site, tmp_path, AMOXICILLIN, FUFANG)
    looked = undo(*site.as_("lead_buyer"), UndoImport(new_op(), batch, check=True))
    assert (looked.removed, looked.stays) == (2, ())
    assert catalogue_count(*site.as_("lead_buyer"), SearchQuery()) == before + 2
    command = UndoImport(new_op(), batch)
    done = undo(*site.as_("lead_buyer"), command)
    assert (done.removed, done.restored, done.stays) == (2, 0, ())
    assert undo(*site.as_("lead_buyer"), command) == done  # its answer was lost on the way
    assert catalogue_count(*site.as_("lead_buyer"), SearchQuery()) == before
    assert search(*site.as_("east_store"), "fljn") == ()
    assert imports(*site.as_("lead_buyer"), "catalogue")[0].undone
    with pytest.raises(DomainError, match="已经撤销"):
        undo(*site.as_("lead_buyer"), UndoImport(new_op(), batch))
    with pytest.raises(NotAllowedError):
        undo(*site.as_("east_store"), UndoImport(new_op(), bring(site, tmp_path, AMOXICILLIN)))


def test_what_later_work_rests_on_stays_with_its_reason(site: Site, tmp_path: Path) -> None:
    batch = bring(site, tmp_path, AMOXICILLIN, FUFANG, LATER)
    way = site.as_("lead_buyer")
    edited, mapped = (search(*way, word)[0] for word in ("妇乐胶囊", "妇乐片"))
    detail = item_detail(*way, edited.id)
    draft = replace(detail.draft, trade_name="妇康")
    save_item(*way, SaveItem(new_op(), draft, edited.id, detail.version))
    priced = tmp_path / "价格.csv"
    write(priced, Sheet("价", ("统一编码", "价格", "供应商"), [(mapped.code, "12.5", "康泽")]))
    new_list = CreateList(new_op(), "JG-1", "一", PriceSource.ADHOC)
    plan = prices.preview(*way, prices.PriceImport(priced))
    in_list = prices.apply(*way, prices.ApplyPrices(new_op(), plan, new_list=new_list))
    done = undo(*way, UndoImport(new_op(), batch))
    assert done.removed == 1
    reasons = {one.title.split()[0]: one.reason for one in done.stays}
    assert reasons[edited.code] == "后来改过"
    assert "已有价格" in reasons[mapped.code]
    assert undo(*way, UndoImport(new_op(), in_list.batch_id)).removed == 1
    rest = undo(*way, UndoImport(new_op(), batch))
    assert (rest.removed, [one.reason for one in rest.stays]) == (1, ["后来改过"])


def test_changed_items_get_their_former_facts_back(site: Site, tmp_path: Path) -> None:
    bring(site, tmp_path, AMOXICILLIN, FUFANG)
    way = site.as_("lead_buyer")
    codes = [search(*way, word)[0].code for word in ("fljn", "amxljn")]
    item = item_id_of(*way, codes[0])
    before = item_detail(*way, item).draft
    changed = (*FUFANG[:2], "妇康", *FUFANG[3:10], "国药准字Z20019999", *FUFANG[11:])
    batch = bring(site, tmp_path, changed)
    assert item_detail(*way, item).draft.approval_no == "国药准字Z20019999"
    assert search(*way, "妇康")
    assert undo(*way, UndoImport(new_op(), batch)).restored == 1
    after = item_detail(*way, item).draft
    assert (after.trade_name, after.approval_no) == (before.trade_name, before.approval_no)
    assert search(*way, "妇康") == ()


def test_an_undone_price_lets_the_one_before_it_hold_on(site: Site, tmp_path: Path) -> None:
    way = site.as_("lead_buyer")
    path = tmp_path / "价格.csv"
    titles = ("统一编码", "价格", "供应商", "生效日期")
    write(path, Sheet("价", titles, [("YP-000101", "3.50", "康泽", "2026-11-01")]))
    before = item_detail(*way, item_id_of(*way, "YP-000101")).prices
    plan = prices.preview(*way, prices.PriceImport(path))
    new_list = CreateList(new_op(), "JG-9", "九", PriceSource.ADHOC)
    done = prices.apply(*way, prices.ApplyPrices(new_op(), plan, new_list=new_list))
    assert len(item_detail(*way, item_id_of(*way, "YP-000101")).prices) == len(before) + 1
    result = undo(*way, UndoImport(new_op(), done.batch_id))
    assert (result.removed, result.stays) == (1, ())
    assert item_detail(*way, item_id_of(*way, "YP-000101")).prices == before


def test_what_is_recorded_while_demand_is_taken_back_counts(
    databases: Databases, clock: FixedClock, tmp_path: Path
) -> None:
    """Whoever records waits for the one who takes back, and adds to what stands then."""
    with databases.site("postgresql", clock) as site:
        way, place = site.as_("east_store"), site.world.stores[EAST]
        before = (DemandLine(101, date(2026, 9, 1), 48, 48),)
        record(*way, RecordDemand(new_op(), EAST, place, before))
        path = tmp_path / "用量.csv"
        rows = [("2026-09-01", "YP-000101", "5"), ("2026-09-02", "YP-000101", "3")]
        write(path, Sheet("用量", ("日期", "统一编码", "数量"), rows))
        plan = demand.preview(*way, demand.DemandImport(path, EAST))
        batch = demand.apply(*way, demand.ApplyDemand(new_op(), EAST, plan)).batch_id
        more = tuple(DemandLine(101, date(2026, 9, day), 24, 24) for day in (2, 1))
        came = in_between(
            site,
            ("east_store", undo, UndoImport(new_op(), batch)),
            ("east_second", record, RecordDemand(new_op(), EAST, place, more)),
            after=(undo_demand, "_held"),
        )
        assert not [one for one in came if isinstance(one, Exception)], came
        with site.owner.read() as session:
            kept = {row.day.day: row.asked for row in session.scalars(select(Demand))}
        assert kept == {1: 48 + 24, 2: 24}


def test_a_day_of_demand_is_again_what_it_was(site: Site, tmp_path: Path) -> None:
    way, place = site.as_("east_store"), site.world.stores[EAST]
    goods = "YP-000101"
    record(*way, RecordDemand(new_op(), EAST, place, (DemandLine(101, date(2026, 9, 1), 48, 48),)))

    def bring_days(*rows: tuple[str, str, str]) -> int:
        path = tmp_path / f"用量{len(rows)}.csv"
        write(path, Sheet("用量", ("日期", "统一编码", "数量"), list(rows)))
        plan = demand.preview(*way, demand.DemandImport(path, EAST))
        return demand.apply(*way, demand.ApplyDemand(new_op(), EAST, plan)).batch_id

    batch = bring_days(
        ("2026-09-01", goods, "5"), ("2026-09-02", goods, "3"), ("2026-09-03", goods, "4")
    )
    record(*way, RecordDemand(new_op(), EAST, place, (DemandLine(101, date(2026, 9, 3), 24, 24),)))
    with pytest.raises(NotAllowedError):
        undo(*site.as_("lead_admin"), UndoImport(new_op(), batch))
    looked = undo(*way, UndoImport(new_op(), batch, check=True))
    assert (looked.removed, looked.restored, len(looked.stays)) == (1, 1, 1)
    done = undo(*way, UndoImport(new_op(), batch))
    assert done.stays == looked.stays
    assert "又记过" in done.stays[0].reason
    with site.owner.read() as session:
        kept = {row.day.day: row.asked for row in session.scalars(select(Demand))}
    assert kept == {1: 48, 3: kept[3]}
    assert kept[3] > 24
