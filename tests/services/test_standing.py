"""Sums over all stock say what the rows of the screen say, lot by lot and cent by cent."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

from app.domain.documents import DocKind
from app.domain.ids import new_op
from app.domain.ledger import Move
from app.models.stock import Lot, LotHold
from app.services.stock.listing import (
    PlainQuery,
    StockRow,
    stock_count,
    stock_page,
    stock_rows,
    stock_summary,
)
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from app.services.stock.standing import on_hand
from app.services.stock.totals import totals_by_item, totals_by_org
from tests.factories import EAST, KANGZE, TODAY, Site

NOW = datetime(2026, 10, 14, tzinfo=UTC)
EXPIRIES = (date(2026, 10, 1), date(2026, 11, 1), date(2030, 1, 1), None)


def stocked(site: Site) -> None:
    """Two items at two places in lots of all lights, own and consigned, at prices that round."""
    lots = [(number, 101 + number % 2) for number in range(1, 9)]
    with site.owner.write() as session:
        for number, item in lots:
            values = {"lot_no": f"L{number}", "serial": "", "expiry": EXPIRIES[number % 4]}
            session.add(Lot(id=number, item_id=item, created_at=NOW, **values))
        hold = {"reason": "recall", "since": NOW, "person_id": 1}
        session.add(LotHold(org_id=0, lot_id=2, id=1, **hold))
        session.add(LotHold(org_id=EAST, lot_id=3, id=2, **hold))
    actor = site.actor("east_store")
    with site.owner.write() as session:
        supplier = virtual_place(session, EAST, "supplier")
        moves = [
            Move(item, number, KANGZE if number % 3 else EAST, supplier, place, 7 * number + extra,
                 Decimal("0.3333") * number * price, 7)
            for price in (1, 2)  # a lot came in twice: the later price holds
            for number, item in lots
            for extra, place in enumerate((site.world.stores[EAST], site.world.bins[EAST]))
        ]  # fmt: skip
        post(session, actor, Posting(EAST, new_op(), DocKind.ACCEPTANCE, 1, TODAY, moves))


def test_sums_are_those_of_the_rows(site: Site) -> None:
    stocked(site)
    way, query = site.as_("east_store"), PlainQuery()
    rows = stock_rows(*way, [EAST], query)
    amount = sum((row.amount for row in rows), Decimal(0))
    assert amount > 0

    summary = stock_summary(*way, [EAST])
    assert (summary.lots, summary.amount) == (len(rows), amount)
    assert summary.held == sum(1 for row in rows if row.held) == 4
    assert {one.light: one.lots for one in summary.lights if one.lots} == Counter(
        row.light for row in rows
    )
    assert {one.light: one.amount for one in summary.lights if one.lots} == {
        light: sum(row.amount for row in rows if row.light is light)
        for light in {row.light for row in rows}
    }

    for chosen in (query, PlainQuery(text="L3"), PlainQuery(view="held")):
        rows = stock_rows(*way, [EAST], chosen)
        items = totals_by_item(*way, [EAST], chosen)
        assert {(x.key, x.qty, x.amount, x.lots) for x in items} == {
            (item, sum(r.qty for r in mine), sum(r.amount for r in mine), len(mine))
            for item in {row.item_id for row in rows}
            for mine in [[row for row in rows if row.item_id == item]]
        }
        (org,) = totals_by_org(*way, [EAST], chosen)
        assert org.amount == sum(row.amount for row in rows)
        assert org.consigned == sum(row.amount for row in rows if row.consigned)
        assert stock_count(*way, [EAST], chosen) == len(rows)

    with way[0].read() as session:
        found, nobody = on_hand(session, [EAST]), on_hand(session, [])
    total: Counter[tuple[int, int]] = Counter()
    for row in stock_rows(*way, [EAST], query):
        total[row.item_id, row.place_id] += row.qty
    assert (
        dict(zip(zip(found.items, found.places, strict=True), found.quantities, strict=True))
        == total
    )
    assert nobody.items == ()


def test_pages_put_together_are_all_rows_in_order(site: Site) -> None:
    stocked(site)
    way, seen = site.as_("east_store"), list[StockRow]()
    key: tuple[object, ...] | None = None
    while True:
        page = stock_page(*way, [EAST], PlainQuery(), (key, 5))
        seen += page.rows
        key = page.next_key
        if key is None:
            break
    assert sorted(seen, key=repr) == sorted(stock_rows(*way, [EAST], PlainQuery()), key=repr)
    dates = [row.expiry or date.max for row in seen]
    assert dates == sorted(dates)
