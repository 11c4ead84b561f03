"""标签打印, driven as a store person does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from pytestqt.qtbot import QtBot

from app.adapters import printers
from app.adapters.barcode import decode
from app.adapters.printers import PartlyTakenProblem, PrinterAddress
from app.adapters.zpl import pictures
from app.domain.labels.sheet import Nudge
from app.services.labels.candidates import from_acceptance, recent_acceptances
from app.services.labels.specs import print_history, specs_of
from app.settings import Settings
from app.ui import label_printing
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.label_printing import Outlet, OutletKind
from app.ui.pages.labels.dialogs import NudgeForm, PickForm, StockForm
from app.ui.pages.labels.options_card import nudge_words
from app.ui.pages.labels.page import LabelsPage
from app.ui.pages.labels.rows import COUNT, PER
from app.ui.status import Status
from app.ui.tables.list_model import ListModel
from app.ui.widgets.dialogs import ReasonForm
from app.ui.widgets.resume_form import ResumeForm
from tests.factories import EAST, Site
from tests.services.test_labels import receive
from tests.ui.conftest import Show

Settle = Callable[[], None]
Follow = Callable[[LabelsPage], None]


@pytest.fixture
def follow(qtbot: QtBot, settle: Settle) -> Follow:
    """Wait until the preview has followed the last change."""

    def wait(page: LabelsPage) -> None:
        settle()
        qtbot.waitUntil(lambda: not page.feed.waiting)
        settle()

    return wait


@pytest.fixture
def page(context: PageContext, sqlite_site: Site, show: Show, follow: Follow) -> LabelsPage:
    """The page with 100 boxes of one acceptance, its preview checked."""
    receive(sqlite_site)
    made = show(LabelsPage(context))
    follow(made)
    return made


def edit(model: ListModel, column: str, value: str) -> bool:
    return model.setData(model.index(0, model.positions[column]), value)


def test_the_newest_acceptance_is_proposed_and_every_code_is_read(page: LabelsPage) -> None:
    assert page.goods.title.text() == "来自验收单 YS20261014-001"
    assert page.preview.badge.text() == "10 个条码已自检，可识读"
    assert page.preview.badge.status is Status.OK
    assert page.preview.count.text() == "5 枚 · 1 页"
    assert page.counts() == "1 批 · 5 枚标签"
    assert page.preview.print.isEnabled()


def test_fewer_and_smaller_labels_follow_at_once(
    page: LabelsPage, settle: Settle, follow: Follow
) -> None:
    assert edit(page.goods.model, COUNT, "2")
    follow(page)
    assert page.preview.count.text() == "2 枚 · 1 页"
    assert edit(page.goods.model, PER, "4")
    follow(page)
    assert page.preview.count.text() == "25 枚 · 2 页"
    page.feed.turn(1)
    settle()
    assert page.preview.place.text() == "第 2 / 2 页"
    assert page.perform(Act.UNDO)
    follow(page)
    assert page.preview.count.text() == "2 枚 · 1 页"


def test_what_has_its_labels_stands_behind_what_has_none(
    page: LabelsPage, sqlite_site: Site
) -> None:
    """The one line to print was below those that were done, out of sight."""
    db, actor = sqlite_site.as_("east_store")
    (acceptance,) = recent_acceptances(db, actor, EAST)
    (goods,) = from_acceptance(db, actor, EAST, acceptance.id)
    done = replace(goods, labelled=goods.qty)
    other = replace(goods, lot=replace(goods.lot, item_id=102), lot_no="K26099")
    page.goods._loaded((acceptance, (done, other)))
    assert [one.candidate.lot_no for one in page.state.choices] == ["K26099", "K260318"]
    assert page.counts() == "1 批 · 5 枚标签"


def test_more_labels_than_goods_are_refused_with_the_right_number(page: LabelsPage) -> None:
    assert not edit(page.goods.model, COUNT, "6")
    assert "只够 5 张" in page.context.notices.kept[0].text
    assert not edit(page.goods.model, COUNT, "many")
    assert "不是整数" in page.context.notices.kept[0].text
    assert page.state.wanted[0].count == 5


def test_the_sheet_starts_where_the_person_clicks(page: LabelsPage, follow: Follow) -> None:
    page.preview.area.page.cell_clicked.emit(3)
    follow(page)
    assert page.options.skipped.text() == "前 2 格已用，跳过"
    assert page.feed.pages[0].used == (0, 1)
    page.options.paper.choose("60x40")
    follow(page)
    assert page.preview.count.text() == "5 枚 · 5 页"
    assert not page.options.start.isVisible()


def test_a_print_is_what_the_preview_showed(
    page: LabelsPage, follow: Follow, tmp_path: Path, sqlite_site: Site
) -> None:
    shown = page.feed._now
    assert shown is not None
    page.put_out(Outlet(OutletKind.PDF), tmp_path / "labels.pdf")
    follow(page)
    with pypdfium2.PdfDocument((tmp_path / "labels.pdf").read_bytes()) as document:
        codes = decode(document[0].render(scale=300 / 72).to_pil())
    expected = {
        (c.identifier, c.expected) for one in shown.pages[0].labels for c in one.layout.codes
    }
    assert codes == expected
    (row,) = print_history(*sqlite_site.as_("east_store"), EAST)
    assert (row.count, row.template) == (5, "a4-24")
    assert page.preview.place.text() == "没有标签"
    assert "5 枚标签已送到" in page.context.notices.kept[0].text
    assert page.options.skipped.text() == "前 5 格已用，跳过"
    page.options.paper.choose("60x40")
    page.options.paper.choose("a4-24")
    assert (page.state.options.start, page.save_state()["starts"]) == (6, {"a4-24": 6})
    page.print()
    assert "还没选要打印的标签" in page.context.notices.kept[0].text


def test_a_printer_that_stops_goes_on_from_there(
    page: LabelsPage, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []

    def stop_after_three(
        _address: PrinterAddress, labels: Sequence[bytes], progress: Callable[[int, int], None]
    ) -> str:
        sent.append(len(labels))
        if len(sent) == 1:
            raise PartlyTakenProblem("printer.silent", "前 3 枚已送到，后面的不一定。", 3)
        if len(sent) == 2:
            progress(2, 3)
            page.context.jobs.long_jobs[0].cancel()  # the person stops it: paper comes out skewed
            progress(3, 3)
        return "缺纸，装好纸会接着打出来"

    monkeypatch.setattr(printers, "send_labels", stop_after_three)
    page.options.paper.choose("60x40")
    follow(page)
    page.put_out(Outlet(OutletKind.NETWORK, "127.0.0.1:9100"), Path())
    follow(page)
    assert "前 3 枚已送到" in page.preview.note.text()
    form = next(one for one in page.findChildren(ResumeForm) if one.isVisible())
    form.printed.set_value(form.printed.value - 1)  # the third came out torn
    form.verb.click()
    follow(page)
    form = next(one for one in page.findChildren(ResumeForm) if one.isVisible())
    assert form.printed.value == 4  # three more were handed over, the last one is not sure
    form.verb.click()
    follow(page)
    assert sent == [5, 3, 1]
    last = page.context.notices.kept[0]
    assert ("5 枚标签已送到" in last.text, "缺纸" in last.detail) == (True, True)


def test_a_printer_that_is_off_costs_no_codes(
    page: LabelsPage, follow: Follow, sqlite_site: Site
) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    server.close()
    session = page.context.session
    session.settings = replace(session.settings, printer_host="127.0.0.1", printer_port=port)
    page.options.paper.choose("60x40")
    follow(page)
    page.put_out(Outlet(OutletKind.NETWORK, f"127.0.0.1:{port}"), Path())
    follow(page)
    assert page.preview.badge.status is Status.BAD
    assert "连不上打印机" in page.preview.note.text()
    assert page.preview.print.isEnabled()
    got = bytearray()
    again = socket.create_server(("127.0.0.1", port))

    def take() -> None:
        line, _peer = again.accept()
        with line:
            while chunk := line.recv(65536):
                got.extend(chunk)

    taker = threading.Thread(target=take)
    taker.start()
    with again:
        page.put_out(Outlet(OutletKind.NETWORK, f"127.0.0.1:{port}"), Path())
        follow(page)
        taker.join(5)
    assert len(pictures(got.decode())) == 5
    way = sqlite_site.as_("east_store")
    (row,) = print_history(*way, EAST)
    assert row.count == 5
    (goods,) = from_acceptance(*way, EAST, row.source_id)
    assert goods.labelled == goods.qty


def test_labels_are_printed_again_from_the_history_or_by_a_scan(
    page: LabelsPage,
    settle: Settle,
    follow: Follow,
    tmp_path: Path,
    scan: Callable[[LabelsPage, str], None],
) -> None:
    page.put_out(Outlet(OutletKind.PDF), tmp_path / "labels.pdf")
    follow(page)
    page.goods.choose_reprint()
    settle()
    (form,) = page.findChildren(PickForm)
    form.verb.click()
    follow(page)
    assert page.goods.title.text().startswith("补打 10-14 10:30 的 5 枚")
    assert page.preview.badge.text() == "10 个条码已自检，可识读"
    code = page.feed._now.specs[2].code if page.feed._now else ""
    scan(page, code)
    follow(page)
    assert page.goods.title.text() == f"补打标签 {code}"
    assert page.preview.count.text() == "1 枚 · 1 页"
    page.put_out(Outlet(OutletKind.PDF), tmp_path / "again.pdf")
    follow(page)
    assert page.goods.title.text() == "来自验收单 YS20261014-001"
    scan(page, "YS20261014-001")
    follow(page)
    assert page.state.acceptance_no == "YS20261014-001"
    page.arrive(paper="K260318")  # from a stock row, a count, a transfer, an order
    settle()
    goods = next(one for one in page.findChildren(StockForm) if one.isVisible())
    assert (goods.verb.isEnabled(), goods.reprint.isEnabled()) == (False, True)
    goods.press()
    follow(page)
    assert page.goods.title.text().endswith("K260318")
    assert page.preview.count.text() == "5 枚 · 1 页"


def test_a_strange_scan_says_what_can_be_scanned_here(
    page: LabelsPage, settle: Settle, scan: Callable[[LabelsPage, str], None]
) -> None:
    taken: list[Exception] = []
    page.context.jobs.failed.connect(taken.append)
    scan(page, "6901234567899")
    settle()
    assert "可以扫单号、批号" in str(taken[0])


def test_goods_from_stock_join_the_print(
    page: LabelsPage, settle: Settle, follow: Follow, tmp_path: Path
) -> None:
    assert edit(page.goods.model, COUNT, "2")
    page.goods.add_from_stock("K2603")
    settle()
    (form,) = page.findChildren(StockForm)
    form.verb.click()
    follow(page)
    assert [one.source.value for one in page.state.choices] == ["acceptance", "stock"]
    page.put_out(Outlet(OutletKind.PDF), tmp_path / "labels.pdf")
    follow(page)
    assert page.preview.badge.status is Status.BAD
    assert "只够" in page.preview.note.text()


def test_the_nudge_is_typed_in_millimetres(page: LabelsPage, follow: Follow) -> None:
    page.papers.ask_nudge()
    (form,) = page.findChildren(NudgeForm)
    form.down_edit.setText("half")
    form.verb.click()
    assert not form.down.problem.isHidden()
    form.down_edit.setText("-0.5")
    form.verb.click()
    follow(page)
    assert page.options.nudge.text() == "左 0.0 mm · 上 0.5 mm"
    assert page.save_state()["nudge"] == [0, -5]
    assert nudge_words(Nudge(3, 4)) == "右 0.3 mm · 下 0.4 mm"


def test_a_remembered_paper_comes_back_and_nonsense_does_not_hurt(page: LabelsPage) -> None:
    page.restore_state({"paper": "60x40", "nudge": [1, -2]})
    assert (page.state.options.paper, page.state.options.nudge) == ("60x40", Nudge(1, -2))
    page.restore_state({"paper": "gone", "nudge": "far"})
    assert page.state.options.paper == "60x40"


def test_a_system_printer_gets_the_rasters_dot_for_dot(
    page: LabelsPage, settle: Settle, tmp_path: Path
) -> None:
    from app.services.labels.output import Options, prepare

    assert page.feed._now is not None
    for paper in ("60x40", "a4-24"):
        prepared = prepare(page.feed._now.specs, Options(paper))
        file = tmp_path / f"{paper}.pdf"
        label_printing.print_pages(prepared, file=str(file))
        with pypdfium2.PdfDocument(file.read_bytes()) as document:
            assert len(document) == len(prepared.pages)
            wide, high = document[0].get_size()
            assert round(wide / 72 * 25.4) == prepared.paper.page_width
            assert round(high / 72 * 25.4) == prepared.paper.page_height
            picture = document[0].render(scale=prepared.dpi / 72).to_pil()
        first = prepared.checked.layouts[0].codes[0]
        assert (first.identifier, first.expected) in decode(picture)


def test_outlets_name_the_label_printer_first() -> None:
    found = label_printing.outlets(Settings(printer_host="10.0.0.9"))
    assert found[0].words == "标签打印机 10.0.0.9:9100"
    assert [one.kind for one in found[-2:]] == [OutletKind.PDF, OutletKind.ZPL]


def test_a_label_printer_and_an_a4_sheet_never_go_together(page: LabelsPage) -> None:
    network, system = Outlet(OutletKind.NETWORK, "10.0.0.9:9100"), Outlet(OutletKind.PDF)
    page.options.remember_outlet(network.key)
    page.options.set_outlets((network, system))
    assert page.state.options.paper == "a4-24"
    assert page.options.chosen == system
    page.options.outlet.setCurrentIndex(0)
    assert (page.options.chosen, page.state.options.paper) == (network, "60x40")
    page.options.paper.choose("a4-24")
    assert page.options.chosen == system


def test_a_label_that_was_scanned_is_voided_with_a_reason(
    page: LabelsPage, follow: Follow, sqlite_site: Site, settle: Settle, tmp_path: Path
) -> None:
    page.put_out(Outlet(OutletKind.PDF), tmp_path / "a.pdf")
    follow(page)
    db, actor = sqlite_site.as_("east_store")
    printed = print_history(db, actor, EAST)[0]
    label = specs_of(db, actor, EAST, printed.pack_ids)[0].code
    page.scanned(label)
    settle()
    assert page.goods.void.isVisible()
    page.goods.ask_void()
    form = page.findChild(ReasonForm)
    assert isinstance(form, ReasonForm)
    form.reason.setPlainText("标签撕坏了")
    form.verb.click()
    follow(page)
    assert not page.goods.void.isVisible()
    page.scanned(label)
    settle()
    assert "作废：标签撕坏了" in page.context.notices.kept[0].text
