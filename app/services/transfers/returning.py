"""What a loan becomes: goods back in kind, a price, or set off against a loan the other way."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, refuse_if
from app.domain.ids import new_id
from app.domain.transfers import legal
from app.domain.transfers.netting import OWN, Debt, set_off
from app.domain.transfers.states import OPEN_LOAN, Kind, Settle, TransferState, Urgency
from app.i18n import _
from app.models.party import Organisation
from app.models.transfer import Transfer, TransferLine
from app.services.access import require
from app.services.db import Database, now, today
from app.services.numbering import document_no
from app.services.operations import claim, finish
from app.services.transfers.accepting import close_loan, settled
from app.services.transfers.commands import Done, GiveBack, Step
from app.services.transfers.owed import owed
from app.services.transfers.owners import coming, out_of
from app.services.transfers.stepping import (
    Loaded,
    by_line,
    case_of,
    end,
    load,
    party,
    peek,
    unit,
)


@dataclass(frozen=True, slots=True)
class SetOff:
    """Set loans of an item between two members off against each other."""

    op_id: UUID
    org_id: int
    other_id: int
    item_id: int


def give_back(db: Database, actor: Actor, command: GiveBack) -> Done:
    """Make the return paper of a loan; sending and accepting go as with any transfer.

    The same item, another lot is allowed (§3.10 step 7).
    """
    require(actor, Duty.STORE, command.org_id)
    op = (command.op_id, "transfer.give_back", command)
    with unit(db, actor, command.org_id, op) as (session, earlier):
        if earlier is not None:
            return earlier
        loan = _locked(session, command.org_id, command.transfer_id)
        wanted = {line: qty for line, qty in by_line(command.quantities).items() if qty}
        _check_back(session, loan, wanted)
        head = _paper(session, actor, loan.head)
        session.add(head)
        session.flush()
        for number, line in enumerate((x for x in loan.lines if x.line in wanted), 1):
            session.add(
                TransferLine(
                    org_id=head.org_id, transfer_id=head.id, line=number, item_id=line.item_id,
                    wanted=wanted[line.line], confirmed=wanted[line.line],
                    unit_price=line.unit_price, price_factor=line.price_factor,
                )
            )  # fmt: skip
        return end(session, actor, command.org_id, op, head)


def settle_by_price(db: Database, actor: Actor, command: Step) -> Done:
    """The lender takes money for its own goods that are still out, and the loan is closed.

    A supplier's goods are paid to the supplier when they are used: they close without a price.

    Raises:
        DomainError: The law blocks the sale, the loan is closed, or goods are on their way back.
    """
    _borrower, lender = peek(db, command.org_id, command.transfer_id)
    require(actor, Duty.STORE, lender)
    op = (command.op_id, "transfer.settle", command)
    with unit(db, actor, lender, op) as (session, earlier):
        if earlier is not None:
            return earlier
        loan = _locked(session, command.org_id, command.transfer_id)
        _check_open(loan)
        _check_nothing_coming(session, loan)
        case = case_of(session, loan)
        sale = legal.Case(
            case.kind, case.basis, case.note, Settle.PRICE, case.urgency, case.same_person,
            case.has_approval, case.goods,
        )  # fmt: skip
        due = owed(session, [loan.head.id])
        if any(one.units for one in due.values()):
            refuse_if(legal.problems(sale), "transfer.legal", _("不能按价结算。"))
        for line in loan.lines:
            left = line.accepted - line.returned
            if left > 0:
                row = settled(session, actor, loan.head, line, ("price", left, None))
                row.amount = due[loan.head.id, line.line].money
                line.returned += left
        session.flush()
        close_loan(session, loan, by_price=True)
        return end(session, actor, lender, op, loan.head)


def net(db: Database, actor: Actor, command: SetOff) -> int:
    """Set loans in both directions off; the units by which both sides were lowered."""
    acting = party(actor, command.org_id, command.other_id)
    op = (command.op_id, "transfer.net", command)
    with db.write() as session:
        earlier = claim(session, actor, acting, *op)
        if earlier is not None:
            return int(earlier["units"])
        _hold_loans(session, command.org_id, command.other_id)
        ours = _debts(session, command.org_id, command.other_id, command.item_id)
        theirs = _debts(session, command.other_id, command.org_id, command.item_id)
        units = 0
        for mine, yours, part in set_off(list(ours), list(theirs)):
            units += part
            for debt, other in ((mine, yours), (yours, mine)):
                loan = load(session, debt.key[0], debt.key[1])
                against = load(session, other.key[0], other.key[1]).head
                line = next(x for x in loan.lines if x.line == debt.key[2])
                line.returned += part
                settled(session, actor, loan.head, line, ("net", part, against))
                session.flush()
                close_loan(session, loan, by_price=False)
        if not units:
            raise DomainError(
                "transfer.no_net",
                _("两家之间没有方向相反的借用可以互抵，供应商的货不算在内。请直接归还。"),
            )
        finish(session, acting, command.op_id, {"units": units})
        return units


def _hold_loans(session: Session, one: int, other: int) -> None:
    """Nobody else gives back or sets off between the two until the unit of work ends."""
    session.execute(
        select(Transfer.id)
        .where(
            Transfer.kind == Kind.LOAN.value,
            Transfer.org_id.in_((one, other)),
            Transfer.donor_id.in_((one, other)),
        )
        .order_by(Transfer.id)
        .with_for_update()
    )


def _debts(session: Session, borrower: int, lender: int, item: int) -> list[Debt]:
    """What is out of the lender's own goods: a supplier's are settled with the supplier."""
    rows = session.execute(
        select(TransferLine.org_id, TransferLine.transfer_id, TransferLine.line)
        .join(
            Transfer,
            (Transfer.org_id == TransferLine.org_id) & (Transfer.id == TransferLine.transfer_id),
        )
        .where(
            Transfer.org_id == borrower,
            Transfer.donor_id == lender,
            Transfer.kind == Kind.LOAN.value,
            Transfer.status.in_(state.value for state in OPEN_LOAN),
            TransferLine.item_id == item,
        )
        .order_by(Transfer.created_at, Transfer.id)
    ).all()  # fmt: skip
    found = []
    out = out_of(session, [row.transfer_id for row in rows])
    for row in rows:
        units = out[row.transfer_id, row.line].get(OWN, 0)
        units -= _own_coming_back(session, lender, row.transfer_id, item)
        if units > 0:
            found.append(Debt((row.org_id, row.transfer_id, row.line), units))
    return found


def _locked(session: Session, org_id: int, transfer_id: int) -> Loaded:
    """The loan, held until the unit of work ends: it is not settled twice at once."""
    session.execute(
        select(Transfer.id)
        .where(Transfer.org_id == org_id, Transfer.id == transfer_id)
        .with_for_update()
    )
    return load(session, org_id, transfer_id)


def _coming_back(session: Session, lender: int, loan_id: int) -> dict[int, int]:
    """Units by item that are on their way back, or about to be sent."""
    sent = Transfer.status == TransferState.IN_TRANSIT.value
    units = case((sent, TransferLine.sent), else_=TransferLine.wanted)
    rows = session.execute(
        select(TransferLine.item_id, func.sum(units))
        .join(
            Transfer,
            (Transfer.org_id == TransferLine.org_id) & (Transfer.id == TransferLine.transfer_id),
        )
        .where(
            Transfer.origin_id == loan_id,
            Transfer.org_id == lender,
            Transfer.status.in_((TransferState.APPROVED, TransferState.IN_TRANSIT)),
        )
        .group_by(TransferLine.item_id)
    ).all()
    return {int(item): int(qty) for item, qty in rows if qty}


def _own_coming_back(session: Session, lender: int, loan_id: int, item: int) -> int:
    """Units on their way back that may be the lender's own; of what is not sent nobody knows."""
    every = _coming_back(session, lender, loan_id).get(item, 0)
    sent = coming(session, loan_id).get(item, {})
    return every - sum(units for owner, units in sent.items() if owner != OWN)


def _check_nothing_coming(session: Session, loan: Loaded) -> None:
    if _coming_back(session, loan.head.donor_id, loan.head.id):
        raise DomainError(
            "loan.coming",
            _("{no} 有归还单还没办完。请先验收或取消归还单，再结算余下的。", no=loan.head.no),
        )


def _check_open(loan: Loaded) -> None:
    if loan.head.kind != Kind.LOAN.value or loan.head.status not in OPEN_LOAN:
        raise DomainError("loan.closed", _("{no} 没有未还的借用。请刷新后再看。", no=loan.head.no))


def _check_back(session: Session, loan: Loaded, wanted: dict[int, int]) -> None:
    _check_open(loan)
    coming = _coming_back(session, loan.head.donor_id, loan.head.id)
    lines = {line.line: line for line in loan.lines}
    for number, qty in wanted.items():
        line = lines.get(number)
        if line is None:
            raise DomainError("loan.line", _("这张借用单没有第 {n} 行。请核对行号。", n=number))
        left = line.accepted - line.returned - coming.get(line.item_id, 0)
        if not 0 <= qty <= left:
            raise DomainError(
                "loan.too_much",
                _("这一行还欠 {left}（已在归还路上的不算），要还 {qty}。请改数量。",
                  left=loan.told(line.item_id, left), qty=loan.told(line.item_id, qty)),
            )  # fmt: skip
    if not wanted:
        raise DomainError("loan.empty", _("还没有填要还的数量。"))


def _paper(session: Session, actor: Actor, loan: Transfer) -> Transfer:
    """A return: the lender receives, the borrower sends; nobody has to approve it."""
    code = session.scalar(select(Organisation.code).where(Organisation.id == loan.org_id)) or ""
    day = today(session)
    return Transfer(
        org_id=loan.donor_id,
        id=new_id(),
        no=f"{document_no(session, loan.org_id, 'GH', day)}-{code}",
        donor_id=loan.org_id,
        kind=Kind.RETURN.value,
        status=TransferState.APPROVED.value,
        urgency=Urgency.NORMAL.value,
        legal_basis=legal.Basis.RETURN.value,
        settle=Settle.NONE.value,
        reason=_("归还 {no}", no=loan.no),
        origin_id=loan.id,
        place_id=0,
        created_at=now(session),
        created_by=actor.person_id,
        approved_at=now(session),
        approved_by=actor.person_id,
        version=1,
    )
