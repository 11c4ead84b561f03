"""What the person is asked about quotes, sheets and the exported comparison."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app import paths
from app.domain.bidding.commitment import BidLine
from app.domain.bidding.rules import above_ceiling, over_words
from app.domain.duties import Duty
from app.domain.ids import new_op
from app.i18n import _
from app.services.negotiation.invitations import DossierRow, dossiers
from app.services.negotiation.papers import CheckPaper, PutPaper
from app.services.negotiation.sheets import SheetIn
from app.ui.pages.negotiation.desk import NegotiationDesk
from app.ui.pages.negotiation.frame import NegotiationFrame
from app.ui.pages.negotiation.papers_form import NewPaper, PapersForm
from app.ui.pages.negotiation.picking import Picking
from app.ui.widgets.dialogs import Question, ReasonForm, confirm
from app.ui.widgets.files import FileDialog


class QuoteAsking:
    """Dialogs about quotes."""

    def __init__(self, page: NegotiationFrame, desk: NegotiationDesk, picking: Picking) -> None:
        self._page, self._picking = page, picking
        self._desk = desk

    @property
    def _id(self) -> int:
        return self._page.project.id if self._page.project else 0

    def submit(self, lines: Sequence[BidLine]) -> None:
        """Hand the typed prices in, after saying what that means."""
        quote = self._page.quote
        if quote is None or not lines:
            self._page.not_available()
            return
        effect = _("截止前可以再提交，以最后一次为准。提交后会给出指纹，开标时可以核对。")
        ceilings = {one.item.line: one.item.ceiling for one in quote.rows}
        names = {one.item.line: one.item.name for one in quote.rows}
        prices = {one.line: one.unit_price for one in lines}
        over = over_words(above_ceiling(prices, ceilings), names)
        question = Question(
            _("提交 {n} 行报价", n=len(lines)),
            f"{over}\n{effect}" if over else effect,
            _("提交报价"),
            _("再看看"),
        )
        supplier = quote.supplier_id
        confirm(
            self._page,
            question,
            lambda: self._desk.submit(quote.project.id, supplier, lines),
        )

    def withdraw(self) -> None:
        """Ask why everything is taken back."""
        quote = self._page.quote
        if quote is None:
            return
        form = ReasonForm(
            _("撤回报价"), _("撤回后你的全部报价都不再计入，截止前可以重新报。"), _("撤回"),
            self._page,
        )  # fmt: skip
        form.accepted.connect(
            lambda: self._desk.withdraw(quote.project.id, quote.supplier_id, form.text)
        )
        form.open()

    def papers(self) -> None:
        """Show papers: the group's buyer of every supplier, a supplier its own."""
        context = self._page.context
        group = not self._page.supplier

        def show(found: tuple[DossierRow, ...]) -> None:
            mine = context.actor.orgs(Duty.SUPPLY)
            rows = [(one.supplier_id, one.supplier) for one in found
                    if group or one.supplier_id in mine]  # fmt: skip
            if not rows:
                self._page.not_available()
                return
            self._show_papers(PapersForm(rows, context.today, self._page, group=group))

        self._page.read_for_form(lambda: dossiers(context.db, context.actor), show)

    def _show_papers(self, form: PapersForm) -> None:
        def again() -> None:
            self._desk.read_papers(form.supplier, form.show_papers)

        def put(new: NewPaper) -> None:
            command = PutPaper(
                new_op(), form.supplier, new.kind, new.number, new.valid_to, new.paper_id
            )
            self._desk.put_paper(command, again)

        def check(paper: object, on: bool) -> None:
            if isinstance(paper, int):
                command = CheckPaper(new_op(), form.supplier, paper, checked=on)
                self._desk.check_paper(command, again)

        form.wanted.connect(lambda _supplier: again())
        form.put.connect(put)
        form.checked.connect(check)
        again()
        form.open()

    def write_sheets(self) -> None:
        """Ask for the folder."""
        project = self._id
        dialog = FileDialog(self._page, _("报价单放到哪个文件夹"))
        dialog.setFileMode(FileDialog.FileMode.Directory)
        dialog.setDirectory(str(paths.output()))
        dialog.fileSelected.connect(lambda name: self._desk.write_sheets(project, Path(name)))
        dialog.open()

    def import_sheets(self) -> None:
        """Ask for the filled sheets; many at once."""
        project = self._id
        if not project:
            self._page.not_available()
            return
        dialog = FileDialog(self._page, _("选填好的报价单，可多选"))
        dialog.setNameFilter(_("报价单 (*.xlsx)"))
        dialog.setFileMode(FileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.take_in(project, list(names)))
        dialog.open()

    def take_in(self, project: int, names: Sequence[str]) -> None:
        """Take sheets in, and tell of each that was refused and why."""

        def told(results: tuple[SheetIn, ...]) -> None:
            notices = self._page.context.notices
            taken = [one for one in results if one.taken]
            if taken:
                notices.done(_("已收下 {n} 份报价单。", n=len(taken)))
            for one in taken:
                if one.over:
                    notices.warn(f"{one.file}：{over_words(one.over)}")
            for one in results:
                if not one.taken:
                    lines = [_sheet_problem(problem.row, problem.text) for problem in one.problems]
                    words = _("{file} 没有收下：{why}", file=one.file, why=lines[0])
                    notices.problem(words, "\n".join(lines))

        self._desk.import_sheets(project, [Path(name) for name in names], told)

    def export(self) -> None:
        """Ask for the file of the comparison."""
        one = self._page.project
        if one is None or self._page.compare.board is None:
            self._page.not_available()
            return
        project = one.id
        dialog = FileDialog(self._page, _("导出到"))
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(_("Excel 工作簿 (*.xlsx)"))
        dialog.setDefaultSuffix("xlsx")
        dialog.setDirectory(str(paths.output()))
        dialog.selectFile(_("比价表 {no}", no=one.no) + ".xlsx")
        dialog.fileSelected.connect(lambda name: self._desk.export(project, Path(name)))
        dialog.open()


def _sheet_problem(row: int, text: str) -> str:
    return _("第 {row} 行：{text}", row=row, text=text) if row else text
