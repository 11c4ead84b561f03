"""What a report is: its definition, its columns, its rows, and the ratios in its head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy.orm import Session

Value = str | int | Decimal | date | None
"""A cell: full precision; words and figures are made where it is shown."""


class Format(StrEnum):
    """How a column reads."""

    TEXT = "text"
    COUNT = "count"
    QTY = "qty"
    MONEY = "money"
    PRICE = "price"
    DAY = "day"
    RATE = "rate"
    LIGHT = "light"

    @property
    def is_number(self) -> bool:
        """Whether the column stands right."""
        return self in {Format.COUNT, Format.QTY, Format.MONEY, Format.PRICE, Format.RATE}


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        title: Heading, not translated yet.
        format: How it reads.
        width: Its part of a printed line, about characters.
        total: Whether its sum stands under the table.
    """

    title: str
    format: Format = Format.TEXT
    width: int = 10
    total: bool = False


@dataclass(frozen=True, slots=True)
class Ratio:
    """A key figure that keeps its numerator and denominator.

    Attributes:
        title: What it is called, translated.
        numerator: Above the line.
        denominator: Below the line; 0 means that there is nothing to compare with.
        top: What is above, in words.
        bottom: What is below, in words.
        money: Whether both are yuan.
    """

    title: str
    numerator: int | Decimal
    denominator: int | Decimal
    top: str
    bottom: str
    money: bool = False

    @property
    def value(self) -> Decimal | None:
        """Numerator through denominator; None without a denominator."""
        if not self.denominator:
            return None
        return Decimal(self.numerator) / Decimal(self.denominator)


@dataclass(frozen=True, slots=True)
class Ask:
    """For whom and which days a report is made.

    Attributes:
        org_ids: Members, already narrowed to those that the person may see.
        names: Their short names by id.
        first: First day.
        last: Last day, inclusive.
        today: The members' day.
    """

    org_ids: tuple[int, ...]
    names: dict[int, str]
    first: date
    last: date
    today: date


@dataclass(frozen=True, slots=True)
class Content:
    """What a report read."""

    rows: Sequence[tuple[Value, ...]]
    ratios: tuple[Ratio, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """One report.

    Attributes:
        name: Stable name for the command line.
        title: What it is called, not translated yet.
        definition: What is counted and how, not translated yet; printed in its head.
        columns: Its columns.
        read: Reads its rows in the caller's unit of work.
        dated: Whether it is about days; otherwise it shows the state of today.
    """

    name: str
    title: str
    definition: str
    columns: tuple[Column, ...]
    read: Callable[[Session, Ask], Content]
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Head:
    """Who made the report, when, for whom and which days."""

    title: str
    definition: str
    period: str
    members: str
    made_by: str
    made_at: str
    demo: bool


@dataclass(frozen=True, slots=True)
class Made:
    """A report that was made."""

    report: Report
    head: Head
    content: Content

    def totals(self) -> tuple[Value, ...]:
        """The sums of the columns that have one; None for the others."""
        found: list[Value] = []
        for place, column in enumerate(self.report.columns):
            values = [row[place] for row in self.content.rows]
            numbers = [one for one in values if isinstance(one, int | Decimal)]
            found.append(sum(numbers, Decimal(0)) if column.total else None)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which report a person wants.

    Attributes:
        name: Its name.
        org_ids: For which members; those the person may not see are left out.
        first: First day.
        last: Last day, inclusive.
    """

    name: str
    org_ids: tuple[int, ...]
    first: date
    last: date
