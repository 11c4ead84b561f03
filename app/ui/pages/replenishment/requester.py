"""Making requisitions and taking their steps, on the writer thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.domain.documents import State
from app.domain.ids import new_op
from app.i18n import _
from app.services.requisition.make import FromSuggestions, Requested, from_suggestions
from app.services.requisition.steps import Step, cancel
from app.ui import formats
from app.ui.page import Page
from app.ui.pages.replenishment.view_model import Suggestions


class Requester(QObject):
    """Asks for picked lines and carries out steps.

    Signals:
        changed: Requisitions changed.
        refused: A step could not be carried out (carries the exception).
    """

    changed = Signal()
    refused = Signal(object)

    def __init__(self, page: Page, lines: Suggestions) -> None:
        super().__init__(page)
        self._page, self._lines = page, lines

    def request(self, send: bool, note: str) -> None:
        """Make a requisition of the picked lines; submitted at once or kept as a draft."""
        found, lines = self._lines.board, self._lines
        if found is None:
            return
        op_id, db, actor = new_op(), self._page.context.db, self._page.context.actor

        def work() -> Requested:
            # Versions are read here, on the writer thread, after all edits before it.
            items = lines.versions()
            command = FromSuggestions(op_id, found.org_id, found.place_id, items, send, note)
            return from_suggestions(db, actor, command)

        self._page.write(work, self._requested, self.refused.emit)

    def _requested(self, made: Requested) -> None:
        words = _("已提交采购申请 {no}，{n} 行，{amount}。")
        if made.status == State.DRAFT:
            words = _("已存草稿 {no}，{n} 行，{amount}。")
        elif made.status == State.TO_APPROVE:
            words = _("采购申请 {no}，{n} 行，{amount}，超过库管额度，等本院负责人审批。")
        elif made.status == State.TO_APPROVE_GROUP:
            words = _("采购申请 {no}，{n} 行，{amount}，等集团负责人审批。")
        text = words.format(no=made.no, n=made.lines, amount=formats.yuan(made.amount))
        notices = self._page.context.notices
        notices.done(text, action=_("撤销"), act=partial(self._take_back, made))
        self.changed.emit()

    def _take_back(self, made: Requested) -> None:
        command = Step(new_op(), made.org_id, made.id, made.version)
        db, actor = self._page.context.db, self._page.context.actor
        self.do(lambda: cancel(db, actor, command), _("已作废 {no}。", no=made.no))

    def do(self, work: Callable[[], Requested], words: str) -> None:
        """A step of a requisition; `words` tell that it is done."""

        def done(_made: Requested) -> None:
            self._page.context.notices.done(words)
            self.changed.emit()

        self._page.write(work, done, self.refused.emit)
