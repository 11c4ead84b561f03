"""Work off the GUI thread: one writer, a few readers, progress, cancel, results by signals.

A job is a callable. It runs on a worker thread and must not touch a widget; its result, its
progress and its error come back to the GUI thread through one signal each. Reads name a channel:
an answer that a newer question on the same channel has overtaken is dropped.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from app.ui import handover
from app.ui.collecting import Collector

T = TypeVar("T")
_READERS: Final = 3
_PROGRESS_EVERY: Final = 0.05
_log = logging.getLogger(__name__)


class Cancelled(Exception):  # noqa: N818 - it is a wish of the person, not an error
    """Raised inside a job when the person cancelled it; the unit of work rolls back."""


class Carrier(Protocol):
    """Brings a change to the database over a line that may break (`app.ui.line`)."""

    def __call__(self, work: Callable[[Progress], T], progress: Progress, /) -> T:
        """Do the work, and again with the same operation ids when the line broke."""


class Progress:
    """What a long job tells and asks: how far it is, and whether to stop.

    Call `step` often; it passes on at most 20 calls a second and raises `Cancelled`.
    """

    def __init__(self, report: Callable[[int, int, str], None]) -> None:
        self._report = report
        self._stop = threading.Event()
        self._last = 0.0

    def cancel(self) -> None:
        """Ask the job to stop at its next step."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """Whether the person asked to stop."""
        return self._stop.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait, or until the person cancels: True then."""
        return self._stop.wait(seconds)

    def step(self, done: int, total: int = 0, text: str = "") -> None:
        """Tell that `done` of `total` is finished (0: total unknown)."""
        if self._stop.is_set():
            raise Cancelled
        now = time.monotonic()
        if now - self._last >= _PROGRESS_EVERY or (total and done >= total):
            self._last = now
            self._report(done, total, text)


@dataclass(eq=False, slots=True)
class Job:
    """One piece of work under way.

    Attributes:
        number: Counts up; later work has a larger one.
        name: What the task tray shows; empty for work that stays out of it.
        channel: Questions on one channel overtake each other; empty for none.
        progress: For cancelling.
        done, total, text: The last progress told.
        started: When it was asked for (monotonic seconds).
        asker: The form that waits for it.
    """

    number: int
    name: str
    channel: str
    on_done: Callable[[Any], None] | None
    on_failed: Callable[[Exception], None] | None
    owner: QObject | None
    progress: Progress = field(init=False)
    done: int = 0
    total: int = 0
    text: str = ""
    started: float = field(default_factory=time.monotonic)
    asker: handover.Asker | None = None

    def cancel(self) -> None:
        """Ask it to stop; what it wrote so far is rolled back."""
        self.progress.cancel()


class JobRunner(QObject):
    """Runs jobs and hands their results to the GUI thread.

    Attributes:
        carry: Brings changes to the database; None where no line can break.

    Signals:
        changed: A long job began, told progress or ended (carries the `Job`).
        failed: A job failed and nobody took the error (carries the exception).
    """

    changed = Signal(object)
    failed = Signal(object)
    _finished = Signal(object, object, object)
    _progressed = Signal(object, int, int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._collector = Collector(self)
        self._numbers = itertools.count(1)
        self._newest: dict[str, int] = {}
        self._running: dict[int, Job] = {}
        self._writer = ThreadPoolExecutor(1, "writer")
        self._readers = ThreadPoolExecutor(_READERS, "reader")
        self._closed = False
        self.carry: Carrier | None = None
        queued = Qt.ConnectionType.QueuedConnection
        self._finished.connect(self._take_result, queued)
        self._progressed.connect(self._take_progress, queued)

    def read(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        channel: str = "",
        owner: QObject | None = None,
    ) -> Job:
        """Run a question on a reader; `done` gets the answer unless a newer one overtook it.

        Nothing is called any more once the `owner` is gone, nor on an object that is gone.
        """
        job = self._job("", channel, done, failed, owner)
        if channel:
            self._newest[channel] = job.number
        self._submit(self._readers, job, lambda _progress: work())
        return job

    def overtake(self, channel: str) -> None:
        """Let nothing that was asked on a channel be answered: nothing is asked any more."""
        self._newest[channel] = 0

    def write(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        owner: QObject | None = None,
    ) -> Job:
        """Run a change on the one writer; changes keep their order.

        A form that hands over hears of the end first: it goes before `done` shows what comes
        next; where it says the refusal itself, `failed` is called and finds that it was said.
        """
        job = self._job("", "", done, failed, owner)
        job.asker = handover.asker()
        if job.asker is not None:
            job.asker.asked()
        self._submit(self._writer, job, self._carried(lambda _progress: work()))
        return job

    def long(
        self,
        name: str,
        work: Callable[[Progress], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        writes: bool = True,
        owner: QObject | None = None,
    ) -> Job:
        """Run work of more than two seconds; it shows in the task tray and can be cancelled.

        As with `read`, nothing is called any more once the `owner` is gone; a failure is told.
        """
        job = self._job(name, "", done, failed, owner)
        if writes:
            self._submit(self._writer, job, self._carried(work))
        else:
            self._submit(self._readers, job, work)
        self.changed.emit(job)
        return job

    def _carried(self, work: Callable[[Progress], T]) -> Callable[[Progress], T]:
        """The change as it goes over the line, if there is one that may break."""
        carry = self.carry
        return work if carry is None else lambda progress: carry(work, progress)

    @property
    def long_jobs(self) -> tuple[Job, ...]:
        """Long jobs under way, oldest first."""
        return tuple(job for job in self._running.values() if job.name)

    @property
    def idle(self) -> bool:
        """Whether nothing is under way (tests wait for this)."""
        return not self._running

    def close(self) -> None:
        """Cancel what runs and wait for the threads; call once at the end of the program."""
        self._closed = True
        for job in self._running.values():
            job.cancel()
        self._writer.shutdown(wait=True, cancel_futures=True)
        self._readers.shutdown(wait=True, cancel_futures=True)
        self._running.clear()
        self._collector.stop()

    def _job(
        self,
        name: str,
        channel: str,
        done: Callable[[Any], None] | None,
        failed: Callable[[Exception], None] | None,
        owner: QObject | None,
    ) -> Job:
        job = Job(next(self._numbers), name, channel, done, failed, owner)
        job.progress = Progress(lambda n, of, text: self._progressed.emit(job, n, of, text))
        self._running[job.number] = job
        return job

    def _submit(
        self, pool: ThreadPoolExecutor, job: Job, work: Callable[[Progress], object]
    ) -> None:
        def run() -> None:
            result: object = None
            problem: Exception | None = None
            try:
                if job.progress.cancelled:
                    raise Cancelled  # noqa: TRY301 - one way out for every cancel
                result = work(job.progress)
            except Exception as error:  # noqa: BLE001 - every error goes to the GUI thread
                problem = error
            if isValid(self):
                self._finished.emit(job, result, problem)

        if self._closed:
            self._running.pop(job.number, None)  # a late paint of a window that is going away
        else:
            pool.submit(run)

    def _take_progress(self, job: Job, done: int, total: int, text: str) -> None:
        job.done, job.total, job.text = done, total, text
        if job.name and job.number in self._running:
            self.changed.emit(job)

    def _take_result(self, job: Job, result: object, problem: Exception | None) -> None:
        self._running.pop(job.number, None)
        if job.name:
            self.changed.emit(job)
        said = _tell_asker(job, problem)
        if job.owner is not None and not isValid(job.owner):
            if job.name and problem is not None:
                self.failed.emit(problem)  # what took minutes is told wherever the person is now
            return
        if job.channel and self._newest.get(job.channel) != job.number:
            return
        if problem is None:
            if job.on_done and not _gone(job.on_done):
                job.on_done(result)
        elif said:
            with handover.said(problem):
                self._fail(job, problem)
        else:
            self._fail(job, problem)

    def _fail(self, job: Job, problem: Exception) -> None:
        if job.on_failed is None or _gone(job.on_failed):
            self.failed.emit(problem)
        else:
            job.on_failed(problem)


def _gone(told: Callable[..., object]) -> bool:
    """Whether it is a method of a form that was closed, or of a page of a window before."""
    while isinstance(told, partial):
        told = told.func
    whose = getattr(told, "__self__", None)
    return isinstance(whose, QObject) and not isValid(whose)


def _tell_asker(job: Job, problem: Exception | None) -> bool:
    """Tell the form that asked; whether it has said the problem."""
    if job.asker is None:
        return False
    if problem is None:
        job.asker.taken()
        return False
    return job.asker.refused(problem)
