"""Who of the demo's members keeps what, and what was asked for on which day in 24 months."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from app.services.demo.sources import Goods, Shape

MONTHS: Final = 24
_SHARES: Final = {"lead": 100, "songyuan": 40, "wangyue": 36, "chenghu": 31, "qingyu": 9}
"""How many percent of what a clinic could keep a member really keeps."""
_RHYTHM: Final = {True: (6, 0.42), False: (9, 0.58)}
"""Most asking days in a month, and how they grow with the packs: the lead's store hands out big
lots to its wards, a clinic hands out boxes at the counter."""
_FAST: Final = 30
_SLOW_SHARE: Final = 0.55
"""The lead keeps what is used at least `_FAST` packs a month, and this share of the rest."""
_GROWTH: Final = 0.004
"""Demand of a community grows a little each month (下沉)."""


@dataclass(frozen=True, slots=True)
class Series:
    """The demand of one item at one member: (day, smallest units, request lines) in order."""

    org: str
    goods: Goods
    events: tuple[tuple[date, int, int], ...]


def kept_by(org: str, goods: tuple[Goods, ...], seed: int) -> list[Goods]:
    """What a member keeps: the lead most, a clinic a part of what clinics may keep."""
    draw = random.Random(f"{seed}-{org}")  # noqa: S311 - repeatable demo figures
    if org == "lead":
        return [item for item in goods if item.monthly >= _FAST or draw.random() < _SLOW_SHARE]
    share = _SHARES[org] / 100
    return [
        item
        for item in goods
        if item.community
        and not item.flags & {"narcotic", "psychotropic1", "high_value"}
        and draw.random() < share * (1.35 if "essential" in item.flags else 0.9)
    ]


def first_month(today: date) -> date:
    """The first day of the first of the `MONTHS` months before today's."""
    index = today.year * 12 + today.month - 1 - MONTHS
    return date(index // 12, index % 12 + 1, 1)


def demand(
    org: str, scale: int, goods: list[Goods], shapes: tuple[Shape, ...], today: date, seed: int
) -> Iterator[Series]:
    """The demand of one member: real shapes laid over its items, up to yesterday."""
    months = _months(today)
    for item in goods:
        draw = random.Random(f"{seed}-{org}-{item.code}")  # noqa: S311 - repeatable demo figures
        shape = _shape_for(item, shapes, draw)
        level = item.monthly * scale / 100 * draw.uniform(0.6, 1.5)
        events: list[tuple[date, int, int]] = []
        for number, (start, days) in enumerate(months):
            year = start.year - months[0][0].year
            packs = level * shape.months[12 * year + start.month - 1] / 1000
            packs *= 1 + _GROWTH * number * (org != "lead")
            events += _month(item.pack, packs, _RHYTHM[org == "lead"], (start, days), draw)
        if events:
            yield Series(org, item, tuple(sorted(events)))


def _months(today: date) -> list[tuple[date, int]]:
    """(First day, days that are over) of each month from `first_month` to this one."""
    found, start = [], first_month(today)
    while start < today:
        following = (start.replace(day=28) + timedelta(days=4)).replace(day=1)
        found.append((start, (min(following, today) - start).days))
        start = following
    return found


def _shape_for(item: Goods, shapes: tuple[Shape, ...], draw: random.Random) -> Shape:
    steady = item.monthly >= 15  # noqa: PLR2004 - fast movers do not come in lumps
    wanted = {"smooth", "erratic"} if steady else {"smooth", "erratic", "intermittent", "lumpy"}
    while True:
        shape = draw.choice(shapes)
        if shape.kind in wanted:
            return shape


def _month(
    pack: int, packs: float, rhythm: tuple[int, float], span: tuple[date, int], draw: random.Random
) -> list[tuple[date, int, int]]:
    """Spread a month's packs over the days on which somebody asks."""
    (start, days), (most, power) = span, rhythm
    whole = int(packs * days / 30.4 + draw.random())
    if not whole:
        return []
    asking = min(most, whole, max(1, round(whole**power)), days)
    chosen = sorted(draw.sample(range(days), asking))
    share, rest = divmod(whole, asking)
    return [
        (
            start + timedelta(days=day),
            (share + (number < rest)) * pack,
            max(1, min(6, share // 3)),
        )
        for number, day in enumerate(chosen)
    ]
