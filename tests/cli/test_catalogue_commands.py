"""The catalogue and the prices from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.adapters.sheets_out import Sheet, write
from app.services.catalogue.index import reindex
from tests.cli.runner import run
from tests.factories import Site


@pytest.fixture
def indexed(sqlite_site: Site) -> Site:
    with sqlite_site.owner.write() as session:
        reindex(session)
    return sqlite_site


def test_search_by_pinyin(indexed: Site) -> None:
    found = run(indexed, "east_store", "--json", "search", "amxl")
    assert [row["code"] for row in found.json()] == ["YP-000101"]
    assert "阿莫西林胶囊" in run(indexed, "east_store", "search", "amxl").out
    assert "没找到" in run(indexed, "east_store", "search", "zzzzz").out


def test_an_item_is_added_shown_changed_and_its_history_told(indexed: Site) -> None:
    added = run(
        indexed, "lead_buyer", "--json", "item", "add", "--name", "维生素C片", "--strength",
        "100 mg", "--maker", "江岸制药有限公司", "--pack", "100片/瓶", "--form", "片剂",
        "--code", "gtin=6924561884074", "--flag", "essential", "--approval", "国药准字H20266018",
    ).json()  # fmt: skip
    assert added["code"] == "YP-000106"
    changed = run(indexed, "lead_buyer", "--json", "item", "edit", "YP-000106", "--status",
                  "paused", "--drop-code", "gtin=6924561884074").json()  # fmt: skip
    assert set(changed["changed"]) == {"status", "codes"}
    card = run(indexed, "east_store", "item", "show", "yp-000106").out
    assert "100 mg × 100 片/瓶" in card
    assert "暂停采购" in card
    history = run(indexed, "east_store", "--json", "item", "history", "YP-000106").json()
    assert history[0]["what"]["status"] == ["active", "paused"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("item", "show", "YP-999999"), "item.unknown"),
        (("item", "edit", "YP-000101", "--flag", "gold"), "cli.flag"),
        (("item", "edit", "YP-000101", "--code", "ean=1"), "cli.code"),
        (("prices", "list", "--view", "zz"), "cli.word"),
        (("stock", "list", "--view", "zz"), "cli.word"),
        (("import", "catalogue", "/nowhere/a.xlsx"), "file.missing"),
        (("prices", "set", "YP-000101", "nobody", "1", "--list", "x", "--from", "2026-11-01"),
         "party.unknown"),
    ],
)  # fmt: skip
def test_refusals_are_told_with_a_code(
    indexed: Site, arguments: tuple[str, ...], code: str
) -> None:
    ran = run(indexed, "lead_buyer", "--json", *arguments)
    assert (ran.code, ran.error()["code"]) == (1, code)


def test_a_catalogue_is_previewed_then_imported(indexed: Site, tmp_path: Path) -> None:
    path = tmp_path / "目录.csv"
    titles = ("品名", "规格", "包装数量", "最小单位", "单位", "生产企业", "批准文号")
    good = ("维生素C片", "100 mg", "100", "片", "瓶", "江岸制药有限公司", "国药准字H20266018")
    write(path, Sheet("目录", titles, [good, ("", *good[1:])]))
    seen = run(indexed, "lead_buyer", "--json", "import", "catalogue", str(path), "--preview")
    assert (seen.json()["added"], seen.json()["refused"]) == (1, 1)
    assert "新增 1" in run(indexed, "lead_buyer", "import", "catalogue", str(path), "--preview").out
    refused = run(indexed, "lead_buyer", "--json", "import", "catalogue", str(path))
    assert refused.error()["code"] == "import.refused"
    done = run(
        indexed, "lead_buyer", "--json", "import", "catalogue", str(path), "--skip-refused"
    ).json()
    assert (done["added"], done["refused"]) == (1, 1)
    assert run(indexed, "east_store", "--json", "search", "wssc").json()[0]["name"] == "维生素C片"


def test_prices_are_set_closed_listed_and_exported(indexed: Site, tmp_path: Path) -> None:
    enter = ("prices", "set", "YP-000101", "康泽", "3.50", "--from", "2040-11-01", "--list")
    assert "只来自定标或调价" in run(indexed, "lead_buyer", *enter, "YJ-2026-01").err
    assert run(
        indexed, "lead_buyer", "prices", "create", "YJ-0", "原有价格", "--source", "gpo",
        "--reason", "合并前的议价结果"
    ).code == 0  # fmt: skip
    assert "负责人同意承接" in run(indexed, "lead_buyer", *enter, "YJ-0").err
    assert run(indexed, "lead_head", "prices", "leave", "YJ-0").code == 0
    done = run(indexed, "lead_buyer", "--json", *enter, "YJ-0").json()
    assert done["closed_id"]
    future = run(indexed, "lead_buyer", "--json", "prices", "list", "--view", "future").json()
    assert [row["unit_price"] for row in future] == ["3.5000"]
    closed = run(indexed, "lead_buyer", "--json", "prices", "close", str(done["price_id"]),
                 "2041-01-01", "--reason", "换供应商")  # fmt: skip
    assert closed.code == 0
    target = tmp_path / "价格.xlsx"
    ran = run(indexed, "east_store", "--json", "prices", "export", str(target)).json()
    assert ran["rows"] == 5
    assert target.exists()
    lists = run(indexed, "east_store", "--json", "prices", "lists").json()
    counts = {row["code"]: row["prices"] for row in lists}
    assert (counts["YJ-2026-01"], counts["YJ-0"]) == (5, 1)


def test_prices_are_imported_into_a_new_list(indexed: Site, tmp_path: Path) -> None:
    path = tmp_path / "价格.csv"
    write(path, Sheet("价格", ("统一编码", "单价"), [("YP-000101", "3.60"), ("HC-000104", "0.32")]))
    done = run(indexed, "lead_buyer", "--json", "import", "prices", str(path), "--list",
               "YJ-2026-02", "--title", "第二轮", "--supplier", "瑞和").json()  # fmt: skip
    assert (done["added"], done["changed"]) == (1, 1)


def test_catalogue_and_prices_are_exported(indexed: Site, tmp_path: Path) -> None:
    for noun, rows in (("catalogue", 5), ("prices", 5)):
        target = tmp_path / f"{noun}.csv"
        ran = run(indexed, "east_store", "--json", "export", noun, str(target)).json()
        assert ran["rows"] == rows
        assert target.read_bytes().startswith(b"\xef\xbb\xbf")
