"""A narcotic at the counter: the window asks for the second person and then does the same."""

from __future__ import annotations

from collections.abc import Callable

from app.services.counting.controlled import controlled_ledger
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.page import Page
from app.ui.pages.consumption.page import ConsumptionPage
from app.ui.widgets.dialogs import ReasonForm
from app.ui.widgets.second_form import SecondForm
from tests.factories import EAST, GOODS, Site
from tests.second_persons import with_passwords
from tests.transfer_world import PETHIDINE, stock
from tests.ui.conftest import Show

Settle = Callable[[], None]
CODE = next(one.gtin for one in GOODS if one.id == PETHIDINE)


def asked(page: Page) -> SecondForm:
    """The question that is open."""
    (form,) = (one for one in page.findChildren(SecondForm) if one.isVisible())
    return form


def answer(page: Page, login: str, password: str) -> None:
    form = asked(page)
    form.login.setText(login)
    form.password.setText(password)
    form.verb.click()


def ledger(site: Site) -> list[tuple[int, int, str]]:
    rows = controlled_ledger(*site.as_("east_store"), EAST)[1:]
    return [(row.came, row.went, row.second) for row in rows]


def test_the_second_person_is_asked_for_until_it_is_proved(
    context: PageContext, sqlite_site: Site, show: Show, settle: Settle,
    scan: Callable[[Page, str], None],
) -> None:  # fmt: skip
    stock(sqlite_site, EAST, PETHIDINE, 10)
    word = with_passwords(sqlite_site, "east_second")
    page = show(ConsumptionPage(context))
    settle()
    scan(page, CODE)
    settle()
    page.perform(Act.FINISH)
    settle()
    asked(page).reject()
    settle()
    assert "1 行" in page.unsaved(), "going back keeps the list"
    scan(page, CODE)
    settle()
    page.perform(Act.FINISH)
    settle()
    answer(page, "east_second", "not-the-password")
    settle()
    assert ledger(sqlite_site) == []
    answer(page, "east_second", word)
    settle()
    assert ledger(sqlite_site) == [(0, 2, "孙复")]
    assert page.unsaved() == ""
    assert page.use.bar.recent.shown[0][1].text.startswith("已登记 XH")

    page.use.recent.grid.link_clicked.emit(page.use.recent.grid.model.row_at(0), "act")
    form = page.findChild(ReasonForm)
    assert form is not None
    form.reason.setPlainText("患者没有用")
    form.verb.click()
    settle()
    answer(page, "east_second", word)
    settle()
    assert ledger(sqlite_site)[1:] == [(2, 0, "孙复")]
