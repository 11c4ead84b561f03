"""Starting a count: where, and how much difference is let pass."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.duties import Duty
from app.domain.ids import new_op
from app.i18n import _
from app.services.counting.count import StartCount, start
from app.services.counting.heads import CountDone
from app.services.stock.places import PlaceRow, places_of
from app.ui.page import Page
from app.ui.pages.counting.dialogs import StartForm
from app.ui.status import Status


class Starting:
    """Asks for the place and starts the count.

    Args:
        page: The counting page.
        say: Shows a result in the bar.
        failed: Tells an error.
        begun: Told of the new count.
    """

    def __init__(
        self,
        page: Page,
        say: Callable[..., None],
        failed: Callable[[Exception], None],
        begun: Callable[[CountDone], None],
    ) -> None:
        self._page = page
        self._say = say
        self._failed = failed
        self._begun = begun

    def new(self) -> None:
        """Ask for the place, of the organisation in front."""
        context = self._page.context
        if not context.may(Duty.STORE):
            self._say(Status.BAD, _("你不能盘这家机构"), _("请选择自己所在的机构。"))
            return
        db, actor, org = context.db, context.actor, context.org.id
        self._page.read_for_form(lambda: places_of(db, actor, org), self._ask)

    def _ask(self, places: tuple[PlaceRow, ...]) -> None:
        form = StartForm(places, self._page)
        form.chosen.connect(self.start)
        form.open()

    def start(self, place: object, tolerance: int) -> None:
        """Start a count of a place; up to `tolerance` whole packs off need no recount."""
        context = self._page.context
        db, actor, org = context.db, context.actor, context.org.id
        command = StartCount(new_op(), org, place if isinstance(place, int) else 0, tolerance)
        self._page.write(lambda: start(db, actor, command), self._begun, self._failed)
