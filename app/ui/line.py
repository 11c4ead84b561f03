"""The line to the database: work whose line broke waits, asks what became of it, and goes on.

Everything here runs on the writer thread; the window stays usable and its form as it is. A change
is repeated with the same operation ids, so that it is carried out once whatever happened to it
before. No question is put to the person: the status bar says what is going on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from app.domain.duties import Actor
from app.domain.errors import EnvironmentProblem, UnsureProblem
from app.services.db import Database, ping
from app.services.db_errors import RIVAL
from app.services.outbox import attempt
from app.services.settling import settle
from app.ui.jobs import Progress

T = TypeVar("T")
Work = Callable[[Progress], T]
CUT: Final = frozenset({"db.offline", "db.unsure"})
_FULL: Final = frozenset({"db.crowded", "db.paused"})
"""Everybody comes back at once: whoever waits for the line already waits for a place too."""
PATIENCE: Final = 60.0
"""Seconds that a change waits for the line before the person is told that it was not saved."""
_STEPS: Final = (0.2, 0.5, 1.0)
_AFTER_RIVAL: Final = (0.05, 0.3, 1.0)
"""Seconds before a step that the server took back whole is sent once more."""


class LineState(StrEnum):
    """How the line is, as far as a change under way knows."""

    GOOD = ""
    DOWN = "down"
    CHECKING = "checking"


class Line(QObject):
    """Carries changes over a line that may break.

    Args:
        db: The database.
        actor: Who is signed in.

    Signals:
        state_changed: A `LineState`.
    """

    state_changed = Signal(object)

    def __init__(self, db: Database, actor: Actor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._db = db
        self._actor = actor
        self.state = LineState.GOOD

    def carry(self, work: Work[T], progress: Progress) -> T:
        """Do the work; when the line breaks, wait for it and find out, then finish the work.

        A step that met a rival's, so that the server took it back, is sent once more.
        """
        with attempt() as made:
            try:
                return work(progress)
            except EnvironmentProblem as error:
                if error.code not in CUT | {RIVAL}:
                    raise
                problem = error
        ids = tuple(made)
        for pause in _AFTER_RIVAL:
            if problem.code != RIVAL or progress.wait(pause):
                break
            try:
                with attempt(ids):
                    return work(progress)
            except EnvironmentProblem as error:
                problem = error
        if problem.code not in CUT:
            raise problem
        try:
            return self._again(work, progress, problem, ids)
        finally:
            self._tell(LineState.GOOD)

    def _again(
        self, work: Work[T], progress: Progress, problem: EnvironmentProblem, made: tuple[UUID, ...]
    ) -> T:
        until, step = time.monotonic() + PATIENCE, 0
        while time.monotonic() < until:
            unsure = isinstance(problem, UnsureProblem)
            self._tell(LineState.CHECKING if unsure else LineState.DOWN)
            if progress.wait(_STEPS[min(step, len(_STEPS) - 1)]):
                break
            step += 1
            try:
                ping(self._db)
                self._find_out()
                with attempt(made):
                    return work(progress)
            except EnvironmentProblem as error:
                if error.code not in CUT | _FULL:
                    raise
                problem = error if not unsure else problem
        raise problem

    def _find_out(self) -> None:
        """End what still hangs on the dead line, so that the repeat meets nobody."""
        if self._db.outbox is not None:
            settle(self._db, self._actor, self._db.outbox.open_notes())

    def _tell(self, state: LineState) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit(state)
