"""Turned parts: laid out upright, then brought into their box on the label, clockwise."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from app.domain.labels.design.parts import AnyPart, CodePart, TextPart
from app.domain.labels.marks import TURNS, Box, TextMark

P = TypeVar("P", bound=AnyPart)

_INK_TOP, _INK_FOOT = 0.80, 0.12
"""From the baseline up and down to the ink of Chinese letters, as a share of the em."""


def sideways(part: AnyPart) -> bool:
    """Whether the part lies on its side: its width is the height of what it holds."""
    return isinstance(part, TextPart | CodePart) and part.turn % 180 != 0


def upright(part: TextPart) -> TextPart:
    """The part as it is laid out: at the corner, with the sides that its words see."""
    wide, high = (part.height, part.width) if sideways(part) else (part.width, part.height)
    if not part.turn:
        return part
    return replace(part, x=0, y=0, width=wide, height=high, turn=0)


def turned(mark: TextMark, part: TextPart) -> TextMark:
    """A row that was laid out by `upright(part)`, where it stands on the label."""
    if not part.turn:
        return mark
    box, x, y = part.box, mark.x, mark.baseline
    at = {
        90: (box.right - y, box.y + x),
        180: (box.right - x, box.bottom - y),
        270: (box.x + y, box.bottom - x),
    }[part.turn]
    return replace(mark, x=at[0], baseline=at[1], turn=part.turn)


def ink_box(mark: TextMark, width: float) -> Box:
    """Where a row of `width` puts ink."""
    top, foot = mark.size * _INK_TOP, mark.size * _INK_FOOT
    x, y, high = mark.x, mark.baseline, top + foot
    return {
        0: Box(x, y - top, width, high),
        90: Box(x - foot, y, high, width),
        180: Box(x - width, y - foot, width, high),
        270: Box(x - top, y - width, high, width),
    }[mark.turn]


def turn_by(part: P, degrees: int) -> P:
    """The part turned clockwise about its middle; lines and frames lie down or stand up.

    A quarter turn swaps the sides; the caller keeps the part on the label.
    """
    swap = degrees % 180 != 0
    wide, high = (part.height, part.width) if swap else (part.width, part.height)
    x, y = part.x + (part.width - wide) // 2, part.y + (part.height - high) // 2
    moved = replace(part, x=x, y=y, width=wide, height=high)
    if isinstance(moved, TextPart | CodePart):
        return replace(moved, turn=(moved.turn + degrees) % (TURNS[-1] + TURNS[1]))
    return moved
