"""处方集, 药事会 and 目录吻合度 in the window, on the small group."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt

from app.domain.formulary.ballot import Choice
from app.domain.formulary.requests import Kind
from app.domain.ids import new_op
from app.services.committee.requests import MakeRequest, make_request
from app.services.committee.roster import PutSeat, put_seat
from app.services.committee.views import meetings, requests
from app.services.formulary.entries import AddItems, add_items
from app.services.formulary.listing import formulary
from app.ui.context import PageContext
from app.ui.page import Page
from app.ui.pages.alignment.page import AlignmentPage
from app.ui.pages.committee.forms import AgendaForm, CountForm, DayForm, RequestForm, SignInForm
from app.ui.pages.committee.page import CommitteePage
from app.ui.pages.formulary.page import FormularyPage
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.dialogs import Form
from tests.factories import EAST, LEAD, Site
from tests.ui.conftest import Show
from tests.ui.keys import key, press

AMOXICILLIN, AMLODIPINE, INSULIN = 101, 102, 103
WHY = "本中心糖尿病患者增多，现有品种不能满足"
Settle = Callable[[], None]
ContextFor = Callable[[str], PageContext]


def put(site: Site, org: int, *items: int) -> None:
    """Items come onto a list."""
    add_items(*site.as_("lead_buyer"), AddItems(new_op(), org, items))


F = TypeVar("F", bound=Form)


def dialog(page: Page, kind: type[F]) -> F:
    """The open dialog of a kind."""
    found = page.findChild(kind)
    assert found is not None
    return found


def names(grid: GridView, column: int = 0) -> list[str]:
    """One column of a table in words."""
    model = grid.model
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


@pytest.fixture
def listed(sqlite_site: Site) -> Site:
    """The lead keeps three drugs, east one of them and one of its own."""
    put(sqlite_site, 0, AMOXICILLIN, AMLODIPINE, INSULIN, 105)
    put(sqlite_site, LEAD, AMOXICILLIN, AMLODIPINE, INSULIN)
    put(sqlite_site, EAST, AMOXICILLIN, 105)
    return sqlite_site


class TestAlignment:
    """目录吻合度."""

    def test_figure_numerator_and_gaps(
        self, listed: Site, context_for: ContextFor, show: Show, settle: Settle
    ) -> None:
        assert listed
        page = show(AlignmentPage(context_for("east_store")))
        settle()
        assert page.gauge.percent == 50.0
        assert "合并 1/2 = 50.00%" in page.made_of.text()
        assert "城东" in page.bars.accessibleName()
        assert len(names(page.gaps)) == 3
        page.chips.button(1).click()
        assert len(names(page.best)) == 2

    def test_what_if_marks_show_what_the_figure_would_be(
        self, listed: Site, context_for: ContextFor, show: Show, settle: Settle
    ) -> None:
        assert listed
        page = show(AlignmentPage(context_for("east_store")))
        settle()
        model = page.gaps.model
        place = next(row for row in range(3) if "哌替啶" in str(model.index(row, 1).data()))
        assert model.setData(model.index(place, 0), True)
        assert page.gauge.ahead == 100.0
        assert "100.00%" in page.also.text()

    def test_without_a_list_it_says_what_to_do(
        self, context: PageContext, show: Show, settle: Settle
    ) -> None:
        page = show(AlignmentPage(context))
        settle()
        assert "牵头医院还没有供应目录" in page.subtitle()

    def test_report_and_trend(
        self, listed: Site, context_for: ContextFor, show: Show, settle: Settle, own_home: Path
    ) -> None:
        assert listed
        page = show(AlignmentPage(context_for("lead_buyer")))
        settle()
        page.store.click()
        settle()
        page.refresh()
        settle()
        assert page.board is not None
        assert len(page.board.points) == 2
        page.pdf.click()
        settle()
        assert list(own_home.rglob("*.pdf"))


class TestFormulary:
    """处方集."""

    def test_list_rules_and_readiness(
        self, listed: Site, context_for: ContextFor, show: Show, settle: Settle
    ) -> None:
        assert listed
        page = show(FormularyPage(context_for("lead_buyer")))
        settle()
        assert len(names(page.list)) == 4
        page.needle.setText("胰岛素")
        assert len(names(page.list)) == 1
        page.chips.button(1).click()
        assert any("一品两规" in word for word in names(page.rules))
        page.ready.ask(AMOXICILLIN)
        settle()
        assert sorted(names(page.ready.grid)) == ["中心医院", "城东"]

    def test_adding_an_item_and_making_a_clinics_list(
        self, listed: Site, context_for: ContextFor, show: Show, settle: Settle
    ) -> None:
        page = show(FormularyPage(context_for("lead_buyer")))
        settle()
        page.owner.choose(EAST)
        page.refresh()
        settle()
        page.picker.picked.emit(AMLODIPINE)
        settle()
        assert len(formulary(*listed.as_("lead_buyer"), EAST)) == 3
        page.derive.click()
        dialog(page, Form).verb.click()
        settle()
        assert len(formulary(*listed.as_("lead_buyer"), EAST)) == 4

    def test_a_clinic_may_not_change_the_groups_list(
        self, listed: Site, context: PageContext, show: Show, settle: Settle
    ) -> None:
        assert listed
        page = show(FormularyPage(context))
        settle()
        assert page.picker.isHidden()
        page.owner.choose(EAST)
        page.refresh()
        settle()
        assert not page.picker.isHidden()


class TestCommittee:
    """药事会 from the request to the minutes."""

    def test_a_request_is_written_and_agreed(
        self, listed: Site, context_for: ContextFor, show: Show, settle: Settle
    ) -> None:
        page = show(CommitteePage(context_for("east_store")))
        settle()
        page.requests.new.click()
        form = dialog(page, RequestForm)
        form.verb.click()
        assert "还没选品规" in form.item.problem.text
        press(form, "mendong")
        settle()
        key(form, Qt.Key.Key_Return)
        assert form.item.item_id == INSULIN
        form.amount.setText("120")
        form.reason.setPlainText(WHY)
        form.verb.click()
        settle()
        (row,) = requests(*listed.as_("east_store"))
        assert (row.status, row.yearly_qty) == ("submitted", 120)
        head = show(CommitteePage(context_for("east_head")))
        settle()
        head.requests.grid.choose(row.request_id)
        head.requests.agree.click()
        settle()
        assert requests(*listed.as_("east_head"))[0].status == "agreed"

    def test_a_meeting_from_calling_to_its_end(
        self, listed: Site, context_for: ContextFor, show: Show, settle: Settle, own_home: Path
    ) -> None:
        self._ready(listed)
        page = show(CommitteePage(context_for("lead_buyer")))
        settle()
        page.meeting.new.click()
        settle()
        dialog(page, AgendaForm).verb.click()
        settle()
        page.meeting.attend.click()
        dialog(page, SignInForm).verb.click()
        settle()
        assert "实到 3 / 3" in page.meeting.came.text()
        page.meeting.act.click()
        settle()
        inside = page.meeting.panel.area.widget()
        assert inside is not None
        page.meeting.agenda.setFixedWidth(620)  # large text beside the panel: the result stays
        settle()
        bar = page.meeting.agenda.halves.right.horizontalScrollBar()
        assert (bar.maximum(), page.meeting.agenda.halves.left_out) == (
            0,
            {"insurance", "essential"},
        )
        assert inside.minimumSizeHint().width() <= page.meeting.panel.area.viewport().width()
        voter = show(CommitteePage(context_for("east_head")))
        voter.arrive(view="meeting")
        settle()
        voter.meeting.panel.voted.emit(Choice.YES)
        settle()
        page.refresh()
        settle()
        page.meeting.act.click()
        count = dialog(page, CountForm)
        count.edits[0].setText("两")
        count.verb.click()
        assert "整数" in count.fields[0].problem.text
        count.edits[0].setText("2")
        count.verb.click()
        settle()
        assert names(page.meeting.agenda, 8) == ["引进"]
        page.meeting.end.click()
        dialog(page, DayForm).verb.click()
        settle()
        assert meetings(*listed.as_("lead_buyer"))[0].status == "closed"
        page.meeting.minutes.click()
        settle()
        assert list(own_home.rglob("HY*.pdf"))

    @staticmethod
    def _ready(site: Site) -> None:
        """Three seats, and one request that its head agreed to."""
        from app.services.committee.requests import StepRequest, Verb, step_request

        for login in ("lead_head", "east_head", "west_head"):
            put_seat(*site.as_("lead_buyer"), PutSeat(new_op(), login, "药学部", "member", login))
        made = make_request(
            *site.as_("east_store"),
            MakeRequest(new_op(), EAST, Kind.INTRODUCE, INSULIN, WHY, yearly_qty=120),
        )
        step_request(
            *site.as_("east_head"), StepRequest(new_op(), EAST, made.request_id, Verb.AGREE, 1)
        )


def test_every_table_has_rows_in_memory(context: PageContext, show: Show, settle: Settle) -> None:
    page = show(CommitteePage(context))
    settle()
    assert isinstance(page.temporary.grid.model, ListModel)
    page.chips.button(2).click()
    settle()
    assert names(page.temporary.grid) == []
