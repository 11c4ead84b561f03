"""`yilian award`, `reprice`, `savings`, `pledge`: the whole way by command line."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.ids import new_op
from app.services.negotiation.queries import projects
from app.services.negotiation.rounds import close_bidding
from tests.cli.runner import Ran, bare, run
from tests.conftest import FixedClock
from tests.factories import KANGZE, RUIHE, Site
from tests.services.negotiation.helpers import Deal, invited

BIDS = """item,lot,qty,supplier,price,ceiling,base,capacity,small
甲药,1,1000,康泽,10.00,12,12,,1
甲药,1,1000,瑞和,9.50,12,12,500,
甲药,1,1000,江北,13.00,12,12,,
乙药,1,500,康泽,21.00,,22,,1
乙药,1,500,瑞和,20.00,,22,,
"""


@pytest.fixture
def deal(site: Site, clock: FixedClock) -> Deal:
    made = invited(site, clock)
    bids = {1: "8.00", 2: "5.00", 3: "100.00", 4: "0.30"}
    made.first_round({KANGZE: bids, RUIHE: bids | {2: "4.90", 3: "90.00"}})
    close_bidding(*site.as_("lead_buyer"), new_op(), made.id)
    return made


def ok(ran: Ran) -> str:
    assert ran.code == 0, ran.err or ran.out
    return ran.out


def test_from_file_to_file(tmp_path: Path) -> None:
    bids, limits, out = tmp_path / "bids.csv", tmp_path / "limits.csv", tmp_path / "award.csv"
    bids.write_text(BIDS, encoding="utf-8")
    limits.write_text("limit,scope,value\nsuppliers_in_all,,1\n", encoding="utf-8")
    hand = tmp_path / "hand.csv"
    hand.write_text("item,supplier\n甲药,康泽\n乙药,康泽\n", encoding="utf-8")
    options = ("--bids", str(bids), "--limits", str(limits), "--hand", str(hand))
    found = bare("--json", "award", "optimise", *options, "--out", str(out)).json()
    # 瑞和 cannot deliver all of 甲药, so one supplier means 康泽: 10,000 + 10,500
    assert (found["cost"], found["proved"], found["hand_less"]) == ("20500.00", True, "0.00")
    assert {one["limit"]: one["costs"] for one in found["limits"]} == {
        "suppliers_in_all": "500.00",
        "capacity": "1000.00",
    }
    with out.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [(row["品规"], row["供应商"], row["金额"]) for row in rows] == [
        ("甲药", "康泽", "10000.00"),
        ("乙药", "康泽", "10500.00"),
    ]


def test_limits_that_conflict_are_named(tmp_path: Path) -> None:
    bids = tmp_path / "bids.csv"
    bids.write_text(BIDS, encoding="utf-8")
    ran = bare("award", "optimise", "--bids", str(bids), "--in-all", "1", "--share-cap", "60")
    assert ran.code == 1
    assert "供应商总数" in ran.err
    assert "单家份额上限" in ran.err


def test_bad_rows_are_told_with_their_number(tmp_path: Path) -> None:
    bids = tmp_path / "bids.csv"
    bids.write_text(BIDS + "乙药,1,500,瑞和,二十,,22,,\n", encoding="utf-8")
    ran = bare("--json", "award", "optimise", "--bids", str(bids))
    assert ran.code == 1
    assert {one["row"] for one in ran.error()["problems"]} == {7}


def test_from_proposal_to_price_list(deal: Deal, tmp_path: Path) -> None:
    site = deal.site
    no = next(one.no for one in projects(*site.as_("lead_buyer")) if one.id == deal.id)
    ok(run(site, "lead_buyer", "award", "optimise", no, "--no-cold-chain", "--in-all", "2"))
    assert "优化" in ok(run(site, "lead_buyer", "award", "list", no))
    assert "康泽" in ok(run(site, "lead_buyer", "award", "show", no))
    ok(run(site, "lead_buyer", "award", "submit", no, "--days", "0", "--fail-rest"))
    refused = run(site, "lead_buyer", "award", "approve", no)
    assert refused.code == 1
    ok(run(site, "lead_head", "award", "approve", no))
    paper = tmp_path / "notice.pdf"
    ok(run(site, "lead_head", "award", "notice", no, "--out", str(paper)))
    assert paper.read_bytes()[:4] == b"%PDF"
    ok(run(site, "lead_buyer", "award", "object", no, "--text", "价格有疑问", "--who", "某公司"))
    rows = run(site, "lead_head", "--json", "award", "objections", no).json()
    number = str(rows[0]["objection_id"])
    ok(run(site, "lead_head", "award", "answer", number, "--text", "已复核无误", "--rejected"))
    day = (deal.clock.now.date() + timedelta(days=2)).isoformat()
    made = run(site, "lead_buyer", "--json", "award", "enforce", no, "--from", day).json()
    assert made["prices"] >= 4
    assert made["pledges"] >= 2
    assert "约定量" in ok(run(site, "lead_buyer", "pledge", "list"))
    assert ok(run(site, "lead_buyer", "reprice", "over"))
    assert ok(run(site, "lead_buyer", "reprice", "list"))
    assert "节约额" in ok(run(site, "lead_buyer", "savings", "show"))


def test_the_worked_example(tmp_path: Path) -> None:
    found = bare("--json", "savings", "example", "--out", str(tmp_path / "out"))
    assert all(one["agrees"] for one in found.json())
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".xlsx", ".pdf", ".csv"}
