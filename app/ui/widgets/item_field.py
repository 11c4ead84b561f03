"""Choosing an item of the catalogue: one search, one way to show a hit, one answer to none."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from PySide6.QtCore import Signal

from app.domain.catalogue import ItemStatus
from app.domain.errors import DomainError
from app.i18n import _
from app.services.catalogue.search import CatalogueRow, search
from app.ui.context import PageContext
from app.ui.widgets.fields import Field
from app.ui.widgets.item_picker import Found, ItemPicker, Search


def catalogue_search(
    context: PageContext, value: Callable[[CatalogueRow], object] = attrgetter("id")
) -> Search:
    """The catalogue's hits for an `ItemPicker`; what a hit gives back is its id unless said.

    The answer runs in a reader thread. Strength and pack stand beside the name, because a name
    alone does not say which of several is meant; the maker for the same reason.
    """

    def look(text: str) -> list[Found]:
        rows = search(context.db, context.actor, text)
        return [found_item(value(row), row.name, row.spec, _second(row)) for row in rows]

    return look


def item_picker(context: PageContext, hint: str) -> ItemPicker:
    """A picker of items without a label: the hint stands in the field; it gives ids back."""
    return ItemPicker(catalogue_search(context), context.jobs, hint)


def found_item(value: object, name: str, spec: str, second: str) -> Found:
    """A hit as every picker of items shows it."""
    return Found(value, f"{name} {spec}".rstrip(), second)


def _second(row: CatalogueRow) -> str:
    stopped = "" if row.status is ItemStatus.ACTIVE else row.status.label
    return " · ".join(word for word in (row.maker, row.code, stopped) if word)


class ItemField(Field):
    """A field that holds one item of the catalogue.

    Attributes:
        item_id: What was chosen, 0 until then.
        code: Its code.
        row: All that its hit told; None where the item was given, or taken away again.

    Signals:
        picked: The id of the item that was chosen.
    """

    picked = Signal(object)  # ids have 63 bits

    def __init__(
        self, context: PageContext, label: str = "", *, required: bool = False, hint: str = ""
    ) -> None:
        self.picker = ItemPicker(catalogue_search(context, lambda row: row), context.jobs)
        super().__init__(label or _("品规"), self.picker, required=required, hint=hint)
        self.item_id, self.code = 0, ""
        self.row: CatalogueRow | None = None
        self.setFocusProxy(self.picker)
        self.picker.picked.connect(self._take)
        self.picker.emptied.connect(self._drop)

    def fix(self, item_id: int, words: str) -> None:
        """The item is known and stays."""
        self.item_id = item_id
        self.picker.setText(words)
        self.picker.setEnabled(False)

    def checked(self) -> int:
        """The id of what was chosen; raises `DomainError` when nothing was."""
        if not self.item_id:
            raise DomainError(
                "item.unchosen", _("还没选品规。输入拼音、名称或编码，再从列表里选。")
            )
        return self.item_id

    def _take(self, row: CatalogueRow) -> None:
        self.item_id, self.code, self.row = row.id, row.code, row
        self.say("")
        self.picked.emit(row.id)

    def _drop(self) -> None:
        self.item_id, self.code, self.row = 0, "", None
