"""`yilian transfer`: a loan from the proposal to its return, by command line alone."""

from __future__ import annotations

from pathlib import Path

from pypdfium2 import PdfDocument

from tests.cli.runner import run
from tests.factories import EAST, WEST, Site
from tests.transfer_world import BOX, DRUG, SOON, stock, used

ITEM = "YP-000101"


def test_a_loan_by_command_line(site: Site, tmp_path: Path) -> None:
    stock(site, EAST, DRUG, 20 * BOX, SOON)
    used(site, WEST, DRUG, 90 * BOX)
    letter = tmp_path / "批准.pdf"
    letter.write_bytes(b"%PDF-1.7 approval")

    def say(login: str, *words: str) -> str:
        done = run(site, login, "transfer", *words)
        assert done.code == 0, done.err
        return done.out

    say("lead_buyer", "route", "0002", "城西", "--km", "11", "--note", "周四班车")
    assert "周四班车" in say("west_store", "route")
    assert "480" in say("west_store", "propose", "--org", "")
    wanted = ("--item", ITEM, "--qty", "48", "--org", "")
    assert "48" in say("west_store", "propose", *wanted)
    loan = ("--kind", "loan", "--settle", "kind", "--return-by", "2026-11-14")
    refused = run(site, "west_store", "transfer", "request", "城东", f"{ITEM}=48", *loan)
    assert (refused.code, "缺批准文件" in refused.err) == (1, True)
    say("west_store", "request", "城东", f"{ITEM}=48", *loan, "--draft")
    (row,) = run(site, "west_store", "--json", "transfer", "list").json()
    no = row["no"]
    say("west_store", "attach", no, str(letter), "--number", "批 18 号")
    say("west_store", "submit", no)
    for words in (("confirm", no, "a=48"), ("confirm", no, "1=48/1"), ("accept", no, "1=/4"),
                  ("accept", no, "1=1/2/3"), ("return", no, f"{ITEM}=1")):  # fmt: skip
        wrong = run(site, "east_store", "transfer", *words)
        assert (wrong.code, "写法不对" in wrong.err) == (1, True), wrong.err
    assert "待审核" in say("east_store", "confirm", no, "1=48")
    say("lead_buyer", "approve", no)
    assert "运输中" in say("east_store", "send", no, "--carrier", "班车")
    assert "已验收" in say("west_store", "accept", no, "1=24/0")
    say("east_store", "clear", no, "1", "24", "--lost")
    assert "24" in say("east_store", "loans")
    assert "批准.pdf" in say("east_store", "show", no)
    note = tmp_path / "note.pdf"
    say("west_store", "pdf", no, "--out", str(note))
    words = PdfDocument(note)[0].get_textpage().get_text_range()
    assert all(one in words for one in ("药品耗材调拨单", no, "阿莫西林胶囊", "1 盒"))
    back = run(site, "west_store", "--json", "transfer", "return", no, "1=24").json()["no"]
    say("west_store", "send", back)
    say("east_store", "accept", back)
    assert "没有未还" in say("east_store", "loans")
    wrong = run(site, "west_store", "transfer", "request", "城东", ITEM)
    assert "写法不对" in wrong.err
    other = run(site, "west_store", "transfer", "net", "城东", ITEM)
    assert "方向相反" in other.err
    late = run(site, "west_store", "transfer", "cancel", no, "--reason", "不要了不要了")
    assert "已归还" in late.err
    sale = run(site, "east_store", "transfer", "settle", no)
    assert "没有未还的借用" in sale.err
