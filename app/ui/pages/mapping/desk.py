"""The work behind the page: views read ahead, decisions written in order, refusals put back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.ids import new_op
from app.domain.mapping import MapStatus
from app.i18n import _
from app.services.mapping import decide
from app.services.mapping.queries import CandidateView, LocalLine, RowView, compared, row_view
from app.services.mapping.undo import UndoMapping, Undone, undo
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.pages.mapping.work_list import RowsModel

_AHEAD: Final = 6
_KEPT: Final = 200
_REST_MS: Final = 350
"""Figures are counted when the keys rest so long: not between two decisions of a fast hand."""


class Desk(QObject):
    """What the page asks and writes for one member.

    Signals:
        arrived: The view of a row was read: its id.
        picked: An item picked by hand was compared with a row: its number, the `CandidateView`.
        undone: Rows are as they were: the `Undone`.
        settled: Decisions were written or put back, and the keys rest: count again.
    """

    arrived = Signal(object)
    picked = Signal(object, object)
    undone = Signal(object)
    settled = Signal()

    def __init__(self, page: Page, model: RowsModel) -> None:
        super().__init__(page)
        self._page = page
        self._model = model
        self._views: dict[int, RowView] = {}
        self._asked: dict[int, object] = {}
        """The last question about each row; the answer to any earlier one is dropped."""
        self.org_id = 0
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._tell)

    def _tell(self) -> None:
        """The person paused: the figures, here and on other screens, catch up."""
        self._page.context.changes.announce({Topic.MAPPING})
        self.settled.emit()

    def forget(self) -> None:
        """Nothing that was read holds any more."""
        self._views.clear()
        self._asked.clear()

    def _forget(self, local_id: int) -> None:
        self._views.pop(local_id, None)
        self._asked.pop(local_id, None)

    def view(self, local_id: int) -> RowView | None:
        """The view of a row, if it was read."""
        return self._views.get(local_id)

    def read_ahead(self, place: int) -> None:
        """Read the row at a place and those after it, before they are seen."""
        wanted = [
            row.id
            for row in self._model.rows[max(0, place) : place + 1 + _AHEAD]
            if row.id not in self._asked
        ]
        for local_id in wanted:
            self._read(local_id)

    def again(self, local_id: int) -> None:
        """Read one row again."""
        self._views.pop(local_id, None)
        self._read(local_id)

    def compare(self, local_id: int, item_id: int) -> None:
        """Hold an item that was picked by hand against a row."""
        db, actor, org = self._page.context.db, self._page.context.actor, self.org_id

        def show(found: CandidateView | None) -> None:
            if found is not None:
                self.picked.emit(local_id, found)

        self._page.read(lambda: compared(db, actor, org, local_id, item_id), show, channel="pick")

    def confirm(self, line: LocalLine, found: CandidateView, reason: str = "") -> None:
        """Confirm a row; it is painted as confirmed before it is written."""
        db, actor = self._page.context.db, self._page.context.actor
        command = decide.ConfirmMapping(
            new_op(), self.org_id, line.id, found.item_id, found.factor, reason
        )
        note = _("刚采纳 {code}", code=found.code)
        self._decide(line, MapStatus.CONFIRMED, note, lambda: decide.confirm(db, actor, command))

    def reject(self, line: LocalLine, found: CandidateView, *, last: bool) -> None:
        """Strike a candidate out; after the last one the row has no counterpart."""
        db, actor = self._page.context.db, self._page.context.actor
        command = decide.RejectCandidate(new_op(), self.org_id, line.id, found.item_id)
        status = MapStatus.NONE if last else line.status
        note = _("刚驳回") if last else ""
        self._decide(line, status, note, lambda: decide.reject(db, actor, command))
        self._forget(line.id)

    def set_aside(self, line: LocalLine) -> None:
        """Say that nothing corresponds."""
        db, actor = self._page.context.db, self._page.context.actor
        command = decide.SetAside(new_op(), self.org_id, line.id)
        self._decide(
            line, MapStatus.NONE, _("刚设为无对应"), lambda: decide.set_aside(db, actor, command)
        )

    def undo(self, batch_id: int = 0) -> None:
        """Take back the person's last decision, or a whole batch."""
        db, actor = self._page.context.db, self._page.context.actor
        command = UndoMapping(new_op(), self.org_id, batch_id=batch_id)

        def done(result: Undone) -> None:
            for local_id in result.rows:
                self._forget(local_id)
            self._page.context.changes.announce({Topic.MAPPING})
            self.undone.emit(result)

        self._page.write(lambda: undo(db, actor, command), done)

    def _decide(
        self,
        line: LocalLine,
        status: MapStatus,
        note: str,
        work: Callable[[], decide.Decided],
    ) -> None:
        before = self._model.decided(line.id, status, note)

        def done(_result: decide.Decided) -> None:
            self._rest.start()

        def failed(error: Exception) -> None:
            if before is not None:
                self._model.put_back(before)
            self.again(line.id)
            self._page.context.errors.take(error)
            self._rest.start()

        self._page.write(work, done, failed)

    def _read(self, local_id: int) -> None:
        db, actor, org = self._page.context.db, self._page.context.actor, self.org_id
        question = self._asked[local_id] = object()

        def show(found: RowView | None) -> None:
            if found is None or self._asked.get(local_id) is not question:
                return
            if len(self._views) > _KEPT:
                for kept in tuple(self._views):
                    self._forget(kept)
            self._asked[local_id] = question
            self._views[local_id] = found
            self.arrived.emit(local_id)

        def failed(error: Exception) -> None:
            if self._asked.get(local_id) is question:
                del self._asked[local_id]
            self._page.context.errors.take(error)

        self._page.read(lambda: row_view(db, actor, org, local_id), show, failed)
