"""最近的消耗单: what was posted lately; all of it or a part can be taken back."""

from __future__ import annotations

from dataclasses import replace

from app.domain.documents import State, state_title
from app.domain.duties import Duty
from app.domain.ids import new_op
from app.i18n import _
from app.services.consumption import Consumed, Reverse, reverse
from app.services.consumption.listing import (
    ConsumptionRow,
    UsedLine,
    consumptions,
    used_lines,
)
from app.services.db import local_time
from app.services.receiving.commands import Second
from app.ui import formats
from app.ui.before_two import write_before_two
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.pages.consumption.refund_form import RefundForm
from app.ui.status import Status
from app.ui.tables.cells import Cell, Link, Pill, Row, Tone, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.cards import Card
from app.ui.widgets.dialogs import ReasonForm

_SHOWN = 60


class RecentUses(Card):
    """The documents posted lately."""

    def __init__(self, page: Page) -> None:
        super().__init__(padding=12)
        self._page = page
        self.refund: RefundForm | None = None
        self.grid = GridView(ListModel(_document_columns()), framed=False)
        self.grid.set_empty(_("还没有消耗单。"))
        self.grid.link_clicked.connect(self._ask_reverse)
        self.grid.opened.connect(self._ask_refund)
        self.set_title(_("最近的消耗单"), _("Enter 退一部分"))
        self.add(self.grid, 1)
        self.setMinimumWidth(300)

    def refresh(self) -> None:
        """Ask for the documents again."""
        context = self._page.context
        db, actor, orgs = context.db, context.actor, context.scope.ids
        self._page.read(
            lambda: consumptions(db, actor, orgs, limit=_SHOWN), self._show, channel="docs"
        )

    def _show(self, found: tuple[ConsumptionRow, ...]) -> None:
        keeper, model = self._page.context.may(Duty.STORE), self.grid.model
        if isinstance(model, ListModel):
            model.set_rows([_document_row(row, keeper=keeper) for row in found])

    def _ask_reverse(self, row: Row, _column: str) -> None:
        document = row.record
        if not isinstance(document, ConsumptionRow) or document.status is not State.POSTED:
            return
        effect = _("货会回到原来的批号和库位，对账单按冲销后的数量计算。原单保留。")
        form = ReasonForm(_("冲销 {no}", no=document.no), effect, _("冲销"), self, least=2)
        org, number, op_id = document.org_id, document.document_id, new_op()
        form.accepted.connect(lambda: self._reverse(Reverse(op_id, org, number, form.text)))
        form.open()

    def _ask_refund(self, row: Row) -> None:
        """Enter or double click on a document: part of it comes back."""
        document = row.record
        if not isinstance(document, ConsumptionRow) or document.status is not State.POSTED:
            return
        db, actor = self._page.context.db, self._page.context.actor
        org, number = document.org_id, document.document_id

        def ask(lines: tuple[UsedLine, ...]) -> None:
            if not lines:
                self._page.not_available()
                return
            self.refund = RefundForm(document, lines, self)
            self.refund.chosen.connect(self._reverse)
            self.refund.open()

        self._page.read_for_form(lambda: used_lines(db, actor, org, number), ask)

    def _reverse(self, command: Reverse) -> None:
        context = self._page.context

        def work(second: Second | None) -> Consumed:
            return reverse(context.db, context.actor, replace(command, second=second))

        write_before_two(self._page, work, self._reversed, context.errors.take)

    def _reversed(self, done: Consumed) -> None:
        self._page.context.notices.done(_("已冲销，冲销单 {no}。", no=done.no))
        self._page.context.changes.announce({Topic.STOCK, Topic.SETTLEMENT})
        self.refresh()


def _document_columns() -> tuple[Column, ...]:
    return (
        Column(key="no", title=_("单号"), kind=Kind.TWO_LINE, width=150, stretch=True),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=108),
        Column(key="act", title="", kind=Kind.BUTTON, width=52),
    )


def _document_row(row: ConsumptionRow, *, keeper: bool) -> Row:
    status = Status.MUTE if row.status is State.REVERSED else Status.OK
    can = keeper and row.status is State.POSTED and row.source != "reversal"
    lines = formats.number(row.lines)
    when = f"{local_time(row.posted_at):%m-%d %H:%M}"
    word = _("冲销单") if row.source == "reversal" else state_title(row.status)
    cells: tuple[Cell, ...] = (
        Two(
            row.no,
            _("{when} · {who} · {n} 行", when=when, who=row.person, n=lines),
        ),
        Pill(status, word, bare=True),
        Link(_("冲销")) if can else Tone(""),
    )
    return Row(row.document_id, cells, record=row)
