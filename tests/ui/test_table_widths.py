"""Tables: columns as wide as what is read in them, above them and under them."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.ui import theme
from app.ui.tables import paint
from app.ui.tables.cells import Qty, Row
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.totals_row import TotalsRow
from app.ui.tables.view import GridView
from app.ui.tables.widths import Widths
from tests.ui.grids import COLUMNS, row


@pytest.mark.parametrize("density", list(theme.Density))
def test_sums_wider_than_what_they_add_up_stand_apart(qtbot: QtBot, density: theme.Density) -> None:
    """In large text the sums of three members were painted over each other."""
    theme.apply(density_now=density)
    view = GridView(ListModel(COLUMNS))
    qtbot.addWidget(view)
    view.resize(1000, 400)
    with qtbot.waitExposed(view):
        view.show()
    assert isinstance(view.model, ListModel)
    view.model.set_rows([row(number) for number in range(3)])
    totals = TotalsRow(view)
    view.set_footer(totals)
    words = ("", "成员金额合计，以及这一行更长的说明", "78,547,771.77", "83,878,010.01", "")
    totals.show_words(words)
    header = view.halves.right.horizontalHeader()
    for place in (2, 3):
        needed = paint.width_of(words[place], theme.px(14), bold=True)
        assert header.sectionSize(place) >= needed + 20
    name = view.halves.left.columnWidth(1)
    totals.show_words(("", words[1] * 3, "1.00", "1.00", ""))
    assert view.halves.left.columnWidth(1) >= name, "words take no room from figures"


@pytest.mark.parametrize("density", list(theme.Density))
def test_an_empty_table_shows_all_its_headings(qtbot: QtBot, density: theme.Density) -> None:
    """Before the first scan in large text the quantity stood beyond the edge."""
    theme.apply(density_now=density)
    columns = (
        Column(key="name", title="品名 / 规格", kind=Kind.TWO_LINE, width=240, stretch=True),
        Column(key="lot", title="批号", width=110),
        Column(key="expiry", title="有效期至", kind=Kind.EXPIRY, width=118),
        Column(key="qty", title="数量", kind=Kind.QTY, width=100),
    )
    lines = GridView(ListModel(columns))
    qtbot.addWidget(lines)
    lines.resize(theme.px(530), 300)
    with qtbot.waitExposed(lines):
        lines.show()
    assert lines.halves.right.horizontalScrollBar().maximum() == 0


@pytest.mark.usefixtures("qtbot")
def test_headings_can_be_read_before_there_are_rows() -> None:
    """An empty table, and one whose cells are shorter than the words above them."""
    titles = ["Where the goods stand now", "Found by the count", "What if", "Amount of both"]
    kinds = [Kind.TEXT, Kind.QTY, Kind.CHECK, Kind.MONEY]
    columns = tuple(
        Column(key=f"c{n}", title=title, kind=kind, width=40)
        for n, (title, kind) in enumerate(zip(titles, kinds, strict=True))
    )
    widths = Widths(columns)
    needed = [paint.width_of(title, theme.px(14), bold=True) for title in titles]
    assert all(widths.want(n).tight >= needed[n] for n in range(4))
    widths.look([Row(1, ("a", Qty("1", "盒"), False, "1.00"))])
    assert all(widths.want(n).tight >= needed[n] for n in range(4))
