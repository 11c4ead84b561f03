"""How a sealed bid is proved: SHA-256 over its canonical content and a nonce.

The digest is on record the moment a bid is in; content and nonce become readable at the opening.
Whoever then computes the digest again knows that not one price was changed in between, and the
nonce of 32 random bytes keeps anybody from finding a price by trying all of them.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.domain import money

NONCE_BYTES: Final = 32


class SheetKind(StrEnum):
    """What a sheet says."""

    BID = "bid"
    WITHDRAWAL = "withdrawal"


class BidSource(StrEnum):
    """How a sheet came in."""

    TYPED = "typed"
    TEMPLATE = "template"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class BidLine:
    """One price of a sheet.

    Attributes:
        line: Line of the project.
        unit_price: Per the line's price factor; None gives the line up (放弃).
        capacity: The most it can supply in the period, smallest units; None for all of it.
    """

    line: int
    unit_price: Decimal | None
    capacity: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SheetContent:
    """All that a sheet says, and of which project, round and supplier."""

    org_id: int
    negotiation_id: int
    round: int
    supplier_id: int
    kind: SheetKind
    lines: tuple[BidLine, ...]


def canonical(content: SheetContent) -> str:
    """The one text of a sheet: JSON, keys sorted, lines by number, prices × 10,000."""
    lines = sorted(content.lines, key=lambda line: line.line)
    plain = {
        "org": content.org_id,
        "negotiation": content.negotiation_id,
        "round": content.round,
        "supplier": content.supplier_id,
        "kind": content.kind.value,
        "lines": [
            [
                one.line,
                None if one.unit_price is None else money.to_scaled(one.unit_price),
                one.capacity,
                one.note,
            ]
            for one in lines
        ],
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def new_nonce() -> bytes:
    """A fresh nonce."""
    return secrets.token_bytes(NONCE_BYTES)


def commitment(text: str, nonce: bytes) -> bytes:
    """The digest that is put on record."""
    return hashlib.sha256(nonce + text.encode()).digest()


def opening_digest(commitments: Iterable[bytes]) -> bytes:
    """The digest of an opening, over the commitments by supplier and version."""
    return hashlib.sha256(b"".join(commitments)).digest()
