"""病房常备 against the stock, and 谁有药: which members could hand out a prescribed item now."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import _
from app.services.catalogue.search import search
from app.services.formulary.named import NamedRow, named_lists
from app.services.formulary.readiness import Ready, WardRow, ready, ward_readiness
from app.ui.page import Page
from app.ui.pages.formulary import rows
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.cards import toolbar
from app.ui.widgets.fields import Select
from app.ui.widgets.item_picker import Found, ItemPicker
from app.ui.widgets.text import Role, Text


class WardView(QWidget):
    """A standing list of the organisation: what should be there, what is, and who could help."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.lists: dict[int, NamedRow] = {}
        self.choice = Select()
        self.note = Text("", Role.LABEL)
        self.grid = GridView(ListModel(rows.ward_columns()))
        self.setFocusProxy(self.grid)
        self.grid.set_empty(_("还没有病房常备清单。可用 yilian formulary new-list 建立。"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(toolbar(self.choice, self.note, None))
        column.addWidget(self.grid, 1)
        self.choice.activated.connect(self._ask)

    def refresh(self) -> None:
        """Ask for the lists, then for the chosen one."""
        db, actor = self.page.context.db, self.page.context.actor
        self.page.read(lambda: named_lists(db, actor, "ward"), self._offer, channel="wards")

    def _offer(self, found: tuple[NamedRow, ...]) -> None:
        self.lists = {row.list_id: row for row in found}
        self.choice.set_entries([(row.list_id, row.name) for row in found])
        self._ask()

    def _ask(self) -> None:
        chosen = self.lists.get(self.choice.value) if isinstance(self.choice.value, int) else None
        if chosen is None:
            return
        db, actor = self.page.context.db, self.page.context.actor
        org = chosen.org_id or self.page.context.org.id
        self.page.read(
            lambda: ward_readiness(db, actor, org, chosen.org_id, chosen.list_id),
            self._show,
            channel="ward",
        )

    def _show(self, found: tuple[WardRow, ...]) -> None:
        short = sum(row.missing > 0 for row in found)
        self.note.setText(_("{n} 个品规，{short} 个不够", n=len(found), short=short))
        if isinstance(self.grid.model, ListModel):
            ordered = sorted(found, key=lambda row: (-row.missing, row.name))
            self.grid.model.set_rows([rows.ward_row(row) for row in ordered])


class ReadyView(QWidget):
    """Ask for a prescribed item; the members that have it now, and same-named ones."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.picker = ItemPicker(self._found, page.context.jobs, _("处方上的药：拼音、名称或编码"))
        self.picker.setMinimumWidth(320)
        self.setFocusProxy(self.picker)
        self.note = Text(_("只看各家能发的总数，看不到批号、价格和患者。"), Role.LABEL)
        self.grid = GridView(ListModel(rows.ready_columns()))
        self.grid.set_empty(_("先选处方上的药。"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(toolbar(self.picker, self.note, None))
        column.addWidget(self.grid, 1)
        self.picker.picked.connect(self.ask)

    def _found(self, text: str) -> list[Found]:
        context = self.page.context
        hits = search(context.db, context.actor, text)
        return [Found(row.id, row.name, f"{row.spec} {row.maker}") for row in hits]

    def ask(self, item: object) -> None:
        """Look where an item is."""
        if isinstance(item, int):
            db, actor = self.page.context.db, self.page.context.actor
            self.page.read(lambda: ready(db, actor, item), self._show, channel="ready")

    def _show(self, found: tuple[Ready, ...]) -> None:
        self.grid.set_empty(_("各家现在都没有。可申请采购，或登记临采。"))
        if isinstance(self.grid.model, ListModel):
            self.grid.model.set_rows([rows.ready_row(one) for one in found])
