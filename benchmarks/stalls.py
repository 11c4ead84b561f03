"""How long the window stands still: `python -m benchmarks.stalls FILE LOGIN [WORDS]`.

Goes through every page of a person as the window's own probe does: opens it, opens it again, asks
it again (F5), types some letters where the page has a field for it, and prints, as one JSON object
a page, the longest stretch in ms that the window's thread was busy in one go: seconds during which
neither a key nor a paint would have been seen to. CPU of that thread stands beside it: on a busy
machine the stretch by the clock also holds what others took.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from app.__main__ import open_window

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.ui.app import Program
    from app.ui.shell.window import MainWindow

_PATIENCE_S: Final = 60
_REST_S: Final = 0.4
"""A page asks again some tenths after the last letter: the look goes on for so long."""


class Stretch(NamedTuple):
    """The longest time without a look at events, by the clock and in CPU of this thread."""

    wall_ms: float = 0.0
    cpu_ms: float = 0.0


class Watch:
    """A clock in the window's thread that strikes each ms and keeps the longest time between."""

    def __init__(self, program: Program) -> None:
        from PySide6.QtCore import Qt, QTimer

        self._program = program
        self._longest = Stretch()
        self._wall, self._cpu = time.perf_counter(), time.thread_time()
        self._clock = QTimer(program, interval=1, timerType=Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._strike)
        self._clock.start()

    def longest(self, deed: Callable[[], object]) -> Stretch:
        """The longest stretch of a deed and of all that follows from it, until all is quiet."""
        from PySide6.QtCore import QEventLoop
        from PySide6.QtWidgets import QApplication

        self._strike()
        self._longest = Stretch()
        deed()
        self._strike()
        begun = quiet = time.monotonic()
        while time.monotonic() - quiet < _REST_S:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if not self._program.jobs.idle:
                quiet = time.monotonic()
            if time.monotonic() - begun > _PATIENCE_S:
                break  # a page that works on by itself: what was seen so far counts
        return self._longest

    def _strike(self) -> None:
        wall, processor = time.perf_counter(), time.thread_time()
        self._longest = Stretch(
            max(self._longest.wall_ms, (wall - self._wall) * 1e3),
            max(self._longest.cpu_ms, (processor - self._cpu) * 1e3),
        )
        self._wall, self._cpu = wall, processor


def main(file: str, login: str, words: str) -> None:
    """Open the program, sign in, walk through the pages, print."""

    def ready(program: Program) -> None:
        from PySide6.QtWidgets import QApplication

        try:
            _walk(program, login, words)
        finally:
            QApplication.quit()

    open_window(address=file, login="", demo=False, seconds=0, ready=ready)


def _walk(program: Program, login: str, words: str) -> None:
    from app.ui.pages.login.page import LoginPage

    watch = Watch(program)
    watch.longest(lambda: None)
    door = program.entrance.door
    page = door.currentWidget() if door else None
    if not isinstance(page, LoginPage):
        raise TypeError("no page to sign in on")
    _say("signing in", {"open": watch.longest(partial(page.submitted.emit, login, ""))})
    window = program.window
    if window is None:
        raise RuntimeError(f"{login} cannot sign in")
    names = [spec.name for spec in window.specs]
    for name in names[1:]:  # the first stands in front already
        _say(name, _page(watch, window, (name, names[0]), words))


def _page(
    watch: Watch, window: MainWindow, ways: tuple[str, str], words: str
) -> dict[str, Stretch]:
    """One page opened, left and opened again, asked again, typed into."""
    name, away = ways
    found = {"open": watch.longest(partial(window.navigate, name))}
    watch.longest(partial(window.navigate, away))
    found["again"] = watch.longest(partial(window.navigate, name))
    shown = window.stack.current_page
    if shown is None:
        return found
    found["refresh"] = watch.longest(shown.refresh)
    if stretches := [watch.longest(letter) for letter in _letters(shown, words)]:
        found["typing"] = Stretch(
            max(one.wall_ms for one in stretches), max(one.cpu_ms for one in stretches)
        )
    return found


def _letters(page: QWidget, words: str) -> list[Callable[[], object]]:
    """Letter after letter into the page's field to search in; nothing where it has none."""
    from PySide6.QtTest import QTest

    from app.ui.widgets.fields import SearchEdit

    fields = [one for one in page.findChildren(SearchEdit) if one.isVisible()]
    return [partial(QTest.keyClicks, fields[0], letter) for letter in words if fields]


def _say(name: str, found: dict[str, Stretch]) -> None:
    body = {deed: [round(one.wall_ms), round(one.cpu_ms)] for deed, one in found.items()}
    sys.stdout.write(json.dumps({"page": name, **body}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], (sys.argv[3:] or ["amxl"])[0])
