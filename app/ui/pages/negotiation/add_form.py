"""Items to add to a draft: found by pinyin, name or code, gathered, added at once."""

from __future__ import annotations

from PySide6.QtWidgets import QListWidget, QWidget
from typing_extensions import override

from app.i18n import _
from app.services.catalogue.search import CatalogueRow
from app.ui import theme
from app.ui.context import PageContext
from app.ui.status import Status
from app.ui.widgets.dialogs import Form
from app.ui.widgets.item_field import catalogue_search
from app.ui.widgets.item_picker import ItemPicker
from app.ui.widgets.text import Role, Text


class AddForm(Form):
    """Gathers items; 集采 items are named by the service that refuses them."""

    def __init__(self, context: PageContext, parent: QWidget) -> None:
        super().__init__(_("添加品规"), _("添加"), parent, wide=520)
        self.rows: dict[int, CatalogueRow] = {}
        self.picker = ItemPicker(catalogue_search(context, lambda row: row), context.jobs)
        self.picker.picked.connect(self._take)
        self.list = QListWidget()
        self.list.setAccessibleName(_("要添加的品规"))
        self.list.setMinimumHeight(theme.px(180))
        self.problem = Text("", Role.LABEL, tone=Status.BAD)
        self.body.addWidget(self.picker)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self.problem)
        self.picker.setFocus()

    def _take(self, row: object) -> None:
        if isinstance(row, CatalogueRow) and row.id not in self.rows:
            self.rows[row.id] = row
            self.list.addItem(f"{row.name}　{row.spec}")
        self.picker.clear()

    @property
    def items(self) -> tuple[int, ...]:
        """The gathered items."""
        return tuple(self.rows)

    @override
    def submit(self) -> None:
        """Accept once there is something to add."""
        if not self.rows:
            self.problem.setText(_("还没选品规。输入拼音、名称或编码，回车选中。"))
            return
        self.accept()
