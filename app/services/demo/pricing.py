"""The demo's negotiation: which lines went down and by how much, so that the totals come out.

The papers' figures are met: reagents 4.2 % cheaper and consumables 1.8 %, both weighted by a year's
use, with 314 lines lowered. Which lines, and by how much, is drawn by the seed.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from app.services.demo.sources import Goods

TARGETS: Final[Mapping[str, tuple[Decimal, int]]] = {
    "consumable": (Decimal("0.018"), 218),
    "reagent": (Decimal("0.042"), 96),
    "drug": (Decimal("0.026"), 260),
}
"""Class → weighted reduction of the new list against the old, and how many lines go down."""
_CENT: Final = Decimal("0.01")
_FINE: Final = Decimal("0.0001")


def negotiated(
    goods: Sequence[Goods], yearly_packs: Mapping[str, int], seed: int
) -> dict[str, Decimal]:
    """The new price of every item by code; most stay, `TARGETS` tells how far the sum falls."""
    found = {item.code: item.price for item in goods}
    for item_class, (target, lines) in TARGETS.items():
        open_items = [
            item for item in goods if item.item_class == item_class and "vbp" not in item.flags
        ]
        found |= _lowered(open_items, yearly_packs, (target, lines), seed)
    return found


def reduction(
    goods: Sequence[Goods], yearly_packs: Mapping[str, int], new: Mapping[str, Decimal]
) -> tuple[Decimal, Decimal]:
    """Saving and base of a list of goods in a year: their quotient is the weighted 下浮率."""
    base = sum((item.price * yearly_packs[item.code] for item in goods), Decimal(0))
    now = sum((new[item.code] * yearly_packs[item.code] for item in goods), Decimal(0))
    return base - now, base


def _lowered(
    goods: Sequence[Goods],
    yearly_packs: Mapping[str, int],
    aim: tuple[Decimal, int],
    seed: int,
) -> dict[str, Decimal]:
    target, lines = aim[0], min(aim[1], -(-3 * len(goods) // 4))
    draw = random.Random(f"{seed}-{goods[0].item_class}")  # noqa: S311 - repeatable demo figures
    weights = {item.code: item.price * yearly_packs[item.code] for item in goods}
    wanted = target * sum(weights.values())
    # Big lines are what a group bargains for: they are drawn more often.
    ranked = sorted(goods, key=lambda item: weights[item.code] * Decimal(str(draw.random())))
    chosen = [item for item in ranked if item.price >= 1][-lines:]
    steps = {item.code: Decimal(str(round(draw.uniform(0.02, 0.12), 4))) for item in chosen}
    scale = wanted / sum(weights[code] * step for code, step in steps.items())
    new = {item.code: _cheaper(item.price, steps[item.code] * scale) for item in chosen}
    _settle(chosen, yearly_packs, new, wanted)
    return new


def _cheaper(price: Decimal, step: Decimal) -> Decimal:
    lowered = (price * (1 - step)).quantize(_CENT, ROUND_HALF_UP)
    return min(lowered, price - _CENT)


def _settle(
    chosen: Sequence[Goods],
    yearly_packs: Mapping[str, int],
    new: dict[str, Decimal],
    wanted: Decimal,
) -> None:
    """Take up what rounding to cents lost, on the line that is bought most."""
    saved = sum((i.price - new[i.code]) * yearly_packs[i.code] for i in chosen)
    widest = max(chosen, key=lambda item: yearly_packs[item.code])
    change = ((wanted - saved) / yearly_packs[widest.code]).quantize(_FINE, ROUND_HALF_UP)
    adjusted = new[widest.code] - change
    if 0 < adjusted < widest.price:
        new[widest.code] = adjusted
