"""How each kind of cell is drawn."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPen,
    QPixmap,
    QPolygonF,
    QStaticText,
    QTransform,
)

from app.ui import fonts, icons, rounded, theme
from app.ui.icons import Icon
from app.ui.status import Status, draw_shape
from app.ui.tables.cells import Bar, Beside, Cell, Link, Offer, Pill, Qty, Spark, Tone, Two, plain
from app.ui.tables.columns import Column

_VCENTER: Final = Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft
_RIGHT: Final = Qt.AlignmentFlag.AlignRight
_SECOND: Final = 13
NOTHING: Final = "—"


@lru_cache(maxsize=64)
def metrics(pixels: int, bold: bool) -> QFontMetrics:
    """Metrics of a font of the comfortable scale; `pixels` is already scaled."""
    return QFontMetrics(fonts.font(pixels, bold=bold))


@lru_cache(maxsize=4096)
def _elided(text: str, pixels: int, bold: bool, width: int) -> str:
    measure = metrics(pixels, bold)
    if measure.horizontalAdvance(text) <= width:
        return text
    return measure.elidedText(text, Qt.TextElideMode.ElideRight, width)


class _Line(NamedTuple):
    """A text laid out for one room, with the size that it takes."""

    laid_out: QStaticText
    width: int
    height: int


@lru_cache(maxsize=2048)
def _line(text: str, pixels: int, bold: bool, room: int) -> _Line:
    """Laying out is half of painting a text; a table shows the same ones again and again."""
    fitting = _elided(text, pixels, bold, room)
    laid_out = QStaticText(fitting)
    laid_out.setTextFormat(Qt.TextFormat.PlainText)
    laid_out.prepare(QTransform(), fonts.font(pixels, bold=bold))
    measure = metrics(pixels, bold)
    return _Line(laid_out, measure.horizontalAdvance(fitting), measure.height())


@lru_cache(maxsize=4096)
def width_of(text: str, pixels: int, bold: bool) -> int:
    """Width of `text` in pixels."""
    return metrics(pixels, bold).horizontalAdvance(text)


class Ink(NamedTuple):
    """How a text is drawn: comfortable size, weight, colour (None: text), side."""

    size: int = 15
    bold: bool = False
    colour: QColor | None = None
    align: Qt.AlignmentFlag = _LEFT


_PLAIN: Final = Ink()


def text(painter: QPainter, rect: QRect, words: str, ink: Ink = _PLAIN) -> None:
    """One line of text, cut with an ellipsis where it does not fit."""
    painter.setFont(theme.font(ink.size, bold=ink.bold))
    painter.setPen(ink.colour if ink.colour is not None else theme.colour("text"))
    line = _line(words, theme.px(ink.size), ink.bold, rect.width())
    left = rect.x()
    if ink.align is not _LEFT:
        spare = rect.width() - line.width
        left += spare if ink.align is _RIGHT else spare // 2
    painter.drawStaticText(left, rect.y() + (rect.height() - line.height) // 2, line.laid_out)


def wrapped(painter: QPainter, rect: QRect, words: str, ink: Ink = _PLAIN) -> None:
    """Text on as many lines as the rectangle has room for."""
    painter.setFont(theme.font(ink.size, bold=ink.bold))
    painter.setPen(ink.colour if ink.colour is not None else theme.colour("text"))
    painter.drawText(rect, int(ink.align | _VCENTER | Qt.TextFlag.TextWordWrap), words)


def skeleton(painter: QPainter, rect: QRect) -> None:
    """A grey bar where text will be."""
    bar = QRectF(rect.x() + 10, rect.center().y() - 5, max(24, rect.width() * 0.55), 10)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("muteBg"))
    painter.drawRoundedRect(bar, 4, 4)


def field(painter: QPainter, frame: QRectF, *, focused: bool) -> None:
    """The edge of an editable cell."""
    edge = theme.colour("primary" if focused else "field")
    inner = frame.adjusted(0.5, 0.5, -0.5, -0.5)
    rounded.draw(painter, inner, 5, theme.colour("surface"), edge, 2 if focused else 1)


def corner(painter: QPainter, rect: QRect) -> None:
    """The mark of a cell that is changed and not saved."""
    right, top = rect.right(), rect.top()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("primary"))
    points = [QPointF(right - 8, top), QPointF(right, top), QPointF(right, top + 8)]
    painter.drawPolygon(QPolygonF(points))


def cell(
    painter: QPainter, rect: QRect, value: Cell, column: Column, needle: str, bold: bool
) -> None:
    """Draw `value` into `rect` (already padded)."""
    match value:
        case str():
            _plain(painter, rect, value, column, needle, bold)
        case bool():
            check(painter, rect, on=value)
        case Two() | Beside():
            _names(painter, rect, value, column, needle)
        case Offer():
            offer(painter, rect, value)
        case Qty():
            _quantity(painter, rect, value)
        case Pill():
            pill(painter, rect, value)
        case Tone() | Link():
            _worded(painter, rect, value, column)
        case Bar():
            _bar(painter, rect, value)
        case Spark():
            spark(painter, QRectF(rect).adjusted(0, 7, 0, -4), value)


def _worded(painter: QPainter, rect: QRect, value: Tone | Link, column: Column) -> None:
    if isinstance(value, Link):
        ink = Ink(size=14, colour=theme.colour("primary"), align=column.alignment)
    else:
        colour = value.status.text if value.status else None
        ink = Ink(bold=value.bold, colour=colour, align=column.alignment)
    text(painter, rect, value.text, ink)


def _plain(
    painter: QPainter, rect: QRect, words: str, column: Column, needle: str, bold: bool
) -> None:
    colour = None
    if words == "—":
        colour = theme.colour("text3")
    if needle:
        highlight(painter, rect, words, needle, 15, bold=bold)
    text(painter, rect, words, Ink(bold=bold, colour=colour, align=column.alignment))


def _names(
    painter: QPainter, rect: QRect, value: Two | Beside, column: Column, needle: str
) -> None:
    if isinstance(value, Two):
        _two(painter, rect, value, column, needle)
        return
    _plain(painter, rect, value.first, column, needle, bold=False)
    used = width_of(value.first, theme.px(15), bold=False) + 8
    if used < rect.width():
        second = Ink(size=_SECOND, colour=theme.colour("text2"))
        text(painter, rect.adjusted(used, 1, 0, 0), value.second, second)


def highlight(
    painter: QPainter, rect: QRect, words: str, needle: str, size: int, *, bold: bool = False
) -> None:
    """A yellow ground behind `needle` where it occurs in left-aligned `words`."""
    start = words.casefold().find(needle.casefold())
    if start < 0:
        return
    pixels = theme.px(size)
    left = rect.x() + width_of(words[:start], pixels, bold)
    width = width_of(words[start : start + len(needle)], pixels, bold)
    height = metrics(pixels, bold).height()
    mark = QRect(left, rect.y() + (rect.height() - height) // 2, width, height)
    painter.fillRect(mark.intersected(rect), theme.colour("warnBg"))


def _two(painter: QPainter, rect: QRect, value: Two, column: Column, needle: str) -> None:
    if not value.second:
        if needle:
            highlight(painter, rect, value.first, needle, 15)
        colour = value.status.text if value.status else None
        text(
            painter, rect, value.first, Ink(bold=value.bold, colour=colour, align=column.alignment)
        )
        return
    first, second = (
        metrics(theme.px(15), value.bold).height(),
        metrics(theme.px(13), False).height(),
    )
    overlap = 4  # the font's own leading is generous; two lines belong together
    top = rect.y() + (rect.height() - first - second + overlap) // 2
    upper = QRect(rect.x(), top, rect.width(), first)
    lower = QRect(rect.x(), top + first - overlap, rect.width(), second)
    if needle:
        highlight(painter, upper, value.first, needle, 15)
    colour = value.status.text if value.status else None
    text(painter, upper, value.first, Ink(15, value.bold, colour, column.alignment))
    text(
        painter,
        lower,
        value.second,
        Ink(size=_SECOND, colour=theme.colour("text2"), align=column.alignment),
    )


def offer(painter: QPainter, rect: QRect, value: Offer) -> None:
    """Two lines on the right, a star or a shape on the left, a frame around the chosen one."""
    if value.chosen:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("primary"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(rect).adjusted(-7, 3, 7, -2), 5, 5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    side = theme.px(16)
    mark = QRectF(rect.x() - 3, rect.y() + (rect.height() / 2 - side) / 2 + 3, side, side)
    colour = value.status.text if value.status else None
    if value.best:
        icons.draw(painter, Icon.STAR, mark, theme.colour("okFill"))
        colour = theme.colour("ok")
    elif value.status is not None:
        draw_shape(painter, value.status, mark)
    high, low = metrics(theme.px(15), value.best).height(), metrics(theme.px(13), False).height()
    overlap = 4 if value.second else 0
    top = rect.y() + (rect.height() - high - (low if value.second else 0) + overlap) // 2
    upper = QRect(rect.x() + side, top, rect.width() - side, high)
    quiet = colour if value.first != NOTHING else theme.colour("text3")
    text(painter, upper, value.first, Ink(15, value.best, quiet, _RIGHT))
    lower = QRect(rect.x(), top + high - overlap, rect.width(), low)
    grey = colour if colour is not None else theme.colour("text2")
    text(painter, lower, value.second, Ink(_SECOND, False, grey, _RIGHT))


def _quantity(painter: QPainter, rect: QRect, value: Qty) -> None:
    unit_size = 14
    unit = width_of(value.unit, theme.px(unit_size), bold=False) if value.unit else 0
    gap = 4 if unit else 0
    number = rect.adjusted(0, 0, -unit - gap, 0)
    colour = value.status.text if value.status else None
    if value.number == "—":
        colour = theme.colour("text3")
    text(painter, number, value.number, Ink(bold=value.bold, colour=colour, align=_RIGHT))
    if unit:
        grey = theme.colour("text2")
        text(painter, rect, value.unit, Ink(size=unit_size, colour=grey, align=_RIGHT))


def pill_width(value: Pill) -> int:
    """Width that a pill takes."""
    return width_of(value.text, theme.px(14), bold=False) + theme.px(15) + 33


def pill(painter: QPainter, rect: QRect, value: Pill) -> None:
    """A pill at the left of `rect`, as wide as its words need."""
    height = theme.px(24)
    width = min(pill_width(value), rect.width() + 16)
    left = rect.x() - 8
    box = QRectF(left, rect.y() + (rect.height() - height) / 2, width, height)
    if not value.bare:
        ratio = painter.device().devicePixelRatio()
        ground = _capsule(width, height, value.status.tint.rgba(), ratio)
        painter.drawPixmap(left, round(box.y()), ground)
    side = theme.px(16)
    shape = QRectF(left + 10, box.center().y() - side / 2, side, side)
    draw_shape(painter, value.status, shape)
    words = QRect(
        round(shape.right()) + 9, rect.y(), round(box.right() - shape.right()) - 17, rect.height()
    )
    text(painter, words, value.text, Ink(size=14, colour=value.status.text))


@lru_cache(maxsize=256)
def _capsule(width: int, height: int, rgba: int, ratio: float) -> QPixmap:
    """The ground of a pill."""
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor.fromRgba(rgba))
    painter.drawRoundedRect(QRectF(0, 0, width, height), height / 2, height / 2)
    painter.end()
    return pixmap


def box(painter: QPainter, rect: QRect, status: Status | None = None) -> None:
    """The ground and thin edge of a card, with a status in its colours."""
    edge = status.fill if status else theme.colour("border")
    rounded.frame(painter, rect, 8, status.tint if status else theme.colour("surface"), edge)


def check(painter: QPainter, rect: QRect, *, on: bool) -> None:
    """A check box in the middle of `rect`."""
    side = theme.px(18)
    middle = QRectF(rect).center()  # of whole pixels it would lie half a pixel to the left
    box = QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("primary" if on else "field"), 1.4))
    painter.setBrush(theme.colour("primary" if on else "surface"))
    painter.drawRoundedRect(box.adjusted(0.7, 0.7, -0.7, -0.7), 4, 4)
    if on:
        inner = box.adjusted(1, 1, -1, -1)
        icons.draw(painter, Icon.CHECK_BOLD, inner, theme.colour("onPrimary"))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _bar(painter: QPainter, rect: QRect, value: Bar) -> None:
    words = max(theme.px(46), width_of(value.text, theme.px(15), bold=False))
    track = QRectF(rect.x(), rect.center().y() - 3.5, max(20, rect.width() - words - 8), 7)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("muteBg"))
    painter.drawRoundedRect(track, 3.5, 3.5)
    filled = QRectF(track)
    filled.setWidth(max(7.0, track.width() * min(1.0, value.fraction)))
    painter.setBrush(value.status.fill)
    painter.drawRoundedRect(filled, 3.5, 3.5)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    if value.mark is not None:
        x = round(track.x() + track.width() * min(1.0, value.mark))
        painter.fillRect(x, round(track.y()) - 4, 1, 15, theme.colour("text2"))
    calm = value.status in {Status.OK, Status.INFO}
    text(painter, rect, value.text, Ink(colour=None if calm else value.status.text, align=_RIGHT))


def spark(painter: QPainter, rect: QRectF, value: Spark) -> None:
    """Small columns from a zero line; recent ones blue, forecasts hatched."""
    count = len(value.values)
    top = max(value.values, default=0) or 1
    step = min(rect.width() / max(count, 1), theme.px(8))
    plain_until = count - value.recent - value.forecast
    blue, grey = theme.colour("infoFill"), theme.colour("muteFill")
    for i, amount in enumerate(value.values):
        height = max(1.0, rect.height() * amount / top)
        box = QRectF(rect.x() + i * step, rect.bottom() - height, max(1.5, step - 1.6), height)
        if i < plain_until:
            painter.fillRect(box, grey)
        elif i < plain_until + value.recent:
            painter.fillRect(box, blue)
        else:
            painter.fillRect(box, QBrush(blue, Qt.BrushStyle.Dense4Pattern))


def fonts_changed() -> None:
    """Forget measured texts after another look was put in force."""
    for known in (metrics, _elided, _line, width_of):
        known.cache_clear()


def header_font() -> QFont:
    """The font of headings."""
    return theme.font(14, bold=True)


def cell_width(value: Cell) -> int:
    """About how wide a cell wants to be."""
    match value:
        case Two() | Offer():
            second = width_of(value.second, theme.px(_SECOND), bold=False)
            return max(width_of(value.first, theme.px(15), bold=True), second)
        case Pill():
            return pill_width(value)
        case Bar() | Spark() | bool():
            return theme.px(100)
        case _:
            return width_of(plain(value), theme.px(15), bold=True)
