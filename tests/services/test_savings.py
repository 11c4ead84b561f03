"""节约: from real receipts and use, recomputed by hand from the exported lines."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.documents import State
from app.domain.errors import DomainError
from app.domain.ids import new_id, new_op
from app.domain.savings import Basis, Counted
from app.models.price import Price
from app.models.receiving import Acceptance, AcceptanceLine
from app.models.stock import Place
from app.services.consumption.commands import Consume, ConsumeLine
from app.services.consumption.consume import consume
from app.services.savings.export import save_savings
from app.services.savings.report import Asked, SavingsReport, savings
from tests.factories import EAST, KANGZE, NOW, TODAY, WEST, Site
from tests.order_needs import AMLODIPINE, AMOXICILLIN, FACTORS
from tests.services.test_consumption import receive

SPAN = (date(2026, 1, 1), date(2026, 12, 31))


def agree(site: Site, item: int, base: str | None, ceiling: str | None = None) -> Price:
    """Give the negotiated price of the item a base and a platform price."""
    with site.owner.write() as session:
        price = session.get_one(Price, site.world.prices[item])
        price.base_price = Decimal(base) if base else None
        price.ceiling = Decimal(ceiling) if ceiling else None
        session.flush()
        return price


def accept(site: Site, org: int, item: int, packs: int, day: date, price: Decimal) -> str:
    """An acceptance of goods on a day; its number."""
    no = f"YS{new_id()}"
    with site.owner.write() as session:
        made = Acceptance(
            org_id=org, id=new_id(), no=no, delivery_id=1, supplier_id=KANGZE,
            place_id=site.world.stores[org], status=State.POSTED, accepted_on=day, posted_at=NOW,
            receiver_id=1, checks={}, amount=Decimal(0),
        )  # fmt: skip
        session.add(made)
        session.flush()
        qty = packs * FACTORS[item]
        session.add(
            AcceptanceLine(
                org_id=org, acceptance_id=made.id, line=1, item_id=item, lot_id=1,
                place_id=site.world.stores[org], expected=qty, accepted=qty, refused=0,
                result="ok", unit_price=price, price_factor=FACTORS[item],
                amount=price * packs, owner_id=KANGZE,
            )
        )  # fmt: skip
    return no


def report(site: Site, login: str = "lead_buyer", **other: object) -> SavingsReport:
    return savings(*site.as_(login), Asked(*SPAN, **other))  # type: ignore[arg-type]


def test_receipts_at_a_negotiated_price_save_against_the_last_price(site: Site) -> None:
    deal = agree(site, AMOXICILLIN, "4.50")
    price = deal.unit_price
    accept(site, EAST, AMOXICILLIN, 100, date(2026, 3, 5), price)
    accept(site, WEST, AMOXICILLIN, 10, date(2026, 5, 6), price)
    accept(site, WEST, AMLODIPINE, 10, date(2026, 5, 6), Decimal("5.00"))  # nothing agreed
    found = report(site)
    assert found.total.saving == 110 * (Decimal("4.50") - price)
    assert [(one.key, one.saved.saving) for one in found.by_month] == [
        ("2026-03", 100 * (Decimal("4.50") - price)),
        ("2026-05", 10 * (Decimal("4.50") - price)),
    ]
    assert found.months == 3
    assert found.year is not None
    assert found.year.exact == (found.total.saving * 4).quantize(Decimal("0.01"))


def test_a_member_sees_its_own_saving_only(site: Site) -> None:
    deal = agree(site, AMOXICILLIN, "4.50")
    price = deal.unit_price
    accept(site, EAST, AMOXICILLIN, 100, date(2026, 3, 5), price)
    accept(site, WEST, AMOXICILLIN, 10, date(2026, 5, 6), price)
    assert report(site, "west_head").total.saving == 10 * (Decimal("4.50") - price)


@pytest.mark.parametrize(("basis", "base"), [(Basis.PLATFORM, "4.80"), (Basis.YEAR, "5.00")])
def test_the_base_can_be_another_one(site: Site, basis: Basis, base: str) -> None:
    deal = agree(site, AMOXICILLIN, "4.50", "4.80")
    price = deal.unit_price
    accept(
        site, EAST, AMOXICILLIN, 7, deal.valid_from - timedelta(days=60), Decimal("5.00")
    )  # the year before
    accept(site, EAST, AMOXICILLIN, 100, date(2026, 3, 5), price)
    assert report(site, basis=basis).total.saving == 100 * (Decimal(base) - price)


def test_without_a_base_a_line_is_told_and_not_counted(site: Site) -> None:
    deal = agree(site, AMOXICILLIN, None)
    price = deal.unit_price
    accept(site, EAST, AMOXICILLIN, 100, date(2026, 3, 5), price)
    found = report(site)
    assert (found.total.lines, found.total.without) == (0, 1)
    assert found.total.saving == 0


def test_use_counts_on_the_day_of_the_fact(site: Site) -> None:
    agree(site, AMOXICILLIN, "4.50")
    lot = receive(site, EAST, {"A": (20, date(2027, 9, 30))})["A"]
    box = FACTORS[AMOXICILLIN]
    line = ConsumeLine(AMOXICILLIN, 5 * box, lot_id=lot)
    consume(*site.as_("east_store"), Consume(new_op(), EAST, site.world.stores[EAST], (line,)))
    found = savings(
        *site.as_("lead_buyer"), Asked(date(2026, 1, 1), date(2099, 1, 1), counted=Counted.USE)
    )
    assert found.total.saving == 5 * (Decimal("4.50") - Decimal("3.86"))
    with site.owner.read() as session:
        assert session.scalars(select(Place.id).where(Place.kind == "consumed")).first()


def test_the_exported_lines_give_the_same_saving_by_hand(site: Site, tmp_path: Path) -> None:
    deal = agree(site, AMOXICILLIN, "4.5123")
    price = deal.unit_price
    for boxes in (3, 7, 11):
        accept(site, EAST, AMOXICILLIN, boxes, TODAY, price)
    found = savings(*site.as_("lead_buyer"), Asked(date(2026, 1, 1), date(2099, 1, 1)))
    path = save_savings(found, tmp_path / "lines.csv")
    with path.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    by_hand = Decimal(0)
    for row in rows:
        packs = Decimal(row["数量（最小单位）"]) / Decimal(row["包装系数"])
        before = (packs * Decimal(row["基准价"])).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        after = (packs * Decimal(row["新价"])).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        by_hand += before - after
    assert by_hand == found.total.saving
    assert all(row["基准价来源"] and row["单据"] for row in rows)


def test_workbook_and_paper_are_written(sqlite_site: Site, tmp_path: Path) -> None:
    deal = agree(sqlite_site, AMOXICILLIN, "4.50")
    price = deal.unit_price
    accept(sqlite_site, EAST, AMOXICILLIN, 100, TODAY, price)
    found = report(sqlite_site)
    assert save_savings(found, tmp_path / "a.xlsx").read_bytes()[:2] == b"PK"
    assert save_savings(found, tmp_path / "a.pdf").read_bytes()[:4] == b"%PDF"
    with pytest.raises(DomainError):
        save_savings(found, tmp_path / "a.doc")
