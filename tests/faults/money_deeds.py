"""What becomes of a bill in a storm: invoices, matching, audit, payment, and back again.

As in `tests.faults.deeds` every step is a service call under an operation id of its own. Two
computers of a member, its supplier and the auditor are at the same papers at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from app.domain.documents import State
from app.domain.ids import new_op
from app.domain.settlement.invoice import InvoiceFacts
from app.domain.settlement.steps import Verb
from app.services.settlement.bank import AnswerPayment, FilePayment, answer_payment, file_payment
from app.services.settlement.invoices import (
    InvoiceRow,
    RegisterInvoices,
    VoidInvoice,
    invoices,
    register,
    void,
)
from app.services.settlement.listing import StatementRow, statements
from app.services.settlement.matching import Match, Unmatch, WantedPair, match, unmatch
from app.services.settlement.payments import (
    CancelPayment,
    MakePayment,
    PaymentRow,
    cancel_payment,
    make_payment,
    payable,
    payments,
)
from app.services.settlement.proposing import proposals, wanted_pairs
from app.services.settlement.steps import Step, step
from tests.factories import KANGZE

if TYPE_CHECKING:
    from tests.faults.deeds import Hand

WHY = "暴风里的账"
AUDITOR, SELLER = "lead_admin", "kangze_sales"
_ONCE = 0.3
"""How often a paper that could go on is taken back instead."""


@dataclass(slots=True)
class Money:
    """The same people as `hand`, at the bills of their supplier."""

    hand: Hand
    deeds: list[Callable[[], None]] = field(init=False)

    def __post_init__(self) -> None:
        self.deeds = [self.invoice, self.match, self.match, self.audit, self.pay, self.bank]

    def work(self) -> None:
        """The furthest step that something waits for, or any."""
        if self.hand.dice.random() < 0.5:
            self.hand.dice.choice(self.deeds)()
            return
        for deed, there in ((self.bank, self._batches()), (self.pay, self._bills(State.AUDITED)),
                            (self.audit, self._bills(State.INVOICED)),
                            (self.match, self._open_invoices())):  # fmt: skip
            if there:
                deed()
                return
        self.invoice()

    def invoice(self) -> None:
        """The supplier or the clerk types an invoice: of the whole bill, or of a part."""
        hand, post = self.hand, self.hand.post
        rows = [x for x in self._bills(State.CONFIRMED) if x.payable > x.matched]
        if not rows:
            self._agree()
            return
        row = hand.dice.choice(rows)
        total = row.payable - row.matched
        if hand.dice.random() < _ONCE:
            total = max((total / 2).quantize(Decimal("0.01")), Decimal("0.01"))
        number = "2631" + "".join(hand.dice.choices("0123456789", k=16))
        note = row.no if hand.dice.random() < 0.5 else ""
        facts = InvoiceFacts(number, "", hand.day, None, None, total, note)
        wish = RegisterInvoices(new_op(), post.org, KANGZE, (facts,))
        login = SELLER if hand.dice.random() < 0.5 else post.head
        hand.do(login, "invoice", register, wish)

    def _agree(self) -> None:
        """A bill that waits for the supplier is confirmed, so that there is something to pay."""
        hand, post = self.hand, self.hand.post
        for row in statements(*hand.way(post.head), (post.org,)):
            verb, login = {
                State.DRAFT: (Verb.SEND, post.head),
                State.SENT: (Verb.CONFIRM, SELLER),
            }.get(row.status, (None, ""))
            if verb is not None:
                deed = Step(new_op(), row.org_id, row.statement_id, verb, row.version, WHY)
                hand.do(login, f"bill.{verb}", step, deed)
                return

    def match(self) -> None:
        """Certain pairs, any pair by hand, one taken off again, or an invoice given up."""
        hand, post = self.hand, self.hand.post
        way = hand.way(post.head)
        chance = hand.dice.random()
        bills = [x for x in self._bills(State.CONFIRMED, State.INVOICED) if x.matched]
        if chance < 0.15 and bills:
            bill = hand.dice.choice(bills)
            off = Unmatch(new_op(), post.org, bill.statement_id)
            hand.do(post.head, "unmatch", unmatch, off)
            return
        free = self._open_invoices()
        if chance < 0.25 and free:
            gone = VoidInvoice(new_op(), post.org, hand.dice.choice(free).invoice_id, WHY)
            hand.do(post.head, "invoice.void", void, gone)
            return
        found = proposals(*way, (post.org,)).certain
        pairs = wanted_pairs(found)
        open_bills = self._bills(State.CONFIRMED)
        if not pairs and free and open_bills:
            bill = hand.dice.choice(open_bills)
            one = hand.dice.choice(free)
            pairs = (WantedPair(post.org, one.invoice_id, post.org, bill.statement_id),)
        if pairs:
            hand.do(post.head, "match", match, Match(new_op(), post.org, pairs))

    def audit(self) -> None:
        """Another person audits, or takes the audit back."""
        hand = self.hand
        rows = self._bills(State.INVOICED) or self._bills(State.AUDITED)
        if not rows:
            return
        row = hand.dice.choice(rows)
        verb = Verb.AUDIT if row.status is State.INVOICED else Verb.RECALL
        if verb is Verb.RECALL and hand.dice.random() > _ONCE:
            return
        deed = Step(new_op(), row.org_id, row.statement_id, verb, row.version, WHY)
        hand.do(AUDITOR, f"bill.{verb}", step, deed)

    def pay(self) -> None:
        """A batch of what is audited."""
        hand, post = self.hand, self.hand.post
        rows = payable(*hand.way(post.head), (post.org,))
        if rows:
            some = hand.dice.sample(rows, hand.dice.randint(1, len(rows)))
            wish = MakePayment(new_op(), post.org, tuple(x.statement_id for x in some))
            hand.do(post.head, "payment", make_payment, wish)

    def bank(self) -> None:
        """The next step of a batch: filed, paid, sent back by the bank, or given up."""
        hand, post = self.hand, self.hand.post
        rows = self._batches()
        if not rows:
            return
        row = hand.dice.choice(rows)
        ids = (new_op(), post.org, row.payment_id)
        back = hand.dice.random() < _ONCE
        if row.status is State.DRAFT and not back:
            file = FilePayment(*ids, hand.scratch / f"{row.payment_id}.csv")
            hand.do(post.head, "payment.file", file_payment, file)
        elif row.state == "open" and row.status is State.SENT and not back:
            paid = AnswerPayment(*ids, paid_on=hand.day)
            hand.do(post.head, "payment.paid", answer_payment, paid)
        elif row.status is State.SENT:
            refused = AnswerPayment(*ids, KANGZE, None, WHY)
            hand.do(post.head, "payment.returned", answer_payment, refused)
        else:
            gone = CancelPayment(*ids, WHY)
            hand.do(post.head, "payment.cancel", cancel_payment, gone)

    def _bills(self, *states: State) -> list[StatementRow]:
        hand, post = self.hand, self.hand.post
        rows = statements(*hand.way(post.head), (post.org,))
        return [x for x in rows if x.status in states and x.kind != "reversal"]

    def _open_invoices(self) -> list[InvoiceRow]:
        hand, post = self.hand, self.hand.post
        return list(invoices(*hand.way(post.head), (post.org,), open_only=True))

    def _batches(self) -> list[PaymentRow]:
        hand, post = self.hand, self.hand.post
        going = (State.DRAFT, State.SENT)
        return [x for x in payments(*hand.way(post.head), (post.org,)) if x.status in going]
