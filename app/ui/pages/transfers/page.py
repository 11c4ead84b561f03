"""调拨借用: what is worth moving and why, what is under way, what is still out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.i18n import _
from app.services.transfers.listing import LoanRow, TransferRow, loans, transfers
from app.services.transfers.propose import Proposal, ProposeQuery, propose
from app.ui import formats
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.icons import Icon
from app.ui.page import KeyHint, Page
from app.ui.pages.transfers import rows
from app.ui.pages.transfers.borrowing import Borrowing
from app.ui.pages.transfers.desk import Desk
from app.ui.pages.transfers.dialogs import StartForm
from app.ui.pages.transfers.footer import Footer
from app.ui.pages.transfers.panel import WhyPanel
from app.ui.pages.transfers.steps import Steps
from app.ui.tables.cells import Row
from app.ui.tables.column_fit import ColumnFit
from app.ui.tables.filling import put_rows
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.allowing import allow
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import Card, page_column, toolbar
from app.ui.widgets.chips import ViewChips

_MOST = 300


class TransfersPage(Page):
    """Proposals above, transfers under way and loans below."""

    name = "transfers"
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.STOCK, Topic.TRANSFERS})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.desk = Desk(self)
        self.steps = Steps(self, self.desk)
        self.borrowing = Borrowing(self, self.desk)
        self.view = ""
        self._found: tuple[Proposal, ...] = ()
        self._dropped: set[str] = set()
        self._loans: tuple[LoanRow, ...] = ()
        self.model = ListModel(rows.proposal_columns(), self._edit)
        self.grid = GridView(self.model)
        ColumnFit(self.grid, ("missing", "spare", "lot"))
        self.grid.set_empty(_("现在没有值得调拨的货：没有人缺，也没有人用不完。"))
        self.panel = WhyPanel()
        self.footer = Footer()
        self.grid.set_footer(self.footer)
        self.open = GridView(ListModel(rows.transfer_columns()), framed=False)
        self.open.set_empty(_("没有进行中的调拨。"))
        self.loans = GridView(ListModel(rows.loan_columns()), framed=False)
        ColumnFit(self.loans, ("back",))
        self.loans.set_empty(_("没有未还的借用。"))
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.grid)

    def _lay_out(self) -> None:
        self.chips = ViewChips(((view, _(word)) for view, word in rows.VIEWS), self)
        self.chips.chosen.connect(self._show_view)
        self.new_button = Button(_("新建借用"), icon=Icon.HAND_BACK, key="Ctrl+N")
        self.open_card = Card(_("进行中"), padding=12)
        self.open_card.add(self.open, 1)
        self.loans_card = Card(_("借用"), padding=12)
        self.loans_card.add(self.loans, 1)
        upper, lower = QHBoxLayout(), QHBoxLayout()
        for row in (upper, lower):
            row.setSpacing(12)
        upper.addWidget(self.grid, 1)
        upper.addWidget(self.panel)
        lower.addWidget(self.open_card, 1)
        lower.addWidget(self.loans_card, 1)
        self.panel.foot.addStretch(1)
        self.drop_button = Button(_("不调"))
        self.panel.foot.addWidget(self.drop_button)
        body = QVBoxLayout()
        body.setSpacing(12)
        body.addLayout(upper, 5)
        body.addLayout(lower, 3)
        column = page_column(self)
        column.addLayout(toolbar(*self.chips.row, None, self.new_button))
        column.addLayout(body, 1)

    def _connect(self) -> None:
        self.grid.current_changed.connect(self._follow)
        self.grid.key_pressed.connect(self._key)
        self.grid.counts_changed.connect(self.chrome_changed)
        self.model.rows_changed.connect(self._sum)
        self.model.refused.connect(lambda _k, _c, error: self.context.notices.warn(error.text))
        self.footer.start.clicked.connect(self._start)
        self.new_button.clicked.connect(self.borrowing.new)
        self.drop_button.clicked.connect(self._drop)
        self.desk.changed.connect(self.refresh)
        self.open.link_clicked.connect(lambda row, _column: self.steps.take(row.record))
        self.open.opened.connect(lambda row: self.steps.show(row.record))
        self.loans.link_clicked.connect(lambda row, _column: self._settle(row))
        self.loans.opened.connect(self._settle)
        self.on(Act.NEW, self.borrowing.new)
        self.on(Act.SUBMIT, self._start)
        self.on(Act.PRINT, lambda: self.steps.print(getattr(self.open.current(), "record", None)))

    # What the shell asks

    @override
    def counts(self) -> str:
        return self.grid.counts()

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (
            KeyHint("Space", _("选 / 不选")),
            KeyHint("T", _("发起调拨")),
            KeyHint("Tab", _("下一张表")),
            KeyHint("Enter", _("打开")),
            self.hint(Act.NEW, _("新建借用")),
        )

    @override
    def refresh(self) -> None:
        db, actor, orgs = self.context.db, self.context.actor, self.context.scope.ids
        if actor.has(Duty.STORE) or actor.has(Duty.BUY):
            query = ProposeQuery(orgs)
            self.read(lambda: propose(db, actor, query)[:_MOST], self._show, channel="propose")
        else:
            self.grid.set_empty(_("建议由库管和采购来选。要你审核的单在下面「进行中」。"))
            self._show(())
        self.read(
            lambda: [
                rows.transfer_row(row, self.context)
                for row in transfers(db, actor, orgs, "open")
                if row.state not in rows.ENDED or row.differs or row.report
            ],
            self._show_open, channel="open",
        )  # fmt: skip
        self.read(lambda: loans(db, actor, orgs), self._show_loans, channel="loans")

    # Proposals

    def _show(self, found: tuple[Proposal, ...]) -> None:
        self._found = found
        self._fill()
        self._say_counts()

    def _say_counts(self) -> None:
        self.set_subtitle(_("{n} 条建议 · {m} 笔借用", n=len(self._found), m=len(self._loans)))

    def _fill(self) -> None:
        kept = [row for row in self._found if row.key not in self._dropped and self._fits(row)]
        self.model.set_rows(
            [rows.proposal_row(row, self.context, picked=self._mine(row) and not row.needs_paper)
             for row in kept]
        )  # fmt: skip
        for view, word in rows.VIEWS:
            count = sum(self._fits(row, view) for row in self._found)
            self.chips.say(view, f"{_(word)} {count}" if count else _(word))
        if kept:
            self.grid.choose(kept[0].key)
        self._follow(self.grid.current())
        self._sum()

    def _fits(self, row: Proposal, view: str | None = None) -> bool:
        wanted = self.view if view is None else view
        if wanted == "paper":
            return row.needs_paper
        return wanted in {"", row.why} or (wanted == "expiry" and bool(row.expiring))

    def _show_view(self, view: str) -> None:
        self.view = view
        self._fill()

    def _mine(self, row: Proposal) -> bool:
        """Only the receiver, or who buys for it, can ask."""
        actor = self.context.actor
        return actor.can(Duty.STORE, row.org_id) or actor.can(Duty.BUY, row.org_id)

    def _edit(self, row: Row, column: str, value: object) -> Row:
        proposal = row.record
        assert isinstance(proposal, Proposal)  # noqa: S101 - rows hold proposals
        if column == "pick":
            if value and not self._mine(proposal):
                raise DomainError(
                    "transfer.theirs",
                    _("这条要由调入方 {org} 发起。可以打电话告诉他们。", org=proposal.org),
                )
            return rows.proposal_row(
                proposal, self.context, picked=bool(value), qty=_qty(row, proposal)
            )
        text = str(value).strip()
        units = int(text) * proposal.pack_factor if text.isdecimal() else 0
        if not 0 < units <= proposal.spare:
            raise DomainError(
                "transfer.qty",
                _("{org}富余 {n}，请填 1 到它的整包装数。", org=proposal.donor,
                  n=" ".join(rows.packs(proposal.spare, proposal))),
            )  # fmt: skip
        picked = row.cells[0] is True
        return rows.proposal_row(proposal, self.context, picked=picked, qty=units)

    def _picked(self) -> list[tuple[Proposal, int]]:
        return [
            (row.record, _qty(row, row.record))
            for row in self.model.checked("pick")
            if isinstance(row.record, Proposal)
        ]

    def _sum(self) -> None:
        picked = self._picked()
        saved = sum((p.saved * qty / p.qty for p, qty in picked), Decimal(0))
        papers = sum(proposal.needs_paper for proposal, _qty in picked)
        self.footer.show_sum(len(picked), saved, papers)

    def _follow(self, row: Row | None) -> None:
        record = row.record if row is not None else None
        self.panel.show_proposal(record if isinstance(record, Proposal) else None)
        allow(self.drop_button, _("先选一条调拨建议。"), when=isinstance(record, Proposal))

    def _drop(self) -> None:
        row = self.grid.current()
        if row is not None:
            self._dropped.add(str(row.key))
            self._fill()

    def _key(self, key: str) -> None:
        if key.upper() == "T":
            self._start()

    def _start(self) -> None:
        """One request for each pair of members among the chosen proposals."""
        picked = self._picked()
        if not picked:
            self.context.notices.info(_("还没有选要调的货。用空格键选几行。"))
            return
        pairs: dict[tuple[int, int], list[tuple[Proposal, int]]] = {}
        for proposal, qty in picked:
            pairs.setdefault((proposal.donor_id, proposal.org_id), []).append((proposal, qty))
        for chosen in pairs.values():
            self._ask_ground(chosen)

    def _ask_ground(self, chosen: Sequence[tuple[Proposal, int]]) -> None:
        first = chosen[0][0]
        saved = sum((p.saved * qty / p.qty for p, qty in chosen), Decimal(0))
        words = _(
            "{donor} → {org}，{n} 种，预计省 {money}。等调出方确认。",
            donor=first.donor, org=first.org, n=len(chosen), money=formats.yuan(saved),
        )  # fmt: skip
        form = StartForm(words, self, same_person=first.same_person)
        form.chosen.connect(lambda ground: self.desk.start(chosen, ground))
        form.open()

    # Transfers and loans

    def _show_open(self, found: list[Row]) -> None:
        put_rows(self.open, found)
        value = sum(
            (row.record.value for row in found if isinstance(row.record, TransferRow)), Decimal(0)
        )
        self.open_card.set_title(
            _("进行中"), _("{n} 单 · {money}", n=len(found), money=formats.yuan(value))
        )

    def _settle(self, row: Row) -> None:
        self.borrowing.back(row, self._loans)

    def _show_loans(self, found: tuple[LoanRow, ...]) -> None:
        put_rows(self.loans, [rows.loan_row(row, self.context) for row in found])
        late = sum(bool(row.overdue_days) for row in found)
        words = _("{n} 笔未还", n=len(found))
        self.loans_card.set_title(
            _("借用"), _("{words} · 逾期 {n}", words=words, n=late) if late else words
        )
        self._loans = found
        self._say_counts()


def _qty(row: Row, proposal: Proposal) -> int:
    """The quantity that stands in the row, in smallest units."""
    place = [column.key for column in rows.proposal_columns()].index("qty")
    value = row.raw[place] if row.raw else proposal.qty
    return value if isinstance(value, int) else proposal.qty
