"""`yilian stock`: lots on hand, totals by expiry light, and the ledger of an item."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.scope import item_id, one_of, org_id, org_ids
from app.domain.stock.zones import HOLDS
from app.i18n import _
from app.services.stock.listing import PlainQuery, stock_page, stock_summary
from app.services.stock.movements import MovementQuery, movements

app = typer.Typer()
_LIMIT = 200

OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构；all 为全部可见"))]


@app.command("list", help=_("按批号列出库存，近效期在前"))
def list_stock(
    text: Annotated[str, typer.Argument(help=_("品名、拼音、编码或批号"))] = "",
    org: OrgOption = "",
    view: Annotated[
        str, typer.Option(help=_("expired 已过期、expiring 近效期、held 已冻结、missing 未填效期"))
    ] = "",
    limit: Annotated[int, typer.Option(help=_("最多行数"))] = _LIMIT,
) -> None:
    """List lots on hand."""
    run = cli()
    db, actor = run.signed_in()
    query = PlainQuery(text=text, view=one_of(view, "", "expired", "expiring", "held", "missing"))
    page = stock_page(db, actor, org_ids(run, org), query, (None, limit))
    run.emit(
        page.rows,
        {
            "org": _("机构"), "place": _("库位"), "code": _("编码"), "name": _("品名"),
            "spec": _("规格"), "lot_no": _("批号"), "expiry": _("有效期至"), "qty": _("数量"),
            "base_unit": _("单位"), "owner": _("货权"), "amount": _("金额"), "held": _("冻结"),
        },
        empty=_("没有符合条件的库存。"),
        words={"held": HOLDS},
    )  # fmt: skip


@app.command("summary", help=_("批数和金额，按效期灯汇总"))
def summary(org: OrgOption = "") -> None:
    """Totals by expiry light."""
    run = cli()
    found = stock_summary(*run.signed_in(), org_ids(run, org))
    if run.as_json:
        run.emit(found)
        return
    run.say(_("共 {n} 批，{amount} 元，冻结 {held} 批", n=found.lots, amount=found.amount,
              held=found.held))  # fmt: skip
    run.emit(found.lights, {"light": _("效期灯"), "lots": _("批数"), "amount": _("金额")})


@app.command("moves", help=_("一个品规的收发流水，新的在前"))
def moves(
    item: Annotated[str, typer.Argument(help=_("统一编码"))],
    org: Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))] = "",
    limit: Annotated[int, typer.Option(help=_("最多行数"))] = _LIMIT,
) -> None:
    """Show the ledger of an item."""
    run = cli()
    db, actor = run.signed_in()
    query = MovementQuery(org_id(run, org), item_id=item_id(run, item), limit=limit)
    run.emit(
        movements(db, actor, query),
        {
            "seq": _("序号"), "occurred_on": _("日期"), "doc_kind": _("单据"),
            "from_place": _("从"), "to_place": _("到"), "lot_no": _("批号"), "qty": _("数量"),
            "base_unit": _("单位"), "owner": _("货权"), "person": _("经办"), "reason": _("理由"),
        },
        empty=_("这个品规还没有收发。"),
    )  # fmt: skip
