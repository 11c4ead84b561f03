"""What the person does to the open acceptance: fields of the panel, choices, F9, undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QObject

from app.domain.errors import DomainError
from app.domain.receiving import editing
from app.domain.receiving.editing import Refuse
from app.domain.receiving.note import Goods
from app.domain.receiving.outcome import Choice
from app.domain.receiving.work import Session
from app.i18n import _
from app.ui.errors import words_of
from app.ui.page import Page
from app.ui.pages.receiving.dialogs import BindForm, RefuseForm
from app.ui.pages.receiving.finishing import Finishing
from app.ui.pages.receiving.view_model import Counting
from app.ui.pages.receiving.work_view import WorkView
from app.ui.status import Status
from app.ui.widgets.scan_edit import ScanResult


class Handling(QObject):
    """Turns what was typed and pressed into edits of the work."""

    def __init__(
        self, page: Page, counting: Counting, view: WorkView, finishing: Finishing
    ) -> None:
        super().__init__(page)
        self._page, self.counting, self.view, self._finishing = page, counting, view, finishing
        panel = view.panel
        view.chosen.connect(self.choose)
        counting.refused.connect(self._refused)
        counting.unread.connect(self._unread)
        panel.lot_typed.connect(
            lambda text: self._edit_current(lambda s, key: editing.set_lot(s, key, text))
        )
        panel.expiry_typed.connect(self._expiry_typed)
        panel.quantity_typed.connect(self._quantity_typed)
        panel.checked.connect(
            lambda checks: self._edit_current(lambda s, key: editing.set_checks(s, key, checks))
        )
        panel.reason_asked.connect(finishing.ask_reason)
        panel.cold_asked.connect(finishing.ask_cold)
        panel.refuse_asked.connect(self.ask_refuse)
        panel.finish_asked.connect(self.finish_line)

    def _edit_current(self, change: Callable[[Session, int], Session]) -> bool:
        entry = self.counting.current
        if entry is None:
            return False
        return self.counting.edit(lambda session: change(session, entry.key))

    def _expiry_typed(self, expiry: date) -> None:
        today = self.counting.opened.today
        self._edit_current(lambda s, key: editing.set_expiry(s, key, expiry, today))

    def _quantity_typed(self, packs: int) -> None:
        entry = self.counting.current
        if entry is None:
            return
        units = packs * self.counting.work.goods(entry).pack_factor
        if not self.counting.edit(lambda s: editing.set_quantity(s, entry.key, units)):
            self.view.show_work()

    def _refused(self, error: DomainError) -> None:
        self.view.say(Status.BAD, _("没有改"), error.text)
        if error.code.startswith(("expiry.", "lot.")):
            self.view.panel.expiry_field.say(error.text)

    def _unread(self, error: Exception) -> None:
        """Told where the eye is: else it stays on the scan before, which was counted."""
        self.view.bar.show_result(ScanResult(Status.BAD, _("这一下没有计数"), words_of(error)))
        if not isinstance(error, DomainError):
            self._page.context.errors.take(error)

    def undo(self) -> None:
        """Ctrl+Z: the last scan or edit."""
        self.counting.then(self._undo)

    def _undo(self) -> None:
        if self.counting.undo():
            self.view.settled()
            self.view.say(Status.INFO, _("已撤销上一步"), _("按 Ctrl+Y 可以恢复。"))
        else:
            self._page.not_available()

    def redo(self) -> None:
        """Ctrl+Y."""
        if not self.counting.redo():
            self._page.not_available()

    def finish_line(self) -> None:
        """Nothing more comes for this line."""
        if not self._edit_current(editing.finish_line):
            self._page.not_available()
            return
        self.view.settled()

    def ask_refuse(self) -> None:
        """F9: what goes back of the current line."""
        entry = self.counting.current if self.counting.is_open else None
        if entry is None:
            self._page.not_available()
            return
        form = RefuseForm(self.counting.work, entry, self.view.outcome, self._page)
        form.refused.connect(self._refuse)
        form.open()

    def _refuse(self, command: Refuse) -> None:
        if self.counting.edit(lambda session: editing.refuse(session, command)):
            self.view.settled()
            self.view.say(Status.NEAR, _("已登记拒收"), _("货放退货区，完成验收后写进记录。"))

    def choose(self, choice: Choice) -> None:
        """A button of the last outcome."""
        told = self.view.outcome
        if told is None:
            return
        if choice in {Choice.GIFT, Choice.RETURN, Choice.BACK}:
            self.counting.choose(told.key)
            self._finishing.settle(choice)
        elif choice in {Choice.FIX_EXPIRY, Choice.KEEP_EXPIRY}:
            right = told.suggestion if choice is Choice.FIX_EXPIRY else None
            self.counting.edit(lambda s: editing.confirm_far(s, told.key, right))
            self.view.settled()
        elif choice is Choice.REASON:
            self._finishing.ask_reason(then=self.view.settled)
        elif choice is Choice.COLD:
            self._finishing.ask_cold()
        elif choice is Choice.REFUSE:
            self.ask_refuse()
        elif choice is Choice.BIND:
            self._ask_bind()
        elif choice is Choice.STRANGER_GIFT and told.goods and told.reading:
            goods, reading = told.goods, told.reading
            self.counting.edit(lambda s: editing.take_stranger(s, goods, reading, told.units))
            self.view.settled()
        else:
            self.view.settled()

    def _ask_bind(self) -> None:
        told = self.view.outcome
        if told is None or told.reading is None:
            return
        reading = told.reading
        goods = list({one.item_id: one for one in self.counting.work.all_goods()}.values())
        entry = self.counting.current
        form = BindForm(reading.code, goods, entry.item_id if entry else 0, self._page)

        def bound(chosen: Goods, units: int) -> None:
            self.view.settled()
            self.counting.bind(reading, chosen, units)

        form.bound.connect(bound)
        form.open()
