"""What comes in is what was counted, at the store, in the lot as it is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_op
from app.domain.receiving.work import Trace
from app.models.stock import Lot, Place
from app.services.receiving.receive import receive
from app.services.stock.moving import AddPlace, add_place
from app.services.stock.places import main_place
from tests.deliveries import (
    AMOXICILLIN,
    AT,
    COLD,
    EXPIRY,
    INSULIN,
    command,
    counted,
    gs1,
    note,
    opened,
    received,
    stock_of,
)
from tests.factories import EAST, WEST, Site
from tests.services.packs.test_packs import at_ward

ME = "east_store"


def test_a_lot_is_one_lot_however_a_client_writes_it(site: Site) -> None:
    received(site, note(site, {AMOXICILLIN: 1}), gs1(AMOXICILLIN, "K1"))
    for number, lot in enumerate((" K1", "Ｋ１", "K1\n")):
        made = note(site, {AMOXICILLIN: 1}, no=f"N{number}")
        entry = replace(opened(site, made).work.entries[0], lot_no=lot, expiry=EXPIRY, accepted=24)
        receive(*site.as_(ME), command(made, (entry,)))
    with site.owner.read() as s:
        assert s.scalars(select(Lot.lot_no)).all() == ["K1"]
    made = note(site, {AMOXICILLIN: 1}, no="N9")
    entry = replace(opened(site, made).work.entries[0], lot_no="K1\t2", expiry=EXPIRY, accepted=24)
    with pytest.raises(DomainError, match="请照包装填"):
        receive(*site.as_(ME), command(made, (entry,)))


def test_goods_come_in_at_the_store_only(site: Site) -> None:
    at_ward(site)
    made = note(site, {AMOXICILLIN: 1})
    entries = counted(site, made, gs1(AMOXICILLIN, "K1"))
    with site.owner.read() as s:
        rows = s.execute(select(Place.code, Place.id, Place.org_id)).all()
    wrong = [
        row.id
        for row in rows
        if row.org_id == WEST or (row.org_id == EAST and row.code not in {"YF", "A-01-1"})
    ]
    for place in wrong:
        with pytest.raises(DomainError, match="不能收到这个库位"):
            receive(*site.as_(ME), command(made, entries, place_id=place))
    bin_id = site.world.bins[EAST]
    (line,) = receive(*site.as_(ME), command(made, entries, place_id=bin_id)).lines
    assert line.place_id == bin_id


def test_a_ward_with_a_fridge_and_an_early_code_is_no_store(site: Site) -> None:
    for code, kind in (("A0", "department"), ("A1", "cabinet")):
        wanted = AddPlace(new_op(), EAST, code, f"病区 {code}", kind, "good", storage="cold")
        add_place(*site.as_(ME), wanted)
    with site.owner.read() as s:
        assert main_place(s, EAST) == site.world.stores[EAST]
    made = note(site, {INSULIN: 2})
    entries = counted(site, made, f"2*{gs1(INSULIN, 'P1')}")
    (line,) = receive(*site.as_(ME), command(made, entries, transport=COLD)).lines
    assert line.place_id == site.world.stores[EAST]


def test_a_code_named_twice_in_one_acceptance_is_named(site: Site) -> None:
    made = note(site, {AMOXICILLIN: 2})
    entry = replace(
        opened(site, made).work.entries[0],
        lot_no="K1", expiry=EXPIRY, accepted=48,
        traces=(Trace("81234567890123456789", AT, 24), Trace("81234567890123456789", AT, 24)),
    )  # fmt: skip
    with pytest.raises(ConflictError, match="81234567890123456789 已经入过库"):
        receive(*site.as_(ME), command(made, (entry,)))
    assert stock_of(site) == {}
