"""Transfers between members: proposals, every party's steps, cold chain, loans, and the books."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.domain.documents import DocKind
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.ledger import Move
from app.domain.transfers.legal import Basis
from app.domain.transfers.states import Kind, Settle, TransferState as T, Urgency
from app.models.stock import Balance, Ledger, Place
from app.services.consumption import Reverse, reverse
from app.services.consumption.listing import consumptions, used_lines
from app.services.counting.controlled import controlled_ledger
from app.services.demand import add_demand
from app.services.labels.again import lots_behind
from app.services.labels.candidates import from_stock
from app.services.receiving.commands import Second
from app.services.stock.lots import find_or_make_lot
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from app.services.transfers.accepting import accept
from app.services.transfers.commands import (
    Accept,
    AcceptLot,
    Attach,
    Clear,
    Confirm,
    Done,
    GiveBack,
    Paper,
    Request,
    RequestLine,
    Send,
    Step,
)
from app.services.transfers.distances import route_list, set_route
from app.services.transfers.listing import loans, paper, transfer, transfers
from app.services.transfers.papers import transfer_paper
from app.services.transfers.propose import ProposeQuery, Wanted, propose
from app.services.transfers.request import approve, attach, cancel, confirm, request, submit
from app.services.transfers.returning import SetOff, give_back, net, settle_by_price
from app.services.transfers.sending import clear, send
from tests.conftest import FixedClock
from tests.factories import EAST, KANGZE, LEAD, TODAY, WEST, Site
from tests.second_persons import with_passwords

DRUG, INSULIN, SYRINGE, PETHIDINE = 101, 103, 104, 105
BOX = 24
STORE = {EAST: "east_store", WEST: "west_store"}
PAPER = Paper("approval", "调剂批〔2026〕18 号", TODAY, "批准.pdf", b"%PDF-1.7 approval")
SOON = TODAY + timedelta(days=60)
LATER = TODAY + timedelta(days=700)


def stock(site: Site, org: int, item: int, qty: int, expiry: date = LATER, **more: Any) -> int:
    """Put a lot on a member's shelf; the lot."""
    actor = site.actor(STORE[org])
    with site.owner.write() as s:
        lot = find_or_make_lot(s, item, more.get("lot", f"L{org}{item}"), expiry)
        move = Move(item, lot, more.get("owner", org), virtual_place(s, org, "opening"),
                    site.world.bins[org], qty, Decimal("3.86"),
                    BOX if item == DRUG else 1)  # fmt: skip
        post(s, actor, Posting(org, new_op(), DocKind.OPENING, 1, TODAY, [move]))
    return lot


def used(site: Site, org: int, item: int, qty: int) -> None:
    """So many units were asked for over the last weeks."""
    with site.owner.write() as s:
        for days in range(1, 11):
            add_demand(s, org, site.world.stores[org], item, TODAY - timedelta(days=8 * days),
                       qty // 10, qty // 10)  # fmt: skip


def ask(site: Site, qty: int = 2 * BOX, item: int = DRUG, **more: Any) -> Done:
    """The west asks the east."""
    values: dict[str, Any] = {"basis": Basis.APPROVED, "papers": (PAPER,), "reason": "断货三天"}
    lines = (RequestLine(item, qty),)
    command = Request(new_op(), WEST, EAST, lines, **(values | more))
    return request(*site.as_("west_store"), command)


def promise(site: Site, done: Done, **more: Any) -> Done:
    command = Confirm(new_op(), done.org_id, done.transfer_id, done.version, **more)
    return confirm(*site.as_("east_store"), command)


def agreed(site: Site, **more: Any) -> Done:
    """Asked, promised, approved."""
    done = promise(site, ask(site, **more))
    if done.state is T.REVIEW:
        step = Step(new_op(), done.org_id, done.transfer_id, done.version)
        done = approve(*site.as_("lead_buyer"), step)
    assert done.state is T.APPROVED
    return done


def sent(site: Site, done: Done, login: str = "east_store", **more: Any) -> Done:
    command = Send(new_op(), done.org_id, done.transfer_id, done.version, **more)
    return send(*site.as_(login), command)


def arrived(site: Site, done: Done, login: str = "west_store", **more: Any) -> Done:
    command = Accept(new_op(), done.org_id, done.transfer_id, done.version, **more)
    return accept(*site.as_(login), command)


def lent(site: Site, qty: int = 2 * BOX, item: int = DRUG, **more: Any) -> Done:
    """A loan that arrived."""
    values: dict[str, Any] = {
        "kind": Kind.LOAN, "settle": Settle.KIND, "return_by": TODAY + timedelta(days=30),
    }  # fmt: skip
    return arrived(site, sent(site, agreed(site, qty=qty, item=item, **(values | more))))


def shelf(site: Site, org: int, item: int = DRUG) -> int:
    with site.owner.read() as s:
        found = s.scalar(
            select(func.sum(Balance.qty)).where(Balance.org_id == org, Balance.item_id == item)
        )
    return int(found or 0)


def on_the_way(site: Site, item: int = DRUG) -> int:
    """What left one member's books and is in nobody's yet: the transit places of all."""
    with site.owner.read() as s:
        ways = set(s.scalars(select(Place.id).where(Place.kind == "transit")))
        rows = s.execute(
            select(Ledger.from_place, Ledger.to_place, Ledger.qty).where(Ledger.item_id == item)
        ).all()
    sent_off = sum(int(row.qty) for row in rows if row.to_place in ways)
    return sent_off - sum(int(row.qty) for row in rows if row.from_place in ways)


def test_goods_leave_one_ledger_and_enter_the_other(site: Site) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    done = ask(site)
    assert done.state is T.DONOR
    (seen,) = transfers(*site.as_("east_store"), [EAST], "open")
    assert (seen.no, seen.next_step, seen.org) == (done.no, "donor", "城西")
    done = promise(site, done)
    assert done.state is T.REVIEW
    done = approve(*site.as_("lead_head"), Step(new_op(), WEST, done.transfer_id, done.version))
    done = sent(site, done)
    assert (shelf(site, EAST), shelf(site, WEST), on_the_way(site)) == (8 * BOX, 0, 2 * BOX)
    done = arrived(site, done)
    assert done.state is T.ACCEPTED
    assert (shelf(site, EAST), shelf(site, WEST), on_the_way(site)) == (8 * BOX, 2 * BOX, 0)
    with site.owner.read() as s:
        owners = set(s.scalars(select(Balance.owner_id).where(Balance.org_id == WEST)))
    assert owners == {WEST}
    assert transfers(*site.as_("west_store"), [WEST], "open") == ()
    assert transfers(*site.as_("kangze_sales"), [WEST, EAST]) == ()


def test_goods_of_a_supplier_stay_the_suppliers(site: Site) -> None:
    stock(site, EAST, DRUG, 4 * BOX, owner=KANGZE)
    arrived(site, sent(site, agreed(site)))
    with site.owner.read() as s:
        owners = set(s.scalars(select(Balance.owner_id).where(Balance.org_id == WEST)))
    assert owners == {KANGZE}


def test_every_step_belongs_to_one_party(site: Site) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    done = ask(site)
    mine = Confirm(new_op(), WEST, done.transfer_id, done.version)
    with pytest.raises(NotAllowedError):
        confirm(*site.as_("west_store"), mine)
    done = promise(site, done)
    step = Step(new_op(), WEST, done.transfer_id, done.version)
    for login in ("west_store", "east_store", "east_head"):
        with pytest.raises(NotAllowedError):
            approve(*site.as_(login), step)
    done = approve(*site.as_("lead_buyer"), step)
    with pytest.raises(NotAllowedError):
        sent(site, done, "west_store")
    done = sent(site, done)
    with pytest.raises(NotAllowedError):
        arrived(site, done, "east_store")
    with pytest.raises(DomainError):
        cancel(*site.as_("kangze_sales"), replace(step, op_id=new_op(), reason="不该看见"))


def test_the_database_itself_keeps_the_parties_apart(site: Site) -> None:
    if site.is_sqlite:
        return  # one site, one file: the services decide alone
    stock(site, EAST, DRUG, 10 * BOX)
    done = ask(site)
    for login in ("west_store", "east_store"):
        with pytest.raises(NotAllowedError), site.db(login).write() as s:
            s.execute(
                text("UPDATE transfer SET status = 'approved' WHERE id = :id"),
                {"id": done.transfer_id},
            )
    with site.db("kangze_sales").read() as s:
        assert s.scalar(text("SELECT count(*) FROM transfer")) == 0


def test_without_the_approval_document_nothing_is_submitted(site: Site) -> None:
    with pytest.raises(DomainError, match="缺批准文件"):
        ask(site, papers=())
    draft = ask(site, papers=(), submit=False, settle=Settle.PRICE)
    assert draft.state is T.DRAFT
    step = Step(new_op(), WEST, draft.transfer_id, draft.version)
    with pytest.raises(DomainError, match="缺批准文件") as caught:
        submit(*site.as_("west_store"), step)
    assert {p.code for p in caught.value.problems} == {"legal.paper", "legal.sale"}
    attach(*site.as_("west_store"), Attach(new_op(), WEST, draft.transfer_id, PAPER))
    assert submit(*site.as_("west_store"), replace(step, op_id=new_op())).state is T.DONOR
    (kept,) = transfer(*site.as_("east_store"), WEST, draft.transfer_id).papers
    assert paper(*site.as_("east_store"), WEST, kept.id) == (PAPER.name, PAPER.content)


def test_an_emergency_goes_at_once_and_is_reported(site: Site) -> None:
    stock(site, EAST, PETHIDINE, 10)
    rescue: dict[str, Any] = {
        "kind": Kind.LOAN, "settle": Settle.KIND, "return_by": TODAY + timedelta(days=30),
        "basis": Basis.EMERGENCY, "urgency": Urgency.EMERGENCY, "papers": (),
        "reason": "术后镇痛急救",
    }  # fmt: skip
    done = agreed(site, qty=5, item=PETHIDINE, **rescue)
    word = with_passwords(site, "east_second", "east_head", "west_store", "west_head")
    with pytest.raises(DomainError, match="双人复核"):
        sent(site, done)
    wrong = {"east_store": "不能是本人", "west_store": "药房库管", "east_head": "请另一位库管"}
    for login, why in wrong.items():
        with pytest.raises(NotAllowedError, match=why):
            sent(site, done, second=Second(login, word))
    done = sent(site, done, second=Second("east_second", word))
    with pytest.raises(DomainError, match="双人复核"):
        arrived(site, done)
    told: dict[str, Any] = {"lots": (AcceptLot(1, 4, 0),), "second": Second("west_head", word)}
    done = arrived(site, done, **told)  # the head, because the store has one keeper
    for login, org, line in (
        ("east_store", EAST, (0, 5, "城西", "李药", "孙复")),
        ("west_store", WEST, (4, 0, "城东", "王芳", "马主任")),
    ):  # fmt: skip
        last = controlled_ledger(*site.as_(login), org)[-1]
        behind = lots_behind(*site.as_(login), org, done.no)  # for labels, at both houses
        (goods,) = from_stock(*site.as_(login), org, lots=behind)
        assert goods.lot_no == last.lot_no
        assert (last.came, last.went, last.other_end, last.person, last.second) == line
        assert last.doc_no == done.no
        signed = transfer_paper(*site.as_(login), WEST, done.transfer_id).signing
        assert line[-1] in [one.person for one in signed]
    lost = Clear(new_op(), WEST, done.transfer_id, 1, 1, lost=True)
    with pytest.raises(DomainError, match="双人复核"):
        clear(*site.as_("east_store"), lost)
    clear(*site.as_("east_store"), replace(lost, second=Second("east_second", word)))
    sent_off, gone = controlled_ledger(*site.as_("east_store"), EAST)[-2:]
    assert (gone.came, gone.went, gone.balance) == (0, 0, sent_off.balance)
    assert (gone.other_end, gone.second) == ("在途丢失 1 支", "孙复")
    (row,) = transfers(*site.as_("west_store"), [WEST], "loans")
    assert (row.report, row.open_units) == (True, 4)
    report = Paper("report", "报告 2026-07", TODAY, "报告.pdf", b"%PDF-1.7")
    attach(*site.as_("west_store"), Attach(new_op(), WEST, done.transfer_id, report))
    assert not transfers(*site.as_("west_store"), [WEST], "loans")[0].report
    with pytest.raises(DomainError, match="麻精药品"):
        ask(site, 5, PETHIDINE)


def test_steps_are_done_once_and_stale_screens_are_told(site: Site) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    done = agreed(site)
    command = Send(new_op(), WEST, done.transfer_id, done.version)
    first = send(*site.as_("east_store"), command)
    assert send(*site.as_("east_store"), command) == first
    with pytest.raises(ConflictError, match="运输中"):
        sent(site, done)
    came = Accept(new_op(), WEST, first.transfer_id, first.version)
    assert accept(*site.as_("west_store"), came) == accept(*site.as_("west_store"), came)
    with pytest.raises(ConflictError):
        arrived(site, first)
    assert (shelf(site, EAST), shelf(site, WEST)) == (8 * BOX, 2 * BOX)


def test_the_last_goods_are_not_sent_twice(site: Site) -> None:
    stock(site, EAST, DRUG, 2 * BOX)
    one, two = agreed(site), agreed(site)
    sent(site, one)
    with pytest.raises(DomainError, match="现在可用 0"):
        sent(site, two)
    assert shelf(site, EAST) == 0


def test_cold_goods_travel_cold_or_are_refused(site: Site) -> None:
    stock(site, EAST, INSULIN, 20)
    done = agreed(site, qty=8, item=INSULIN)
    with pytest.raises(DomainError, match="温度记录编号"):
        sent(site, done)
    cold: dict[str, Any] = {"mode": "box", "record_no": "LOG-7"}
    with pytest.raises(DomainError, match="启运温度"):
        sent(site, done, temperature=Decimal("11.0"), **cold)
    done = sent(site, done, temperature=Decimal("4.5"), **cold)
    with pytest.raises(DomainError, match="先填到货温度"):
        arrived(site, done)
    with pytest.raises(DomainError, match="不能验收"):
        arrived(site, done, temperature=Decimal("12.5"))
    done = arrived(site, done, temperature=Decimal("12.5"), lots=(AcceptLot(1, 0, 8),))
    assert (shelf(site, WEST, INSULIN), on_the_way(site, INSULIN)) == (0, 8)
    back = Clear(new_op(), WEST, done.transfer_id, 1, 8)
    clear(*site.as_("east_store"), back)
    assert (shelf(site, EAST, INSULIN), on_the_way(site, INSULIN)) == (20, 0)
    with pytest.raises(DomainError, match="还有 0"):
        clear(*site.as_("east_store"), replace(back, op_id=new_op()))


def test_what_is_missing_is_the_donors_loss(site: Site) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    done = sent(site, agreed(site))
    done = arrived(site, done, lots=(AcceptLot(1, BOX, 0),))
    (row,) = transfers(*site.as_("east_store"), [EAST])
    assert row.differs == BOX
    clear(*site.as_("east_store"), Clear(new_op(), WEST, done.transfer_id, 1, BOX, lost=True))
    assert (shelf(site, EAST), shelf(site, WEST), on_the_way(site)) == (8 * BOX, BOX, 0)
    with pytest.raises(ConflictError):
        arrived(site, done, lots=(AcceptLot(1, 9 * BOX),))


def test_a_loan_comes_back_in_another_lot_in_parts(site: Site) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    done = lent(site)
    stock(site, WEST, DRUG, 3 * BOX, lot="W-NEW")
    db, actor = site.as_("west_store")
    with pytest.raises(DomainError, match="还欠 48"):
        give_back(db, actor, GiveBack(new_op(), WEST, done.transfer_id, ((1, 3 * BOX),)))
    for part, state in ((BOX, T.PART_RETURNED), (BOX, T.RETURNED)):
        back = give_back(db, actor, GiveBack(new_op(), WEST, done.transfer_id, ((1, part),)))
        assert (back.org_id, back.state) == (EAST, T.APPROVED)
        with pytest.raises(DomainError, match="还欠"):
            give_back(db, actor, GiveBack(new_op(), WEST, done.transfer_id, ((1, 2 * BOX),)))
        back = sent(site, back, "west_store")
        arrived(site, back, "east_store")
        row = transfer(db, actor, WEST, done.transfer_id).head
        assert row.state is state
    assert loans(db, actor, [WEST]) == ()
    assert (shelf(site, EAST), shelf(site, WEST)) == (10 * BOX, 3 * BOX)


def test_loans_age_and_are_set_off(site: Site, clock: FixedClock) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    lent(site, return_by=TODAY)
    clock.advance(days=2)
    (row,) = loans(*site.as_("east_store"), [EAST])
    assert (row.left, row.overdue_days, row.age) == (2 * BOX, 2, "≤30")
    assert transfers(*site.as_("west_store"), [WEST], "loans")[0].state is T.OVERDUE
    with pytest.raises(DomainError, match="方向相反"):
        net(*site.as_("east_store"), SetOff(new_op(), EAST, WEST, DRUG))
    other = Request(new_op(), EAST, WEST, (RequestLine(DRUG, BOX),), kind=Kind.LOAN,
                    settle=Settle.KIND, return_by=TODAY + timedelta(days=9), basis=Basis.APPROVED,
                    papers=(PAPER,))  # fmt: skip
    asked = request(*site.as_("east_store"), other)
    ok = confirm(*site.as_("west_store"), Confirm(new_op(), EAST, asked.transfer_id, asked.version))
    ok = approve(*site.as_("lead_buyer"), Step(new_op(), EAST, ok.transfer_id, ok.version))
    arrived(site, sent(site, ok, "west_store"), "east_store")
    command = SetOff(new_op(), WEST, EAST, DRUG)
    assert net(*site.as_("east_store"), command) == net(*site.as_("east_store"), command) == BOX
    assert [(x.org_id, x.left) for x in loans(*site.as_("east_store"), [EAST])] == [(WEST, BOX)]


def test_a_loan_of_drugs_is_not_sold_without_a_paper(site: Site) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    done = lent(site, basis=Basis.EMERGENCY, urgency=Urgency.EMERGENCY, papers=())
    db, actor = site.as_("east_store")
    step = Step(new_op(), WEST, done.transfer_id, done.version)
    with pytest.raises(DomainError, match="没有批准文件不能办"):
        settle_by_price(db, actor, step)
    attach(db, actor, Attach(new_op(), WEST, done.transfer_id, PAPER))
    assert settle_by_price(db, actor, replace(step, op_id=new_op())).state is T.SETTLED


def test_medicine_for_a_patient_names_nobody(site: Site) -> None:
    values: dict[str, Any] = {"kind": Kind.PATIENT, "address": "城西街 6 号家庭病床"}
    with pytest.raises(DomainError, match="不要写姓名"):
        ask(site, patient_ref="张三", **values)
    with pytest.raises(DomainError, match="配送地址"):
        ask(site, patient_ref="ZS-0832", kind=Kind.PATIENT)
    with pytest.raises(DomainError, match="手机号"):
        ask(site, patient_ref="ZS-0832", reason="家属 138 0013 8000", **values)
    done = ask(site, patient_ref="zs-0832", **values)
    assert transfer(*site.as_("west_store"), WEST, done.transfer_id).head.patient_ref == "ZS-0832"


def test_what_the_patient_got_is_used_and_on_nobodys_shelf(site: Site) -> None:
    stock(site, EAST, DRUG, 10 * BOX, owner=KANGZE)
    done = agreed(site, kind=Kind.PATIENT, patient_ref="ZS-0832", address="城西街 6 号")
    way = sent(site, done)
    command = Accept(new_op(), WEST, way.transfer_id, way.version, (AcceptLot(1, BOX, BOX),))
    assert accept(*site.as_("west_store"), command) == accept(*site.as_("west_store"), command)
    assert (shelf(site, WEST), shelf(site, EAST), on_the_way(site)) == (0, 8 * BOX, BOX)
    (used,) = consumptions(*site.as_("west_store"), (WEST,))
    assert "ZS-0832" in used.note
    (line,) = used_lines(*site.as_("west_store"), WEST, used.document_id)
    assert line.qty == BOX
    reverse(*site.as_("west_store"), Reverse(new_op(), WEST, used.document_id, "患者拒收"))
    assert shelf(site, WEST) == BOX  # it came back from the patient to the member


def test_a_loan_on_its_way_back_is_not_settled_too(site: Site) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    loan = lent(site)
    back = give_back(*site.as_("west_store"), GiveBack(new_op(), WEST, loan.transfer_id,
                                                       ((1, BOX),)))  # fmt: skip
    step = Step(new_op(), WEST, loan.transfer_id, loan.version)
    with pytest.raises(DomainError, match="归还单还没办完"):
        settle_by_price(*site.as_("east_store"), step)
    owed = Request(new_op(), EAST, WEST, (RequestLine(DRUG, 2 * BOX),), kind=Kind.LOAN,
                   settle=Settle.KIND, return_by=TODAY, basis=Basis.EMERGENCY,
                   urgency=Urgency.EMERGENCY)  # fmt: skip
    stock(site, WEST, DRUG, 2 * BOX)
    asked = request(*site.as_("east_store"), owed)
    ok = confirm(*site.as_("west_store"), Confirm(new_op(), EAST, asked.transfer_id, asked.version))
    arrived(site, sent(site, ok, "west_store"), "east_store")
    assert net(*site.as_("west_store"), SetOff(new_op(), WEST, EAST, DRUG)) == BOX
    arrived(site, sent(site, back, "west_store"), "east_store")
    rows = loans(*site.as_("east_store"), [EAST])
    assert [(row.org_id, row.left) for row in rows] == [(EAST, BOX)]


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"qty": 0}, "数量"),
        ({"qty": 10**8}, "太大"),
        ({"kind": Kind.LOAN, "settle": Settle.KIND}, "归还日期"),
        ({"kind": Kind.LOAN, "return_by": TODAY}, "归还同品规"),
        (
            {"kind": Kind.LOAN, "settle": Settle.KIND, "return_by": TODAY - timedelta(days=1)},
            "已经过去",
        ),
        ({"kind": Kind.RETURN}, "原借用单"),
    ],
)
def test_senseless_requests_are_refused(site: Site, more: dict[str, Any], word: str) -> None:
    with pytest.raises(DomainError, match=word):
        ask(site, **more)


def test_who_asked_does_not_approve(site: Site) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    command = Request(new_op(), WEST, EAST, (RequestLine(DRUG, BOX),), basis=Basis.APPROVED,
                      papers=(PAPER,))  # fmt: skip
    done = promise(site, request(*site.as_("lead_buyer"), command))
    step = Step(new_op(), WEST, done.transfer_id, done.version)
    with pytest.raises(DomainError, match="由别人审核"):
        approve(*site.as_("lead_buyer"), step)
    assert approve(*site.as_("lead_head"), replace(step, op_id=new_op())).state is T.APPROVED


def test_what_is_not_given_is_called_off_with_a_reason(site: Site) -> None:
    done = ask(site)
    step = Step(new_op(), WEST, done.transfer_id, done.version)
    with pytest.raises(DomainError, match="取消的理由"):
        cancel(*site.as_("east_store"), step)
    off = replace(step, op_id=new_op(), reason="自己也要断货了")
    assert cancel(*site.as_("east_store"), off).state is T.CANCELLED
    with pytest.raises(DomainError, match="填 0 到申请数"):
        promise(site, ask(site), quantities=((1, 99 * BOX),))
    with pytest.raises(DomainError, match="一样都不给"):
        promise(site, ask(site), quantities=((1, 0),))


def test_proposals_save_what_would_expire_and_help_who_is_short(site: Site) -> None:
    stock(site, EAST, DRUG, 20 * BOX, SOON, lot="SOON")
    used(site, WEST, DRUG, 90 * BOX)
    set_route(*site.as_("lead_buyer"), (EAST, WEST), 11, "周四班车")
    (found,) = propose(*site.as_("west_store"))
    assert (found.donor, found.org, found.why, found.km) == ("城东", "城西", "shortage", 11)
    assert (found.qty, found.expiring, found.route) == (20 * BOX, 20 * BOX, "周四班车")
    assert found.saved == Decimal("77.20")
    assert found.needs_paper
    assert propose(*site.as_("east_store")) == (found,)
    wanted = ProposeQuery(needs=(Wanted(WEST, DRUG, 3 * BOX),))
    assert [x.qty for x in propose(*site.as_("west_store"), wanted)] == [3 * BOX]
    assert propose(*site.as_("east_store"), wanted) == ()
    with pytest.raises(NotAllowedError):
        propose(*site.as_("kangze_sales"))
    assert [(x.km, x.note) for x in route_list(*site.as_("east_store"))] == [(11, "周四班车")]


def test_nobody_gives_away_what_it_needs(site: Site) -> None:
    stock(site, EAST, DRUG, 20 * BOX)
    used(site, EAST, DRUG, 90 * BOX)
    used(site, WEST, DRUG, 90 * BOX)
    assert propose(*site.as_("west_store")) == ()
    with pytest.raises(NotAllowedError):
        set_route(*site.as_("east_store"), (EAST, WEST), 11)
    with pytest.raises(DomainError, match="两家机构"):
        set_route(*site.as_("lead_buyer"), (EAST, KANGZE), 11)
    assert LEAD
