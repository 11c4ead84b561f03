"""随货资料: attached while a note is accepted, opened again from the receipt and from the lot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtWidgets import QFileDialog

from app.domain.receiving.goods_papers import Sort
from app.services.receiving.goods_papers import PaperRow, add_paper
from app.services.stock.listing import StockRow
from app.ui import goods_papers
from app.ui.context import PageContext
from app.ui.goods_papers import About, GoodsPapers
from app.ui.pages.receiving.page import ReceivingPage
from app.ui.pages.stock.page import StockPage
from app.ui.widgets.dialogs import ReasonForm
from tests.deliveries import AMOXICILLIN, INSULIN, gs1, note, received
from tests.factories import Site
from tests.ui.conftest import Show

Settle = Callable[[], None]
PDF = b"%PDF-1.4 batch K1"


def test_a_report_is_attached_and_found_from_note_and_lot(
    context: PageContext, sqlite_site: Site, show: Show, settle: Settle, tmp_path: Path
) -> None:
    report, program = tmp_path / "K1 报告.pdf", tmp_path / "setup.pdf"
    report.write_bytes(PDF)
    program.write_bytes(b"MZ")
    made = note(sqlite_site, {AMOXICILLIN: 1, INSULIN: 1})
    page = show(ReceivingPage(context))
    page.open_note(made.org_id, made.delivery_id)
    settle()
    page.counting.choose(1)  # cold goods came first
    page.view.panel.checks.papers.click()
    settle()
    papers = page.papers.papers
    assert papers.form is not None
    papers.form.add_button.click()
    dialog = page.findChildren(QFileDialog)[-1]
    dialog.filesSelected.emit([str(report)])
    settle()
    assert [row.name for row in rows(papers)] == ["K1 报告.pdf"]
    assert [one.checks.report for one in page.counting.work.entries] == [True, False]
    dialog.filesSelected.emit([str(program)])
    settle()
    assert len(rows(papers)) == 1
    withdraw(page, "附错了")
    settle()
    assert [bool(row.withdrawn) for row in rows(papers)] == [True]
    assert not papers.form.remove_button.isEnabled()
    assert [one.checks.report for one in page.counting.work.entries] == [False, False]
    dialog.filesSelected.emit([str(report)])
    settle()
    assert [bool(row.withdrawn) for row in rows(papers)] == [False]
    assert [one.checks.report for one in page.counting.work.entries] == [True, False]
    page.counting.close()
    received(sqlite_site, made, gs1(AMOXICILLIN, "K1"), gs1(INSULIN, "Z1"))

    stock = show(StockPage(context))
    settle()
    found = [stock.lots.model.row_at(n) for n in range(stock.lots.model.rowCount())]
    shelf = {one.record.item_id: one for one in found if one and isinstance(one.record, StockRow)}
    for item, names in ((AMOXICILLIN, ["K1 报告.pdf"]), (INSULIN, [])):
        stock.lots.opened.emit(shelf[item])
        settle()
        stock.moves.papers_button.click()
        settle()
        assert [row.name for row in rows(stock.moves.papers)] == names


@pytest.fixture
def keeping(monkeypatch: pytest.MonkeyPatch) -> tuple[Event, Event]:
    """Papers are kept slowly: whether one is under way, and the word to go on."""
    asked, go = Event(), Event()

    def late(*wanted: object) -> object:
        asked.set()
        assert go.wait(60)
        return add_paper(*wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(goods_papers, "add_paper", late)
    return asked, go


def test_papers_kept_late_are_not_shown_as_those_of_another_note(
    context: PageContext, sqlite_site: Site, show: Show, settle: Settle, tmp_path: Path,
    keeping: tuple[Event, Event],
) -> None:  # fmt: skip
    report = tmp_path / "K1 报告.pdf"
    report.write_bytes(PDF)
    one, other = note(sqlite_site, {AMOXICILLIN: 1}), note(sqlite_site, {INSULIN: 1})
    papers = GoodsPapers(show(ReceivingPage(context)))
    first = About("one", one.org_id, one.delivery_id)
    papers.show(first)
    settle()
    papers.add(first, Sort.REPORT, (0, ""), [report])
    asked, go = keeping
    assert asked.wait(60)
    assert papers.form is not None
    papers.form.reject()
    papers.show(About("other", other.org_id, other.delivery_id))
    go.set()
    settle()
    assert rows(papers) == []
    papers.show(first)
    papers.form.reject()  # before its papers are read
    settle()
    papers.show(first)
    settle()
    assert [row.name for row in rows(papers)] == ["K1 报告.pdf"]


def withdraw(page: ReceivingPage, reason: str) -> None:
    form = page.papers.papers.form
    assert form is not None
    form.remove_button.click()
    asked = form.findChildren(ReasonForm)[-1]
    asked.reason.setPlainText(reason)
    asked.verb.click()


def rows(papers: GoodsPapers) -> list[PaperRow]:
    assert papers.form is not None
    return [row.record for row in papers.form.model.rows if isinstance(row.record, PaperRow)]
