"""The outlets of the window: the system's printers, the network label printer, files.

Runs in the writer thread, never in the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRect, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from app.adapters.label_raster import page_image
from app.adapters.printers import PrinterAddress
from app.domain.errors import EnvironmentProblem
from app.i18n import _
from app.services.labels import output
from app.services.labels.commands import Target
from app.services.labels.output import Prepared
from app.settings import Settings


class OutletKind(StrEnum):
    """Kinds of outlets."""

    NETWORK = "network"
    SYSTEM = "system"
    PDF = "pdf"
    ZPL = "zpl"


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where labels can go: its kind, and the printer's name."""

    kind: OutletKind
    name: str = ""

    @property
    def key(self) -> str:
        """For remembering the choice."""
        return f"{self.kind.value}:{self.name}"

    @property
    def takes_sheets(self) -> bool:
        """Whether A4 sheets can go there; a label printer has its roll."""
        return self.kind in {OutletKind.SYSTEM, OutletKind.PDF}

    @property
    def target(self) -> Target:
        """What the print history calls it."""
        if self.kind is OutletKind.PDF:
            return Target.PDF
        return Target.ZPL if self.kind is OutletKind.ZPL else Target.PRINTER

    @property
    def words(self) -> str:
        """What the choice shows."""
        if self.kind is OutletKind.NETWORK:
            return _("标签打印机 {name}", name=self.name)
        if self.kind is OutletKind.SYSTEM:
            return self.name
        return _("存成 PDF 文件") if self.kind is OutletKind.PDF else _("存成 ZPL 文件")


def outlets(settings: Settings) -> tuple[Outlet, ...]:
    """The outlets of this computer, the label printer of the settings first."""
    found: list[Outlet] = []
    if settings.printer_host:
        address = PrinterAddress(settings.printer_host, settings.printer_port)
        found.append(Outlet(OutletKind.NETWORK, str(address)))
    found += [Outlet(OutletKind.SYSTEM, name) for name in QPrinterInfo.availablePrinterNames()]
    return (*found, Outlet(OutletKind.PDF), Outlet(OutletKind.ZPL))


def put_out(
    outlet: Outlet, settings: Settings, path: Path, skip: int = 0
) -> Callable[[Prepared], str]:
    """What brings labels to the outlet and says where they are.

    `path` is for files; the first `skip` labels came out of the label printer before.
    """

    def run(prepared: Prepared) -> str:
        if outlet.kind is OutletKind.PDF:
            return str(output.save_pdf(prepared, path))
        if outlet.kind is OutletKind.ZPL:
            return str(output.save_zpl(prepared, path))
        if outlet.kind is OutletKind.NETWORK:
            address = PrinterAddress(settings.printer_host, settings.printer_port)
            output.send(prepared, address, skip)
            return str(address)
        print_pages(prepared, printer=outlet.name)
        return outlet.name

    return run


def print_pages(prepared: Prepared, *, printer: str = "", file: str = "") -> None:
    """Print the page rasters dot for dot on a system printer (or into a file, for trials).

    Raises:
        EnvironmentProblem: The printer does not take the job.
    """
    device = QPrinter(QPrinter.PrinterMode.HighResolution)
    if printer:
        device.setPrinterName(printer)
    if file:
        device.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        device.setOutputFileName(file)
    device.setResolution(prepared.dpi)
    paper = prepared.paper
    size = QPageSize(
        QSizeF(paper.page_width, paper.page_height), QPageSize.Unit.Millimeter, paper.key
    )
    upright = QPageLayout.Orientation.Portrait
    device.setPageLayout(QPageLayout(size, upright, QMarginsF(0, 0, 0, 0)))
    device.setFullPage(True)
    device.setDocName(_("标签"))
    painter = QPainter()
    if not painter.begin(device):
        raise EnvironmentProblem(
            "printer.begin",
            _("打印机 {printer} 不接受打印。请看是否开机、有纸，再打印一次。", printer=printer),
        )
    try:
        for number, page in enumerate(prepared.pages):
            if number:
                device.newPage()
            image = page_image(page, prepared.dpi).convert("L")
            data = image.tobytes()
            shown = QImage(
                data, image.width, image.height, image.width, QImage.Format.Format_Grayscale8
            )
            painter.drawImage(QRect(0, 0, image.width, image.height), shown)
    finally:
        painter.end()
