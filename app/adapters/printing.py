"""Orders and contracts as files, many of them by all cores.

What is rendered is plain values, so other processes need no database and no password. They are
started anew (spawn), as on Windows and in the frozen program.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

from app.domain.papers import ContractPaper, OrderPaper
from app.domain.sealing import SealPlace
from app.i18n import language, use_language

MANY: Final = 12
"""From so many papers on, starting other processes (half a second) pays."""
_MOST: Final = 8
_AHEAD: Final = 3
"""Papers read ahead for each process."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Print:
    """One file to be made.

    Attributes:
        name: Its name.
        paper: What it says.
        packs: Whole packs of each line: the order as Excel; None for a PDF.
        data: The file as it was kept (with its seals); nothing is rendered then.
    """

    name: str
    paper: OrderPaper | ContractPaper | None
    packs: tuple[int, ...] | None = None
    data: bytes | None = None


def rendered(one: Print, places: list[SealPlace] | None = None) -> bytes:
    """The bytes of one file; where its seals belong is added to `places`."""
    if one.data is not None:
        return one.data
    if isinstance(one.paper, ContractPaper):
        from app.adapters.pdf.contract_pdf import contract_pdf

        return contract_pdf(one.paper, places)
    if one.paper is None:
        raise ValueError("neither a paper nor its bytes")
    if one.packs is not None:
        from app.adapters.order_xlsx import order_xlsx

        return order_xlsx(one.paper, one.packs)
    from app.adapters.pdf.order_pdf import order_pdf

    return order_pdf(one.paper, places)


def rendered_all(prints: Iterable[Print], count: int) -> Generator[tuple[str, bytes]]:
    """Names and bytes in the order given; closing the iterator stops what is not begun.

    Args:
        prints: Read one by one, a few ahead of the processes.
        count: How many there are; a few are rendered right here.
    """
    processes = min(os.cpu_count() or 1, _MOST, count // 4)
    if count < MANY or processes < 2:  # noqa: PLR2004 - one process is this one
        for one in prints:
            yield one.name, rendered(one)
        return
    pool = ProcessPoolExecutor(
        processes, get_context("spawn"), initializer=use_language, initargs=(language(),)
    )
    waiting: deque[tuple[Print, Future[bytes] | None]] = deque()
    try:
        for one in prints:
            waiting.append((one, _begun(pool, one)))
            if len(waiting) >= _AHEAD * processes:
                yield _next(waiting)
        while waiting:
            yield _next(waiting)
    finally:
        pool.shutdown(cancel_futures=True)


def _begun(pool: ProcessPoolExecutor, one: Print) -> Future[bytes] | None:
    try:
        return pool.submit(rendered, one)
    except BrokenProcessPool:
        return None


def _next(waiting: deque[tuple[Print, Future[bytes] | None]]) -> tuple[str, bytes]:
    one, future = waiting.popleft()
    try:
        if future is not None:
            return one.name, future.result()
    except BrokenProcessPool:  # killed, or the system lets no process start: slower, but done
        _log.info("rendering goes on in this process")
    return one.name, rendered(one)
