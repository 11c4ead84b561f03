"""What holds on every screen: buttons say what they do, and why they cannot be pressed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.i18n import use_language
from app.ui.context import PageContext
from app.ui.pages.registry import PAGES, PageSpec
from tests.ui.conftest import Show

HAN = re.compile(r"[\u3400-\u9fff]")
KEEPER, BUYER, SUPPLIER = "east_store", "lead_buyer", "kangze_sales"
BUYERS = {"awards", "group_orders", "savings", "simulator", "replenishment"}
SUPPLIERS = {"home", "negotiation", "awards", "group_orders", "deliveries", "settlement", "start"}
SEEN = [
    (spec, login)
    for spec in PAGES
    for login in (SUPPLIER, BUYER if spec.name in BUYERS else KEEPER)
    if (spec.name in SUPPLIERS if login == SUPPLIER else spec.name != "deliveries")
]


def buttons(page: QWidget) -> list[QAbstractButton]:
    return [one for one in page.findChildren(QAbstractButton) if one.isVisible()]


@pytest.mark.parametrize(("spec", "login"), SEEN, ids=[f"{s.name}-{who}" for s, who in SEEN])
def test_buttons_say_what_they_do_in_both_languages(
    spec: PageSpec,
    login: str,
    context_for: Callable[[str], PageContext],
    show: Show,
    settle: Callable[[], None],
) -> None:
    context = context_for(login)
    assert spec.allowed(context.actor)
    for language in ("zh_CN", "en"):
        use_language(language)
        page = show(spec.make(context))
        settle()
        for one in buttons(page):
            name = one.text() or one.accessibleName()
            assert name, f"{type(one).__name__} says nothing"
            assert one.text() or one.toolTip(), f"{name}: an icon alone needs a tip"
            assert one.isEnabled() or one.toolTip(), f"{name}: cannot be pressed, and no reason"
            if language == "en":
                assert not HAN.search(one.text()), one.text()
        page.hide()


@pytest.mark.parametrize("name", ["receiving", "consumption", "counting", "upkeep", "recall"])
def test_who_only_looks_is_offered_nothing_to_book(
    name: str,
    context_for: Callable[[str], PageContext],
    show: Show,
    settle: Callable[[], None],
) -> None:
    """An administrator who audits sees the store's screens, and no button that would be refused."""
    spec = next(spec for spec in PAGES if spec.name == name)
    page = show(spec.make(context_for("lead_admin")))
    settle()
    verbs = ("开始", "补录", "导入", "登记", "冲销", "提交", "冻结", "生成", "报损")
    offered = [one.text() for one in buttons(page) if one.isEnabled()]
    assert [words for words in offered if words.startswith(verbs) and words != "高值登记"] == []
