"""`yilian place`: places of a member, new ones, and moves between them."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.places import place_id, place_named
from app.cli.scope import item_id, org_id
from app.domain.errors import DomainError
from app.i18n import _
from app.services.platform.places import KINDS, STORAGES, ZONES
from app.services.stock.listing import PlainQuery, stock_rows
from app.services.stock.moving import AddPlace, MoveGoods, MoveLine, add_place, move_goods
from app.services.stock.places import places_of

app = typer.Typer()

OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]


@app.command("list", help=_("库位一览"))
def list_(org: OrgOption = "") -> None:
    """List places."""
    run = cli()
    run.emit(
        places_of(*run.signed_in(), org_id(run, org)),
        {
            "code": _("编码"), "name": _("名称"), "kind": _("类型"), "level": _("级"),
            "zone": _("区"), "storage": _("储存条件"),
        },
        words={"kind": KINDS, "zone": ZONES, "storage": STORAGES},
    )  # fmt: skip


@app.command("add", help=_("新增库位：科室（二级库）、库房、区、货位"))
def add(
    code: Annotated[str, typer.Argument(help=_("编码，如 KS-NK"))],
    name: Annotated[str, typer.Argument(help=_("名称，如 内科病区"))],
    kind: Annotated[
        str, typer.Option(help=_("department 科室、store 库房、zone 区、bin 货位、cabinet 三级库"))
    ] = "department",
    zone: Annotated[
        str, typer.Option(help=_("pending 待验、good 合格、bad 不合格、returns 退货"))
    ] = "",
    parent: Annotated[str, typer.Option(help=_("上级库位编码"))] = "",
    storage: Annotated[str, typer.Option(help=_("normal、cool、cold、frozen"))] = "normal",
    org: OrgOption = "",
) -> None:
    """Make a place."""
    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    above = place_id(where, parent)
    add_place(db, actor, AddPlace(op_id(), where, code, name, kind, zone, above, storage))
    run.say(_("已新增库位 {code} {name}。", code=code.upper(), name=name))


@app.command("move", help=_("移库：把一个批号移到另一个库位或区"))
def move(
    item: Annotated[str, typer.Argument(help=_("统一编码"))],
    qty: Annotated[int, typer.Argument(help=_("数量（最小单位）"))],
    start: Annotated[str, typer.Option("--from", help=_("移出库位编码"))],
    end: Annotated[str, typer.Option("--to", help=_("移入库位编码"))],
    lot: Annotated[str, typer.Option(help=_("批号；只有一批时可不填"))] = "",
    reason: Annotated[str, typer.Option(help=_("理由；移回合格区必填"))] = "",
    org: OrgOption = "",
) -> None:
    """Move goods inside the house."""
    run = cli()
    db, actor = run.signed_in()
    where, wanted = org_id(run, org), item_id(run, item)
    source, target = place_named(where, start), place_named(where, end)
    found = [
        row
        for row in stock_rows(db, actor, (where,), PlainQuery())
        if row.item_id == wanted and row.place_id == source.id and lot in {"", row.lot_no}
    ]
    if len(found) != 1:
        raise DomainError(
            "move.lot",
            _("「{place}」里有 {n} 批这种货。请用 --lot 说明是哪一批。",
              place=source.name, n=len(found)),
        )  # fmt: skip
    line = MoveLine(wanted, found[0].lot_id, found[0].owner_id, source.id, target.id, qty)
    move_goods(db, actor, MoveGoods(op_id(), where, (line,), reason))
    run.say(_("已移库：{name} {qty} → {place}。", name=found[0].name, qty=qty, place=target.name))
