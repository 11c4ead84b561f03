"""养护记录 in the window: a reading, a logger's file, the month's list by keys, papers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.stock.upkeep import Finding, UpkeepState
from app.services.counting import upkeep
from app.services.counting.upkeep import UpkeepLineRow
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.pages.upkeep.climate_view import LogForm, ReadingForm
from app.ui.pages.upkeep.page import UpkeepPage
from app.ui.pages.upkeep.rounds_view import FaultForm
from app.ui.status import Status
from tests.factories import EAST, TODAY, Site
from tests.transfer_world import BOX, DRUG, PETHIDINE, stock
from tests.ui.conftest import Show
from tests.ui.forms import form_of

Settle = Callable[[], None]


@pytest.fixture
def page(context: PageContext, sqlite_site: Site, show: Show, settle: Settle) -> UpkeepPage:
    """The page of a member with a drug and a controlled drug on its shelf."""
    stock(sqlite_site, EAST, DRUG, 6 * BOX)
    stock(sqlite_site, EAST, PETHIDINE, 20)
    made = show(UpkeepPage(context))
    settle()
    return made


def test_a_reading_out_of_range_needs_words(page: UpkeepPage, settle: Settle) -> None:
    assert page.climate.badge.text() == "没有记录"
    page.perform(Act.NEW)
    form = form_of(page, ReadingForm)
    form.verb.click()
    assert form.warm_field.problem.text
    form.warm.setText("38")
    form.damp.setText("60")
    form.verb.click()
    settle()
    assert "采取了什么措施" in form.note_field.problem.text
    assert form.focusWidget() is form.note
    form.note.setText("空调报修，货移到阴凉库")
    form.press()
    form.press()  # pressed again before the answer is there
    settle()
    assert page.climate.badge.status is Status.NEAR
    assert page.climate.grid.model.rowCount() == 1


def test_what_is_wrong_with_a_loggers_file_is_not_said_of_the_note(
    page: UpkeepPage, settle: Settle, tmp_path: Path
) -> None:
    path = tmp_path / "log.csv"
    path.write_text("时间,温度\n", encoding="utf-8")
    page.take_file(path)
    form = form_of(page, LogForm)
    form.verb.click()
    settle()
    assert form.refusal.text == "文件里没有温度记录。请核对导出的文件。"
    assert not form.note_field.problem.text


def test_a_loggers_file_shows_what_is_missing(
    page: UpkeepPage, settle: Settle, tmp_path: Path
) -> None:
    path = tmp_path / "log.csv"
    times = ["08:00", "08:20", "10:00"]
    path.write_text("时间,温度\n" + "".join(f"{TODAY} {x},22.0\n" for x in times), encoding="utf-8")
    page.take_file(path)
    form_of(page, LogForm).verb.click()
    settle()
    assert page.climate.badge.text() == "0 次超限，1 处缺记录"
    assert page.climate.chart.log is not None
    assert len(page.climate.chart.log.readings) == 3
    page.perform(Act.PRINT)
    settle()
    assert ".pdf" in page.context.notices.kept[0].text


def test_the_months_list_is_worked_by_keys(
    page: UpkeepPage, settle: Settle, sqlite_site: Site
) -> None:
    page.show_view(1)
    page.perform(Act.NEW)
    settle()
    assert page.rounds.model.rowCount() == 2
    page.rounds.lines.key_pressed.emit("y")
    settle()
    current = page.rounds.lines.current()
    assert current is not None
    assert isinstance(current.record, UpkeepLineRow)
    assert current.record.finding is None  # on to the next that was not looked at
    page.rounds.lines.key_pressed.emit("n")
    form = form_of(page, FaultForm)
    form.verb.click()
    settle()
    assert "写明看到了什么" in form.words_field.problem.text
    assert form.focusWidget() is form.words
    form.words.setText("标签脱落看不清")
    form.action.setText("隔离后报损处理")
    form.verb.click()
    settle()
    page.perform(Act.FINISH)
    settle()
    (head,) = upkeep.rounds(*sqlite_site.as_("east_store"), (EAST,))
    assert (head.state, head.checked, head.faults) == (UpkeepState.DONE, 2, 1)
    found = upkeep.round_lines(*sqlite_site.as_("east_store"), EAST, head.id)
    assert [one.finding for one in found] == [Finding.OK, Finding.BAD]
    page.perform(Act.PRINT)
    settle()
    assert head.no in page.context.notices.kept[0].text


def test_the_ledger_of_controlled_drugs_is_seen_and_printed(
    page: UpkeepPage, settle: Settle
) -> None:
    page.show_view(2)
    settle()
    assert page.ledger.model.rowCount() == 1
    assert page.ledger.drug.count() == 2
    page.ledger.drug.setCurrentIndex(1)
    assert page.ledger.model.rowCount() == 1
    page.perform(Act.PRINT)
    settle()
    assert f"专用账册 {page.ledger.item}" in page.context.notices.kept[0].text


def test_who_only_reads_is_not_asked_for_a_reading(
    context_for: Callable[[str], PageContext], show: Show, settle: Settle
) -> None:
    head = show(UpkeepPage(context_for("east_head")))
    settle()
    head.perform(Act.NEW)
    assert not [one for one in head.findChildren(ReadingForm) if one.isVisible()]
    assert len(head.keys()) == 1, "only printing is offered"
