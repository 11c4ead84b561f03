"""库存 by keyboard: lights, search, sums, movements, export."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from app.domain.ids import new_op
from app.services.counting.disposal import disposals
from app.services.stock.listing import PlainQuery, stock_rows
from app.services.stock.moving import (
    AddPlace,
    MoveGoods,
    MoveLine,
    add_place,
    move_goods,
    targets,
)
from app.services.stock.places import PlaceRow
from app.ui.actions import Act
from app.ui.context import PageContext, Scope
from app.ui.disposal_form import DisposalForm
from app.ui.pages.stock import moves_panel
from app.ui.pages.stock.move_form import MoveForm
from app.ui.pages.stock.page import StockPage
from app.ui.tables.exporting import export_to
from tests.deliveries import gs1
from tests.factories import EAST, Site
from tests.services.test_consumption import AMOXICILLIN, receive
from tests.ui.conftest import ORGS, Show


def texts(page: StockPage, column: int) -> list[str]:
    model = page.lots.model
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def ready(site: Site) -> None:
    receive(
        site,
        EAST,
        {"OLD": (2, date(2026, 9, 30)), "SOON": (3, date(2026, 12, 31)), "LONG": (9, None)},
    )


def test_lots_stand_by_expiry_with_a_word_for_each_light(
    context: PageContext, sqlite_site: Site, show: Show, settle: Callable[[], None]
) -> None:
    ready(sqlite_site)
    page = show(StockPage(context))
    settle()
    assert texts(page, 2) == ["OLD", "SOON", "LONG"]
    assert texts(page, 8) == ["不能用，待下架", "先用这批", "补填效期"]
    assert texts(page, 5) == ["2 盒", "3 盒", "9 盒"]
    assert page.subtitle().startswith("3 批 · ¥54.04")


def test_another_organisation_chosen_elsewhere_is_that_of_the_lots(
    context_for: Callable[[str], PageContext],
    sqlite_site: Site,
    show: Show,
    settle: Callable[[], None],
) -> None:
    """Behind another page it stayed with the lots of the organisation chosen before."""
    ready(sqlite_site)
    context = context_for("lead_buyer")
    context.scope = Scope((ORGS[1],), ORGS[1].name)
    page = show(StockPage(context))
    settle()
    assert len(texts(page, 2)) == 3
    page.hide()
    context.scope = Scope((ORGS[2],), ORGS[2].name)
    page.show()
    page.shown()
    settle()
    assert texts(page, 2) == []


def test_where_to_move_a_lot_is_not_asked_behind_another_page(
    context: PageContext,
    sqlite_site: Site,
    show: Show,
    settle: Callable[[], None],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ready(sqlite_site)
    asked, go = Event(), Event()

    def late(*wanted: object) -> tuple[PlaceRow, ...]:
        asked.set()
        assert go.wait(60)
        return targets(*wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(moves_panel, "targets", late)
    page = show(StockPage(context))
    settle()
    page.lots.opened.emit(page.lots.model.row_at(1))
    page.moves.move_button.click()
    qtbot.waitUntil(asked.is_set)
    page.hide()
    go.set()
    settle()
    assert not page.findChildren(MoveForm)


def test_f6_shows_what_is_expired(
    context: PageContext, sqlite_site: Site, show: Show, settle: Callable[[], None]
) -> None:
    ready(sqlite_site)
    page = show(StockPage(context))
    settle()
    assert page.perform(Act.EXPIRED)
    settle()
    assert texts(page, 2) == ["OLD"]
    page.perform(Act.FILTERS)
    settle()
    page.search.setText("soon")
    settle()
    assert texts(page, 2) == ["SOON"]
    page.context.scans.route(gs1(AMOXICILLIN, "LONG", date(2027, 9, 30)))  # the lot, not the text
    settle()
    assert texts(page, 2) == ["LONG"]


def test_enter_opens_the_movements_of_a_lot(
    context: PageContext, sqlite_site: Site, show: Show, settle: Callable[[], None]
) -> None:
    ready(sqlite_site)
    page = show(StockPage(context))
    settle()
    row = page.lots.model.row_at(1)
    page.lots.opened.emit(row)
    settle()
    moves = page.moves.moves.model
    assert page.moves.isVisible()
    assert "验收入库 · 李药" in str(moves.index(0, 0).data())
    assert str(moves.index(0, 1).data()) == "+3 盒"


def test_sums_by_item_and_by_member(
    context: PageContext, sqlite_site: Site, show: Show, settle: Callable[[], None]
) -> None:
    ready(sqlite_site)
    page = show(StockPage(context))
    page.modes.buttons()[1].click()
    settle()
    model = page.items.model
    assert [str(model.index(0, column).data()) for column in (1, 2, 3)] == ["3", "14 盒", "54.04"]
    page.modes.buttons()[2].click()
    settle()
    assert str(page.members.model.index(0, 0).data()) == "城东"


def test_export_writes_every_row_of_the_filter(
    context: PageContext, sqlite_site: Site, show: Show, settle: Callable[[], None],
    tmp_path: Path, qtbot: QtBot,
) -> None:  # fmt: skip
    ready(sqlite_site)
    page = show(StockPage(context))
    settle()
    file = tmp_path / "stock.csv"
    export_to(page, page.lots, file, "库存")
    qtbot.waitUntil(file.is_file)
    settle()
    with file.open(encoding="utf-8-sig", newline="") as opened:
        lines = list(csv.DictReader(opened))
    assert [line["批号"] for line in lines] == ["OLD", "SOON", "LONG"]
    assert lines[0]["有效期至"] == "2026-09-30"
    assert lines[0]["金额（元）"] == "7.72"


def test_a_lot_is_moved_to_another_place(
    context: PageContext, sqlite_site: Site, show: Show, settle: Callable[[], None]
) -> None:
    receive(sqlite_site, EAST, {"M1": (4, date(2027, 9, 30))})
    bad = add_place(
        *sqlite_site.as_("east_store"), AddPlace(new_op(), EAST, "BHG", "不合格区", "zone", "bad")
    )
    page = show(StockPage(context))
    settle()
    row = page.lots.model.row_at(0)
    assert row is not None
    page._open(row)
    page.moves.move_button.click()
    settle()
    form = page.findChild(MoveForm)
    assert form is not None
    form.place.choose(bad)
    form.count.set_value(0)
    form.verb.click()
    assert form.isVisible(), "nothing is moved, and what was chosen stays"
    form.count.set_value(3)
    form.verb.click()
    settle()
    rows = stock_rows(*sqlite_site.as_("east_store"), (EAST,), PlainQuery())
    assert {(x.place, x.qty) for x in rows} == {("不合格区", 72), ("药房 A-01-1", 24)}


def test_a_move_that_is_refused_stays_as_typed(
    context: PageContext, sqlite_site: Site, show: Show, settle: Callable[[], None]
) -> None:
    """Out of 不合格区 wants a reason: the form says so, and the same press then moves it."""
    receive(sqlite_site, EAST, {"M1": (4, date(2027, 9, 30))})
    keeper = sqlite_site.as_("east_store")
    bad = add_place(*keeper, AddPlace(new_op(), EAST, "BHG", "不合格区", "zone", "bad"))
    lot = stock_rows(*keeper, (EAST,), PlainQuery())[0]
    line = MoveLine(lot.item_id, lot.lot_id, lot.owner_id, lot.place_id, bad, 3 * 24)
    move_goods(*keeper, MoveGoods(new_op(), EAST, (line,), ""))
    page = show(StockPage(context))
    settle()
    (row,) = (
        row for n in range(2) if (row := page.lots.model.row_at(n)) and "不合格区" in row.cells
    )
    page._open(row)
    page.moves.move_button.click()
    settle()
    form = page.findChild(MoveForm)
    assert form is not None
    form.count.set_value(2)
    form.verb.click()
    settle()
    assert "理由" in form.refusal.text
    assert form.count.value == 2
    form.reason.setText("复检合格")
    form.verb.click()
    settle()
    left = stock_rows(*keeper, (EAST,), PlainQuery())
    assert {(x.place, x.qty) for x in left} == {("不合格区", 24), ("药房 A-01-1", 72)}


def test_a_lot_is_written_off_where_it_is_seen(
    context: PageContext, sqlite_site: Site, show: Show, settle: Callable[[], None]
) -> None:
    receive(sqlite_site, EAST, {"M1": (4, date(2027, 9, 30))})
    page = show(StockPage(context))
    settle()
    row = page.lots.model.row_at(0)
    assert row is not None
    page._open(row)
    page.moves.write_off_button.click()
    form = page.findChild(DisposalForm)
    assert form is not None
    form.count.setText("3+2")
    form.reason.setText("包装破损漏液")
    form.verb.click()
    settle()
    (paper,) = disposals(*sqlite_site.as_("east_store"), (EAST,))
    assert (paper.kind, paper.reason) == ("write_off", "包装破损漏液")
    assert "3 盒" in paper.goods
