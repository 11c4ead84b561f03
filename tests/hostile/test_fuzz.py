"""Whatever comes from outside is read, or refused in words; `make fuzz` goes on for longer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.factories import Site
from tests.hostile.surfaces import BYTES, SHEETS, as_csv, read_or_words, survives

MANY = int(os.environ.get("YILIAN_FUZZ", "40"))
SCRAPS = (
    "", "0", "-1", "1e3", "NaN", "1_000", "１２", "١٢", "²", "99999999999999999999", "0.00005",
    "2026-02-30", "45351", "60", "2026/13/1", "20261014", "2028.2", "=1+1", "@SUM(A1)", "'", '"',
    "\t", "\r", "\n", "\x00", "\x1d", "\u202e", "\ufeff", "\ufffd", "\ud800", "合计",
    "阿莫西林胶囊",
    "0.25g*24粒/盒", "盒", "06901234500011", "(01)06901234500011", "]d2010690123450001117261031",
    "../../x", "%s", "长" * 300, "A" * 5000,
)  # fmt: skip
"""What people, programs and attackers leave in cells and codes."""
cells = st.sampled_from(SCRAPS) | st.text(max_size=12)
HEADS = (
    b"PK\x03\x04", b"%PDF-1.7\n", b"<?xml version='1.0'?>", b"<a b='c'>", b"[x]\n",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"-----BEGIN CERTIFICATE-----\n", b"language = 1\n",
    b'{"x": [[1, "b", 2, "c"], 3]}', b'{"x": 5}', b"+{}\n-a\n",
)  # fmt: skip
"""How files of the kinds that we read begin."""
pieces = st.lists(
    st.sampled_from([*HEADS, *(scrap.encode("utf-8", "surrogatepass") for scrap in SCRAPS)])
    | st.binary(max_size=40),
    max_size=6,
).map(b"".join)
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.parametrize("name", BYTES)
def test_any_bytes_come_to_a_value_or_to_words(name: str, tmp_path: Path) -> None:
    @settings(max_examples=MANY, suppress_health_check=QUIET)
    @given(pieces)
    def law(content: bytes) -> None:
        assert survives(name, content, tmp_path)

    law()


@pytest.mark.parametrize("name", SHEETS)
def test_any_table_comes_to_a_plan_or_to_words(
    name: str, sqlite_site: Site, tmp_path: Path
) -> None:
    """The right titles with anything below them, in any number of columns."""
    sheet = SHEETS[name]
    titles = [field.title for field in sheet.fields]
    needed = [field.title for field in sheet.fields if field.needed]

    @settings(max_examples=MANY // 2, suppress_health_check=QUIET)
    @given(
        st.lists(st.sampled_from(titles), max_size=8),
        st.lists(st.lists(cells, max_size=10), min_size=1, max_size=4),
    )
    def law(more: list[str], rows: list[list[str]]) -> None:
        path = tmp_path / "表.csv"
        path.write_bytes(as_csv([list(dict.fromkeys([*needed, *more])), *rows]))
        assert read_or_words(sheet, sqlite_site, path)

    law()
