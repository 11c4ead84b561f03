"""工作台: the work of each duty, counted from real documents, and the figures beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.ids import new_op
from app.i18n import use_language
from app.models.order import MemberOrder
from app.models.receiving import Delivery, DeliveryLine
from app.services import home
from app.services.counting.count import Key, Record, StartCount, record, start, submit
from app.services.counting.disposal import Ask, Decide, Goods, ask, decide, disposals
from app.services.counting.heads import CountStep
from app.services.home import Kind, Urgency
from app.services.orders.changing import Urge, urge
from app.services.recalls.recall import Start, start as recall_start
from app.ui.context import PageContext
from app.ui.pages.home import wording
from app.ui.pages.home.page import HomePage
from tests.factories import EAST, KANGZE, LEAD, NOW, TODAY, WEST, Site
from tests.lots import find_or_make_lot
from tests.order_needs import open_order, order_of
from tests.services.test_consumption import receive
from tests.ui.conftest import Show

Settle = Callable[[], None]


def make_work(site: Site) -> None:
    """A delivery that waits, an order to sign whose time is over, an expired lot with stock."""
    from app.models.stock import Balance

    with site.owner.write() as s:
        s.add(
            Delivery(
                org_id=EAST, id=501, no="SH1", supplier_id=KANGZE, place_id=site.world.stores[EAST],
                status="announced", created_at=NOW, created_by=1,
            )
        )  # fmt: skip
        s.flush()
        s.add(
            DeliveryLine(
                org_id=EAST, delivery_id=501, line=1, item_id=101, qty=240, price_factor=24
            )
        )
        s.add(
            MemberOrder(
                org_id=EAST, id=601, no="DD1", lead_id=LEAD, group_order_id=1, supplier_id=KANGZE,
                place_id=site.world.stores[EAST], status="to_sign", amount=Decimal("123.45"),
                sign_by=NOW - timedelta(hours=2), digest=b"\0" * 32, created_at=NOW,
            )
        )  # fmt: skip
        lot = find_or_make_lot(s, 101, "OLD1", TODAY - timedelta(days=14))
        s.add(
            Balance(
                org_id=EAST, place_id=site.world.stores[EAST], item_id=101, lot_id=lot,
                owner_id=EAST, qty=48,
            )
        )  # fmt: skip


def test_each_duty_sees_its_own_work_worst_first(sqlite_site: Site) -> None:
    make_work(sqlite_site)
    keeper = home.work(*sqlite_site.as_("east_store"), (EAST,))
    head = home.work(*sqlite_site.as_("east_head"), (EAST,))
    other = home.work(*sqlite_site.as_("west_store"), (EAST,))
    assert [(item.kind, item.urgency) for item in keeper] == [
        (Kind.EXPIRED, Urgency.NOW),
        (Kind.TO_RECEIVE, Urgency.TODAY),
    ]
    assert [(item.kind, item.urgency, item.amount) for item in head] == [
        (Kind.TO_SIGN, Urgency.NOW, Decimal("123.45"))
    ]
    assert other == ()


def test_the_keepers_are_told_of_recalls_counts_and_write_offs(sqlite_site: Site) -> None:
    lots = receive(sqlite_site, EAST, {"A": (2, date(2027, 9, 30))})
    me, other = sqlite_site.as_("east_store"), sqlite_site.as_("east_second")
    where = (sqlite_site.world.bins[EAST], 101, lots["A"], KANGZE)
    done = start(*me, StartCount(new_op(), EAST, tolerance=9))
    record(*me, Record(new_op(), EAST, done.count_id, Key(*where), 24))
    submit(*me, CountStep(new_op(), EAST, done.count_id, done.version))
    ask(*me, Ask(new_op(), EAST, (Goods(*where, 24),), "damaged", "跌落破损"))
    notice = Start(new_op(), (lots["A"],), 2, "召回通知 2026-10", "装量不合格")
    recall_start(*sqlite_site.as_("lead_buyer"), notice)

    def told(login: str, org: int = EAST) -> dict[Kind, tuple[int, str]]:
        found = home.work(*sqlite_site.as_(login), (org,))
        return {item.kind: (item.count, item.page) for item in found}

    assert told("east_store") == {Kind.RECALLS: (1, "recall")}
    assert told("east_second") == {
        Kind.RECALLS: (1, "recall"),
        Kind.COUNTS_TO_APPROVE: (1, "counting"),
        Kind.DISPOSALS_TO_APPROVE: (1, "counting"),
    }
    assert set(told("east_head")) == {Kind.COUNTS_TO_APPROVE, Kind.DISPOSALS_TO_APPROVE}
    assert told("west_store", WEST) == {Kind.RECALLS: (1, "recall")}
    paper = disposals(*other, [EAST])[0]
    decide(*other, Decide(new_op(), EAST, paper.id, paper.version))
    assert told("east_store")[Kind.DISPOSALS_TO_CARRY] == (1, "counting")


def test_badges_count_the_work_of_each_screen(sqlite_site: Site) -> None:
    make_work(sqlite_site)
    found = home.badges(*sqlite_site.as_("east_store"), (EAST,))
    assert found.counts == {"stock": 1, "receiving": 1, "home": 2}
    assert found.urgent == frozenset({"home"})


def test_figures_value_stock_at_the_price_in_force(sqlite_site: Site) -> None:
    make_work(sqlite_site)
    found = home.figures(*sqlite_site.as_("east_store"), (EAST,))
    assert found.stock_value == Decimal("7.72")
    assert (found.expired.lots, found.later.lots) == (1, 0)
    assert found.days_of_stock is None
    assert [use.month for use in found.months][-1] == date(2026, 10, 1)


def test_the_page_words_the_work_and_its_buttons_lead_there(
    context: PageContext, sqlite_site: Site, show: Show, settle: Settle
) -> None:
    make_work(sqlite_site)
    went: list[object] = []
    context.perform = went.append
    page = show(HomePage(context))
    page.setFocus()
    settle()
    assert page.subtitle() == "2026-10-14 星期三"
    reached = [QApplication.focusWidget()]
    for _step in range(2):
        QTest.keyClick(reached[-1] or page, Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    assert reached == [*(line.button for line in page.work.lines), page.figures.look]
    page.work.lines[1].button.setFocus()
    page.refresh()
    settle()
    assert page.work.in_hand() is Kind.TO_RECEIVE, "news leave the keys where they were"
    texts = [line.button.accessibleName() for line in page.work.lines]
    assert texts == ["去下架，已过期药品待下架 1", "开始验收，到货待验收 1"]
    page.work.lines[1].button.click()
    assert went == ["receive"]
    assert page.figures.stock.number.text() == "8"


def test_a_quiet_day_says_so(context: PageContext, show: Show, settle: Settle) -> None:
    page = show(HomePage(context))
    settle()
    assert page.state.isVisible()
    assert "今天没有等你处理的事" in page.state.words.text()


def test_an_urged_order_says_who_urged_and_opens(
    context_for: Callable[[str], PageContext], sqlite_site: Site, show: Show, settle: Settle
) -> None:
    open_order(sqlite_site)
    mine = order_of(sqlite_site, EAST, KANGZE)
    urge(*sqlite_site.as_("lead_buyer"), Urge(new_op(), ((EAST, mine.id),)))
    context = context_for("east_head")
    went: list[tuple[str, dict[str, object]]] = []
    context.navigate = lambda name, **given: went.append((name, given))
    page = show(HomePage(context))
    settle()
    line = page.work.lines[0]
    assert "陈采 10:30 催签" in wording.detail(line.item, TODAY)
    line.button.click()
    assert went == [("group_orders", {"member_order_id": mine.id, "org_id": EAST})]


def test_what_is_counted_reads_right_in_both_languages() -> None:
    """One document, two documents: the unit stands beside the number without it."""

    def units(count: int) -> str:
        return wording.unit_of(home.WorkItem(Kind.TO_RECEIVE, count, Urgency.TODAY))

    assert (units(1), units(2)) == ("单", "单")
    use_language("en")
    assert (units(1), units(1_200)) == ("doc", "docs")
