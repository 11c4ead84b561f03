"""`python -m app` and the command `yilian`: the one place where command line and window meet."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from app import cli

if TYPE_CHECKING:
    from app.ui.app import Program


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
    cli.main(window=open_window)


if __name__ == "__main__":
    main()
