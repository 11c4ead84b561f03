"""Feeds the preview: first the picture, a moment later the check of every code.

Both run in reader threads; a newer question stops the check of an older one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.errors import DomainError, Problem, Severity
from app.domain.labels.sheet import Page
from app.domain.labels.spec import LabelSpec
from app.services.labels.output import Options, arrange, prepare
from app.services.labels.specs import preview_specs, specs_of
from app.ui.jobs import Cancelled
from app.ui.page import Page as Screen
from app.ui.pages.labels.view_model import LabelsState, PagePicture, Preview, picture

_WAIT_MS = 120


@dataclass(frozen=True, slots=True)
class Arranged:
    """Labels on their pages, and the picture of one page."""

    specs: tuple[LabelSpec, ...]
    options: Options
    pages: tuple[Page, ...]
    shown: int
    picture: PagePicture | None


class PreviewFeed(QObject):
    """Asks for previews.

    Signals:
        arranged: `Arranged`: the pages and the picture of the one in sight.
        turned: The picture of another page of the same labels.
        checked: `Preview`: every code was read back.
        failed: The exception that kept labels from being laid out.
    """

    arranged = Signal(object)
    turned = Signal(object)
    checked = Signal(object)
    failed = Signal(object)

    def __init__(self, screen: Screen, state: LabelsState) -> None:
        super().__init__(screen)
        self._screen = screen
        self._state = state
        self._now: Arranged | None = None
        self._stop = threading.Event()
        self._missed = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._arrange)

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages in sight."""
        return self._now.pages if self._now else ()

    @property
    def specs(self) -> tuple[LabelSpec, ...]:
        """The labels in sight."""
        return self._now.specs if self._now else ()

    @property
    def shown(self) -> int:
        """The 0-based page in sight."""
        return self._now.shown if self._now else 0

    @property
    def waiting(self) -> bool:
        """Whether a question will be asked in a moment."""
        return self._timer.isActive()

    def ask(self) -> None:
        """Ask for a new preview a moment from now."""
        self._stop.set()
        self._timer.start()

    def catch_up(self) -> None:
        """The screen is in sight again: ask what was not asked meanwhile."""
        if self._missed:
            self.ask()

    def turn(self, by: int) -> None:
        """Show another page."""
        now = self._now
        if now is None or not 0 <= now.shown + by < len(now.pages):
            return
        shown = now.shown + by
        page, sheet = now.pages[shown], self._state.paper.is_sheet
        self._screen.read(
            lambda: Arranged(now.specs, now.options, now.pages, shown, picture(page, sheet=sheet)),
            self._take_turn,
            channel="picture",
        )

    def _take_turn(self, arranged: Arranged) -> None:
        self._now = arranged
        self.turned.emit(arranged)

    def _arrange(self) -> None:
        """First step: what the labels say, where they stand, how the page looks."""
        self._missed = not self._screen.isVisible()
        if self._missed:
            return
        find = self._finder()
        options, sheet = self._state.options, self._state.paper.is_sheet
        shown = self.shown

        def work() -> Arranged:
            specs = find()
            found = arrange(specs, options)
            at = min(shown, max(0, len(found) - 1))
            seen = _picture(found[at], sheet=sheet) if found else None
            return Arranged(specs, options, found, at, seen)

        self._screen.read(work, self._take, self.failed.emit, channel="picture")

    def _finder(self) -> Callable[[], tuple[LabelSpec, ...]]:
        """What finds the labels, with nothing in it that the page may change meanwhile."""
        context, state = self._screen.context, self._state
        db, actor, org_id = context.db, context.actor, state.org_id
        again = state.reprint
        if again:
            return lambda: specs_of(db, actor, org_id, again.pack_ids)
        chosen = [(one.candidate, one.line) for one in state.wanted]
        return lambda: preview_specs(db, actor, org_id, chosen)

    def _take(self, arranged: Arranged) -> None:
        """Second step: read every code back."""
        self._now = arranged
        self.arranged.emit(arranged)
        stop = self._stop = threading.Event()

        def progress(_done: int, _total: int) -> None:
            if stop.is_set():
                raise Cancelled

        self._screen.read(
            lambda: Preview(prepare(arranged.specs, arranged.options, progress), arranged.specs),
            lambda preview: self._checked(preview, stop),
            lambda error: self._not_checked(error, stop),
            channel="check",
        )

    def _checked(self, preview: Preview, stop: threading.Event) -> None:
        if not stop.is_set():
            self.checked.emit(preview)

    def _not_checked(self, error: Exception, stop: threading.Event) -> None:
        if not stop.is_set() and not isinstance(error, Cancelled):
            self.failed.emit(error)


def _picture(page: Page, *, sheet: bool) -> PagePicture | None:
    """The picture, or None where a code cannot be drawn at all (the check then says why)."""
    try:
        return picture(page, sheet=sheet)
    except DomainError:
        return None


def first_problem(preview: Preview) -> Problem | None:
    """The problem to show: a blocking one before a warning."""
    problems = preview.prepared.checked.problems
    return min(problems, key=lambda one: one.severity is not Severity.ERROR, default=None)
