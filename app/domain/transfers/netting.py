"""Loans in both directions are set off: what both owe each other need not travel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Debt:
    """What is still out of one line of a loan; `key` is whatever names the line."""

    key: tuple[int, int, int]
    outstanding: int


def set_off(ours: Sequence[Debt], theirs: Sequence[Debt]) -> list[tuple[Debt, Debt, int]]:
    """Pairs of debts with the units that both are lowered by, the oldest first."""
    mine = [[debt, debt.outstanding] for debt in ours]
    found: list[tuple[Debt, Debt, int]] = []
    for other in theirs:
        rest = other.outstanding
        for entry in mine:
            debt, left = entry
            assert isinstance(debt, Debt)  # noqa: S101 - a pair of debt and units
            assert isinstance(left, int)  # noqa: S101 - a pair of debt and units
            part = min(rest, left)
            if part > 0:
                found.append((debt, other, part))
                entry[1] = left - part
                rest -= part
    return found


def ageing(days: int) -> str:
    """The bucket of a loan by the days since it was received: 30, 60, 90 or beyond."""
    for limit in (30, 60, 90):
        if days <= limit:
            return f"≤{limit}"
    return ">90"
