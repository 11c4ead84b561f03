"""One start, measured from within: `python -m benchmarks.window_probe FILE BEGUN`.

The program is started as `yilian gui` starts it, and somebody signs in at once. Prints, as one
JSON object: seconds until the first window (account and password) is painted, until the person's
main window is painted (and how much of it came after signing in), to a painted table, of a full
repaint (95th), and the memory in MB.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.__main__ import open_window

if TYPE_CHECKING:
    from app.ui.app import Program

_REPAINTS: Final = 40
_PATIENCE_S: Final = 60
_A_LOOK_S: Final = 3
"""How long a person looks at the main window before the first page is asked for."""


def main(file: str, begun: float) -> dict[str, float]:
    """Open the program, sign in as the group's buyer, go to the catalogue, paint."""
    found: dict[str, float] = {}

    def ready(program: Program) -> None:
        found.update(_door(program, begun))
        found.update(_desk(program, begun))
        found.update(_table(program))
        _end()

    gc.set_threshold(50_000, 20, 20)  # as `app.__main__.main`
    open_window(address=file, login="", demo=False, seconds=0, ready=ready)
    return found


def _end() -> None:
    from PySide6.QtWidgets import QApplication

    QApplication.quit()


def _door(program: Program, begun: float) -> dict[str, float]:
    shown = program.entrance.door
    if shown is None or not shown.isVisible():
        raise RuntimeError("no window")
    shown.repaint()
    return {
        "first window, s": time.time() - begun,
        "first window, CPU s": time.process_time(),
        "first window, MB": _memory(),
    }


def _desk(program: Program, begun: float) -> dict[str, float]:
    from app.ui.pages.login.page import LoginPage

    door = program.entrance.door
    page = door.currentWidget() if door else None
    if not isinstance(page, LoginPage):
        raise TypeError("no page to sign in on")
    _until(lambda: program.entrance.opened is not None and program.jobs.idle)
    signing_in = time.perf_counter()
    page.submitted.emit("lead_buyer", "")
    _until(lambda: program.window is not None)
    window = program.window
    if window is None:
        raise RuntimeError("no main window")
    window.repaint()
    shown, used = time.time() - begun, time.process_time()
    after = time.perf_counter() - signing_in
    looked = time.monotonic() + _A_LOOK_S
    _until(lambda: program.jobs.idle and time.monotonic() > looked)
    return {
        "main window, s": shown,
        "main window, CPU s": used,
        "main window after signing in, s": after,
        "memory at rest, MB": _memory(),
    }


def _table(program: Program) -> dict[str, float]:
    from app.ui.tables.view import GridView

    window = program.window
    if window is None:
        raise RuntimeError("no main window")
    begin, used = time.perf_counter(), time.thread_time()
    window.navigate("catalogue")
    grids = window.findChildren(GridView)
    _until(lambda: any(grid.model.rowCount() for grid in grids))
    window.repaint()
    opened, used = time.perf_counter() - begin, time.thread_time() - used
    _until(lambda: program.jobs.idle)
    paints = sorted(_painted(window.repaint) for _run in range(_REPAINTS))
    return {
        "catalogue opened and painted, s": opened,
        "catalogue opened and painted, CPU s of the window": used,
        "full repaint, 95th, s": paints[int(_REPAINTS * 0.95)],
        "memory with the catalogue, MB": _memory(),
    }


def _painted(paint: Callable[[], None]) -> float:
    begin = time.perf_counter()
    paint()
    return time.perf_counter() - begin


def _until(ready: Callable[[], bool]) -> None:
    from PySide6.QtWidgets import QApplication

    end = time.monotonic() + _PATIENCE_S
    while not ready():
        QApplication.processEvents()
        if time.monotonic() > end:
            raise RuntimeError("the window never came")
        time.sleep(0.001)


def _memory() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], float(sys.argv[2]))))
