"""The options that all label commands share: paper, where to start, and where the print goes.

Typer reads options from a function's signature. Ten options on each of three commands would be
written three times; here they are the fields of one dataclass, and `printing` gives a command
that takes ``how: How`` these options as well.
"""

from __future__ import annotations

import functools
import inspect
import shlex
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, get_type_hints

import typer

from app import paths
from app.adapters import label_papers
from app.adapters.printers import PartlyTakenProblem, PrinterAddress, parse_address
from app.cli.context import cli
from app.cli.scope import org_id as org_of
from app.domain.errors import DomainError
from app.domain.labels.sheet import Nudge
from app.i18n import _
from app.services.labels import output
from app.services.labels.commands import Target
from app.services.labels.designs import paper_of

_SHEET = "a4-24"


@dataclass(frozen=True, slots=True)
class How:
    """How and where to print; each field is an option of the command line."""

    paper: Annotated[str, typer.Option(help=_("标签纸（60x40、a4-24 等）或模板名称"))] = ""
    sheet: Annotated[bool, typer.Option("--sheet", help=_("用 A4 标签纸（a4-24）"))] = False
    start_cell: Annotated[int, typer.Option(help=_("A4 标签纸从第几格起"))] = 1
    nudge: Annotated[str, typer.Option(help=_("微调（毫米，右,下），如 0.0,0.5"))] = "0,0"
    dpi: Annotated[int, typer.Option(help=_("分辨率 203、300、600；0 为这种纸常用的"))] = 0
    pdf: Annotated[Path | None, typer.Option(help=_("写成 PDF 文件"))] = None
    zpl: Annotated[Path | None, typer.Option(help=_("写成 ZPL 文件"))] = None
    printer: Annotated[str, typer.Option(help=_("发到网络标签打印机（地址:端口）"))] = ""
    skip: Annotated[int, typer.Option(help=_("打印机停过：前几枚已经打好，从下一枚接着打"))] = 0
    org: Annotated[str, typer.Option(help=_("机构的四位编码；不填为本人所在机构"))] = ""

    @property
    def org_id(self) -> int:
        """The organisation to print for."""
        return org_of(cli(), self.org)

    def options(self, usual: str = "60x40") -> output.Options:
        """The options of the print service; `usual` is the paper where none was named.

        Raises:
            DomainError: An option or the printer's address cannot be read.
        """
        parse_address(self.printer or "localhost")
        paper = _SHEET if self.sheet else self.paper or usual
        own = None
        if paper not in label_papers.TITLES:
            own = paper_of(*cli().signed_in(), self.org_id, paper)
        return output.Options(paper, self.start_cell, nudge_of(self.nudge), self.dpi, own)

    @property
    def target(self) -> Target:
        """The most binding of the outlets, for the print history."""
        if self.printer:
            return Target.PRINTER
        return Target.ZPL if self.zpl else Target.PDF

    @property
    def address(self) -> PrinterAddress | None:
        """The network printer, if one was named."""
        return parse_address(self.printer) if self.printer else None

    def put_out(self, prepared: output.Prepared, number: int = 0) -> tuple[str, ...]:
        """Write the files and send to the printer; without any a PDF in the output folder.

        Args:
            prepared: The labels.
            number: Of the print in the history; 0 for bins, which are in none.
        """
        done: list[str] = []
        pdf = self.pdf
        if not (pdf or self.zpl or self.printer):
            pdf = paths.output() / "labels.pdf"
        if pdf:
            done.append(str(output.save_pdf(prepared, pdf)))
        if self.zpl:
            done.append(str(output.save_zpl(prepared, self.zpl)))
        if self.address:
            matter = self._send(prepared, self.address, number)
            done.append(" · ".join(filter(None, (str(self.address), matter))))
        return tuple(done)

    def _send(self, prepared: output.Prepared, address: PrinterAddress, number: int) -> str:
        """Send; a printer that stopped in the middle is told how to go on."""
        try:
            return output.send(prepared, address, max(0, self.skip))
        except PartlyTakenProblem as error:
            taken = max(0, self.skip) + error.taken
            words = _("看清打出来几枚，再接着打：")
            way = f"yilian labels reprint {number}" if number else "yilian labels bins"
            line = shlex.join([*way.split(), *self._same(), "--skip", str(taken)])
            raise PartlyTakenProblem(error.code, f"{error.text}\n{words}{line}", taken) from error

    def _same(self) -> list[str]:
        """The options of the same labels on the same printer, as they are typed."""
        named = ("paper", "nudge", "dpi", "printer", "org")
        given = [(one.name, getattr(self, one.name), one.default) for one in fields(self)]
        return [
            text
            for name, value, usual in given
            if name in named and value != usual
            for text in (f"--{name}", str(value))
        ]


def printing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes ``how`` the options of `How`."""
    hints = get_type_hints(How, include_extras=True)
    own = [
        parameter
        for name, parameter in inspect.signature(command, eval_str=True).parameters.items()
        if name != "how"
    ]
    shared = [
        inspect.Parameter(
            one.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if one.default is MISSING else one.default,
            annotation=hints[one.name],
        )
        for one in fields(How)
    ]

    @functools.wraps(command)
    def run(**given: object) -> None:
        how = How(**{one.name: given.pop(one.name) for one in fields(How)})  # type: ignore[arg-type]
        command(how=how, **given)

    signature = inspect.Signature([*own, *shared])
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    return run


def nudge_of(text: str) -> Nudge:
    """Millimetres right and down from ``0.0,0.5``."""
    try:
        right, down = (int(Decimal(part.strip()) * 10) for part in text.split(","))
    except (InvalidOperation, ValueError, OverflowError):
        raise DomainError(
            "label.nudge_form",
            _("微调 {text} 写法不对。请写成 0.0,0.5（右,下，毫米）。", text=text),
        ) from None
    return Nudge(right, down)
