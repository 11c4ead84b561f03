"""调价申请: only with the platform's price, and by two persons."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text

from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.models.price import Price
from app.services.prices.alerts import alerts
from app.services.prices.change import SetPrice, set_price
from app.services.prices.putting import NewPrice
from app.services.prices.requests import (
    APPROVED,
    IN_FORCE,
    REFUSED,
    AskPrice,
    DecidePrice,
    RequestRow,
    ask_price,
    decide_price,
    requests,
)
from tests.conftest import FixedClock
from tests.factories import KANGZE, Site
from tests.order_needs import AMOXICILLIN, open_order


def first_day(site: Site) -> date:
    """Tomorrow; on a server by its own clock, which is ahead of the stories' day."""
    return date(2026, 10, 15) if site.is_sqlite else date.today() + timedelta(days=1)  # noqa: DTZ011 - the server's day


def wish(site: Site, **other: Any) -> AskPrice:
    """3.86 → 4.00 while the platform went from 4.00 to 4.20."""
    values: dict[str, Any] = {
        "op_id": new_op(),
        "price_id": site.world.prices[AMOXICILLIN],
        "new_price": Decimal("4.00"),
        "platform_before": Decimal("4.00"),
        "platform_after": Decimal("4.20"),
        "evidence": "平台公告 2026-88 号",
        "valid_from": first_day(site),
        "reason": "原料涨价，平台价已上调",
    }
    return AskPrice(**(values | other))


def asked(site: Site) -> RequestRow:
    ask_price(*site.as_("kangze_sales"), wish(site))
    return requests(*site.as_("lead_buyer"))[0]


def test_two_persons_put_the_new_price_in_force(site: Site) -> None:
    one = asked(site)
    head, buyer = site.as_("lead_head"), site.as_("lead_buyer")
    assert decide_price(*head, DecidePrice(new_op(), one.request_id, agree=True)) == APPROVED
    assert decide_price(*buyer, DecidePrice(new_op(), one.request_id, agree=True)) == IN_FORCE
    with site.owner.read() as session:
        old = session.get_one(Price, site.world.prices[AMOXICILLIN])
        new = session.scalars(
            select(Price).where(Price.item_id == AMOXICILLIN, Price.valid_from == first_day(site))
        ).one()
        assert (old.unit_price, old.valid_to) == (Decimal("3.8600"), first_day(site))
        assert (new.unit_price, new.ceiling) == (Decimal("4.0000"), Decimal("4.2000"))


def test_the_buyer_alone_cannot(site: Site) -> None:
    one = asked(site)
    with pytest.raises(NotAllowedError):
        decide_price(*site.as_("lead_buyer"), DecidePrice(new_op(), one.request_id, agree=True))


def test_a_refusal_is_explained_and_final(site: Site) -> None:
    one = asked(site)
    head = site.as_("lead_head")
    with pytest.raises(DomainError, match="理由"):
        decide_price(*head, DecidePrice(new_op(), one.request_id, agree=False))
    command = DecidePrice(new_op(), one.request_id, agree=False, answer="平台公告与品规不符")
    assert decide_price(*head, command) == REFUSED
    with pytest.raises(ConflictError):
        decide_price(*head, DecidePrice(new_op(), one.request_id, agree=True))


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"platform_after": Decimal("4.00")}, "price.platform_same"),
        ({"platform_after": Decimal("3.90")}, "price.platform_fell"),
        ({"new_price": Decimal("4.30")}, "price.over_platform"),
        ({"new_price": Decimal("4.10")}, "price.beyond_platform"),
        ({"evidence": ""}, "price.evidence"),
    ],
)
def test_a_wish_follows_the_platform(sqlite_site: Site, other: dict[str, Any], code: str) -> None:
    with pytest.raises(DomainError) as raised:
        ask_price(*sqlite_site.as_("kangze_sales"), wish(sqlite_site, **other))
    assert raised.value.code == code


def test_another_suppliers_price_is_not_theirs_to_ask_for(site: Site) -> None:
    with pytest.raises(NotAllowedError):
        ask_price(*site.as_("ruihe_sales"), wish(site))


def test_a_price_that_was_replaced_meanwhile_is_not_followed(sqlite_site: Site) -> None:
    one, site = asked(sqlite_site), sqlite_site
    cheaper = NewPrice(AMOXICILLIN, KANGZE, Decimal("3.00"), date(2026, 10, 14))
    set_price(*site.as_("lead_buyer"), SetPrice(new_op(), 2, cheaper))
    yes = DecidePrice(new_op(), one.request_id, agree=True)
    with pytest.raises(DomainError, match=r"原价 3\.86 已在 2026-10-14 截止"):
        decide_price(*site.as_("lead_head"), yes)
    no = DecidePrice(new_op(), one.request_id, agree=False, answer="原价已由新价格代替")
    assert decide_price(*site.as_("lead_head"), no) == REFUSED


def test_what_was_ordered_above_the_list_is_told(sqlite_site: Site, clock: FixedClock) -> None:
    open_order(sqlite_site)
    before = alerts(*sqlite_site.as_("lead_buyer"))
    with sqlite_site.owner.write() as session:
        session.execute(
            text("UPDATE member_order_line SET unit_price = unit_price + 10000 WHERE item_id = 101")
        )
    clock.advance(minutes=1)
    found = [one for one in alerts(*sqlite_site.as_("lead_buyer")) if one not in before]
    assert {one.rule for one in found} <= {"list", "platform"}
    assert sorted(one.excess for one in found if one.rule == "list") == [40, 100]
