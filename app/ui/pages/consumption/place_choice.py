"""Where goods are taken from: the store, a department, or a cabinet of one (三级库)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app.domain.duties import Duty
from app.i18n import _
from app.services.stock.places import PlaceRow, places_of, store_of
from app.ui.page import Page
from app.ui.widgets.fields import Select

_PACKED = "outgoing"
"""Zone of the places where packs lie: a pack is found wherever it is."""


class PlaceChoice(Select):
    """The store of the house, its departments and their cabinets; not shown where there is one."""

    def __init__(self, page: Page) -> None:
        super().__init__([(0, _("药库"))])
        self._page = page
        self.setAccessibleName(_("从哪里用"))
        self.setVisible(False)

    def refresh(self) -> None:
        """Ask for the places of the member in front."""
        context = self._page.context
        if context.may(Duty.STORE):
            ask = partial(places_of, context.db, context.actor, context.org.id)
            self._page.read(ask, self._show, channel=f"use_places{id(self)}")

    def _show(self, places: tuple[PlaceRow, ...]) -> None:
        below = [one for one in places if one.level > 1 and one.zone != _PACKED]
        cabinet = 3
        words = [
            (one.id, _("{place}（三级库）", place=one.name) if one.level == cabinet else one.name)
            for one in below
        ]
        self.set_entries([(0, _("药库")), *words])
        self.setVisible(bool(words))

    def lock(self, *, while_scanned: bool) -> None:
        """One document takes from one place: no other is chosen while goods are listed."""
        self.setEnabled(not while_scanned)
        self.setToolTip(_("这一单登记完再换地方。") if while_scanned else _("从哪里用"))

    def asked(self) -> Callable[[], int]:
        """What tells, in another thread, the place chosen now; the main store where none was."""
        context, chosen = self._page.context, self.value
        if isinstance(chosen, int) and chosen:
            return lambda: chosen
        return partial(store_of, context.db, context.actor, context.org.id)
