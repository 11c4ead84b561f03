"""`yilian reagent`: rules, opening kits, counting tests, closing, use against tests."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.imports import (
    File,
    Mapping,
    Marked,
    Preview,
    Remember,
    SkipRefused,
    mapping_of,
    stop_at,
)
from app.cli.operation import OpOption, op_id
from app.cli.places import place_id
from app.cli.scope import item_id, org_id, org_ids, signed_in_at
from app.domain.consumption.reagents import KIT_STATES, Mode, Rule, TestKind
from app.domain.days import day_or_none
from app.i18n import _
from app.services.consumption import reagent_tests
from app.services.consumption.reagent_back import TakeBackKit, take_back_kit
from app.services.consumption.reagent_listing import kits, reagent_use
from app.services.consumption.reagents import (
    CloseKit,
    DefineReagent,
    OpenKit,
    close_kit,
    define,
    open_kit,
)
from app.services.consumption.scan import scanned
from app.services.stock.places import store_of

app = typer.Typer()
OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]


@app.command("define", help=_("设一个试剂：每盒测试数、死体积、开瓶有效天数、怎么算消耗"))
def define_(
    item: Annotated[str, typer.Argument(help=_("试剂编码"))],
    tests: Annotated[int, typer.Option(help=_("每盒测试数"))],
    mode: Annotated[Mode, typer.Option(help=_("kit 开盒即消耗，test 按测试数消耗"))] = Mode.KIT,
    dead: Annotated[int, typer.Option(help=_("死体积，折成测试数"))] = 0,
    days: Annotated[int, typer.Option(help=_("开瓶后有效天数，0 为到批号有效期"))] = 0,
    org: OrgOption = "",
) -> None:
    """Write the rule of a reagent."""
    run = cli()
    rule = Rule(mode, tests, dead, days)
    where = org_id(run, org)
    define(*run.signed_in(), DefineReagent(op_id(), where, item_id(run, item), rule))
    run.say(_("已设好。已经开着的盒不变。"))


@app.command("open", help=_("登记开盒：扫标签、69 码或 GS1 码"))
def open_(
    code: Annotated[str, typer.Argument(help=_("扫到的码"))],
    day: Annotated[str, typer.Option(help=_("开盒日期，默认今天"))] = "",
    place: Annotated[
        str, typer.Option(help=_("从哪里用：药库、科室或三级库的编码或名称；不填为主库"))
    ] = "",
    org: OrgOption = "",
    op: OpOption = "",
) -> None:
    """Open a kit."""
    run = cli()
    db, actor, where = signed_in_at(run, org)
    spot = place_id(where, place) or store_of(db, actor, where)
    line = scanned(db, actor, where, spot, code).line
    command = OpenKit(op_id(op), where, spot, line, day_or_none(day))
    done = open_kit(db, actor, command)
    run.say(_("已开盒，可做 {n} 个测试，用到 {day}。", n=done.tests, day=done.expires_on or "—"))
    if run.as_json:
        run.emit(done)


@app.command("count", help=_("登记测试数"))
def count(
    item: Annotated[str, typer.Argument(help=_("试剂编码"))],
    tests: Annotated[int, typer.Argument(help=_("测试数"))],
    number: Annotated[str, typer.Option(help=_("样本号或流水号，同一个号只记一次"))],
    kind: Annotated[TestKind, typer.Option(help=_("标本、质控、定标、复测"))] = TestKind.PATIENT,
    analyser: Annotated[str, typer.Option(help=_("仪器"))] = "",
    day: Annotated[str, typer.Option(help=_("检测日期，默认今天"))] = "",
    org: OrgOption = "",
) -> None:
    """Count tests."""
    run = cli()
    db, actor = run.signed_in()
    when = day_or_none(day) or _today()
    one = reagent_tests.Run(analyser, number, item_id(run, item), kind, tests, when)
    booked = reagent_tests.count_tests(
        db, actor, reagent_tests.CountTests(op_id(), org_id(run, org), (one,))
    )
    run.say(_("已登记。") if booked else _("这个号登记过，没有重复计数。"))
    if run.as_json:
        run.emit({"booked": booked})


@app.command("import", help=_("导入仪器的测试计数（日期、样本号、试剂编码、测试数、类型、仪器）"))
def import_counts(
    path: File,
    org: OrgOption = "",
    preview: Preview = False,
    skip_refused: SkipRefused = False,
    mapping: Mapping = None,
    remember: Remember = False,
    marked: Marked = None,
    op: OpOption = "",
) -> None:
    """Import an analyser's counts."""
    from app.services.importing.marked import marked_copy
    from app.services.importing.said_columns import SayColumns, say

    run = cli()
    db, actor, where = signed_in_at(run, org)
    said = mapping_of(mapping, reagent_tests.FIELDS)
    plan = reagent_tests.preview(db, actor, where, path, said)
    if remember and said:
        say(db, actor, SayColumns(reagent_tests.KIND, path, said), reagent_tests.FIELDS)
    if marked is not None:
        marked_copy(plan, path, marked)
    if stop_at(plan, preview, skip_refused):
        return
    command = reagent_tests.ApplyRuns(op_id(op), where, plan)
    done = reagent_tests.apply(db, actor, command)
    run.emit(done, {"batch_id": _("导入号"), "added": _("登记"), "refused": _("跳过")})


@app.command("counted", help=_("登记过的测试计数：哪次导入、哪个样本，最近的在前"))
def counted(org: OrgOption = "") -> None:
    """List what was counted."""
    from app.services.consumption.reagent_undo import counted as booked

    run = cli()
    db, actor = run.signed_in()
    run.emit(
        booked(db, actor, (org_id(run, org),)),
        {
            "batch_id": _("导入号"), "what": _("文件或样本"), "analyser": _("仪器"),
            "number": _("样本号"), "items": _("试剂"), "runs": _("样本数"),
            "tests": _("测试数"), "first": _("从"), "last": _("到"),
        },
        empty=_("还没有测试计数。"),
    )  # fmt: skip


@app.command("undo", help=_("撤销一次导入的计数，或一个手工登记的样本；同一个号可以再记"))
def undo(
    reason: Annotated[str, typer.Option(help=_("理由"))],
    batch: Annotated[int, typer.Option(help=_("导入号，见 reagent counted"))] = 0,
    number: Annotated[str, typer.Option(help=_("手工登记的样本号"))] = "",
    analyser: Annotated[str, typer.Option(help=_("仪器"))] = "",
    org: OrgOption = "",
    op: OpOption = "",
) -> None:
    """Take counts back."""
    from app.services.consumption.reagent_undo import UndoCounts, undo_counts

    run = cli()
    command = UndoCounts(op_id(op), org_id(run, org), reason, batch, analyser, number)
    runs = undo_counts(*run.signed_in(), command)
    run.say(_("已撤销 {n} 条计数。", n=runs))
    if run.as_json:
        run.emit({"runs": runs})


@app.command("close", help=_("一盒用完或开瓶过期"))
def close(
    kit: Annotated[int, typer.Argument(help=_("盒号，见 reagent list"))],
    expired: Annotated[bool, typer.Option("--expired", help=_("开瓶过期；不加为用完"))] = False,
    note: Annotated[str, typer.Option(help=_("备注"))] = "",
    org: OrgOption = "",
    op: OpOption = "",
) -> None:
    """Close a kit."""
    run = cli()
    how = "expired" if expired else "finished"
    command = CloseKit(op_id(op), org_id(run, org), kit, how, note)
    wasted = close_kit(*run.signed_in(), command)
    run.say(_("已登记。没有用于测试而消耗的：{n}。", n=wasted))
    if run.as_json:
        run.emit({"wasted": wasted})


@app.command("back", help=_("撤销开盒：开错的一盒退回，做过测试的不行"))
def back(
    kit: Annotated[int, typer.Argument(help=_("盒号，见 reagent list"))],
    reason: Annotated[str, typer.Option(help=_("理由"))],
    org: OrgOption = "",
    op: OpOption = "",
) -> None:
    """Take the opening of a kit back."""
    run = cli()
    command = TakeBackKit(op_id(op), org_id(run, org), kit, reason)
    no = take_back_kit(*run.signed_in(), command)
    run.say(_("已撤销开盒。冲销单 {no}。", no=no) if no else _("已撤销开盒。"))
    if run.as_json:
        run.emit({"no": no})


@app.command("list", help=_("开着的和用过的试剂盒"))
def list_kits(
    only_open: Annotated[bool, typer.Option("--open", help=_("只看开着的"))] = False,
    org: OrgOption = "",
) -> None:
    """List kits."""
    run = cli()
    run.emit(
        kits(*run.signed_in(), org_ids(run, org), only_open=only_open),
        {
            "kit_id": _("盒号"), "org": _("机构"), "name": _("品名"), "lot_no": _("批号"),
            "used": _("已测"), "tests": _("可测"), "opened_on": _("开盒"),
            "expires_on": _("用到"), "state": _("状态"),
        },
        empty=_("还没有开过试剂盒。"),
        words={"state": KIT_STATES},
    )  # fmt: skip


@app.command("usage", help=_("试剂使用率：开了多少盒，做了多少测试，浪费多少"))
def usage(
    first: Annotated[str, typer.Option("--from", help=_("从哪天起，默认本月 1 日"))] = "",
    last: Annotated[str, typer.Option("--to", help=_("到哪天，默认今天"))] = "",
    org: OrgOption = "",
) -> None:
    """Show use against tests."""
    run = cli()
    end = day_or_none(last) or _today()
    start = day_or_none(first) or end.replace(day=1)
    rows = reagent_use(*run.signed_in(), org_id(run, org), start, end)
    run.emit(
        [
            {
                "code": row.code, "name": row.name, "spec": row.spec,
                "kits": row.kits, "stated": row.use.stated,
                "patient": row.use.patient, "other": row.use.other, "wasted": row.use.wasted,
                "open_left": row.use.open_left, "per_mille": row.use.per_mille,
            }
            for row in rows
        ],
        {
            "code": _("编码"), "name": _("品名"), "spec": _("规格"),
            "kits": _("开盒"), "stated": _("标称测试"),
            "patient": _("标本"), "other": _("质控定标复测"), "wasted": _("浪费"),
            "open_left": _("开着未用"), "per_mille": _("使用率 ‰"),
        },
        empty=_("这段时间没有试剂。"),
    )  # fmt: skip


def _today() -> date:
    from app.services.receiving.queries import day_of

    return day_of(cli().db())
