"""What a table cell can hold, and a row of such cells.

A row is made once, off the GUI thread, with every text already formatted: painting 200 cells must
not format anything. Each cell also reads as plain words (`plain`), so that search, copying,
export and screen readers say the same as the paint.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from app.ui.status import Status


class Two(NamedTuple):
    """Two lines: a name and its specification; `status` colours the first line."""

    first: str
    second: str
    status: Status | None = None
    bold: bool = False


class Offer(NamedTuple):
    """A price and, smaller, how it compares; a star marks the best, a frame the chosen one."""

    first: str
    second: str
    best: bool = False
    chosen: bool = False
    status: Status | None = None


class Beside(NamedTuple):
    """A name and, lighter, its specification on the same line."""

    first: str
    second: str


class Qty(NamedTuple):
    """A number and its lighter unit; `typed` stands in the field where it is not the number."""

    number: str
    unit: str
    bold: bool = True
    status: Status | None = None
    typed: str = ""


class Pill(NamedTuple):
    """A status pill: shape and word on a tint; `bare` leaves the tint out."""

    status: Status
    text: str
    bare: bool = False


class Tone(NamedTuple):
    """Text in a status colour or in bold, without a pill."""

    text: str
    status: Status | None = None
    bold: bool = False


class Bar(NamedTuple):
    """A short bar with its words to the right: fraction and target mark from 0 to 1."""

    text: str
    fraction: float
    mark: float | None = None
    status: Status = Status.OK


class Spark(NamedTuple):
    """Small columns; the last `recent` in blue, the `forecast` after them hatched."""

    values: tuple[float, ...]
    recent: int = 0
    forecast: int = 0


class Link(NamedTuple):
    """A word that acts like a button when clicked."""

    text: str


Cell: TypeAlias = str | bool | Two | Offer | Beside | Qty | Pill | Tone | Bar | Spark | Link


def plain(cell: Cell) -> str:
    """The cell in words."""
    match cell:
        case str():
            return cell
        case bool():
            return "✓" if cell else ""
        case (
            Two(first=first, second=second)
            | Offer(first=first, second=second)
            | Beside(first=first, second=second)
        ):
            return f"{first} {second}".strip()
        case Qty(number=number, unit=unit):
            return f"{number} {unit}".strip()
        case Spark(values=values):
            return " ".join(f"{value:g}" for value in values)
        case _:
            return cell.text


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    Attributes:
        key: Stable identity, usually the record's id; selection and edits follow it.
        cells: One cell per column, in the order of the columns.
        record: What the page wants back when the row is chosen (a frozen dataclass).
        raw: Full-precision values for copying, sums and export; empty means `plain` of each cell.
        tint: Only for "needs attention now".
        heading: A group heading: bold, on a tinted ground, not selectable.
        level: Indentation of the first column.
    """

    key: object
    cells: tuple[Cell, ...]
    record: object = None
    raw: tuple[object, ...] = field(default=())
    tint: Status | None = None
    heading: bool = False
    level: int = 0

    def value(self, column: int) -> object:
        """The full-precision value of a column."""
        return self.raw[column] if self.raw else plain(self.cells[column])


def ticked(row: Row, _column: str, value: object) -> Row:
    """The row with another check mark in its first cell: the only edit of a list to choose from."""
    return replace(row, cells=(bool(value), *row.cells[1:]))
