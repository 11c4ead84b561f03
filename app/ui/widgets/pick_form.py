"""手选: finding the item by name, pinyin or code when no candidate is right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.i18n import _
from app.ui.context import PageContext
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import check_all
from app.ui.widgets.item_field import ItemField
from app.ui.widgets.text import Role, Text


class PickForm(Form):
    """Search, choose with the arrows, Enter: the item is compared with the row."""

    def __init__(
        self,
        context: PageContext,
        title: str,
        take: Callable[[int], None],
        parent: QWidget,
        verb: str = "",
    ) -> None:
        super().__init__(_("手选品规"), verb or _("与本院并排比较"), parent, wide=560)
        self._take = take
        self.body.addWidget(Text(title, Role.BODY, wrap=True))
        self.field = ItemField(context, _("统一目录里的品规"))
        self.field.picked.connect(lambda *_found: self.press())
        self.body.addWidget(self.field)
        self.field.setFocus()

    @override
    def submit(self) -> None:
        """Compare what was chosen."""
        if check_all([(self.field, self.field.checked)]):
            self.accept()
            self._take(self.field.item_id)
