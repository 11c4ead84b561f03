"""Papers of a note: from the list, and while it is being accepted."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from app.domain.receiving import editing
from app.domain.receiving.goods_papers import Sort
from app.domain.receiving.work import Entry
from app.i18n import _
from app.services.receiving.goods_papers import PaperRow, goods_of_note
from app.ui.goods_papers import About, GoodsPapers
from app.ui.page import Page
from app.ui.pages.receiving.list_view import ListView
from app.ui.pages.receiving.view_model import Counting


class NotePapers(QObject):
    """Opens the papers; a report that is attached ticks the check of its lots, and back."""

    def __init__(self, page: Page, listed: ListView, counting: Counting) -> None:
        super().__init__(page)
        self._page, self._list, self._counting = page, listed, counting
        self.papers = GoodsPapers(page)
        self.papers.added.connect(self._added)
        self.papers.withdrawn.connect(self._withdrawn)

    def show(self) -> None:
        """The papers of the note that is being accepted, else of the chosen one."""
        if self._counting.is_open:
            self._show_working()
            return
        row = self._list.current
        if row is None:
            self._page.not_available()
            return
        db, actor = self._page.context.db, self._page.context.actor
        about = About(f"{row.no} · {row.supplier}", row.org_id, row.id)

        def show(goods: tuple[tuple[int, str, str], ...]) -> None:
            self.papers.show(replace(about, goods=((0, "", _("整张送货单")), *goods)))

        self._page.read_for_form(lambda: goods_of_note(db, actor, row.org_id, row.id), show)

    def _show_working(self) -> None:
        work, note = self._counting.work, self._counting.work.note
        entries = sorted(work.entries, key=lambda one: one.key != work.current)
        goods = tuple(dict.fromkeys(self._goods(one) for one in entries))
        title = f"{note.no} · {note.supplier}"
        everything = (0, "", _("整张送货单"))
        about = About(title, note.org_id, note.delivery_id, goods=(*goods, everything))
        self.papers.show(about)

    def _goods(self, entry: Entry) -> tuple[int, str, str]:
        name, line = self._counting.work.goods(entry).name, self._counting.work.line_of(entry)
        lot = entry.lot_no or (line.lot_no if line is not None else "")
        return entry.item_id, lot, f"{name} {lot}".strip()

    def _added(self, sort: object, item: object, lot: str) -> None:
        if sort is not Sort.REPORT or not self._counting.is_open:
            return
        for entry in self._counting.work.entries:
            ours, its_lot, _words = self._goods(entry)
            if item in {0, ours} and lot in {"", its_lot} and not entry.checks.report:
                self._tick(entry, there=True)

    def _withdrawn(self, rows: tuple[PaperRow, ...]) -> None:
        """A report that was withdrawn is missing again, unless another one covers the lot."""
        if not self._counting.is_open:
            return
        reports = [one for one in rows if one.sort is Sort.REPORT]
        for entry in self._counting.work.entries:
            ours, its_lot, _words = self._goods(entry)
            about = [
                one for one in reports if one.item_id in {0, ours} and one.lot_no in {"", its_lot}
            ]
            if entry.checks.report and about and all(one.withdrawn for one in about):
                self._tick(entry, there=False)

    def _tick(self, entry: Entry, *, there: bool) -> None:
        checks = replace(entry.checks, report=there)
        self._counting.edit(lambda session: editing.set_checks(session, entry.key, checks))
