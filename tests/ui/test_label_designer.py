"""The label designer, worked by mouse and keys as a store person does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.adapters.barcode import decode
from app.domain.labels.design.arranging import Arrange
from app.domain.labels.design.parts import CodeKind, CodePart, Design, TextPart
from app.services.labels import designs
from app.services.labels.designs import DesignRow
from app.ui.context import PageContext
from app.ui.label_printing import Outlet, OutletKind
from app.ui.pages.labels.designer.properties import CodeGroup, TextGroup
from app.ui.pages.labels.designer.templates import TemplatesForm
from app.ui.pages.labels.designer.window import DesignerForm
from app.ui.pages.labels.page import LabelsPage
from app.ui.status import Status
from tests.factories import EAST, Site
from tests.services.test_labels import receive
from tests.ui.conftest import Show
from tests.ui.forms import form_of

Settle = Callable[[], None]


@pytest.fixture
def page(
    context: PageContext, sqlite_site: Site, show: Show, settle: Settle, qtbot: QtBot
) -> LabelsPage:
    """The page with the goods of one acceptance."""
    receive(sqlite_site)
    made = show(LabelsPage(context))
    settle()
    qtbot.waitUntil(lambda: not made.feed.waiting)
    settle()
    return made


@pytest.fixture
def follow(qtbot: QtBot, settle: Settle) -> Callable[[DesignerForm], None]:
    """Wait until the check has followed the last change."""

    def wait(form: DesignerForm) -> None:
        qtbot.waitUntil(lambda: not form._timer.isActive())
        settle()

    return wait


@pytest.fixture
def form(page: LabelsPage, settle: Settle, follow: Callable[[DesignerForm], None]) -> DesignerForm:
    """The designer with a copy of the 60×40 template."""
    page.papers.templates()
    settle()
    templates = form_of(page, TemplatesForm)
    templates.start.choose("60x40")
    templates._begin()
    made = form_of(page, DesignerForm)
    follow(made)
    return made


def chosen(form: DesignerForm, text: str) -> TextPart:
    """Choose the part that prints this text."""
    part = next(x for x in form.editor.design.parts if isinstance(x, TextPart) and x.text == text)
    form.editor.choose(part.key)
    form.side.show_chosen()
    form.canvas.setFocus()
    return part


def at(form: DesignerForm, x: int, y: int) -> QPoint:
    """A place on the label, in tenths of a millimetre, as a place on the canvas."""
    origin, step = form.canvas._origin(), form.canvas.scale / 10
    return QPoint(round(origin.x() + x * step), round(origin.y() + y * step))


def test_a_copy_of_a_standard_template_is_fine_as_it_is(form: DesignerForm) -> None:
    assert form.badge.text() == "条码都能读回，文字都放得下"
    assert form.badge.status is Status.OK
    assert form.trial.currentText() == "常见的一张"
    assert form.trial.count() > 3  # the goods in sight are offered too


def test_a_part_is_dragged_sized_and_moved_by_keys_and_every_step_is_taken_back(
    form: DesignerForm,
) -> None:
    first = form.editor.design
    canvas = form.canvas
    place = chosen(form, "{place}")
    start, end = at(form, place.x + 50, place.y + 15), at(form, place.x + 52, place.y + 315)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(canvas, start + (end - start) * step / 5)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)
    dragged = form.editor.part
    assert dragged is not None
    assert (dragged.x, dragged.bottom) == (place.x, 400)  # in line, and not beyond the edge
    for key, shift, x in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, place.x + 1),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, place.x + 11),
    ):
        QTest.keyClick(canvas, key, shift)
        assert form.editor.part is not None
        assert form.editor.part.x == x
        assert form.side.place.edits["x"].value == x
    QTest.keyClick(canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert form.editor.part is None
    for _step in range(5):
        QTest.keyClick(form, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert form.editor.design == first
    QTest.keyClick(form, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert form.editor.design.put(dragged) == form.editor.design


def test_several_parts_are_chosen_put_in_line_and_turned(
    form: DesignerForm, follow: Callable[[DesignerForm], None]
) -> None:
    canvas, editor = form.canvas, form.editor
    first = chosen(form, "{place}")
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    other = next(x for x in editor.design.parts if isinstance(x, CodePart))
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier,
                     at(form, other.x + 5, other.y + 5))  # fmt: skip
    assert editor.keys == {first.key, other.key}
    assert "已选 2 个" in form.side.several.text()
    form.tools.order.choose(Arrange.LEFT)
    form.tools.order.activated.emit(0)
    assert len({part.x for part in editor.group}) == 1
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert len(editor.keys) == 1
    QTest.keyClick(form, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(editor.keys) == len(editor.design.parts)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at(form, -20, -10))
    QTest.mouseMove(canvas, at(form, 620, 420))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at(form, 620, 420))
    assert len(editor.keys) == len(editor.design.parts)
    chosen(form, "{lot}")
    before = editor.part
    assert before is not None
    QTest.keyClick(form, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    turned = editor.part
    assert isinstance(turned, TextPart)
    assert (turned.turn, turned.width, turned.height) == (90, before.height, before.width)
    assert form.side.place.turn.value == 90
    form.side.place.turn.choose(180)
    form.side.place.turn.activated.emit(0)
    follow(form)
    assert isinstance(editor.part, TextPart)
    assert (editor.part.turn, editor.part.width) == (180, before.width)


def test_what_does_not_fit_is_said_by_its_field_and_not_saved(
    form: DesignerForm, follow: Callable[[DesignerForm], None], settle: Settle
) -> None:
    chosen(form, "{lot}")
    edit = form.side.place.edits["width"]
    edit.setText("2.0")
    edit.editingFinished.emit()
    follow(form)
    assert form.badge.status is Status.BAD
    assert "「批号」放不下" in form.note.text()
    assert form.canvas.faulty == {"批号"}
    form.verb.click()
    settle()
    assert form.badge.text() == "还没保存"
    assert "「批号」放不下" in form.note.text()
    edit.setText("18")
    edit.editingFinished.emit()
    bars = next(one for one in form.editor.design.parts if isinstance(one, CodePart))
    form.editor.put(replace(bars, width=40, height=40))
    form._changed()
    follow(form)
    assert "条码 GS1 DataMatrix 的框太小" in form.note.text()


def test_properties_bind_fields_and_change_the_kind_of_a_code(form: DesignerForm) -> None:
    form.tools.add("text")
    group = form.side.special
    assert isinstance(group, TextGroup)
    group.text.setText("存放")
    group.text.editingFinished.emit()
    group.insert.choose("storage")
    group._insert()
    text = form.editor.part
    assert isinstance(text, TextPart)
    assert text.text == "存放 {storage}"
    for typed, size in (("0", 1), ("-3", 1), ("1e12", 1_000), ("大", 1_000), ("2.8", 28)):
        group.letters.setText(typed)
        group.letters.editingFinished.emit()
        changed = form.editor.part
        assert isinstance(changed, TextPart)
        assert changed.size == size
    form.tools.codes.choose(CodeKind.QR)
    form.tools._add_code()
    code = form.side.special
    assert isinstance(code, CodeGroup)
    matrix = form.editor.part
    assert isinstance(matrix, CodePart)
    assert matrix.content == "{code}"
    code.kind.choose(CodeKind.EAN)
    code._change_kind()
    bars = form.editor.part
    assert isinstance(bars, CodePart)
    assert bars.content == "{gtin}"
    code.kind.choose(CodeKind.BARS_GS1)
    code._change_kind()
    code.elements["serial"].click()
    chosen = form.editor.part
    assert isinstance(chosen, CodePart)
    assert chosen.content == "item+expiry+lot"


def test_a_label_of_an_own_size_on_a_sheet(form: DesignerForm) -> None:
    label = form.side.label
    assert label.isVisible()
    label.measures.choose((700, 370))
    label._take_size()
    label.sheet.click()
    sheet = form.editor.design.sheet
    assert sheet is not None
    assert (sheet.columns, sheet.rows, sheet.pitch_x, sheet.left) == (3, 8, 700, 0)
    label.edits["rows"].setText("7")
    label.edits["rows"].editingFinished.emit()
    assert form.editor.design.sheet is not None
    assert form.editor.design.sheet.rows == 7
    assert form.editor.undo()


def test_a_saved_template_prints_what_it_showed(
    form: DesignerForm, page: LabelsPage, settle: Settle, qtbot: QtBot, tmp_path: Path,
    sqlite_site: Site,
) -> None:  # fmt: skip
    form.side.label.name.setText("我们的标签")
    form.side.label.name.editingFinished.emit()
    form.tools.add(CodeKind.QR)
    qr = form.editor.part
    assert isinstance(qr, CodePart)
    form.editor.put(replace(qr, x=455, y=160, width=90, height=90, content="{lot}"))
    form.editor.take(_without(form.editor.design, "{place}", "{quantity}", "数量"))
    form.verb.click()
    settle()
    templates = form_of(page, TemplatesForm)
    rows = designs.designs(*sqlite_site.as_("east_store"), EAST)
    assert [(row.name, row.version) for row in rows] == [("我们的标签", 1)]
    templates.reject()
    assert page.options.paper.findText("我们的标签") >= 0
    page.options.paper.choose(rows[0].key)
    qtbot.waitUntil(lambda: not page.feed.waiting)
    settle()
    assert page.preview.badge.text().endswith("可识读")
    page.put_out(Outlet(OutletKind.PDF), tmp_path / "l.pdf")
    settle()
    with pypdfium2.PdfDocument((tmp_path / "l.pdf").read_bytes()) as document:
        seen = decode(document[0].render(scale=203 / 72).to_pil())
    assert {one[0] for one in seen} == {"]C0", "]d2", "]Q1"}
    last = designs.paper_of(*sqlite_site.as_("east_store"), EAST, f"{rows[0].key}@1")
    assert isinstance(last.label, Design)
    assert ("]Q1", "K260318") in seen


def test_a_template_goes_out_as_a_file_and_comes_in_again(
    page: LabelsPage, form: DesignerForm, settle: Settle, tmp_path: Path
) -> None:
    form.verb.click()
    settle()
    templates = form_of(page, TemplatesForm)
    templates.reload()
    settle()
    row = templates.grid.current()
    assert row is not None
    assert isinstance(row.record, DesignRow)
    templates.export(row.record, tmp_path / "t.json")
    settle()
    again = designs.from_file((tmp_path / "t.json").read_bytes())
    assert again == form.editor.design
    (tmp_path / "bad.json").write_text("{}", encoding="utf-8")
    templates.take_file(tmp_path / "bad.json")
    settle()
    assert "不是标签模板文件" in page.context.notices.kept[0].text
    templates.close_chosen()
    settle()
    assert templates.grid.current() is None


def _without(design: Design, *texts: str) -> Design:
    parts = [x for x in design.parts if not (isinstance(x, TextPart) and x.text in texts)]
    return replace(design, parts=tuple(parts))
