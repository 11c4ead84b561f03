"""A bill as people read it: every line of it, its PDF, its Excel."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from app import paths
from app.adapters import local_files
from app.i18n import _
from app.services.settlement.listing import StatementRow, statement_lines
from app.services.settlement.papers import statement_paper
from app.services.settlement.reporting import write_statement_sheet
from app.ui.page import Page
from app.ui.pages.settlement.lines_form import LinesForm
from app.ui.tables.exporting import open_file


def show_lines(page: Page, row: StatementRow) -> None:
    """Open every line of a bill."""
    db, actor = page.context.db, page.context.actor
    page.read_for_form(
        lambda: statement_lines(db, actor, row.org_id, row.statement_id),
        lambda found: LinesForm(page, row, found).open(),
    )


def print_bill(page: Page, row: StatementRow) -> None:
    """Print a bill."""
    db, actor = page.context.db, page.context.actor
    target = _file(row, "pdf")

    def work() -> Path:
        from app.adapters.pdf.statement_pdf import statement_pdf

        paper = statement_paper(db, actor, row.org_id, row.statement_id)
        return local_files.write(target, statement_pdf(paper))

    page.read(work, partial(_written, page))


def write_sheet(page: Page, row: StatementRow) -> None:
    """Write a bill as Excel."""
    db, actor = page.context.db, page.context.actor
    target = _file(row, "xlsx")

    def work() -> Path:
        write_statement_sheet(db, actor, row.org_id, row.statement_id, target)
        return target

    page.read(work, partial(_written, page))


def _file(row: StatementRow, kind: str) -> Path:
    """Where the paper goes; members count their bills each, so the number alone is not enough."""
    return paths.output() / f"{row.no}-{row.org}.{kind}"


def _written(page: Page, file: Path) -> None:
    page.context.notices.done(
        _("已生成 {file}", file=file.name),
        action=_("打开文件"),
        act=lambda: open_file(file),
    )
