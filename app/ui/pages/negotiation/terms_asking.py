"""What the person is asked about lots, ceilings, failed lines, leaving suppliers, the trail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

from app import paths
from app.domain.documents import State
from app.domain.ids import new_op
from app.i18n import _
from app.services.negotiation import queries
from app.services.negotiation.history import StepRow, history
from app.services.negotiation.project import BEFORE_ROUNDS, IN_ROUNDS, FailPart
from app.services.negotiation.queries import GuestRow, ProjectRow
from app.ui.pages.negotiation.quote_asking import QuoteAsking
from app.ui.pages.negotiation.terms_forms import DismissForm, FailForm, LotsForm, TrailForm
from app.ui.widgets.files import FileDialog

_OVER = frozenset({State.IN_FORCE, State.FAILED, State.STOPPED, State.PUBLICITY})
Entry = tuple[str, Callable[[], None], bool]


class TermsAsking(QuoteAsking):
    """Dialogs about the terms of a project and its record."""

    def term_entries(self, one: ProjectRow) -> list[Entry]:
        """Entries of the menu; an empty word is a line between groups."""
        early = one.state in BEFORE_ROUNDS
        failing = one.state in {*IN_ROUNDS, State.REVIEWING}
        return [
            ("", self.trail, True),
            (_("标包…"), self.lots, early),
            (_("导出品规表（标包、限价）…"), self.write_terms, one.lines > 0),
            (_("导入品规表（标包、限价）…"), self.read_terms, early),
            (_("供应商资质…"), self.papers, True),
            (_("移出供应商…"), self.dismiss, one.suppliers > 0 and one.state not in _OVER),
            (_("项目轨迹…"), self.trail, True),
            ("", self.trail, True),
            (_("流标几行或一包…"), self.fail, failing),
        ]

    def split(self) -> None:
        """Share the current line between suppliers."""
        at = self._page.compare.at
        if at is not None:
            self._picking.split(at)

    def choose_lowest(self) -> None:
        """The cheapest for every line."""
        board = self._page.compare.board
        if board is not None:
            self._desk.choose_all(board.found, None)

    def choose_scored(self) -> None:
        """The best score for every line."""
        board = self._page.compare.board
        if board is not None:
            found = board.found
            self._desk.read_scoring(self._id, lambda scored: self._desk.choose_all(found, scored))

    def keep_terms(
        self,
        lots: Sequence[tuple[int, int]],
        ceilings: Sequence[tuple[int, Decimal | None]],
    ) -> None:
        """Keep the lots and ceilings that were typed into the table."""
        if not lots and not ceilings:
            self._page.context.notices.info(_("标包和限价都没有改动。"))
            return
        done = self._page.prepare.items.marks.clear
        self._desk.set_terms(self._id, lots, ceilings, done)

    def lots(self) -> None:
        """Show the lots; the chosen lines can be moved at once."""
        project, db, actor = self._id, self._page.context.db, self._page.context.actor
        shown = self._page.prepare.shown
        counts = Counter(one.lot for one in shown.items) if shown is not None else Counter[int]()
        chosen = tuple(one.line for one in self._page.prepare.chosen())

        def show(found: tuple[tuple[int, str, str], ...]) -> None:
            titles = [(lot, title) for lot, title, _failed in found]
            form = LotsForm(titles, counts, chosen, self._page)
            form.accepted.connect(lambda: self._desk.set_lots(project, form.titled, form.moved))
            form.open()

        self._page.read_for_form(lambda: queries.lots(db, actor, project), show)

    def write_terms(self) -> None:
        """Ask for the file of lots and ceilings."""
        project = self._id
        self._save_to(_("品规表"), lambda path: self._desk.write_terms(project, path))

    def read_terms(self) -> None:
        """Ask for the filled sheet of lots and ceilings."""
        project = self._id
        dialog = FileDialog(self._page, _("选填好的品规表"))
        dialog.setNameFilter(_("表格 (*.xlsx *.xls *.csv)"))
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        dialog.setDirectory(str(paths.output()))
        dialog.fileSelected.connect(lambda name: self._desk.read_terms(project, Path(name)))
        dialog.open()

    def dismiss(self) -> None:
        """Ask which supplier leaves, and why."""
        project, db, actor = self._id, self._page.context.db, self._page.context.actor

        def show(found: tuple[GuestRow, ...]) -> None:
            guests = [(one.supplier_id, one.supplier) for one in found if not one.quitted]
            if not guests:
                self._page.not_available()
                return
            form = DismissForm(guests, self._page.prepare.guest(), self._page)
            form.accepted.connect(lambda: self._desk.dismiss(project, form.supplier, form.text))
            form.open()

        self._page.read_for_form(lambda: queries.guests(db, actor, project), show)

    def fail(self) -> None:
        """Ask which lines or which lot fail, and why."""
        project, db, actor = self._id, self._page.context.db, self._page.context.actor
        lines = self._lines_in_hand()

        def show(found: tuple[tuple[int, str, str], ...]) -> None:
            lots = [(lot, title) for lot, title, failed in found if not failed]
            form = FailForm(lines, lots, self._page)
            form.accepted.connect(
                lambda: self._desk.fail(
                    FailPart(new_op(), project, form.text, form.lot, () if form.lot else form.lines)
                )
            )
            form.open()

        self._page.read_for_form(lambda: queries.lots(db, actor, project), show)

    def _lines_in_hand(self) -> list[tuple[int, str]]:
        board = self._page.compare.board
        if self._page.stack.currentWidget() is self._page.compare and board is not None:
            infos = [board.found.lines[at] for at in self._page.compare.chosen()]
            return [(one.line, f"{one.name} {one.spec}") for one in infos if not one.failed]
        chosen = self._page.prepare.chosen()
        return [(one.line, f"{one.name} {one.spec}") for one in chosen if not one.failed]

    def trail(self) -> None:
        """Show every step of the project."""
        one = self._page.project
        if one is None:
            return
        db, actor = self._page.context.db, self._page.context.actor

        def export() -> None:
            self._save_to(
                _("项目轨迹"), lambda path: self._desk.export_history(one.id, path)
            )  # fmt: skip

        def show(rows: tuple[StepRow, ...]) -> None:
            title = _("项目轨迹　{no}", no=one.no)
            TrailForm(title, rows, export, self._page).open()

        self._page.read_for_form(lambda: history(db, actor, one.id), show)

    def _save_to(self, name: str, act: Callable[[Path], None]) -> None:
        """Ask where to write a workbook of the project."""
        no = self._page.project.no if self._page.project else ""
        dialog = FileDialog(self._page, _("导出到"))
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(_("Excel 工作簿 (*.xlsx)"))
        dialog.setDefaultSuffix("xlsx")
        dialog.setDirectory(str(paths.output()))
        dialog.selectFile(f"{name} {no}.xlsx")
        dialog.fileSelected.connect(lambda chosen: act(Path(chosen)))
        dialog.open()
