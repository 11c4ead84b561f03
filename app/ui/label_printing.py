"""Labels from any page to an outlet: the system's printers, the network label printer, files.

Works in threads, never in the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QMarginsF, QObject, QRect, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from app.adapters.label_raster import page_image
from app.adapters.printers import PartlyTakenProblem, PrinterAddress
from app.domain.errors import DomainError, EnvironmentProblem
from app.i18n import _
from app.services.labels import output
from app.services.labels.commands import Target
from app.services.labels.job import PrintJob, Ready, ready_labels
from app.services.labels.output import Prepared
from app.settings import Settings
from app.ui.jobs import Cancelled, Progress
from app.ui.page import Page
from app.ui.widgets.resume_form import ResumeForm


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


@dataclass(frozen=True, slots=True)
class Told:
    """What became of labels that were put out.

    Attributes:
        ready: The labels.
        where: The file or the printer.
        is_file: Whether it is a file.
        matter: What the printer says is the matter with it; empty when nothing.
    """

    ready: Ready
    where: str
    is_file: bool = False
    matter: str = ""


@dataclass(frozen=True, slots=True)
class _Errand:
    """Labels on their way: where to; the first `skip` came out of the label printer before."""

    ready: Ready
    outlet: Outlet
    path: Path
    skip: int = 0


class LabelPrinting(QObject):
    """Makes labels ready on the writer thread, and puts them out on another.

    A printer that takes its time, or stands still, keeps nobody from saving.

    Args:
        page: The page that prints.
        done: Gets what became of them.
        failed: Gets the error; where some labels may be on paper the person is asked as well
            from which one to go on.
    """

    def __init__(
        self, page: Page, done: Callable[[Told], None], failed: Callable[[Exception], None]
    ) -> None:
        super().__init__(page)
        self._page, self._done, self._failed = page, done, failed

    def start(self, job: PrintJob, outlet: Outlet, path: Path) -> None:
        """Print; `path` is where an outlet that is a file is written."""
        context = self._page.context
        context.jobs.long(
            _("核对标签"),
            lambda progress: ready_labels(context.db, context.actor, job, progress.step),
            lambda ready: self._bring(_Errand(ready, outlet, path)),
            self._failed,
        )

    def _bring(self, errand: _Errand) -> None:
        context, handed = self._page.context, [0]
        settings = context.session.settings

        def work(progress: Progress) -> Told:
            def step(done: int, total: int) -> None:
                handed[0] = done
                progress.step(done, total)

            return _put_out(errand, settings, step)

        def stopped(error: Exception) -> None:
            taken = error.taken if isinstance(error, PartlyTakenProblem) else 0
            if isinstance(error, Cancelled):
                taken = max(0, handed[0] - 1)  # the last may still have been on its way
                words = _("已停下。标签有了编号，可以接着打，也可以以后在「补打」里打。")
                error = DomainError("label.stopped", words)
            self._failed(error)
            if taken:
                self._ask(replace(errand, skip=errand.skip + taken))

        context.jobs.long(_("打印标签"), work, self._done, stopped, writes=False)

    def _ask(self, errand: _Errand) -> None:
        """How many labels are on paper? It goes on behind them."""
        count = len(errand.ready.pack_ids)
        form = ResumeForm(errand.skip, count, self._page)
        form.given.connect(lambda printed: self._bring(replace(errand, skip=printed)))
        form.open()


def _put_out(errand: _Errand, settings: Settings, step: Callable[[int, int], None]) -> Told:
    ready, outlet, prepared = errand.ready, errand.outlet, errand.ready.prepared
    if outlet.kind is OutletKind.PDF:
        return Told(ready, str(output.save_pdf(prepared, errand.path)), is_file=True)
    if outlet.kind is OutletKind.ZPL:
        return Told(ready, str(output.save_zpl(prepared, errand.path)), is_file=True)
    if outlet.kind is OutletKind.NETWORK:
        address = PrinterAddress(settings.printer_host, settings.printer_port)
        matter = output.send(prepared, address, errand.skip, step)
        return Told(ready, str(address), matter=matter)
    print_pages(prepared, printer=outlet.name)
    return Told(ready, outlet.name)


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
            _("打印机 {printer} 不接受打印。请看是否开机、有纸，好了再打。", printer=printer),
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
