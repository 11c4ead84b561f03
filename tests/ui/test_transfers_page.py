"""调拨借用: proposals chosen and started, each step offered to its party alone, loans back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import select

from app.domain.transfers.legal import Basis
from app.domain.transfers.states import Kind, Settle as Agreed, TransferState, Urgency
from app.models.receiving import TraceCode
from app.services.transfers.commands import AcceptLot, SendPick
from app.services.transfers.listing import LoanRow, loans, transfer, transfers
from app.ui.context import PageContext
from app.ui.pages.transfers.dialogs import AcceptForm, Ground, LoanForm, StartForm
from app.ui.pages.transfers.dispatch import PromiseForm, SendForm
from app.ui.pages.transfers.page import TransfersPage
from app.ui.pages.transfers.papers import PaperForm
from app.ui.pages.transfers.settling import BackForm, LenderForm, owed_back
from app.ui.widgets.dialogs import Form
from tests.conftest import FixedClock
from tests.factories import EAST, TODAY, WEST, Site
from tests.services.transfers.test_scanning import traced_packs
from tests.transfer_world import (
    BOX,
    DRUG,
    SOON,
    agreed,
    arrived,
    ask,
    lent,
    sent,
    shelf,
    stock,
    used,
)
from tests.ui.conftest import Show
from tests.ui.forms import form_of

Settle = Callable[[], None]
Make = Callable[[str], PageContext]


@pytest.fixture
def west(context_for: Make, sqlite_site: Site, show: Show, settle: Settle) -> TransfersPage:
    """The page of the west, which is short of what expires in the east."""
    stock(sqlite_site, EAST, DRUG, 20 * BOX, SOON)
    used(sqlite_site, WEST, DRUG, 90 * BOX)
    made = show(TransfersPage(context_for("west_store")))
    settle()
    return made


def test_a_proposal_is_explained_and_started(
    west: TransfersPage, settle: Settle, sqlite_site: Site
) -> None:
    row = west.model.row_at(0)
    assert row is not None
    assert "77.20" in west.panel.why.text()
    assert "缺文件" in str(row.value(9))
    west.model.setData(west.model.index(0, 0), True)
    west.model.setData(west.model.index(0, 7), "5")
    assert west.footer.sum.text() == "¥19.30"
    west.grid.key_pressed.emit("t")
    form = form_of(west, StartForm)
    assert form is not None
    form.fields.basis.choose(Basis.REROUTED)
    form.verb.click()
    form.reject()
    settle()
    assert form.isVisible(), "it waits for the answer, and stays with what was typed"
    assert "统采订单号" in form.refusal.text
    form.fields.basis.choose(Basis.EMERGENCY)
    form.fields.note.setText("抢救")
    form.verb.click()
    settle()
    (made,) = transfers(*sqlite_site.as_("west_store"), [WEST])
    assert (made.lines[0].wanted, made.stored) == (5 * BOX, TransferState.DONOR)
    assert west.open.model.rowCount() == 1


def test_without_a_paper_it_is_kept_as_a_draft(
    west: TransfersPage, settle: Settle, sqlite_site: Site
) -> None:
    west.model.setData(west.model.index(0, 0), True)
    west.desk.start(west._picked(), Ground(Basis.APPROVED, Urgency.NORMAL, "", None, ""))
    settle()
    (made,) = transfers(*sqlite_site.as_("west_store"), [WEST])
    assert made.stored is TransferState.DRAFT


def test_too_much_is_refused_in_place(west: TransfersPage) -> None:
    assert not west.model.setData(west.model.index(0, 7), "99")
    assert "富余" in west.context.notices.kept[0].text


def test_the_donor_sees_but_does_not_start_it(
    context_for: Make, west: TransfersPage, show: Show, settle: Settle
) -> None:
    page = show(TransfersPage(context_for("east_store")))
    settle()
    assert page.model.rowCount() == west.model.rowCount() == 1
    assert not page.model.setData(page.model.index(0, 0), True)
    assert "调入方 城西" in page.context.notices.kept[0].text


def test_the_step_is_offered_to_whose_turn_it_is(
    context_for: Make, sqlite_site: Site, show: Show, settle: Settle
) -> None:
    ask(sqlite_site)
    words = []
    for login in ("west_store", "east_store"):
        page = show(TransfersPage(context_for(login)))
        settle()
        row = page.open.model.row_at(0)
        assert row is not None
        words.append(row.value(2))
        if login == "east_store":
            page.steps.take(row.record)
            form = next(x for x in page.findChildren(Form) if x.isVisible())
            form.verb.click()
            settle()
    assert words == ["", "确认"]
    (made,) = transfers(*sqlite_site.as_("west_store"), [WEST])
    assert made.stored is TransferState.REVIEW


def test_a_loan_goes_back_from_its_row(
    context_for: Make, sqlite_site: Site, show: Show, settle: Settle, clock: FixedClock
) -> None:
    stock(sqlite_site, EAST, DRUG, 10 * BOX)
    lent(sqlite_site, return_by=TODAY)
    clock.advance(days=2)
    page = show(TransfersPage(context_for("west_store")))
    settle()
    row = page.loans.model.row_at(0)
    assert row is not None
    assert "超 2 天" in str(row.value(4)) or row.raw[4] == TODAY
    page.loans.setFocus()
    QTest.keyClick(page.loans.halves.right, Qt.Key.Key_Return)
    form = form_of(page, BackForm)
    assert form is not None
    form.verb.click()
    settle()
    assert loans(*sqlite_site.as_("west_store"), [WEST])[0].left == 2 * BOX
    assert {x.kind.value for x in transfers(*sqlite_site.as_("west_store"), [WEST])} == {
        "loan", "return",
    }  # fmt: skip


def test_the_lender_takes_the_price_or_sets_it_off(
    context_for: Make, sqlite_site: Site, show: Show, settle: Settle
) -> None:
    stock(sqlite_site, EAST, DRUG, 10 * BOX)
    lent(sqlite_site)
    page = show(TransfersPage(context_for("east_store")))
    settle()
    row = page.loans.model.row_at(0)
    assert row is not None
    ours = row.record
    assert isinstance(ours, LoanRow)
    theirs = replace(ours, org_id=EAST, donor_id=WEST)
    assert owed_back(ours, (ours, theirs)) == 2 * BOX
    page.loans.opened.emit(row)
    form_of(page, LenderForm).reject()
    settle()
    assert loans(*sqlite_site.as_("east_store"), [EAST])
    page.loans.opened.emit(row)
    form_of(page, LenderForm).verb.click()
    settle()
    assert loans(*sqlite_site.as_("east_store"), [EAST]) == ()


def test_esc_leaves_every_question_without_doing_anything(
    context_for: Make, sqlite_site: Site, show: Show, settle: Settle
) -> None:
    ask(sqlite_site, basis=Basis.APPROVED, papers=(), submit=False)
    page = show(TransfersPage(context_for("west_store")))
    settle()
    row = page.open.model.row_at(0)
    assert row is not None
    page.steps.take(row.record)
    paper = form_of(page, PaperForm)
    paper.number.setText("调剂批 18 号")
    paper.verb.click()
    assert "还没选文件" in paper.number_field.problem.text
    paper.reject()
    page.open.opened.emit(row)
    settle()
    shown = next(x for x in page.findChildren(Form) if x.isVisible())
    assert shown.verb.text() == "提交"
    shown.reject()
    settle()
    assert not [x for x in page.findChildren(Form) if x.isVisible()]
    (draft,) = transfers(*sqlite_site.as_("west_store"), [WEST])
    assert draft.stored is TransferState.DRAFT


def test_the_donor_promises_less_and_scans_what_goes_out(
    context_for: Make, sqlite_site: Site, show: Show, settle: Settle
) -> None:
    lot = stock(sqlite_site, EAST, DRUG, 6 * BOX)
    codes = traced_packs(sqlite_site, EAST, lot, 3)
    ask(sqlite_site, 4 * BOX, basis=Basis.EMERGENCY, urgency=Urgency.EMERGENCY, papers=())
    page = show(TransfersPage(context_for("east_store")))
    settle()
    page.steps.take(page.open.model.row_at(0).record)  # type: ignore[union-attr]
    promise = form_of(page, PromiseForm)
    promise._edits[0][2].set_value(0)
    promise.verb.click()
    assert "不调" in promise.total.text()
    promise._edits[0][2].set_value(3)
    promise.verb.click()
    settle()
    (made,) = transfers(*sqlite_site.as_("east_store"), [EAST])
    assert (made.lines[0].wanted, made.lines[0].confirmed) == (4 * BOX, 3 * BOX)
    page.steps.take(page.open.model.row_at(0).record)  # type: ignore[union-attr]
    settle()
    form = form_of(page, SendForm)
    told = []
    form.scan.setText(codes[0])
    form.scan.returnPressed.emit()  # a scanner does not wait for the answer
    for code in (codes[1], codes[1], "81345679999999999999"):
        form.scan.setText(code)
        form.scan.returnPressed.emit()
        settle()
        told.append(form.scan_field.problem.text)
    assert [bool(words) for words in told] == [False, True, True]
    assert "已经扫过" in told[1]
    assert "不在本机构库存里" in told[2]
    assert "已扫 2 / 3 盒" in form.read.text()
    form.verb.click()
    settle()
    way = transfer(*sqlite_site.as_("east_store"), made.org_id, made.id)
    assert [(x.qty, x.traces) for x in way.lots] == [(2 * BOX, tuple(codes[:2])), (BOX, ())]


def test_a_request_that_is_refused_stays_to_be_mended(
    west: TransfersPage, settle: Settle, sqlite_site: Site
) -> None:
    west.borrowing.new()
    settle()
    form = form_of(west, LoanForm)
    assert form.settle.value == Agreed.KIND
    form.kind.choose(Kind.PATIENT)
    assert form.settle.value == Agreed.NONE, "what does not come back is not settled in kind"
    form.settle.choose(Agreed.PRICE)
    form.fields.basis.choose(Basis.EMERGENCY)
    form.fields.basis.choose(Basis.APPROVED)
    assert form.fields.urgency.value is Urgency.NORMAL  # else the group is not asked
    form.fields.basis.choose(Basis.EMERGENCY)
    form.item.fix(DRUG, "")
    form.address.setText("城西街 6 号")
    form.patient.setText("张三")
    form.verb.click()
    settle()
    assert "不要写姓名" in form.refusal.text
    form.patient.setText("zs-0832")
    form.verb.click()
    settle()
    assert "不同法人之间按价调药，没有批准文件不能办" in form.refusal.text
    form.settle.choose(Agreed.NONE)
    form.verb.click()
    form.verb.click()
    form.reject()  # too late: it is on its way
    settle()
    (made,) = transfers(*sqlite_site.as_("west_store"), [WEST])
    assert (made.patient_ref, made.address) == ("ZS-0832", "城西街 6 号")
    assert made.settle == Agreed.NONE


def test_who_only_approves_is_not_met_by_a_refusal(
    context_for: Make, show: Show, settle: Settle
) -> None:
    page = show(TransfersPage(context_for("west_head")))
    settle()
    assert page.context.notices.kept == []
    assert "进行中" in page.grid.overlay.empty_text


def test_what_came_back_is_booked_from_the_list(
    context_for: Make, sqlite_site: Site, show: Show, settle: Settle
) -> None:
    stock(sqlite_site, EAST, DRUG, 6 * BOX)
    way = sent(sqlite_site, agreed(sqlite_site))
    arrived(sqlite_site, way, lots=(AcceptLot(1, BOX, BOX),))
    page = show(TransfersPage(context_for("east_store")))
    settle()
    row = page.open.model.row_at(0)
    assert row is not None
    assert row.value(2) == "处理"
    page.steps.take(row.record)
    settle()
    next(x for x in page.findChildren(Form) if x.isVisible()).verb.click()
    settle()
    assert (shelf(sqlite_site, EAST), page.open.model.rowCount()) == (5 * BOX, 0)


def test_of_what_came_in_part_the_packs_are_scanned(
    context_for: Make, sqlite_site: Site, show: Show, settle: Settle
) -> None:
    lot = stock(sqlite_site, EAST, DRUG, 6 * BOX)
    codes = traced_packs(sqlite_site, EAST, lot, 2)
    pick = SendPick(1, lot, EAST, sqlite_site.world.bins[EAST], 2 * BOX, tuple(codes))
    done = sent(sqlite_site, agreed(sqlite_site), picks=(pick,))
    page = show(TransfersPage(context_for("west_store")))
    settle()
    page.steps.take(page.open.model.row_at(0).record)  # type: ignore[union-attr]
    settle()
    form = form_of(page, AcceptForm)
    form.taken[0].set_value(BOX)
    form.verb.click()
    settle()
    assert "应扫 1 个" in form.refusal.text
    for code in ("81345679999999999999", codes[0], codes[0], codes[1]):
        form.scan.setText(code)
        form.scan.returnPressed.emit()
    form.verb.click()
    settle()
    with sqlite_site.owner.read() as session:
        at = dict(session.execute(select(TraceCode.code, TraceCode.org_id)).all())
    assert at == {codes[0]: EAST, codes[1]: WEST}
    assert shelf(sqlite_site, WEST) == BOX
    assert transfer(*sqlite_site.as_("west_store"), WEST, done.transfer_id).head.differs == BOX
