"""The small group that tests start from works on both databases."""

from __future__ import annotations

from app.domain.duties import Duty
from tests.factories import EAST, LEAD, WEST, Site


def test_every_person_signs_in_with_the_duties_given(site: Site) -> None:
    store = site.actor("east_store")
    buyer = site.actor("lead_buyer")

    assert store.orgs(Duty.STORE) == {EAST}
    assert store.org_id == EAST
    assert buyer.orgs(Duty.BUY) == {LEAD, EAST, WEST}
