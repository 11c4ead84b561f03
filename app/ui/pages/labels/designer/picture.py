"""The picture of a design: drawn by the painter of the print, at the printer's dots."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.adapters.barcode import fit
from app.adapters.label_check import laid_out
from app.adapters.label_raster import label_image
from app.domain.errors import DomainError
from app.domain.labels.design.parts import Design
from app.domain.labels.marks import CodeMark, Layout, Mark
from app.domain.labels.spec import LabelSpec
from app.ui.pages.labels.view_model import PagePicture

_MOST_DOTS: Final = 1_500_000
"""A label larger than this at its printer's dots is drawn coarser: dragging stays smooth."""
_COARSE: Final = 150


def pictured(spec: LabelSpec, design: Design) -> PagePicture:
    """The label of `spec` by `design`; a code that cannot be drawn is left out."""
    dpi = design.dpi if design.dpi > 0 else _COARSE
    if design.width * design.height * (dpi / 25.4) ** 2 > _MOST_DOTS:
        dpi = _COARSE
    laid = laid_out(spec, design)
    image = label_image(_drawable(laid, dpi), dpi).convert("L")
    return PagePicture(image.tobytes(), image.width, image.height)


def _drawable(laid: Layout, dpi: int) -> Layout:
    return replace(laid, marks=tuple(mark for mark in laid.marks if _fits(mark, dpi)))


def _fits(mark: Mark, dpi: int) -> bool:
    if not isinstance(mark, CodeMark):
        return True
    try:
        fit(mark, dpi)
    except DomainError:
        return False
    return True
