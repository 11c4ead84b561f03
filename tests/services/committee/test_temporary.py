"""临采: one patient, one quantity, counted by the year, and then a matter for the committee."""

from __future__ import annotations

import pytest

from app.domain.errors import DomainError, NotAllowedError
from app.domain.formulary.requests import Kind
from app.domain.ids import new_op
from app.services.committee.requests import MakeRequest, make_request
from app.services.committee.temporary import (
    AskTemporary,
    DecideTemporary,
    TemporaryRow,
    ask_temporary,
    decide_temporary,
    temporaries,
)
from app.services.formulary.entries import AddItems, add_items
from tests.factories import EAST, Site

INSULIN = 103
WHY = "对现有胰岛素过敏，需要换用"


def ask(site: Site, reason: str = WHY) -> TemporaryRow:
    """East's pharmacist needs two pens for one patient."""
    return ask_temporary(*site.as_("east_store"), AskTemporary(new_op(), EAST, INSULIN, 2, reason))


def test_asked_approved_bought_and_counted(site: Site) -> None:
    row = ask(site)
    assert (row.status, row.times) == ("asked", 1)
    with pytest.raises(NotAllowedError):
        decide_temporary(
            *site.as_("east_store"),
            DecideTemporary(new_op(), EAST, row.purchase_id, "approved", 1),
        )
    decide_temporary(
        *site.as_("east_head"), DecideTemporary(new_op(), EAST, row.purchase_id, "approved", 1)
    )
    decide_temporary(
        *site.as_("east_store"), DecideTemporary(new_op(), EAST, row.purchase_id, "bought", 2)
    )
    (kept,) = temporaries(*site.as_("east_store"), (EAST,))
    assert (kept.status, kept.qty, kept.unit_price > 0) == ("bought", 2, True)
    assert temporaries(*site.as_("west_store"), (EAST,)) == ()


def test_the_second_within_a_year_needs_a_request(site: Site) -> None:
    ask(site)
    with pytest.raises(DomainError, match="纳入目录"):
        ask(site)
    make_request(
        *site.as_("east_store"),
        MakeRequest(new_op(), EAST, Kind.CONFIRM, INSULIN, "一年内第二次临采，申请纳入目录",
                    yearly_qty=20),
    )  # fmt: skip
    again = ask(site)
    assert again.times == 2
    assert again.request_id


@pytest.mark.parametrize("reason", ["急", "患者：张三丰，需要胰岛素", "电话 13800001111 联系"])
def test_a_reason_says_enough_and_names_nobody(site: Site, reason: str) -> None:
    with pytest.raises(DomainError):
        ask(site, reason)


def test_what_is_on_the_list_is_bought_as_usual(site: Site) -> None:
    add_items(*site.as_("lead_buyer"), AddItems(new_op(), EAST, (INSULIN,)))
    with pytest.raises(DomainError, match="不用临采"):
        ask(site)
