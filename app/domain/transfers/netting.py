"""Loans in both directions are set off: what both owe each other need not travel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

OWN: Final = 0
"""Stands for the lender, where goods are told by owner."""


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


def still_out(lent: Mapping[int, int], back: Mapping[int, int], left: int) -> dict[int, int]:
    """What is still out of a loan's line by owner: like comes back for like.

    Args:
        lent: Units that were accepted, by owner; `OWN` is the lender.
        back: Units that came back or were set off, by owner.
        left: Units that are out at all. Where goods of another owner came back, as was once
            allowed, they count against the suppliers' goods first.
    """
    found = {owner: max(0, units - back.get(owner, 0)) for owner, units in lent.items()}
    too_many = max(0, sum(found.values()) - left)
    for owner in sorted(found, key=lambda one: (one == OWN, one)):
        off = min(too_many, found[owner])
        found[owner] -= off
        too_many -= off
    return found


def ageing(days: int) -> str:
    """The bucket of a loan by the days since it was received: 30, 60, 90 or beyond."""
    for limit in (30, 60, 90):
        if days <= limit:
            return f"≤{limit}"
    return ">90"
