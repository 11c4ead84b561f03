"""A form keeps what was typed until the change it asked for is made."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid
from typing_extensions import override

from app.domain.errors import DomainError, EnvironmentProblem, Problem, UnsureProblem
from app.ui.errors import ErrorDesk
from app.ui.jobs import JobRunner
from app.ui.notices import Notices
from app.ui.widgets.dialogs import Form, Question, ReasonForm, confirm
from app.ui.widgets.fields import Field

Settle = Callable[[], None]
SHORT = DomainError("stock.short", "库存只有 3 盒。请改少。")


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(800, 600)
    widget.show()
    return widget


@pytest.fixture
def desk(jobs: JobRunner) -> ErrorDesk:
    desk = ErrorDesk(Notices(jobs), jobs)
    jobs.failed.connect(desk.take)
    return desk


class Service:
    """Refuses in turn what it was told to refuse; counts what it was asked."""

    def __init__(self, *refusals: Exception) -> None:
        self.refusals = list(refusals)
        self.made: list[str] = []
        self.free = threading.Event()
        self.free.set()

    def write(self, text: str) -> str:
        self.free.wait(5)
        if self.refusals:
            raise self.refusals.pop(0)
        self.made.append(text)
        return text


def typed(host: QWidget, jobs: JobRunner, service: Service, done: Callable[[str], None]) -> Form:
    """A form with one field; what is typed goes to the service."""
    form = Form("移库", "移库", host)
    edit = QLineEdit("9 盒")
    form.body.addWidget(edit)
    form.accepted.connect(lambda: send(jobs, service, edit.text(), done))
    form.open()
    return form


def send(jobs: JobRunner, service: Service, text: str, done: Callable[[str], None]) -> None:
    jobs.write(lambda: service.write(text), done)


def edit_of(form: Form) -> QLineEdit:
    edit = form.findChild(QLineEdit)
    assert edit is not None
    return edit


def test_a_refusal_is_said_in_the_form_and_can_be_mended(
    host: QWidget, jobs: JobRunner, desk: ErrorDesk, settle: Settle
) -> None:
    service, told = Service(SHORT), list[str]()
    notices = jobs.findChild(Notices)
    form = typed(host, jobs, service, told.append)
    form.verb.click()
    settle()
    assert form.isVisible()
    assert form.refusal.text == "库存只有 3 盒。请改少。"
    assert isinstance(notices, Notices)
    assert not notices.kept, "what the form says is not said twice"
    assert form.verb.isEnabled()
    edit_of(form).setText("3 盒")
    form.verb.click()
    settle()
    assert service.made == told == ["3 盒"]
    assert not isValid(form) or not form.isVisible()


def test_every_problem_is_said_with_its_line(
    host: QWidget, jobs: JobRunner, desk: ErrorDesk, settle: Settle
) -> None:
    problems = (Problem("a", "缺批号。", row=1), Problem("b", "缺效期。", row=2))
    form = typed(host, jobs, Service(DomainError("lines", "两处不对。", problems=problems)), print)
    form.verb.click()
    settle()
    assert form.refusal.text.count("\n") == 1
    assert "缺批号。" in form.refusal.text
    assert "缺效期。" in form.refusal.text


def test_a_problem_of_one_field_is_said_there_and_leaves_when_it_is_mended(
    host: QWidget, jobs: JobRunner, desk: ErrorDesk, settle: Settle
) -> None:
    class Lot(Form):
        def __init__(self) -> None:
            super().__init__("批号", "登记", host)
            self.first, self.lot = Field("数量", QLineEdit()), Field("批号", QLineEdit())
            for field in (self.first, self.lot):
                self.body.addWidget(field)

        @override
        def field_of(self, problem: Problem) -> Field | None:
            return self.lot if problem.column == "lot" else None

    gone = EnvironmentProblem("db.offline", "连不上集团主库。")
    both = (Problem("lot", "没有这一批。", column="lot"), Problem("day", "这个月已经结账。"))
    service = Service(DomainError("lines", "两处不对。", problems=both), gone)
    form = Lot()
    form.accepted.connect(lambda: send(jobs, service, form.lot.text, print))
    form.open()
    form.verb.click()
    settle()
    assert (form.lot.problem.text, form.refusal.text) == ("没有这一批。", "这个月已经结账。")
    assert form.focusWidget() is form.lot.editor
    form.verb.click()
    settle()
    assert (form.lot.problem.text, form.refusal.text) == ("", "连不上集团主库。")
    form.verb.click()
    settle()
    assert service.made == [""]


def test_while_the_answer_is_awaited_nothing_is_sent_twice_and_esc_waits(
    host: QWidget, jobs: JobRunner, settle: Settle
) -> None:
    service, told = Service(), list[str]()
    service.free.clear()
    form = typed(host, jobs, service, told.append)
    form.verb.click()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        QTest.keyClick(edit_of(form), key)
    QTest.keyClick(edit_of(form), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    form.accept()
    assert form.isVisible()
    service.free.set()
    settle()
    assert service.made == ["9 盒"]
    assert not isValid(form) or not form.isVisible()


def test_a_slow_answer_is_spoken_of(
    host: QWidget, jobs: JobRunner, settle: Settle, qtbot: QtBot
) -> None:
    service = Service(SHORT)
    service.free.clear()
    form = typed(host, jobs, service, print)
    form.verb.click()
    assert not form.refusal.text
    qtbot.waitUntil(lambda: "正在保存" in form.refusal.text)
    service.free.set()
    settle()
    assert form.refusal.text == SHORT.text


def test_the_form_is_gone_before_what_comes_next_is_shown(
    host: QWidget, jobs: JobRunner, settle: Settle
) -> None:
    seen: list[bool] = []
    form = typed(host, jobs, Service(), lambda _text: seen.append(form.isVisible()))
    form.verb.click()
    settle()
    assert seen == [False]


def test_accepted_is_heard_once_and_finished_once(
    host: QWidget, jobs: JobRunner, settle: Settle
) -> None:
    heard: list[str] = []
    form = typed(host, jobs, Service(SHORT), print)
    form.accepted.connect(lambda: heard.append("accepted"))
    form.finished.connect(lambda code: heard.append(f"finished {code}"))
    form.verb.click()
    settle()
    form.verb.click()
    settle()
    assert heard == ["accepted", "accepted", "finished 1"], "once for each time it handed over"


def test_no_one_knows_whether_it_is_saved_so_it_cannot_be_sent_again_from_here(
    host: QWidget, jobs: JobRunner, desk: ErrorDesk, settle: Settle
) -> None:
    form = typed(host, jobs, Service(UnsureProblem("db.unsure", "还不知道存上没有。")), print)
    notices = jobs.findChild(Notices)
    assert isinstance(notices, Notices)
    form.verb.click()
    settle()
    assert not isValid(form) or not form.isVisible()
    assert [one.text for one in notices.kept] == ["还不知道存上没有。"]


def test_a_full_disk_leaves_what_was_typed(
    host: QWidget, jobs: JobRunner, desk: ErrorDesk, settle: Settle
) -> None:
    form = typed(host, jobs, Service(EnvironmentProblem("db.full", "磁盘满了。")), print)
    form.verb.click()
    settle()
    assert (form.isVisible(), form.refusal.text) == (True, "磁盘满了。")


def test_two_changes_cannot_be_sent_again_together(
    host: QWidget, jobs: JobRunner, desk: ErrorDesk, settle: Settle
) -> None:
    """One may be made and the other not: sending both again would double the first."""
    service, told = Service(), list[str]()
    form = typed(host, jobs, service, told.append)
    form.accepted.connect(lambda: send(jobs, Service(SHORT), "别的", told.append))
    notices = jobs.findChild(Notices)
    assert isinstance(notices, Notices)
    form.verb.click()
    assert not form.isVisible()
    settle()
    assert told == ["9 盒"]
    assert [one.text for one in notices.kept] == [SHORT.text]


def test_a_question_goes_and_its_page_says_the_refusal(
    host: QWidget, jobs: JobRunner, desk: ErrorDesk, settle: Settle
) -> None:
    question = Question("完成验收？", "生成入库 2 行。", "完成验收")
    notices = jobs.findChild(Notices)
    assert isinstance(notices, Notices)
    form = confirm(host, question, lambda: send(jobs, Service(SHORT), "", print))
    form.verb.click()
    assert not form.isVisible()
    settle()
    assert [one.text for one in notices.kept] == [SHORT.text]


def test_a_form_that_asks_for_nothing_leaves_at_once(host: QWidget, jobs: JobRunner) -> None:
    form = ReasonForm("理由", "", "记下", host)
    form.reason.setPlainText("数量清点过")
    form.open()
    form.verb.click()
    assert not form.isVisible()


def test_a_form_that_closes_itself_later_sends_nothing_twice_either(
    host: QWidget, jobs: JobRunner, settle: Settle
) -> None:
    """One that asks in `submit` and accepts when the answer is there."""
    service, told = Service(), list[str]()
    service.free.clear()

    class Later(Form):
        @override
        def submit(self) -> None:
            send(jobs, service, "9 盒", self.answered)

        def answered(self, text: str) -> None:
            told.append(text)
            self.accept()

    form = Later("登记价格", "登记", host)
    form.open()
    form.verb.click()
    form.verb.click()
    form.press()
    form.reject()
    assert form.isVisible(), "Esc waits for the answer, which would come to a form that is gone"
    service.free.set()
    settle()
    assert service.made == told == ["9 盒"]
    assert not isValid(form) or not form.isVisible()


def test_another_button_hands_over_like_the_main_one(
    host: QWidget, jobs: JobRunner, desk: ErrorDesk, settle: Settle
) -> None:
    service = Service(SHORT)
    form = typed(host, jobs, service, print)

    def refuse() -> None:
        form.accept()

    form.hand_over(refuse)
    form.hand_over(refuse)
    settle()
    assert form.isVisible()
    assert form.refusal.text == SHORT.text
    form.hand_over(refuse)
    settle()
    assert service.made == ["9 盒"]
    assert not isValid(form) or not form.isVisible()
