"""Beside the list: columns said once, marks, undo, codes with validity, papers, versions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage

from app.adapters.sheets import read_tables
from app.adapters.sheets_out import Sheet, write
from app.domain.codes import CodeSystem
from app.services.catalogue.index import reindex
from app.ui.context import PageContext
from app.ui.pages.catalogue.page import CataloguePage
from app.ui.widgets.columns_form import ColumnsForm
from app.ui.widgets.files import FileDialog
from tests.factories import Site
from tests.ui.conftest import Show

Settle = Callable[[], None]
TITLES = ("药名", "大小", "谁做的", "单位")
ROWS = (
    ("维生素C片", "100mg*100片/瓶", "江岸制药有限公司", "瓶"),
    ("维生素B片", "", "江岸制药有限公司", "瓶"),
)


@pytest.fixture
def page(
    sqlite_site: Site, context_for: Callable[[str], PageContext], show: Show, settle: Settle
) -> CataloguePage:
    with sqlite_site.owner.write() as session:
        reindex(session)
    shown = show(CataloguePage(context_for("lead_buyer")))
    settle()
    return shown


def said(form: ColumnsForm) -> ColumnsForm:
    for title, field in (("药名", "name"), ("大小", "strength"), ("谁做的", "maker")):
        form.choices[title].choose(field)
    return form


def test_a_sheet_with_own_titles_is_asked_about_marked_imported_and_undone(
    page: CataloguePage, settle: Settle, tmp_path: Path
) -> None:
    path = tmp_path / "我院.csv"
    write(path, Sheet("我", TITLES, ROWS))
    page.flow.preview(path)
    settle()
    form = page.flow.columns_form
    assert not form.verb.isEnabled()
    assert "还没指定" in form.problem.text()
    assert said(form).verb.isEnabled()
    form.verb.click()
    settle()
    plan = page.flow.form
    assert plan.verb.text() == "导入 1 行"
    assert "大小：" in str(plan.model.index(0, 3).data())
    marked = tmp_path / "标记.xlsx"
    plan.marked.emit()
    preview = page._read_file(path, lambda _done, _total: None)
    page.flow.save_marked(path, preview, marked)
    settle()
    assert read_tables(marked)[0].rows[0][-1] == "导入说明"
    plan.verb.click()
    settle()
    assert page.model.rowCount() == 6
    page.desk.undo.open()
    settle()
    history = page.desk.undo.history
    assert history.grid.choose(history.model.rows[0].key)
    assert history.verb.isEnabled()
    history.verb.click()
    settle()
    assert page.desk.undo.form.verb.text() == "撤销 1 行"
    page.desk.undo.form.verb.click()
    settle()
    assert page.model.rowCount() == 5


def test_codes_are_added_and_ended_with_validity(page: CataloguePage, settle: Settle) -> None:
    page.arrive(item_id=101)
    settle()
    page.panel.codes_button.click()
    form = page.desk.codes_form
    line = form.add_line()
    line.system.choose(CodeSystem.APPROVAL)
    line.code.setText("国药准字X1")
    form.verb.click()
    assert "写法不对" in form.problem.text()
    line.code.setText("国药准字H20269999")
    line.start.setText("2026-01-01")
    line.end.setText("2031-01-01")
    form.verb.click()
    settle()
    item = page.panel.item
    assert item is not None
    spans = {row.code: (str(row.valid_from), str(row.valid_to)) for row in item.codes}
    assert spans["国药准字H20269999"] == ("2026-01-01", "2031-01-01")


def test_a_picture_is_attached_shown_saved_and_removed(
    page: CataloguePage, settle: Settle, tmp_path: Path
) -> None:
    picture = tmp_path / "盒.png"
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    assert image.save(str(picture))
    page.arrive(item_id=101)
    settle()
    page.panel.papers_button.click()
    settle()
    form = page.desk.papers_form
    page.desk.add_paper(101, picture)
    settle()
    assert page.panel.papers_button.text() == "附件 1"
    assert form.grid.choose(form.model.rows[0].key)
    settle()
    assert not form.picture.pixmap().isNull()
    copy = tmp_path / "存.png"
    form.verb.click()
    dialog = page.findChild(FileDialog)
    assert isinstance(dialog, FileDialog)
    dialog.fileSelected.emit(str(copy))
    settle()
    assert copy.read_bytes() == picture.read_bytes()
    form.removed.emit(form.model.rows[0].key)
    settle()
    assert form.model.rowCount() == 0


def test_a_version_is_published_and_its_changes_told(
    page: CataloguePage, settle: Settle, tmp_path: Path
) -> None:
    page.arrive(item_id=101)
    settle()
    page.panel.edit_button.click()
    editor = page._form.fields["trade_name"].editor
    editor.setText("阿莫灵")  # type: ignore[attr-defined]
    page._form.verb.click()
    settle()
    page.desk.show_versions(may_edit=True)
    settle()
    form = page.desk.versions_form
    assert "1 个品规改动" in form.note.text()
    assert "商品名 空 → 阿莫灵" in str(form.model.index(0, 3).data())
    path = tmp_path / "改动.xlsx"
    page.desk.save_changes(form, path)
    form.publish.emit()
    settle()
    page.desk.publish_form.verb.click()
    settle()
    assert form.note.text() == "所有改动都已发布。"
    assert form.model.rowCount() == 0
    assert read_tables(path)[0].rows[1][0] == "YP-000101"
