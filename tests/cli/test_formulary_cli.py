"""处方集, 药事会, 临采 and 目录吻合度 from the command line, as each of the people."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2

from app.domain.days import ZONE
from tests.cli.runner import Ran, run
from tests.factories import Site

WHY = "糖尿病患者增多，现有品种不能满足"


def ok(site: Site, login: str, *arguments: str) -> Ran:
    """A run that must work."""
    ran = run(site, login, *arguments)
    assert ran.code == 0, ran.err + ran.out
    return ran


def asked(site: Site, login: str, *arguments: str) -> Any:
    """The JSON answer of a run that must work."""
    return ok(site, login, "--json", *arguments).json()


def text_of(path: Path) -> str:
    """All text of a PDF."""
    document = pypdfium2.PdfDocument(path)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_from_the_groups_list_to_the_trend(site: Site, tmp_path: Path) -> None:
    ok(site, "lead_buyer", "formulary", "add", "YP-000101", "YP-000102", "--org", "group")
    ok(site, "lead_buyer", "formulary", "derive", "--org", "0001")
    ok(site, "east_store", "formulary", "add", "YP-000101")
    refused = run(site, "east_store", "--json", "formulary", "add", "YP-000103")
    assert (refused.code, refused.error()["code"]) == (1, "formulary.outside")
    said = asked(site, "lead_buyer", "align", "--store", "--pdf", str(tmp_path / "吻合度.pdf"))
    assert [pair["shared"] for pair in said["pairs"]] == [1, 0]
    assert said["best"][0]["name"] in {"阿莫西林胶囊", "苯磺酸氨氯地平片"}
    assert "目录吻合度报告" in text_of(tmp_path / "吻合度.pdf")
    kept = asked(site, "lead_buyer", "formulary", "snapshot", "--org", "0002", "--title", "建设前")
    assert kept["items"] == 1
    assert len(asked(site, "east_store", "formulary", "snapshots")) == 1
    grades = {one["rule"]: one["grade"] for one in asked(site, "east_store", "formulary", "check")}
    assert grades["two"] == "ok"
    out = tmp_path / "目录.xlsx"
    ok(site, "lead_buyer", "formulary", "export", str(out), "--org", "group")
    assert asked(site, "west_store", "formulary", "import", str(out), "--preview")["added"] == 2
    assert asked(site, "west_store", "formulary", "import", str(out))["added"] == 2


def test_the_committee_from_request_to_minutes(site: Site, tmp_path: Path) -> None:
    for name, role, login in (("周主任", "chair", "lead_head"), ("张主任", "member", "east_head"),
                              ("马主任", "member", "west_head")):  # fmt: skip
        ok(
            site,
            "lead_buyer",
            "committee",
            "seat",
            name,
            "药学部",
            "--role",
            role,
            "--login",
            login,
        )
    made = asked(site, "east_store", "committee", "request", "YP-000103", "--reason", WHY,
                 "--qty", "120")  # fmt: skip
    ok(site, "east_head", "committee", "step", made["no"], "agree")
    day = datetime.now(ZONE).date()
    start = (day + timedelta(days=18)).isoformat()
    assert asked(site, "lead_buyer", "committee", "plan", day.isoformat())["items"] == 1
    ok(site, "lead_buyer", "committee", "sign-in", "last")
    ok(site, "lead_buyer", "committee", "open", "last", "1")
    for login in ("lead_head", "east_head"):
        ok(site, login, "committee", "vote", "last", "1", "yes")
    assert run(site, "lead_head", "committee", "vote", "last", "1", "yes").code == 1
    closed = asked(site, "lead_buyer", "committee", "close", "last", "1", "--paper", "0:1:0")
    assert (closed["yes"], closed["no"], closed["result"]) == (2, 1, "introduced")
    assert asked(site, "lead_buyer", "committee", "end", "last", "--on", start)["entries"] == 2
    listed = asked(site, "east_store", "formulary", "list", "--on", start)
    assert [row["code"] for row in listed] == ["YP-000103"]
    path = tmp_path / "纪要.pdf"
    ok(site, "lead_buyer", "committee", "minutes", "last", "--out", str(path))
    text = text_of(path)
    assert "门冬胰岛素注射液" in text
    assert "2 : 1 : 0" in text


def test_temporary_purchases_are_counted(site: Site) -> None:
    made = asked(site, "east_store", "temporary", "ask", "YP-000103", "2", "--reason",
                 "对现有品种过敏需要换用")  # fmt: skip
    ok(site, "east_head", "temporary", "step", made["no"], "approved")
    again = run(site, "east_store", "--json", "temporary", "ask", "YP-000103", "2", "--reason",
                "对现有品种过敏需要换用")  # fmt: skip
    assert (again.code, again.error()["code"]) == (1, "temporary.repeat")
    (row,) = asked(site, "east_store", "temporary", "list")
    assert (row["times"], row["status"]) == (1, "approved")


def test_a_ward_list_says_what_is_missing(site: Site) -> None:
    ok(site, "lead_buyer", "formulary", "add", "YP-000101", "--org", "group")
    ok(site, "east_store", "formulary", "new-list", "BF1", "联合病房常备", "--kind", "ward")
    ok(site, "east_store", "formulary", "put", "BF1", "YP-000101=48")
    (row,) = asked(site, "east_store", "formulary", "ward", "BF1")
    assert (row["keep"], row["missing"]) == (48, 48)
    assert asked(site, "east_store", "formulary", "ready", "YP-000101") == []
