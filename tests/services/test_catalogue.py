"""The catalogue: found by any spelling, changed by one person at a time, never without a trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.domain.catalogue import CodeDraft, ItemClass, ItemDraft, ItemStatus
from app.domain.codes import CodeSystem
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.scan import classify
from app.services.catalogue import lookup
from app.services.catalogue.change import SavedItem
from app.services.catalogue.detail import item_detail, item_id_of
from app.services.catalogue.edit import SaveItem, save_item
from app.services.catalogue.index import reindex
from app.services.catalogue.search import SearchQuery, catalogue_count, catalogue_page, search
from app.services.orders.queries import GroupsWanted, group_orders
from tests.factories import LEAD, Site
from tests.order_needs import open_order

DRAFT = ItemDraft(
    item_class=ItemClass.DRUG,
    name="重组人胰岛素注射液",
    trade_name="优泌林",
    strength="3 ml:300 单位",
    maker="明德制药股份有限公司",
    form="注射剂",
    base_unit="支",
    pack_unit="盒",
    pack_factor=5,
    case_factor=200,
    approval_no="国药准字S20260001",
    flags=frozenset({"essential", "high_alert"}),
    codes=(
        CodeDraft(CodeSystem.GTIN, "6924561884074", 5),
        CodeDraft(CodeSystem.NHSA, "XA10ABA041B002010102699"),
        CodeDraft(CodeSystem.NATIONAL, "86978377000315"),
        CodeDraft(CodeSystem.TRACE_PREFIX, "8385793", 5),
    ),
)


def saved(site: Site, draft: ItemDraft = DRAFT) -> SavedItem:
    return save_item(*site.as_("lead_buyer"), SaveItem(new_op(), draft))


@pytest.mark.parametrize("name", ["%_\\", "💊", "١٢", "（）", "··"])
def test_a_name_without_anything_to_find_it_by_is_saved(site: Site, name: str) -> None:
    """A server's index takes no empty piece."""
    done = saved(site, replace(DRAFT, name=name))
    detail = item_detail(*site.as_("lead_buyer"), done.item_id)
    assert detail.draft.name == name


def test_a_page_pasted_into_the_search_is_told_in_words(site: Site) -> None:
    """A file's pattern ends at 50,000 bytes; a server looks for it and finds nothing."""
    open_order(site)
    way = site.as_("lead_buyer")
    if not site.is_sqlite:
        assert group_orders(*way, GroupsWanted(text="长" * 32_000)) == ()
        return
    with pytest.raises(DomainError, match="太长") as refusal:
        group_orders(*way, GroupsWanted(text="长" * 32_000))
    assert refusal.value.code == "search.long"


def index_everything(site: Site) -> None:
    with site.owner.write() as session:
        reindex(session)


@pytest.mark.parametrize(
    "text",
    [
        "胰岛素",
        "czryds",
        "zzryds",
        "chongzurenyi",
        "优泌林",
        "yml",
        "yp-000106",
        "YP-0001",
        "国药准字S20260001",
        "s20260001",
        "6924561884074",
        "69245618",
        "６９２４５６１８８４０７４",
        "]d20106924561884074172802001021",
        "83857930000879766660",
        "86978377000315",
        "xa10aba041",
        "明德 胰岛素",
        "胰岛素 300",
    ],
)
def test_one_item_is_found_by_any_of_its_names(site: Site, text: str) -> None:
    index_everything(site)
    item = saved(site)
    assert item.code == "YP-000106"
    for login in ("lead_buyer", "east_store"):
        assert item.item_id in [row.id for row in search(*site.as_(login), text)]


def test_wildcards_and_quotes_are_only_text(site: Site) -> None:
    index_everything(site)
    for text in ("%", "_", "'; DROP TABLE item; --", "\\", "a%b"):
        assert search(*site.as_("east_store"), text) == ()


def test_an_exact_code_comes_first_then_what_is_used_most(site: Site) -> None:
    index_everything(site)
    rows = search(*site.as_("east_store"), "YP-000103")
    assert rows[0].code == "YP-000103"
    assert [row.code for row in search(*site.as_("east_store"), "ambaq")] == []
    for text in ("bhsaldp", "aldp bhs", "benhuangsuan"):
        assert [row.code for row in search(*site.as_("east_store"), text)] == ["YP-000102"]


def test_pages_go_through_the_whole_catalogue_once(site: Site) -> None:
    index_everything(site)
    seen: list[int] = []
    key: object = None
    while True:
        page = catalogue_page(*site.as_("east_store"), SearchQuery(), (key, 2))
        seen += [row.id for row in page.rows]
        key = page.next_key
        if key is None:
            break
    assert len(seen) == len(set(seen)) == catalogue_count(*site.as_("east_store"), SearchQuery())
    cold = catalogue_page(*site.as_("east_store"), SearchQuery(view="cold")).rows
    assert [row.code for row in cold] == ["YP-000103"]


def test_the_row_shows_todays_group_price(site: Site) -> None:
    index_everything(site)
    row = search(*site.as_("east_store"), "YP-000101")[0]
    assert str(row.unit_price) == "3.8600"
    assert row.maker == "北辰药业"


def test_detail_shows_codes_units_prices_and_history(site: Site) -> None:
    item = saved(site)
    detail = item_detail(*site.as_("east_store"), item.item_id)
    assert detail.draft.flags == {"essential", "high_alert"}
    assert detail.case_text == "1 件 = 40 盒"
    assert detail.codes_of(CodeSystem.GTIN) == ("06924561884074",)
    assert detail.codes_of(CodeSystem.APPROVAL) == ("国药准字S20260001",)
    assert detail.changes[0].person == "陈采"
    assert item_id_of(*site.as_("east_store"), item.code.lower()) == item.item_id
    old = item_detail(*site.as_("east_store"), 101)
    assert [str(price.unit_price) for price in old.prices] == ["3.8600"]


def test_a_change_is_remembered_and_found_by_its_new_name(site: Site) -> None:
    item = saved(site)
    detail = item_detail(*site.as_("lead_buyer"), item.item_id)
    renewed = replace(
        detail.draft, approval_no="国药准字S20260002", status=ItemStatus.PAUSED, trade_name="新优"
    )
    done = save_item(
        *site.as_("lead_buyer"), SaveItem(new_op(), renewed, item.item_id, detail.version)
    )
    assert set(done.changed) == {"approval_no", "status", "trade_name", "codes"}
    after = item_detail(*site.as_("lead_buyer"), item.item_id)
    assert after.changes[0].what["status"] == ("active", "paused")
    assert search(*site.as_("lead_buyer"), "xinyou")[0].id == item.item_id
    # The number on old packs still finds it.
    assert search(*site.as_("lead_buyer"), "国药准字S20260001")[0].id == item.item_id


def test_two_people_cannot_overwrite_each_other(site: Site) -> None:
    item = saved(site)
    draft = item_detail(*site.as_("lead_buyer"), item.item_id).draft
    first = SaveItem(new_op(), replace(draft, trade_name="甲"), item.item_id, 1)
    save_item(*site.as_("lead_buyer"), first)
    second = SaveItem(new_op(), replace(draft, trade_name="乙"), item.item_id, 1)
    with pytest.raises(ConflictError) as refused:
        save_item(*site.as_("lead_buyer"), second)
    assert "陈采" in refused.value.text


def test_saving_twice_with_one_intention_saves_once(site: Site) -> None:
    command = SaveItem(new_op(), DRAFT)
    first = save_item(*site.as_("lead_buyer"), command)
    assert save_item(*site.as_("lead_buyer"), command) == first
    assert catalogue_count(*site.as_("lead_buyer"), SearchQuery(text="胰岛素 优泌林")) == 1


def test_all_errors_of_a_draft_are_told_at_once(site: Site) -> None:
    wrong = replace(
        DRAFT,
        name="",
        case_factor=7,
        codes=(CodeDraft(CodeSystem.GTIN, "6924561884075", 5),),
    )
    with pytest.raises(DomainError) as refused:
        saved(site, wrong)
    codes = {problem.code for problem in refused.value.problems}
    assert {"item.missing", "item.chain", "gtin.check"} <= codes


def test_units_that_stock_is_counted_in_never_change(site: Site) -> None:
    item = saved(site)
    with pytest.raises(DomainError) as refused:
        save_item(
            *site.as_("lead_buyer"),
            SaveItem(new_op(), replace(DRAFT, pack_factor=10, codes=()), item.item_id, 1),
        )
    assert refused.value.code == "item.units_fixed"


def test_only_the_keeper_of_the_catalogue_changes_it(site: Site) -> None:
    with pytest.raises(NotAllowedError):
        save_item(*site.as_("east_store"), SaveItem(new_op(), DRAFT))


def test_a_scan_names_the_item_and_the_pack_level(site: Site) -> None:
    item = saved(site)
    db, _actor = site.as_("east_store")
    with db.read() as session:
        for text, factor in (("6924561884074", 5), ("83857930000879766660", 5)):
            found = lookup.by_scan(session, (LEAD,), classify(text))
            assert [(m.item_id, m.unit_factor) for m in found] == [(item.item_id, factor)]
        assert lookup.by_scan(session, (LEAD,), classify("6901234567892")) == ()
        own = lookup.by_scan(session, (LEAD,), classify("(240)YP-000106(10)K1"))
        assert [m.item_id for m in own] == [item.item_id]


def test_a_code_that_is_over_names_nothing(site: Site) -> None:
    over = replace(
        DRAFT, codes=(CodeDraft(CodeSystem.GTIN, "6924561884074", 5, 0, None, date(2026, 10, 1)),)
    )
    saved(site, over)
    db, _actor = site.as_("east_store")
    with db.read() as session:
        assert lookup.by_scan(session, (LEAD,), classify("6924561884074")) == ()
