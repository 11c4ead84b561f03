"""A supply list from a sheet: choose it, see what it would do, take it up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.domain.ids import new_op
from app.i18n import _
from app.services.formulary.entries import ListChanged
from app.services.formulary.sheets import ListPlan, apply_import, preview_import
from app.ui.page import Page
from app.ui.widgets.dialogs import Question, confirm
from app.ui.widgets.files import FileDialog

_SHOWN = 5


class ListFile:
    """The import of the list that the page shows."""

    def __init__(
        self, page: Page, owner: Callable[[], int], changed: Callable[[ListChanged], None]
    ) -> None:
        """Prepare.

        Args:
            page: Where dialogs and jobs belong.
            owner: Whose list is in sight; 0 for the group's.
            changed: Told what was done.
        """
        self._page = page
        self._owner = owner
        self._changed = changed

    def ask(self) -> None:
        """Ask for a file."""
        dialog = FileDialog(self._page, _("导入目录"))
        dialog.setNameFilters([_("表格 (*.xlsx *.xls *.csv)")])
        dialog.fileSelected.connect(self.read)
        dialog.open()

    def read(self, name: str) -> None:
        """Read a sheet, say what it would do, and do it when the person agrees."""
        context, org = self._page.context, self._owner()
        self._page.read_for_form(
            lambda: preview_import(context.db, context.actor, org, Path(name)), self._confirm
        )

    def _confirm(self, plan: ListPlan) -> None:
        problems = "\n".join(
            _("第 {row} 行：{text}", row=one.row, text=one.text) for one in plan.problems[:_SHOWN]
        )
        effect = _(
            "{same} 个已在目录；{bad} 行没有找到品规，不导入。",
            same=plan.same,
            bad=len(plan.problems),
        )
        question = Question(
            _("导入目录：加入 {n} 个品规", n=len(plan.items)),
            effect + (f"\n{problems}" if problems else ""),
            _("导入"),
        )
        context, op = self._page.context, new_op()

        def go() -> None:
            self._page.write(
                lambda: apply_import(context.db, context.actor, op, plan), self._changed
            )

        confirm(self._page, question, go)
