"""Imports from the command line: looked at, marked, remembered, undone; versions; papers."""

from __future__ import annotations

from pathlib import Path

from app.adapters.sheets import read_tables
from app.adapters.sheets_out import Sheet, write
from tests.cli.runner import run
from tests.factories import Site

TITLES = ("药名", "大小", "谁做的", "单位")
GOOD = ("维生素C片", "100mg*100片/瓶", "江岸制药有限公司(原名:江岸第二制药厂)", "瓶")
BAD = ("维生素B片", "", "江岸制药有限公司", "瓶")
SAID = ("--map", "name=药名", "--map", "strength=大小", "--map", "maker=谁做的")


def test_own_columns_are_said_once_and_problems_come_back_marked(
    sqlite_site: Site, tmp_path: Path
) -> None:
    path, marked = tmp_path / "我院.csv", tmp_path / "标记.xlsx"
    write(path, Sheet("我", TITLES, [GOOD, BAD]))
    looked = run(
        sqlite_site, "lead_buyer", "--json", "import", "catalogue", str(path), "--check",
        "--marked", str(marked), "--remember", *SAID,
    )  # fmt: skip

    assert (looked.json()["added"], looked.json()["refused"]) == (1, 1)
    rows = read_tables(marked)[0].rows
    assert rows[0][-2:] == ("导入结果", "导入说明")
    assert (rows[1][-2], rows[2][-2]) == ("新增", "不能导入")
    assert "规格" in rows[2][-1] or "大小" in rows[2][-1]
    corrected = tmp_path / "改好.xlsx"
    put_right = (BAD[0], "10mg*10片/瓶", *rows[2][2:])
    write(corrected, Sheet("我", rows[0], [rows[1], put_right]))
    made = run(sqlite_site, "lead_buyer", "--json", "import", "catalogue", str(corrected)).json()
    assert (made["added"], made["refused"]) == (2, 0)
    seen = run(sqlite_site, "lead_buyer", "--json", "import", "columns", str(path)).json()
    assert seen["remembered"] is True
    listed = run(sqlite_site, "lead_buyer", "--json", "import", "list").json()
    assert listed[0]["id"] == made["batch_id"]
    undone = run(
        sqlite_site, "lead_buyer", "--json", "import", "undo", str(made["batch_id"]), "--yes"
    ).json()
    assert (undone["removed"], undone["stays"]) == (2, [])


def test_versions_and_papers(sqlite_site: Site, tmp_path: Path) -> None:
    way = (sqlite_site, "lead_buyer", "--json")
    run(*way, "item", "code", "YP-000101", "approval=国药准字H20266018", "--to", "2027-01-01")
    made = run(*way, "catalogue", "publish", "--from", "2026-12-01").json()
    assert made["changes"] == 1
    steps = run(*way, "catalogue", "changes", "--out", str(tmp_path / "改动.xlsx")).json()
    assert steps[0]["code"] == "YP-000101"
    assert read_tables(tmp_path / "改动.xlsx")[0].rows[1][0] == "YP-000101"
    assert run(*way, "catalogue", "versions").json()[0]["no"] == made["no"]
    picture = tmp_path / "图.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n123")
    key = run(*way, "item", "attach", "YP-000101", str(picture)).json()["id"]
    copy = tmp_path / "存.png"
    run(*way, "item", "paper", str(key), str(copy))
    assert copy.read_bytes() == picture.read_bytes()
    assert run(*way, "item", "papers", "YP-000101").json()[0]["name"] == "图.png"
    run(*way, "item", "detach", str(key))
    assert run(*way, "item", "papers", "YP-000101").json() == []
