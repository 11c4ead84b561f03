"""打开对账单: every line with its document, lot and person, filtered and exported."""

from __future__ import annotations

from app.i18n import _
from app.services.settlement.listing import StatementLineRow, StatementRow
from app.ui import formats, theme
from app.ui.formats import pack_text
from app.ui.page import Page
from app.ui.tables.cells import Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.dialogs import Form
from app.ui.widgets.text import Role, Text


class LinesForm(Form):
    """The lines of one bill; the main button closes."""

    def __init__(self, page: Page, row: StatementRow, lines: tuple[StatementLineRow, ...]) -> None:
        title = _("对账单 {no} · {supplier} × {org}", no=row.no, supplier=row.supplier, org=row.org)
        super().__init__(title, _("完成"), page, wide=980)
        self.cancel.hide()
        total = formats.amount(sum((line.amount for line in lines), start=formats.ZERO))
        words = _("{n} 行，合计 {total} 元。每一行都是台账里的一笔。", n=len(lines), total=total)
        self.body.addWidget(Text(words, Role.SECOND))
        self.model = ListModel(_columns())
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(380))
        self.grid.set_empty(_("这张单没有明细。"))
        self.model.set_rows([_row(line) for line in lines])
        self.body.addWidget(self.grid, 1)
        self.grid.focus_rows()


def _columns() -> tuple[Column, ...]:
    yuan = _("元")
    return (
        Column(key="day", title=_("日期"), kind=Kind.DATE, width=100),
        Column(key="document", title=_("单据"), width=150),
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=220, stretch=True),
        Column(key="lot", title=_("批号"), width=110),
        Column(key="qty", title=_("数量"), kind=Kind.NUMBER, width=110),
        Column(key="price", title=_("单价"), kind=Kind.MONEY, unit=yuan, width=100),
        Column(key="amount", title=_("金额"), kind=Kind.MONEY, unit=yuan, width=104, total=True),
        Column(key="person", title=_("经手"), width=80),
    )


def _row(line: StatementLineRow) -> Row:
    cells = (
        line.occurred_on.isoformat(),
        line.document_no,
        Two(line.name, line.spec),
        line.lot_no,
        pack_text(line.base_unit, line.pack_unit, line.pack_factor, line.qty),
        formats.price(line.unit_price),
        formats.amount(line.amount),
        line.person,
    )
    raw = (
        line.occurred_on, line.document_no, f"{line.name} {line.spec}", line.lot_no, line.qty,
        line.unit_price, line.amount, line.person,
    )  # fmt: skip
    return Row(line.ledger_seq, cells, record=line, raw=raw)
