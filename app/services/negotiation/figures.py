"""Figures from a comparison that is in memory: nothing here asks the database."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from app.domain import money
from app.domain.bidding.award import WINNER
from app.domain.bidding.compare import GIVEN_UP, NOBODY, Ints, mixed
from app.services.negotiation.comparison import Comparison


def drafted(found: Comparison) -> Ints:
    """By line: the place of the drafted winner with the largest share, `NOBODY` for none."""
    places: Ints = np.full(len(found.lines), NOBODY, dtype=np.int64)
    supplier_at = {one.supplier_id: place for place, one in enumerate(found.suppliers)}
    for at, info in enumerate(found.lines):
        for one in found.draft.get(info.line, ()):
            if one.rank == WINNER and one.supplier_id in supplier_at:
                places[at] = supplier_at[one.supplier_id]
                break
    return places


def drafted_prices(found: Comparison) -> Ints:
    """By line: the price of the draft, shares mixed; 0 where nobody is drafted."""
    supplier_at = {one.supplier_id: place for place, one in enumerate(found.suppliers)}
    shares: dict[int, dict[int, int]] = {}
    for at, info in enumerate(found.lines):
        winners = {
            supplier_at[one.supplier_id]: one.share
            for one in found.draft.get(info.line, ())
            if one.rank == WINNER and one.supplier_id in supplier_at
        }
        if winners:
            shares[at] = winners
    return mixed(found.grid, shares)


@dataclass(frozen=True, slots=True)
class Said:
    """What one supplier said of a line, round by round; None where it said nothing."""

    supplier_id: int
    supplier: str
    prices: tuple[Decimal | None, ...]
    given_up: tuple[bool, ...]
    standing: Decimal | None


def history(found: Comparison, at: int) -> tuple[Said, ...]:
    """The rounds of the line at a position, one entry per supplier that bid it."""
    said = []
    for place, one in enumerate(found.suppliers):
        stored = [int(value) for value in found.grid.prices[:, place, at]]
        if any(stored):
            said.append(
                Said(
                    one.supplier_id,
                    one.name,
                    tuple(money.from_scaled(value) if value > 0 else None for value in stored),
                    tuple(value == GIVEN_UP for value in stored),
                    found.price(place, at),
                )
            )
    return tuple(said)
