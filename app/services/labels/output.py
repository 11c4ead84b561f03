"""From labels to paper: laid out, every code read back, then PDF, ZPL or the network printer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.adapters import label_papers, local_files, printers, zpl
from app.adapters.label_check import Checked, laid_out, verify
from app.adapters.label_pdf import calibration_pdf, labels_pdf
from app.adapters.label_raster import label_image
from app.adapters.printers import PrinterAddress
from app.domain.errors import DomainError
from app.domain.labels.sheet import Nudge, Page, pages
from app.domain.labels.spec import LabelSpec
from app.domain.labels.template import LabelPaper
from app.i18n import _

RESOLUTIONS: Final = (203, 300, 600)
"""Dots per inch that label printers have."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to print.

    Attributes:
        paper: Key of the label paper.
        start: 1-based first cell of the first sheet.
        nudge: Shift of the print.
        dpi: Resolution of the printer, 0 for the usual one of the paper.
        own: The paper itself, where it is a template that people made.
    """

    paper: str = "60x40"
    start: int = 1
    nudge: Nudge = field(default_factory=Nudge)
    dpi: int = 0
    own: LabelPaper | None = None

    @property
    def label_paper(self) -> LabelPaper:
        """The paper to print on."""
        return self.own if self.own is not None else label_papers.paper(self.paper)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Labels that were checked, on their pages.

    Attributes:
        paper: The label paper.
        dpi: Resolution that the codes were snapped to and read at.
        checked: Layouts and what was found.
        pages: The pages; empty when nothing is to be printed.
    """

    paper: LabelPaper
    dpi: int
    checked: Checked
    pages: tuple[Page, ...]


def prepare(
    specs: Sequence[LabelSpec],
    options: Options,
    progress: Callable[[int, int], None] | None = None,
) -> Prepared:
    """Lay out, draw and read back every label; problems are in the result, nothing is raised."""
    paper = options.label_paper
    dpi = options.dpi or paper.dpi
    if dpi not in RESOLUTIONS:
        raise DomainError("label.dpi", _("分辨率只能是 203、300 或 600 dpi。请看打印机铭牌。"))
    checked = verify(specs, paper, dpi, progress)
    start = options.start if paper.is_sheet else 1
    return Prepared(paper, dpi, checked, pages(checked.layouts, paper, start, options.nudge))


def arrange(specs: Sequence[LabelSpec], options: Options) -> tuple[Page, ...]:
    """The labels on their pages, without the check: for a preview that follows every key."""
    paper = options.label_paper
    layouts = [laid_out(spec, paper.label) for spec in specs]
    return pages(layouts, paper, options.start if paper.is_sheet else 1, options.nudge)


def as_pdf(prepared: Prepared) -> bytes:
    """The pages as PDF; raises `DomainError` where a label must not be printed."""
    prepared.checked.refuse()
    return labels_pdf(prepared.pages, prepared.dpi, _("标签"))


def as_zpl(prepared: Prepared) -> bytes:
    """The labels as ZPL, one graphic each; sheets cannot be sent to a label printer."""
    _refuse_sheet(prepared)
    return b"".join(_zpl_labels(prepared))


def _refuse_sheet(prepared: Prepared) -> None:
    prepared.checked.refuse()
    if prepared.paper.is_sheet:
        raise DomainError(
            "label.zpl_sheet", _("A4 标签纸不能发到标签打印机。请改用标签卷，或导出 PDF。")
        )


def _zpl_labels(prepared: Prepared) -> list[bytes]:
    images = (label_image(laid, prepared.dpi) for laid in prepared.checked.layouts)
    return [zpl.label_zpl(image).encode("ascii") for image in images]


def save_pdf(prepared: Prepared, path: Path) -> Path:
    """Write the PDF; whole or not at all."""
    return local_files.write(path, as_pdf(prepared))


def save_zpl(prepared: Prepared, path: Path) -> Path:
    """Write the ZPL; whole or not at all."""
    return local_files.write(path, as_zpl(prepared))


def send(
    prepared: Prepared,
    address: PrinterAddress,
    skip: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> str:
    """Send the labels to a network label printer, without the first `skip` that are on paper.

    Returns:
        What the printer says is the matter with it; empty when nothing.

    Raises:
        EnvironmentProblem: It is silent; a `PartlyTakenProblem` says how many more it took.
    """
    _refuse_sheet(prepared)
    return printers.send_labels(address, _zpl_labels(prepared)[skip:], progress=progress)


def save_calibration(options: Options, path: Path) -> Path:
    """Write the calibration page of a paper."""
    return local_files.write(path, calibration_pdf(options.label_paper, options.nudge))
