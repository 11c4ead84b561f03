"""`yilian demo`: the group is made, the main job runs through, the papers lie in the folder."""

from __future__ import annotations

from pathlib import Path

from tests.cli.runner import bare


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_done(
    tmp_path: Path, own_home: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    ran = bare("demo", "--out", str(tmp_path / "file" / "papers"))
    assert (ran.code, "写不了" in ran.err) == (3, True), ran.err
    assert not (own_home / "demo.db").exists()


def test_the_demo_goes_from_demand_to_statement_twice(tmp_path: Path, own_home: Path) -> None:
    first = bare("demo", "--small", "--out", str(tmp_path / "papers"))
    assert (first.code, first.err.count("Traceback")) == (0, 0)
    assert "各成员合计与统采合计相符" in first.out
    assert "没有重复记账" in first.out
    assert "库存余额与台账逐行相符" in first.out
    kinds = {path.suffix for path in (tmp_path / "papers").iterdir()}
    assert kinds >= {".pdf", ".xlsx", ".zpl"}
    assert (own_home / "demo.db").is_file()

    again = bare("--json", "demo", "--out", str(tmp_path / "again"))
    assert again.code == 0
    assert len(again.json()["files"]) == len(list((tmp_path / "papers").iterdir())) - 1

    stock = bare("--db", str(own_home / "demo.db"), "--as", "liqing", "stock", "list")
    assert stock.code == 0
