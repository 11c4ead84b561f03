"""What stands on the page of 智能补货."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QDialog

from app.services.replenishment.suggestions import SuggestionRow
from app.services.requisition.queries import RequisitionQuery, RequisitionRow, requisitions
from app.ui.pages.replenishment.page import ReplenishmentPage
from tests.factories import EAST, Site
from tests.replenish_world import AMLODIPINE, line

Settle = Callable[[], None]


def text(page: ReplenishmentPage, item: int, column: str) -> str:
    model = page.view.model
    place = model.positions[column]
    return str(model.index(model.position_of(item), place).data())


def dialog(page: ReplenishmentPage, cls: type[QDialog]) -> Any:
    return next(form for form in page.findChildren(cls) if form.isVisible())


def heads(page: ReplenishmentPage) -> tuple[RequisitionRow, ...]:
    return requisitions(page.context.db, page.context.actor, RequisitionQuery(EAST))


def kept(site: Site, item: int = AMLODIPINE) -> SuggestionRow:
    return line(site, item)
