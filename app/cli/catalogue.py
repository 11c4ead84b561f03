"""`yilian search`: items by name, pinyin, code, number or scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from app.cli.context import cli
from app.domain.pricing import plain
from app.i18n import _
from app.services.catalogue.search import CatalogueRow, SearchQuery, catalogue_page

app = typer.Typer()


@dataclass(frozen=True, slots=True)
class _Line:
    """A hit in words for people."""

    code: str
    name: str
    spec: str
    pack_unit: str
    maker: str
    unit_price: str
    users: int
    status: str


def _line(row: CatalogueRow) -> _Line:
    price = "" if row.unit_price is None else plain(row.unit_price)
    return _Line(
        row.code, row.name, row.spec, row.pack_unit, row.maker, price, row.users, row.status.label
    )


@app.command(help=_("查品规：名称、拼音首字母、全拼、各种编码、批准文号，或直接扫码"))
def search(
    text: Annotated[str, typer.Argument(help=_("要找的内容，如 amxl、阿莫西林、69 码"))],
    only: Annotated[
        str,
        typer.Option(
            help=_("只看一类：drug、consumable、reagent、tcm、vbp、cold、high_value"),
        ),
    ] = "",
    limit: Annotated[int, typer.Option(help=_("最多多少条"), min=1, max=1000)] = 20,
) -> None:
    """Search the catalogue."""
    run = cli()
    page = catalogue_page(*run.signed_in(), SearchQuery(text, view=only), (None, limit))
    rows = page.rows if run.as_json else tuple(_line(row) for row in page.rows)
    run.emit(
        rows,
        {
            "code": _("统一编码"),
            "name": _("品名"),
            "spec": _("规格"),
            "pack_unit": _("单位"),
            "maker": _("生产企业"),
            "unit_price": _("统采价"),
            "users": _("使用机构"),
            "status": _("状态"),
        },
        empty=_("没找到「{text}」。可换拼音首字母、通用名的一部分或编码再试。", text=text),
    )
