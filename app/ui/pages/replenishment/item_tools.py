"""Opens the forms of one item, keeps what they say, and has the list planned again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.domain.ids import new_op
from app.domain.replenish.by_hand import ByHand
from app.domain.replenish.successor import Successor
from app.i18n import _
from app.services.replenishment.numbers import (
    EndNumber,
    NumberRow,
    SetNumber,
    end_number,
    numbers,
    set_number,
)
from app.services.replenishment.substitutes import Substitute, substitutes
from app.services.replenishment.successors import (
    EndSuccessor,
    SetSuccessor,
    SuccessorRow,
    end_successor,
    set_successor,
    successors,
)
from app.services.replenishment.suggestions import SuggestionRow
from app.services.replenishment.supply_terms import SetSupply, SupplyRow, set_supply, supply_rows
from app.ui.page import Page
from app.ui.pages.replenishment.item_forms import Delivery, NumberForm, SupplyForm
from app.ui.pages.replenishment.stand_in_form import StandInForm
from app.ui.pages.replenishment.suggestion_view import SuggestionView


class ItemTools(QObject):
    """The forms of the current line.

    Signals:
        changed: Something was set that the next plan goes by.
        refused: It could not be kept (the error).
    """

    changed = Signal()
    refused = Signal(object)

    def __init__(self, page: Page, view: SuggestionView) -> None:
        super().__init__(page)
        self._page, self._view = page, view

    def open(self, name: str) -> None:
        """Open a form for the current line: ``number``, ``stand_in`` or ``supply``."""
        row = self._view.current
        if row is None:
            return
        db, actor, org = self._page.context.db, self._page.context.actor, self._page.context.org.id
        if name == "number":
            self._page.read_for_form(lambda: numbers(db, actor, org), partial(self._number, row))
        elif name == "stand_in":
            self._page.read_for_form(
                lambda: (substitutes(db, actor, org, row.item_id), successors(db, actor, org)),
                partial(self._stand_ins, row),
            )
        elif row.supplier_id is None:
            self._view.panel.show_problem(_("没有有效价格，还不知道由谁供货。请集团采购先补价格。"))
        else:
            self._page.read_for_form(
                lambda: supply_rows(db, actor, org), partial(self._supply, row)
            )

    def _number(self, row: SuggestionRow, found: tuple[NumberRow, ...]) -> None:
        now = next((one.number for one in found if one.item_id == row.item_id), None)
        form = NumberForm(row, now, self._page.context.today, self._page)
        form.chosen.connect(lambda number: self._keep_number(row, number))
        form.ended.connect(lambda: self._end_number(row))
        form.open()

    def _keep_number(self, row: SuggestionRow, number: ByHand) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        command = SetNumber(new_op(), self._page.context.org.id, row.item_id, number, row.place_id)
        self._write(lambda: set_number(db, actor, command))

    def _end_number(self, row: SuggestionRow) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        command = EndNumber(new_op(), self._page.context.org.id, row.item_id, row.place_id)
        self._write(lambda: end_number(db, actor, command))

    def _stand_ins(
        self, row: SuggestionRow, found: tuple[tuple[Substitute, ...], tuple[SuccessorRow, ...]]
    ) -> None:
        ways, links = found
        now = next((one for one in links if one.link.old == row.item_id), None)
        form = StandInForm(row, ways, now, self._page)
        form.replaced.connect(self._replace)
        form.ended.connect(lambda: self._end_replacing(row))
        form.open()

    def _replace(self, link: Successor, why: str) -> None:
        db, actor, org = self._page.context.db, self._page.context.actor, self._page.context.org.id
        command = SetSuccessor(new_op(), org, link, why)
        self._write(lambda: set_successor(db, actor, command))

    def _end_replacing(self, row: SuggestionRow) -> None:
        db, actor, org = self._page.context.db, self._page.context.actor, self._page.context.org.id
        command = EndSuccessor(new_op(), org, row.item_id)
        self._write(lambda: end_successor(db, actor, command))

    def _supply(self, row: SuggestionRow, found: tuple[SupplyRow, ...]) -> None:
        mine = [one for one in found if one.supplier_id == row.supplier_id]
        own = next((one for one in mine if one.item_id == row.item_id), None)
        usual = next((one for one in mine if one.item_id == 0), None)
        form = SupplyForm(row, own, usual, self._page)
        form.chosen.connect(lambda wanted: self._keep_supply(row, wanted))
        form.open()

    def _keep_supply(self, row: SuggestionRow, wanted: Delivery) -> None:
        db, actor, org = self._page.context.db, self._page.context.actor, self._page.context.org.id
        supplier = row.supplier_id or 0
        item = SetSupply(
            new_op(), org, supplier, row.item_id, lead_days=wanted.lead_days, case=wanted.case,
            minimum=wanted.minimum, for_group=wanted.for_group,
        )  # fmt: skip
        whole = SetSupply(new_op(), org, supplier, minimum_amount=wanted.amount)

        def work() -> None:
            set_supply(db, actor, whole)
            set_supply(db, actor, item)

        self._write(work)

    def _write(self, work: Callable[[], object]) -> None:
        self._page.write(work, lambda _done: self.changed.emit(), self.refused.emit)
