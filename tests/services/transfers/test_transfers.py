"""Transfers between members: proposals, every party's steps, cold chain, loans, and the books."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text

from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.transfers.legal import Basis
from app.domain.transfers.states import Kind, Settle, TransferState as T, Urgency
from app.models.stock import Balance
from app.services import home
from app.services.consumption import Reverse, reverse
from app.services.consumption.listing import consumptions, used_lines
from app.services.counting.controlled import controlled_ledger
from app.services.home.kinds import Kind as Work
from app.services.labels.again import lots_behind
from app.services.labels.candidates import from_stock
from app.services.recalls.recall import Start, start
from app.services.receiving.commands import Second
from app.services.transfers.accepting import accept
from app.services.transfers.commands import (
    Accept,
    AcceptLot,
    Attach,
    Clear,
    Confirm,
    Done,
    Paper,
    Request,
    RequestLine,
    Send,
    Step,
)
from app.services.transfers.distances import route_list, set_route
from app.services.transfers.listing import paper, transfer, transfers
from app.services.transfers.papers import transfer_paper
from app.services.transfers.propose import ProposeQuery, Wanted, propose
from app.services.transfers.request import approve, attach, cancel, confirm, request, submit
from app.services.transfers.sending import clear, send
from tests.factories import EAST, KANGZE, LEAD, TODAY, WEST, Site
from tests.second_persons import with_passwords
from tests.transfer_world import (
    BOX,
    DRUG,
    INSULIN,
    PAPER,
    PETHIDINE,
    SOON,
    agreed,
    arrived,
    ask,
    on_the_way,
    promise,
    sent,
    shelf,
    stock,
    used,
)


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


def asked_of_west(site: Site) -> Done:
    """The east asks the west in a rescue, and is promised."""
    asked = request(*site.as_("east_store"), Request(
        new_op(), EAST, WEST, (RequestLine(DRUG, 2 * BOX),), basis=Basis.EMERGENCY,
        urgency=Urgency.EMERGENCY,
    ))  # fmt: skip
    command = Confirm(new_op(), EAST, asked.transfer_id, asked.version)
    return confirm(*site.as_("west_store"), command)


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


def test_of_two_papers_with_one_number_the_receiver_is_named(site: Site) -> None:
    lots = {EAST: stock(site, EAST, DRUG, 10 * BOX), WEST: stock(site, WEST, DRUG, 10 * BOX, SOON)}
    done = arrived(site, sent(site, agreed(site)))
    back = arrived(site, sent(site, asked_of_west(site), "west_store"), "east_store")
    assert done.no == back.no
    for login, org in (("east_store", EAST), ("west_store", WEST)):
        with pytest.raises(DomainError, match=r"有 2 张，请在前面写调入方：0002/.*0003/"):
            lots_behind(*site.as_(login), org, done.no)
        for name, lot in (("城西", lots[EAST]), ("0002", lots[WEST])):
            assert lots_behind(*site.as_(login), org, f"{name}/{done.no}") == (lot,)


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
    with pytest.raises(DomainError, match="现在可用 0 盒。请补货后再发"):
        sent(site, two)
    assert shelf(site, EAST) == 0
    lot = stock(site, EAST, DRUG, 2 * BOX, lot="frozen")
    recall = Start(new_op(), (lot,), 1, "召 1 号", "溶出度不合格")
    start(*site.as_("lead_buyer"), recall)
    with pytest.raises(DomainError, match="现在可用 0 盒。这里还有批号 frozen 已冻结"):
        sent(site, two)


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
    store = site.as_("east_store")
    (row,) = transfers(*store, [EAST], "open")
    assert (row.differs, transfers(*store, [EAST], "closed")) == (BOX, ())
    work = {item.kind: item.count for item in home.work(*store, (EAST,))}
    assert work[Work.TRANSFERS_TO_CLEAR] == 1
    clear(*site.as_("east_store"), Clear(new_op(), WEST, done.transfer_id, 1, BOX, lost=True))
    assert (shelf(site, EAST), shelf(site, WEST), on_the_way(site)) == (8 * BOX, BOX, 0)
    assert transfers(*store, [EAST], "open") == ()
    assert Work.TRANSFERS_TO_CLEAR not in {item.kind for item in home.work(*store, (EAST,))}
    with pytest.raises(ConflictError):
        arrived(site, done, lots=(AcceptLot(1, 9 * BOX),))


def test_lots_and_lines_that_are_not_there_are_no_missing_goods(site: Site) -> None:
    stock(site, EAST, DRUG, 10 * BOX)
    asked = ask(site)
    for quantities, why in ((((9, BOX),), "没有第 9 行"), (((1, BOX), (1, 1)), "写了两次")):
        with pytest.raises(DomainError, match=why):
            promise(site, asked, quantities=quantities)
    done = sent(site, agreed(site))
    for lots in ((AcceptLot(7, BOX),), (AcceptLot(1, BOX), AcceptLot(1, 2 * BOX))):
        with pytest.raises(DomainError, match="每批写一次"):
            arrived(site, done, lots=lots)
    assert arrived(site, done).state is T.ACCEPTED
    assert (shelf(site, WEST), on_the_way(site)) == (2 * BOX, 0)


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
