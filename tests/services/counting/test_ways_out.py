"""No dead ends: a paper that cannot be carried out ends, goods go back to who sold them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.consumption.triggers import Trigger
from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_op
from app.domain.stock.counting import DisposalState
from app.models.stock import Balance
from app.services.counting.disposal import Ask, Carry, Decide, Goods, ask, carry, decide, disposals
from tests.factories import EAST, KANGZE, RUIHE, Site
from tests.services.consumption.test_triggers import agree, settled, take_in
from tests.services.test_consumption import AMOXICILLIN, BOX

ME, OTHER = "east_store", "east_second"


def goods(site: Site, boxes: int) -> tuple[Goods, ...]:
    """So many boxes of what lies in the store."""
    with site.owner.read() as s:
        row = s.execute(
            select(Balance.place_id, Balance.lot_id, Balance.owner_id).where(
                Balance.org_id == EAST, Balance.qty > 0
            )
        ).one()
    return (Goods(row.place_id, AMOXICILLIN, row.lot_id, row.owner_id, boxes * BOX),)


def asked(site: Site, boxes: int, supplier: int = KANGZE) -> int:
    words = "包装破损，联系退货"
    return ask(*site.as_(ME), Ask(new_op(), EAST, goods(site, boxes), "damaged", words, supplier))


def state(site: Site, paper: int) -> DisposalState:
    (row,) = [one for one in disposals(*site.as_(ME), (EAST,)) if one.id == paper]
    return row.state


def test_an_approved_return_that_nobody_can_carry_out_is_given_up(site: Site) -> None:
    take_in(site, 10)
    first, second = asked(site, 8), asked(site, 8)
    for paper in (first, second):
        decide(*site.as_(OTHER), Decide(new_op(), EAST, paper, 1))
    carry(*site.as_(ME), Carry(new_op(), EAST, first, 2))
    with pytest.raises(DomainError, match="库存不够"):
        carry(*site.as_(OTHER), Carry(new_op(), EAST, second, 2))
    decide(*site.as_(ME), Decide(new_op(), EAST, second, 2, refuse=True))
    assert state(site, second) is DisposalState.REFUSED
    with pytest.raises(ConflictError):
        carry(*site.as_(OTHER), Carry(new_op(), EAST, second, 3))
    with pytest.raises(ConflictError):
        decide(*site.as_(OTHER), Decide(new_op(), EAST, second, 3))
    with pytest.raises(ConflictError):
        decide(*site.as_(ME), Decide(new_op(), EAST, first, 3, refuse=True))
    assert goods(site, 2)[0].qty == 2 * BOX


def test_bought_goods_go_back_to_who_sold_them(site: Site) -> None:
    agree(site, Trigger.RECEIPT)
    take_in(site, 10)
    with pytest.raises(DomainError, match="K1 是从康泽收的，退给别家抵不了货款"):
        asked(site, 2, RUIHE)
    paper = asked(site, 2)
    decide(*site.as_(OTHER), Decide(new_op(), EAST, paper, 1))
    carry(*site.as_(ME), Carry(new_op(), EAST, paper, 2))
    assert sum(row.qty for row in settled(site)) == 8 * BOX
