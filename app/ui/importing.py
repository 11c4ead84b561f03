"""From a file to what is imported: ask for it, show what it would do, do it with progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from app import paths
from app.domain.errors import DomainError
from app.i18n import _
from app.services.importing.columns import Field
from app.services.importing.marked import marked_copy
from app.services.importing.plan import Imported, ImportPlan, Report
from app.services.importing.said_columns import Look, SayColumns, look, say
from app.ui.jobs import Progress
from app.ui.page import Page
from app.ui.tables.exporting import open_file
from app.ui.widgets.columns_form import ColumnsForm
from app.ui.widgets.files import FileDialog
from app.ui.widgets.import_form import ImportForm

Content = TypeVar("Content")
_TITLES: Final = "import.titles"


@dataclass(frozen=True, slots=True)
class Columns:
    """What a kind of sheet may state; with it a person can say what its columns mean."""

    kind: str
    fields: Sequence[Field]


class ImportFlow(Generic[Content]):
    """The import of one kind of sheet on one page.

    Attributes:
        form: The preview that is or was on screen.
        columns_form: The question what the columns mean, that is or was on screen.
    """

    form: ImportForm
    columns_form: ColumnsForm

    def __init__(
        self,
        page: Page,
        title: str,
        read: Callable[[Path, Report], ImportPlan[Content]],
        wanted: Callable[[ImportPlan[Content]], None],
        columns: Columns | None = None,
    ) -> None:
        """Prepare the flow.

        Args:
            page: Where dialogs and jobs belong.
            title: What is imported.
            read: Makes the plan; runs in a reader thread.
            wanted: The person wants the plan carried out.
            columns: What sheets of the kind may state; None asks nobody about columns.
        """
        self._page = page
        self._title = title
        self._read = read
        self._wanted = wanted
        self._columns = columns

    def ask(self) -> None:
        """Ask for a file."""
        dialog = FileDialog(self._page, self._title)
        dialog.setNameFilter(_("表格 (*.xlsx *.xls *.xlsb *.ods *.csv *.txt)"))
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.preview(Path(name)))
        dialog.open()

    def preview(self, path: Path) -> None:
        """Show what importing the file would do; unknown titles are asked about."""
        title = _("读取 {file}", file=path.name)

        def work(progress: Progress) -> ImportPlan[Content] | Look:
            try:
                return self._read(path, progress.step)
            except DomainError as error:
                if self._columns is None or error.code != _TITLES:
                    raise
                return self._look(path)

        def show(found: ImportPlan[Content] | Look) -> None:
            if isinstance(found, Look):
                self._ask_columns(path, found)
            else:
                self._show(path, found)

        self._page.long(title, work, show, writes=False)

    def _look(self, path: Path) -> Look:
        assert self._columns is not None  # noqa: S101 - only asked where there are some
        context = self._page.context
        what = (self._columns.kind, "")
        return look(context.db, context.actor, path, self._columns.fields, what)

    def _show(self, path: Path, plan: ImportPlan[Content]) -> None:
        self.form = ImportForm(self._page, self._title, plan)
        self.form.offer(columns=self._columns is not None)
        self.form.accepted.connect(lambda: self._wanted(plan))
        self.form.marked.connect(lambda: self._ask_marked(path, plan))
        self.form.columns.connect(lambda: self._change_columns(path))
        self.form.open()

    def _change_columns(self, path: Path) -> None:
        self.form.reject()
        self._page.read_for_form(
            lambda: self._look(path), lambda found: self._ask_columns(path, found)
        )

    def _ask_columns(self, path: Path, found: Look) -> None:
        assert self._columns is not None  # noqa: S101 - only asked where there are some
        form = ColumnsForm(self._page, found, self._columns.fields)
        context, columns = self._page.context, self._columns

        def keep() -> None:
            command = SayColumns(columns.kind, path, form.said())
            self._page.write(
                lambda: say(context.db, context.actor, command, columns.fields),
                lambda _done: self.preview(path),
            )

        form.accepted.connect(keep)
        self.columns_form = form
        form.open()

    def _ask_marked(self, path: Path, plan: ImportPlan[Content]) -> None:
        dialog = FileDialog(self._page, _("存带标记的表"))
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(_("Excel 工作簿 (*.xlsx)"))
        dialog.setDefaultSuffix("xlsx")
        dialog.setDirectory(str(paths.output()))
        dialog.selectFile(_("{name} 导入结果.xlsx", name=path.stem))
        dialog.fileSelected.connect(lambda name: self.save_marked(path, plan, Path(name)))
        dialog.open()

    def save_marked(self, path: Path, plan: ImportPlan[Content], target: Path) -> None:
        """Write the person's sheet with the outcome and the problems of each row."""

        def done(_count: int) -> None:
            self._page.context.notices.done(
                _("已存到 {path}，改正后可再导入。", path=target.name),
                action=_("打开文件"),
                act=lambda: open_file(target),
            )

        self._page.long(
            _("存带标记的表"), lambda _progress: marked_copy(plan, path, target), done, writes=False
        )

    def carry_out(
        self,
        plan: ImportPlan[Content],
        write: Callable[[Report], Imported],
        done: Callable[[Imported], None],
    ) -> None:
        """Write the plan in a job of the task tray; a cancel leaves everything as before."""
        title = _("导入 {file}", file=plan.file_name)

        def work(progress: Progress) -> Imported:
            return write(progress.step)

        self._page.long(title, work, done)
