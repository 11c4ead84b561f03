"""The demo group on both databases: what a first look at it must find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.codes import CodeSystem, validate
from app.domain.errors import ConflictError
from app.models.demand import Demand
from app.models.item import Item, ItemCode, ItemUnit
from app.models.party import DutyGrant, Organisation, Person
from app.models.price import Price, PriceList
from app.models.stock import Balance, Ledger, Lot, LotHold, Place
from app.services.db import today
from app.services.demo.build import DemoGroup, build, is_demo
from tests.databases import Backend, Databases
from tests.factories import sqlite_clock


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def demo(
    request: pytest.FixtureRequest, databases: Databases
) -> Iterator[tuple[Backend, DemoGroup]]:
    """The demo, built once on each database."""
    with databases.fresh(str(request.param), sqlite_clock) as backend:
        yield backend, build(backend.db)


@pytest.fixture
def session(demo: tuple[Backend, DemoGroup]) -> Iterator[Session]:
    """A look into the demo with the owner's rights."""
    with demo[0].db.read() as opened:
        yield opened


def test_a_lead_three_clinics_a_station_and_six_suppliers(session: Session) -> None:
    kinds = Counter(session.scalars(select(Organisation.kind)))
    assert kinds == {"hospital": 1, "clinic": 3, "station": 1, "supplier": 6}
    people = session.scalars(select(Person.id)).all()
    assert len(people) == 18
    assert set(people) == set(session.scalars(select(DutyGrant.person_id)))


def test_the_catalogue_has_the_papers_numbers_of_lines(session: Session) -> None:
    classes = Counter(session.scalars(select(Item.item_class)))
    assert classes == {"drug": 900, "consumable": 418, "reagent": 130}
    base_units = select(ItemUnit.item_id).where(ItemUnit.factor == 1)
    assert len(set(session.scalars(base_units))) == 1448


def test_every_code_is_valid_in_its_system(session: Session) -> None:
    codes = session.execute(select(ItemCode.system, ItemCode.code)).all()
    assert len(codes) > 3000
    for system, code in codes:
        assert validate(CodeSystem(system), code) == code


@pytest.mark.parametrize(
    ("item_class", "rate"), [("reagent", Decimal("0.0420")), ("consumable", Decimal("0.0180"))]
)
def test_the_negotiation_came_out_as_the_papers_tell(
    session: Session, item_class: str, rate: Decimal
) -> None:
    since = today(session) - timedelta(days=365)
    used = (
        select(Demand.item_id, func.sum(Demand.asked).label("qty"))
        .where(Demand.day >= since)
        .group_by(Demand.item_id)
        .subquery()
    )
    rows = session.execute(
        select(Price.unit_price, Price.base_price, used.c.qty, Price.price_factor)
        .join(PriceList, PriceList.id == Price.list_id)
        .join(Item, Item.id == Price.item_id)
        .join(used, used.c.item_id == Price.item_id)
        .where(Item.item_class == item_class, Price.rank == 1, Price.valid_to.is_(None))
    ).all()
    base = sum(Decimal(row.base_price or 0) * int(row.qty) / row.price_factor for row in rows)
    new = sum(row.unit_price * int(row.qty) / row.price_factor for row in rows)
    assert abs((base - new) / base - rate) < Decimal("0.0002")


def test_314_lines_of_consumables_and_reagents_went_down(session: Session) -> None:
    lowered = session.scalar(
        select(func.count())
        .select_from(Price)
        .join(Item, Item.id == Price.item_id)
        .where(
            Item.item_class != "drug",
            Price.rank == 1,
            Price.base_price.is_not(None),
            Price.unit_price < Price.base_price,
        )
    )
    assert lowered == 314


def test_every_item_has_one_price_in_force_and_one_before(session: Session) -> None:
    first = select(Price.item_id).where(Price.rank == 1)
    assert len(session.scalars(first.where(Price.valid_to.is_(None))).all()) == 1448
    assert len(session.scalars(first.where(Price.valid_to.is_not(None))).all()) == 1448


def test_demand_reaches_back_24_months_and_never_gives_more_than_was_asked(
    session: Session,
) -> None:
    low, high, rows = session.execute(
        select(func.min(Demand.day), func.max(Demand.day), func.count()).select_from(Demand)
    ).one()
    assert (high - low).days > 700
    assert high < today(session)
    assert rows > 200_000
    assert not session.scalar(
        select(func.count()).select_from(Demand).where(Demand.given > Demand.asked)
    )


def test_balances_are_what_the_ledger_says(session: Session) -> None:
    real = select(Place.id).where(Place.holds_stock.is_(True))
    keys = (Ledger.org_id, Ledger.item_id, Ledger.lot_id, Ledger.owner_id)
    moved: dict[tuple[int, ...], int] = {}
    for place, sign in ((Ledger.to_place, 1), (Ledger.from_place, -1)):
        rows = session.execute(
            select(place, *keys, func.sum(Ledger.qty)).where(place.in_(real)).group_by(place, *keys)
        )
        for *key, qty in rows:
            moved[tuple(key)] = moved.get(tuple(key), 0) + sign * int(qty)
    kept = {
        (row.place_id, row.org_id, row.item_id, row.lot_id, row.owner_id): row.qty
        for row in session.scalars(select(Balance))
    }
    assert {key: qty for key, qty in moved.items() if qty} == {
        key: qty for key, qty in kept.items() if qty
    }


def test_expired_lots_are_locked_and_some_run_out_soon(session: Session) -> None:
    day = today(session)
    here = select(Balance.lot_id).where(Balance.qty > 0)
    expired = set(session.scalars(select(Lot.id).where(Lot.expiry < day, Lot.id.in_(here))))
    assert expired
    assert expired <= set(session.scalars(select(LotHold.lot_id)))
    soon = select(func.count()).where(
        Lot.expiry >= day, Lot.expiry < day + timedelta(days=180), Lot.id.in_(here)
    )
    assert (session.scalar(soon) or 0) >= 5


def test_cold_goods_lie_in_the_cold(session: Session) -> None:
    places = session.scalars(
        select(Place.storage)
        .join(Balance, Balance.place_id == Place.id)
        .join(Item, Item.id == Balance.item_id)
        .where(Item.storage.in_(("cold", "frozen")), Balance.qty > 0)
        .distinct()
    ).all()
    assert places == ["cold"]


def test_it_is_marked_and_a_second_build_is_refused(demo: tuple[Backend, DemoGroup]) -> None:
    backend, made = demo
    with backend.db.read() as opened:
        assert is_demo(opened)
    with pytest.raises(ConflictError, match="已经有机构"):
        build(backend.db)
    assert made.items == 1448
