"""Where two texts differ."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz.distance import Indel

from app.domain.matching.text import one_sign


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters of a text, and whether the other text has it too."""

    text: str
    same: bool


def pieces(text: str, other: str) -> tuple[Piece, ...]:
    """`text` cut into runs that `other` has as well and runs that it has not.

    Upper and lower case, full and half width count as the same character.

    >>> [(piece.text, piece.same) for piece in pieces("0.25g*24粒", "0.25g×24")]
    [('0.25g*24', True), ('粒', False)]
    """
    mine, theirs = [one_sign(sign) for sign in text], [one_sign(sign) for sign in other]
    found: list[Piece] = []
    for step in Indel.opcodes(mine, theirs):
        part = text[step.src_start : step.src_end]
        if part:
            found.append(Piece(part, step.tag == "equal"))
    return tuple(found)
