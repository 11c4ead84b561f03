"""The papers of a note: its acceptance record when it is accepted, the note itself otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app import paths
from app.adapters.local_files import write
from app.i18n import _
from app.services.receiving.papers import acceptance_paper, delivery_paper
from app.services.receiving.queries import DeliveryRow
from app.ui.page import Page


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper to print: an acceptance record, or without `acceptance_id` a delivery note."""

    org_id: int
    no: str
    acceptance_id: int = 0
    delivery_id: int = 0


def paper_of(row: DeliveryRow) -> Paper:
    """The paper of a note: its acceptance record once it is accepted."""
    if row.acceptance_id:
        return Paper(row.org_id, row.acceptance_no, row.acceptance_id)
    return Paper(row.org_id, row.no, delivery_id=row.id)


def print_paper(page: Page, wanted: Paper) -> None:
    """Write the paper as PDF and offer to open it."""
    db, actor = page.context.db, page.context.actor

    def make() -> Path:
        target = paths.output() / f"{wanted.no}.pdf"
        if wanted.acceptance_id:
            from app.adapters.pdf.acceptance_pdf import acceptance_pdf

            paper = acceptance_paper(db, actor, wanted.org_id, wanted.acceptance_id)
            write(target, acceptance_pdf(paper))
            return target
        from app.adapters.pdf.delivery_pdf import delivery_pdf

        write(target, delivery_pdf(delivery_paper(db, actor, wanted.org_id, wanted.delivery_id)))
        return target

    def made(target: Path) -> None:
        page.context.notices.done(
            _("已存到 {path}。", path=target),
            action=_("打开文件"),
            act=lambda: _open(target),
        )

    page.read(make, made)


def _open(target: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))
