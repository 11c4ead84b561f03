"""Prices follow each other and are never edited; nobody orders above list or cap."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from app.adapters.sheets_out import Sheet, write
from app.domain.duties import Actor
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.pricing import PriceSource
from app.models.price import Price
from app.services.catalogue.index import reindex
from app.services.catalogue.search import SearchQuery, search
from app.services.db import Database
from app.services.importing.plan import Outcome
from app.services.importing.prices import ApplyPrices, PriceImport, apply, preview
from app.services.price_lookup import best_price
from app.services.prices.change import (
    ClosePrice,
    CreateList,
    SetPrice,
    close_price,
    create_list,
    set_price,
)
from app.services.prices.listing import over_list, price_count, price_lists, price_page
from app.services.prices.putting import NewPrice, Put, put_all
from app.ui.tables.query import Sort
from benchmarks.world import FIRST, make_items
from tests.factories import EAST, KANGZE, RUIHE, Site
from tests.sent import Sent

NOVEMBER = date(2026, 11, 1)
NEW = NewPrice(101, KANGZE, Decimal("3.5000"), NOVEMBER)


@pytest.fixture
def priced(site: Site) -> Site:
    with site.owner.write() as session:
        reindex(session)
    return site


def price_on(site: Site, day: date, item: int = 101) -> Decimal | None:
    db, _actor = site.as_("east_store")
    with db.read() as session:
        found = best_price(session, day, EAST, item)
    return found.unit_price if found else None


def test_a_new_price_closes_the_one_before_on_its_first_day(priced: Site) -> None:
    done = set_price(*priced.as_("lead_buyer"), SetPrice(new_op(), 2, NEW))
    assert done.closed_id == priced.world.prices[101]
    assert price_on(priced, date(2026, 10, 31)) == Decimal("3.8600")
    assert price_on(priced, NOVEMBER) == Decimal("3.5000")
    rows = price_page(*priced.as_("east_store"), SearchQuery("amxl")).rows
    assert [(row.state, row.valid_from, row.valid_to) for row in rows] == [
        ("now", date(2026, 1, 1), NOVEMBER),
        ("future", NOVEMBER, None),
    ]
    assert rows[1].base_price == Decimal("3.8600")
    assert rows[1].reduction == 93


def test_prices_never_overlap(priced: Site) -> None:
    set_price(*priced.as_("lead_buyer"), SetPrice(new_op(), 2, NEW))
    for start in (date(2026, 10, 20), NOVEMBER):
        with pytest.raises(DomainError) as refused:
            set_price(
                *priced.as_("lead_buyer"), SetPrice(new_op(), 2, replace(NEW, valid_from=start))
            )
        assert refused.value.code == "price.overlap"
    short = replace(NEW, valid_from=date(2026, 10, 20), valid_to=NOVEMBER)
    set_price(*priced.as_("lead_buyer"), SetPrice(new_op(), 2, short))
    assert price_on(priced, date(2026, 10, 19)) == Decimal("3.8600")


def test_the_same_intention_sets_one_price(priced: Site) -> None:
    command = SetPrice(new_op(), 2, NEW)
    assert set_price(*priced.as_("lead_buyer"), command) == set_price(
        *priced.as_("lead_buyer"), command
    )


def test_a_price_above_its_cap_is_refused(priced: Site) -> None:
    dear = replace(NEW, unit_price=Decimal("13.30"), ceiling=Decimal("13.10"))
    with pytest.raises(DomainError) as refused:
        set_price(*priced.as_("lead_buyer"), SetPrice(new_op(), 2, dear))
    assert "13.30" in refused.value.text
    assert "13.10" in refused.value.text


def test_closing_a_price_twice_is_a_conflict(priced: Site) -> None:
    price_id = priced.world.prices[102]
    close_price(
        *priced.as_("lead_buyer"), ClosePrice(new_op(), price_id, date(2026, 12, 1), "厂家停产")
    )
    assert price_on(priced, date(2026, 12, 1), 102) is None
    with pytest.raises(ConflictError):
        close_price(
            *priced.as_("lead_buyer"), ClosePrice(new_op(), price_id, date(2026, 12, 1), "再一次")
        )
    with pytest.raises(DomainError):
        close_price(
            *priced.as_("lead_buyer"), ClosePrice(new_op(), price_id, date(2026, 1, 1), "太早")
        )


def test_only_buyers_of_the_group_set_prices(priced: Site) -> None:
    for login in ("east_store", "east_head", "kangze_sales"):
        with pytest.raises(NotAllowedError):
            set_price(*priced.as_(login), SetPrice(new_op(), 2, NEW))


def test_an_order_is_held_against_list_cap_and_the_groups_lowest(priced: Site) -> None:
    cheaper = replace(NEW, supplier_id=RUIHE, unit_price=Decimal("3.60"), rank=2,
                      valid_from=date(2026, 10, 1), ceiling=Decimal("4.00"))  # fmt: skip
    set_price(*priced.as_("lead_buyer"), SetPrice(new_op(), 2, cheaper))
    db, _actor = priced.as_("east_store")
    day = date(2026, 10, 14)

    def codes(supplier: int, price: str) -> list[str]:
        with db.read() as session:
            found = over_list(session, day, EAST, supplier, (101, Decimal(price)))
        return [problem.code for problem in found]

    assert codes(KANGZE, "3.86") == ["price.not_lowest"]
    assert codes(KANGZE, "3.87") == ["price.over_list"]
    assert codes(RUIHE, "4.10") == ["price.over_ceiling", "price.over_list"]
    assert codes(RUIHE, "3.60") == []
    assert codes(999, "1") == ["price.none"]


def test_suppliers_see_their_own_prices_only(priced: Site) -> None:
    rows = price_page(*priced.as_("ruihe_sales"), SearchQuery()).rows
    assert {row.supplier_id for row in rows} == {RUIHE}
    assert {row.unit_price for row in search(*priced.as_("ruihe_sales"), "amxl")} == {None}
    assert price_count(*priced.as_("lead_buyer"), SearchQuery(view="now")) == 5


def sheet(tmp_path: Path, *rows: tuple[str, ...]) -> Path:
    path = tmp_path / "价格.csv"
    titles = ("统一编码", "供应商", "含税单价", "限价", "生效日期", "税率")
    write(path, Sheet("价格", titles, rows))
    return path


def test_a_long_list_is_read_page_by_page(priced: Site) -> None:
    reader = priced.as_("lead_buyer")
    columns = ("", "code", "name", "supplier", "price", "source", "from", "to")
    for column, descending in itertools.product(columns, (False, True)):
        query = SearchQuery(sorts=(Sort(column, descending),))
        whole = [row.id for row in price_page(*reader, query, (None, 500)).rows]
        page = price_page(*reader, query, (None, 3))
        found = [row.id for row in page.rows]
        while page.next_key is not None:
            page = price_page(*reader, query, (page.next_key, 3))
            found += [row.id for row in page.rows]
        assert (found, len(whole) > 3) == (whole, True), column


def test_prices_come_in_from_a_sheet(priced: Site, tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        ("YP-000101", "康泽", "¥3.50", "4.00", "2026-11-01", "13%"),
        ("YP-000102", "瑞和医药有限公司", "5.88", "", "2026-11-01", ""),
        ("HC-000104", "9002", "0.3199", "", "", "3"),
    )
    plan = preview(*priced.as_("lead_buyer"), PriceImport(path))
    assert [line.outcome for line in plan.lines] == [
        Outcome.CHANGED,
        Outcome.SAME,
        Outcome.CHANGED,
    ]
    assert plan.lines[0].changes == ("3.86 → 3.50",)
    new_list = CreateList(new_op(), "YJ-2026-02", "第二轮议价", PriceSource.ADHOC)
    done = apply(*priced.as_("lead_buyer"), ApplyPrices(new_op(), plan, new_list=new_list))
    assert (done.changed, done.refused) == (2, 0)
    assert price_on(priced, NOVEMBER) == Decimal("3.5000")
    lists = {row.code: (row.prices, row.in_force) for row in
             price_lists(*priced.as_("lead_buyer"))}  # fmt: skip
    assert lists["YJ-2026-02"] == (2, 1)


def test_every_wrong_price_is_named(priced: Site, tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        ("YP-999999", "康泽", "3.50", "", "", ""),
        ("YP-000101", "不认识", "3.50", "", "", ""),
        ("YP-000101", "康泽", "三块五", "", "", ""),
        ("YP-000101", "康泽", "3.50123", "", "", ""),
        ("YP-000101", "康泽", "3.50", "3.40", "", ""),
        ("YP-000101", "康泽", "3.50", "", "2026-02-30", ""),
        ("YP-000101", "康泽", "", "", "", ""),
        ("YP-000101", "康泽", "0.16", "", "2026-11-01", ""),
        ("YP-000101", "康泽", "3.50", "", "2026-11-01", ""),
    )
    plan = preview(*priced.as_("lead_buyer"), PriceImport(path))
    assert [line.outcome for line in plan.lines] == [Outcome.REFUSED] * 7 + [
        Outcome.CHANGED,
        Outcome.REFUSED,
    ]
    codes = [{problem.code for problem in line.problems} for line in plan.lines]
    assert codes[0] == {"item.unknown"}
    assert codes[1] == {"party.unknown"}
    assert codes[6] == {"price.missing"}
    assert codes[7] == {"price.jump"}
    assert codes[8] == {"import.twice"}


def test_a_list_has_a_code_of_its_own(priced: Site) -> None:
    with pytest.raises(DomainError):
        create_list(
            *priced.as_("lead_buyer"),
            CreateList(new_op(), "YJ-2026-01", "重复", PriceSource.ADHOC),
        )


def test_many_prices_are_put_as_one_after_the_other_in_a_few_statements(priced: Site) -> None:
    make_items(priced.owner, 60)
    first = [
        NewPrice(FIRST + item, KANGZE, Decimal(f"{item + 1}.50"), date(2026, 10, 1))
        for item in range(60)
    ]
    follow = [replace(price, unit_price=Decimal("1.25"), valid_from=NOVEMBER) for price in first]
    in_the_way = replace(first[0], valid_from=date(2026, 10, 20))
    unknown = replace(first[0], supplier_id=EAST)
    sent = Sent(priced, "lead_buyer")

    def put_them(db: Database, actor: Actor, prices: list[NewPrice]) -> list[Put | DomainError]:
        with db.write() as session:
            return put_all(session, actor, 2, prices)

    few = sent.step("few", put_them, first[:2])
    many = sent.step("many", put_them, first[2:] + follow)
    assert sent.by_step["many"] <= sent.by_step["few"] + 2
    assert all(isinstance(one, Put) and not one.closed_id for one in few + many[:58])
    begun = [one.price_id for one in few + many[:58] if isinstance(one, Put)]
    assert [one.closed_id for one in many[58:] if isinstance(one, Put)] == begun
    with priced.owner.read() as session:
        rows = session.scalars(select(Price).where(Price.item_id >= FIRST)).all()
        told = {(row.item_id, row.valid_from): (row.valid_to, row.base_price) for row in rows}
    assert told == {(price.item_id, price.valid_from): (NOVEMBER, None) for price in first} | {
        (price.item_id, NOVEMBER): (None, price.unit_price) for price in first
    }
    refused = put_them(*priced.as_("lead_buyer"), [in_the_way, unknown])
    assert [one.code for one in refused if isinstance(one, DomainError)] == [
        "price.overlap", "price.who",
    ]  # fmt: skip
