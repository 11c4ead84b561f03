"""What a painter draws: text, rules and codes, in millimetres from the top left corner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.errors import Problem

Measure = Callable[[str, float, bool], float]
"""Width of (text, size, bold) in the unit of the size; given by the fonts that will be used."""


TURNS: Final = (0, 90, 180, 270)
"""How far a text or code may be turned, in degrees clockwise."""


class Symbology(StrEnum):
    """The codes of a label."""

    MATRIX = "matrix"
    """DataMatrix ECC 200."""
    BARS = "bars"
    """Code 128, also as GS1-128."""
    EAN = "ean"
    """EAN-13."""
    QR = "qr"
    """QR code."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in millimetres."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class TextMark:
    """One line of text; `size` is the em in millimetres, `baseline` its y.

    A turned text begins at the same point (x, baseline) and runs down (90), to the left (180) or
    up (270).
    """

    x: float
    baseline: float
    text: str
    size: float
    bold: bool = False
    field: str = ""
    turn: int = 0


@dataclass(frozen=True, slots=True)
class RuleMark:
    """A filled bar, used as a rule."""

    box: Box


@dataclass(frozen=True, slots=True)
class CodeMark:
    """A code that must decode to `expected`.

    Attributes:
        symbology: Matrix (top right in its box unless `centred`) or bars (centred in its box).
        box: Room for the modules, without the quiet zone.
        source: What the encoder reads.
        gs1: Whether `source` is in bracketed GS1 form.
        expected: What a scanner sends, FNC1 as 0x1D.
        name: What the code is called in a template made by people.
        least: Smallest module wanted (mm); 0 for the least that scanners read.
        centred: The modules stand in the middle of the box.
        turn: Degrees clockwise; the box is where the turned code stands.
    """

    symbology: Symbology
    box: Box
    source: str
    gs1: bool
    expected: str
    name: str = ""
    least: float = 0.0
    centred: bool = False
    turn: int = 0

    @property
    def identifier(self) -> str:
        """The symbology identifier that a scanner sends first."""
        plain, marked = {
            Symbology.BARS: ("]C0", "]C1"),
            Symbology.MATRIX: ("]d1", "]d2"),
            Symbology.QR: ("]Q1", "]Q3"),
            Symbology.EAN: ("]E0", "]E0"),
        }[self.symbology]
        return marked if self.gs1 else plain


Mark = TextMark | RuleMark | CodeMark


@dataclass(frozen=True, slots=True)
class Layout:
    """A laid-out label: its size, its marks and what had to be given up (warnings, errors)."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def codes(self) -> tuple[CodeMark, ...]:
        """The marks that must decode."""
        return tuple(mark for mark in self.marks if isinstance(mark, CodeMark))

    @property
    def texts(self) -> tuple[TextMark, ...]:
        """The marks that people read."""
        return tuple(mark for mark in self.marks if isinstance(mark, TextMark))
