"""补充约定: beyond a cap by a tenth at most, asked by one and approved by another."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.pledge import legal_supplement
from app.models.awards import Pledge
from app.services import home
from app.services.orders.candidates import preview
from app.services.pledges.supplement import (
    AskSupplement,
    DecideSupplement,
    Supplemented,
    ask_supplement,
    decide_supplement,
    supplements,
)
from tests.factories import EAST, LEAD, Site
from tests.order_needs import AMOXICILLIN, ask
from tests.services.test_pledges import AWARD, BOX, order, ordered, pledged


def asked(site: Site, packs: int, reason: str = "流感季用量上升") -> Supplemented:
    command = AskSupplement(new_op(), EAST, AWARD, AMOXICILLIN, packs * BOX, reason)
    return ask_supplement(*site.as_("lead_buyer"), command)


def decided(site: Site, made: Supplemented, *, approve: bool = True, answer: str = "") -> int:
    command = DecideSupplement(new_op(), EAST, made.id, approve, answer)
    return decide_supplement(*site.as_("lead_head"), command).cap // BOX


def test_an_approved_supplement_opens_the_cap_by_a_tenth_at_most(site: Site) -> None:
    pledged(site, 100, cap=100)
    order(site, 95)
    with pytest.raises(DomainError, match="最多还能补 10 盒"):
        order(site, 12)
    with pytest.raises(DomainError, match="第四十九条"):
        asked(site, 11)
    with pytest.raises(DomainError, match="至少写 5 个字"):
        asked(site, 7, "要补")
    made = asked(site, 7)
    with pytest.raises(DomainError, match="还剩 5 盒"):
        order(site, 12)
    with pytest.raises(NotAllowedError):
        decide_supplement(
            *site.as_("lead_buyer"), DecideSupplement(new_op(), EAST, made.id, approve=True)
        )
    kinds = {one.kind: one.count for one in home.work(*site.as_("lead_head"), (LEAD, EAST))}
    assert kinds[home.Kind.SUPPLEMENTS] == 1
    assert decided(site, made) == 107
    order(site, 12)
    assert ordered(site) == 107
    with pytest.raises(ConflictError, match="已同意"):
        decided(site, made)
    with pytest.raises(DomainError, match="最多还能补充 3 盒"):
        asked(site, 4)
    back = asked(site, 3)
    assert decided(site, back, approve=False, answer="先用别家库存调剂") == 107
    assert [row.status for row in supplements(*site.as_("lead_head"))] == ["refused", "approved"]


def test_two_approvals_at_once_stay_within_the_tenth(site: Site) -> None:
    pledged(site, 100, cap=100)
    one, two = asked(site, 6), asked(site, 4)
    with site.owner.write() as s:
        s.get_one(Pledge, (EAST, AWARD, AMOXICILLIN)).qty = 90 * BOX
    head = site.as_("lead_head")
    refused: list[str] = []

    def go(made: Supplemented) -> None:
        try:
            decide_supplement(*head, DecideSupplement(new_op(), EAST, made.id, approve=True))
        except DomainError as error:
            refused.append(error.code)

    threads = [threading.Thread(target=go, args=(made,)) for made in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["supplement.law"]
    with site.owner.read() as s:
        assert s.get_one(Pledge, (EAST, AWARD, AMOXICILLIN)).cap in {104 * BOX, 106 * BOX}


def test_what_goes_beyond_is_told_before_anything_is_written(site: Site) -> None:
    pledged(site, 100, cap=100)
    wanted = ask(site, EAST, {AMOXICILLIN: 101})
    seen = preview(*site.as_("lead_buyer"), (wanted,))
    assert seen.blocked
    assert seen.problems[0].code == "pledge.cap"
    assert ordered(site) == 0


def test_a_login_cannot_open_the_cap_itself(site: Site) -> None:
    pledged(site, 100, cap=100)
    made = asked(site, 5)
    if site.is_sqlite:
        with pytest.raises(DBAPIError), site.owner.write() as s:
            s.execute(
                text("UPDATE pledge_supplement SET decided_by = asked_by, status = 'approved'")
            )
        return
    for login, statement in (
        ("lead_buyer", "UPDATE pledge SET cap = cap + 1"),
        ("lead_head", "UPDATE pledge SET cap = cap + 1"),
        ("lead_buyer", "UPDATE pledge SET qty = qty * 2"),
        ("lead_buyer", f"UPDATE pledge_supplement SET status = 'approved' WHERE id = {made.id}"),
    ):
        with pytest.raises((DBAPIError, NotAllowedError)), site.db(login).write() as s:
            s.execute(text(statement))


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 500))
def test_never_more_than_a_tenth_altogether(pledged_qty: int, approved: int, pack: int) -> None:
    more = legal_supplement(pledged_qty, approved, pack)

    assert more >= 0
    assert more % pack == 0
    assert not more or (approved + more) * 10 <= pledged_qty
