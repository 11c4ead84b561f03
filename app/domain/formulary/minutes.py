"""The minutes of a 药事会 and the report of 目录吻合度, ready for print."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.papers import PrintInfo


@dataclass(frozen=True, slots=True)
class MinutesItem:
    """One item of the agenda as the minutes tell it; every text is ready."""

    seq: str
    name: str
    asked: str
    reason: str
    checks: str
    interests: str
    votes: str
    result: str


@dataclass(frozen=True, slots=True)
class Minutes:
    """The minutes of one meeting."""

    info: PrintInfo
    title: str
    number: str
    facts: tuple[tuple[str, str], ...]
    present: str
    absent: str
    items: tuple[MinutesItem, ...]
    closing: str


@dataclass(frozen=True, slots=True)
class AlignmentReport:
    """目录吻合度 for print: what was counted and how, the pairs, what to add, what differs."""

    info: PrintInfo
    title: str
    notes: tuple[str, ...]
    pairs: tuple[tuple[str, ...], ...]
    best: tuple[tuple[str, ...], ...]
    gaps: tuple[tuple[str, ...], ...]
    trend: tuple[tuple[str, ...], ...]
