"""A member's order as an Excel sheet that a supplier can read into its own system."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Final

import xlsxwriter

from app.domain.papers import OrderPaper
from app.i18n import N_, _

_COLUMNS: Final = (
    (N_("序号"), 6),
    (N_("编码"), 14),
    (N_("品名"), 26),
    (N_("规格"), 24),
    (N_("生产企业"), 18),
    (N_("批准文号"), 18),
    (N_("数量"), 10),
    (N_("单位"), 6),
    (N_("单价"), 10),
    (N_("金额"), 12),
)


def order_xlsx(paper: OrderPaper, counts: Sequence[int]) -> bytes:
    """The order as an .xlsx file.

    Args:
        paper: The order.
        counts: Quantity of each line as a number of its unit, so that the sheet can calculate.
    """
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    try:
        _fill(book, paper, counts)
    finally:
        book.close()
    return file.getvalue()


def _fill(book: xlsxwriter.Workbook, paper: OrderPaper, counts: Sequence[int]) -> None:
    sheet = book.add_worksheet(_("订单"))
    bold = book.add_format({"bold": True})
    money = book.add_format({"num_format": "#,##0.00"})
    price = book.add_format({"num_format": "#,##0.00##"})
    row = 0
    for title, text in _head(paper):
        sheet.write_string(row, 0, title, bold)
        sheet.write_string(row, 2, text)
        row += 1
    row += 1
    for column, (title, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(row, column, _(title), bold)
    sheet.freeze_panes(row + 1, 0)
    for number, (line, count) in enumerate(zip(paper.lines, counts, strict=True), 1):
        row += 1
        sheet.write_number(row, 0, number)
        goods = line.goods
        texts = (goods.code, goods.name, goods.spec, goods.maker, goods.approval)
        for column, text in enumerate(texts, 1):
            sheet.write_string(row, column, text)
        sheet.write_number(row, 6, count)
        sheet.write_string(row, 7, line.unit)
        sheet.write(row, 8, line.price, price)
        sheet.write(row, 9, line.amount, money)
    sheet.write_string(row + 1, 2, _("合计"), bold)
    sheet.write(row + 1, 9, paper.total, money)


def _head(paper: OrderPaper) -> list[tuple[str, str]]:
    pairs = [
        (_("订单号"), paper.number),
        (_("版本"), str(paper.version)),
        (_("集团统采单"), paper.group_number),
        (_("需方"), paper.buyer.name),
        (_("供方"), paper.supplier.name),
        (_("收货地点"), paper.deliver_to),
        (_("要求到货"), paper.due_on),
    ]
    return [*([(_("演示数据"), "")] if paper.info.demo else []), *pairs]
