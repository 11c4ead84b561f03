"""Codes as modules, snapped to device dots, and read again by an independent reader.

The encoder (zxing-cpp) does not check lots, digits or dates; `app.domain.labels` does. Reading a
rendered code back is the proof that what was drawn is what was meant.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
import zxingcpp
from PIL import Image

from app.domain.errors import DomainError
from app.domain.labels.marks import Box, CodeMark, Symbology
from app.i18n import _

MM_PER_INCH: Final = 25.4
LEAST_MODULE: Final = {
    Symbology.MATRIX: 0.25,
    Symbology.BARS: 0.16,
    Symbology.EAN: 0.26,
    Symbology.QR: 0.25,
}
"""Smallest module in mm that hand scanners read from thermal paper."""
LARGEST_MODULE: Final = {
    Symbology.MATRIX: 0.6,
    Symbology.BARS: 0.5,
    Symbology.EAN: 0.66,
    Symbology.QR: 0.8,
}
_QUIET: Final = {Symbology.BARS: 10, Symbology.EAN: 11}
"""Blank modules that these codes want on each side."""
_LINEAR: Final = frozenset(_QUIET)
_FORMATS: Final = {
    Symbology.MATRIX: zxingcpp.BarcodeFormat.DataMatrix,
    Symbology.BARS: zxingcpp.BarcodeFormat.Code128,
    Symbology.EAN: zxingcpp.BarcodeFormat.EAN13,
    Symbology.QR: zxingcpp.BarcodeFormat.QRCode,
}
_ROUNDING: Final = 0.001

Grid = np.ndarray[tuple[int, int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class DotCode:
    """A code in whole device dots: where it starts, dots per module, and its dark modules.

    For bars the grid has one row and `row_dots` is the height of the bars; bars that lie on their
    side have one column, and `dots` is their height.
    """

    x: int
    y: int
    dots: int
    row_dots: int
    grid: Grid


def dots(length_mm: float, dpi: int) -> int:
    """`length_mm` in whole dots, to the nearest."""
    return round(length_mm * dpi / MM_PER_INCH)


@lru_cache(maxsize=4096)
def modules(symbology: Symbology, source: str, *, gs1: bool) -> Grid:
    """The dark modules of a code without its quiet zone.

    Raises:
        DomainError: The encoder cannot write `source`.
    """
    kind = _FORMATS[symbology]
    try:
        if symbology is Symbology.MATRIX:
            code = zxingcpp.create_barcode(source, kind, gs1=gs1, force_square=True)
        else:
            code = zxingcpp.create_barcode(source, kind, **({"gs1": True} if gs1 else {}))
    except ValueError as error:
        raise DomainError(
            "label.encode", _("{text} 不能印成条码。请改正批号或编码。", text=source)
        ) from error
    image = np.array(code.to_image(scale=1, add_quiet_zones=False)) == 0
    grid: Grid = image[:1] if symbology in _LINEAR else image
    grid.setflags(write=False)
    return grid


def fit(mark: CodeMark, dpi: int, origin: tuple[float, float] = (0.0, 0.0)) -> DotCode:
    """`mark` at its largest whole-dot module size, for a label at `origin` (mm) on the page.

    Raises:
        DomainError: The modules would be too small to be read.
    """
    grid = modules(mark.symbology, mark.source, gs1=mark.gs1)
    if mark.turn:
        return _fit_turned(mark, dpi, origin)
    columns = grid.shape[1]
    bars = mark.symbology in _LINEAR
    wide = columns + 2 * _QUIET[mark.symbology] if bars else columns
    room = mark.box.width if bars else min(mark.box.width, mark.box.height)
    per_mm = dpi / MM_PER_INCH
    largest = int(LARGEST_MODULE[mark.symbology] * per_mm + _ROUNDING) or 1
    size = min(int(room * per_mm + _ROUNDING) // wide, largest)
    least = max(LEAST_MODULE[mark.symbology], mark.least)
    if size < 1 or size / per_mm < least - _ROUNDING:
        raise DomainError("label.code_room", _too_dense(mark))
    left, top = origin[0] + mark.box.x, origin[1] + mark.box.y
    if bars:
        x = dots(left, dpi) + (dots(mark.box.width, dpi) - columns * size) // 2
        return DotCode(x, dots(top, dpi), size, dots(mark.box.height, dpi), grid)
    if mark.centred:
        x = dots(left, dpi) + (dots(mark.box.width, dpi) - columns * size) // 2
        y = dots(top, dpi) + (dots(mark.box.height, dpi) - columns * size) // 2
        return DotCode(x, y, size, size, grid)
    x = dots(left + mark.box.width, dpi) - columns * size
    return DotCode(x, dots(top, dpi), size, size, grid)


def _fit_turned(mark: CodeMark, dpi: int, origin: tuple[float, float]) -> DotCode:
    """A turned code: fitted upright in a box with its sides, then turned about its corner."""
    box, sideways = mark.box, mark.turn % 180 != 0
    wide, high = (box.height, box.width) if sideways else (box.width, box.height)
    flat = fit(replace(mark, turn=0, box=Box(0.0, 0.0, wide, high)), dpi)
    grid: Grid = np.ascontiguousarray(np.rot90(flat.grid, -(mark.turn // 90)))
    column, row = (flat.row_dots, flat.dots) if sideways else (flat.dots, flat.row_dots)
    room = dots(wide, dpi), dots(high, dpi)
    size = flat.grid.shape[1] * flat.dots, flat.grid.shape[0] * flat.row_dots
    x, y = {
        90: (room[1] - flat.y - size[1], flat.x),
        180: (room[0] - flat.x - size[0], room[1] - flat.y - size[1]),
        270: (flat.y, room[0] - flat.x - size[0]),
    }[mark.turn]
    left, top = dots(origin[0] + box.x, dpi), dots(origin[1] + box.y, dpi)
    return DotCode(left + x, top + y, column, row, grid)


def _too_dense(mark: CodeMark) -> str:
    """Why a code cannot be drawn, and what helps: another label, or a larger box."""
    if mark.name:
        return _("{name} 的框太小，模块细得扫不出来。请把它拉大，或少放一些内容。", name=mark.name)
    return _("条码 {text} 在这种标签上太密，扫不出来。请换大一号的标签。", text=mark.expected)


def decode(image: Image.Image, *, turned: bool = False) -> frozenset[tuple[str, str]]:
    """All codes on `image` as (symbology identifier, content with FNC1 as 0x1D).

    Upright ones only unless `turned` ones are expected: looking in every direction takes longer.
    """
    kinds = zxingcpp.BarcodeFormats(tuple(_FORMATS.values()))
    found = zxingcpp.read_barcodes(
        np.asarray(image.convert("L")), formats=kinds, try_rotate=turned, try_invert=False
    )
    return frozenset(
        (code.symbology_identifier, code.bytes.decode("latin-1")) for code in found if code.valid
    )
