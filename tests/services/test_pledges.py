"""约定量: orders draw it down, a cap holds, a cancelled order gives back, and who is behind."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.pledge import Pace, Progress
from app.models.awards import Pledge
from app.services.orders.changing import CancelOrder, cancel
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.pledges.execution import execution
from tests.factories import EAST, KANGZE, LEAD, TODAY, Site
from tests.order_needs import AMOXICILLIN, FACTORS, ask, order_of

BOX = FACTORS[AMOXICILLIN]
AWARD = 7


def pledged(site: Site, packs: int, cap: int | None = None) -> None:
    with site.owner.write() as session:
        session.add(
            Pledge(
                org_id=EAST,
                award_id=AWARD,
                item_id=AMOXICILLIN,
                lead_id=LEAD,
                qty=packs * BOX,
                ordered=0,
                cap=cap * BOX if cap is not None else None,
                valid_from=TODAY - timedelta(days=400),
                valid_to=date(2099, 1, 1),
            )
        )


def ordered(site: Site) -> int:
    with site.owner.read() as session:
        return session.get_one(Pledge, (EAST, AWARD, AMOXICILLIN)).ordered // BOX


def order(site: Site, packs: int, title: str = "第 1 包") -> None:
    wanted = ask(site, EAST, {AMOXICILLIN: packs})
    consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), title, (wanted,)))


def test_an_order_draws_the_pledge_down(site: Site) -> None:
    pledged(site, 100)
    order(site, 30)
    order(site, 45)
    assert ordered(site) == 75


def test_beyond_its_cap_nothing_is_ordered(site: Site) -> None:
    pledged(site, 100, cap=110)
    order(site, 80)
    with pytest.raises(DomainError, match="上限内还剩 30 盒"):
        order(site, 31)
    assert ordered(site) == 80
    order(site, 30)
    assert ordered(site) == 110


def test_a_cancelled_order_gives_back(site: Site) -> None:
    pledged(site, 100)
    order(site, 60)
    row = order_of(site, EAST, KANGZE)
    command = CancelOrder(new_op(), row.org_id, row.id, row.version, "需求取消，本月不订")
    cancel(*site.as_("lead_buyer"), command)
    assert ordered(site) == 0


def test_two_at_once_cannot_both_take_the_rest(site: Site) -> None:
    pledged(site, 100, cap=100)
    wanted = [ask(site, EAST, {AMOXICILLIN: 60}) for _n in range(2)]
    buyer = site.as_("lead_buyer")
    refused: list[str] = []

    def go(pair: tuple[int, int]) -> None:
        try:
            consolidate(*buyer, Consolidate(new_op(), "抢", (pair,)))
        except DomainError as error:
            refused.append(error.code)

    threads = [threading.Thread(target=go, args=(pair,)) for pair in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["pledge.cap"]
    assert ordered(site) == 60


def test_whoever_is_behind_is_told_before_the_end(site: Site) -> None:
    with site.owner.write() as session:
        session.add(
            Pledge(
                org_id=EAST, award_id=AWARD, item_id=AMOXICILLIN, lead_id=LEAD, qty=1000,
                ordered=0, valid_from=TODAY - timedelta(days=3000), valid_to=date(2099, 1, 1),
            )
        )  # fmt: skip
    [row] = execution(*site.as_("east_head"), warnings=True)
    assert row.pace is Pace.FAR_BEHIND
    assert execution(*site.as_("west_head")) == ()
    assert len(execution(*site.as_("lead_buyer"))) == 1


@pytest.mark.parametrize(
    ("progress", "pace"),
    [
        (Progress(1000, 900, 460, 500, 100, 100), Pace.ON_TIME),
        (Progress(1000, 900, 449, 500, 100, 100), Pace.BEHIND),
        (Progress(1000, 900, 349, 500, 100, 100), Pace.FAR_BEHIND),
        (Progress(1000, 0, 0, 30, 190, 10), Pace.EARLY),
        (Progress(1000, 1000, 1000, 600, 80, 120), Pace.DONE),
        (Progress(1000, 1000, 999, 1000, 0, 200), Pace.MISSED),
        (Progress(1000, 1001, 500, 500, 100, 100), Pace.OVER),
    ],
)
def test_the_pace_is_the_quantity_against_the_time(progress: Progress, pace: Pace) -> None:
    assert progress.pace is pace
