"""What is matched or about to be paid is not taken back under the other paper's feet."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.domain.documents import State
from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_op
from app.services.settlement.listing import StatementRow
from app.services.settlement.matching import Match, Unmatch, WantedPair, match, unmatch
from app.services.settlement.payees import CheckPayee, EnterPayee, check_payee, enter_payee
from app.services.settlement.payments import (
    CancelPayment,
    MakePayment,
    cancel_payment,
    make_payment,
)
from app.services.settlement.steps import Step, Verb, step
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.factories import EAST, KANGZE, Site
from tests.races import at_once
from tests.services.settlement.september import (
    AUDITOR,
    CLERK,
    act,
    bill,
    confirmed,
    invoice,
    matched,
    registered,
    used_september,
)

WHY = "价格有疑问，要重看"


def audited(site: Site) -> StatementRow:
    """September is confirmed, invoiced and audited; the supplier has a checked account."""
    used_september(site)
    confirmed(site)
    registered(site, invoice(1, "434.58"))
    matched(site)
    account = ("康泽医药有限公司", "示例银行城东支行", "6222 0000 1111 2222")
    payee = enter_payee(*site.as_(CLERK), EnterPayee(new_op(), EAST, KANGZE, *account))
    check_payee(*site.as_(AUDITOR), CheckPayee(new_op(), EAST, payee))
    act(site, AUDITOR, Verb.AUDIT)
    return bill(site)


def test_a_statement_with_an_invoice_is_not_reversed(site: Site) -> None:
    used_september(site)
    row = confirmed(site)
    (number,) = registered(site, invoice(1, "434.58"))
    db, clerk = site.as_(CLERK)
    for amount in ("0.001", "100.005", "-1"):
        pair = WantedPair(EAST, number, EAST, row.statement_id, Decimal(amount))
        with pytest.raises(DomainError, match=r"精确到分|要匹配 -1"):
            match(db, clerk, Match(new_op(), EAST, (pair,)))
    pair = WantedPair(EAST, number, EAST, row.statement_id, Decimal(100))
    match(db, clerk, Match(new_op(), EAST, (pair,)))
    with pytest.raises(ConflictError, match=r"已匹配发票 .*请先取消匹配"):
        act(site, CLERK, Verb.REVERSE, note=WHY)
    unmatch(db, clerk, Unmatch(new_op(), EAST, row.statement_id))
    assert act(site, CLERK, Verb.REVERSE, note=WHY) is State.REVERSED


def test_a_step_is_taken_from_its_own_states_alone(site: Site) -> None:
    row = audited(site)
    for login, verb, words in (
        ("kangze_sales", Verb.CONFIRM, "待确认、有异议"),
        (CLERK, Verb.REVERSE, "已确认"),
        (AUDITOR, Verb.AUDIT, "已开票"),
    ):
        with pytest.raises(ConflictError, match=f"现在是「已审核」，这一步要在「{words}」时做"):
            act(site, login, verb, note=WHY)
    act(site, AUDITOR, Verb.RECALL, note=WHY)
    with pytest.raises(ConflictError, match="现在是「已开票」，这一步要在「待确认、有异议」时做"):
        act(site, "kangze_sales", Verb.CONFIRM)
    assert bill(site).version > row.version


def test_a_statement_in_a_payment_keeps_its_audit(site: Site) -> None:
    row = audited(site)
    db, clerk = site.as_(CLERK)
    made = make_payment(db, clerk, MakePayment(new_op(), EAST, (row.statement_id,)))
    with pytest.raises(ConflictError, match=f"已在付款批 {made.no} 里.*先作废付款批"):
        act(site, AUDITOR, Verb.RECALL, note=WHY)
    cancel_payment(db, clerk, CancelPayment(new_op(), EAST, made.payment_id, WHY))
    assert act(site, AUDITOR, Verb.RECALL, note=WHY) is State.INVOICED


def test_paid_or_no_longer_audited(databases: Databases, clock: FixedClock) -> None:
    with databases.site("postgresql", clock) as server:
        row = audited(server)
        pay = (CLERK, make_payment, MakePayment(new_op(), EAST, (row.statement_id,)))
        recall = Step(new_op(), EAST, row.statement_id, Verb.RECALL, row.version, WHY)
        paid, recalled = at_once(server, pay, (AUDITOR, step, recall))
        state = bill(server).status
        assert (paid == "payment.not_open", recalled == "statement.paying", state) in {
            (True, False, State.INVOICED), (False, True, State.AUDITED)
        }  # fmt: skip
