"""A group set up on the command line: organisations, places, terms, duties, settings."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.runner import run
from tests.factories import Site


def test_a_member_joins_gets_a_bin_and_terms_and_leaves(site: Site) -> None:
    admin, buyer = "lead_admin", "lead_buyer"
    assert run(site, admin, "org", "add", "0009", "--name", "城北社区卫生服务中心").code == 0
    named = ("org", "place", "A01", "--name", "中心药库", "--org", "0009")
    assert run(site, admin, *named).code == 0
    listed = run(site, admin, "--json", "place", "list", "--org", "0009").json()
    assert {row["code"]: row["name"] for row in listed}["A01"] == "中心药库"
    assert run(site, buyer, "org", "term", "0009", "9001", "--days", "3").code == 0
    found = run(site, buyer, "--json", "org", "terms", "--org", "0009").json()
    assert [row["lead_days"] for row in found] == [3, None]
    assert run(site, admin, "org", "change", "0009", "--leaves", "2027-01-31").code == 0
    row = next(one for one in run(site, admin, "--json", "org", "list").json()
               if one["code"] == "0009")  # fmt: skip
    assert row["valid_to"] == "2027-01-31"


def test_refusals_say_what_to_do(sqlite_site: Site) -> None:
    taken = run(sqlite_site, "lead_admin", "org", "add", "0002", "--name", "重号")
    assert (taken.code, "已经给了" in taken.err) == (1, True)
    day = run(sqlite_site, "lead_admin", "org", "change", "0002", "--leaves", "明年")
    assert (day.code, "请写成 2026-10-09" in day.err) == (1, True)
    nobody = run(sqlite_site, "east_store", "org", "add", "0009", "--name", "城北")
    assert nobody.code == 1


def test_the_checklist_ends_with_what_is_missing(site: Site) -> None:
    found = run(site, "lead_admin", "--json", "org", "checklist")
    assert found.code == 1
    assert {row["step"] for row in found.json() if not row["done"]} >= {"terms", "stock"}


def test_a_person_changes_duty_name_and_state(sqlite_site: Site) -> None:
    site = sqlite_site
    for words in (
        ("set-duty", "east_store", "--duty", "settle"),
        ("rename", "east_store", "--name", "李新药"),
        ("close", "east_store"),
        ("reopen", "east_store"),
    ):
        assert run(site, "lead_admin", "account", *words).code == 0
    rows = run(site, "lead_admin", "--json", "account", "list").json()
    row = next(one for one in rows if one["login"] == "east_store")
    assert (row["name"], row["active"], row["grants"]) == ("李新药", True, ["settle=0002"])


def test_limits_and_rules_are_settings(site: Site, tmp_path: Path) -> None:
    done = run(
        site, "lead_admin", "--json", "setting", "door", "--org", "0002", "--near-months", "9"
    )
    assert done.json()["near_months"] == 9
    assert run(site, "east_store", "--json", "setting", "door").json()["near_months"] == 9
    file = tmp_path / "rules.json"
    rule = {"title": "康泽条码", "prefix": "KZ", "length": 14, "item": [2, 6], "lot": [8, 6],
            "expiry": [0, 0], "short_year": True}  # fmt: skip
    file.write_text(json.dumps([rule]))
    assert run(site, "lead_admin", "setting", "rules", "--load", str(file)).code == 0
    read = run(site, "east_store", "--json", "setting", "rules", "--try", "KZ001234B26031")
    assert (read.json()["kind"], read.json()["lot"]) == ("rule", "B26031")
    file.write_text(json.dumps([{**rule, "item": [2, 0]}]))
    broken = run(site, "lead_admin", "setting", "rules", "--load", str(file))
    assert (broken.code, "没有保存" in broken.err) == (1, True)
