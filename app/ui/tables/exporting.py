"""Ctrl+E: the rows of a table into Excel or CSV, off the GUI thread, with progress and cancel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app import paths
from app.adapters.sheets_out import Cell
from app.i18n import _
from app.ui.jobs import Progress
from app.ui.page import Page
from app.ui.tables.cells import Row
from app.ui.tables.columns import Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.paged_model import PagedModel, TableModel
from app.ui.tables.query import PAGE, PageQuery, RowSource
from app.ui.tables.view import GridView
from app.ui.widgets.files import FileDialog

_HELD = (str, int, Decimal, date)
_SKIPPED = {Kind.CHECK, Kind.BUTTON, Kind.SPARK, Kind.BAR}


def ask_and_export(page: Page, grid: GridView, title: str) -> None:
    """Ask for a file, then write the selected rows (if several) or all rows of the filter."""
    dialog = FileDialog(page, _("导出到"))
    dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters([_("Excel 工作簿 (*.xlsx)"), _("CSV 文本 (*.csv)")])
    dialog.setDefaultSuffix("xlsx")
    dialog.setDirectory(str(paths.output()))
    dialog.selectFile(f"{title}.xlsx")
    dialog.fileSelected.connect(lambda name: export_to(page, grid, Path(name), title))
    dialog.open()


def export_to(page: Page, grid: GridView, path: Path, title: str) -> None:
    """Write the rows to a file in a job of the task tray."""
    selected = grid.selected()
    model = grid.model
    headings, places = _columns(model)
    chosen = selected if len(selected) > 1 else None
    loaded = model.rows if isinstance(model, ListModel) else ()
    source = model.source if isinstance(model, PagedModel) else None
    query = model.query if isinstance(model, PagedModel) else PageQuery()

    def work(progress: Progress) -> int:
        from app.adapters.sheets_out import Sheet, write

        if chosen is not None:
            rows = iter(chosen)
        elif source is not None:
            rows = _all_rows(source, query)
        else:
            rows = iter(loaded)
        total = len(chosen or loaded)
        values = (_values(row, places) for row in _counted(rows, total, progress, title))
        return write(path, Sheet(title, headings, values))

    def done(count: int) -> None:
        page.context.notices.done(
            _("已导出 {n} 行到 {path}", n=count, path=path.name),
            action=_("打开文件"),
            act=lambda: open_file(path),
        )

    page.long(_("导出 {title}", title=title), work, done, writes=False)


def open_file(path: Path) -> None:
    """Open a file in whatever this computer opens it with."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def _counted(rows: Iterator[Row], total: int, progress: Progress, title: str) -> Iterator[Row]:
    for done, row in enumerate(rows, 1):
        progress.step(done, max(total, done), title)
        if not row.heading:
            yield row


def _values(row: Row, places: list[int]) -> list[Cell]:
    """Full-precision values; what a sheet cannot hold becomes its words."""
    values = (row.value(place) for place in places)
    return [v if v is None or isinstance(v, _HELD) else str(v) for v in values]


def _columns(model: TableModel) -> tuple[list[str], list[int]]:
    kept = [(place, c) for place, c in enumerate(model.columns) if c.kind not in _SKIPPED]
    titles = [f"{c.title}（{c.unit}）" if c.unit else c.title for _place, c in kept]
    return titles, [place for place, _c in kept]


def _all_rows(source: RowSource, query: PageQuery) -> Iterator[Row]:
    """Every row of the query, page by page."""
    after: object = None
    while True:
        page = source.fetch(query, after, PAGE)
        yield from page.rows
        after = page.next_key
        if after is None:
            return
