"""Taking an import back in the window: choose it, see what it would do, do it."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.ids import new_op
from app.i18n import _
from app.services.importing.undo import BatchRow, UndoImport, Undone, imports, undo
from app.ui import formats
from app.ui.jobs import Progress
from app.ui.page import Page
from app.ui.widgets.import_history import HistoryForm, UndoForm


class UndoFlow:
    """The imports of one kind on one page.

    Attributes:
        history: The list that is or was on screen.
        form: The question that is or was on screen.
    """

    history: HistoryForm
    form: UndoForm

    def __init__(self, page: Page, kind: str, changed: Callable[[], None]) -> None:
        """Prepare the flow; `changed` is told when something was taken back."""
        self._page = page
        self._kind = kind
        self._changed = changed

    def open(self) -> None:
        """Show the imports that were made."""
        context = self._page.context
        self._page.read_for_form(lambda: imports(context.db, context.actor, self._kind), self._show)

    def _show(self, rows: tuple[BatchRow, ...]) -> None:
        self.history = HistoryForm(self._page, rows)
        self.history.undo.connect(self._look)
        self.history.open()

    def _look(self, batch: int) -> None:
        context = self._page.context
        command = UndoImport(new_op(), batch, check=True)
        self._page.write(
            lambda: undo(context.db, context.actor, command), lambda found: self._ask(batch, found)
        )

    def _ask(self, batch: int, looked: Undone) -> None:
        self.form = UndoForm(self._page, looked)
        self.form.accepted.connect(lambda: self._undo(batch))
        self.form.open()

    def _undo(self, batch: int) -> None:
        context = self._page.context
        command = UndoImport(new_op(), batch)
        title = _("撤销导入")

        def work(progress: Progress) -> Undone:
            return undo(
                context.db, context.actor, command,
                lambda part, total: progress.step(part, total, title),
            )  # fmt: skip

        self._page.long(title, work, self._done)

    def _done(self, result: Undone) -> None:
        self._changed()
        self._page.context.notices.done(
            _(
                "已撤销：移除 {removed} 行，恢复 {restored} 行，留下 {stays} 行。",
                removed=formats.number(result.removed),
                restored=formats.number(result.restored),
                stays=formats.number(len(result.stays)),
            )
        )
