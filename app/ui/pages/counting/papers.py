"""Write-offs and returns beside a count: asked for a line, decided, carried out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from app.adapters import local_files
from app.domain.ids import new_op
from app.domain.stock.counting import DisposalState
from app.i18n import _
from app.services.counting.disposal import (
    Ask,
    Carry,
    Decide,
    DisposalRow,
    ask,
    carry,
    decide,
)
from app.services.counting.listing import CountLineRow, CountRow
from app.services.counting.papers import count_paper, disposal_paper
from app.services.counting.photos import AddPhoto, add_photo
from app.services.recalls.expiring import people_of
from app.ui import formats
from app.ui.disposal_form import DisposalForm
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.counting.dialogs import DestroyForm
from app.ui.paper import offer_paper
from app.ui.status import Status
from app.ui.tables.cells import Row
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.dialogs import Form, Question, confirm
from app.ui.widgets.files import FileDialog


class Papers:
    """Asks what a step needs and does it.

    Args:
        page: The counting page.
        line: Tells the chosen line, if there is one.
        say: Shows a result in the bar.
        store: Runs a write and tells the words when it is done.
    """

    def __init__(
        self,
        page: Page,
        line: Callable[[], CountLineRow | None],
        say: Callable[..., None],
        store: Callable[[Callable[[], object], str], None],
    ) -> None:
        self._page = page
        self._line = line
        self._say = say
        self._store = store

    def tools(self, disposals: GridView, head: Callable[[], CountRow | None]) -> tuple[Button, ...]:
        """Links for the heads of the two cards: print the count; photographs, print the paper."""
        made = (
            Button(_("打印"), Kind.LINK, icon=Icon.PRINTER),
            Button(_("附照片"), Kind.LINK, icon=Icon.PLUS),
            Button(_("打印"), Kind.LINK, icon=Icon.PRINTER),
        )
        made[0].clicked.connect(lambda: self.print_count(head()))
        made[1].clicked.connect(lambda: self.ask_photo(disposals.current()))
        made[2].clicked.connect(lambda: self.print_disposal(disposals.current()))
        return made

    def print_count(self, head: CountRow | None) -> None:
        """The sheet to write on while a count is blind, its result afterwards."""
        if head is None:
            self._page.not_available()
            return
        db, actor = self._page.context.db, self._page.context.actor
        offer_paper(self._page, lambda: count_paper(db, actor, head.org_id, head.id), head.no)

    def print_disposal(self, row: Row | None) -> None:
        """The destruction record, or the return."""
        paper = row.record if row is not None else None
        if not isinstance(paper, DisposalRow):
            self._page.not_available()
            return
        db, actor = self._page.context.db, self._page.context.actor
        offer_paper(self._page, lambda: disposal_paper(db, actor, paper.org_id, paper.id), paper.no)

    def ask_photo(self, row: Row | None) -> None:
        """Ask for photographs of the chosen write-off or return."""
        paper = row.record if row is not None else None
        if not isinstance(paper, DisposalRow):
            self._page.not_available()
            return
        dialog = FileDialog(self._page, _("附照片：{no}", no=paper.no))
        dialog.setFileMode(FileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(_("照片和扫描件 (*.png *.jpg *.jpeg *.pdf)"))
        dialog.filesSelected.connect(lambda names: self.add_photos(paper, list(names)))
        dialog.open()

    def add_photos(self, paper: DisposalRow, names: Sequence[str]) -> None:
        """Keep photographs with a write-off or return."""
        db, actor = self._page.context.db, self._page.context.actor
        commands = [(new_op(), Path(name)) for name in names]

        def work() -> int:
            return [
                add_photo(db, actor, AddPhoto(op, paper.org_id, paper.id, file.name,
                                              local_files.read(file)))
                for op, file in commands
            ][-1]  # fmt: skip

        self._store(work, _("{no} 的照片已附上", no=paper.no))

    def labels(self) -> None:
        """F8: labels of the lot of the chosen line, new or again."""
        line = self._line()
        if line is None:
            self._page.not_available()
        else:
            asked = {"paper": line.lot_no} if line.lot_no else {"search": line.name}
            self._page.context.navigate("labels", **asked)

    def ask_for_line(self) -> None:
        """Write off or return the lot of the chosen line."""
        line = self._line()
        if line is None:
            self._say(Status.WARN, _("先选一行"), _("选要报损或退货的批号，再按这个按钮。"))
            return
        form = DisposalForm(line, self._page.context.org.id, self._page)
        form.chosen.connect(self._ask_disposal)
        form.open()

    def _ask_disposal(self, command: Ask) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        self._store(lambda: ask(db, actor, command), _("已提交，等另一人审批"))

    def carry_on(self, row: Row) -> None:
        """The next step of a write-off or return."""
        paper = row.record
        if not isinstance(paper, DisposalRow):
            return
        db, actor = self._page.context.db, self._page.context.actor
        if paper.state is DisposalState.TO_APPROVE:
            question = Question(
                _("审批 {no}", no=paper.no),
                _("{goods}，{money}。{reason}", goods=paper.goods, reason=paper.reason,
                  money=formats.yuan(paper.amount)),
                _("同意"), _("再看看"),
            )  # fmt: skip
            self._approve(paper, question)
        elif paper.kind == "return":
            back = Carry(new_op(), paper.org_id, paper.id, paper.version)
            question = Question(
                _("退货 {no}", no=paper.no),
                _("交给 {name}，库存扣减。", name=paper.supplier), _("已交给供应商"), _("还没有"),
            )  # fmt: skip
            form = confirm(self._page, question, lambda: self._store(
                lambda: carry(db, actor, back), _("已退货")))  # fmt: skip
            self._offer_to_give_up(form, paper, _("不退了"))
        else:
            self._page.read_for_form(
                lambda: people_of(db, actor, paper.org_id),
                lambda people: self._destroy(paper, people),
            )

    def _approve(self, paper: DisposalRow, question: Question) -> None:
        """Agree or refuse; what is refused ends, and nothing leaves the stock."""
        db, actor = self._page.context.db, self._page.context.actor
        agree = Decide(new_op(), paper.org_id, paper.id, paper.version)
        refuse = Decide(new_op(), paper.org_id, paper.id, paper.version, refuse=True)
        form = confirm(self._page, question, lambda: self._store(
            lambda: decide(db, actor, agree), _("已审批")))  # fmt: skip
        no = Button(_("不同意"))
        form.buttons.insertWidget(0, no)

        def refused() -> None:
            form.reject()
            self._store(lambda: decide(db, actor, refuse), _("{no} 没有同意，已退回", no=paper.no))

        no.clicked.connect(lambda _on=False: refused())

    def _offer_to_give_up(self, form: Form, paper: DisposalRow, words: str) -> None:
        """What was approved and cannot be carried out ends here; the goods stay on the books."""
        db, actor = self._page.context.db, self._page.context.actor
        give_up = Decide(new_op(), paper.org_id, paper.id, paper.version, refuse=True)
        no = Button(words)
        form.buttons.insertWidget(0, no)

        def ended() -> None:
            form.reject()
            self._store(
                lambda: decide(db, actor, give_up), _("{no} 不办了，货还在账上", no=paper.no)
            )

        no.clicked.connect(lambda _on=False: ended())

    def _destroy(self, paper: DisposalRow, people: tuple[tuple[int, str], ...]) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        others = tuple(one for one in people if one[0] != actor.person_id)
        if paper.controlled and len(others) > 1:
            people = others  # who books it does not witness it
        form = DestroyForm(paper, people, self._page)

        def go_on(method: str, one: object, two: object, authority: str) -> None:
            command = Carry(
                new_op(), paper.org_id, paper.id, paper.version, method,
                one if isinstance(one, int) else 0, two if isinstance(two, int) else 0, authority,
            )  # fmt: skip
            self._store(lambda: carry(db, actor, command), _("已记录销毁"))

        form.chosen.connect(go_on)
        self._offer_to_give_up(form, paper, _("不报损了"))
        form.open()
