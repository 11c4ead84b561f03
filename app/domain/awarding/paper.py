"""The award notice (中选结果公示) as plain values, ready for print."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.domain.papers import PrintInfo


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One winner or backup of one line; the price is that of one `unit`."""

    code: str
    name: str
    spec: str
    supplier: str
    role: str
    quantity: str
    unit: str
    price: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class NoticePaper:
    """What is made public: who won what at which price, until when objections are taken.

    Attributes:
        facts: Captions with values: project, period, suppliers, people.
        failed: Lines that failed (流标), with the reason.
        closing: How to object.
    """

    info: PrintInfo
    number: str
    title: str
    facts: tuple[tuple[str, str], ...]
    lines: tuple[NoticeLine, ...]
    failed: tuple[tuple[str, str], ...]
    closing: str
