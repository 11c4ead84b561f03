"""A paper made in a reader thread, written as PDF, and offered to be opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app import paths
from app.adapters.printers import write
from app.domain.papers import TablePaper
from app.i18n import _
from app.ui.page import Page


def offer_paper(page: Page, make: Callable[[], TablePaper], name: str) -> None:
    """Write what `make` gives as ``name.pdf`` into the output folder and offer to open it."""

    def work() -> Path:
        from app.adapters.pdf.table_pdf import table_pdf

        return write(paths.output() / f"{name}.pdf", table_pdf(make()))

    def made(target: Path) -> None:
        page.context.notices.done(
            _("已存到 {path}。", path=target),
            action=_("打开文件"),
            act=lambda: _open(target),
        )

    page.read(work, made, channel="paper")


def _open(target: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))
