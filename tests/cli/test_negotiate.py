"""A whole round by command line: 300 items, 8 suppliers, Excel sheets, two rounds, a draft."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import insert

from app.adapters.quote_xlsx import QuoteHead, read_quote, write_quote
from app.domain.duties import Duty
from app.models.demand import Demand
from app.models.item import Item, Product
from app.models.party import DutyGrant, GroupMembership, Organisation, Person
from app.models.price import Price
from tests.cli.runner import run
from tests.conftest import FixedClock
from tests.factories import EAST, KANGZE, RUIHE, WEST, Site
from tests.services.negotiation.helpers import make_papers, move_deadline

MORE = 6
ITEMS = 300
FIRST_ITEM = 2000
HEAD = QuoteHead("题", "no", "轮", "供应商", "截止")


@pytest.fixture
def big(site: Site, clock: FixedClock) -> Site:
    """The small group with 300 more items, a year's use of each, and six more suppliers."""
    clock.now = datetime.now(UTC)
    with site.owner.write() as s:
        for n in range(1, MORE + 1):
            org = 20 + n
            s.add(
                Organisation(
                    id=org, code=f"91{n:02d}", name=f"第{n}医药有限公司", short_name=f"第{n}",
                    kind="supplier", active=True,
                )
            )  # fmt: skip
            s.flush()
            s.add(GroupMembership(org_id=org, valid_from=date(2024, 1, 1), role="supplier"))
            s.add(Person(id=100 + n, login=f"sales_{n}", name=f"业务{n}", org_id=org, active=True))
            s.add(DutyGrant(org_id=org, person_id=100 + n, duty=Duty.SUPPLY.value))
        ids = range(FIRST_ITEM, FIRST_ITEM + ITEMS)
        s.execute(
            insert(Product),
            [{"id": i, "item_class": "drug", "generic_name": f"药{i}", "form": ""} for i in ids],
        )
        base = {
            "item_class": "drug", "strength": "1 g", "spec": "1 g × 10", "maker_id": 1,
            "base_unit": "片", "pack_unit": "盒", "pack_factor": 10,
        }  # fmt: skip
        s.execute(
            insert(Item),
            [
                base | {"id": i, "code": f"YP-{i}", "product_id": i, "name": f"药{i}"}
                | {"updated_at": clock.now, "vbp": i == FIRST_ITEM}
                for i in ids
            ],
        )  # fmt: skip
        s.execute(
            insert(Price),
            [
                {"id": i, "list_id": 1, "item_id": i, "supplier_id": KANGZE, "org_id": 0}
                | {"valid_from": date(2026, 1, 1), "unit_price": Decimal(10), "price_factor": 10}
                | {"ceiling": Decimal(11), "created_at": clock.now, "created_by": 1}
                for i in ids
            ],
        )
        s.execute(
            insert(Demand),
            [
                {"org_id": org, "place_id": site.world.stores[org], "item_id": i}
                | {"day": clock.now.date(), "asked": 500, "given": 500, "lines": 1}
                for org in (EAST, WEST) for i in ids
            ],
        )  # fmt: skip
    for supplier in (KANGZE, RUIHE, *range(21, 21 + MORE)):
        make_papers(site, supplier)
    return site


def fill(path: Path, draw: random.Random, *, most: str) -> Path:
    """Quote every line a little below what may be bid, and now and then over the ceiling."""
    found = read_quote(path)
    rows = []
    for row in found.rows:
        top = Decimal(row.fixed[9] or most)
        price = top * Decimal(draw.randint(820, 1000)) / 1000
        rows.append((row.fixed, (f"{price:.4f}".rstrip("0").rstrip("."), "", "")))
    write_quote(path, HEAD, found.key, rows)
    return path


def ok(site: Site, login: str, *arguments: str) -> str:
    """What a command that is carried out says."""
    done = run(site, login, *arguments)
    assert done.code == 0, done.err
    return done.out


def refused(site: Site, login: str, *arguments: str) -> str:
    """Why a command is not carried out."""
    done = run(site, login, *arguments)
    assert done.code == 1
    return done.err


def prepared(site: Site, clock: FixedClock) -> tuple[str, int]:
    """A project with 303 lines, confirmed needs and eight suppliers: its number and id."""
    made = run(
        site, "lead_buyer", "--json", "negotiate", "create", "常用药第 2 包",
        "--from", f"{clock.now:%Y-%m-%d}", "--to", f"{clock.now.year + 1}-{clock.now:%m-%d}",
    ).json()  # fmt: skip
    no = made["no"]
    added = run(site, "lead_buyer", "--json", "negotiate", "items", no, "--class", "drug",
                "--limit", "400")  # fmt: skip
    assert added.json()["added"] == 299 + 4  # the 集采 one stays out; four of the small group
    ok(site, "lead_buyer", "negotiate", "needs", no, "--ask", "2027-12-31")
    ok(site, "lead_buyer", "negotiate", "lots", no, "--title", "1=常用药")
    changed = ("--org", "城东", "--set", "1=60", "--reason", "新开了病房")
    ok(site, "east_store", "negotiate", "needs", no, *changed)
    for head in ("east_head", "west_head", "lead_head"):
        ok(site, head, "negotiate", "confirm", no)
    invited = ("康泽", "瑞和", *(f"第{n}" for n in range(1, MORE + 1)))
    ok(site, "lead_buyer", "negotiate", "invite", no, *invited)
    return no, int(made["negotiation_id"])


def sealed_round(site: Site, no: str, project: int, folder: Path, draw: random.Random) -> None:
    """Round 1: one sheet and one typed quote by suppliers, six papers after the opening."""
    refused(site, "lead_buyer", "negotiate", "open-round", no)
    ok(site, "lead_buyer", "negotiate", "open-round", no, "--minutes", "30")
    ok(site, "lead_buyer", "negotiate", "template", no, "--out", str(folder))
    files = sorted(folder.glob("*.xlsx"))
    assert len(files) == 8
    own = next(path for path in files if path.name.endswith("9001.xlsx"))
    ok(site, "kangze_sales", "negotiate", "quote", no, str(fill(own, draw, most="11.5")))
    typed = ("--price", "1=11.20", "--price", "2=9.80")
    assert "第 1 行" in ok(site, "ruihe_sales", "negotiate", "quote", no, *typed)
    typed = ("--price", "1=9.90", "--price", "2=9.80")
    assert "高于限价" not in ok(site, "ruihe_sales", "negotiate", "quote", no, *typed)
    others = [str(fill(path, draw, most="11.5")) for path in files if "-R1-91" in path.name]
    assert "密封报价开标以后" in refused(site, "lead_buyer", "negotiate", "quote", no, *others)
    move_deadline(site, project)
    ok(site, "lead_buyer", "negotiate", "open", no)
    assert "高于限价，收下但不能中选" in ok(site, "lead_buyer", "negotiate", "quote", no, *others)
    seen = run(site, "lead_buyer", "--json", "negotiate", "compare", no).json()
    assert len(seen) == 303
    # nobody pledged anything of the four of the small group: they are not asked for
    assert sum(row["s11"] is not None for row in seen) == 299


def second_round(site: Site, no: str, folder: Path, draw: random.Random) -> None:
    """Round 2: open, each at most its last price and the caps; one supplier withdraws."""
    ok(site, "lead_buyer", "negotiate", "open-round", no, "--minutes", "30")
    assert "高于" in refused(site, "kangze_sales", "negotiate", "quote", no, "--price", "1=11")
    ok(site, "lead_buyer", "negotiate", "template", no, "--out", str(folder))
    files = [str(fill(path, draw, most="10")) for path in sorted(folder.glob("*-R2-91*.xlsx"))]
    ok(site, "lead_buyer", "negotiate", "quote", no, *files)
    ok(site, "ruihe_sales", "negotiate", "withdraw", no, "--reason", "货源不足，退出本轮")
    ok(site, "lead_buyer", "negotiate", "open", no)


def test_a_round_of_300_items_and_8_suppliers(big: Site, clock: FixedClock, tmp_path: Path) -> None:
    site, draw = big, random.Random(1)
    no, project = prepared(site, clock)
    sealed_round(site, no, project, tmp_path / "r1", draw)
    second_round(site, no, tmp_path / "r2", draw)

    ok(site, "lead_buyer", "negotiate", "choose", no, "--lowest")
    assert "至少 10 个字" in refused(site, "lead_buyer", "negotiate", "choose", no, "1=康泽")
    why = ("--reason", "康泽两年内无断供，次低价差在一分以内")
    ok(site, "lead_buyer", "negotiate", "choose", no, "1=康泽", *why)
    score = ("--weight", "price=50", "--weight", "quality=30", "--weight", "delivery=20")
    ok(site, "lead_buyer", "negotiate", "score", no, *score, "--give", "康泽:quality=90")
    book = tmp_path / "比价.xlsx"
    ok(site, "lead_buyer", "negotiate", "compare", no, "--out", str(book))
    assert book.stat().st_size > 20_000
    assert "加权下浮" in ok(site, "lead_buyer", "negotiate", "compare", no)
    trail = run(site, "lead_buyer", "--json", "negotiate", "trail", no, "--prove")
    assert {row["proved"] for row in trail.json()} == {True}
    assert len(trail.json()) == 3 + 6 + 6 + 1
    ok(site, "lead_buyer", "negotiate", "close", no)
    assert "评审中" in ok(site, "lead_buyer", "negotiate", "list")
    refused(site, "sales_1", "negotiate", "compare", no)
