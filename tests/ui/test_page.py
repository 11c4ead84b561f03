"""What every page does with an answer that comes late, and with another organisation chosen."""

from __future__ import annotations

from app.ui.context import PageContext, Scope
from tests.ui.conftest import ORGS, Show
from tests.ui.test_shell import TrialPage


def scope_of(place: int) -> Scope:
    return Scope((ORGS[place],), ORGS[place].name)


def test_an_answer_is_shown_where_it_was_asked(context: PageContext, show: Show) -> None:
    page, shown = show(TrialPage(context)), list[str]()
    first, answer = context.scope, page.here(shown.append)
    context.scope = scope_of(2)
    answer("of another organisation")
    context.scope = first
    page.hide()
    answer("behind another page")
    page.show()
    answer("here")
    assert shown == ["here"]


def test_a_page_asks_again_when_it_comes_back_to_another_organisation(
    context: PageContext, show: Show
) -> None:
    page = show(TrialPage(context))
    page.shown()
    asked = page.refreshed
    page.shown()
    assert page.refreshed == asked, "nothing has changed"
    context.scope = scope_of(2)
    page.shown()
    assert page.refreshed == asked + 1
    page.shown()
    assert page.refreshed == asked + 1
