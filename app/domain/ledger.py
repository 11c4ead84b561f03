"""The ledger's pure part: what a move is, and how rows are chained.

Stock is a list of moves between places. Supplier, consumed, lost and scrapped are places too, so
stock never appears from nothing. Each row of an organisation carries
``sha256(previous hash ‖ canonical text)``; the text has no float, locale or time-zone in it, so
SQLite (hashlib) and PostgreSQL (sha256) make the same bytes and an auditor can recompute them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from app.domain.money import to_scaled

GENESIS: Final = bytes(32)
"""The hash before the first row of an organisation."""


@dataclass(frozen=True, slots=True)
class Move:
    """Goods that go from one place to another inside one organisation.

    Attributes:
        item_id: 品规.
        lot_id: Lot, 0 for none.
        owner_id: Whose goods they are: the member's own or a supplier's (寄售).
        from_place: Where they leave.
        to_place: Where they arrive.
        qty: Smallest units, positive.
        unit_price: Price snapshot per `price_factor` smallest units.
        price_factor: How many smallest units the price is for.
        pack_id: The labelled pack that moves as a whole, 0 for loose goods.
        doc_line: Line of the document, from 1.
        reversal_of: The sequence number of the row that this one takes back, 0 for none.
        reason: Why, for corrections and overrides.
    """

    item_id: int
    lot_id: int
    owner_id: int
    from_place: int
    to_place: int
    qty: int
    unit_price: Decimal = Decimal(0)
    price_factor: int = 1
    pack_id: int = 0
    doc_line: int = 0
    reversal_of: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RowHead:
    """What identifies a ledger row beside its move."""

    org_id: int
    seq: int
    op_id: UUID
    line: int
    doc_kind: str
    doc_id: int
    occurred_on: date
    posted_us: int
    actor_id: int


def canonical(head: RowHead, move: Move) -> str:
    """The text that is hashed; `reason` stands last because it may hold any character."""
    parts = (
        head.org_id,
        head.seq,
        head.op_id,
        head.line,
        head.doc_kind,
        head.doc_id,
        move.doc_line,
        move.item_id,
        move.lot_id,
        move.pack_id,
        move.owner_id,
        move.from_place,
        move.to_place,
        move.qty,
        to_scaled(move.unit_price),
        move.price_factor,
        head.occurred_on.isoformat(),
        head.posted_us,
        head.actor_id,
        move.reversal_of,
        move.reason,
    )
    return "|".join(str(part) for part in parts)


def next_hash(previous: bytes, text: str) -> bytes:
    """The hash of a row whose predecessor's hash is `previous`."""
    return hashlib.sha256(previous + text.encode()).digest()
