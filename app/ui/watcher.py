"""Looks every few seconds whether others changed something, and says so to the open pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QObject, QTimer

from app.domain.documents import DocKind
from app.services.news import News, news_since
from app.ui.changes import ALL, Topic
from app.ui.context import PageContext

EVERY_MS: Final = 4_000
_TOPICS: Final[Mapping[str, frozenset[Topic]]] = {
    DocKind.REQUISITION: frozenset({Topic.REQUISITIONS, Topic.DEMAND}),
    DocKind.GROUP_ORDER: frozenset({Topic.ORDERS, Topic.REQUISITIONS}),
    DocKind.MEMBER_ORDER: frozenset({Topic.ORDERS}),
    DocKind.CONTRACT: frozenset({Topic.ORDERS}),
    DocKind.DELIVERY: frozenset({Topic.DELIVERIES}),
    DocKind.ACCEPTANCE: frozenset({Topic.DELIVERIES, Topic.STOCK, Topic.ORDERS}),
    DocKind.CONSUMPTION: frozenset({Topic.STOCK, Topic.SETTLEMENT, Topic.DEMAND}),
    DocKind.STATEMENT: frozenset({Topic.SETTLEMENT}),
    "item": frozenset({Topic.CATALOGUE}),
    "price": frozenset({Topic.PRICES}),
    "price_list": frozenset({Topic.PRICES}),
    "label": frozenset({Topic.LABELS}),
    "pack": frozenset({Topic.LABELS, Topic.STOCK}),
}


class Watcher(QObject):
    """Asks in a reader thread; a failed question is simply asked again later."""

    def __init__(self, context: PageContext, parent: QObject, *, every_ms: int = EVERY_MS) -> None:
        super().__init__(parent)
        self._context = context
        self._seen: Mapping[int, int] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(every_ms)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self.look()

    def look(self) -> None:
        """Ask once."""
        db, actor, seen = self._context.db, self._context.actor, self._seen
        self._context.jobs.read(
            lambda: news_since(db, actor, seen),
            self._take,
            lambda _error: None,
            channel="watcher",
            owner=self,
        )

    def _take(self, news: News) -> None:
        self._seen = news.heads
        self._context.changes.announce(topics_of(news.kinds))


def topics_of(kinds: frozenset[str]) -> frozenset[str]:
    """What pages should ask again; an unknown kind means everything."""
    found: set[Topic] = set()
    for kind in kinds:
        found |= _TOPICS.get(kind, ALL)
    return frozenset(str(topic) for topic in found)
