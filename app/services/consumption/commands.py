"""What is asked of the consumption service, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from app.domain.ledger import Move
from app.services.receiving.commands import Second

PREFIX: Final = "XH"
"""Of the numbers of consumptions, and of the papers that take them back."""


@dataclass(frozen=True, slots=True)
class ConsumeLine:
    """So many units of an item; FEFO unless a lot or a labelled pack is named.

    Attributes:
        item_id: 品规.
        qty: Smallest units, positive; for a pack the units inside it.
        lot_id: The lot that was scanned, 0 to take by FEFO.
        pack_id: The labelled pack that was scanned, 0 for loose goods.
        reason: Why a later lot was taken before an earlier one.
    """

    item_id: int
    qty: int
    lot_id: int = 0
    pack_id: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Consume:
    """Use goods at a place. The operation id is made once per intention of the person.

    Attributes:
        second: Who checks controlled drugs besides who gives them.
    """

    op_id: UUID
    org_id: int
    place_id: int
    lines: tuple[ConsumeLine, ...]
    occurred_on: date | None = None
    source: str = "scan"
    note: str = ""
    second: Second | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """A consumption document to be posted in the caller's unit of work.

    Attributes:
        op_id: Of the command; each document of one command needs its own, derived from it.
        source: scan, typed, pack, dispense, kit, test or case.
        document_id: Known before where something else refers to it already.
        no: Its number, drawn before where something else is posted before it.
    """

    org_id: int
    op_id: UUID
    place_id: int
    day: date
    source: str
    note: str = ""
    document_id: int = 0
    no: str = ""


@dataclass(frozen=True, slots=True)
class ConsumedLine:
    """What was taken for a line: one row per lot and owner."""

    line: int
    ledger_seq: int
    item_id: int
    lot_id: int
    owner_id: int
    qty: int
    unit_price: Decimal
    price_factor: int


@dataclass(frozen=True, slots=True)
class Consumed:
    """The consumption document as posted."""

    document_id: int
    no: str
    lines: tuple[ConsumedLine, ...]

    def as_plain(self) -> dict[str, Any]:
        """For the operation's stored answer."""
        return {
            "document_id": self.document_id,
            "no": self.no,
            "lines": [
                [x.line, x.ledger_seq, x.item_id, x.lot_id, x.owner_id, x.qty,
                 str(x.unit_price), x.price_factor]
                for x in self.lines
            ],
        }  # fmt: skip

    @classmethod
    def of(cls, document_id: int, no: str, moves: Sequence[Move], first_seq: int) -> Consumed:
        """Of moves that were posted one after the other from this ledger row on."""
        lines = (
            ConsumedLine(
                line=move.doc_line, ledger_seq=seq, item_id=move.item_id, lot_id=move.lot_id,
                owner_id=move.owner_id, qty=move.qty, unit_price=move.unit_price,
                price_factor=move.price_factor,
            )
            for seq, move in enumerate(moves, first_seq)
        )  # fmt: skip
        return cls(document_id, no, tuple(lines))

    @classmethod
    def from_plain(cls, stored: dict[str, Any]) -> Consumed:
        """From the operation's stored answer."""
        lines = tuple(_line_of(row) for row in stored["lines"])
        return cls(int(stored["document_id"]), str(stored["no"]), lines)


def _line_of(row: list[Any]) -> ConsumedLine:
    line, seq, item, lot, owner, qty, price, factor = row
    return ConsumedLine(line, seq, item, lot, owner, qty, Decimal(price), factor)


@dataclass(frozen=True, slots=True)
class Reverse:
    """Take a consumption back (反消耗): all of it, or one of its ledger rows in part.

    Attributes:
        op_id: Made once per intention.
        org_id: The member.
        document_id: The consumption.
        ledger_seq: One row of it, 0 for all.
        qty: Units of that row or line to take back, 0 for all that is left of it.
        reason: Why; at least two characters.
        doc_line: One line of it, 0 for all.
        lot_id: The lot that comes back, 0 when nobody looked; another lot is refused.
        second: Who checks controlled drugs besides who takes them back.
    """

    op_id: UUID
    org_id: int
    document_id: int
    reason: str
    ledger_seq: int = 0
    qty: int = 0
    doc_line: int = 0
    lot_id: int = 0
    second: Second | None = None
