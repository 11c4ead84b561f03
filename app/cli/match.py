"""`yilian match`: try a member's list against a catalogue, file to file, no database needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import cli
from app.i18n import _

app = typer.Typer()


@app.command(help=_("把一份清单对照到一份目录（两个文件），写出候选、分数、结论和理由"))
def match(
    local: Annotated[Path, typer.Option("--local", help=_("成员的清单：Excel 或 CSV"))],
    catalogue: Annotated[Path, typer.Option("--catalogue", help=_("统一目录：Excel 或 CSV"))],
    out: Annotated[Path, typer.Option("--out", help=_("结果写到哪个 .csv 或 .xlsx 文件"))],
) -> None:
    """Match one file to another."""
    from app.services.mapping.files import FileMatch, match_files

    run = cli()
    with run.progress(_("对照中")) as report:
        done = match_files(FileMatch(local, catalogue, out), report)
    run.emit(
        done,
        {
            "rows": _("行数"),
            "auto": _("建议采纳"),
            "review": _("需要核对"),
            "none": _("没有相近的"),
        },
    )
