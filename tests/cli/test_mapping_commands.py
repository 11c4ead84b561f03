"""`yilian match` and `yilian mapping`: the same services from the command line."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.cli.runner import bare, run
from tests.factories import Site
from tests.services.mapping.lists import lines, load, write_list

CATALOGUE = """uid,name,trade,form,spec,maker,licence
U1,阿莫西林胶囊,,胶囊剂,0.25g*24粒/盒,北辰药业股份有限公司,国药准字H20260318
U2,阿莫西林胶囊,,胶囊剂,0.5g*24粒/盒,北辰药业股份有限公司,国药准字H20260319
"""
LOCAL = """lid,name,trade,form,spec,maker
L1,阿莫西林胶囊,,胶囊,250mg×24,北辰药厂
L2,阿莫西林胶囊,,胶囊,1g*24,北辰药厂
L3,医用棉签,,,50支/包,某厂
"""


def test_two_files_are_matched_without_a_database(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(CATALOGUE, "utf-8")
    (tmp_path / "l.csv").write_text(LOCAL, "utf-8")
    out = tmp_path / "matches.csv"
    files = ("--local", str(tmp_path / "l.csv"), "--catalogue", str(tmp_path / "c.csv"))
    done = bare("--json", "match", *files, "--out", str(out))
    assert done.code == 0, done.err
    assert done.json() == {"rows": 3, "auto": 1, "review": 1, "none": 1}
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    first = {row["lid"]: row for row in rows if row["rank"] == "1"}
    assert (first["L1"]["uid"], first["L1"]["decision"]) == ("U1", "auto")
    assert first["L2"]["decision"] == "review"
    assert "规格不同" in first["L2"]["reason"]
    assert first["L3"]["decision"] == "none"


def test_a_file_that_is_no_list_is_told_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", "utf-8")
    file = str(tmp_path / "x.csv")
    done = bare("match", "--local", file, "--catalogue", file, "--out", str(tmp_path / "o.csv"))
    assert done.code == 1
    assert "名称" in done.err


def test_a_list_is_mapped_from_the_command_line(site: Site, tmp_path: Path) -> None:
    def yilian(*words: str, login: str = "east_store") -> object:
        done = run(site, login, "--json", "mapping", *words)
        assert done.code == 0, done.err
        return done.json() if done.out.strip() else None

    assert yilian("load", str(write_list(tmp_path))) is not None
    assert yilian("run") == {"rows": 7, "safe": 2, "candidates": 4, "conflicts": 0, "none": 1}
    accepted = yilian("accept-safe", "--yes")
    assert isinstance(accepted, dict)
    assert accepted["accepted"] == 2
    yilian("confirm", "D002", "--item", "YP-000102")
    refused = run(site, "east_store", "mapping", "confirm", "D003")
    assert refused.code == 1
    assert "请写明理由" in refused.err
    yilian("reject", "D005")
    yilian("undo")
    figures = yilian("progress")
    assert isinstance(figures, list)
    assert figures[0]["confirmed"] == 3
    shown = run(site, "east_store", "mapping", "show", "D003")
    assert "规格不同" in shown.out
    yilian("export", str(tmp_path / "out.xlsx"))
    assert (tmp_path / "out.xlsx").exists()
    merged = yilian("merge", "YP-000101", "YP-000102", "--reason", "重复建档", login="lead_buyer")
    assert isinstance(merged, dict)
    assert merged["moved"] == 1


def test_a_row_is_asked_for_and_becomes_an_item(site: Site, tmp_path: Path) -> None:
    load(site, tmp_path, ("D101,小儿豉翘清热颗粒,,2g*6袋/盒,云溪药业有限公司,盒,1200,36000",))
    asked = run(site, "east_store", "--json", "item-request", "ask", "D101", "--reason", "儿科常用")
    no = asked.json()["no"]
    wrong = run(site, "lead_buyer", "item-request", "approve", no, "--set", "form")
    assert (wrong.code, "form=颗粒剂" in wrong.err) == (1, True)
    done = run(
        site, "lead_buyer", "--json", "item-request", "approve", no, "--set", "form=颗粒剂"
    ).json()
    assert lines(site)["D101"].item_code == done["item_code"]
    listed = run(site, "east_store", "--json", "item-request", "list").json()
    assert [(row["no"], row["item_code"]) for row in listed] == [(no, done["item_code"])]
