"""One start of the window, measured from within: `python -m benchmarks.window_probe FILE BEGUN`.

Prints seconds to the first painted window, to a painted table, of a full repaint (95th), and the
memory in MB, as one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QElapsedTimer
from PySide6.QtWidgets import QApplication

from app.bootstrap import open_database
from app.settings import Settings
from app.ui import opening, theme
from app.ui.app import Program
from app.ui.tables.view import GridView

_REPAINTS: Final = 40
_PATIENCE_MS: Final = 60_000


def main(file: str, begun: float) -> dict[str, float]:
    """Open the program as the group's buyer, go to the catalogue, paint."""
    app = QApplication([])
    theme.apply()
    program = Program(Settings())
    data = opening.Opened(open_database(file), file, demo=False, people=())
    program.show_window(opening.sign_in(data, "lead_buyer", "", Settings()))
    _until(app, lambda: program.window is not None and program.window.isVisible())
    shown, used = time.time() - begun, time.process_time()
    window = program.window
    if window is None:
        raise RuntimeError("no window")
    _until(app, lambda: program.jobs.idle)
    idle = _memory()
    begin = time.perf_counter()
    window.navigate("catalogue")
    grids = window.findChildren(GridView)
    _until(app, lambda: any(grid.model.rowCount() for grid in grids))
    window.repaint()
    opened = time.perf_counter() - begin
    _until(app, lambda: program.jobs.idle)
    paints = sorted(_painted(window.repaint) for _run in range(_REPAINTS))
    program.close()
    return {
        "first window, s": shown,
        "first window, CPU s": used,
        "catalogue opened and painted, s": opened,
        "full repaint, 95th, s": paints[int(_REPAINTS * 0.95)],
        "memory at rest, MB": idle,
    }


def _painted(paint: Callable[[], None]) -> float:
    begin = time.perf_counter()
    paint()
    return time.perf_counter() - begin


def _until(app: QApplication, ready: Callable[[], bool]) -> None:
    clock = QElapsedTimer()
    clock.start()
    while not ready():
        app.processEvents()
        if clock.elapsed() > _PATIENCE_MS:
            raise RuntimeError("the window never came")
        time.sleep(0.001)


def _memory() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], float(sys.argv[2]))))
