"""缺货终止 after both have signed: one side declares, the other agrees, the buyer settles."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import update

from app.domain.documents import State
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.orders.shortage import Short
from app.models.awards import Pledge
from app.models.order import GroupOrder, MemberOrder, MemberOrderLine, MemberOrderVersion
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.orders.detail import OrderDetail, OrderWanted, order_detail
from app.services.orders.note_papers import NoteWanted, note_paper
from app.services.orders.papers import PaperWanted, paper
from app.services.orders.queries import MemberOrderRow
from app.services.orders.shortage import (
    AnswerShort,
    DeclareShort,
    WithdrawShort,
    answer_short,
    declare_short,
    withdraw_short,
)
from app.services.orders.shortage_settling import SettleShort, settle_short, short_rest
from app.services.orders.totals import check_totals
from tests.factories import EAST, KANGZE, LEAD, RUIHE, Site
from tests.order_needs import (
    AMOXICILLIN,
    FACTORS,
    INSULIN,
    ask,
    backup_price,
    order_of,
    pledged,
    sign_as,
    status_of,
)

BUYER = "lead_buyer"
BOX = FACTORS[AMOXICILLIN]
PEN = FACTORS[INSULIN]
WHY = "厂家停产检修，下月才有货"


def signed_by_both(site: Site) -> MemberOrderRow:
    """100 boxes of amoxicillin and 5 of insulin for east at Kangze, signed by both."""
    wanted = ask(site, EAST, {AMOXICILLIN: 100, INSULIN: 5})
    consolidate(*site.as_(BUYER), Consolidate(new_op(), "常用药第 1 包", (wanted,)))
    for login in ("east_head", "kangze_sales"):
        sign_as(site, login, order_of(site, EAST, KANGZE))
    return order_of(site, EAST, KANGZE)


def received(site: Site, row: MemberOrderRow, qty: int, line: int = 1) -> None:
    """So much of a line came."""
    with site.owner.write() as s:
        s.execute(
            update(MemberOrderLine)
            .where(MemberOrderLine.order_id == row.id, MemberOrderLine.line == line)
            .values(received=qty)
        )
        s.execute(
            update(MemberOrder).where(MemberOrder.id == row.id).values(status="partly_received")
        )


def declare(site: Site, login: str, row: MemberOrderRow, *lines: Short) -> int:
    command = DeclareShort(new_op(), row.org_id, row.id, row.version, lines, WHY)
    return declare_short(*site.as_(login), command).seq


def answered(site: Site, login: str, row: MemberOrderRow, *, agree: bool = True) -> State:
    reason = "" if agree else "我们另外催过，可以再等两周"
    command = AnswerShort(new_op(), row.org_id, row.id, 1, agree, reason)
    return answer_short(*site.as_(login), command).state


def settled(site: Site, row: MemberOrderRow, *lines: int) -> tuple[str, ...]:
    command = SettleShort(new_op(), row.org_id, row.id, 1, lines)
    return settle_short(*site.as_(BUYER), command).backups


def detail_of(site: Site, row: MemberOrderRow, login: str = "kangze_sales") -> OrderDetail:
    return order_detail(*site.as_(login), OrderWanted(EAST, row.id))


def test_the_rest_ends_and_the_signed_order_stays_as_it_was(site: Site) -> None:
    pledged(site)
    backup_price(site)
    row = signed_by_both(site)
    received(site, row, 60 * BOX)
    with pytest.raises(DomainError, match="在 1 到 40 之间"):
        declare(site, "kangze_sales", row, Short(1, 41 * BOX))
    with pytest.raises(DomainError):
        declare(site, "ruihe_sales", row, Short(1, 40 * BOX))

    assert declare(site, "kangze_sales", row, Short(1, 40 * BOX), Short(2, 5 * PEN)) == 1
    with pytest.raises(ConflictError, match="还没处理完"):
        declare(site, "east_head", row, Short(1, 10 * BOX))
    with pytest.raises(NotAllowedError, match="对方的负责人"):
        answered(site, "kangze_sales", row)
    with pytest.raises(ConflictError):
        settled(site, row)
    assert answered(site, "east_head", row) is State.APPROVED
    found = short_rest(*site.as_(BUYER), (EAST, row.id, 1))
    assert [line.rest for line in found.lines] == [40 * BOX, 5 * PEN]
    [no] = settled(site, row, 1)

    now = order_of(site, EAST, KANGZE)
    assert (now.version, now.state, now.lines) == (1, State.RECEIVED, 1)
    backup = order_of(site, EAST, RUIHE)
    assert (backup.no, backup.amount) == (no, Decimal("164.00"))
    detail = detail_of(site, row)
    assert detail.intact
    assert [line.qty for line in detail.content.lines] == [100 * BOX, 5 * PEN]
    [note] = detail.shortages
    assert (note.state, note.no, note.backups) == (State.ENDED_SHORT, f"{row.no}-B1", (no,))
    assert {one.version for one in detail.signatures} == {1}
    assert not check_totals(*site.as_(BUYER))
    with site.owner.read() as s:
        group = s.get_one(GroupOrder, (LEAD, row.group_order_id))
        assert group.amount == now.amount + backup.amount
        assert s.get_one(Pledge, (EAST, 7, AMOXICILLIN)).ordered == 100 * BOX
        assert len(s.query(MemberOrderVersion).filter_by(order_id=row.id).all()) == 1
    assert paper(*site.as_("kangze_sales"), PaperWanted(OrderWanted(EAST, row.id))).data
    made = note_paper(*site.as_("east_head"), NoteWanted(OrderWanted(EAST, row.id), 1))
    assert made.name.startswith(f"{row.no}-B1")
    assert made.data.startswith(b"%PDF")


def test_the_member_declares_for_the_supplier_and_all_of_it_cancels_the_order(site: Site) -> None:
    pledged(site)
    row = signed_by_both(site)
    declare(site, "east_head", row, Short(1, 100 * BOX), Short(2, 5 * PEN))
    with pytest.raises(NotAllowedError):
        answered(site, "east_head", row)
    assert answered(site, "kangze_sales", row) is State.APPROVED
    assert settled(site, row) == ()

    assert status_of(site, row) == State.CANCELLED
    assert detail_of(site, row).intact
    with site.owner.read() as s:
        assert s.get_one(Pledge, (EAST, 7, AMOXICILLIN)).ordered == 0
    assert not check_totals(*site.as_(BUYER))


def test_a_note_is_refused_or_withdrawn_and_another_can_follow(sqlite_site: Site) -> None:
    site = sqlite_site
    row = signed_by_both(site)
    declare(site, "kangze_sales", row, Short(1, 10 * BOX))
    assert answered(site, "east_head", row, agree=False) is State.REFUSED
    assert declare(site, "kangze_sales", row, Short(1, 10 * BOX)) == 2
    with pytest.raises(NotAllowedError, match="填报方撤回"):
        withdraw_short(*site.as_(BUYER), WithdrawShort(new_op(), EAST, row.id, 2, "不用撤回的"))
    taken = WithdrawShort(new_op(), EAST, row.id, 2, "厂家又排上了货")
    for _sent_again in range(2):
        assert withdraw_short(*site.as_("kangze_sales"), taken).state is State.CANCELLED
    assert declare(site, "kangze_sales", row, Short(1, 10 * BOX)) == 3
    assert detail_of(site, row).row.amount == row.amount


def test_goods_that_came_after_all_make_a_note_stale(sqlite_site: Site) -> None:
    site = sqlite_site
    row = signed_by_both(site)
    declare(site, "kangze_sales", row, Short(1, 40 * BOX))
    received(site, row, 70 * BOX)
    with pytest.raises(ConflictError, match="数量对不上"):
        answered(site, "east_head", row)
    received(site, row, 60 * BOX)
    assert answered(site, "east_head", row) is State.APPROVED
    received(site, row, 61 * BOX)
    with pytest.raises(ConflictError, match="数量对不上"):
        settled(site, row)
    back = WithdrawShort(new_op(), EAST, row.id, 1, "货又到了，不用终止")
    for _sent_again in range(2):
        assert withdraw_short(*site.as_(BUYER), back).state is State.CANCELLED
