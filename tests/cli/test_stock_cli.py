"""Stock, consumption and settlement by the command line, on both databases."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pypdfium2

from app.models.pack import Pack
from tests.cli.runner import run
from tests.factories import EAST, GOODS, TODAY, Site
from tests.services.consumption.test_labels_put_away import labelled
from tests.services.test_consumption import receive

GTIN = GOODS[0].gtin
GOOD = date(TODAY.year + 2, 9, 30)
OLD = date(TODAY.year - 1, 9, 30)


def test_a_month_by_the_command_line(site: Site, tmp_path: Path) -> None:
    receive(site, EAST, {"K260318": (40, GOOD), "OLD": (1, OLD)})
    rows = run(site, "east_store", "--json", "stock", "list").json()
    assert [(row["lot_no"], row["qty"], row["light"]) for row in rows] == [
        ("OLD", 24, "expired"),
        ("K260318", 960, "ok"),
    ]
    lots_gs1 = f"(01){GTIN}(17){GOOD:%y%m%d}(10)K260318"
    done = run(site, "east_store", "consume", "scan", f"3*{GTIN}", lots_gs1)
    assert f"已登记消耗 XH{TODAY:%Y%m%d}-001，2 行" in done.out
    assert (
        "已过期"
        in run(site, "east_store", "consume", "scan", f"(01){GTIN}(17){OLD:%y%m%d}(10)OLD").err
    )
    unknown = run(site, "east_store", "consume", "scan", "6901234567892")
    assert (unknown.code, "没找到" in unknown.err) == (1, True)
    moves = run(site, "east_store", "--json", "stock", "moves", "YP-000101").json()
    assert [row["qty"] for row in moves] == [24, 72, 24, 960]

    made = run(site, "east_head", "--json", "settle", "make", f"{TODAY:%Y-%m}").json()
    no = made[0]["no"]
    assert made[0]["amount"] == "15.44"
    assert run(site, "east_head", "settle", "send", no).code == 0
    assert "已确认" in run(site, "kangze_sales", "settle", "confirm", no).out
    again = run(site, "kangze_sales", "settle", "confirm", no)
    assert (again.code, "现在是「已确认」" in again.err) == (1, True)
    file = tmp_path / "statement.pdf"
    assert run(site, "kangze_sales", "settle", "pdf", no, "--out", str(file)).code == 0
    text = pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range()
    assert no in text
    assert "阿莫西林胶囊" in text


def test_a_label_scanned_twice_counts_once(site: Site) -> None:
    (pack,) = labelled(site, 1)
    with site.owner.read() as session:
        label = session.get_one(Pack, (EAST, pack)).code
    done = run(site, "east_store", "consume", "scan", label, label)
    assert "这个标签已经在本单里，没有重复计数。" in done.out
    assert f"已登记消耗 XH{TODAY:%Y%m%d}-001，1 行" in done.out
    again = run(site, "east_store", "consume", "scan", label)
    assert (again.code, "已由" in again.err) == (1, True)


def test_taking_back_by_the_command_line(site: Site) -> None:
    receive(site, EAST, {"K260318": (4, GOOD)})
    run(site, "east_store", "consume", "scan", "YP-000101")
    document = run(site, "east_store", "--json", "consume", "list").json()[0]
    back = run(site, "east_store", "consume", "reverse", document["no"], "--reason", "扫错了")
    assert "已冲销" in back.out
    rows = run(site, "east_store", "--json", "stock", "list", "amx").json()
    assert [row["lot_no"] for row in rows] == ["K260318"]  # found by its initials, back in full
    summary = run(site, "east_store", "--json", "stock", "summary").json()
    assert (summary["lots"], summary["amount"]) == (1, "15.44")
