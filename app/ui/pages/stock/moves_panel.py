"""The panel beside the list: where a lot came from, where it went, who did it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.domain.duties import Duty
from app.domain.expiry import shown
from app.domain.stock.doc_titles import doc_title
from app.domain.stock.zones import HOLDS
from app.i18n import N_, _
from app.services.counting.disposal import Ask, ask
from app.services.db import local_time
from app.services.stock.listing import StockRow
from app.services.stock.movements import MovementQuery, MovementRow, movements
from app.services.stock.moving import move_goods, targets
from app.services.stock.places import PlaceRow
from app.ui import formats
from app.ui.changes import Topic
from app.ui.disposal_form import DisposalForm
from app.ui.goods_papers import About, GoodsPapers
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.stock.move_form import MoveForm
from app.ui.pages.stock.rows import LIGHTS
from app.ui.status import Status
from app.ui.tables.cells import Row, Tone, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import DetailPanel, Facts
from app.ui.widgets.text import Role, Text


class MovesPanel(DetailPanel):
    """One lot: its facts, and its ledger rows newest first."""

    def __init__(self, page: Page) -> None:
        super().__init__(340)
        self._page = page
        self.facts = Facts()
        self.moves = GridView(
            ListModel(
                (
                    Column(key="what", title=_("单据"), kind=Kind.TWO_LINE, width=150,
                           stretch=True),
                    Column(key="qty", title=_("数量"), kind=Kind.NUMBER, width=110),
                )
            ),
            framed=False,
        )  # fmt: skip
        self.moves.set_empty(_("这一批还没有收发记录。"))
        self.content.addWidget(self.facts)
        self.content.addWidget(Text(_("收发流水"), Role.CARD_TITLE))
        self.content.addWidget(self.moves, 1)
        self.moves.setMinimumHeight(260)
        self._row: StockRow | None = None
        self.move_button = Button(_("移库"), icon=Icon.SWAP)
        self.move_button.clicked.connect(self._ask_move)
        self.write_off_button = Button(_("报损 / 退货"), icon=Icon.DELETE)
        self.write_off_button.clicked.connect(self._ask_disposal)
        self.papers = GoodsPapers(page)
        self.papers_button = Button(_("随货资料"), icon=Icon.FILE)
        self.papers_button.clicked.connect(self._show_papers)
        self.foot.addStretch(1)
        self.foot.addWidget(self.papers_button)
        self.foot.addWidget(self.write_off_button)
        self.foot.addWidget(self.move_button)

    def show_lot(self, row: StockRow) -> None:
        """Show another lot."""
        self._row = row
        mine = self._page.context.actor.can(Duty.STORE, row.org_id)
        for button in (self.move_button, self.write_off_button):
            button.setVisible(mine)
        status, word = LIGHTS[row.light]
        badges: list[QWidget] = [Badge(status, _(word))]
        if row.held:
            badges = [Badge(Status.LOCK, _(HOLDS.get(row.held, N_("已锁定"))))]
        if row.consigned:
            badges.append(Badge(Status.INFO, _("寄售")))
        self.show_badges(badges)
        self.name.setText(row.name)
        self.spec.setText(row.spec)
        there = formats.pack_text(row.base_unit, row.pack_unit, row.pack_factor, row.qty)
        self.facts.show_facts(
            (
                (_("统一编码"), row.code),
                (_("批号"), row.lot_no or "—"),
                (_("有效期至"), shown(row.expiry)),
                (_("库位"), f"{row.org} · {row.place}"),
                (_("现存"), there),
                (_("货权"), row.owner if row.consigned else _("自有")),
                (_("金额"), formats.yuan(row.amount)),
            )
        )
        self._ask(row)

    def _ask(self, row: StockRow) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        query = MovementQuery(row.org_id, item_id=row.item_id, lot_id=row.lot_id, limit=100)
        self._page.read(lambda: movements(db, actor, query), self._show, channel="moves")

    def _show_papers(self) -> None:
        """The reports and certificates that came with this lot."""
        row = self._row
        if row is not None:
            title = f"{row.name} {row.spec} · {row.lot_no or '—'}"
            self.papers.show(About(title, row.org_id, lot_id=row.lot_id))

    def _ask_move(self) -> None:
        """Where the lot goes; the places of its member are asked for first."""
        row = self._row
        if row is None:
            return
        db, actor = self._page.context.db, self._page.context.actor

        def ask(places: tuple[PlaceRow, ...]) -> None:
            form = MoveForm(row, places, self._page)
            form.chosen.connect(
                lambda command: self._page.write(lambda: move_goods(db, actor, command), moved)
            )
            form.open()

        def moved(_lines: int) -> None:
            self._page.context.notices.done(_("已移库。"))
            self._page.context.changes.announce({Topic.STOCK})

        self._page.read_for_form(
            lambda: targets(db, actor, row.org_id, row.item_id, row.place_id), ask
        )

    def _ask_disposal(self) -> None:
        """Write the lot off or give it back; another person approves it in 盘点."""
        row = self._row
        if row is None:
            return
        db, actor = self._page.context.db, self._page.context.actor

        def write(command: Ask) -> None:
            self._page.write(lambda: ask(db, actor, command), asked)

        def asked(_paper: int) -> None:
            self._page.context.notices.done(_("已提交，等另一人在「盘点」里审批。"))
            self._page.context.changes.announce({Topic.STOCK})

        form = DisposalForm(row, row.org_id, self._page)
        form.chosen.connect(write)
        form.open()

    def _show(self, found: tuple[MovementRow, ...]) -> None:
        model = self.moves.model
        if isinstance(model, ListModel):
            model.set_rows([_row(one) for one in found])


def _row(one: MovementRow) -> Row:
    kind = doc_title(one.doc_kind)
    when = f"{local_time(one.posted_at):%m-%d %H:%M}"
    ends = f"{one.from_place} → {one.to_place}"
    text = formats.pack_text(one.base_unit, one.pack_unit, one.pack_factor, one.qty)
    sign = {"in": "+", "out": "−"}.get(one.direction, "")
    tone = Status.OK if one.direction == "in" else None
    first = f"{kind} · {one.person}"
    return Row(one.seq, (Two(first, f"{when}  {ends}"), Tone(f"{sign}{text}", tone, bold=True)))
