"""Code of the page that a person is likely to open next, loaded while nobody waits for it.

Loading a page's modules takes some half a second, opening the page a fraction of that. Only
one is loaded ahead (8 MB): what nobody opens would take memory for nothing. Any other is loaded
when it is opened, on a thread of its own: the window goes on painting (`without_standing_still`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from PySide6.QtCore import QEventLoop, QObject, QThread, QTimer
from typing_extensions import override

from app.ui import loading
from app.ui.context import PageContext
from app.ui.pages.registry import PageSpec

_PAUSE_MS: Final = 250
"""After the window is shown, and between two looks whether anything is under way."""
_PAGES: Final = 1


class Ahead(QObject):
    """Loads the page that was opened last before this one, or the first of the rail, once idle.

    A reader thread loads it in a turn of its own; a page asked for meanwhile waits for it.
    """

    def __init__(self, context: PageContext, specs: Sequence[PageSpec], parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._waiting = likely(context.state.get("window").get("recent"), specs)
        self._later()

    def _later(self) -> None:
        if self._waiting:
            QTimer.singleShot(_PAUSE_MS, self, self._look)

    def _look(self) -> None:
        if self._context.jobs.idle:
            module = self._waiting.pop(0).module
            self._context.jobs.read(
                lambda: loading.load(module), lambda _done: self._later(), owner=self
            )
        else:
            self._later()


def recent(before: object, name: str) -> list[str]:
    """The pages opened last, the newest first, when `name` is opened."""
    known = [one for one in before if isinstance(one, str)] if isinstance(before, list) else []
    return [name, *(one for one in known if one != name)][: _PAGES + 1]


def likely(before: object, specs: Sequence[PageSpec]) -> list[PageSpec]:
    """Which of the person's pages to load: those of last time, else the first of the rail."""
    names = before[1:] if isinstance(before, list) else []  # the first one is in front by now
    known = [spec for name in names for spec in specs if spec.name == name]
    return (known or [spec for spec in specs[1:] if spec.rail])[:_PAGES]


def without_standing_still(module: str) -> None:
    """Load a page's code while the window paints; keys and clicks wait, and then reach the page.

    A module that cannot be loaded is told by whoever uses it next.
    """
    if loading.is_loaded(module):
        return
    turns, loader = QEventLoop(), _Loader(module)
    loader.finished.connect(turns.quit)
    loader.start()
    turns.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    loader.wait()


class _Loader(QThread):
    """Loads one module; not a reader, whom a long question may keep busy."""

    def __init__(self, module: str) -> None:
        super().__init__()
        self._module = module

    @override
    def run(self) -> None:
        with suppress(Exception):
            loading.load(self._module)
