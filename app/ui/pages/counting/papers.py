"""Write-offs and returns beside a count: asked for a line, decided, carried out."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.ids import new_op
from app.domain.stock.counting import DisposalState
from app.i18n import _
from app.services.counting.disposal import (
    Ask,
    Carry,
    Decide,
    DisposalRow,
    Goods,
    ask,
    carry,
    decide,
)
from app.services.counting.listing import CountLineRow
from app.services.recalls.expiring import people_of
from app.ui import formats
from app.ui.page import Page
from app.ui.pages.counting.dialogs import DestroyForm, DisposalForm
from app.ui.status import Status
from app.ui.tables.cells import Row
from app.ui.widgets.dialogs import Question, confirm


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

    def ask_for_line(self) -> None:
        """Write off or return the lot of the chosen line."""
        line = self._line()
        if line is None:
            self._say(Status.WARN, _("先选一行"), _("选要报损或退货的批号，再按这个按钮。"))
            return
        form = DisposalForm(line, self._page)
        form.chosen.connect(lambda *told: self._ask_disposal(line, *told))
        form.open()

    def _ask_disposal(
        self, line: CountLineRow, packs: int, cause: str, reason: str, back: bool
    ) -> None:
        goods = Goods(
            line.place_id, line.item_id, line.lot_id, line.owner_id, packs * line.pack_factor
        )
        command = Ask(
            new_op(),
            self._page.context.org.id,
            (goods,),
            cause,
            reason,
            line.owner_id if back else 0,
        )
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
            agree = Decide(new_op(), paper.org_id, paper.id, paper.version)
            confirm(self._page, question, lambda: self._store(
                lambda: decide(db, actor, agree), _("已审批")))  # fmt: skip
        elif paper.kind == "return":
            back = Carry(new_op(), paper.org_id, paper.id, paper.version)
            question = Question(
                _("退货 {no}", no=paper.no),
                _("交给 {name}，库存扣减。", name=paper.supplier), _("已交给供应商"), _("还没有"),
            )  # fmt: skip
            confirm(self._page, question, lambda: self._store(
                lambda: carry(db, actor, back), _("已退货")))  # fmt: skip
        else:
            self._page.read(
                lambda: people_of(db, actor, paper.org_id),
                lambda people: self._destroy(paper, people),
            )

    def _destroy(self, paper: DisposalRow, people: tuple[tuple[int, str], ...]) -> None:
        form = DestroyForm(paper, people, self._page)
        db, actor = self._page.context.db, self._page.context.actor

        def go_on(method: str, one: object, two: object, authority: str) -> None:
            command = Carry(
                new_op(), paper.org_id, paper.id, paper.version, method,
                one if isinstance(one, int) else 0, two if isinstance(two, int) else 0, authority,
            )  # fmt: skip
            self._store(lambda: carry(db, actor, command), _("已记录销毁"))

        form.chosen.connect(go_on)
        form.open()
