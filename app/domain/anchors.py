"""The root of a day: one hash over the heads of all chains, and how it is written on paper.

Whoever may rewrite a whole chain can make it fit again. What cannot be made to fit is a hash that
was printed on a signed paper or kept by another computer before.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

SHOWN: Final = 20
"""Hex digits on paper: 80 bits; to find another history for them is out of reach."""
_LEAF: Final = 32
_PRINTED: Final = re.compile(
    r"(?:(?P<day>\d{4}-\d{2}-\d{2})|(?P<letter>[AL])(?P<org>\d{4})-(?P<seq>\d{1,18}))"
    r"-(?P<digits>[0-9a-f]{20})"
)


@dataclass(frozen=True, slots=True)
class Printed:
    """A fingerprint as it stands on a paper: of a day's root, or of one row of a chain.

    Attributes:
        digits: The first hex digits.
        day: The root's day, None for a row.
        org_code: The organisation, empty for a root.
        chain: ``ledger`` or ``audit``, empty for a root.
        seq: The row.
    """

    digits: str
    day: date | None = None
    org_code: str = ""
    chain: str = ""
    seq: int = 0


def leaf(org_id: int, chain: str, seq: int, head: bytes) -> bytes:
    """The hash of one head; tells nothing about the books behind it."""
    return hashlib.sha256(f"{org_id}|{chain}|{seq}|{head.hex()}".encode()).digest()


def root(previous: bytes, day: date, leaves: Iterable[bytes]) -> bytes:
    """The root of a day over the root before it and all leaves."""
    return hashlib.sha256(previous + day.isoformat().encode() + b"".join(leaves)).digest()


def split(leaves: bytes) -> tuple[bytes, ...]:
    """The leaves as they are kept, one after the other.

    >>> [len(one) for one in split(bytes(64))]
    [32, 32]
    """
    return tuple(leaves[start : start + _LEAF] for start in range(0, len(leaves), _LEAF))


def print_root(day: date, value: bytes) -> str:
    """A root for paper: ``2026-10-14-9f3a2c110b7d55e0aa41``."""
    return f"{day.isoformat()}-{value.hex()[:SHOWN]}"


def print_row(org_code: str, chain: str, seq: int, value: bytes) -> str:
    """A row of a chain for paper: ``A0002-523-9f3a2c110b7d55e0aa41``."""
    return f"{chain[0].upper()}{org_code}-{seq}-{value.hex()[:SHOWN]}"


def parse(text: str) -> Printed | None:
    """What was read off a paper; None when it is no fingerprint.

    >>> parse("A0002-523-9f3a2c110b7d55e0aa41").seq
    523
    """
    found = _PRINTED.fullmatch("".join(text.split()))
    if found is None:
        return None
    if found["day"]:
        try:
            return Printed(found["digits"], day=date.fromisoformat(found["day"]))
        except ValueError:
            return None
    chain = {"A": "audit", "L": "ledger"}[found["letter"]]
    return Printed(found["digits"], org_code=found["org"], chain=chain, seq=int(found["seq"]))
