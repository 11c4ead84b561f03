"""The panel of one statement: how the figures roll, what was used, what is disputed."""

from __future__ import annotations

from PySide6.QtCore import Signal

from app.domain.documents import State, state_title
from app.domain.duties import Duty
from app.i18n import _
from app.services.db import local_time
from app.services.settlement.listing import ItemTotal, StatementRow, statement_totals
from app.services.settlement.steps import Verb
from app.ui import formats
from app.ui.formats import pack_text
from app.ui.page import Page
from app.ui.pages.settlement.statement_rows import STATES
from app.ui.status import Status
from app.ui.tables.cells import Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.cards import DetailPanel, Facts
from app.ui.widgets.text import Role, Text


class StatementPanel(DetailPanel):
    """One statement.

    Signals:
        asked: A step was chosen: the `StatementRow`, the `Verb`.
        print_asked: The PDF was asked for: the `StatementRow`.
    """

    asked = Signal(object, object)
    print_asked = Signal(object)

    def __init__(self, page: Page) -> None:
        super().__init__(330)
        self._page = page
        self._row: StatementRow | None = None
        self.roll = Facts()
        self.dispute = Text("", Role.SECOND, wrap=True, tone=Status.NEAR)
        self.lines = GridView(ListModel(_columns()), framed=False)
        self.lines.setMinimumHeight(220)
        self.content.addWidget(self.roll)
        self.content.addWidget(self.dispute)
        self.content.addWidget(Text(_("消耗明细（按批号汇总）"), Role.CARD_TITLE))
        self.content.addWidget(self.lines, 1)
        self.buttons = {
            Verb.CANCEL: Button(_("作废")),
            Verb.DISPUTE: Button(_("提异议")),
            Verb.SEND: Button(_("发送"), ButtonKind.PRIMARY),
            Verb.CONFIRM: Button(_("确认"), ButtonKind.PRIMARY),
        }
        self.pdf = Button(_("PDF"))
        self.pdf.clicked.connect(lambda: self.print_asked.emit(self._row))
        self.foot.addWidget(self.pdf)
        for verb, button in self.buttons.items():
            button.clicked.connect(lambda _on=False, v=verb: self.asked.emit(self._row, v))
            self.foot.addWidget(button)

    def show_statement(self, row: StatementRow) -> None:
        """Show another statement and ask for its lines."""
        self._row = row
        self.show_badges([Badge(STATES.get(row.status, Status.MUTE), state_title(row.status))])
        self.name.setText(f"{row.supplier} × {row.org}")
        until = _("{no} · {first} 至 {last}", no=row.no, first=row.date_from, last=row.date_to)
        if row.confirmed_at:
            who = _(" · {who} {when:%m-%d %H:%M} 确认", who=row.confirmed_by,
                    when=local_time(row.confirmed_at))  # fmt: skip
            until += who
        self.spec.setText(until)
        facts = [
            (_("期初寄售"), formats.amount(row.opening)),
            (_("+ 本期送入"), formats.amount(row.received)),
            (_("− 本期消耗"), formats.amount(-row.payable)),
            (_("+ 调价差"), formats.amount(row.price_gap)),
            (_("= 期末寄售"), formats.amount(row.closing)),
        ]
        self.roll.show_facts([fact for fact in facts if row.price_gap or "调价" not in fact[0]])
        gap = row.difference
        self.dispute.setVisible(bool(row.dispute))
        if row.dispute:
            money = formats.amount(gap) if gap is not None else "—"
            self.dispute.setText(_("差异 {money} 元：{why}", money=money, why=row.dispute))
        self._show_buttons(row)
        db, actor = self._page.context.db, self._page.context.actor
        self._page.read(
            lambda: statement_totals(db, actor, row.org_id, row.statement_id),
            self._show_lines,
            channel="lines",
        )

    def _show_buttons(self, row: StatementRow) -> None:
        actor = self._page.context.actor
        member = actor.can(Duty.SETTLE, row.org_id)
        supplier = actor.can(Duty.SUPPLY, row.supplier_id)
        shown = {
            Verb.SEND: member and row.status in {State.DRAFT, State.DISPUTED},
            Verb.CANCEL: member and row.status in {State.DRAFT, State.DISPUTED},
            Verb.CONFIRM: (supplier and row.status is State.SENT)
            or (member and row.status is State.DISPUTED),
            Verb.DISPUTE: (supplier or member) and row.status is State.SENT,
        }
        for verb, button in self.buttons.items():
            button.setVisible(shown[verb])

    def _show_lines(self, found: tuple[ItemTotal, ...]) -> None:
        model = self.lines.model
        if isinstance(model, ListModel):
            model.set_rows([_row(place, total) for place, total in enumerate(found)])


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="name", title=_("品名 / 批号"), kind=Kind.TWO_LINE, width=104, stretch=True),
        Column(key="qty", title=_("数量"), kind=Kind.NUMBER, width=68),
        Column(key="amount", title=_("金额"), kind=Kind.MONEY, width=84),
    )


def _row(place: int, total: ItemTotal) -> Row:
    return Row(
        place,
        (
            Two(total.name, f"{total.spec} · {total.lot_no}"),
            pack_text(total.base_unit, total.pack_unit, total.pack_factor, total.qty),
            formats.amount(total.amount),
        ),
        record=total,
    )
