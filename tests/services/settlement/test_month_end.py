"""A month to its end: bill and dispute, invoices, four eyes, the bank, and the books shut."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.adapters.sheets import read_tables
from app.adapters.sheets_out import Sheet, write
from app.domain.documents import State
from app.domain.errors import ConflictError, DomainError, EnvironmentProblem, NotAllowedError
from app.domain.ids import new_op
from app.domain.settlement.bill import Why
from app.domain.settlement.closing import Check
from app.services.consumption import Reverse, reverse
from app.services.db import DBAPIError
from app.services.settlement.adjusting import Adjust, adjust, adjustments
from app.services.settlement.bank import AnswerPayment, FilePayment, answer_payment, file_payment
from app.services.settlement.bill_sheets import read_bill
from app.services.settlement.bills import SaveBill, differences, save_bill
from app.services.settlement.calendar import SetCutOff, calendar_of, set_cut_off
from app.services.settlement.closing import (
    AllowReopen,
    AskReopen,
    CloseMonth,
    allow_reopen,
    ask_reopen,
    close_month,
    closes,
    open_items,
)
from app.services.settlement.invoices import VoidInvoice, invoices, void
from app.services.settlement.listing import statement_lines, statements
from app.services.settlement.matching import Match, Unmatch, WantedPair, match, matches, unmatch
from app.services.settlement.payees import CheckPayee, EnterPayee, check_payee, enter_payee
from app.services.settlement.payments import (
    CancelPayment,
    MakePayment,
    cancel_payment,
    make_payment,
    payable,
    payments,
)
from app.services.settlement.pending import pending
from app.services.settlement.proposing import proposals
from app.services.settlement.reporting import (
    Report,
    report,
    reports,
    write_statement_sheet,
)
from app.services.settlement.steps import Verb
from tests.factories import EAST, KANGZE, RUIHE, WEST, Site
from tests.services.settlement.september import (
    AMOXICILLIN,
    AUDITOR,
    CLERK,
    INSULIN,
    KEEPER,
    SELLER,
    SEPTEMBER,
    act,
    bill,
    confirmed,
    invoice,
    make,
    matched,
    receive,
    registered,
    use,
    used_september,
)

OWED = Decimal("434.58")


def raw(site: Site, login: str, statement: str, **values: Any) -> None:
    """What somebody would type past the program (psql, sqlite3)."""
    with site.db(login).write() as s:
        done: Any = s.execute(text(statement), values)
        if done.rowcount == 0:
            raise NotAllowedError("test.rows", "no row was touched")


def test_a_bill_of_lines_is_compared_explained_adjusted_and_agreed(
    site: Site, tmp_path: Path
) -> None:
    used_september(site)
    back = use(site, date(2026, 9, 21), INSULIN, 2)
    reverse(*site.as_(KEEPER), Reverse(new_op(), EAST, back, "退药没用上"))
    act(site, CLERK, Verb.SEND, no=make(site).no)
    row = bill(site, SELLER)
    early = Adjust(new_op(), EAST, row.statement_id, row.version, Decimal(1), "还没有异议")
    with pytest.raises(ConflictError, match="待确认"):
        adjust(*site.as_(CLERK), early)
    assert row.payable == OWED + Decimal("84.60")  # the return is dated today: October's refund
    sheet = tmp_path / "bill.xlsx"
    write(sheet, Sheet("账单", ("品名", "规格", "数量", "单位", "单价", "金额"), [
        ("阿莫西林胶囊", "", 3, "盒", Decimal("3.86"), Decimal("11.58")),
        ("门冬胰岛素注射液", "", 13, "支", Decimal("42.30"), Decimal("549.90")),
        ("=1+1", "", 1, "盒", Decimal("9.00"), None),
        ("门冬胰岛素注射液", "", 1, "箱", Decimal("42.30"), None),
        ("门冬胰岛素注射液", "", 1, "支", Decimal("42.30"), Decimal("50.00")),
        ("合计", None, None, None, None, Decimal("570.48")),
    ]))  # fmt: skip
    db, seller = site.as_(SELLER)
    plan = read_bill(db, seller, EAST, row.statement_id, sheet)
    assert [one.row for one in plan.problems] == [5, 6]
    assert (plan.total, plan.unknown, len(plan.lines)) == (Decimal("570.48"), 1, 3)
    gap = save_bill(db, seller, SaveBill(new_op(), EAST, row.statement_id, row.version,
                                         plan.total, plan.lines))  # fmt: skip
    found = differences(*site.as_(CLERK), EAST, row.statement_id)
    assert sum(one.amount for one in found) == gap == Decimal("51.30")
    assert {one.found.why for one in found} == {Why.QUANTITY, Why.ONLY_BILLED}
    with pytest.raises(DomainError, match="还不能确认"):
        act(site, SELLER, Verb.CONFIRM)
    act(site, SELLER, Verb.DISPUTE, note="少算一支胰岛素，另有运费 9 元")
    row = bill(site)
    for amount, reason in (("42.30", "补一支，见送货单"), ("9.00", "首次配送运费各方同意")):
        row = bill(site)
        adjust(*site.as_(CLERK), Adjust(new_op(), EAST, row.statement_id, row.version,
                                        Decimal(amount), reason))  # fmt: skip
    assert [one.amount for one in adjustments(db, EAST, row.statement_id)] == [
        Decimal("42.30"), Decimal("9.00")
    ]  # fmt: skip
    row = bill(site)
    assert (row.payable, row.difference) == (Decimal("570.48"), Decimal("0.00"))
    act(site, CLERK, Verb.SEND)
    assert act(site, SELLER, Verb.CONFIRM) is State.CONFIRMED
    sent = tmp_path / "statement.xlsx"
    assert write_statement_sheet(*site.as_(SELLER), EAST, row.statement_id, sent) > 0
    assert len(read_tables(sent)) == 3


def test_invoices_are_matched_once_and_never_beyond_either_paper(site: Site) -> None:
    used_september(site)
    row = confirmed(site)
    registered(site, invoice(1, "1.00"), login=SELLER)
    with pytest.raises(DomainError, match="20 位数字"):
        registered(site, replace(invoice(9, "1.00"), number="123"))
    with pytest.raises(DomainError, match="已经登记过"):
        registered(site, invoice(1, "1.00"))
    with pytest.raises(NotAllowedError):
        registered(site, invoice(7, "1.00"), login=KEEPER)
    small, large = registered(site, invoice(3, "400.00"), invoice(4, "34.59"))
    db, clerk = site.as_(CLERK)
    (group,) = (one for one in proposals(db, clerk, (EAST,)).groups if len(one.invoices) == 2)
    assert group.certain
    assert [pair.amount for pair in group.pairs] == [Decimal("400.00"), Decimal("34.58")]
    whole = WantedPair(EAST, small, EAST, row.statement_id)
    with pytest.raises(DomainError, match="还能匹配 400"):
        match(db, clerk, Match(new_op(), EAST, (WantedPair(EAST, small, EAST, row.statement_id,
                                                           Decimal("400.01")),)))  # fmt: skip
    assert match(db, clerk, Match(new_op(), EAST, (whole,))) == ()
    assert bill(site).matched == Decimal("400.00")
    assert matched(site) == (row.no,)
    assert bill(site).status is State.INVOICED
    assert {one.amount for one in matches(db, clerk, EAST, row.statement_id)} == {
        Decimal("400.00"), Decimal("34.58")
    }  # fmt: skip
    with pytest.raises(ConflictError, match="请先取消匹配"):
        void(db, clerk, VoidInvoice(new_op(), EAST, small, "开错了抬头"))
    with pytest.raises((DomainError, DBAPIError)):
        raw(site, CLERK, "UPDATE invoice_match SET amount = 999999999 WHERE invoice_id = :i",
            i=small)  # fmt: skip
    with pytest.raises((DomainError, DBAPIError)):
        raw(site, CLERK, "INSERT INTO invoice_match (org_id, invoice_id, statement_id, amount)"
            " SELECT org_id, id, :s, 200 FROM invoice WHERE number LIKE '%0001'",
            s=row.statement_id)  # fmt: skip
    assert unmatch(db, clerk, Unmatch(new_op(), EAST, row.statement_id, large)) == Decimal("34.58")
    assert bill(site).status is State.CONFIRMED
    void(db, clerk, VoidInvoice(new_op(), EAST, large, "开错了抬头"))
    assert large not in {one.invoice_id for one in invoices(db, clerk, (EAST,))}


def test_four_eyes_pay_once_and_the_bank_may_send_it_back(site: Site, tmp_path: Path) -> None:
    used_september(site)
    row = confirmed(site)
    registered(site, invoice(1, str(OWED)))
    matched(site)
    with pytest.raises(NotAllowedError, match="另一个人审核"):
        act(site, CLERK, Verb.AUDIT)
    with pytest.raises((DomainError, DBAPIError)):
        raw(site, CLERK, "UPDATE statement SET status = 'audited', audited_by = created_by,"
            " version = version + 1 WHERE id = :i", i=row.statement_id)  # fmt: skip
    assert act(site, AUDITOR, Verb.AUDIT) is State.AUDITED
    assert act(site, AUDITOR, Verb.RECALL, note="发票抬头要重看") is State.INVOICED
    act(site, AUDITOR, Verb.AUDIT)
    db, clerk = site.as_(CLERK)
    ask = MakePayment(new_op(), EAST, (row.statement_id,))
    with pytest.raises(DomainError, match="还没有核对过的收款账户"):
        make_payment(db, clerk, ask)
    account = ("康泽医药有限公司", "示例银行城东支行", "6222 0000 1111 2222")
    payee = enter_payee(db, clerk, EnterPayee(new_op(), EAST, KANGZE, *account))
    with pytest.raises(NotAllowedError, match="另一个人核对"):
        check_payee(db, clerk, CheckPayee(new_op(), EAST, payee))
    check_payee(*site.as_(AUDITOR), CheckPayee(new_op(), EAST, payee))
    made = make_payment(db, clerk, MakePayment(new_op(), EAST, (row.statement_id,)))
    assert payable(db, clerk, (EAST,)) == ()
    with pytest.raises(DomainError, match=f"已在付款批 {made.no} 里"):
        make_payment(db, clerk, MakePayment(new_op(), EAST, (row.statement_id,)))
    cancel_payment(db, clerk, CancelPayment(new_op(), EAST, made.payment_id, "金额要重排"))
    made = make_payment(db, clerk, MakePayment(new_op(), EAST, (row.statement_id,)))
    (tmp_path / "no").write_text("")
    with pytest.raises(EnvironmentProblem):
        file_payment(db, clerk, FilePayment(new_op(), EAST, made.payment_id,
                                            tmp_path / "no" / "x.csv"))  # fmt: skip
    path = tmp_path / "pay.csv"
    assert file_payment(db, clerk, FilePayment(new_op(), EAST, made.payment_id, path)) == 1
    (table,) = read_tables(path)
    assert table.rows[1][2:6] == (
        "康泽医药有限公司", "6222000011112222", "示例银行城东支行", "434.58"
    )  # fmt: skip
    with pytest.raises(DomainError, match="付款批是 2026-10-14 做的"):
        answer_payment(
            db, clerk, AnswerPayment(new_op(), EAST, made.payment_id, 0, date(2026, 10, 13))
        )
    answer_payment(db, clerk, AnswerPayment(new_op(), EAST, made.payment_id, 0, date(2026, 10, 14)))
    assert bill(site).status is State.PAID
    _back_again(site, made.payment_id, row.statement_id)


def _back_again(site: Site, payment: int, statement: int) -> None:
    """What is paid is not given up; what the bank sends back is owed again."""
    db, clerk = site.as_(CLERK)
    with pytest.raises(ConflictError):
        cancel_payment(db, clerk, CancelPayment(new_op(), EAST, payment, "想再付一次"))
    answer_payment(
        db,
        clerk,
        AnswerPayment(new_op(), EAST, payment, KANGZE, None, "账号与户名不符，银行退票"),
    )
    assert bill(site).status is State.AUDITED
    assert [one.state for one in payments(db, clerk, (EAST,))] == ["returned", "returned"]
    assert len(payable(db, clerk, (EAST,))) == 1
    report(db, clerk, Report(new_op(), EAST, statement, date(2026, 10, 13), "YG-77"))
    assert [one.receipt_no for one in reports(db, EAST, statement)] == ["YG-77"]


def test_a_confirmed_statement_is_reversed_by_a_document_and_billed_again(site: Site) -> None:
    used_september(site)
    row = confirmed(site)
    assert act(site, CLERK, Verb.REVERSE, note="单价按补充协议重算") is State.REVERSED
    rows = statements(*site.as_(CLERK), (EAST,), SEPTEMBER)
    assert sorted((one.kind, one.payable, one.status) for one in rows) == [
        ("reversal", -OWED, State.REVERSED), ("use", OWED, State.REVERSED)
    ]  # fmt: skip
    for one in rows:
        lines = statement_lines(*site.as_(SELLER), EAST, one.statement_id)
        assert sum(line.amount for line in lines) == one.payable
    (waiting,) = pending(*site.as_(CLERK), (EAST,), SEPTEMBER)
    assert waiting.amount == OWED
    again = make(site)
    assert (again.payable, again.opening, again.closing) == (OWED, row.opening, row.closing)


def test_a_closed_month_stays_shut_until_two_persons_open_it(site: Site) -> None:
    used_september(site)
    db, clerk = site.as_(CLERK)
    close = CloseMonth(new_op(), EAST, SEPTEMBER)
    assert {one.check for one in open_items(db, clerk, EAST, SEPTEMBER)} == {Check.UNSETTLED}
    with pytest.raises(DomainError, match="关账前还有 1 项"):
        close_month(db, clerk, close)
    confirmed(site)
    with pytest.raises(DomainError, match="缺发票"):
        close_month(db, clerk, CloseMonth(new_op(), EAST, SEPTEMBER))
    with pytest.raises(DomainError, match="10-31 才结束"):
        close_month(db, clerk, CloseMonth(new_op(), EAST, "2026-10"))
    with pytest.raises(NotAllowedError):
        close_month(*site.as_("west_head"), CloseMonth(new_op(), EAST, SEPTEMBER))
    row = close_month(
        db, clerk, CloseMonth(new_op(), EAST, SEPTEMBER, estimated=True, note="发票十月中旬开")
    )
    assert (row.date_from, row.date_to) == (date(2026, 9, 1), date(2026, 9, 30))
    for day in (date(2026, 8, 3), date(2026, 9, 30)):
        with pytest.raises(DomainError, match="已关账"):
            use(site, day, AMOXICILLIN, 24)
    with pytest.raises((DomainError, DBAPIError)):
        raw(site, KEEPER, _POST[site.is_sqlite], org=EAST, place=site.world.bins[EAST])
    use(site, date(2026, 10, 1), AMOXICILLIN, 24)
    with pytest.raises(ConflictError, match="还没有人申请"):
        allow_reopen(*site.as_(AUDITOR), AllowReopen(new_op(), EAST, row.close_id))
    ask_reopen(db, clerk, AskReopen(new_op(), EAST, row.close_id, "九月漏登一张送货单"))
    with pytest.raises(NotAllowedError, match="另一个人同意"):
        allow_reopen(db, clerk, AllowReopen(new_op(), EAST, row.close_id))
    with pytest.raises((DomainError, DBAPIError)):
        raw(site, CLERK, "UPDATE month_close SET reopened_at = 1, reopened_by = asked_by")
    with pytest.raises(NotAllowedError):
        allow_reopen(*site.as_("west_head"), AllowReopen(new_op(), EAST, row.close_id))
    allow_reopen(*site.as_(AUDITOR), AllowReopen(new_op(), EAST, row.close_id))
    use(site, date(2026, 9, 30), AMOXICILLIN, 24)
    (trail,) = closes(db, clerk, (EAST,))
    assert (trail.closed_by, trail.asked_by, trail.reopened_by) == ("张主任", "张主任", "管信")
    assert Check.UNSETTLED in {one.check for one in open_items(db, clerk, EAST, SEPTEMBER)}


_POST = {
    True: "INSERT INTO ledger (org_id, seq, op_id, line, doc_kind, doc_id, doc_line, item_id,"
    " lot_id, pack_id, owner_id, from_place, to_place, qty, unit_price, price_factor, occurred_on,"
    " posted_at, actor_id, reversal_of, reason, prev_hash, hash) SELECT org_id, seq + 1, 'x', 1,"
    " doc_kind, doc_id, 0, item_id, lot_id, 0, owner_id, from_place, to_place, 1, 0, 1,"
    " '2026-09-30', 0, 1, 0, '', hash, x'00' FROM ledger WHERE org_id = :org AND :place > 0"
    " ORDER BY seq DESC LIMIT 1",
    False: "SELECT api.post(gen_random_uuid(), :org, 'acceptance', 1, '2026-09-30', 1,"
    " jsonb_build_array(jsonb_build_object('item', 101, 'lot', 1, 'owner', 11, 'from',"
    " (SELECT id FROM place WHERE org_id = :org AND kind = 'supplier'), 'to', :place, 'qty', 1,"
    " 'price', 1, 'factor', 1)))",
}
"""A move dated into the closed month, typed past the program."""


def test_a_cut_off_day_moves_the_days_between_periods_and_the_roll_goes_on(site: Site) -> None:
    db, clerk = site.as_(CLERK)
    set_cut_off(db, clerk, SetCutOff(new_op(), EAST, SEPTEMBER, 20))
    receive(site, date(2026, 9, 1), AMOXICILLIN, 10, "3.86")
    use(site, date(2026, 9, 20), AMOXICILLIN, 24)
    use(site, date(2026, 9, 21), AMOXICILLIN, 48)
    first = make(site)
    assert (first.date_from, first.date_to) == (date(2026, 9, 1), date(2026, 9, 20))
    assert (first.payable, first.closing) == (Decimal("3.86"), Decimal("34.74"))
    with pytest.raises(DomainError, match="2026-10 起改"):
        set_cut_off(db, clerk, SetCutOff(new_op(), EAST, SEPTEMBER, 25))
    with pytest.raises(NotAllowedError):
        set_cut_off(*site.as_(KEEPER), SetCutOff(new_op(), EAST, "2026-11", 25))
    assert calendar_of(db, clerk, WEST).cut_offs == ()
    from app.services.settlement import MakeStatements, make_statements

    make_statements(db, clerk, MakeStatements(new_op(), EAST, "2026-10"))
    (second,) = statements(db, clerk, (EAST,), "2026-10")
    assert (second.date_from, second.opening) == (date(2026, 9, 21), first.closing)
    assert (second.payable, second.repriced) == (Decimal("7.72"), Decimal("0.00"))


def test_others_see_and_touch_nothing(site: Site) -> None:
    used_september(site)
    row = confirmed(site)
    for login in ("west_head", "ruihe_sales"):
        assert statements(*site.as_(login), (EAST, WEST, RUIHE), SEPTEMBER) == ()
        with pytest.raises(DomainError):
            save_bill(
                *site.as_(login),
                SaveBill(new_op(), EAST, row.statement_id, row.version, Decimal(1)),
            )
    if not site.is_sqlite:
        for login, statement in (
            ("west_head", "UPDATE statement SET dispute = 'x'"),
            (SELLER, "UPDATE statement SET status = 'sent', version = version + 1"),
            (SELLER, "UPDATE statement SET consumed_amount = 1"),
            (SELLER, "DELETE FROM statement_line"),
            (CLERK, "DELETE FROM statement_line"),
            (CLERK, "UPDATE statement SET consumed_amount = 1, version = version + 1"),
            (CLERK, "UPDATE statement SET status = 'paid', version = version + 1"),
            (SELLER, "SELECT 1 FROM payee, payment"),
            (KEEPER, "UPDATE month_close SET reopened_at = 1"),
        ):  # fmt: skip
            with pytest.raises((DomainError, DBAPIError)):
                raw(site, login, statement)
