"""Two windows on one database: what one does, the other sees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from pytestqt.qtbot import QtBot

from app.domain.ids import new_op
from app.services.consumption import Consume, ConsumeLine, consume
from app.services.news import news_since
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.watcher import Watcher, topics_of
from tests.factories import EAST, WEST, Site
from tests.services.test_consumption import AMOXICILLIN, BOX, receive


def use(site: Site, login: str, org: int) -> None:
    lines = (ConsumeLine(AMOXICILLIN, BOX),)
    consume(*site.as_(login), Consume(new_op(), org, site.world.stores[org], lines))


def test_news_are_what_others_did_where_i_may_look(site: Site) -> None:
    receive(site, EAST, {"A": (9, date(2027, 9, 30))})
    receive(site, WEST, {"A": (9, date(2027, 9, 30))})
    seen = news_since(*site.as_("east_store"), None)
    assert seen.kinds == frozenset()
    use(site, "west_store", WEST)
    use(site, "east_store", EAST)
    mine = news_since(*site.as_("east_store"), seen.heads)
    assert mine.kinds == frozenset()
    use(site, "east_second", EAST)
    assert news_since(*site.as_("east_store"), mine.heads).kinds == {"consumption"}
    assert news_since(*site.as_("east_store"), seen.heads).kinds == {"consumption"}


def test_the_other_window_is_told(
    context: PageContext, sqlite_site: Site, settle: Callable[[], None], qtbot: QtBot
) -> None:
    receive(sqlite_site, EAST, {"A": (9, date(2027, 9, 30))})
    use(sqlite_site, "east_second", EAST)
    told: list[frozenset[str]] = []
    context.changes.happened.connect(told.append)
    watcher = Watcher(context, context.changes, every_ms=60_000)
    settle()
    assert told == []
    use(sqlite_site, "east_second", EAST)
    watcher.look()
    settle()
    assert told == [frozenset({Topic.STOCK, Topic.SETTLEMENT, Topic.DEMAND})]


def test_an_unknown_kind_asks_everything_again() -> None:
    assert topics_of(frozenset({"something"})) == frozenset(str(topic) for topic in Topic)
