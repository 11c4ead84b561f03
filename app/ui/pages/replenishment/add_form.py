"""Choosing an item of the catalogue that the plan does not have."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.i18n import _
from app.ui.context import PageContext
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import check_all
from app.ui.widgets.item_field import ItemField
from app.ui.widgets.text import Role, Text


class AddForm(Form):
    """One field: which item.

    Signals:
        chosen: The id and the code of the item.
    """

    chosen = Signal(object, str)  # ids have 63 bits

    def __init__(self, context: PageContext, parent: QWidget) -> None:
        super().__init__(_("加一个品规"), _("加到补货"), parent)
        self.item = ItemField(context)
        self.body.addWidget(self.item)
        words = _("没有用过的品规也可以加。加进来以后直接打数字填数量，再写一句原因。")
        self.body.addWidget(Text(words, Role.HELP, wrap=True))
        self.item.setFocus()

    @override
    def submit(self) -> None:
        """Hand the item over, once one is chosen."""
        if check_all([(self.item, self.item.checked)]):
            self.chosen.emit(self.item.item_id, self.item.code)
            self.accept()
