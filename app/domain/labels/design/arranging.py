"""Several parts at once: in line with each other, and at equal distances."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum
from typing import Final

from app.domain.labels.design.parts import AnyPart, Design
from app.i18n import N_

_LEAST_SPREAD: Final = 3


class Arrange(StrEnum):
    """What is done with the chosen parts."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"
    ACROSS = "across"
    DOWN = "down"


TITLES: Final = {
    Arrange.LEFT: N_("左边对齐"),
    Arrange.CENTRE: N_("左右居中"),
    Arrange.RIGHT: N_("右边对齐"),
    Arrange.TOP: N_("上边对齐"),
    Arrange.MIDDLE: N_("上下居中"),
    Arrange.BOTTOM: N_("下边对齐"),
    Arrange.ACROSS: N_("左右等距"),
    Arrange.DOWN: N_("上下等距"),
}


def arranged(design: Design, keys: Collection[int], how: Arrange) -> Design:
    """The design with the parts of `keys` arranged.

    One part alone is lined up with the label, several with their own bounds. Equal distances want
    three parts: the outer two stay, the others go between them, as far as the label reaches.
    """
    parts = [one for one in design.parts if one.key in keys]
    if not parts:
        return design
    if how in {Arrange.ACROSS, Arrange.DOWN}:
        moved = _spread(parts, across=how is Arrange.ACROSS)
    else:
        left, top, right, bottom = bounds(parts) if len(parts) > 1 else (
            0, 0, design.wide, design.high,
        )  # fmt: skip
        moved = [_lined(one, how, (left, top, right, bottom)) for one in parts]
    for one in moved:
        design = design.put(design.within(one, one.x, one.y))
    return design


def bounds(parts: Collection[AnyPart]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of several parts together."""
    return (
        min(one.x for one in parts), min(one.y for one in parts),
        max(one.right for one in parts), max(one.bottom for one in parts),
    )  # fmt: skip


def _lined(part: AnyPart, how: Arrange, edges: tuple[int, int, int, int]) -> AnyPart:
    left, top, right, bottom = edges
    x = {
        Arrange.LEFT: left,
        Arrange.CENTRE: (left + right - part.width) // 2,
        Arrange.RIGHT: right - part.width,
    }.get(how, part.x)
    y = {
        Arrange.TOP: top,
        Arrange.MIDDLE: (top + bottom - part.height) // 2,
        Arrange.BOTTOM: bottom - part.height,
    }.get(how, part.y)
    return replace(part, x=x, y=y)


def _spread(parts: list[AnyPart], *, across: bool) -> list[AnyPart]:
    """Equal gaps between parts; what overlaps comes to overlap evenly."""
    if len(parts) < _LEAST_SPREAD:
        return parts
    order = sorted(parts, key=lambda one: (one.x, one.key) if across else (one.y, one.key))
    first, last = order[0], order[-1]
    room = (last.x - first.right) if across else (last.y - first.bottom)
    inner = sum(one.width if across else one.height for one in order[1:-1])
    gaps, found = len(order) - 1, [first]
    at = first.right if across else first.bottom
    for number, one in enumerate(order[1:-1], 1):
        start = at + (room - inner) * number // gaps
        found.append(replace(one, x=start) if across else replace(one, y=start))
        at += one.width if across else one.height
    return [*found, last]
