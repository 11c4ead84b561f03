"""Columns of a table: what they hold, how wide, how they sort, filter and can be edited."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import Qt


class Kind(StrEnum):
    """What a column holds; decides alignment."""

    TEXT = "text"
    TWO_LINE = "two_line"
    NUMBER = "number"
    MONEY = "money"
    QTY = "qty"
    DATE = "date"
    EXPIRY = "expiry"
    PILL = "pill"
    CHECK = "check"
    SPARK = "spark"
    BAR = "bar"
    BUTTON = "button"


class Filter(StrEnum):
    """What may be typed into the filter row of a column."""

    NONE = "none"
    TEXT = "text"
    """Contains, or pinyin initials."""
    NUMBER = "number"
    """`>0`, `10..50`, `≤ 5`, `12`."""
    DATE = "date"
    """`≤ 2027-04`, `2026-10..2026-12`."""
    CHOICE = "choice"
    """One or more of `choices`."""


_RIGHT: Final = {Kind.NUMBER, Kind.MONEY, Kind.QTY, Kind.BUTTON}
_CENTRE: Final = {Kind.CHECK}


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a pick-list filter: the value asked for, and its word."""

    value: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    Attributes:
        key: Stable name; used for sorting, filters and saved layouts.
        title: Heading, already translated.
        kind: What it holds.
        width: Starting width in comfortable pixels.
        unit: Unit in grey behind the heading (元).
        second: A second, lighter line of the heading.
        frozen: Stays in sight on the left.
        sortable: The source can sort by `key` from an index.
        filter: What the filter row offers.
        hint: Placeholder in the filter row.
        choices: Entries of a pick-list filter.
        editable: The person may change it.
        hidden: Left out until the person asks for it in the column chooser.
        stretch: Takes the width that is left.
        total: The footer adds it up over the selection.
        align: Overrides the alignment of the kind.
    """

    key: str
    title: str
    kind: Kind = Kind.TEXT
    width: int = 120
    unit: str = ""
    second: str = ""
    frozen: bool = False
    sortable: bool = False
    filter: Filter = Filter.NONE
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    editable: bool = False
    hidden: bool = False
    stretch: bool = False
    total: bool = False
    align: Qt.AlignmentFlag | None = None

    @property
    def alignment(self) -> Qt.AlignmentFlag:
        """Horizontal alignment of cells and heading."""
        if self.align is not None:
            return self.align
        if self.kind in _RIGHT:
            return Qt.AlignmentFlag.AlignRight
        if self.kind in _CENTRE:
            return Qt.AlignmentFlag.AlignHCenter
        return Qt.AlignmentFlag.AlignLeft
