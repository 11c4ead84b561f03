"""Payments: audited statements put together by payee, refunds taken off what is owed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from app.domain.documents import State, state_title
from app.domain.errors import DomainError
from app.i18n import _


@dataclass(frozen=True, slots=True)
class Payable:
    """An audited statement that no payment holds yet."""

    org_id: int
    statement_id: int
    no: str
    supplier_id: int
    supplier: str
    amount: Decimal
    org: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One line of a payment file: all that a supplier gets, and for which statements."""

    supplier_id: int
    supplier: str
    amount: Decimal
    statements: tuple[str, ...]


def batch_title(state: State) -> str:
    """The state of a batch in the person's language; one that was filed waits for the bank."""
    return _("已交银行") if state is State.SENT else state_title(state)


def transfers(payables: Iterable[Payable]) -> tuple[Transfer, ...]:
    """One transfer for each supplier.

    Raises:
        DomainError: Nothing was chosen, one statement twice, or refunds outweigh what is owed.
    """
    chosen = list(payables)
    if not chosen:
        raise DomainError("payment.empty", _("还没有选要付的对账单。只有已审核的可以付款。"))
    if len({(one.org_id, one.statement_id) for one in chosen}) != len(chosen):
        raise DomainError("payment.twice", _("同一张对账单选了两次。每张只付一次。"))
    by_supplier: dict[int, list[Payable]] = {}
    for one in chosen:
        by_supplier.setdefault(one.supplier_id, []).append(one)
    made = []
    for supplier, rows in by_supplier.items():
        amount = sum((row.amount for row in rows), Decimal("0.00"))
        if amount <= 0:
            raise DomainError(
                "payment.negative",
                _(
                    "{supplier} 选中的合计是 {amount}，没有可付的钱。"
                    "请和应付的对账单一起选，用退货冲减。",
                    supplier=rows[0].supplier, amount=amount,
                ),
            )  # fmt: skip
        made.append(
            Transfer(supplier, rows[0].supplier, amount, tuple(sorted(row.no for row in rows)))
        )
    return tuple(sorted(made, key=lambda one: (one.supplier, one.supplier_id)))
