from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.domain.documents import State
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.receiving import editing
from app.domain.receiving.outcome import Choice
from app.domain.receiving.work import Refusal, Session as Counting
from app.models.party import SettleTerm
from app.models.receiving import AcceptanceLine, TraceCode
from app.models.stock import Ledger, Lot
from app.services.consumption import Consume, ConsumeLine, consume
from app.services.receiving.commands import DeliverOrder, Receive, ReverseAcceptance, Second
from app.services.receiving.deliveries import deliver_order
from app.services.receiving.drafts import open_delivery
from app.services.receiving.queries import acceptances, find_delivery
from app.services.receiving.receive import receive
from app.services.receiving.reverse import reverse_acceptance
from tests.deliveries import (
    AMOXICILLIN,
    COLD,
    EXPIRY,
    INSULIN,
    PETHIDINE,
    SYRINGE,
    command,
    counted,
    gs1,
    note,
    opened,
    received,
    signed_order,
    stock_of,
)
from tests.factories import EAST, KANGZE, Site
from tests.order_needs import order_of
from tests.second_persons import with_passwords


def test_goods_come_in_as_the_suppliers_own(site: Site) -> None:
    org, order = signed_order(site, {AMOXICILLIN: 100, INSULIN: 10})
    made = deliver_order(*site.as_("kangze_sales"), DeliverOrder(new_op(), org, order))
    done = received(site, made, f"100*{gs1(AMOXICILLIN, 'K260318')}", f"10*{gs1(INSULIN, 'NX66')}")
    assert done.no == "YS20261014-001"
    assert done.state == State.ACCEPTED
    assert done.amount == Decimal("809.00")
    assert done.warnings == ()
    assert stock_of(site) == {(AMOXICILLIN, KANGZE): 2400, (INSULIN, KANGZE): 10}
    assert order_of(site, EAST, KANGZE).state == State.RECEIVED
    with site.owner.read() as s:
        lot = s.scalars(select(Lot).where(Lot.item_id == AMOXICILLIN)).one()
        assert (lot.lot_no, lot.expiry) == ("K260318", EXPIRY)
        prices = s.execute(
            select(Ledger.unit_price, Ledger.price_factor).order_by(Ledger.seq)
        ).all()
        assert [tuple(row) for row in prices] == [(Decimal("3.8600"), 24), (Decimal("42.3000"), 1)]


def test_a_partial_delivery_leaves_the_order_open(site: Site) -> None:
    org, order = signed_order(site, {AMOXICILLIN: 100})
    made = deliver_order(*site.as_("kangze_sales"), DeliverOrder(new_op(), org, order))
    done = received(site, made, f"60*{gs1(AMOXICILLIN, 'K1')}")
    assert list(done.warnings) == ["阿莫西林胶囊 应收 100 盒，还差 40 盒。"]
    assert order_of(site, EAST, KANGZE).state == State.PARTLY_RECEIVED
    rest = deliver_order(*site.as_("kangze_sales"), DeliverOrder(new_op(), org, order))
    received(site, rest, f"40*{gs1(AMOXICILLIN, 'K1')}")
    assert order_of(site, EAST, KANGZE).state == State.RECEIVED
    assert stock_of(site) == {(AMOXICILLIN, KANGZE): 2400}


def test_a_repeat_of_the_command_posts_once(site: Site) -> None:
    made = note(site, {AMOXICILLIN: 5})
    wanted = command(made, counted(site, made, f"5*{gs1(AMOXICILLIN, 'K1')}"))
    first = receive(*site.as_("east_store"), wanted)
    assert receive(*site.as_("east_store"), wanted) == first
    assert stock_of(site) == {(AMOXICILLIN, KANGZE): 120}


def test_a_double_click_in_two_threads_posts_once(site: Site) -> None:
    made = note(site, {AMOXICILLIN: 5})
    wanted = command(made, counted(site, made, f"5*{gs1(AMOXICILLIN, 'K1')}"))
    db, actor = site.as_("east_store")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _n: receive(db, actor, wanted), range(4)))
    assert len({answer.document_id for answer in answers}) == 1
    assert stock_of(site) == {(AMOXICILLIN, KANGZE): 120}


def test_of_two_windows_the_second_is_told_who_was_first(site: Site) -> None:
    made = note(site, {AMOXICILLIN: 5})
    entries = counted(site, made, f"5*{gs1(AMOXICILLIN, 'K1')}")

    def accept(login: str) -> str:
        try:
            return receive(*site.as_(login), command(made, entries)).no
        except ConflictError as error:
            return error.text

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(accept, ("east_store", "east_second")))
    assert answers[0] == "YS20261014-001"
    assert "10:30 已验收" in answers[1]
    assert stock_of(site) == {(AMOXICILLIN, KANGZE): 120}
    with pytest.raises(ConflictError, match="没有重复入库"):
        opened(site, made, "east_second")


def test_what_the_check_refuses_writes_nothing(site: Site) -> None:
    made = note(site, {AMOXICILLIN: 5, INSULIN: 2})
    entries = counted(site, made, f"5*{gs1(AMOXICILLIN, 'K1')}", f"2*{gs1(INSULIN, 'N1')}")
    with pytest.raises(DomainError, match="冷链品，还没登记") as refused:
        receive(*site.as_("east_store"), command(made, entries))
    assert [problem.code for problem in refused.value.problems] == ["cold.missing"]
    assert stock_of(site) == {}
    assert find_delivery(*site.as_("east_store"), made.no).state == State.ACCEPTING
    receive(*site.as_("east_store"), command(made, entries, transport=COLD))
    assert len(stock_of(site)) == 2


def test_expired_goods_never_come_in_even_if_a_client_says_so(site: Site) -> None:
    made = note(site, {AMOXICILLIN: 5})
    entries = counted(site, made, f"5*{gs1(AMOXICILLIN, 'K1')}")
    forged = (replace(entries[0], expiry=date(2026, 9, 30)),)
    with pytest.raises(DomainError, match="已过期，不能入库"):
        receive(*site.as_("east_store"), command(made, forged))
    assert stock_of(site) == {}


def test_entries_of_another_note_are_refused(site: Site) -> None:
    made, other = note(site, {AMOXICILLIN: 5}), note(site, {SYRINGE: 5})
    entries = counted(site, other, f"5*{gs1(SYRINGE, 'Z1')}")
    with pytest.raises(DomainError, match="对不上"):
        receive(*site.as_("east_store"), command(made, entries))
    negative = (replace(counted(site, made)[0], accepted=-5),)
    with pytest.raises(DomainError, match="对不上"):
        receive(*site.as_("east_store"), command(made, negative))


def test_refused_goods_are_recorded_and_stay_out(site: Site) -> None:
    made = note(site, {AMOXICILLIN: 5})
    start = opened(site, made)
    state = editing.refuse(
        Counting(start.work),
        editing.Refuse(1, 120, Refusal.EXPIRED, "整箱过期", "C250911", date(2026, 9, 30)),
    )
    done = receive(*site.as_("east_store"), command(made, state.work.entries))
    assert done.state == State.REFUSED
    assert done.amount == 0
    assert stock_of(site) == {}
    with site.owner.read() as s:
        line = s.scalars(select(AcceptanceLine)).one()
        assert (line.result, line.refused, line.reason) == ("expired", 120, "已过期；整箱过期")


def test_a_gift_is_the_members_own_and_free(site: Site) -> None:
    org, order = signed_order(site, {AMOXICILLIN: 10})
    made = deliver_order(*site.as_("kangze_sales"), DeliverOrder(new_op(), org, order))
    entries = counted(site, made, f"12*{gs1(AMOXICILLIN, 'K1')}")
    with pytest.raises(DomainError, match="多出的 2 盒"):
        receive(*site.as_("east_store"), command(made, entries))
    start = opened(site, made)
    state = Counting(replace(start.work, entries=entries))
    state = editing.settle_surplus(state, 1, Choice.GIFT)
    done = receive(*site.as_("east_store"), command(made, state.work.entries))
    assert done.amount == Decimal("38.60")
    assert stock_of(site) == {(AMOXICILLIN, KANGZE): 240, (AMOXICILLIN, EAST): 48}
    assert order_of(site, EAST, KANGZE).state == State.RECEIVED


def test_two_notes_for_one_order_cannot_bring_more_than_was_ordered(site: Site) -> None:
    signed_order(site, {AMOXICILLIN: 10})
    first, second = note(site, {AMOXICILLIN: 10}), note(site, {AMOXICILLIN: 10})
    both = [
        command(made, counted(site, made, f"10*{gs1(AMOXICILLIN, 'K1')}"))
        for made in (first, second)
    ]

    def accept(pair: tuple[str, Receive]) -> bool:
        try:
            receive(*site.as_(pair[0]), pair[1])
        except DomainError:
            return False
        return True

    pairs = list(zip(("east_store", "east_second"), both, strict=True))
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(accept, pairs)) in ([False, True], [True, True])
    with site.owner.read() as s:
        from app.models.order import MemberOrderLine

        assert s.scalars(select(MemberOrderLine.received)).one() == 240


def test_a_pack_comes_in_once_in_the_whole_group(site: Site) -> None:
    made = note(site, {AMOXICILLIN: 2})
    received(site, made, gs1(AMOXICILLIN, "K1", serial="S1"), gs1(AMOXICILLIN, "K1", serial="S2"))
    again = note(site, {AMOXICILLIN: 2})
    entries = counted(site, again, gs1(AMOXICILLIN, "K1", serial="S1"))
    assert entries[0].accepted == 0
    fresh = counted(site, again, gs1(AMOXICILLIN, "K1", serial="S3"))
    forged = replace(fresh[0].traces[0], code="06901234500011.S1")
    with pytest.raises(ConflictError, match="已经入过库"):
        receive(*site.as_("east_store"), command(again, (replace(fresh[0], traces=(forged,)),)))
    assert stock_of(site) == {(AMOXICILLIN, KANGZE): 48}


def test_another_member_learns_that_a_pack_came_in(site: Site) -> None:
    from app.domain.receiving.reading import read
    from app.services.receiving.lookup import look_up
    from tests.factories import TODAY, WEST

    received(site, note(site, {AMOXICILLIN: 1}), gs1(AMOXICILLIN, "K1", serial="S1"))
    reading = read(gs1(AMOXICILLIN, "K1", serial="S1"), TODAY)
    found = look_up(*site.as_("west_store"), WEST, reading, ())
    assert found.known is not None
    assert "城东" not in found.known.where


def test_controlled_drugs_need_a_second_person_with_the_own_password(site: Site) -> None:
    made = note(site, {PETHIDINE: 2})
    entries = counted(site, made, f"2*{gs1(PETHIDINE, 'P1')}")
    if site.is_sqlite:
        with pytest.raises(NotAllowedError, match="孙复 还没有设密码"):
            receive(
                *site.as_("east_store"), command(made, entries, second=Second("east_second", ""))
            )
    password = with_passwords(site, "east_second", "west_store")
    with pytest.raises(DomainError, match="双人验收"):
        receive(*site.as_("east_store"), command(made, entries))
    said: list[str] = []
    for login, given in (
        ("east_store", password), ("east_second", "wrong"), ("west_store", password),
    ):  # fmt: skip
        wanted = command(made, entries, second=Second(login, given))
        with pytest.raises(NotAllowedError) as refused:
            receive(*site.as_("east_store"), wanted)
        said.append(refused.value.text)
    assert "没有这家机构的「药房库管」权限，不能做第二人" in said[-1]
    assert stock_of(site) == {}
    wanted = command(made, entries, second=Second("east_second", password))
    receive(*site.as_("east_store"), wanted)
    row = acceptances(*site.as_("east_store"), EAST)[0]
    assert (row.receiver, row.second) == ("李药", "孙复")
    assert password not in repr(wanted)


def test_goods_paid_at_receipt_are_the_members_own(site: Site) -> None:
    with site.owner.write() as s:
        s.add(
            SettleTerm(
                org_id=EAST, supplier_id=KANGZE, item_id=0, trigger="receipt",
                valid_from=date(2026, 1, 1),
            )
        )  # fmt: skip
    received(site, note(site, {AMOXICILLIN: 1}), gs1(AMOXICILLIN, "K1"))
    assert stock_of(site) == {(AMOXICILLIN, EAST): 24}


def test_a_wrong_acceptance_is_taken_back_and_done_again(site: Site) -> None:
    org, order = signed_order(site, {AMOXICILLIN: 2})
    made = deliver_order(*site.as_("kangze_sales"), DeliverOrder(new_op(), org, order))
    codes = [gs1(AMOXICILLIN, "K1", serial=f"S{n}") for n in (1, 2)]
    done = received(site, made, *codes)
    back = ReverseAcceptance(new_op(), EAST, done.document_id, "批号录错")
    assert reverse_acceptance(*site.as_("east_store"), back).delivery_no == made.no
    assert reverse_acceptance(*site.as_("east_store"), back).delivery_no == made.no
    assert stock_of(site) == {}
    assert order_of(site, EAST, KANGZE).state == State.SIGNED
    again = received(site, made, *codes)
    assert again.document_id != done.document_id
    assert stock_of(site) == {(AMOXICILLIN, KANGZE): 48}
    with site.owner.read() as s:
        assert s.scalar(select(func.count()).select_from(TraceCode)) == 2
        assert s.scalar(select(func.count()).where(Ledger.reversal_of > 0)) == 1


def test_an_acceptance_that_was_used_cannot_be_taken_back(site: Site) -> None:
    done = received(site, note(site, {AMOXICILLIN: 2}), f"2*{gs1(AMOXICILLIN, 'K1')}")
    line = ConsumeLine(AMOXICILLIN, 1)
    consume(*site.as_("east_store"), Consume(new_op(), EAST, done.lines[0].place_id, (line,)))
    with pytest.raises(DomainError, match="已经用掉或移走一部分"):
        reverse_acceptance(
            *site.as_("east_store"), ReverseAcceptance(new_op(), EAST, done.document_id, "批号录错")
        )
    assert stock_of(site) == {(AMOXICILLIN, KANGZE): 47}


def test_a_stranger_cannot_accept_or_take_back(site: Site) -> None:
    made = note(site, {AMOXICILLIN: 1})
    entries = counted(site, made, gs1(AMOXICILLIN, "K1"))
    for login in ("west_store", "kangze_sales", "east_head"):
        with pytest.raises(NotAllowedError):
            receive(*site.as_(login), command(made, entries))
    with pytest.raises(NotAllowedError):
        open_delivery(*site.as_("kangze_sales"), EAST, made.delivery_id)
