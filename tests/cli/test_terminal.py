"""What hostile names do to a terminal: nothing; and nothing is left out or made another word."""

from __future__ import annotations

from pathlib import Path

from tests.cli.runner import run
from tests.factories import Site

NAME = "[bold]阿莫[/] :pill: \x1b[31m\u202e西林"


def test_a_cell_is_what_it_says(sqlite_site: Site, tmp_path: Path) -> None:
    path = tmp_path / "价格.csv"
    path.write_text(f"统一编码,品名,价格,供应商\n{NAME},x,1,{NAME}\n", "utf-8")
    told = run(sqlite_site, "lead_buyer", "import", "prices", str(path), "--list", "A", "--check")
    assert "[bold]阿莫[/] :pill: \\x1b[31m\\u202e西林" in told.out
    assert "\x1b" not in told.out + told.err
    found = run(sqlite_site, "lead_buyer", "search", NAME)
    assert "\x1b" not in found.out + found.err


def test_a_list_full_of_problems_is_told_at_once(sqlite_site: Site, tmp_path: Path) -> None:
    """Sixty thousand lines took minutes to lay out, and nobody reads them."""
    path = tmp_path / "价格.csv"
    path.write_text("统一编码,价格\n" + "x,x\n" * 900, "utf-8")
    asked = ("import", "prices", str(path), "--list", "A", "--check")
    told = run(sqlite_site, "lead_buyer", *asked)
    whole = run(sqlite_site, "lead_buyer", "--json", *asked).json()["problems"]
    assert len(told.out.splitlines()) < 250
    assert f"另有 {len(whole) - 200} 处问题" in told.out
