"""The demo group: what a first look at it must find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.codes import CodeSystem, validate
from app.domain.errors import ConflictError
from app.models.demand import Demand, Suggestion
from app.models.item import Item, ItemCode, ItemSearch, ItemUnit
from app.models.order import MemberOrder, Requisition
from app.models.party import DutyGrant, Organisation, Person
from app.models.price import Price
from app.models.receiving import Acceptance, AcceptanceLine, Delivery
from app.models.settlement import Statement
from app.models.stock import Balance, Ledger, Lot, LotHold, Place
from app.services.db import today
from app.services.demo.build import DemoGroup, build
from app.services.directory import is_demo
from app.services.imprints.proof import examine
from tests.databases import Backend, Databases
from tests.factories import sqlite_clock


@pytest.fixture(scope="module")
def demo(databases: Databases) -> Iterator[tuple[Backend, DemoGroup]]:
    """The demo with a sixth of its goods, built once; on a server: `test_demo_server`."""
    with databases.fresh("sqlite", sqlite_clock) as backend:
        yield backend, build(backend.db, small=True)


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


def test_every_item_has_a_smallest_unit_and_a_pinyin(
    demo: tuple[Backend, DemoGroup], session: Session
) -> None:
    base_units = select(ItemUnit.item_id).where(ItemUnit.factor == 1)
    assert len(set(session.scalars(base_units))) == demo[1].items
    words = session.scalars(select(ItemSearch.initials)).all()
    assert len(words) == demo[1].items
    assert any("amxl" in text for text in words)


def test_every_code_is_valid_in_its_system(session: Session) -> None:
    codes = session.execute(select(ItemCode.system, ItemCode.code)).all()
    assert codes
    for system, code in codes:
        assert validate(CodeSystem(system), code) == code


def test_every_item_has_one_price_in_force_and_one_before(
    demo: tuple[Backend, DemoGroup], session: Session
) -> None:
    first = select(Price.item_id).where(Price.rank == 1)
    assert len(session.scalars(first.where(Price.valid_to.is_(None))).all()) == demo[1].items
    assert len(session.scalars(first.where(Price.valid_to.is_not(None))).all()) == demo[1].items


def test_demand_reaches_back_24_months_and_never_gives_more_than_was_asked(
    demo: tuple[Backend, DemoGroup], session: Session
) -> None:
    day = today(session)
    low, high, rows = session.execute(
        select(func.min(Demand.day), func.max(Demand.day), func.count()).where(Demand.day < day)
    ).one()
    assert (high - low).days > 700
    assert (day - high).days <= 7
    # what was dispensed and registered late comes on top of the history
    assert demo[1].demand_rows <= rows < demo[1].demand_rows + 50
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


def test_controlled_drugs_came_in_before_two_persons_of_the_house(session: Session) -> None:
    house = select(Person.org_id).where(Person.id == Acceptance.receiver_id).scalar_subquery()
    came = (
        select(func.count())
        .select_from(AcceptanceLine)
        .join(Item, Item.id == AcceptanceLine.item_id)
        .join(Acceptance, (Acceptance.org_id == AcceptanceLine.org_id)
              & (Acceptance.id == AcceptanceLine.acceptance_id))
        .where(Item.controlled != "", AcceptanceLine.accepted > 0)
    )  # fmt: skip
    assert (session.scalar(came) or 0) > 10
    assert session.scalar(came.where(Acceptance.second_person_id.is_(None))) == 0
    assert session.scalar(came.where(Acceptance.second_person_id == Acceptance.receiver_id)) == 0
    assert session.scalar(came.where(Acceptance.org_id == house)) == session.scalar(came)


def test_cold_goods_lie_in_the_cold(session: Session) -> None:
    places = session.scalars(
        select(Place.storage)
        .join(Balance, Balance.place_id == Place.id)
        .join(Item, Item.id == Balance.item_id)
        .where(Item.storage.in_(("cold", "frozen")), Balance.qty > 0)
        .distinct()
    ).all()
    assert places == ["cold"]


def test_every_covered_row_is_as_the_program_left_it(demo: tuple[Backend, DemoGroup]) -> None:
    found = examine(demo[0].db)
    assert found.strange == ()
    assert found.since == ()
    assert found.rows > 1000


def test_it_is_marked_and_a_second_build_is_refused(demo: tuple[Backend, DemoGroup]) -> None:
    backend, made = demo
    with backend.db.read() as opened:
        assert is_demo(opened)
    with pytest.raises(ConflictError, match="已经有机构"):
        build(backend.db)
    assert made.organisations == 5


def test_there_is_open_work_for_every_role(session: Session) -> None:
    orders = Counter(session.scalars(select(MemberOrder.status)))
    assert {"to_sign", "member_signed", "signed", "refused", "received"} <= set(orders)
    assert {"submitted", "draft"} <= set(session.scalars(select(Requisition.status)))
    assert "announced" in set(session.scalars(select(Delivery.status)))
    statements = Counter(session.scalars(select(Statement.status)))
    assert {"draft", "sent", "disputed", "confirmed"} <= set(statements)
    to_confirm = select(Suggestion.org_id).where(
        Suggestion.suggested > 0, Suggestion.status == "open"
    )
    assert len(set(session.scalars(to_confirm))) >= 2
