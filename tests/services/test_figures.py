"""The figures of the workbench: what counts for which month, and at whose price."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from app.models.demand import Demand
from app.models.price import Price
from app.models.stock import Balance
from app.services import home
from tests.factories import EAST, KANGZE, NOW, TODAY, WEST, Site
from tests.lots import find_or_make_lot

_GIVEN = {
    date(2026, 4, 30): 1_000,  # before the six months
    date(2026, 5, 1): 24,
    date(2026, 9, 15): 48,  # the day before the four weeks
    date(2026, 9, 16): 24,
    date(2026, 10, 13): 12,
    TODAY: 240,  # in its month, not in the four whole weeks
}


def test_use_counts_by_month_and_by_the_last_four_weeks_at_each_members_price(site: Site) -> None:
    with site.owner.write() as session:
        session.add(
            Price(
                id=1, list_id=1, item_id=101, supplier_id=KANGZE, org_id=WEST,
                valid_from=date(2026, 1, 1), unit_price=Decimal("2.4000"), price_factor=24,
                base_price=Decimal("4.8000"), created_at=NOW, created_by=1,
            )
        )  # fmt: skip
        session.add_all(
            Demand(org_id=org, place_id=site.world.stores[org], item_id=101, day=day, asked=qty,
                   given=qty)
            for org in (EAST, WEST) for day, qty in _GIVEN.items()
        )  # fmt: skip
        lots = [find_or_make_lot(session, 101, no, TODAY + timedelta(days=9)) for no in ("A", "B")]
        session.add_all(
            Balance(org_id=WEST, place_id=place[WEST], item_id=101, lot_id=lot, owner_id=owner,
                    qty=10)
            for place in (site.world.stores, site.world.bins) for lot in lots
            for owner in (WEST, KANGZE)
        )  # fmt: skip
    found = home.figures(*site.as_("lead_head"), (EAST, WEST))
    # 3.86 a box in the group, 2.40 at the western member
    assert [(use.month.month, use.value) for use in found.months] == [
        (5, Decimal("6.26")), (6, 0), (7, 0), (8, 0),
        (9, Decimal("18.78")), (10, Decimal("40.53") + Decimal("25.20")),
    ]  # fmt: skip
    assert found.use_value == Decimal("5.79") + Decimal("3.60")
    assert (found.base_value, found.saved) == (Decimal("7.20"), Decimal("3.60"))
    # 40 of each lot, however many places and owners it has; one member has nothing of it
    assert (found.near.lots, found.near.value) == (2, Decimal("8.00"))
    assert (found.stocked_items, found.used_items, found.missing_items) == (1, 1, 1)
