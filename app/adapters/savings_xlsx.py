"""The savings as a workbook: the figures with their definitions, charts, and every line.

The sheet of lines is complete on purpose: document, quantity, base price with its source, new
price and saving, so that anybody can add the figures up again without the program.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from app.domain.savings import DEFINITION, Group, SavingLine
from app.i18n import N_, _

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

LINE_TITLES: Final = (
    N_("口径"), N_("单据"), N_("行"), N_("日期"), N_("机构"), N_("编码"), N_("品名"), N_("规格"),
    N_("供应商"), N_("数量（最小单位）"), N_("包装系数"), N_("数量（盒）"), N_("基准价"),
    N_("基准价来源"), N_("新价"), N_("基准金额"), N_("新金额"), N_("节约额"),
)  # fmt: skip
GROUP_TITLES: Final = (
    N_("名称"), N_("行数"), N_("基准金额"), N_("新金额"), N_("节约额"), N_("加权下浮率%"),
    N_("简单下浮率%"), N_("降价品规"),
)  # fmt: skip
_MOST_BARS: Final = 15
_SAVING_COLUMN: Final = 4
_ZERO: Final = Decimal(0)


def savings_xlsx(
    facts: Sequence[tuple[str, str]],
    tables: Sequence[tuple[str, Sequence[Group]]],
    lines: Iterable[SavingLine],
) -> bytes:
    """The workbook.

    Args:
        facts: Captions with values for the first sheet.
        tables: (title, groups): one sheet with one chart each.
        lines: Every document line.
    """
    import xlsxwriter

    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    try:
        _facts(book, facts)
        for title, groups in tables:
            _groups(book, title, groups)
        _lines(book, lines)
    finally:
        book.close()
    return file.getvalue()


def _facts(book: Workbook, facts: Sequence[tuple[str, str]]) -> None:
    page = book.add_worksheet(_("说明"))
    bold = book.add_format({"bold": True})
    page.set_column(0, 0, 22)
    page.set_column(1, 1, 80)
    rows = [*facts, *((_("口径"), _(text)) for text in DEFINITION.values())]
    for number, (caption, value) in enumerate(rows):
        page.write_string(number, 0, caption, bold)
        page.write_string(number, 1, value)


def _groups(book: Workbook, title: str, groups: Sequence[Group]) -> None:
    page = book.add_worksheet(title)
    _titles(book, page, GROUP_TITLES)
    money = book.add_format({"num_format": "#,##0.00"})
    for number, group in enumerate(groups, 1):
        saved = group.saved
        page.write_string(number, 0, group.name)
        page.write_number(number, 1, saved.lines)
        for column, amount in enumerate((saved.base, saved.new, saved.saving), 2):
            page.write(number, column, amount, money)
        for column, rate in ((5, saved.weighted), (6, saved.simple)):
            if rate is not None:
                page.write(number, column, rate)
        page.write_number(number, 7, saved.cheaper)
    if groups:
        last = min(len(groups), _MOST_BARS)
        chart: Any = book.add_chart({"type": "column"})
        chart.add_series(
            {
                "name": _("节约额"),
                "categories": [title, 1, 0, last, 0],
                "values": [title, 1, _SAVING_COLUMN, last, _SAVING_COLUMN],
                "data_labels": {"value": True, "num_format": "#,##0"},
            }
        )
        chart.set_title({"name": title})
        chart.set_legend({"none": True})
        page.insert_chart(1, len(GROUP_TITLES) + 1, chart)


def line_row(line: SavingLine) -> tuple[object, ...]:
    """One document line in the order of `LINE_TITLES`."""
    packs = Decimal(line.qty) / Decimal(line.factor)
    return (
        line.kind, line.document, line.line, line.day.isoformat(), line.org, line.code, line.name,
        line.spec, line.supplier, line.qty, line.factor, packs, line.base_price, line.base_source,
        line.new_price, line.base_amount, line.new_amount, line.saving,
    )  # fmt: skip


def _lines(book: Workbook, lines: Iterable[SavingLine]) -> None:
    page = book.add_worksheet(_("明细"))
    _titles(book, page, LINE_TITLES)
    number = 0
    for number, line in enumerate(lines, 1):
        for column, value in enumerate(line_row(line)):
            if isinstance(value, Decimal) or (isinstance(value, int) and column != 2):  # noqa: PLR2004 - the line's number may have 19 digits
                page.write(number, column, value)
            elif value is not None:
                page.write_string(number, column, str(value))
    if number:
        bold = book.add_format({"bold": True})
        page.write_string(number + 1, 0, _("合计"), bold)
        for column in (15, 16, 17):
            letter = chr(ord("A") + column)
            page.write_formula(number + 1, column, f"=SUM({letter}2:{letter}{number + 1})", bold)


def _titles(book: Workbook, page: Worksheet, titles: Sequence[str]) -> None:
    bold = book.add_format({"bold": True, "bottom": 1})
    page.freeze_panes(1, 0)
    for column, title in enumerate(titles):
        page.write_string(0, column, _(title), bold)
        page.set_column(column, column, 14)
