"""Icons: a cut of Material Design Icons (Apache-2.0), drawn as paths in any colour and size.

The glyph outlines are read once from a 20 KB font file with `QRawFont` and filled with the colour
of the moment, so an icon is sharp at every scale and follows light and dark by itself.
"""

from __future__ import annotations

import json
from enum import StrEnum
from functools import cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPixmap, QRawFont, QTransform

from app import paths

_EM = 240.0


class Icon(StrEnum):
    """Icons the program uses, by their names in the set."""

    ACCOUNT = "account-outline"
    ACCOUNT_GROUP = "account-group-outline"
    ALERT = "alert"
    ALERT_CIRCLE = "alert-circle-outline"
    ALERT_RHOMBUS = "alert-rhombus"
    ARROW_DOWN = "arrow-down"
    ARROW_LEFT = "arrow-left"
    ARROW_RIGHT = "arrow-right"
    ARROW_UP = "arrow-up"
    BARCODE = "barcode"
    BARCODE_SCAN = "barcode-scan"
    BELL = "bell-outline"
    BELL_RING = "bell-ring-outline"
    BOOK = "book-open-page-variant-outline"
    BOOK_READ = "book-open-variant"
    CALCULATOR = "calculator-variant-outline"
    CALENDAR = "calendar-month-outline"
    CALENDAR_ALERT = "calendar-alert"
    CART = "cart-outline"
    CASH = "cash-multiple"
    CHART_BAR = "chart-box-outline"
    CHART_LINE = "chart-line"
    CHECK = "check"
    CHECK_BOLD = "check-bold"
    CHECK_CIRCLE = "check-circle"
    CHEVRON_DOWN = "chevron-down"
    CHEVRON_LEFT = "chevron-left"
    CHEVRON_RIGHT = "chevron-right"
    CHEVRON_UP = "chevron-up"
    CIRCLE_OUTLINE = "circle-outline"
    CLIPBOARD_CHECK = "clipboard-check-outline"
    CLIPBOARD_LIST = "clipboard-list-outline"
    CLOCK = "clock-outline"
    CLOSE = "close"
    CLOSE_OCTAGON = "close-octagon"
    COG = "cog-outline"
    COLUMNS = "view-column-outline"
    CONTENT_COPY = "content-copy"
    CUBE = "cube-outline"
    DATABASE = "database-outline"
    DELETE = "trash-can-outline"
    DOTS = "dots-horizontal"
    DOWNLOAD = "download-outline"
    EARTH = "earth"
    EYE = "eye-outline"
    EYE_OFF = "eye-off-outline"
    FILE = "file-document-outline"
    FILE_EXCEL = "file-excel-outline"
    FILE_PDF = "file-pdf-box"
    FILE_SIGN = "file-sign"
    FILTER = "filter-outline"
    FILTER_OFF = "filter-off-outline"
    FOLDER = "folder-outline"
    FORMAT_SIZE = "format-size"
    FREEZER = "fridge-outline"
    GAVEL = "gavel"
    HAND_BACK = "hand-extended-outline"
    HELP = "help-circle-outline"
    HISTORY = "history"
    HOME = "home"
    HOSPITAL = "hospital-building"
    IMPORT = "tray-arrow-down"
    INFORMATION = "information-outline"
    KEYBOARD = "keyboard-outline"
    LABEL = "label-multiple-outline"
    LINK = "link-variant"
    LOCK = "lock"
    LOCK_CHECK = "lock-check-outline"
    LOCK_OUTLINE = "lock-outline"
    LOGOUT = "logout"
    MAGNIFY = "magnify"
    MENU = "menu"
    MENU_DOWN = "menu-down"
    MENU_UP = "menu-up"
    MINUS = "minus"
    NEEDLE = "needle"
    OPEN_IN = "open-in-new"
    PACKAGE = "package-variant-closed"
    PALETTE = "palette-outline"
    PENCIL = "pencil-outline"
    PILL = "pill"
    PLUS = "plus"
    PRINTER = "printer-outline"
    REDO = "redo"
    REFRESH = "refresh"
    SCALE = "scale-balance"
    SCHOOL = "school-outline"
    SEND = "send-outline"
    SERVER = "server-network"
    SERVER_OFF = "server-network-off"
    SNOWFLAKE = "snowflake"
    SORT = "sort-ascending"
    STAR = "star"
    STORAGE = "file-cabinet"
    SUPPLIER = "domain"
    SWAP = "swap-horizontal"
    SYNC = "sync"
    TARGET = "bullseye-arrow"
    TEST_TUBE = "test-tube"
    TRUCK = "truck-delivery-outline"
    TUNE = "tune-vertical"
    UNDO = "undo"
    UPLOAD = "upload-outline"
    VOLUME = "volume-high"
    VOLUME_OFF = "volume-off"
    WAND = "auto-fix"
    WAREHOUSE = "warehouse"
    WIFI_OFF = "wifi-off"


@cache
def _font() -> tuple[QRawFont, dict[str, int]]:
    folder = paths.resources() / "icons"
    raw = QRawFont(str(folder / "mdi-subset.ttf"), _EM)
    index: dict[str, int] = json.loads((folder / "mdi-subset.json").read_text(encoding="utf-8"))
    return raw, index


@cache
def outline(icon: Icon) -> QPainterPath:
    """The icon's outline with its em square at (0, 0)–(1, 1)."""
    raw, index = _font()
    glyph = raw.glyphIndexesForString(chr(index[icon.value]))[0]
    # The baseline of the set lies one eighth of the em above the foot of its square.
    place = QTransform.fromScale(1 / _EM, 1 / _EM).translate(0, _EM * 7 / 8)
    return place.map(raw.pathForGlyph(glyph))


def draw(painter: QPainter, icon: Icon, rect: QRectF, colour: QColor) -> None:
    """Fill `icon` into the square `rect` with `colour`; kept as a pixmap unless scaled."""
    if painter.transform().isScaling():
        _fill(painter, icon, rect, colour)
        return
    side = round(rect.width())
    ready = _pixmap(icon, side, colour.rgba(), painter.device().devicePixelRatio())
    painter.drawPixmap(round(rect.x() + (rect.width() - side) / 2), round(rect.y()), ready)


def _fill(painter: QPainter, icon: Icon, rect: QRectF, colour: QColor) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.topLeft())
    painter.scale(rect.width(), rect.height())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPath(outline(icon))
    painter.restore()


@cache
def _pixmap(icon: Icon, size: int, rgba: int, ratio: float) -> QPixmap:
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    _fill(painter, icon, QRectF(0, 0, size, size), QColor.fromRgba(rgba))
    painter.end()
    return pixmap


def pixmap(icon: Icon, size: int, colour: QColor, ratio: float = 1.0) -> QPixmap:
    """`icon` as a cached pixmap of `size` logical pixels in `colour`."""
    return _pixmap(icon, size, colour.rgba(), ratio)


def qicon(icon: Icon, colour: QColor, size: int = 20) -> QIcon:
    """`icon` as a `QIcon` for menus and combo boxes (buttons draw it themselves)."""
    result = QIcon(pixmap(icon, size, colour))
    result.addPixmap(pixmap(icon, size, colour, 2.0))
    return result
