"""The look and the small parts: tokens, contrast, formats, fields, dialogs, scan result, charts."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QFileSystemModel,
    QHBoxLayout,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.domain.errors import DomainError
from app.ui import formats, icons, theme
from app.ui.icons import Icon
from app.ui.jobs import JobRunner
from app.ui.status import Status
from app.ui.tables import paint
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.cards import DetailPanel, Facts, toolbar
from app.ui.widgets.charts import BarsChart, Forecast, SegmentBar, StepChart, UseChart
from app.ui.widgets.dialogs import Form, Question, ReasonForm, TypeToConfirm, confirm
from app.ui.widgets.fields import CodeEdit, Field, Select, check_all
from app.ui.widgets.files import FileDialog
from app.ui.widgets.item_picker import Found, ItemPicker
from app.ui.widgets.numbers import ExpiryEdit, MoneyEdit, QtyEdit, expiry_text, read_expiry
from app.ui.widgets.scan_edit import ScanBar, ScanResult
from app.ui.widgets.text import Text

Settle = Callable[[], None]


def luminance(colour: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(p) for p in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_words_and_shapes_can_be_read_on_every_ground(dark: bool) -> None:
    theme.apply(dark=dark)
    for ground in ("surface", "app", "selected"):
        for words in ("text", "text2", "text3", "primary"):
            assert contrast(theme.colour(words), theme.colour(ground)) >= 4.5, (words, ground)
        for status in Status:
            assert contrast(status.text, theme.colour(ground)) >= 4.5, (status, ground)
    for status in Status:
        assert contrast(status.text, status.tint) >= 4.5, status
        assert contrast(status.fill, theme.colour("surface")) >= 3, status
    assert contrast(theme.colour("field"), theme.colour("surface")) >= 3
    assert contrast(theme.colour("onPrimary"), theme.colour("primary")) >= 4.5


def test_text_grows_with_density_and_never_falls_below_12() -> None:
    sizes = []
    for density in theme.Density:
        theme.apply(density_now=density)
        sizes.append((theme.px(15), theme.sizes().control))
        assert theme.px(12) >= 12
    assert sizes == [(14, 30), (15, 36), (18, 46)]


def test_no_token_is_left_in_the_style_sheet() -> None:
    assert "@" not in theme.style_sheet()


def test_every_icon_has_an_outline() -> None:
    for icon in Icon:
        box = icons.outline(icon).boundingRect()
        assert 0 <= box.left() < box.right() <= 1, icon
        assert 0 <= box.top() < box.bottom() <= 1, icon


def test_values_read_as_the_design_says() -> None:
    today = date(2026, 10, 14)
    assert formats.amount(Decimal("-1234.5")) == "−1,234.50"
    assert formats.yuan(Decimal("1234.5")) == "¥1,234.50"
    assert formats.yuan(Decimal(-3)) == "−¥3.00"
    assert formats.total(Decimal(7264000)) == "¥726.4 万"
    assert [formats.price(Decimal(p)) for p in ("0.3250", "11.9000", "5")] == [
        "0.325",
        "11.90",
        "5.00",
    ]
    assert formats.percent(185, 1000) == "18.5%"
    assert (formats.percent(1, 0), formats.day(None), formats.number(0)) == ("—", "—", "0")
    assert formats.minute(datetime(2026, 10, 14, 9, 20), today) == "09:20"  # noqa: DTZ001 - shown
    assert formats.left(date(2026, 9, 30), today) == "过 14 天"
    assert formats.left(date(2028, 2, 29), today) == "16 个月"
    assert formats.trace_code("81345678901234567890") == "8134 5678 9012 3456 7890"


@pytest.mark.parametrize(
    ("expiry", "status"),
    [
        (date(2026, 10, 13), Status.BAD),
        (date(2026, 10, 14), Status.NEAR),
        (date(2027, 1, 13), Status.NEAR),
        (date(2027, 1, 14), Status.WARN),
        (date(2027, 4, 13), Status.WARN),
        (date(2027, 4, 14), None),
        (None, Status.MUTE),
    ],
)
def test_expiry_bands(expiry: date | None, status: Status | None) -> None:
    assert formats.expiry_status(expiry, date(2026, 10, 14)) is status


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_an_expiry_that_is_shown_reads_back_the_same(expiry: date) -> None:
    assert read_expiry(expiry_text(expiry)) == expiry


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2027-03", date(2027, 3, 31)),
        ("202703", date(2027, 3, 31)),
        ("270331", date(2027, 3, 31)),
        ("２０２７－０３", date(2027, 3, 31)),
        ("2028.02.29", date(2028, 2, 29)),
    ],
)
def test_expiries_are_read_as_people_type_them(typed: str, read: date, qtbot: QtBot) -> None:
    edit = ExpiryEdit()
    qtbot.addWidget(edit)
    edit.setText(typed)
    if typed == "270331":
        assert edit.expiry() == date(2027, 3, 31)
    assert edit.expiry() == read


@pytest.mark.parametrize("typed", ["", "2027", "2027-13", "2027-02-30", "明年"])
def test_an_expiry_that_cannot_be_read_says_which_forms_can(typed: str) -> None:
    with pytest.raises(DomainError, match="2027-03"):
        read_expiry(typed)


@pytest.mark.parametrize("height", [240, 900])
def test_the_parts_of_a_panel_are_as_high_as_their_wrapped_words(qtbot: QtBot, height: int) -> None:
    panel = DetailPanel(250)
    qtbot.addWidget(panel)
    facts = Facts()
    words = Text("近 90 天没用过，望岳近期没用过，凭批准文件调剂；文件随单留存。" * 2, wrap=True)
    for part in (facts, words):
        panel.content.addWidget(part)
    facts.show_facts((("富余", "84 盒"), ("其中到期用不完", "84 盒"), ("× 单价", "19.54 / 盒")))
    panel.resize(250, height)
    panel.show()
    qtbot.waitUntil(lambda: facts.height() >= facts.heightForWidth(facts.width()))
    assert words.height() >= words.heightForWidth(words.width())
    assert words.y() <= facts.y() + facts.height() + 20, "they stand at the top"


def test_a_field_keeps_its_line_when_its_neighbour_has_something_to_say(qtbot: QtBot) -> None:
    row = QWidget()
    qtbot.addWidget(row)
    layout = QHBoxLayout(row)
    quiet, wrong = Field("科室", Select([(1, "所有科室")])), Field("每包几个", CodeEdit())
    layout.addWidget(quiet)
    layout.addWidget(wrong)
    row.show()
    before = quiet.editor.y()
    wrong.say("请填整数，如 20。")
    qtbot.waitUntil(lambda: quiet.height() > quiet.sizeHint().height())
    assert quiet.editor.y() == wrong.editor.y() == before


def test_what_is_being_mended_is_not_wrong_any_more(qtbot: QtBot) -> None:
    words, choice = QPlainTextEdit(), Select([(1, "合格"), (2, "不合格")])
    for editor in (words, choice):
        field = Field("结果", editor)
        qtbot.addWidget(field)
        field.show()
        field.say("还没写清。")
        QTest.keyClick(editor, Qt.Key.Key_A if editor is words else Qt.Key.Key_Down)
        assert not field.problem.text


@pytest.mark.parametrize("unit", ["盒", "片", "包装", "最小单位", "pack"])
@pytest.mark.parametrize("density", list(theme.Density))
def test_a_quantity_shows_its_unit_whole_where_room_is_short(
    qtbot: QtBot, unit: str, density: theme.Density
) -> None:
    theme.apply(density_now=density)
    edit = QtyEdit(unit)
    qtbot.addWidget(edit)
    edit.set_value(1200)
    edit.resize(edit.minimumSizeHint())
    edit.show()
    line = edit.edit
    figures = line.fontMetrics().horizontalAdvance("1200")
    words = paint.width_of(unit, theme.px(15), bold=False)
    assert figures + words < line.width()
    left = (line.width() - line.textMargins().right() - figures) // 2
    assert left >= 0
    assert left + figures + words < line.width(), "the unit is not cut"


def test_more_than_there_is_is_not_handed_over_cut_down(qtbot: QtBot) -> None:
    """5000 typed, 2000 there, Enter: 2000 was taken without a word."""
    host = QWidget()
    qtbot.addWidget(host)
    host.show()
    form = Form("验收", "完成验收", host)
    edit = QtyEdit("支", most=2000)
    field = Field("收", edit)
    form.body.addWidget(field)
    form.open()
    taken: list[int] = []
    form.accepted.connect(lambda: taken.append(edit.value))
    edit.edit.selectAll()
    QTest.keyClicks(edit.edit, "5000")
    QTest.keyClick(edit.edit, Qt.Key.Key_Return)
    assert not taken
    assert field.problem.text == "最多 2000：填的 5000 已改成 2000，请核对。"
    edit.edit.selectAll()
    QTest.keyClicks(edit.edit, "1500")
    assert not field.problem.text
    QTest.keyClick(edit.edit, Qt.Key.Key_Return)
    assert taken == [1500]


def test_quantity_by_buttons_keys_and_typing(qtbot: QtBot) -> None:
    edit = QtyEdit("盒")
    qtbot.addWidget(edit)
    edit.show()
    told: list[int] = []
    edit.changed.connect(told.append)
    edit.plus.click()
    QTest.keyClick(edit.edit, Qt.Key.Key_Up)
    edit.minus.click()
    edit.edit.setText("６０")
    QTest.keyClick(edit.edit, Qt.Key.Key_Return)
    edit.edit.insert("很多")
    QTest.keyClicks(edit.edit, "-x")
    QTest.keyClick(edit.edit, Qt.Key.Key_Return)
    assert told == [1, 2, 1, 60], "what is no figure does not appear"
    assert edit.edit.text() == "60"


def test_money_is_read_with_separators_and_refused_beyond_four_places(qtbot: QtBot) -> None:
    edit = MoneyEdit()
    qtbot.addWidget(edit)
    edit.setText("¥1,234.5")
    assert edit.amount() == Decimal("1234.5")
    edit.set_amount(Decimal("0.3250"))
    assert edit.text() == "0.325"
    edit.setText("0.32505")
    with pytest.raises(DomainError):
        edit.amount()


def test_the_first_field_that_is_wrong_gets_the_focus(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    first, second = Field("批号", CodeEdit(), parent=host), Field("数量", CodeEdit(), parent=host)
    second.move(0, 100)
    host.show()
    host.activateWindow()

    def refuse() -> None:
        raise DomainError("lot.missing", "还没填批号。扫包装上的码，或手动输入。")

    assert not check_all([(first, refuse), (second, lambda: None)])
    assert first.problem.text == "还没填批号。扫包装上的码，或手动输入。"
    assert second.problem.text == ""
    assert check_all([(first, lambda: None)])
    assert first.problem.text == ""


def test_a_choice_keeps_its_value_when_its_entries_change(qtbot: QtBot) -> None:
    select = Select([(1, "甲"), (2, "乙")])
    qtbot.addWidget(select)
    select.choose(2)
    select.set_entries([(3, "丙"), (2, "乙")])
    assert select.value == 2


def test_a_scan_is_shown_remembered_and_its_quantity_kept(qtbot: QtBot) -> None:
    bar = ScanBar()
    qtbot.addWidget(bar)
    bar.sound = False
    bar.show()
    codes: list[str] = []
    bar.scanned.connect(codes.append)
    bar.take("6901234500011")
    QTest.keyClicks(bar.field.edit, "12*")
    QTest.keyClick(bar.field.edit, Qt.Key.Key_Return)  # typed as a code is: it waits for one
    bar.take("6901234500011")
    assert codes == ["6901234500011", "12*6901234500011"]
    bar.show_result(ScanResult(Status.BAD, "已过期，不能入库", "按 F9 登记拒收"))
    for number in range(5):
        bar.show_result(ScanResult(Status.OK, f"已收 +1，共 {number} 盒"))
    shown = [result.text for _at, result in bar.recent.shown]
    assert "已过期，不能入库" in shown
    assert len(shown) == 3
    bar.recent.handled()
    assert "已过期，不能入库" not in [result.text for _at, result in bar.recent.shown]
    assert bar.panel.accessibleDescription().startswith("已收 +1，共 4 盒")


def test_scan_fields_keep_the_input_method_out(qtbot: QtBot) -> None:
    bar = ScanBar()
    qtbot.addWidget(bar)
    assert not bar.field.edit.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def test_what_destroys_has_its_safe_button_in_focus(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.show()
    done: list[int] = []
    question = Question("清空？", "全部删除。", "清空", "再想想", danger=True)
    form = confirm(host, question, lambda: done.append(1))
    assert form.cancel.isDefault()
    assert not form.verb.isDefault()
    form.cancel.click()
    assert done == []
    form = confirm(host, question, lambda: done.append(1))
    form.verb.click()
    assert done == [1]


def test_a_reason_must_be_long_enough(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.show()
    form = ReasonForm("拒签", "写明原因后退回。" * 12, "拒签", host, least=10)
    form.open()
    layout = form.layout()
    assert layout is not None
    assert form.height() >= layout.totalHeightForWidth(form.width()), "nothing is cut off"
    form.reason.setPlainText("太贵")
    form.verb.click()
    assert form.field.problem.text == "请写明原因，至少 10 个字，现在 2 个字。"
    form.reason.setPlainText("注射器价格与旧合同不符")
    with qtbot.waitSignal(form.accepted):
        form.verb.click()


def test_the_word_must_be_typed_for_what_cannot_be_taken_back(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.show()
    form = TypeToConfirm("清空演示数据", "全部删除。", "清空", "清空", host)
    form.open()
    assert form.focusWidget() is form.edit, "the first field has the keys, not a button"
    form.verb.setFocus()
    form.verb.click()
    assert "清空" in form.field.problem.text
    assert form.focusWidget() is form.edit, "and again after a refusal"
    form.edit.setText("清空")
    form.activateWindow()
    with qtbot.waitSignal(form.accepted):
        QTest.keyClick(form.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_an_item_is_picked_with_arrows_and_enter(
    jobs: JobRunner, settle: Settle, qtbot: QtBot
) -> None:
    def search(needle: str) -> list[Found]:
        if needle.isdigit():
            return [Found(9, "扫到的品规")]
        return [Found(n, f"{needle}{n}", "0.25 g") for n in range(3)]

    form = Form("借用", "发出", None)
    picker = ItemPicker(search, jobs)
    form.body.addWidget(picker)
    qtbot.addWidget(form)
    with qtbot.waitExposed(form):
        form.show()
    form.activateWindow()
    picker.setFocus()
    qtbot.waitUntil(picker.hasFocus)
    picked: list[object] = []
    picker.picked.connect(picked.append)
    QTest.keyClicks(picker, "amxl")
    settle()
    QTest.keyClick(picker, Qt.Key.Key_Down)
    QTest.keyClick(picker, Qt.Key.Key_Return)
    assert picked == [1]
    assert picker.text() == "amxl1"
    picker.selectAll()
    QTest.keyClicks(picker, "06999900107381")  # a scan: Enter comes before the answer
    QTest.keyClick(picker, Qt.Key.Key_Return)
    settle()
    assert picked == [1, 9], "and the form was not sent with the item chosen before"
    assert form.isVisible()
    QTest.keyClicks(picker, "abc")
    settle()
    form.verb.setFocus()
    assert picker.text() == "扫到的品规", "what stands there is what was chosen"


def test_charts_say_in_words_what_they_paint(qtbot: QtBot) -> None:
    bars, steps, use, parts = BarsChart(), StepChart(), UseChart(), SegmentBar()
    for chart in (bars, steps, use, parts):
        qtbot.addWidget(chart)
        chart.resize(300, 120)
    bars.show_bars([("5月", 7.2, "7.2"), ("6月", 8.9, "8.9")])
    steps.show_steps([("2025-04", 14.6, "14.60"), ("2026-10", 11.9, "11.90")])
    use.show_use([1, 2, 3], [Forecast(2, 1, 4)], ("过去", "未来"))
    parts.show_parts([(Status.OK, 3, "相符 3"), (Status.NEAR, 1, "差异 1")], 12)
    for chart in (bars, steps, use, parts):
        assert not chart.grab().isNull()
    assert bars.accessibleName() == "5月 7.2，6月 8.9"
    assert steps.accessibleName() == "2025-04 14.60，2026-10 11.90"
    assert use.accessibleName() == "过去 1 2 3；未来 2"
    assert parts.accessibleName() == "相符 3，差异 1"


def test_a_button_grows_with_the_text(qtbot: QtBot) -> None:
    button = Button("完成本行", key="F10")
    qtbot.addWidget(button)
    before = button.sizeHint()
    theme.apply(density_now=theme.Density.LARGE)
    assert button.sizeHint().height() == 46
    assert button.sizeHint().width() > before.width()


def test_where_room_is_short_icons_stay_and_words_leave(qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    plain, first = Button("按批号"), Button("列设置", icon=Icon.COLUMNS)
    last = Button("导出", icon=Icon.DOWNLOAD)
    main = Button("扫码消耗", ButtonKind.PRIMARY, icon=Icon.BARCODE)
    row = toolbar(plain, None, first, last, main)
    box.setLayout(row)
    box.show()
    whole = row.sizeHint().width()

    def look(width: int) -> list[bool]:
        box.resize(width, 60)
        QApplication.processEvents()
        assert row.sizeHint().width() == whole, "the row still asks for all words"
        ends = [one.geometry() for one in (plain, first, last, main)]
        assert all(one.right() < two.left() for one, two in pairwise(ends)), "nothing lies over"
        assert ends[-1].right() < width
        return [one.short for one in (plain, first, last, main)]

    assert look(whole) == [False] * 4
    assert look(whole - 20) == [False, True, False, False]
    assert first.toolTip() == "列设置"
    assert look(row.minimumSize().width()) == [False, True, True, False]
    assert look(whole) == [False] * 4
    assert first.toolTip() == ""


def test_choosing_a_file_beside_the_database_keeps_its_locks(qtbot: QtBot, tmp_path: Path) -> None:
    """Qt's own dialog looked into each file; SQLite's locks went, and with them what was saved."""
    file = tmp_path / "group.db"
    other = (
        "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT * FROM t').fetchall()"
    )
    with closing(sqlite3.connect(file)) as ours:
        ours.execute("PRAGMA journal_mode=WAL")
        ours.execute("CREATE TABLE t (n)")
        ours.commit()
        dialog = FileDialog(None, "存到哪里", str(tmp_path))
        qtbot.addWidget(dialog)
        dialog.show()
        listed = dialog.findChild(QFileSystemModel)
        assert isinstance(listed, QFileSystemModel)
        where = listed.index(str(tmp_path))
        qtbot.waitUntil(lambda: listed.rowCount(where) >= 1)
        qtbot.wait(400)  # icons come after the names
        subprocess.run([sys.executable, "-c", other, str(file)], check=True)
        assert (tmp_path / "group.db-wal").exists()
