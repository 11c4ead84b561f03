"""Papers made or fetched in a reader thread, written to a file, and opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app import paths
from app.adapters.local_files import write
from app.domain.papers import TablePaper
from app.i18n import _
from app.ui.page import Page
from app.ui.widgets.files import FileDialog


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

    page.read(work, made)


def open_copy(page: Page, name: str, fetch: Callable[[], bytes]) -> None:
    """Open a copy of what `fetch` gives in the program for its kind; the kept one is not touched.

    Args:
        page: The page.
        name: File name of the copy; cleaned already, with the ending of its content.
        fetch: Gives the content, in a reader thread.
    """
    page.read(lambda: write(paths.output() / name, fetch()), _open, channel="copy")


def save_copy(page: Page, name: str, fetch: Callable[[], bytes]) -> None:
    """Ask where to, and save what `fetch` gives."""

    def saved(target: Path) -> None:
        words = _("已存到 {path}。", path=target)
        page.context.notices.done(words, action=_("打开文件"), act=lambda: _open(target))

    dialog = FileDialog(page, _("存成文件"), str(paths.output()))
    dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(name)
    dialog.fileSelected.connect(
        lambda chosen: page.read(lambda: write(Path(chosen), fetch()), saved)
    )
    dialog.open()


def _open(target: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))
