"""Choosing an item of the catalogue that the plan does not have."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.i18n import _
from app.services.catalogue.search import search
from app.ui.context import PageContext
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field
from app.ui.widgets.item_picker import Found, ItemPicker
from app.ui.widgets.text import Role, Text


class AddForm(Form):
    """One field: which item.

    Signals:
        chosen: The item as `Found` (its id as value, its code as second word).
    """

    chosen = Signal(object)

    def __init__(self, context: PageContext, parent: QWidget) -> None:
        super().__init__(_("加一个品规"), _("加到补货"), parent)
        self._context = context
        self._found: dict[object, Found] = {}
        self._item: object = None
        self.picker = ItemPicker(self._search, context.jobs, parent=self)
        self.picker.picked.connect(self._picked)
        self.picker.textEdited.connect(lambda _text: self._picked(None))
        self.field = Field(_("品规"), self.picker)
        self.body.addWidget(self.field)
        words = _("没有用过的品规也可以加。加进来以后直接打数字填数量，再写一句原因。")
        self.body.addWidget(Text(words, Role.HELP, wrap=True))
        self.picker.setFocus()

    def _search(self, text: str) -> Sequence[Found]:
        rows = search(self._context.db, self._context.actor, text)
        found = tuple(Found(row.id, f"{row.name} {row.spec}", row.code) for row in rows)
        self._found |= {one.value: one for one in found}
        return found

    def _picked(self, value: object) -> None:
        self._item = value

    @override
    def submit(self) -> None:
        """Hand the item over, once one is chosen."""
        found = self._found.get(self._item)
        if found is None:
            self.field.say(_("还没选品规。输入拼音、名称或编码，再从列表里选。"))
            self.picker.setFocus()
            return
        self.chosen.emit(found)
        self.accept()
