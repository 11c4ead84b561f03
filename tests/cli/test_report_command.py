"""`yilian report`: what there is, one on screen, one as a file."""

from __future__ import annotations

from pathlib import Path

from tests.cli.runner import run
from tests.factories import Site
from tests.services.test_labels import receive


def test_the_reports_are_listed_with_their_definitions(sqlite_site: Site) -> None:
    answer = run(sqlite_site, "lead_buyer", "--json", "report", "list")
    names = [row["name"] for row in answer.json()]
    assert {"stock", "consumption", "fulfilment", "statements"} <= set(names)


def test_a_report_is_shown_with_its_parts(site: Site) -> None:
    receive(site)
    answer = run(site, "lead_buyer", "--json", "report", "run", "stock", "--org", "0002")
    assert answer.code == 0
    assert answer.json()["rows"][0]["批号"] == "K260318"
    assert answer.json()["ratios"][0]["denominator"] == "386.00"


def test_a_report_becomes_a_file(site: Site, tmp_path: Path) -> None:
    receive(site)
    target = tmp_path / "r.pdf"
    answer = run(
        site,
        "east_store",
        "report",
        "run",
        "receipts",
        "--from",
        "2026-10-01",
        "--out",
        str(target),
    )
    assert answer.code == 0
    assert target.read_bytes().startswith(b"%PDF")


def test_wrong_days_and_names_say_what_is_right(sqlite_site: Site) -> None:
    answer = run(sqlite_site, "lead_buyer", "report", "run", "stock", "--from", "10/14")
    assert (answer.code, "请写成 2026-10-09" in answer.err) == (1, True)
    answer = run(sqlite_site, "lead_buyer", "report", "run", "kpi")
    assert (answer.code, "可用的有" in answer.err) == (1, True)
