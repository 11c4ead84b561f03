"""What is asked of the transfer services, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.transfers.legal import Basis
from app.domain.transfers.states import Kind, Settle, TransferState, Urgency

if TYPE_CHECKING:
    from app.services.receiving.commands import Second


@dataclass(frozen=True, slots=True)
class RequestLine:
    """So many smallest units of an item; `saved` is the expiry avoided, in money."""

    item_id: int
    qty: int
    saved: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Paper:
    """An approval or report as it came: its number, day, file name and bytes."""

    kind: str
    number: str
    issued_on: date | None
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """Ask another member for goods.

    Attributes:
        op_id: Made once per intention.
        org_id: Who wants the goods.
        donor_id: Who is asked.
        lines: Items and units.
        kind: Transfer, loan, or delivery to a patient.
        urgency: How soon.
        basis: The legal ground.
        basis_note: Order number or approval number in words.
        settle: What is owed for the goods.
        reason: Why, for the donor to read.
        due_on: Needed by.
        return_by: A loan comes back by then.
        patient_ref: Initialled reference, for a delivery to a patient.
        address: Where the patient gets the goods.
        papers: Documents attached at once.
        submit: False keeps a draft, so that papers can be attached.
    """

    op_id: UUID
    org_id: int
    donor_id: int
    lines: tuple[RequestLine, ...]
    kind: Kind = Kind.TRANSFER
    urgency: Urgency = Urgency.NORMAL
    basis: Basis = Basis.SAME_PERSON
    basis_note: str = ""
    settle: Settle = Settle.NONE
    reason: str = ""
    due_on: date | None = None
    return_by: date | None = None
    patient_ref: str = ""
    address: str = ""
    papers: tuple[Paper, ...] = ()
    submit: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """A step of one party that needs no more than a reason: submit, approve, cancel.

    Attributes:
        op_id: Made once per intention.
        org_id: Who receives the goods (whose paper it is).
        transfer_id: The transfer.
        version: As the person saw it.
        reason: For cancelling and refusing.
    """

    op_id: UUID
    org_id: int
    transfer_id: int
    version: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Attach:
    """Attach a document."""

    op_id: UUID
    org_id: int
    transfer_id: int
    paper: Paper


@dataclass(frozen=True, slots=True)
class Confirm:
    """The donor promises: units by line; lines left out are promised as asked."""

    op_id: UUID
    org_id: int
    transfer_id: int
    version: int
    quantities: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SendPick:
    """So many units of a lot and owner from a place, with the trace codes scanned."""

    line: int
    lot_id: int
    owner_id: int
    place_id: int
    qty: int
    traces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Send:
    """The donor sends: picks by scan, or none to take what was promised first expiry first.

    Controlled drugs need a `second` person, here and where they are accepted or cleared.
    """

    op_id: UUID
    org_id: int
    transfer_id: int
    version: int
    picks: tuple[SendPick, ...] = ()
    mode: str = ""
    carrier: str = ""
    record_no: str = ""
    temperature: Decimal | None = None
    second: Second | None = None


@dataclass(frozen=True, slots=True)
class AcceptLot:
    """What became of a lot that was sent; the rest of it is missing.

    `traces` names the accepted packs where trace codes were sent and only a part is accepted.
    """

    n: int
    accepted: int
    refused: int = 0
    traces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accept:
    """The receiver accepts lot by lot; no lots named means all of them whole."""

    op_id: UUID
    org_id: int
    transfer_id: int
    version: int
    lots: tuple[AcceptLot, ...] = ()
    temperature: Decimal | None = None
    note: str = ""
    second: Second | None = None


@dataclass(frozen=True, slots=True)
class Clear:
    """The donor books what did not arrive whole: goods back on the shelf, or lost."""

    op_id: UUID
    org_id: int
    transfer_id: int
    n: int
    qty: int
    lost: bool = False
    second: Second | None = None


@dataclass(frozen=True, slots=True)
class GiveBack:
    """The borrower returns units of lines in kind: a return paper is made and then sent."""

    op_id: UUID
    org_id: int
    transfer_id: int
    quantities: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What a transfer is after a step."""

    org_id: int
    transfer_id: int
    no: str
    state: TransferState
    version: int

    def as_plain(self) -> dict[str, Any]:
        """For the operation's stored answer."""
        return {
            "org_id": self.org_id,
            "transfer_id": self.transfer_id,
            "no": self.no,
            "state": self.state.value,
            "version": self.version,
        }

    @classmethod
    def from_plain(cls, stored: dict[str, Any]) -> Done:
        """From the operation's stored answer."""
        return cls(
            int(stored["org_id"]), int(stored["transfer_id"]), str(stored["no"]),
            TransferState(stored["state"]), int(stored["version"]),
        )  # fmt: skip
