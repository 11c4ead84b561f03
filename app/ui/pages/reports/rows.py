"""A report as rows of a table."""

from __future__ import annotations

from typing import Final

from app.domain.expiry import Band
from app.i18n import _
from app.services.reports import output
from app.services.reports.kinds import Column as ReportColumn, Format, Made, Value
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Row
from app.ui.tables.columns import Column, Kind

_KINDS: Final = {
    Format.TEXT: Kind.TEXT,
    Format.COUNT: Kind.NUMBER,
    Format.QTY: Kind.NUMBER,
    Format.MONEY: Kind.MONEY,
    Format.PRICE: Kind.MONEY,
    Format.RATE: Kind.NUMBER,
    Format.DAY: Kind.TEXT,
    Format.LIGHT: Kind.PILL,
}
_LIGHTS: Final = {
    Band.EXPIRED: Status.BAD,
    Band.NEAR: Status.NEAR,
    Band.WARN: Status.WARN,
    Band.MISSING: Status.MUTE,
}
_PER_SIGN: Final = 9
_WIDTHS: Final = {Format.DAY: 116, Format.LIGHT: 132}


def columns(made: Made) -> tuple[Column, ...]:
    """The report's columns; the widest text takes what is left."""
    widest = max(one.width for one in made.report.columns)
    stretch = next(
        place
        for place, one in enumerate(made.report.columns)
        if one.width == widest and not one.format.is_number
    )
    return tuple(
        Column(
            key=f"c{place}",
            title=_(one.title),
            kind=_KINDS[one.format],
            width=_width(one),
            sortable=True,
            stretch=place == stretch,
        )
        for place, one in enumerate(made.report.columns)
    )


def _width(column: ReportColumn) -> int:
    """Room for the heading and what usually stands below it."""
    heading = 30 + sum(15 if ord(sign) > 0xFF else 9 for sign in _(column.title))  # noqa: PLR2004 - Latin-1
    return max(_WIDTHS.get(column.format, 64), column.width * _PER_SIGN + 20, heading)


def rows(made: Made) -> tuple[Row, ...]:
    """The report's rows with raw values for sorting and copying."""
    shapes = made.report.columns
    return tuple(
        Row(
            number,
            tuple(_cell(value, one) for value, one in zip(values, shapes, strict=True)),
            raw=values,
        )
        for number, values in enumerate(made.content.rows)
    )


def _cell(value: Value, column: ReportColumn) -> Cell:
    text = output.words(value, column.format)
    if column.format is Format.LIGHT:
        status = _LIGHTS.get(Band(str(value)))
        return Pill(status, text) if status else text
    return text
