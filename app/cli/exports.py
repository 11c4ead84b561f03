"""`yilian export …`: what is kept, as Excel or CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.scope import price_view
from app.i18n import _
from app.services.catalogue.export import export_catalogue
from app.services.catalogue.search import SearchQuery
from app.services.prices.export import export_prices

app = typer.Typer()

File = Annotated[Path, typer.Argument(help=_("写到哪个 .xlsx 或 .csv 文件"))]
Text = Annotated[str, typer.Option("--search", help=_("只要符合的：名称、拼音或编码"))]


@app.command(help=_("统一目录；导出的表可以改好再导入"))
def catalogue(
    path: File,
    text: Text = "",
    only: Annotated[
        str, typer.Option(help=_("只要一类：drug、consumable、reagent、tcm、vbp、cold"))
    ] = "",
) -> None:
    """Write the catalogue to a file."""
    run = cli()
    with run.progress(_("导出中")) as report:
        count = export_catalogue(*run.signed_in(), SearchQuery(text, view=only), path, report)
    _said(path, count)


@app.command(help=_("价格"))
def prices(
    path: File,
    text: Text = "",
    view: Annotated[str, typer.Option(help=_("now、future、past、dearer 或 all"))] = "now",
) -> None:
    """Write prices to a file."""
    run = cli()
    query = SearchQuery(text, view=price_view(view))
    with run.progress(_("导出中")) as report:
        count = export_prices(*run.signed_in(), query, path, report)
    _said(path, count)


def _said(path: Path, count: int) -> None:
    cli().emit({"file": str(path), "rows": count}, {"file": _("已输出"), "rows": _("行数")})
