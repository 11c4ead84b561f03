"""A local file's clock that goes back: nothing is booked on a day that was, until it is settled."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.models.platform import Audit, Operation
from app.models.stock import Ledger
from app.services.clock import Confirm, confirm, far_ahead, late_books
from app.services.consumption import Consume, ConsumeLine, consume
from app.services.platform import proofs
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.factories import EAST, WEST, Site
from tests.services.test_consumption import AMOXICILLIN, BOX, receive

KEEPER, HEAD, ADMIN = "east_store", "east_head", "lead_admin"


def command(site: Site, org: int = EAST) -> Consume:
    return Consume(new_op(), org, site.world.stores[org], (ConsumeLine(AMOXICILLIN, BOX),))


def use(site: Site, org: int = EAST) -> int:
    login = KEEPER if org == EAST else "west_store"
    return consume(*site.as_(login), command(site, org)).document_id


@pytest.fixture
def stocked(sqlite_site: Site) -> Site:
    for org in (EAST, WEST):
        receive(sqlite_site, org, {"A": (20, date(2026, 11, 1))})
        use(sqlite_site, org)
    return sqlite_site


def rows(site: Site) -> tuple[int | None, ...]:
    with site.owner.read() as session:
        tables = (Ledger, Operation, Audit)
        return tuple(session.scalar(select(func.count()).select_from(one)) for one in tables)


def test_a_clock_set_back_books_nothing(stocked: Site, clock: FixedClock) -> None:
    site, wish = stocked, command(stocked)
    answer = consume(*site.as_(KEEPER), wish)
    before = rows(site)
    clock.advance(days=-365)
    with pytest.raises(ConflictError, match="早于最后一笔记录的 2026-10-14 10:30（差 365 天）"):
        use(site)
    assert rows(site) == before
    assert consume(*site.as_(KEEPER), wish) == answer  # done before: told as before
    (late,) = late_books(*site.as_(KEEPER))
    assert (late.org_id, late.mine) == (EAST, False)
    assert "yilian clock confirm" in late.words
    clock.advance(days=365)
    assert late_books(*site.as_(KEEPER)) == ()
    use(site)


def test_a_clock_that_is_set_right_by_minutes_disturbs_nobody(
    stocked: Site, clock: FixedClock
) -> None:
    clock.advance(minutes=-10)
    use(stocked)
    clock.advance(minutes=-11)
    with pytest.raises(ConflictError, match="差 11 分钟"):
        use(stocked)


def test_who_is_responsible_says_that_the_clock_is_right_now(
    stocked: Site, clock: FixedClock
) -> None:
    """The wrong year was the one before: nobody is locked out for ten years."""
    site = stocked
    clock.advance(days=3650)
    for org in (EAST, WEST):
        receive(site, org, {"B": (20, date(2050, 1, 1))}, clock.now.date())
        use(site, org)
    clock.advance(days=-3650)
    with pytest.raises(NotAllowedError, match="负责人或管理员"):
        confirm(*site.as_(KEEPER), Confirm(new_op(), "年份设错过"))
    with pytest.raises(DomainError, match="至少 4 个字"):
        confirm(*site.as_(HEAD), Confirm(new_op(), "错"))
    (late,) = late_books(*site.as_(HEAD))
    assert late.mine
    right = Confirm(new_op(), "年份设成了 2036 年")
    assert confirm(*site.as_(HEAD), right) == 1
    assert confirm(*site.as_(HEAD), right) == 1
    use(site)
    with pytest.raises(ConflictError, match="差 3650 天"):
        use(site, WEST)  # another's books are another's to answer for
    assert [one.org_id for one in late_books(*site.as_(ADMIN))] == [WEST]
    assert confirm(*site.as_(ADMIN), Confirm(new_op(), "年份设成了 2036 年")) == 1
    use(site, WEST)
    with pytest.raises(DomainError, match="不用确认"):
        confirm(*site.as_(HEAD), Confirm(new_op(), "再确认一次"))
    with site.owner.read() as session:
        wanted = select(Audit.org_id, Audit.detail).where(Audit.action == "clock.confirm")
        kept = session.execute(wanted).all()
    assert [one.org_id for one in kept] == [EAST, WEST]
    assert "2036" in str(kept[0].detail)
    assert all(one.whole for one in proofs.chains(site.owner))


def test_a_clock_far_ahead_is_told_and_believed(stocked: Site, clock: FixedClock) -> None:
    """Any of the person's books counts: a house that stood still does not hide the others' work."""
    site = stocked
    clock.advance(days=30)
    assert far_ahead(*site.as_(KEEPER)) == ""
    clock.advance(days=10)
    for org in (EAST, WEST):
        receive(site, org, {"B": (20, date(2050, 1, 1))}, clock.now.date())
    use(site, WEST)
    assert "已过 40 天" in far_ahead(*site.as_(KEEPER))
    assert far_ahead(*site.as_(ADMIN)) == ""
    use(site)
    assert far_ahead(*site.as_(KEEPER)) == ""


def test_a_server_goes_by_its_own_clock(databases: Databases, clock: FixedClock) -> None:
    with databases.site("postgresql", clock) as site:
        receive(site, EAST, {"A": (20, date(2027, 6, 30))})
        use(site)
        clock.advance(days=-365)
        assert late_books(*site.as_(ADMIN)) == ()
        use(site)
