"""匹配发票: the open invoices and bills of a supplier side by side, and what fits by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.settlement.invoice import cent_amount
from app.domain.settlement.matching import smaller
from app.i18n import _
from app.services.settlement.invoices import InvoiceRow, invoices
from app.services.settlement.listing import StatementRow, statements
from app.services.settlement.matching import Match, WantedPair, match
from app.services.settlement.proposing import Proposals, ProposedGroup, proposals, wanted_pairs
from app.ui import formats, theme
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.status import Status
from app.ui.tables.cells import Link, Pill, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field
from app.ui.widgets.text import Role, Text


@dataclass(frozen=True, slots=True)
class _Found:
    """What the desk shows."""

    invoices: tuple[InvoiceRow, ...]
    bills: tuple[StatementRow, ...]
    proposals: Proposals


class MatchForm(Form):
    """Matches at once; the main button closes."""

    def __init__(
        self, page: Page, supplier_id: int, supplier: str, chosen: tuple[int, int] | None = None
    ) -> None:
        title = _("匹配发票 · {supplier}", supplier=supplier) if supplier else _("匹配发票")
        super().__init__(title, _("完成"), page, wide=1040)
        self.cancel.hide()
        self._page, self._supplier = page, supplier_id
        self._chosen: tuple[int, int] | None = chosen
        self._found = _Found((), (), Proposals((), thorough=True))
        self.fits = GridView(ListModel(_fit_columns()))
        self.fits.set_empty(_("没有金额对得上的组合。可以在下面人工匹配。"))
        self.fits.setMinimumHeight(theme.px(150))
        self.left = GridView(ListModel(_invoice_columns()))
        self.left.set_empty(_("没有未用完的发票。先在「发票」里登记。"))
        self.right = GridView(ListModel(_bill_columns()))
        self.right.set_empty(_("没有缺发票的对账单。"))
        for grid in (self.left, self.right):
            grid.setMinimumHeight(theme.px(190))
        self.amount = CodeEdit()
        self.amount_field = Field(_("匹配金额（元）"), self.amount)
        self.pair_button = Button(_("匹配这两张"), ButtonKind.SECONDARY)
        self.take_button = Button(_("采用全部肯定的"), ButtonKind.PRIMARY)
        self.note = Text("", Role.SECOND, wrap=True)
        self._lay_out()
        self.fits.link_clicked.connect(lambda row, _column: self._take([row.record]))
        self.fits.opened.connect(lambda row: self._take([row.record]))
        self.left.current_changed.connect(lambda _row: self._suggest())
        self.right.current_changed.connect(lambda _row: self._suggest())
        self.pair_button.clicked.connect(self._pair)
        self.take_button.clicked.connect(self._take_all)
        self.refresh()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(Text(_("自动找到的组合"), Role.CARD_TITLE))
        head.addStretch(1)
        head.addWidget(self.take_button)
        self.body.addLayout(head)
        self.body.addWidget(self.fits, 1)
        sides = QHBoxLayout()
        sides.setSpacing(12)
        for title, grid in ((_("发票"), self.left), (_("缺发票的对账单"), self.right)):
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(Text(title, Role.CARD_TITLE))
            column.addWidget(grid, 1)
            sides.addLayout(column, 1)
        self.body.addLayout(sides, 2)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.amount_field)
        foot.addWidget(self.pair_button)
        self.body.addLayout(foot)

    def refresh(self) -> None:
        """Ask for what is open."""
        context, supplier = self._page.context, self._supplier
        db, actor, orgs = context.db, context.actor, context.actor.orgs()

        def work() -> _Found:
            return _Found(
                invoices(db, actor, orgs, supplier_id=supplier, open_only=True),
                tuple(
                    row
                    for row in statements(db, actor, orgs)
                    if row.lacks_invoice and supplier in {0, row.supplier_id}
                ),
                proposals(db, actor, orgs, supplier_id=supplier),
            )

        self._page.read(work, self._show, channel="match")

    def _show(self, found: _Found) -> None:
        self._found = found
        _fill(self.fits, [_fit_row(n, one) for n, one in enumerate(found.proposals.groups)])
        _fill(self.left, [_invoice_row(one) for one in found.invoices])
        _fill(self.right, [_bill_row(one) for one in found.bills])
        certain = found.proposals.certain
        self.take_button.setVisible(bool(certain))
        self.take_button.setText(_("采用全部肯定的（{n} 组）", n=len(certain)))
        self.take_button.updateGeometry()
        if self._chosen is not None:
            self.right.choose(self._chosen)
        first = self.fits if found.proposals.groups else self.left
        first.focus_rows()
        self.note.setText(
            ""
            if found.proposals.thorough
            else _("单据很多，只找了少数几张的组合。其余请人工匹配。")
        )
        self._suggest()

    def _picked(self) -> tuple[InvoiceRow, StatementRow] | None:
        left, right = self.left.current(), self.right.current()
        one, other = (row.record if row else None for row in (left, right))
        if isinstance(one, InvoiceRow) and isinstance(other, StatementRow):
            return one, other
        return None

    def _suggest(self) -> None:
        """What both have left is the amount to begin with."""
        picked = self._picked()
        self.pair_button.setEnabled(picked is not None)
        if picked is not None:
            left = smaller(picked[0].left, picked[1].payable - picked[1].matched)
            self.amount.setText(f"{left:.2f}")
            self.amount_field.say("")

    def _pair(self) -> None:
        picked = self._picked()
        if picked is None:
            return
        invoice, bill = picked
        try:
            amount = cent_amount(self.amount.folded())
        except DomainError as error:
            self.amount_field.say(error.text)
            self.amount.setFocus()
            return
        pair = WantedPair(
            invoice.org_id, invoice.invoice_id, bill.org_id, bill.statement_id, amount
        )
        self._write((pair,), "hand")

    def _take_all(self) -> None:
        self._take(self._found.proposals.certain)

    def _take(self, groups: Sequence[object]) -> None:
        chosen = [one for one in groups if isinstance(one, ProposedGroup)]
        if chosen:
            self._write(wanted_pairs(chosen), "auto" if all(c.certain for c in chosen) else "hand")

    def _write(self, pairs: tuple[WantedPair, ...], how: str) -> None:
        context = self._page.context
        db, actor = context.db, context.actor
        command = Match(new_op(), pairs[0].org_id, pairs, how)

        def done(numbers: tuple[str, ...]) -> None:
            total = sum((pair.amount or Decimal(0) for pair in pairs), Decimal(0))
            context.notices.done(
                _("已匹配 {money}，{n} 张对账单已开票。", money=formats.yuan(total), n=len(numbers))
            )
            context.changes.announce({Topic.SETTLEMENT})
            self.refresh()

        def failed(error: Exception) -> None:
            if isinstance(error, DomainError):
                self.amount_field.say(error.text)
            else:
                context.errors.take(error)

        # Pressed again before the answer, the same part of a bill would be matched twice
        self.hand_over(lambda: self._page.write(lambda: match(db, actor, command), done, failed))


def _fill(grid: GridView, rows: list[Row]) -> None:
    model = grid.model
    if isinstance(model, ListModel):
        model.set_rows(rows)
    if rows and grid.current() is None:
        grid.choose(rows[0].key)


def _fit_columns() -> tuple[Column, ...]:
    return (
        Column(key="sure", title=_("把握"), kind=Kind.PILL, width=110),
        Column(key="invoices", title=_("发票"), width=260, stretch=True),
        Column(key="bills", title=_("对账单"), width=320),
        Column(key="amount", title=_("金额"), kind=Kind.MONEY, unit=_("元"), width=120),
        Column(key="take", title="", kind=Kind.BUTTON, width=80),
    )


def _fit_row(number: int, one: ProposedGroup) -> Row:
    pill = Pill(Status.OK, _("肯定")) if one.certain else Pill(Status.WARN, _("由人定"))
    total = sum((pair.amount for pair in one.pairs), Decimal("0.00"))
    return Row(
        number,
        (
            pill,
            "、".join(f"…{paper.number[-8:]}" for paper in one.invoices),
            "、".join(paper.number for paper in one.statements),
            formats.amount(total),
            Link(_("采用")),
        ),
        record=one,
    )


def _invoice_columns() -> tuple[Column, ...]:
    yuan = _("元")
    return (
        Column(key="number", title=_("发票号码"), kind=Kind.TWO_LINE, width=190, stretch=True),
        Column(key="amount", title=_("价税合计"), kind=Kind.MONEY, unit=yuan, width=110),
        Column(key="left", title=_("未匹配"), kind=Kind.MONEY, unit=yuan, width=110),
    )


def _invoice_row(one: InvoiceRow) -> Row:
    return Row(
        (one.org_id, one.invoice_id),
        (
            Two(one.number, f"{one.org} · {one.issued_on}"),
            formats.amount(one.amount),
            formats.amount(one.left),
        ),
        record=one,
    )


def _bill_columns() -> tuple[Column, ...]:
    yuan = _("元")
    return (
        Column(key="no", title=_("对账单"), kind=Kind.TWO_LINE, width=190, stretch=True),
        Column(key="payable", title=_("应付"), kind=Kind.MONEY, unit=yuan, width=110),
        Column(key="left", title=_("未匹配"), kind=Kind.MONEY, unit=yuan, width=110),
    )


def _bill_row(row: StatementRow) -> Row:
    return Row(
        (row.org_id, row.statement_id),
        (
            Two(row.no, f"{row.org} · {row.period}"),
            formats.amount(row.payable),
            formats.amount(row.payable - row.matched),
        ),
        record=row,
    )
