"""Whose goods of a loan are still out: the lender's own, and those of each supplier.

Only like comes back for like. Goods of a supplier in return for the lender's own would be paid
twice, by the lender who had bought them and by the lender again when they are used; own goods in
return for a supplier's would be given away, for their user pays the supplier.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.domain.stock.fefo import LotStock, allocate
from app.domain.transfers.netting import OWN, still_out
from app.domain.transfers.states import Kind, TransferState
from app.i18n import _
from app.models.transfer import LoanSettlement, Transfer, TransferLine, TransferLot
from app.services.db import today
from app.services.transfers.commands import SendPick
from app.services.transfers.stepping import Loaded

Units = dict[int, int]
"""Units by owner; `OWN` is the lender."""
_OWNER = case((TransferLot.to_owner == TransferLot.org_id, OWN), else_=TransferLot.to_owner)


def out_of(session: Session, loans: Collection[int]) -> dict[tuple[int, int], Units]:
    """What is still out of loans, by (loan, line) and owner."""
    lent: dict[tuple[int, int], Units] = defaultdict(dict)
    for row in session.execute(
        select(TransferLot.transfer_id, TransferLot.line, _OWNER.label("owner"),
               func.sum(TransferLot.accepted).label("units"))
        .where(TransferLot.transfer_id.in_(loans))
        .group_by(TransferLot.transfer_id, TransferLot.line, _OWNER)
    ):  # fmt: skip
        lent[row.transfer_id, row.line][row.owner] = int(row.units)
    back = _returned(session, loans, TransferState.ACCEPTED)
    netted = {
        (row.transfer_id, row.line): int(row.units)
        for row in session.execute(
            select(LoanSettlement.transfer_id, LoanSettlement.line,
                   func.sum(LoanSettlement.qty).label("units"))
            .where(LoanSettlement.transfer_id.in_(loans), LoanSettlement.kind == "net")
            .group_by(LoanSettlement.transfer_id, LoanSettlement.line)
        )
    }  # fmt: skip
    found = {}
    for line in session.scalars(select(TransferLine).where(TransferLine.transfer_id.in_(loans))):
        key = (line.transfer_id, line.line)
        gone = dict(back.get((line.transfer_id, line.item_id), {}))
        gone[OWN] = gone.get(OWN, 0) + netted.get(key, 0)
        found[key] = still_out(lent.get(key, {}), gone, line.accepted - line.returned)
    return found


def coming(session: Session, loan_id: int) -> dict[int, Units]:
    """Units by item and owner that were sent back and have not arrived."""
    found = _returned(session, (loan_id,), TransferState.IN_TRANSIT)
    return {item: units for (_loan, item), units in found.items()}


def fitting(
    session: Session,
    loaded: Loaded,
    stock: Mapping[int, tuple[LotStock, ...]],
    picks: Sequence[SendPick] = (),
) -> dict[int, tuple[LotStock, ...]]:
    """Of the sender's stock what may go with this transfer beside the picks.

    All of it, unless loaned goods go back: then of each owner no more than is still out.
    """
    if loaded.head.kind != Kind.RETURN.value:
        return dict(stock)
    day, may = today(session), _may_go(session, loaded)
    items = {line.line: line.item_id for line in loaded.lines}
    for pick in picks:
        rest = may.get(items[pick.line], {})
        rest[pick.owner_id] = rest.get(pick.owner_id, 0) - pick.qty
    return {
        item: tuple(
            replace(pick.stock, qty=pick.qty)
            for owner, units in may.get(item, {}).items()
            for pick in allocate((x for x in lots if x.owner_id == owner), units, day).picks
        )
        for item, lots in stock.items()
    }


def check_owners(session: Session, loaded: Loaded, picks: Sequence[SendPick]) -> None:
    """Refuse goods that go back in return for goods of another owner.

    Raises:
        DomainError: Says what was borrowed, and what to do instead.
    """
    head = loaded.head
    if head.kind != Kind.RETURN.value:
        return
    session.execute(
        select(Transfer.id)
        .where(Transfer.org_id == head.donor_id, Transfer.id == (head.origin_id or 0))
        .with_for_update()  # two returns of one loan do not count the same goods
    )
    may = _may_go(session, loaded)
    items = {line.line: line.item_id for line in loaded.lines}
    for pick in picks:
        item = items[pick.line]
        rest = may.setdefault(item, {})
        rest[pick.owner_id] = rest.get(pick.owner_id, 0) - pick.qty
        if rest[pick.owner_id] < 0:
            raise DomainError("loan.owner", _why(loaded, item, pick.owner_id))


def other_owner(session: Session, loaded: Loaded, item_id: int) -> str:
    """Why there is enough of an item here, and yet it may not go back."""
    may = _may_go(session, loaded).get(item_id, {})
    return _why(loaded, item_id, 0 if may.get(loaded.head.donor_id) else loaded.head.donor_id)


def _why(loaded: Loaded, item_id: int, owner: int) -> str:
    name = loaded.items[item_id].name
    if owner == loaded.head.donor_id:
        return _(
            "{name} 借来的是供应商的货，只能还这家供应商的货。用掉的由你和供应商结算，"
            "不用还：请出借方在「借用」里按价结算，不收款。",
            name=name,
        )
    return _(
        "{name} 借来的是出借方自己的货，要还自有的货，供应商寄售的不能拿来还。"
        "请先补货，或请出借方按价结算。",
        name=name,
    )


def _may_go(session: Session, loaded: Loaded) -> dict[int, Units]:
    """By item and owner at the sender what is out of the loan and not on its way back yet."""
    head = loaded.head
    loan = head.origin_id or 0
    items = {
        line.line: line.item_id
        for line in session.scalars(
            select(TransferLine).where(
                TransferLine.org_id == head.donor_id, TransferLine.transfer_id == loan
            )
        )
    }
    way, found = coming(session, loan), {}
    for (_loan, line), units in out_of(session, (loan,)).items():
        gone = way.get(items[line], {})
        found[items[line]] = {
            owner or head.donor_id: max(0, left - gone.get(owner, 0))
            for owner, left in units.items()
        }
    return found


def _returned(
    session: Session, loans: Collection[int], state: TransferState
) -> dict[tuple[int, int], Units]:
    """What returns of the loans brought, or bring, by (loan, item) and owner."""
    found: dict[tuple[int, int], Units] = defaultdict(dict)
    for row in session.execute(_returns(loans, state)):
        found[row.origin_id, row.item_id][row.owner] = int(row.units)
    return found


def _returns(loans: Collection[int], state: TransferState) -> Select[int, int, int, int]:
    units = TransferLot.qty if state is TransferState.IN_TRANSIT else TransferLot.accepted
    return (
        select(Transfer.origin_id, TransferLot.item_id, _OWNER.label("owner"),
               func.sum(units).label("units"))
        .join(
            Transfer,
            (Transfer.org_id == TransferLot.org_id) & (Transfer.id == TransferLot.transfer_id),
        )
        .where(Transfer.origin_id.in_(loans), Transfer.status == state.value)
        .group_by(Transfer.origin_id, TransferLot.item_id, _OWNER)
    )  # fmt: skip
