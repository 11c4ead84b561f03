"""用量 from files in the window: preview, import, and taking an import back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QMenu

from app.domain.ids import new_op
from app.i18n import _
from app.services.demand import DemandLine
from app.services.importing import demand as importing
from app.services.importing.demand import ApplyDemand, DemandImport, DemandPlan
from app.services.importing.plan import Imported, Report
from app.ui import formats
from app.ui.changes import Topic
from app.ui.import_undo import UndoFlow
from app.ui.importing import ImportFlow
from app.ui.page import Page
from app.ui.widgets.buttons import Button


class DemandFiles:
    """The import of a member's use on the page that plans with it.

    Attributes:
        flow: From the file to its preview.
        undo: The imports that were made.
    """

    def __init__(self, page: Page, changed: Callable[[], None]) -> None:
        """Prepare; `changed` is told when figures are other ones."""
        self._page = page
        self._changed = changed
        self.flow: ImportFlow[DemandLine] = ImportFlow(
            page, _("导入用量"), self._read, self._import
        )
        self.undo = UndoFlow(page, "demand", self._told)

    def show_menu(self, button: Button) -> None:
        """Offer import and history under a button."""
        menu = QMenu(button)
        menu.addAction(_("导入用量（Excel、CSV）…")).triggered.connect(self.flow.ask)
        menu.addAction(_("导入记录和撤销")).triggered.connect(self.undo.open)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _read(self, path: Path, report: Report) -> DemandPlan:
        context = self._page.context
        return importing.preview(
            context.db, context.actor, DemandImport(path, context.org.id), report
        )

    def _import(self, plan: DemandPlan) -> None:
        context = self._page.context
        command = ApplyDemand(new_op(), context.org.id, plan)
        self.flow.carry_out(
            plan,
            lambda report: importing.apply(context.db, context.actor, command, report),
            self._imported,
        )

    def _imported(self, done: Imported) -> None:
        self._told()
        self._page.context.notices.done(
            _(
                "用量已导入：新增 {added} 行，更新 {changed} 行。按「重新计算」用上新的用量。",
                added=formats.number(done.added),
                changed=formats.number(done.changed),
            ),
            action=_("撤销导入"),
            act=self.undo.open,
        )

    def _told(self) -> None:
        self._page.context.changes.announce({Topic.DEMAND})
        self._changed()
