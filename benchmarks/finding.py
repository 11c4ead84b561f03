"""P6: what a keystroke costs in the database: name part, pinyin, code."""

from __future__ import annotations

import time
from typing import Final

from app.services.catalogue.search import search
from benchmarks.measure import Record
from benchmarks.world import make_items
from tests.factories import Site

_RUNS: Final = 21
_KINDS: Final = (
    ("1 character", "片"), ("2 characters", "西林"), ("5 characters", "阿莫西林胶"),
    ("initials", "amxl"), ("full pinyin", "moxilin"), ("code", "yp-90000012"),
    ("code prefix", "yp-9"), ("nothing", "qzx"),
)  # fmt: skip


def finding(record: Record, site: Site, backend: str, size: int) -> None:
    """Every way of asking, median and 95th of some keystrokes."""
    record.take(
        ("make items", backend, size), lambda: make_items(site.owner, size), rows=size, runs=1
    )
    way = site.as_("east_store")
    for kind, words in _KINDS:
        walls, processor = [], time.process_time()
        for _key in range(_RUNS):
            begin = time.perf_counter()
            search(*way, words, 20)
            walls.append(time.perf_counter() - begin)
        used = (time.process_time() - processor) / _RUNS
        walls.sort()
        for name, wall in (("median", walls[_RUNS // 2]), ("95th", walls[-2])):
            record.note((f"search by {kind}, {name}", backend, size), (wall, used), rows=1)
