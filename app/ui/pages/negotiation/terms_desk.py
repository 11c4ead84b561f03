"""The writing side of a project's terms: lots, ceilings, what fails, who leaves, the trail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.domain.ids import new_op
from app.i18n import _
from app.services.negotiation.history import export_history
from app.services.negotiation.invitations import Dismiss, dismiss
from app.services.negotiation.lots import SetLots, SetTerms, set_lots, set_terms
from app.services.negotiation.papers import (
    CheckPaper,
    PaperRow,
    PutPaper,
    check_paper,
    papers,
    put_paper,
)
from app.services.negotiation.project import FailPart, fail_part
from app.services.negotiation.terms_sheet import ReadTerms, TermsRead, read_terms, write_terms
from app.ui.changes import Topic
from app.ui.page import Page

Done = Callable[[], None]
Lots = Sequence[tuple[int, str]]


class TermsDesk:
    """What both halves of the desk share, and the steps about a project's terms."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._context = page.context

    def _changed(self, told: str = "") -> None:
        if told:
            self._context.notices.done(told)
        self._context.changes.announce({Topic.NEGOTIATION})

    def _write(self, work: Callable[[], Any], told: str, done: Callable[[Any], None]) -> None:
        def finished(result: Any) -> None:
            self._changed(told)
            done(result)

        self._page.write(work, finished)

    def set_lots(self, project: int, titles: Lots, lines: Sequence[tuple[int, int]]) -> None:
        """Name lots and move lines."""
        db, actor = self._context.db, self._context.actor
        command = SetLots(new_op(), project, tuple(titles), tuple(lines))
        self._write(lambda: set_lots(db, actor, command), _("已保存标包。"), nothing)

    def set_terms(
        self,
        project: int,
        lots: Sequence[tuple[int, int]],
        ceilings: Sequence[tuple[int, Decimal | None]],
        done: Done,
    ) -> None:
        """Keep typed lots and ceilings."""
        db, actor = self._context.db, self._context.actor
        command = SetTerms(new_op(), project, tuple(lots), tuple(ceilings))

        def told(count: int) -> None:
            done()
            self._changed(_("已改 {n} 个品规的标包或限价。", n=count))

        self._page.write(lambda: set_terms(db, actor, command), told)

    def write_terms(self, project: int, path: Path) -> None:
        """Write the lines with lots and ceilings to a sheet."""
        db, actor = self._context.db, self._context.actor
        self._page.read(lambda: write_terms(db, actor, project, path), self._written(path))

    def read_terms(self, project: int, path: Path) -> None:
        """Take lots and ceilings from a filled sheet."""
        db, actor = self._context.db, self._context.actor
        command = ReadTerms(new_op(), project, path)

        def told(read: TermsRead) -> None:
            words = _("已改 {n} 行限价，{m} 行换了标包。", n=read.ceilings, m=read.lots)
            self._changed(words)

        self._page.write(lambda: read_terms(db, actor, command), told)

    def fail(self, command: FailPart) -> None:
        """Declare lines or a lot failed."""
        db, actor = self._context.db, self._context.actor

        def told(count: int) -> None:
            self._changed(_("{n} 个品规已流标。", n=count))

        self._page.write(lambda: fail_part(db, actor, command), told)

    def dismiss(self, project: int, supplier: int, reason: str) -> None:
        """Take a supplier out of the project."""
        db, actor = self._context.db, self._context.actor
        command = Dismiss(new_op(), project, supplier, reason)
        self._write(lambda: dismiss(db, actor, command), _("已移出供应商。"), nothing)

    def read_papers(self, supplier: int, done: Callable[[tuple[PaperRow, ...]], None]) -> None:
        """The papers of a supplier."""
        db, actor = self._context.db, self._context.actor
        self._page.read(lambda: papers(db, actor, supplier), done, channel="papers")

    def put_paper(self, command: PutPaper, done: Done) -> None:
        """Hand a paper in."""
        db, actor = self._context.db, self._context.actor

        def told(_paper: int) -> None:
            self._context.notices.done(_("已登记资质，待审核。"))
            done()

        self._page.write(lambda: put_paper(db, actor, command), told)

    def check_paper(self, command: CheckPaper, done: Done) -> None:
        """Say that a paper was seen, or not after all."""
        db, actor = self._context.db, self._context.actor
        words = _("已审核。") if command.checked else _("已取消审核。")

        def told(_result: Any) -> None:
            self._context.notices.done(words)
            done()

        self._page.write(lambda: check_paper(db, actor, command), told)

    def export_history(self, project: int, path: Path) -> None:
        """Write the full trail to a sheet."""
        db, actor = self._context.db, self._context.actor
        self._page.read(lambda: export_history(db, actor, project, path), self._written(path))

    def _written(self, path: Path) -> Callable[[int], None]:
        def told(count: int) -> None:
            self._context.notices.done(_("已导出 {n} 行：{path}", n=count, path=path))

        return told


def nothing(_result: Any) -> None:
    """The change signal does the rest."""
