"""What is asked of the receiving services, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.domain.receiving.note import Note
from app.domain.receiving.policy import Policy
from app.domain.receiving.transport import Transport
from app.domain.receiving.work import Entry, Work
from app.domain.scan import BarcodeRule


@dataclass(frozen=True, slots=True)
class DeliverLine:
    """One line of a note to make.

    Attributes:
        item_id: 品规.
        qty: Smallest units.
        lot_no: Lot, if the supplier states it.
        expiry: Expiry, if stated.
        produced: Day of production, if stated.
        unit_price: Price per `price_factor`, if stated.
        price_factor: Smallest units that the price is for.
        order_id: Member order, 0 to match by item.
        order_line: Its line, 0 to match by item.
        note: Whatever else stands there.
    """

    item_id: int
    qty: int
    lot_no: str = ""
    expiry: date | None = None
    produced: date | None = None
    unit_price: Decimal | None = None
    price_factor: int = 1
    order_id: int = 0
    order_line: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class MakeDelivery:
    """A delivery note, typed or from a file.

    Attributes:
        op_id: Made once per intention.
        org_id: The receiving member.
        supplier_id: Who delivers.
        lines: What is delivered.
        no: The supplier's number; a number of ours when empty.
        shipped_on: Day of dispatch.
        source: typed | file | order.
    """

    op_id: UUID
    org_id: int
    supplier_id: int
    lines: tuple[DeliverLine, ...]
    no: str = ""
    shipped_on: date | None = None
    source: str = "typed"


@dataclass(frozen=True, slots=True)
class DeliverOrder:
    """The supplier announces what it sends for a signed order.

    Attributes:
        op_id: Made once per intention.
        org_id: The member.
        order_id: The signed order.
        lines: What is sent; empty for all that is still to come.
        no: The supplier's own number; one of the program's when empty.
        shipped_on: Day of dispatch, today when None.
    """

    op_id: UUID
    org_id: int
    order_id: int
    lines: tuple[DeliverLine, ...] = ()
    no: str = ""
    shipped_on: date | None = None


@dataclass(frozen=True, slots=True)
class CancelDelivery:
    """A note that will not come, or was made by mistake; nothing was accepted of it."""

    op_id: UUID
    org_id: int
    delivery_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class MadeDelivery:
    """A delivery note that is there now."""

    delivery_id: int
    org_id: int
    no: str
    lines: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A note opened for acceptance.

    Attributes:
        note: What the supplier states.
        work: What was counted of it so far.
        policy: What the member demands.
        version: Version of the draft, to save the next over.
        drafted_by: Who counted so far, when it was somebody else.
        drafted_at: When that was saved last, local time.
        today: The members' day by the server's clock.
        state: The note's state.
        rules: How suppliers' own labels are cut.
    """

    note: Note
    work: Work
    policy: Policy
    version: int
    drafted_by: str
    drafted_at: datetime | None
    today: date
    state: str
    rules: tuple[BarcodeRule, ...] = ()


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """Keep what was counted; `version` is the one that was read or saved last."""

    org_id: int
    delivery_id: int
    content: Mapping[str, Any]
    version: int


@dataclass(frozen=True, slots=True)
class Second:
    """The second person of a two-person acceptance, who signs in with the own password."""

    login: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Receive:
    """Complete an acceptance: stock goes up.

    Attributes:
        op_id: Made once per intention.
        org_id: The member.
        delivery_id: The note.
        entries: What was counted.
        transport: How the goods came.
        second: Second person, for controlled drugs.
        place_id: Where the goods go; 0 for the place of the order.
    """

    op_id: UUID
    org_id: int
    delivery_id: int
    entries: tuple[Entry, ...]
    transport: Transport = field(default_factory=Transport)
    second: Second | None = None
    place_id: int = 0


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """One accepted lot, for labels and lists."""

    line: int
    item_id: int
    lot_id: int
    owner_id: int
    place_id: int
    qty: int
    refused: int


@dataclass(frozen=True, slots=True)
class Received:
    """What came of an acceptance.

    Attributes:
        document_id: The acceptance.
        no: Its number.
        state: The note's state now: accepted, or refused when all went back.
        amount: Value taken in.
        lines: Accepted and refused lots.
        warnings: What was passed: short goods, prices above the agreed.
        orders: Numbers of orders and their states now.
    """

    document_id: int
    no: str
    state: str
    amount: Decimal
    lines: tuple[ReceivedLine, ...]
    warnings: tuple[str, ...] = ()
    orders: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_plain(cls, stored: Mapping[str, Any]) -> Received:
        """The answer as it was kept for a repeat."""
        return cls(
            document_id=int(stored["document_id"]),
            no=str(stored["no"]),
            state=str(stored["state"]),
            amount=Decimal(stored["amount"]),
            lines=tuple(ReceivedLine(**line) for line in stored["lines"]),
            warnings=tuple(stored["warnings"]),
            orders=tuple((str(no), str(state)) for no, state in stored["orders"]),
        )


@dataclass(frozen=True, slots=True)
class ReverseAcceptance:
    """Take a wrong acceptance back, as long as nothing of it was used."""

    op_id: UUID
    org_id: int
    acceptance_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Reversed:
    """What was taken back: the note waits for acceptance again."""

    acceptance_id: int
    no: str
    delivery_id: int
    delivery_no: str
