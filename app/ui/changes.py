"""One signal for "something changed": pages that show it ask again, hidden ones note it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from PySide6.QtCore import QObject, Signal


class Topic(StrEnum):
    """What can change; a service's result says which."""

    CATALOGUE = "catalogue"
    MAPPING = "mapping"
    FORMULARY = "formulary"
    PRICES = "prices"
    NEGOTIATION = "negotiation"
    DEMAND = "demand"
    REQUISITIONS = "requisitions"
    ORDERS = "orders"
    DELIVERIES = "deliveries"
    STOCK = "stock"
    LABELS = "labels"
    SETTLEMENT = "settlement"
    TRANSFERS = "transfers"
    PEOPLE = "people"
    SETTINGS = "settings"


ALL = frozenset(Topic)


class Changes(QObject):
    """Carries sets of topics to whoever shows them.

    Signals:
        happened: A frozenset of topic names.
    """

    happened = Signal(object)

    def announce(self, topics: Iterable[str]) -> None:
        """Tell that these topics changed; nothing is told for an empty set."""
        changed = frozenset(str(topic) for topic in topics)
        if changed:
            self.happened.emit(changed)
