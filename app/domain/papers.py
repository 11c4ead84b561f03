"""What the printed papers say: plain values, ready for print.

A service fills these; `app.adapters.pdf` turns one into PDF bytes. Quantities come as text (a count
with its unit, from `UnitChain.text`), prices and amounts as `Decimal`, days and times as text in
the member's time zone, so that the same paper always gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from app.domain.orders.signing import Party as Side


@dataclass(frozen=True, slots=True)
class PrintInfo:
    """Header and footer of every page.

    Attributes:
        member: Whose paper it is.
        printed_by: Name of the person.
        printed_at: Local time, such as 2026-10-14 09:20.
        selection: What was filtered, empty for a document.
        demo: Fictional data; 演示数据 is printed across every page.
        anchor: Fingerprints of the books at the time of signing (`app.services.anchors`), empty
            for a paper that nobody signed.
    """

    member: str
    printed_by: str
    printed_at: str
    selection: str = ""
    demo: bool = False
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a paper; empty fields are not printed."""

    name: str
    code: str = ""
    address: str = ""
    contact: str = ""
    phone: str = ""
    bank: str = ""


@dataclass(frozen=True, slots=True)
class Signing:
    """One signature place: who should sign or has signed, when, over which digest.

    `side` names the electronic seal that belongs there; None where only pen and ink do.
    """

    role: str
    party: str
    person: str = ""
    at: str = ""
    digest: str = ""
    refused: str = ""
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Goods:
    """What is bought, delivered or settled."""

    code: str
    name: str
    spec: str
    maker: str
    approval: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order; the price is that of one `unit`."""

    goods: Goods
    quantity: str
    unit: str
    price: Decimal
    amount: Decimal
    note: str = ""


@dataclass(frozen=True, slots=True)
class OrderPaper:
    """A member's own order at one supplier (统采分签)."""

    info: PrintInfo
    number: str
    ordered_on: str
    group_number: str
    buyer: Party
    supplier: Party
    deliver_to: str
    due_on: str
    lines: tuple[OrderLine, ...]
    total: Decimal
    terms: tuple[str, ...] = ()
    signings: tuple[Signing, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class ShortageLine:
    """One line of which a part will not come; `number` as in the order."""

    number: int
    goods: Goods
    ordered: str
    ended: str
    unit: str
    price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ShortagePaper:
    """What a supplier cannot deliver of a signed order (补充说明)."""

    info: PrintInfo
    number: str
    declared_on: str
    order_number: str
    order_version: int
    buyer: Party
    supplier: Party
    clauses: tuple[str, ...]
    lines: tuple[ShortageLine, ...]
    total: Decimal
    signings: tuple[Signing, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """One article of a contract."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ContractPrice:
    """One price of a contract."""

    goods: Goods
    unit: str
    price: Decimal
    source: str = ""


@dataclass(frozen=True, slots=True)
class ContractPaper:
    """A member's own contract with a supplier (分签合同)."""

    info: PrintInfo
    number: str
    agreement: str
    buyer: Party
    supplier: Party
    valid: str
    clauses: tuple[Clause, ...]
    prices: tuple[ContractPrice, ...] = ()
    signings: tuple[Signing, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementLine:
    """What was used of one lot in the period; a refund is negative."""

    goods: Goods
    lot: str
    quantity: str
    unit: str
    price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class StatementPaper:
    """What a member used of a supplier's goods in a period and owes for (对账单).

    Attributes:
        consumed: Use of the period at the prices the goods came in at, as the stock rolls.
        payable: What is owed, with price changes, late entries and adjustments.
        settled: When goods become payable, in words.
        title: Another heading, for a bill of returns or a reversal.
    """

    info: PrintInfo
    number: str
    period: str
    buyer: Party
    supplier: Party
    lines: tuple[StatementLine, ...]
    opening: Decimal
    received: Decimal
    consumed: Decimal
    closing: Decimal
    payable: Decimal
    settled: str
    title: str = ""
    signings: tuple[Signing, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class AcceptanceLine:
    """One lot of one item at acceptance."""

    goods: Goods
    lot: str
    expiry: str
    expected: str
    accepted: str
    refused: str
    price: Decimal
    amount: Decimal
    result: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AcceptancePaper:
    """The acceptance record (验收记录) of a delivery."""

    info: PrintInfo
    number: str
    accepted_on: str
    delivery_number: str
    order_numbers: str
    buyer: Party
    supplier: Party
    place: str
    transport: str
    checks: tuple[tuple[str, str], ...]
    lines: tuple[AcceptanceLine, ...]
    total: Decimal
    acceptors: tuple[Signing, ...] = ()
    keep_until: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One line of a delivery note."""

    goods: Goods
    lot: str
    expiry: str
    quantity: str
    unit: str
    price: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryPaper:
    """The delivery note that travels with the goods (随货同行单)."""

    info: PrintInfo
    number: str
    shipped_on: str
    order_number: str
    buyer: Party
    supplier: Party
    deliver_to: str
    transport: str
    lines: tuple[DeliveryLine, ...]
    signings: tuple[Signing, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table paper: its title, its share of the width, whether it holds figures."""

    title: str
    share: int
    figures: bool = False


@dataclass(frozen=True, slots=True)
class TablePaper:
    """A paper that is facts above a table above signatures: slips, count sheets, ledgers.

    Attributes:
        info: Header and footer.
        title: What the paper is.
        number: Its number, empty for none.
        facts: Pairs of caption and value.
        columns: Titles of the table.
        rows: Its cells.
        notes: Sentences below the table.
        signing: Who signs.
        landscape: Turned.
    """

    info: PrintInfo
    title: str
    number: str
    facts: tuple[tuple[str, str], ...]
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    signing: tuple[Signing, ...] = ()
    landscape: bool = False
