"""A round from the sealed envelope to the comparison, on both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.domain.documents import State
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.services.negotiation.comparison import comparison
from app.services.negotiation.queries import projects
from tests.conftest import FixedClock
from tests.factories import KANGZE, RUIHE, Site
from tests.services.negotiation.helpers import invited

FIRST = {
    KANGZE: {1: "3.80", 2: "5.90", 3: "42.50"},
    RUIHE: {1: "3.70", 2: "5.80", 4: "0.3300"},
}


def test_prices_are_read_after_the_opening_only(site: Site, clock: FixedClock) -> None:
    deal = invited(site, clock)
    deal.start()
    for supplier, prices in FIRST.items():
        deal.bid(supplier, prices)

    before = comparison(*site.as_("lead_buyer"), deal.id)
    assert before.round_numbers == ()
    assert not before.grid.standing.any()
    assert before.rounds[0].bidders == 2

    deal.pass_deadline()
    opened = deal.open()
    after = comparison(*site.as_("lead_buyer"), deal.id)

    assert opened.bidders == 2
    assert after.project.state is State.BARGAINING
    assert [after.price(0, at) for at in range(4)] == [
        Decimal("3.80"), Decimal("5.90"), Decimal("42.50"), None,
    ]  # fmt: skip
    assert after.price(1, 3) == Decimal("0.33")
    assert list(after.grid.best()) == [1, 1, 0, 1]


def test_nobody_opens_before_the_deadline(site: Site, clock: FixedClock) -> None:
    deal = invited(site, clock)
    deal.start()

    with pytest.raises(DomainError) as refused:
        deal.open()

    assert refused.value.code == "round.early"


def test_a_round_is_opened_once(site: Site, clock: FixedClock) -> None:
    deal = invited(site, clock)
    deal.first_round(FIRST)

    with pytest.raises(ConflictError):
        deal.open()


def test_a_bid_after_the_deadline_is_late(site: Site, clock: FixedClock) -> None:
    deal = invited(site, clock)
    deal.start()
    deal.pass_deadline()

    with pytest.raises(DomainError) as refused:
        deal.bid(KANGZE, {1: "3.80"})

    assert refused.value.code == "bid.late"


def test_the_last_sheet_before_the_deadline_counts(site: Site, clock: FixedClock) -> None:
    deal = invited(site, clock)
    deal.start()
    assert deal.bid(KANGZE, {1: "3.80", 2: "5.90"}) == 1
    assert deal.bid(KANGZE, {1: "3.60"}) == 2
    deal.pass_deadline()
    deal.open()

    found = comparison(*site.as_("lead_buyer"), deal.id)

    assert found.price(0, 0) == Decimal("3.60")
    assert found.price(0, 1) is None


def test_each_round_is_at_most_the_one_before_and_the_caps(site: Site, clock: FixedClock) -> None:
    deal = invited(site, clock)
    deal.first_round(FIRST)
    assert deal.start() == 2

    with pytest.raises(DomainError) as refused:
        deal.bid(KANGZE, {1: "3.81", 2: "5.89", 3: "42.50"})

    codes = {problem.row: problem.code for problem in refused.value.problems}
    # 3.81 over its own 3.80; 5.89 over what members pay, 5.88; 42.50 over 42.30
    assert codes == {1: "bid.over_previous", 2: "bid.over_lowest", 3: "bid.over_lowest"}
    assert "5.88" in refused.value.problems[1].text
    deal.bid(KANGZE, {1: "3.60", 2: None, 3: "42.00"})
    found = comparison(*site.as_("lead_buyer"), deal.id)
    assert [found.price(0, at) for at in range(3)] == [Decimal("3.60"), None, Decimal("42.00")]
    assert found.price(1, 0) == Decimal("3.70")


def test_a_supplier_bids_for_itself_only(site: Site, clock: FixedClock) -> None:
    from app.domain.bidding.commitment import BidLine
    from app.domain.ids import new_op
    from app.services.negotiation.bids import SubmitBid, submit_bid

    deal = invited(site, clock)
    deal.start()
    stolen = SubmitBid(new_op(), deal.id, RUIHE, (BidLine(1, Decimal(99)),))

    with pytest.raises(NotAllowedError):
        submit_bid(*site.as_("kangze_sales"), stolen)
    with pytest.raises(NotAllowedError):
        submit_bid(*site.as_("lead_buyer"), stolen)
    with pytest.raises(NotAllowedError):
        comparison(*site.as_("kangze_sales"), deal.id)


def test_a_supplier_sees_projects_that_it_is_invited_to(site: Site, clock: FixedClock) -> None:
    deal = invited(site, clock)
    assert projects(*site.as_("kangze_sales")) == ()

    deal.start()

    assert [one.id for one in projects(*site.as_("kangze_sales"))] == [deal.id]
    assert projects(*site.as_("east_head"))[0].confirmed in {1, 3}
