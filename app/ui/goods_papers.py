"""The papers that come with goods: attached at the note, looked at from the receipt or the lot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from app.adapters import local_files
from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.receiving.goods_papers import Sort
from app.i18n import _
from app.services.receiving.goods_papers import (
    AddPaper,
    PaperRow,
    add_paper,
    paper_content,
    papers_of_lot,
    papers_of_note,
)
from app.services.receiving.paper_turns import WithdrawPaper, withdraw_paper
from app.ui.page import Page
from app.ui.paper import open_copy, save_copy
from app.ui.widgets.dialogs import ReasonForm
from app.ui.widgets.fields import Field, Select
from app.ui.widgets.files import FileDialog
from app.ui.widgets.papers_form import PapersForm, preview


@dataclass(frozen=True, slots=True)
class About:
    """What papers are shown for.

    Attributes:
        title: The note, or the goods and lot.
        org_id: The member that has the note.
        delivery_id: The note; 0 where only the lot is known.
        lot_id: The lot, where there is no note.
        goods: What a new paper can be for: (item, lot number, words); the first is proposed.
    """

    title: str
    org_id: int
    delivery_id: int = 0
    lot_id: int = 0
    goods: tuple[tuple[int, str, str], ...] = ()


class GoodsPapers(QObject):
    """Shows papers and adds to them.

    Signals:
        added: Papers were added: the `Sort`, the item and the lot.
        withdrawn: A paper was withdrawn: what is there now, a tuple of `PaperRow`.
    """

    added = Signal(object, object, str)
    withdrawn = Signal(object)

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page
        self.form: PapersForm | None = None
        self._about: About | None = None

    def show(self, about: About) -> None:
        """Show the papers of a note or lot; at a note more can be added."""
        context = self._page.context
        may_edit = bool(about.delivery_id) and context.actor.can(Duty.STORE, about.org_id)
        form = PapersForm(self._page, about.title, may_edit=may_edit, remove=_("撤回"))
        sort = Select([(one, one.label) for one in Sort])
        goods = Select([(n, words) for n, (_item, _lot, words) in enumerate(about.goods)])
        if may_edit:
            form.head.addWidget(Field(_("添加的是"), sort), 1)
            form.head.addWidget(Field(_("给哪些货"), goods), 2)
        form.grid.set_empty(_("还没有资料。检验报告、进口注册证可附 PDF 或照片，最大 5 MB。"))
        form.wanted.connect(lambda _key: self._with_chosen(form, self._picture))
        form.opened.connect(lambda _key: self._with_chosen(form, self._open))
        form.saved.connect(lambda _key: self._with_chosen(form, self._save))
        form.added.connect(lambda: self._ask_files(about, sort, goods))
        form.removed.connect(
            lambda _key: self._with_chosen(form, partial(self._ask_why, form, about))
        )
        self.form, self._about = form, about
        self._reload(about)
        form.open()

    def add(self, about: About, sort: Sort, goods: tuple[int, str], files: Sequence[Path]) -> None:
        """Keep files as papers of a note; a second try of the same files changes nothing."""
        db, actor = self._page.context.db, self._page.context.actor
        item, lot = goods
        named = [(new_op(), file) for file in files]

        def work() -> None:
            for op, file in named:
                command = AddPaper(op, about.org_id, about.delivery_id, sort, file.name,
                                   local_files.read(file), item, lot)  # fmt: skip
                try:
                    add_paper(db, actor, command)
                except DomainError as error:
                    words = _("{name}：{why}", name=file.name, why=error.text)
                    raise DomainError(error.code, words) from error

        def done(_nothing: None) -> None:
            self.added.emit(sort, item, lot)
            self._reload(about)

        def failed(error: Exception) -> None:
            self._reload(about)  # those before it are kept
            self._page.context.errors.take(error)

        self._page.write(work, done, failed)

    def _ask_why(self, form: PapersForm, about: About, paper: PaperRow) -> None:
        effect = _("{name} 会标为已撤回，不再算作随货资料；文件和理由留着备查。", name=paper.name)
        asked = ReasonForm(_("撤回资料"), effect, _("撤回"), form, least=2)
        asked.accepted.connect(lambda: self._withdraw(about, paper, asked.text))
        asked.open()

    def _withdraw(self, about: About, paper: PaperRow, reason: str) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        command = WithdrawPaper(new_op(), paper.org_id, paper.id, reason)

        def work() -> tuple[PaperRow, ...]:
            withdraw_paper(db, actor, command)
            return papers_of_note(db, actor, about.org_id, about.delivery_id)

        def done(rows: tuple[PaperRow, ...]) -> None:
            self._page.context.notices.done(_("{name} 已撤回。", name=paper.name))
            self._reload(about)
            self.withdrawn.emit(rows)

        def failed(error: Exception) -> None:
            self._reload(about)  # somebody else may have withdrawn it
            self._page.context.errors.take(error)

        self._page.write(work, done, failed)

    def _ask_files(self, about: About, sort: Select, goods: Select) -> None:
        dialog = FileDialog(self._page, _("添加附件"))
        dialog.setNameFilter(_("照片和扫描件 (*.png *.jpg *.jpeg *.pdf)"))
        dialog.setFileMode(FileDialog.FileMode.ExistingFiles)
        place = goods.value if isinstance(goods.value, int) else 0
        item, lot, _words = about.goods[place]
        kind = Sort(str(sort.value))
        dialog.filesSelected.connect(
            lambda names: self.add(about, kind, (item, lot), [Path(name) for name in names])
        )
        dialog.open()

    def _reload(self, about: About) -> None:
        """Read the papers again, unless the form was closed or shows others by now."""
        if about is not self._about or self.form is None or not isValid(self.form):
            return
        db, actor = self._page.context.db, self._page.context.actor
        ask: Callable[[], tuple[PaperRow, ...]] = (
            partial(papers_of_note, db, actor, about.org_id, about.delivery_id)
            if about.delivery_id
            else partial(papers_of_lot, db, actor, about.lot_id)
        )
        show = partial(self._show_rows, self.form)
        self._page.read(ask, show, channel="goods_papers", owner=self.form)

    @staticmethod
    def _show_rows(form: PapersForm, rows: tuple[PaperRow, ...]) -> None:
        words = [" · ".join(part for part in (one.sort.label, one.what) if part) for one in rows]
        gone = {one.id: one.withdrawn for one in rows if one.withdrawn}
        form.show_rows(rows, words, gone)

    @staticmethod
    def _with_chosen(form: PapersForm, act: Callable[[PaperRow], None]) -> None:
        row = form.grid.current()
        if row is not None and isinstance(row.record, PaperRow):
            act(row.record)

    def _fetch(self, paper: PaperRow) -> Callable[[], bytes]:
        return partial(paper_content, self._page.context.db, self._page.context.actor, paper)

    def _picture(self, paper: PaperRow) -> None:
        if self.form is not None:
            fetch, show = self._fetch(paper), self.form.show_picture
            self._page.read(lambda: preview(fetch()), show, channel="picture")

    def _open(self, paper: PaperRow) -> None:
        open_copy(self._page, paper.name, self._fetch(paper))

    def _save(self, paper: PaperRow) -> None:
        save_copy(self._page, paper.name, self._fetch(paper))
