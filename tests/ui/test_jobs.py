"""Work off the GUI thread: answers, stale answers, order of writes, progress, cancel, errors."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.ui import collecting
from app.ui.collecting import Collector
from app.ui.jobs import Cancelled, Job, JobRunner, Progress
from app.ui.shell.status_bar import TaskTray

Settle = Callable[[], None]


def test_answers_come_back_in_the_gui_thread(jobs: JobRunner, settle: Settle) -> None:
    threads: list[threading.Thread] = []
    answers: list[int] = []

    def work() -> int:
        threads.append(threading.current_thread())
        return 42

    def done(answer: int) -> None:
        threads.append(threading.current_thread())
        answers.append(answer)

    jobs.read(work, done)
    settle()
    assert answers == [42]
    assert threads[0] is not threading.main_thread()
    assert threads[1] is threading.main_thread()


def test_a_long_job_outlives_the_window_that_showed_it(
    jobs: JobRunner, settle: Settle, qtbot: QtBot
) -> None:
    """Another language builds the window anew while a simulation runs: the old tray is gone."""
    tray = TaskTray(jobs)
    qtbot.addWidget(tray)
    jobs.long("补货模拟", lambda progress: progress.step(1, 2, ""), writes=False)
    tray.deleteLater()
    QApplication.sendPostedEvents(tray, QEvent.Type.DeferredDelete)
    assert not isValid(tray)
    with qtbot.captureExceptions() as raised:
        settle()
    assert raised == []


def test_only_the_window_s_thread_collects(
    jobs: JobRunner, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    where: list[threading.Thread] = []

    def seen(phase: str, _info: object) -> None:
        if phase == "start":
            where.append(threading.current_thread())

    def work() -> None:
        for _turn in range(3 * gc.get_threshold()[0]):
            cycle: list[object] = []
            cycle.append(cycle)

    gc.callbacks.append(seen)
    try:
        jobs.read(work, lambda _none: None)
        settle()
        collector = jobs.findChild(Collector)
        assert collector is not None
        assert where == [], "not in the reader's thread"
        with monkeypatch.context() as few:
            few.setattr(collecting, "_YOUNG", 0)
            collector.look()
    finally:
        gc.callbacks.remove(seen)
    assert set(where) == {threading.main_thread()}


def test_an_overtaken_answer_is_dropped(jobs: JobRunner, settle: Settle) -> None:
    gate = threading.Event()
    answers: list[str] = []

    def slow() -> str:
        gate.wait(60)
        return "old"

    jobs.read(slow, answers.append, channel="search")
    jobs.read(lambda: "new", answers.append, channel="search")
    gate.set()
    settle()
    assert answers == ["new"]


def test_writes_keep_their_order(jobs: JobRunner, settle: Settle) -> None:
    done: list[int] = []
    for number in range(20):
        jobs.write(partial(int, number), done.append)
    settle()
    assert done == list(range(20))


def test_nothing_is_called_for_an_owner_that_is_gone(jobs: JobRunner, settle: Settle) -> None:
    owner = QObject()
    answers: list[int] = []
    gate = threading.Event()
    jobs.read(lambda: gate.wait(60) and 1, answers.append, owner=owner)
    owner.deleteLater()
    QApplication.sendPostedEvents(owner, 52)  # QEvent.DeferredDelete: the loop may not run yet
    gate.set()
    settle()
    assert answers == []


@pytest.mark.parametrize("way", ["read", "refused"])
def test_a_method_of_a_form_that_was_closed_is_not_called(
    jobs: JobRunner, settle: Settle, way: str
) -> None:
    class Asked(QObject):
        def show(self, _words: object) -> None:
            answers.append(self.objectName())  # what every form does: touch a widget

    answers: list[str] = []
    told: list[Exception] = []
    jobs.failed.connect(told.append)
    gate, asked = threading.Event(), Asked()

    def work() -> None:
        assert gate.wait(60)
        if way == "refused":
            raise ValueError("x")

    jobs.read(work, partial(asked.show), asked.show)
    asked.deleteLater()
    QApplication.sendPostedEvents(asked, QEvent.Type.DeferredDelete)
    gate.set()
    settle()
    assert answers == []
    assert len(told) == (way == "refused"), "a problem is told all the same"


def test_progress_is_told_and_cancel_stops_the_work(
    jobs: JobRunner, settle: Settle, qtbot: QtBot
) -> None:
    started = threading.Event()
    failures: list[Exception] = []
    seen: list[tuple[int, int]] = []

    def work(progress: Progress) -> None:
        for number in range(100_000):
            progress.step(number, 100_000, "导入")
            started.set()
            threading.Event().wait(0.001)

    def told(job: Job) -> None:
        seen.append((job.done, job.total))

    jobs.changed.connect(told)
    job = jobs.long("导入目录", work, failed=failures.append)
    assert jobs.long_jobs == (job,)
    assert started.wait(60)
    qtbot.waitUntil(lambda: any(total == 100_000 for _done, total in seen))
    job.cancel()
    settle()
    assert isinstance(failures[0], Cancelled)
    assert not jobs.long_jobs


def test_an_error_nobody_took_is_told_once(jobs: JobRunner, settle: Settle) -> None:
    told: list[Exception] = []
    jobs.failed.connect(told.append)

    def work() -> None:
        raise ValueError("x")

    jobs.write(work)
    settle()
    assert [str(error) for error in told] == ["x"]


@pytest.mark.parametrize("calls", [1, 500])
def test_progress_calls_are_thinned_out(calls: int) -> None:
    told: list[int] = []
    progress = Progress(lambda done, _total, _text: told.append(done))
    for number in range(calls):
        progress.step(number, 10_000)
    assert 1 <= len(told) <= 1 + calls // 50


def test_long_work_whose_page_is_gone_is_told_only_when_it_failed(
    jobs: JobRunner, settle: Settle
) -> None:
    """An import that ended after the window was built anew opened its form on no page."""
    owner, gate, answers = QObject(), threading.Event(), list[int]()
    problems: list[Exception] = []
    jobs.failed.connect(problems.append)

    def stumble(_progress: Progress) -> int:
        gate.wait(60)
        raise OSError

    jobs.long("导入", lambda _progress: int(gate.wait(60)), answers.append, owner=owner)
    jobs.long("导入", stumble, answers.append, writes=False, owner=owner)
    owner.deleteLater()
    QApplication.sendPostedEvents(owner, QEvent.Type.DeferredDelete)
    gate.set()
    settle()
    assert answers == []
    assert [type(one) for one in problems] == [OSError]
