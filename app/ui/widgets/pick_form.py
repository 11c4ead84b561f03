"""手选: finding the item by name, pinyin or code when no candidate is right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.i18n import _
from app.services.catalogue.search import search
from app.ui.context import PageContext
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field
from app.ui.widgets.item_picker import Found, ItemPicker
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
        self._context = context
        self._take = take
        self._item = 0
        self.body.addWidget(Text(title, Role.BODY, wrap=True))
        self.picker = ItemPicker(self._search, context.jobs, parent=self)
        self.picker.picked.connect(self._picked)
        self.field = Field(_("统一目录里的品规"), self.picker)
        self.body.addWidget(self.field)
        self.picker.setFocus()

    def _search(self, text: str) -> list[Found]:
        rows = search(self._context.db, self._context.actor, text, 12)
        return [Found(row.id, row.name, f"{row.spec} · {row.maker} · {row.code}") for row in rows]

    def _picked(self, value: object) -> None:
        self._item = value if isinstance(value, int) else 0
        self.submit()

    @override
    def submit(self) -> None:
        """Compare what was chosen."""
        if not self._item:
            self.field.say(_("还没选品规。请输入名称、拼音或编码，再用上下键选一个。"))
            return
        self.accept()
        self._take(self._item)
