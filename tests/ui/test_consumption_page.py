"""消耗登记 by scanner and keyboard: scan, twice, wrong, too much, post, take back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select, update

from app.domain.consumption.reagents import Mode, Rule
from app.domain.errors import EnvironmentProblem
from app.domain.ids import new_op
from app.models.item import Item
from app.models.pack import Pack
from app.services.consumption.case_listing import cases
from app.services.consumption.reagent_listing import kits
from app.services.consumption.reagents import DefineReagent, define
from app.ui.actions import Act
from app.ui.binding import BindForm
from app.ui.context import PageContext
from app.ui.page import Page
from app.ui.pages.consumption.page import ConsumptionPage
from app.ui.status import Status
from tests.factories import EAST, GOODS, Site
from tests.services.consumption.test_cases import shelf
from tests.services.consumption.test_reagents import REAGENT, counted, opened
from tests.services.test_consumption import label, on_hand, receive
from tests.ui.conftest import Show

GTIN = GOODS[0].gtin
Settle = Callable[[], None]
Scan = Callable[[Page, str], None]


@pytest.fixture
def page(context: PageContext, lots: dict[str, int], show: Show, settle: Settle) -> ConsumptionPage:
    """The page of the storekeeper, with goods on the shelf."""
    assert lots
    made = show(ConsumptionPage(context))
    settle()
    return made


@pytest.fixture
def lots(sqlite_site: Site) -> dict[str, int]:
    """Forty boxes of one lot and one expired box on the shelf."""
    return receive(
        sqlite_site, EAST, {"K1": (40, date(2027, 9, 30)), "OLD": (1, date(2026, 9, 30))}
    )


def shown(page: ConsumptionPage) -> tuple[Status, str]:
    result = page.use.bar.recent.shown[0][1]
    return result.status, result.text


def quantities(page: ConsumptionPage) -> list[str]:
    model = page.use.lines.model
    return [str(model.index(row, 4).data()) for row in range(model.rowCount())]


def test_scan_twice_undo_and_post(
    context: PageContext, sqlite_site: Site, lots: dict[str, int], show: Show, settle: Settle,
    scan: Scan,
) -> None:  # fmt: skip
    page = show(ConsumptionPage(context))
    settle()
    for code in (GTIN, f"2*{GTIN}"):
        scan(page, code)
        settle()
    assert quantities(page) == ["3 盒"]
    assert shown(page) == (Status.OK, "已扫 3 盒")
    page.perform(Act.UNDO)
    assert quantities(page) == ["1 盒"]
    page.perform(Act.FINISH)
    page.perform(Act.FINISH)  # pressed twice
    scan(page, GTIN)  # a scanner does not wait until it is saved
    scan(page, GTIN)
    settle()
    assert quantities(page) == ["2 盒"]
    assert [one[1].text[:18] for one in page.use.bar.recent.shown] == [
        "已扫 2 盒", "已扫 1 盒", "已登记 XH20261014-001",
    ]  # fmt: skip
    assert on_hand(sqlite_site, lots["K1"]) == 39 * 24
    assert str(page.use.recent.grid.model.index(0, 0).data()).startswith("XH20261014-001")


def test_a_scan_without_the_server_is_told_where_the_eye_is(
    page: ConsumptionPage, settle: Settle, scan: Scan
) -> None:
    scan(page, GTIN)
    settle()
    page.use._failed(EnvironmentProblem("db.offline", "连不上集团主库。网络恢复后请重试。"))
    assert shown(page) == (Status.BAD, "连不上集团主库")
    assert quantities(page) == ["1 盒"]


def test_a_label_counts_once(
    context: PageContext, sqlite_site: Site, lots: dict[str, int], show: Show, settle: Settle,
    scan: Scan,
) -> None:  # fmt: skip
    pack = label(sqlite_site, lots["K1"], 20)
    code = "0002261014000016"
    with sqlite_site.owner.write() as s:
        from app.domain.codes import label_code

        code = label_code.build(2, date(2026, 10, 14), 1)
        s.scalars(select(Pack).where(Pack.id == pack)).one().code = code
    page = show(ConsumptionPage(context))
    settle()
    for _twice in range(2):
        scan(page, code)
        settle()
    assert quantities(page) == ["20 盒"]
    assert shown(page) == (Status.BAD, "这个标签已经在本单里，没有重复计数")
    page.perform(Act.FINISH)
    settle()
    scan(page, code)
    settle()
    assert "已由 李药 登记过" in shown(page)[1]
    assert on_hand(sqlite_site, lots["K1"]) == 20 * 24


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("6901234567892", "没找到 06901234567892"),
        (f"(01){GTIN}(17)270930(10)NOSUCH", "批号 NOSUCH 这里没有库存"),
        (f"50*{GTIN}", "可用 40 盒，要用 51 盒"),
        ("'; DROP TABLE item", "没找到"),
    ],
)
def test_wrong_scans_say_what_to_do_and_lose_nothing(
    page: ConsumptionPage, settle: Settle, scan: Scan, code: str, words: str
) -> None:
    scan(page, GTIN)
    settle()
    page.use.scan(code)
    settle()
    assert shown(page)[0] is Status.BAD
    assert words in shown(page)[1]
    assert quantities(page) == ["1 盒"]


def test_an_expired_lot_is_not_posted(
    context: PageContext, sqlite_site: Site, lots: dict[str, int], show: Show, settle: Settle,
    scan: Scan,
) -> None:  # fmt: skip
    page = show(ConsumptionPage(context))
    settle()
    scan(page, f"(01){GTIN}(17)260930(10)OLD")
    settle()
    assert shown(page) == (Status.BAD, "已过期，不能使用")
    assert quantities(page) == []
    page.perform(Act.FINISH)
    settle()
    assert shown(page)[1] == "还没有要登记的消耗"
    assert on_hand(sqlite_site, lots["OLD"]) == 24


def test_an_unknown_code_is_given_to_an_item_right_there(
    page: ConsumptionPage, scan: Scan, settle: Settle
) -> None:
    page.use.bar.sound = False
    scan(page, "KZ-778899")
    settle()
    assert page.use.bar.bind.isVisible()
    page.use.bar.bind.click()
    form = page.window().findChild(BindForm)
    assert isinstance(form, BindForm)
    form.verb.click()
    assert "还没选品规" in form.item_field.problem.text
    form.picker.picked.emit(form._search("amxl")[0].value)
    form.verb.click()
    settle()
    assert quantities(page) == ["1 盒"]
    assert not page.use.bar.bind.isVisible()


def test_every_view_opens_and_says_what_is_missing(page: ConsumptionPage, settle: Settle) -> None:
    page.arrive(view="case")
    settle()
    page.perform(Act.FINISH)
    settle()
    assert "不写患者姓名" in page.cases.fields["病例号"].problem.text
    page.arrive(view="reagent")
    settle()
    page.perform(Act.NEW)
    assert page.reagents.bar.recent.shown[0][1].text == "还没有设试剂"
    page.arrive(view="dispense")
    settle()
    assert page.dispense.grid.model.rowCount() == 0
    page.arrive(view="trigger")
    settle()
    assert page.triggers.button.isHidden()


def test_a_case_by_scanner(
    context: PageContext, sqlite_site: Site, show: Show, settle: Settle, scan: Scan
) -> None:
    lot = shelf(sqlite_site)
    page = show(ConsumptionPage(context))
    page.arrive(view="case")
    settle()
    page.cases.case_no.setText("ZY1014-03")
    page.cases.operation.setText("冠脉支架置入")
    page.cases.doctor.setText("D1007")
    for code in (f"(01){GOODS[3].gtin}(17)280630(10)Z1(21)S1",) * 2:
        page.cases.scan(code)
        settle()
    assert page.cases.bar.recent.shown[0][1].status is Status.BAD
    assert page.cases.lines.model.rowCount() == 1
    page.perform(Act.FINISH)
    settle()
    assert on_hand(sqlite_site, lot) == 2
    page.cases.documents.choose(cases(*sqlite_site.as_("east_store"), (EAST,))[0].document_id)
    page.cases.documents.opened.emit(page.cases.documents.current())
    form = page.cases.form
    assert form is not None
    form.code.setText(f"(01){GOODS[3].gtin}(17)280630(10)Z1(21)S2")
    form.verb.click()
    settle()
    assert "这张单里没有" in form.code_field.problem.text
    form.code.setText(f"(01){GOODS[3].gtin}(17)280630(10)Z1(21)S1")
    form.verb.click()
    settle()
    assert on_hand(sqlite_site, lot) == 3


def test_part_of_a_document_comes_back(
    page: ConsumptionPage, sqlite_site: Site, lots: dict[str, int], settle: Settle, scan: Scan
) -> None:
    scan(page, f"2*{GTIN}")
    settle()
    page.perform(Act.FINISH)
    settle()
    documents = page.use.recent.grid
    documents.opened.emit(documents.model.row_at(0))
    settle()
    form = page.use.recent.refund
    assert form is not None
    form.lot.setText("OLD")
    form.reason.setText("退药")
    form.verb.click()
    assert "批号 K1" in form.lot_field.problem.text
    form.lot.setText("K1")
    form.qty.set_value(999)
    form.verb.click()
    assert "不能多于用的" in form.qty_field.problem.text
    form.qty.set_value(24)
    form.verb.click()
    settle()
    assert on_hand(sqlite_site, lots["K1"]) == 39 * 24


def test_a_typed_run_is_taken_back(
    page: ConsumptionPage, sqlite_site: Site, settle: Settle
) -> None:
    with sqlite_site.owner.write() as s:
        s.execute(update(Item).where(Item.id == REAGENT).values(item_class="reagent"))
    store = sqlite_site.as_("east_store")
    define(*store, DefineReagent(new_op(), EAST, REAGENT, Rule(Mode.KIT, 24)))
    opened(sqlite_site)
    counted(sqlite_site, 7, "B1")
    page.arrive(view="reagent")
    page.reagents.booked_button.click()
    settle()
    form = page.reagents.booked.form
    assert form is not None
    form.grid.link_clicked.emit(form.model.rows[0], "act")
    reason = page.reagents.booked.reason
    assert reason is not None
    reason.reason.setPlainText("样本号录错")
    reason.verb.click()
    settle()
    assert page.reagents.bar.recent.shown[0][1].text == "已撤销 1 条计数"
    assert [kit.used for kit in kits(*store, (EAST,))] == [0]
