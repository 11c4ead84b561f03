"""`python -m app` and the command `yilian`: the one place where command line and window meet."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from app.ui.app import Program

_WINDOW_ONLY: Final = {("gui",): False, ("gui", "--demo"): True}
"""Words that ask for the window and nothing else, and whether for the demonstration."""


def open_window(
    *,
    address: str,
    login: str,
    demo: bool,
    seconds: int,
    ready: Callable[[Program], None] | None = None,
) -> int:
    """Run the window; loaded only now, because the command line works without any Qt.

    `ready` is called with the program once the event loop runs (trials).
    """
    gc.disable()  # thousands of classes come now, to stay: walking them again costs a tenth
    from app.ui.app import run

    gc.freeze()
    gc.enable()
    return run(address=address, login=login, demo=demo, seconds=seconds, ready=ready)


def main() -> None:
    """Run the command line with the window at hand."""
    if getattr(sys, "frozen", False):
        from multiprocessing import freeze_support

        freeze_support()  # the processes that render papers start the program again
    gc.set_threshold(50_000, 20, 20)  # modules come to stay; garbage with cycles is rare here
    demo = _WINDOW_ONLY.get(tuple(sys.argv[1:]))
    if demo is None:
        from app import cli

        cli.main(window=open_window)
    else:
        sys.exit(_window_at_once(demo=demo))


def _window_at_once(*, demo: bool) -> int:
    """The window without the command line, which costs 2 MB and a moment, and is not needed."""
    try:
        return open_window(address="", login="", demo=demo, seconds=0)
    except Exception as error:
        from app.cli.errors import report  # as the command line: the last line of defence

        raise SystemExit(report(error, as_json=False)) from error


if __name__ == "__main__":
    main()
