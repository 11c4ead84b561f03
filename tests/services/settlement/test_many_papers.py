"""A month's end of many papers is no more statements than one of few, with the same figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_op
from app.models.party import DutyGrant, Organisation
from app.models.settlement import InvoiceMatch, PaymentLine, Statement
from app.services.settlement import bank, matching
from app.services.settlement.bank import AnswerPayment, FilePayment, answer_payment, file_payment
from app.services.settlement.changes import Moved, load, move_all
from app.services.settlement.invoices import RegisterInvoices, VoidInvoice, register, void
from app.services.settlement.matching import Match, Unmatch, WantedPair, match, unmatch
from app.services.settlement.payees import CheckPayee, EnterPayee, check_payee, enter_payee
from app.services.settlement.payments import (
    CancelPayment,
    MakePayment,
    PaymentRow,
    cancel_payment,
    make_payment,
    payments,
)
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.factories import EAST, KANGZE, NOW, RUIHE, TODAY, WEST, Site
from tests.races import at_once, in_between
from tests.sent import Sent
from tests.services.settlement.september import AUDITOR, CLERK, SELLER, invoice

FEW, MANY = 3, 40
_STEPS = (State.SENT, State.CONFIRMED)


def _owed(place: int) -> Decimal:
    return Decimal(100 + place)


def also_settles(site: Site, login: str, org: int) -> Actor:
    """The person, who has got the settling of this house besides."""
    person = site.actor(login).person_id
    with site.owner.write() as session:
        session.add(DutyGrant(org_id=org, person_id=person, duty=Duty.SETTLE.value))
    return site.actor(login)


@dataclass(frozen=True)
class _Papers:
    """Confirmed statements, and for each an invoice over the same amount."""

    statements: tuple[int, ...]
    invoices: tuple[int, ...]

    @property
    def pairs(self) -> tuple[WantedPair, ...]:
        both = zip(self.invoices, self.statements, strict=True)
        return tuple(WantedPair(EAST, mine, EAST, bill) for mine, bill in both)


def _bill(site: Site, supplier: int, key: int, place: int) -> dict[str, Any]:
    nothing = dict.fromkeys(
        ("opening_amount", "received_amount", "price_gap", "closing_amount"), Decimal(0)
    )
    return nothing | {
        "org_id": EAST, "id": key, "no": f"DZ-{key}", "supplier_id": supplier, "period": "2026-09",
        "date_from": date(2026, 9, 1), "date_to": date(2026, 9, 30), "kind": "use", "version": 1,
        "status": State.DRAFT.value, "consumed_amount": _owed(place), "created_at": NOW,
        "created_by": site.actor(CLERK).person_id,
    }  # fmt: skip


def _papers(site: Site, first: int, count: int, supplier: int = KANGZE) -> _Papers:
    keys = tuple(range(first, first + count))
    with site.owner.write() as session:
        rows = [_bill(site, supplier, key, place) for place, key in enumerate(keys)]
        session.execute(insert(Statement), rows)
        signed = {"confirmed_at": NOW, "confirmed_by": site.actor(SELLER).person_id}
        for state in _STEPS:
            mine = update(Statement).where(Statement.id.in_(keys))
            session.execute(mine.values(status=state.value, **signed))
    facts = tuple(invoice(first + place, str(_owed(place))) for place in range(count))
    found = register(*site.as_(CLERK), RegisterInvoices(new_op(), EAST, supplier, facts))
    return _Papers(keys, found)


def _states(site: Site, papers: _Papers) -> list[tuple[str, int, Decimal | None]]:
    wanted = select(Statement.status, Statement.version, Statement.invoiced_amount)
    with site.owner.read() as session:
        rows = session.execute(
            wanted.where(Statement.id.in_(papers.statements)).order_by(Statement.id)
        )
        return [(row.status, row.version, row.invoiced_amount) for row in rows]


def _payee(site: Site, supplier: int = KANGZE) -> None:
    account = ("康泽医药有限公司", "示例银行城东支行", "6222 0000 1111 2222")
    payee = enter_payee(*site.as_(CLERK), EnterPayee(new_op(), EAST, supplier, *account))
    check_payee(*site.as_(AUDITOR), CheckPayee(new_op(), EAST, payee))


def _audited(site: Site, papers: _Papers) -> None:
    with site.owner.write() as session:
        audited = update(Statement).where(Statement.id.in_(papers.statements))
        auditor = {"audited_at": NOW, "audited_by": site.actor(AUDITOR).person_id}
        session.execute(audited.values(status=State.AUDITED.value, **auditor))


def _month_end(site: Site, papers: _Papers, path: Path) -> dict[str, int]:
    """Papers are matched in two halves, audited, paid, and the money comes back."""
    sent, count = Sent(site, CLERK), len(papers.statements)
    half = tuple(
        WantedPair(EAST, one.invoice_id, EAST, one.statement_id, Decimal(40))
        for one in papers.pairs
    )
    assert sent.step("match some", match, Match(new_op(), EAST, half)) == ()
    assert _states(site, papers) == [("confirmed", 2, Decimal(40))] * count
    done = sent.step("match the rest", match, Match(new_op(), EAST, papers.pairs))
    assert done == tuple(f"DZ-{key}" for key in papers.statements)
    assert _states(site, papers) == [("invoiced", 3, _owed(place)) for place in range(count)]
    _audited(site, papers)
    made = sent.step("pay", make_payment, MakePayment(new_op(), EAST, papers.statements))
    filed = FilePayment(new_op(), EAST, made.payment_id, path / f"{count}.xlsx")
    sent.step("file", file_payment, filed)
    paid = AnswerPayment(new_op(), EAST, made.payment_id, paid_on=TODAY)
    assert sent.step("paid", answer_payment, paid) is State.DONE
    assert _states(site, papers) == [("paid", 4, _owed(place)) for place in range(count)]
    back = AnswerPayment(new_op(), EAST, made.payment_id, KANGZE, reason="账号与户名不符")
    sent.step("sent back", answer_payment, back)
    assert _states(site, papers) == [("audited", 5, _owed(place)) for place in range(count)]
    with site.owner.read() as session:
        mine = PaymentLine.payment_id == made.payment_id
        wanted = select(PaymentLine.state, PaymentLine.reason, PaymentLine.paid_on).where(mine)
        lines = [tuple(row) for row in session.execute(wanted)]
    assert lines == [("returned", "账号与户名不符", None)] * count
    return sent.by_step


def test_a_month_end_of_many_papers_sends_no_more_than_one_of_few(
    site: Site, tmp_path: Path
) -> None:
    _payee(site)
    few = _month_end(site, _papers(site, 1_000, FEW), tmp_path)
    many = _month_end(site, _papers(site, 2_000, MANY), tmp_path)
    more = {name: many[name] - few[name] for name in few}
    assert max(more.values()) <= 4, more
    assert min(many.values()) > 0


def test_who_matched_a_part_matches_the_rest_or_takes_it_off(site: Site) -> None:
    """Else the first would be forgotten, and could audit what it matched."""
    papers = _papers(site, 4_200, 1)
    (whole,) = papers.pairs
    part = replace(whole, amount=Decimal(60))
    other = also_settles(site, AUDITOR, EAST)
    match(*site.as_(CLERK), Match(new_op(), EAST, (part,)))
    with pytest.raises(DomainError, match=f"已由 {site.actor(CLERK).name} 匹配了一部分"):
        match(site.owner, other, Match(new_op(), EAST, (whole,)))
    assert _states(site, papers) == [("confirmed", 2, Decimal(60))]
    match(*site.as_(CLERK), Match(new_op(), EAST, (whole,)))
    assert _states(site, papers) == [("invoiced", 3, Decimal(100))]


def test_invoices_of_others_are_matched_with_no_paper_of_ours(site: Site) -> None:
    """Neither another supplier's, nor what was billed to another payer."""
    papers = _papers(site, 4_000, 2)
    facts = invoice(4_009, "101")
    others = RegisterInvoices(new_op(), EAST, RUIHE, (facts,))
    (of_ruihe,) = register(*site.as_(CLERK), others)
    theirs = RegisterInvoices(new_op(), WEST, KANGZE, (invoice(4_010, "101"),))
    (of_west,) = register(*site.as_("west_head"), theirs)
    both = also_settles(site, CLERK, WEST)
    good, second = papers.pairs

    def matched(wrong: WantedPair) -> tuple[str, ...]:
        return match(site.owner, both, Match(new_op(), EAST, (good, wrong)))

    with pytest.raises(DomainError, match="是另一家供应商的"):
        matched(replace(second, invoice_id=of_ruihe))
    billed = replace(second, invoice_org=WEST, invoice_id=of_west)
    with pytest.raises(DomainError, match="开给了另一家法人"):
        matched(billed)
    assert _states(site, papers) == [("confirmed", 1, None)] * 2
    with site.owner.write() as session:
        one_payer = update(Organisation).where(Organisation.id == WEST)
        session.execute(one_payer.values(legal_person_id=EAST))
    assert matched(billed) == ("DZ-4000", "DZ-4001")


def test_one_invoice_has_one_seller(site: Site) -> None:
    """Registered again under another supplier it would be paid twice; a slip is made void first."""
    (slip,) = register(
        *site.as_(CLERK), RegisterInvoices(new_op(), EAST, RUIHE, (invoice(7, "226.00"),))
    )
    again = RegisterInvoices(new_op(), EAST, KANGZE, (invoice(8, "1.00"), invoice(7, "226.00")))
    with pytest.raises(DomainError, match="另一家供应商名下") as refused:
        register(*site.as_(CLERK), again)
    assert [(one.row, one.column) for one in refused.value.problems] == [(2, "number")]
    void(*site.as_(CLERK), VoidInvoice(new_op(), EAST, slip, "供应商选错了"))
    assert len(register(*site.as_(CLERK), again)) == 2


def test_pairs_of_one_match_share_what_their_papers_have(site: Site) -> None:
    papers = _papers(site, 3_000, 2)
    first, second = papers.statements
    mine, other = papers.invoices

    def pair(invoice_id: int, key: int, yuan: int | None = None) -> WantedPair:
        return WantedPair(EAST, invoice_id, EAST, key, None if yuan is None else Decimal(yuan))

    beyond = (pair(mine, first, 60), pair(mine, second, 30), pair(mine, second, 11))
    with pytest.raises(DomainError, match=r"还能匹配 10\.00 元，要匹配 11\.00 元"):
        match(*site.as_(CLERK), Match(new_op(), EAST, beyond))
    assert _states(site, papers) == [("confirmed", 1, None)] * 2
    pairs = (
        pair(mine, first, 60), pair(mine, second, 30), pair(mine, second, 10),  # 100 in all
        pair(other, second), pair(other, first),  # 61 of 101, then the 40 that are left
    )  # fmt: skip
    assert match(*site.as_(CLERK), Match(new_op(), EAST, pairs)) == ("DZ-3000", "DZ-3001")
    with site.owner.read() as session:
        table = InvoiceMatch
        rows = session.execute(select(table.invoice_id, table.statement_id, table.amount))
        found = {(one.invoice_id, one.statement_id): one.amount for one in rows}
    assert found == {
        (mine, first): 60, (mine, second): 40, (other, second): 61, (other, first): 40,
    }  # fmt: skip
    left = unmatch(*site.as_(CLERK), Unmatch(new_op(), EAST, second, other))
    assert left == Decimal(61)
    assert _states(site, papers) == [("invoiced", 2, Decimal(100)), ("confirmed", 3, Decimal(40))]


def test_a_statement_goes_on_only_as_it_was_seen(site: Site) -> None:
    """Its state is the same again, but not what is matched with it."""
    papers = _papers(site, 8_000, 2)
    with site.db(CLERK).read() as session:
        seen = [load(session, EAST, key) for key in papers.statements]
        session.expunge_all()
    half = replace(papers.pairs[1], amount=Decimal(40))
    match(*site.as_(CLERK), Match(new_op(), EAST, (half,)))
    stands = _states(site, papers)
    matched = (Decimal(0), Decimal(40))
    moves = [Moved(*both) for both in zip(seen, [State.CONFIRMED] * 2, matched, strict=True)]
    with pytest.raises(ConflictError, match="刚被改过"), site.db(CLERK).write() as session:
        move_all(session, moves)
    assert _states(site, papers) == stands


@pytest.fixture
def server(databases: Databases, clock: FixedClock) -> Iterator[Site]:
    """The small group on PostgreSQL: a file has one writer at a time anyway."""
    with databases.site("postgresql", clock) as made:
        yield made


def test_of_two_clerks_who_match_one_invoice_the_second_is_told(server: Site) -> None:
    """Each of them would have found it free."""
    papers = _papers(server, 4_000, 2)
    pairs = (WantedPair(EAST, papers.invoices[0], EAST, one) for one in papers.statements)
    came = at_once(server, *((CLERK, match, Match(new_op(), EAST, (one,))) for one in pairs))
    assert came.count("match.beyond") == 1, came
    with server.owner.read() as session:
        assert session.scalars(select(InvoiceMatch.amount)).all() == [_owed(0)]


def test_a_pair_is_matched_further_while_it_is_taken_off(server: Site) -> None:
    papers = _papers(server, 4_000, 1)
    half = tuple(replace(one, amount=Decimal(40)) for one in papers.pairs)
    match(*server.as_(CLERK), Match(new_op(), EAST, half))
    more = Match(new_op(), EAST, papers.pairs)
    off = Unmatch(new_op(), EAST, *papers.statements)
    deeds = (CLERK, match, more), (CLERK, unmatch, off)
    came = in_between(server, *deeds, after=(matching, "_hold"))
    assert came == [("DZ-4000",), Decimal(100)]
    assert _states(server, papers) == [("confirmed", 4, Decimal(0))]


def test_an_invoice_is_matched_while_somebody_voids_it(server: Site) -> None:
    papers = _papers(server, 5_000, 1)
    pair = Match(new_op(), EAST, papers.pairs)
    wrong = VoidInvoice(new_op(), EAST, papers.invoices[0], "开错了抬头")
    deeds = (CLERK, match, pair), (CLERK, void, wrong)
    done, refused = in_between(server, *deeds, after=(matching, "_hold"))
    assert done == ("DZ-5000",)
    assert isinstance(refused, DomainError)
    assert refused.code == "invoice.matched"


def _filed(site: Site, folder: Path) -> int:
    """A payment to two suppliers, at the bank."""
    statements: tuple[int, ...] = ()
    for first, supplier in ((6_000, KANGZE), (7_000, RUIHE)):
        papers = _papers(site, first, 1, supplier)
        match(*site.as_(CLERK), Match(new_op(), EAST, papers.pairs))
        _audited(site, papers)
        _payee(site, supplier)
        statements += papers.statements
    made = make_payment(*site.as_(CLERK), MakePayment(new_op(), EAST, statements)).payment_id
    file_payment(*site.as_(CLERK), FilePayment(new_op(), EAST, made, folder / "付款.xlsx"))
    return made


def _paid(payment: int, supplier: int) -> AnswerPayment:
    return AnswerPayment(new_op(), EAST, payment, supplier, paid_on=TODAY)


def _lines(site: Site) -> list[PaymentRow]:
    return list(payments(*site.as_(CLERK), (EAST,)))


def test_a_payment_is_done_when_its_last_two_transfers_are_told_at_once(
    server: Site, tmp_path: Path
) -> None:
    payment = _filed(server, tmp_path)
    deeds = [(CLERK, answer_payment, _paid(payment, one)) for one in (KANGZE, RUIHE)]
    assert set(at_once(server, *deeds)) == {State.SENT, State.DONE}
    assert {(one.status, one.state) for one in _lines(server)} == {(State.DONE, "paid")}


def test_a_payment_is_not_given_up_while_one_of_its_transfers_is_told(
    server: Site, tmp_path: Path
) -> None:
    payment = _filed(server, tmp_path)
    up = CancelPayment(new_op(), EAST, payment, "供应商要求改期")
    deeds = (CLERK, answer_payment, _paid(payment, KANGZE)), (CLERK, cancel_payment, up)
    told, given_up = in_between(server, *deeds, after=(bank, "_answer"))
    assert told is State.SENT
    assert isinstance(given_up, DomainError)
    assert given_up.code == "payment.paid"
    assert sorted(one.state for one in _lines(server)) == ["open", "paid"]
