"""From a file to what is imported: ask for it, show what it would do, do it with progress."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtWidgets import QFileDialog

from app.i18n import _
from app.services.importing.plan import Imported, ImportPlan, Report
from app.ui.jobs import Progress
from app.ui.page import Page
from app.ui.widgets.import_form import ImportForm

Content = TypeVar("Content")


class ImportFlow(Generic[Content]):
    """The import of one kind of sheet on one page.

    Attributes:
        form: The preview that is or was on screen.
    """

    form: ImportForm

    def __init__(
        self,
        page: Page,
        title: str,
        read: Callable[[Path, Report], ImportPlan[Content]],
        wanted: Callable[[ImportPlan[Content]], None],
    ) -> None:
        """Prepare the flow.

        Args:
            page: Where dialogs and jobs belong.
            title: What is imported.
            read: Makes the plan; runs in a reader thread.
            wanted: The person wants the plan carried out.
        """
        self._page = page
        self._title = title
        self._read = read
        self._wanted = wanted

    def ask(self) -> None:
        """Ask for a file."""
        dialog = QFileDialog(self._page, self._title)
        dialog.setNameFilter(_("表格 (*.xlsx *.xls *.xlsb *.ods *.csv)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.preview(Path(name)))
        dialog.open()

    def preview(self, path: Path) -> None:
        """Show what importing the file would do."""
        title = _("读取 {file}", file=path.name)

        def work(progress: Progress) -> ImportPlan[Content]:
            return self._read(path, lambda done, total: progress.step(done, total, title))

        self._page.long(title, work, self._show, writes=False)

    def _show(self, plan: ImportPlan[Content]) -> None:
        self.form = ImportForm(self._page, self._title, plan)
        self.form.accepted.connect(lambda: self._wanted(plan))
        self.form.open()

    def carry_out(
        self,
        plan: ImportPlan[Content],
        write: Callable[[Report], Imported],
        done: Callable[[Imported], None],
    ) -> None:
        """Write the plan in a job of the task tray; a cancel leaves everything as before."""
        title = _("导入 {file}", file=plan.file_name)

        def work(progress: Progress) -> Imported:
            return write(lambda part, total: progress.step(part, total, title))

        self._page.long(title, work, done)
