"""收货验收 by scanner and keyboard, without a mouse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.documents import State
from app.domain.receiving.work import Refusal, Result, result_of
from app.services.receiving.commands import DeliverLine, MadeDelivery
from app.services.receiving.drafts import open_delivery
from app.services.receiving.queries import find_delivery
from app.services.receiving.typing_notes import find_goods
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.pages.receiving.dialogs import BindForm, ColdForm, RefuseForm
from app.ui.pages.receiving.note_making import NoteForm
from app.ui.pages.receiving.page import ReceivingPage
from app.ui.status import Status
from app.ui.widgets.dialogs import Form, ReasonForm
from app.ui.widgets.scan_filter import ScanFilter
from tests.deliveries import (
    AMOXICILLIN,
    EXPIRY,
    INSULIN,
    SYRINGE,
    command,
    counted,
    gs1,
    note,
    signed_order,
    stock_of,
)
from tests.factories import EAST, KANGZE, RUIHE, Site
from tests.ui.conftest import Show, type_fast

Scan = Callable[[ReceivingPage, str], None]
Settle = Callable[[], None]


@pytest.fixture
def made(sqlite_site: Site) -> MadeDelivery:
    lines = (
        DeliverLine(AMOXICILLIN, 2400),
        DeliverLine(SYRINGE, 10, unit_price=Decimal("0.3250")),
        DeliverLine(INSULIN, 2),
    )
    return note(sqlite_site, {}, lines=lines, no="SH20261014-002")


@pytest.fixture
def page(context: PageContext, show: Show, settle: Settle, made: MadeDelivery) -> ReceivingPage:
    shown = show(ReceivingPage(context))
    settle()
    return shown


@pytest.fixture
def reader(settle: Settle) -> Scan:
    """Types scans into the real window; a busy machine may type them slowly."""

    def read(page: ReceivingPage, code: str) -> None:
        scanner = ScanFilter(page, gap_ms=2_000)
        scanner.scanned.connect(page.context.scans.route)
        type_fast(page, code, scanner)
        settle()

    return read


@pytest.fixture
def working(page: ReceivingPage, reader: Scan) -> ReceivingPage:
    reader(page, "SH20261014-002")
    return page


def told(page: ReceivingPage) -> str:
    result = page.view.bar.panel.result
    return f"{result.text}｜{result.detail}" if result else ""


def form_of(kind: type[Form]) -> Form:
    found = [one for one in QApplication.allWidgets() if isinstance(one, kind)]
    shown = [one for one in found if one.isVisible()]
    assert len(shown) == 1, f"{kind.__name__}: {len(shown)} shown"
    return shown[0]


def accepted(page: ReceivingPage) -> list[int]:
    return [entry.accepted for entry in page.counting.work.entries]


def test_the_notes_bar_code_opens_it(working: ReceivingPage) -> None:
    assert working.working
    assert working.view.lines.number.text() == "送货单 SH20261014-002"
    assert working.view.lines.model.rowCount() == 3
    assert working.view.bar.field.edit.hasFocus()
    assert working.subtitle() == "SH20261014-002 · 康泽"
    assert told(working).startswith("先收冷链品｜门冬胰岛素注射液")
    assert working.counting.current is not None
    assert working.counting.current.item_id == INSULIN
    QTest.keyClick(working, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert isinstance(form_of(ColdForm), ColdForm)


def test_enter_on_a_row_opens_it_too(page: ReceivingPage, settle: Settle) -> None:
    page.list.grid.focus_rows()
    QTest.keyClick(page.list.grid.halves.right, Qt.Key.Key_Return)
    settle()
    assert page.working


def test_arrows_and_enter_work_from_the_scan_field(page: ReceivingPage, settle: Settle) -> None:
    field = page.list.bar.field.edit
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert field.hasFocus()
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle()
    assert page.working


def test_an_unknown_number_is_told(page: ReceivingPage, reader: Scan) -> None:
    reader(page, "SH20990101-009")
    result = page.list.bar.panel.result
    assert result is not None
    assert "没有送货单 SH20990101-009" in result.detail


def test_scans_count_whatever_has_the_focus(working: ReceivingPage, reader: Scan) -> None:
    working.view.panel.lot.setFocus()
    reader(working, gs1(AMOXICILLIN, "K260318", serial="S1"))
    assert told(working) == "已收 +1，共 1 盒｜阿莫西林胶囊 · 批号 K260318 · 有效期至 2028-02"
    reader(working, f"59*{gs1(AMOXICILLIN, 'K260318')}")
    assert told(working).startswith("已收 +59，共 60 盒")
    panel = working.view.panel
    assert (panel.lot.text(), panel.expiry.text(), panel.qty.value) == ("K260318", "2028-02", 60)
    assert panel.qty_field.hint.text() == "应收 100 盒，还差 40 盒"
    assert panel.badge.text() == "正在收 第 1 行"
    assert working.view.lines.model.rows[0].cells[-1].text == "扫码中"  # type: ignore[union-attr]


def test_a_pack_scanned_twice_counts_once(working: ReceivingPage, reader: Scan) -> None:
    for _time in range(2):
        reader(working, gs1(AMOXICILLIN, "K1", serial="S1"))
    assert accepted(working) == [24, 0, 0]


def test_an_expired_lot_is_refused_by_f9(
    working: ReceivingPage, reader: Scan, settle: Settle, sqlite_site: Site
) -> None:
    reader(working, gs1(AMOXICILLIN, "C250911", date(2026, 9, 30)))
    result = working.view.bar.panel.result
    assert result is not None
    assert (result.status, result.text) == (Status.BAD, "已过期，不能入库")
    assert accepted(working) == [0, 0, 0]
    working.perform(Act.DIFFERENCE)
    form = form_of(RefuseForm)
    assert isinstance(form, RefuseForm)
    assert form.reason.value == Refusal.EXPIRED
    form.qty.set_value(100)
    form.verb.click()
    entry = working.counting.work.entries[0]
    assert (entry.refused, entry.lot_no, entry.expiry) == (2400, "C250911", date(2026, 9, 30))
    assert stock_of(sqlite_site) == {}


def test_an_unknown_code_is_bound_and_counted(
    working: ReceivingPage, reader: Scan, settle: Settle
) -> None:
    reader(working, "6901234567892")
    assert told(working).startswith("没找到 6901234567892")
    assert [button.text() for button in working.view.choices.buttons] == ["关联到品规", "忽略"]
    working.view.choices.buttons[0].click()
    form = form_of(BindForm)
    assert isinstance(form, BindForm)
    form.goods.choose(SYRINGE)
    form.verb.click()
    settle()
    assert accepted(working) == [0, 1, 0]


def test_too_many_are_sent_back_with_a_key(working: ReceivingPage, reader: Scan) -> None:
    reader(working, f"110*{gs1(AMOXICILLIN, 'K1')}")
    assert told(working).startswith("多出 10 盒")
    working.view.choices.keys[1].activated.emit()
    entry = working.counting.work.entries[0]
    assert (entry.accepted, entry.refused) == (2400, 240)
    assert not working.view.choices.isVisible()


def test_undo_takes_back_the_last_scan(working: ReceivingPage, reader: Scan) -> None:
    reader(working, gs1(AMOXICILLIN, "K1"))
    reader(working, gs1(AMOXICILLIN, "K1"))
    assert working.perform(Act.UNDO)
    assert accepted(working) == [24, 0, 0]
    assert working.perform(Act.REDO)
    assert accepted(working) == [48, 0, 0]


def test_undo_in_an_empty_scan_field_is_the_page_s(working: ReceivingPage) -> None:
    """A line editor takes Ctrl+Z for itself: in the scan field no scan could be undone by key."""
    field = working.view.bar.field.edit
    for typed, taken in (("", False), ("12*", True)):
        field.setText(typed)
        wish = QKeyEvent(
            QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier
        )
        wish.ignore()
        QApplication.sendEvent(field, wish)
        assert wish.isAccepted() == taken


def test_typed_letters_reach_the_field_and_find_the_line(
    working: ReceivingPage, settle: Settle
) -> None:
    field = working.view.bar.field.edit
    field.setText("注射器")
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle()
    assert told(working).startswith("第 2 行：一次性使用无菌注射器")
    assert working.counting.work.current == 2
    assert accepted(working) == [0, 0, 0]


def test_a_month_typed_into_the_expiry_runs_to_its_end(working: ReceivingPage) -> None:
    panel = working.view.panel
    working.counting.choose(1)
    panel.lot.setFocus()
    QTest.keyClicks(panel.lot, "K9")
    QTest.keyClick(panel.lot, Qt.Key.Key_Return)
    QTest.keyClicks(panel.expiry, "2028-02")
    QTest.keyClick(panel.expiry, Qt.Key.Key_Return)
    entry = working.counting.work.entries[0]
    assert (entry.lot_no, entry.expiry) == ("K9", EXPIRY)
    assert working.view.bar.field.edit.hasFocus()


def test_an_expired_date_typed_is_refused_under_its_field(working: ReceivingPage) -> None:
    panel = working.view.panel
    panel.expiry.setFocus()
    QTest.keyClicks(panel.expiry, "2026-09")
    QTest.keyClick(panel.expiry, Qt.Key.Key_Return)
    assert "已过期，不能入库" in panel.expiry_field.problem.text
    assert working.counting.work.entries[0].expiry is None


def test_completed_by_keys_alone(
    working: ReceivingPage, reader: Scan, settle: Settle, sqlite_site: Site, qtbot: QtBot
) -> None:
    reader(working, f"98*{gs1(AMOXICILLIN, 'K1')}")
    working.perform(Act.SUBMIT)
    entries = working.counting.work.entries
    assert result_of(working.counting.work, entries[0]) is Result.SHORT
    assert working.counting.work.current == 2
    reader(working, f"10*{gs1(SYRINGE, 'Z1')}")
    reader(working, f"2*{gs1(INSULIN, 'N1')}")
    assert "还没登记" in told(working)
    working.perform(Act.FINISH)
    cold = form_of(ColdForm)
    assert isinstance(cold, ColdForm)
    cold.verb.click()
    assert cold.isVisible()
    for edit, text in (
        (cold.started, "0720"), (cold.arrived, "0920"),
        (cold.temperature, "9.5"), (cold.record, "LOG-7"),
    ):  # fmt: skip
        edit.setText(text)
    cold.verb.click()
    assert "应在 2–8 ℃" in told(working)
    QTest.keyClick(working, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    again = form_of(ColdForm)
    assert isinstance(again, ColdForm)
    again.temperature.setText("4.5")
    again.verb.click()
    working.perform(Act.FINISH)
    question = form_of(Form)
    QTest.keyClick(question.verb, Qt.Key.Key_Return)
    settle()
    assert not working.working
    assert stock_of(sqlite_site) == {
        (AMOXICILLIN, KANGZE): 98 * 24,
        (SYRINGE, KANGZE): 10,
        (INSULIN, KANGZE): 2,
    }
    row = find_delivery(*sqlite_site.as_("east_store"), "SH20261014-002")
    assert row.state == State.ACCEPTED
    working.perform(Act.PRINT)  # the record just made, though the list shows other notes
    settle()
    assert f"{row.acceptance_no}.pdf" in working.context.notices.kept[0].text


def test_what_was_counted_is_kept_though_the_posting_was_refused(
    working: ReceivingPage, reader: Scan, settle: Settle, qtbot: QtBot
) -> None:
    reader(working, gs1(INSULIN, "N1"))
    working.counting.complete()
    settle()
    assert working.counting.dirty
    qtbot.waitUntil(lambda: not working.counting.dirty)


def test_a_note_by_hand_counts_what_is_scanned_again_and_is_made_once(
    page: ReceivingPage, settle: Settle, sqlite_site: Site
) -> None:
    page.perform(Act.NEW)
    settle()
    form = form_of(NoteForm)
    assert isinstance(form, NoteForm)
    assert form.grid.overlay.panel.isVisible()
    assert "带出未到货的订单" in form.grid.overlay.panel.words.text()
    form.verb.click()
    assert "至少录一行" in form.refusal.text
    assert form.picker.hasFocus()
    (hit,) = find_goods(*sqlite_site.as_("east_store"), "HC-000104")
    for _scan in range(3):
        form.picker.picked.emit(hit)
    form.no.setText("HAND-1")
    form.verb.click()
    form.verb.click()
    settle()
    row = find_delivery(*sqlite_site.as_("east_store"), "HAND-1")
    db, actor = sqlite_site.as_("east_store")
    opened = open_delivery(db, actor, row.org_id, row.id)
    assert [line.qty for line in opened.note.lines] == [3]


def test_goods_that_the_supplier_announced_are_doubted_on_a_note_by_hand(
    page: ReceivingPage, settle: Settle, sqlite_site: Site, made: MadeDelivery
) -> None:
    page.perform(Act.NEW)
    settle()
    form = form_of(NoteForm)
    assert isinstance(form, NoteForm)
    form.supplier.choose(KANGZE)
    form.picker.picked.emit(find_goods(*sqlite_site.as_("east_store"), "YP-000102")[0])
    settle()
    assert form.doubt.isHidden()
    form.picker.picked.emit(find_goods(*sqlite_site.as_("east_store"), "YP-000101")[0])
    settle()
    assert f"在途的送货单 {made.no}，上面也有阿莫西林胶囊。是不是同一批" in form.doubt.text()
    form.supplier.choose(RUIHE)
    settle()
    assert form.doubt.isHidden()


def test_near_expiry_asks_for_its_reason(
    working: ReceivingPage, reader: Scan, settle: Settle, sqlite_site: Site
) -> None:
    reader(working, f"100*{gs1(AMOXICILLIN, 'K1', date(2027, 1, 31))}")
    assert told(working).startswith("效期近")
    working.perform(Act.FINISH)
    form = form_of(ReasonForm)
    assert isinstance(form, ReasonForm)
    form.reason.setPlainText("急用，两周用完")
    form.verb.click()
    assert working.counting.work.entries[0].reason == "急用，两周用完"
    question = form_of(Form)
    assert "还有 2 行没有收齐" in working.finishing.effect()
    question.reject()
    assert stock_of(sqlite_site) == {}


def test_what_was_counted_survives_a_kill(
    working: ReceivingPage,
    reader: Scan,
    settle: Settle,
    context: PageContext,
    show: Show,
) -> None:
    reader(working, gs1(AMOXICILLIN, "K1", serial="S1"))
    working.counting.save()
    settle()
    assert not working.counting.dirty
    fresh = show(ReceivingPage(context))
    settle()
    reader(fresh, "SH20261014-002")
    assert accepted(fresh) == [24, 0, 0]


def test_esc_goes_back_to_the_list_and_keeps_what_was_counted(
    working: ReceivingPage, reader: Scan, settle: Settle
) -> None:
    reader(working, gs1(AMOXICILLIN, "K1"))
    QTest.keyClick(working.view.bar.field.edit, Qt.Key.Key_Escape)
    settle()
    assert not working.working
    reader(working, "SH20261014-002")
    assert accepted(working) == [24, 0, 0]


def test_another_window_was_first(
    working: ReceivingPage, reader: Scan, settle: Settle, sqlite_site: Site, made: MadeDelivery
) -> None:
    from app.services.receiving.receive import receive

    reader(working, f"5*{gs1(AMOXICILLIN, 'K1')}")
    entries = counted(sqlite_site, made, f"7*{gs1(AMOXICILLIN, 'K1')}")
    receive(*sqlite_site.as_("east_second"), command(made, entries))
    working.perform(Act.FINISH)
    form_of(Form).accept()
    settle()
    result = working.list.bar.panel.result
    assert result is not None
    assert "孙复" in result.detail
    assert "没有重复入库" in result.detail
    assert stock_of(sqlite_site) == {(AMOXICILLIN, KANGZE): 7 * 24}


def test_an_empty_list_says_how_to_begin(context: PageContext, show: Show, settle: Settle) -> None:
    shown = show(ReceivingPage(context))
    settle()
    assert "到货后扫送货单条码即可开始" in shown.list.grid.overlay.empty_text


def test_the_orders_number_stands_in_the_head(
    context: PageContext, show: Show, settle: Settle, sqlite_site: Site, reader: Scan
) -> None:
    signed_order(sqlite_site, {AMOXICILLIN: 10})
    note(sqlite_site, {AMOXICILLIN: 10}, no="SH20261014-003")
    shown = show(ReceivingPage(context))
    settle()
    reader(shown, "SH20261014-003")
    assert "采购单 CG20261014-001" in shown.view.lines.about.text()
    assert shown.counting.opened.note.org_id == EAST
