"""`yilian prices …`: price lists and prices, agreed and closed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.scope import price_view, supplier_id
from app.domain import money
from app.domain.days import typed_day
from app.domain.pricing import PriceSource
from app.i18n import _
from app.services.catalogue.detail import item_id_of
from app.services.catalogue.search import SearchQuery
from app.services.prices.change import (
    ClosePrice,
    CreateList,
    SetPrice,
    close_price,
    create_list,
    set_price,
)
from app.services.prices.export import export_prices
from app.services.prices.listing import price_lists, price_page
from app.services.prices.putting import NewPrice
from app.services.prices.takeover import GiveLeave, give_leave, takeovers

app = typer.Typer()


@app.command("list", help=_("价格：今天生效的，或用 --view 看别的"))
def show(
    text: Annotated[str, typer.Argument(help=_("品名、拼音或编码；不填看全部"))] = "",
    view: Annotated[
        str, typer.Option(help=_("now 生效中、future 未开始、past 已截止、dearer 涨价、all 全部"))
    ] = "now",
    limit: Annotated[int, typer.Option(help=_("最多多少条"), min=1, max=5000)] = 200,
) -> None:
    """Show prices."""
    run = cli()
    query = SearchQuery(text, view=price_view(view))
    run.emit(
        price_page(*run.signed_in(), query, (None, limit)).rows,
        {
            "id": _("价格号"),
            "code": _("统一编码"),
            "name": _("品名"),
            "spec": _("规格"),
            "supplier": _("供应商"),
            "unit_price": _("价格"),
            "ceiling": _("限价"),
            "source": _("来源"),
            "valid_from": _("生效"),
            "valid_to": _("截止"),
        },
        empty=_("没有符合条件的价格。"),
    )


@app.command(help=_("有哪些价格表"))
def lists() -> None:
    """Show the price lists."""
    run = cli()
    run.emit(
        price_lists(*run.signed_in()),
        {
            "code": _("编号"),
            "title": _("名称"),
            "source": _("来源"),
            "published_on": _("发布日期"),
            "prices": _("价格数"),
            "in_force": _("生效中"),
        },
        empty=_("还没有价格表。"),
    )


@app.command(help=_("新建价格表"))
def create(
    code: Annotated[str, typer.Argument(help=_("编号，如 YJ-2026-02"))],
    title: Annotated[str, typer.Argument(help=_("名称"))],
    source: Annotated[PriceSource, typer.Option(help=_("来源"))] = PriceSource.ADHOC,
    reason: Annotated[str, typer.Option(help=_("来源是 gpo 时：承接原有议价结果的来由"))] = "",
) -> None:
    """Publish a price list."""
    run = cli()
    command = CreateList(op_id(), code, title, source, note=reason)
    run.emit({"id": create_list(*run.signed_in(), command)}, {"id": _("价格表号")})


@app.command(help=_("负责人同意承接原有的集团议价价格表；不填编号看有哪些"))
def leave(
    code: Annotated[str, typer.Argument(help=_("价格表编号"))] = "",
) -> None:
    """Give leave to take prices over, or show who asked."""
    run = cli()
    db, actor = run.signed_in()
    rows = takeovers(db, actor)
    if not code:
        run.emit(
            rows,
            {
                "code": _("价格表"), "title": _("名称"), "reason": _("来由"),
                "asked_by": _("申请人"), "approved_by": _("同意人"),
            },
            empty=_("没有要承接的价格表。"),
        )  # fmt: skip
        return
    found = next((one.list_id for one in rows if one.code == code), 0)
    give_leave(db, actor, GiveLeave(op_id(), found))
    run.say(_("已同意承接 {code}，可以登记或导入价格了。", code=code))


@app.command("set", help=_("登记新价格：旧价格在新价格开始那天截止"))
def put(
    item: Annotated[str, typer.Argument(help=_("统一编码"))],
    supplier: Annotated[str, typer.Argument(help=_("供应商编号或名称"))],
    price: Annotated[str, typer.Argument(help=_("每包装含税价，最多 4 位小数"))],
    into: Annotated[str, typer.Option("--list", help=_("价格表编号"))],
    start: Annotated[str, typer.Option("--from", help=_("生效日期，如 2026-11-01"))],
    end: Annotated[str, typer.Option("--to", help=_("截止日期；不填一直有效"))] = "",
    ceiling: Annotated[str, typer.Option(help=_("限价"))] = "",
    rank: Annotated[int, typer.Option(help=_("1 中选，2 备选"))] = 1,
) -> None:
    """Agree a price."""
    run = cli()
    db, actor = run.signed_in()
    known = next((row.id for row in price_lists(db, actor) if row.code == into), 0)
    new = NewPrice(
        item_id=item_id_of(db, actor, item),
        supplier_id=supplier_id(run, supplier),
        unit_price=money.price(price),
        valid_from=_day(start),
        valid_to=_day(end) if end else None,
        ceiling=money.price(ceiling) if ceiling else None,
        rank=rank,
    )
    done = set_price(db, actor, SetPrice(op_id(), known, new))
    run.emit(done, {"price_id": _("价格号"), "closed_id": _("截止的旧价格号")})


@app.command(help=_("截止一条价格"))
def close(
    price_id: Annotated[int, typer.Argument(help=_("价格号，见 yilian prices list"))],
    day: Annotated[str, typer.Argument(help=_("从哪天起不再有效"))],
    reason: Annotated[str, typer.Option(help=_("原因"))],
) -> None:
    """End a price."""
    run = cli()
    done = close_price(*run.signed_in(), ClosePrice(op_id(), price_id, _day(day), reason))
    run.emit(done, {"closed_id": _("已截止的价格号")})


@app.command(help=_("导出价格为 Excel 或 CSV"))
def export(
    path: Annotated[Path, typer.Argument(help=_("写到哪个 .xlsx 或 .csv 文件"))],
    view: Annotated[str, typer.Option(help=_("now、future、past、dearer 或 all"))] = "now",
) -> None:
    """Write prices to a file."""
    run = cli()
    query = SearchQuery(view=price_view(view))
    with run.progress(_("导出中")) as report:
        count = export_prices(*run.signed_in(), query, path, report)
    run.emit({"file": str(path), "rows": count}, {"file": _("已输出"), "rows": _("行数")})


def _day(text: str) -> date:
    return typed_day(text)
