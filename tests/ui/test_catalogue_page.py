"""统一目录 by keyboard and scan: search, look, add, change, import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit

from app.adapters.sheets_out import Sheet, write
from app.services.catalogue.index import reindex
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.page import Page
from app.ui.pages.catalogue.page import CataloguePage
from tests.factories import Site
from tests.ui.conftest import Show

Settle = Callable[[], None]


@pytest.fixture
def page(
    sqlite_site: Site, context_for: Callable[[str], PageContext], show: Show, settle: Settle
) -> CataloguePage:
    with sqlite_site.owner.write() as session:
        reindex(session)
    shown = show(CataloguePage(context_for("lead_buyer")))
    settle()
    return shown


def codes(page: CataloguePage) -> list[str]:
    return [str(page.model.index(row, 0).data()) for row in range(page.model.rowCount())]


def type_into(page: CataloguePage, key: str, text: str) -> None:
    editor = page._form.fields[key].editor
    assert isinstance(editor, QLineEdit)
    editor.setText(text)


def test_typing_pinyin_narrows_the_list(page: CataloguePage, settle: Settle) -> None:
    assert len(codes(page)) == 5
    assert page.subtitle() == "品规 5 · 成员机构 3 家"
    page.search.setText("amxl")
    settle()
    assert codes(page) == ["YP-000101"]
    assert page.search.note.startswith("1 项 · ")
    page.search.setText("zzz")
    settle()
    assert codes(page) == []
    page.perform(Act.FILTERS)
    settle()
    assert len(codes(page)) == 5


def test_a_scan_finds_the_item(
    page: CataloguePage, settle: Settle, scan: Callable[[Page, str], None]
) -> None:
    scan(page, "6901234500028")
    settle()
    assert codes(page) == ["YP-000102"]


def test_a_chip_shows_one_kind(page: CataloguePage, settle: Settle) -> None:
    page.chips["cold"].click()
    settle()
    assert codes(page) == ["YP-000103"]


def test_the_panel_shows_the_item(page: CataloguePage, settle: Settle) -> None:
    page.search.setText("amxl")
    settle()
    assert page.grid.choose(101)
    settle()
    assert page.panel.isVisible()
    assert page.panel.name.text() == "阿莫西林胶囊"
    assert page.panel.item is not None
    assert page.panel.item.case_text == "1 件 = 200 盒"


def test_an_item_is_added_and_what_is_wrong_stands_under_its_field(
    page: CataloguePage, settle: Settle
) -> None:
    page.perform(Act.NEW)
    for key, text in (("name", "维生素C片"), ("strength", "100 mg"), ("pack_factor", "一百"),
                      ("base_unit", "片"), ("pack_unit", "瓶")):  # fmt: skip
        type_into(page, key, text)
    page._form.verb.click()
    assert page._form.fields["pack_factor"].problem.text == "请填整数，如 24。"
    type_into(page, "pack_factor", "100")
    page._form.verb.click()
    settle()
    assert "还没填生产企业" in page._form.fields["maker"].problem.text
    type_into(page, "maker", "江岸制药有限公司")
    page._form.verb.click()
    settle()
    assert page.panel.item is not None
    assert page.panel.item.code == "YP-000106"
    assert "YP-000106" in codes(page)


def test_an_item_is_changed_and_its_history_shown(page: CataloguePage, settle: Settle) -> None:
    page.arrive(item_id=101)
    settle()
    assert len(codes(page)) == 1  # alone in the list: no other row displaces it in the panel
    page.panel.edit_button.click()
    type_into(page, "trade_name", "阿莫灵")
    page._form.verb.click()
    settle()
    assert page.panel.name.text() == "阿莫西林胶囊（阿莫灵）"
    assert "商品名 空 → 阿莫灵" in page.panel.changes.text()


def test_a_sheet_is_previewed_and_imported(
    page: CataloguePage, settle: Settle, tmp_path: Path
) -> None:
    path = tmp_path / "目录.xlsx"
    titles = ("品名", "规格", "包装数量", "最小单位", "单位", "生产企业")
    good = ("维生素C片", "100 mg", "100", "片", "瓶", "江岸制药有限公司")
    write(path, Sheet("目录", titles, [good, ("", *good[1:])]))
    page.flow.preview(path)
    settle()
    assert page.flow.form.verb.text() == "导入 1 行"
    assert str(page.flow.form.model.index(0, 1).data()) == "不能导入"
    page.flow.form.verb.click()
    settle()
    assert len(codes(page)) == 6


def test_who_does_not_keep_the_catalogue_only_looks(
    context: PageContext, show: Show, settle: Settle
) -> None:
    page = show(CataloguePage(context))
    settle()
    assert not page.new_button.isVisible()
    assert not page.does(Act.NEW)
    assert not page.does(Act.IMPORT)
