"""`yilian formulary`: lists of the group and its members, snapshots, rules, ward lists."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import Cli, cli
from app.cli.operation import op_id
from app.cli.scope import item_id, org_id, org_ids
from app.domain.days import typed_day
from app.i18n import _
from app.services.formulary.entries import (
    AddItems,
    Derive,
    ListChanged,
    StopItems,
    add_items,
    derive,
    stop_items,
)
from app.services.formulary.items import GROUP
from app.services.formulary.listing import check_formulary, formulary
from app.services.formulary.named import (
    CreateNamed,
    PutNamed,
    create_named,
    find_named,
    named_items,
    named_lists,
    put_named,
)
from app.services.formulary.prescription import read_prescription
from app.services.formulary.readiness import ready, ward_readiness
from app.services.formulary.sheets import BASES, apply_import, export_list, preview_import
from app.services.formulary.snapshots import TakeSnapshot, snapshots, take_snapshot

app = typer.Typer()

Org = Annotated[str, typer.Option("--org", help=_("机构编号；group 为集团目录，默认本机构"))]
On = Annotated[str, typer.Option("--on", help=_("哪一天，如 2026-11-01，默认今天"))]
Items = Annotated[list[str], typer.Argument(help=_("品规编码，可多个"))]
File = Annotated[Path, typer.Argument(help=_("Excel 或 CSV 文件"))]


def owner(run: Cli, code: str) -> int:
    """The organisation whose list is meant; 0 for the group's."""
    return GROUP if code in {"group", "集团"} else org_id(run, code)


def day(text: str) -> date | None:
    """A typed day, None when nothing was typed."""
    return typed_day(text) if text else None


@app.command("list", help=_("一份供应目录"))
def list_(
    org: Org = "",
    on: On = "",
    text: Annotated[str, typer.Option(help=_("只看名称或编码里有这些字的"))] = "",
) -> None:
    """Show a list."""
    run = cli()
    run.emit(
        formulary(*run.signed_in(), owner(run, org), day(on), text),
        {"code": _("统一编码"), "name": _("通用名"), "form": _("剂型"), "spec": _("规格"),
         "maker": _("生产企业"), "valid_from": _("生效日期"), "basis": _("来源"),
         "yearly": _("年用量")},
        empty=_("目录是空的。"),
        words={"basis": BASES},
    )  # fmt: skip


@app.command("add", help=_("把品规加入目录"))
def add(
    items: Items,
    org: Org = "",
    on: On = "",
    exception: Annotated[str, typer.Option(help=_("超过一品两规时的特殊诊疗需要"))] = "",
) -> None:
    """Add items."""
    run = cli()
    found = tuple(item_id(run, code) for code in items)
    command = AddItems(op_id(), owner(run, org), found, day(on), exception=exception)
    _tell(run, add_items(*run.signed_in(), command))


@app.command("stop", help=_("从目录里停用品规"))
def stop(
    items: Items,
    org: Org = "",
    on: On = "",
    note: Annotated[str, typer.Option(help=_("理由"))] = "",
) -> None:
    """Stop items."""
    run = cli()
    found = tuple(item_id(run, code) for code in items)
    _tell(
        run,
        stop_items(*run.signed_in(), StopItems(op_id(), owner(run, org), found, day(on), note)),
    )


@app.command("derive", help=_("按集团目录生成成员目录"))
def derive_(
    org: Org = "",
    on: On = "",
    keep: Annotated[bool, typer.Option("--keep", help=_("集团目录没有的也保留"))] = False,
) -> None:
    """Derive a member's list."""
    run = cli()
    command = Derive(op_id(), org_id(run, org), on=day(on), stop_others=not keep)
    _tell(run, derive(*run.signed_in(), command))


@app.command("check", help=_("规则检查：一品两规、基药、集采、证照、特殊管理药品"))
def check(org: Org = "", on: On = "") -> None:
    """Check a list against the rules."""
    run = cli()
    run.emit(
        [
            {"rule": one.rule.value, "title": one.rule.label, "grade": one.grade.value,
             "text": one.text, "todo": one.todo, "items": list(one.items)}
            for one in check_formulary(*run.signed_in(), owner(run, org), day(on))
        ],
        {"title": _("规则"), "grade": _("结果"), "text": _("说明"), "todo": _("怎么做")},
    )  # fmt: skip


@app.command("snapshot", help=_("留存目录：以后按这一天的目录计算吻合度"))
def snapshot(
    org: Org = "", on: On = "", title: Annotated[str, typer.Option(help=_("名称"))] = ""
) -> None:
    """Keep a list."""
    run = cli()
    command = TakeSnapshot(op_id(), owner(run, org), day(on), title)
    run.emit(take_snapshot(*run.signed_in(), command),
             {"day": _("日期"), "title": _("名称"), "items": _("品规数")})  # fmt: skip


@app.command("snapshots", help=_("留存过的目录"))
def snapshots_(org: Annotated[str, typer.Option("--org", help=_("机构编号"))] = "all") -> None:
    """List the snapshots."""
    run = cli()
    orgs = (GROUP,) if org == "group" else org_ids(run, org)
    run.emit(snapshots(*run.signed_in(), orgs),
             {"day": _("日期"), "title": _("名称"), "items": _("品规数")})  # fmt: skip


@app.command("export", help=_("导出目录为 .xlsx 或 .csv"))
def export(path: File, org: Org = "", on: On = "") -> None:
    """Write a list."""
    run = cli()
    rows = export_list(*run.signed_in(), owner(run, org), path, day(on))
    run.say(_("已保存 {path}，共 {n} 行。", path=path, n=rows))


@app.command("import", help=_("导入目录：按统一编码，或按名称、规格、生产企业"))
def import_(
    path: File,
    org: Org = "",
    preview: Annotated[bool, typer.Option("--preview", help=_("只看会发生什么，不写入"))] = False,
) -> None:
    """Read a list."""
    run = cli()
    plan = preview_import(*run.signed_in(), owner(run, org), path)
    for problem in plan.problems:
        run.say(_("第 {row} 行：{text}", row=problem.row, text=problem.text))
    if preview:
        run.emit({"added": len(plan.items), "same": plan.same, "problems": plan.problems},
                 {"added": _("将加入"), "same": _("已有")})  # fmt: skip
        return
    _tell(run, apply_import(*run.signed_in(), op_id(), plan))


@app.command("lists", help=_("清单：慢性病常见病、病房常备"))
def lists(code: Annotated[str, typer.Argument(help=_("清单编号；不填列出全部"))] = "") -> None:
    """Show named lists, or what is on one."""
    run = cli()
    db, actor = run.signed_in()
    if not code:
        run.emit(named_lists(db, actor), {"code": _("编号"), "name": _("名称"), "kind": _("种类"),
                                          "items": _("品规数")})  # fmt: skip
        return
    found = find_named(db, actor, code)
    run.emit(
        named_items(db, actor, found.org_id, found.list_id),
        {"code": _("统一编码"), "name": _("通用名"), "spec": _("规格"), "keep_qty": _("常备量"),
         "base_unit": _("单位")},
        empty=_("清单是空的。"),
    )  # fmt: skip


@app.command("new-list", help=_("新建清单"))
def new_list(
    code: Annotated[str, typer.Argument(help=_("编号，如 MB01"))],
    name: Annotated[str, typer.Argument(help=_("名称"))],
    org: Org = "",
    kind: Annotated[
        str, typer.Option(help=_("chronic 慢性病常见病、ward 病房常备、other 其他"))
    ] = "chronic",
) -> None:
    """Begin a named list."""
    run = cli()
    command = CreateNamed(op_id(), owner(run, org), code, name, kind)
    run.emit(create_named(*run.signed_in(), command), {"code": _("编号"), "name": _("名称")})


@app.command("put", help=_("把品规放进清单，写成 编码 或 编码=常备量（最小单位）"))
def put(
    code: Annotated[str, typer.Argument(help=_("清单编号"))],
    items: Items,
    drop: Annotated[bool, typer.Option("--drop", help=_("改为从清单里拿掉"))] = False,
) -> None:
    """Put items on a named list, or take them off."""
    run = cli()
    db, actor = run.signed_in()
    found = find_named(db, actor, code)
    pairs = [text.partition("=") for text in items]
    ids = tuple((item_id(run, name), int(qty or 0)) for name, _sign, qty in pairs)
    put_, drop_ = ((), tuple(item for item, _qty in ids)) if drop else (ids, ())
    row = put_named(db, actor, PutNamed(op_id(), found.org_id, found.list_id, put_, drop_))
    run.emit(row, {"code": _("编号"), "name": _("名称"), "items": _("品规数")})


@app.command("ready", help=_("处方流转：哪些成员现在有这个药"))
def ready_(item: Annotated[str, typer.Argument(help=_("品规编码"))]) -> None:
    """Who could hand out an item now."""
    run = cli()
    run.emit(
        ready(*run.signed_in(), item_id(run, item)),
        {"org": _("机构"), "code": _("统一编码"), "name": _("通用名"), "spec": _("规格"),
         "same": _("同一品规"), "listed": _("在目录"), "qty": _("可用"), "base_unit": _("单位")},
        empty=_("各家现在都没有。可申请采购，或登记临采。"),
    )  # fmt: skip


@app.command("prescription", help=_("读一张处方（Excel、CSV）：每个药本院和别家各有多少"))
def prescription(
    path: File,
    org: Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))] = "",
) -> None:
    """A prescription file against the group's stock."""
    run = cli()
    found = read_prescription(*run.signed_in(), path, org_id(run, org))
    if run.as_json:
        run.emit(found)
        return
    for problem in found.problems:
        run.say(_("第 {row} 行：{text}", row=problem.row, text=problem.text))
    run.emit(
        [
            {"row": line.row, "text": line.text, "asked": line.asked, "base": line.base_unit,
             "state": _("本院够") if line.own_enough else
             _("别家够") if line.anywhere else _("都不够"),
             "offers": [f"{one.org} {one.code} {one.qty}" for one in line.offers]}
            for line in found.lines
        ],
        {"row": _("行"), "text": _("处方药品"), "asked": _("数量"), "base": _("单位"),
         "state": _("能不能发"), "offers": _("谁有")},
        empty=_("处方里没有认得出的药。"),
    )  # fmt: skip


@app.command("ward", help=_("病房常备清单：本院有多少、缺多少、谁有"))
def ward(
    code: Annotated[str, typer.Argument(help=_("清单编号"))],
    org: Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))] = "",
) -> None:
    """A ward's list against the stock."""
    run = cli()
    db, actor = run.signed_in()
    found = find_named(db, actor, code)
    run.emit(
        [
            {"code": row.code, "name": row.name, "spec": row.spec, "keep": row.keep_qty,
             "own": row.own_qty, "missing": row.missing, "base_unit": row.base_unit,
             "others": [f"{name} {qty}" for name, qty in row.others]}
            for row in ward_readiness(db, actor, org_id(run, org), found.org_id, found.list_id)
        ],
        {"code": _("统一编码"), "name": _("通用名"), "spec": _("规格"), "keep": _("常备量"),
         "own": _("本院可用"), "missing": _("缺"), "others": _("别家有")},
        empty=_("清单是空的。"),
    )  # fmt: skip


def _tell(run: Cli, done: ListChanged) -> None:
    run.emit(done, {"added": _("加入"), "stopped": _("停用"), "same": _("没有变化")})
