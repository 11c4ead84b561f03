"""What an award must keep, whether a person drew it up or the optimiser.

A price above ceiling or listing cannot win; whoever is not the cheapest needs a reason of at least
ten characters; the shares of a line add up to the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.domain.errors import Problem
from app.domain.pricing import plain
from app.i18n import _

WHOLE: Final = 1000
"""All of a line's volume, in tenths of a percent."""
MIN_REASON: Final = 10
WINNER: Final = 1
BACKUP: Final = 2


@dataclass(frozen=True, slots=True)
class Chosen:
    """One supplier of a line in an award.

    Attributes:
        rank: `WINNER` or `BACKUP`.
        share: Tenths of a percent of the line's volume; 0 for a backup.
        price: The supplier's standing price; None when it has none.
    """

    supplier: str
    rank: int
    share: int
    price: Decimal | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """What a line's choice is held against.

    Attributes:
        name: The item, for the words.
        lowest: The lowest price that can win; None when none can.
        lowest_supplier: Whose that is.
        limit: The highest price that can win; None for no limit.
    """

    name: str
    lowest: Decimal | None
    lowest_supplier: str
    limit: Decimal | None


def check_line(field: Field, chosen: Sequence[Chosen], *, row: int = 0) -> Iterator[Problem]:
    """What is wrong with the choice for one line."""
    winners = [one for one in chosen if one.rank == WINNER]
    if sum(one.share for one in winners) != WHOLE or any(one.share <= 0 for one in winners):
        yield Problem(
            "award.shares",
            _(
                "{name}：中选份额合计是 {n}%，应为 100%。请调整份额。",
                name=field.name,
                n=_percent(sum(one.share for one in winners)),
            ),
            row=row,
        )
    for one in chosen:
        yield from _check_one(field, one, row)


def _check_one(field: Field, one: Chosen, row: int) -> Iterator[Problem]:
    if one.price is None:
        text = _("{name}：{supplier} 没有报价，不能中选。", name=field.name, supplier=one.supplier)
        yield Problem("award.no_bid", text, row=row)
    elif field.limit is not None and one.price > field.limit:
        yield Problem(
            "award.over_ceiling",
            _(
                "{name}：报价 {price} 高于限价 {limit}，不能中选。",
                name=field.name,
                price=plain(one.price),
                limit=plain(field.limit),
            ),
            row=row,
        )
    elif needs_reason(field, one) and len(one.reason.strip()) < MIN_REASON:
        yield Problem(
            "award.reason",
            _(
                "{name}：选了{chosen} {price}，最低价是{supplier} {lowest}。"
                "请写明理由（至少 {n} 个字）。",
                name=field.name,
                chosen=one.supplier,
                price=plain(one.price),
                supplier=field.lowest_supplier,
                lowest=plain(field.lowest or one.price),
                n=MIN_REASON,
            ),
            row=row,
        )


def needs_reason(field: Field, one: Chosen) -> bool:
    """Whether the choice must be explained: a winner that is not the cheapest."""
    cheaper = field.lowest is not None and one.price is not None and one.price > field.lowest
    return one.rank == WINNER and cheaper


def _percent(tenths: int) -> str:
    whole, tenth = divmod(tenths, 10)
    return f"{whole}.{tenth}" if tenth else str(whole)
