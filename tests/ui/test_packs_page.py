"""定数包 by scanner alone: receive, open, ask for the next; wrong codes say what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt

from app.adapters import printers
from app.adapters.printers import PartlyTakenProblem, PrinterAddress
from app.adapters.zpl import pictures
from app.domain.ids import new_op
from app.domain.packs.steps import PackState
from app.services.packs.commands import Define
from app.services.packs.listing import PackRow, scan_pack
from app.services.packs.needs import needs
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.page import Page
from app.ui.pages.packs import page as packs_page
from app.ui.pages.packs.dialogs import BuildForm
from app.ui.pages.packs.page import PacksPage
from app.ui.status import Status
from app.ui.widgets.resume_form import ResumeForm
from tests.factories import EAST, Site
from tests.services.packs.test_packs import built, rule, send, ward
from tests.services.test_consumption import receive
from tests.ui.conftest import Show
from tests.ui.keys import key

Settle = Callable[[], None]
Scan = Callable[[Page, str], None]


@pytest.fixture
def codes(sqlite_site: Site) -> tuple[str, ...]:
    """Two packs: the first on the way to the ward, the second in the store."""
    receive(sqlite_site, EAST, {"A": (20, date(2027, 9, 30))})
    department = ward(sqlite_site)
    made = built(sqlite_site, rule(sqlite_site), 2)
    send(sqlite_site, department, made.pack_ids[0])
    return made.codes


@pytest.fixture
def page(context: PageContext, codes: tuple[str, ...], show: Show, settle: Settle) -> PacksPage:
    assert codes
    made = show(PacksPage(context))
    settle()
    return made


@pytest.fixture(autouse=True)
def calm_hands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scans of these stories are as far apart as a person's, however fast they are typed."""
    monkeypatch.setattr(packs_page, "ECHO_MS", 0)


def result(page: PacksPage) -> tuple[Status, str]:
    shown = page.bar.panel.result
    assert shown is not None
    return shown.status, f"{shown.text} {shown.detail}"


def state(site: Site, code: str) -> PackState:
    return scan_pack(*site.as_("east_store"), EAST, code).state


def test_all_columns_are_seen_on_the_smallest_screen(page: PacksPage, settle: Settle) -> None:
    page.resize(1186, 641)
    settle()
    assert page.grid.model.rowCount() == 2
    assert all(body.horizontalScrollBar().maximum() == 0 for body in page.grid.halves.bodies)


def test_one_scan_is_one_step(
    page: PacksPage, codes: tuple[str, ...], scan: Scan, settle: Settle, sqlite_site: Site
) -> None:
    for word, after in (
        ("接收", PackState.IN_STOCK),
        ("已打开", PackState.CONSUMED),
        ("已要下一包", PackState.CONSUMED),
    ):
        scan(page, codes[0])
        settle()
        status, text = result(page)
        assert (status, word in text) == (Status.OK, True), text
        assert state(sqlite_site, codes[0]) is after
    assert [need.packs for need in needs(*sqlite_site.as_("east_store"), EAST)] == [1]
    scan(page, codes[0])
    settle()
    assert result(page) == (Status.BAD, "这个空包已经要过下一包，没有重复申请 等库房发放即可。")


def test_an_echo_opens_nothing_and_choosing_makes_no_step(
    page: PacksPage, codes: tuple[str, ...], scan: Scan, settle: Settle, sqlite_site: Site,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(packs_page, "ECHO_MS", 60_000)
    for _echo in range(2):
        scan(page, codes[0])
        settle()
    assert "刚扫过，这一下没有计" in result(page)[1]
    assert state(sqlite_site, codes[0]) is PackState.IN_STOCK
    page._show_view("store")
    page.target.choose(packs_page.CHOOSE_ONLY)
    scan(page, codes[0])
    settle()
    current = page.grid.current()
    assert current is not None
    assert isinstance(current.record, PackRow)
    assert current.record.code == codes[0]
    assert page.footer.buttons["return"].isVisibleTo(page)
    assert state(sqlite_site, codes[0]) is PackState.IN_STOCK


def test_the_store_scans_packs_out_to_a_department(
    page: PacksPage, codes: tuple[str, ...], scan: Scan, settle: Settle, sqlite_site: Site
) -> None:
    scan(page, codes[1])
    settle()
    assert result(page)[0] is Status.INFO
    page.target.setCurrentIndex(2)
    scan(page, codes[1])
    settle()
    assert state(sqlite_site, codes[1]) is PackState.ISSUED


def test_opening_can_be_undone(
    page: PacksPage, codes: tuple[str, ...], scan: Scan, settle: Settle, sqlite_site: Site
) -> None:
    for _time in range(2):
        scan(page, codes[0])
        settle()
    assert page.perform(Act.UNDO)
    settle()
    assert state(sqlite_site, codes[0]) is PackState.IN_STOCK
    page.perform(Act.UNDO)
    assert len(page.context.notices.kept) == 1


def test_foreign_codes_are_refused_with_words(page: PacksPage, scan: Scan, settle: Settle) -> None:
    scan(page, "DSB0003261014000001X")
    settle()
    status, text = result(page)
    assert (status, "没有定数包" in text) == (Status.BAD, True)


def test_a_printer_that_stops_goes_on_with_the_same_packs(
    page: PacksPage, codes: tuple[str, ...], settle: Settle, sqlite_site: Site,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    sent: list[tuple[int, int]] = []

    def stop_once(_address: PrinterAddress, labels: Sequence[bytes], **_more: object) -> str:
        (first,) = pictures(labels[0].decode())
        sent.append((len(labels), first.width))
        if len(sent) == 1:
            raise PartlyTakenProblem("printer.silent", "前 1 枚已送到，后面的不一定。", 1)
        return ""

    monkeypatch.setattr(printers, "send_labels", stop_once)
    session = page.context.session
    session.settings = replace(session.settings, printer_host="10.0.0.9", printer_dpi=300)
    db, actor = sqlite_site.as_("east_store")
    page.desk.print_labels(tuple(scan_pack(db, actor, EAST, code).id for code in codes))
    settle()
    (form,) = page.findChildren(ResumeForm)
    form.verb.click()
    settle()
    assert sent == [(2, 709), (1, 709)]  # dots of 60 mm at the printer's own 300 dpi
    assert "2 枚定数包标签" in page.context.notices.kept[0].text


def test_the_footer_offers_only_what_fits(page: PacksPage, settle: Settle) -> None:
    page.grid.choose(page.grid.model.row_at(0).key)  # type: ignore[union-attr]
    settle()
    shown = {name for name, button in page.footer.buttons.items() if button.isVisible()}
    assert shown in ({"receive", "take_back", "lose"}, {"issue", "open", "break", "lose"})


def test_definitions_and_needs_stand_beside(
    page: PacksPage, settle: Settle, sqlite_site: Site
) -> None:
    department = page.target.itemData(1) or 0
    command = Define(new_op(), EAST, 101, 48, int(department) if department else 0, target=5)
    page.desk.define(command)
    settle()
    assert page.rules.model.rowCount() == 1 + bool(department)

    page.rules.focus_rows()
    key(page, Qt.Key.Key_Space)  # the row's link, without the mouse
    form = next(form for form in page.findChildren(BuildForm) if form.isVisible())
    form.verb.click()
    settle()
    (made,) = (row.record for row in page.grid.selected())
    assert isinstance(made, PackRow)
    assert made.state is PackState.IN_STOCK
    assert page.window().focusWidget() is page.bar.field.edit
    assert sqlite_site.is_sqlite
