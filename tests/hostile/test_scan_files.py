"""Scans from a file: no sign of a code ends it, and a line that counts nothing is named (T37)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from app.cli.scan_file import MOST, scans_in
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.services.counting.count import StartCount, start
from tests.cli.runner import run
from tests.factories import EAST, GOODS, TODAY, Site
from tests.services.test_consumption import receive

GOOD = date(TODAY.year + 2, 9, 30)
CODE = f"01{GOODS[0].gtin}10K260318\x1d17{GOOD:%y%m%d}"
"""The lot, which has no fixed length, stands before the expiry: FNC1 ends it."""


@given(st.text(alphabet="0aK]\x1c\x1d\x1e\x1f\x0b\x0c\x85\u2028\u2029", min_size=1))
def test_only_the_end_of_a_line_ends_a_scan(code: str) -> None:
    assert scans_in(f"\ufeff{code}\r\n\r\n# 备注\n{code}") == ((1, code), (4, code))


def test_too_many_are_refused() -> None:
    with pytest.raises(DomainError, match="一次最多"):
        scans_in("1\n" * (MOST + 1))


def test_a_code_with_its_separator_is_one_use(sqlite_site: Site, tmp_path: Path) -> None:
    """It was cut in two: the box was used, and what stood behind taken for another code."""
    receive(sqlite_site, EAST, {"K260318": (40, GOOD)})
    scans = tmp_path / "扫码.txt"
    scans.write_bytes(f"{CODE}\n".encode())
    done = run(sqlite_site, "east_store", "consume", "scan", "--file", str(scans))
    assert "，1 行" in done.out
    scans.write_bytes(f"{CODE}\n\n坏码\n{CODE}\n坏码2\n".encode())
    refused = run(sqlite_site, "east_store", "--json", "consume", "scan", "--file", str(scans))
    assert [one["row"] for one in refused.error()["problems"]] == [3, 5]
    rows = run(sqlite_site, "east_store", "--json", "stock", "list").json()
    assert [row["qty"] for row in rows] == [39 * 24]


def test_a_count_goes_on_and_says_what_was_not_counted(sqlite_site: Site, tmp_path: Path) -> None:
    """It ended at the first wrong line, which it did not name: who began again counted twice."""
    receive(sqlite_site, EAST, {"K260318": (40, GOOD)})
    way = sqlite_site.as_("east_store")
    no = start(*way, StartCount(new_op(), EAST, sqlite_site.world.stores[EAST])).no
    scans = tmp_path / "盘点.txt"
    scans.write_bytes(f"{CODE}\n坏码\n{CODE}\n".encode())
    told = run(sqlite_site, "east_store", "count", "scan", no, "--file", str(scans))
    assert told.code == 1
    assert "1 个扫码没有计数，其余的已经计入" in told.err
    assert "第 2 行" in told.err
    assert "已盘 48" in told.out
