"""`yilian pack`: define, build, issue, receive, open, break, lose, return, ask, print, lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.label_options import How, printing
from app.cli.operation import OpOption, op_id
from app.cli.scope import item_id, org_id, signed_in_at
from app.cli.two_persons import SecondOption, second_person
from app.domain.duties import Actor
from app.i18n import _
from app.services.db import Database
from app.services.labels.commands import Source
from app.services.labels.job import PrintJob, ready_labels
from app.services.packs import asking, ending, handing, issuing, listing, named as by, needs
from app.services.packs.build import build as build_packs
from app.services.packs.commands import Ask, Build, Define, Issue, Packs, PackWork
from app.services.packs.define import define as define_pack

app = typer.Typer()

OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]
Codes = Annotated[list[str], typer.Argument(help=_("定数包码，可给多个"))]
Reason = Annotated[str, typer.Option(help=_("原因"))]
DepartmentOption = Annotated[str, typer.Option("--department", help=_("科室编码或名称"))]


@app.command("define", help=_("定义定数包：每包几个最小单位，给哪个科室"))
def define(
    item: Annotated[str, typer.Argument(help=_("统一编码"))],
    units: Annotated[int, typer.Argument(help=_("每包数量（最小单位）"))],
    department: DepartmentOption = "",
    mixed: Annotated[bool, typer.Option("--mixed", help=_("可混批"))] = False,
    keep_days: Annotated[int, typer.Option(help=_("接收后几天内要用，0 为不限"))] = 0,
    month_limit: Annotated[int, typer.Option(help=_("每月最多几包，0 为不限"))] = 0,
    target: Annotated[int, typer.Option(help=_("科室应备几包，0 为不管"))] = 0,
    stop: Annotated[bool, typer.Option("--stop", help=_("停用这个定义"))] = False,
    org: OrgOption = "",
    op: OpOption = "",
) -> None:
    """Write or change a definition."""
    run = cli()
    db, actor, where = signed_in_at(run, org)
    place = by.department_id(db, actor, where, department) if department else 0
    command = Define(
        op_id(op), where, item_id(run, item), units, place, mixed, keep_days, month_limit, target,
        active=not stop,
    )  # fmt: skip
    made = define_pack(db, actor, command)
    run.say(_("已保存定数包定义，每包 {n}。", n=units))
    if run.as_json:
        run.emit({"definition_id": made})


@app.command("definitions", help=_("定数包定义一览"))
def definitions(org: OrgOption = "") -> None:
    """List definitions."""
    run = cli()
    run.emit(
        listing.definitions(*run.signed_in(), org_id(run, org)),
        {
            "id": _("定义号"), "code": _("编码"), "name": _("品名"), "spec": _("规格"),
            "units": _("每包"), "base_unit": _("单位"), "place": _("科室"), "mixed": _("混批"),
            "target": _("应备"), "in_store": _("库房有"), "with_department": _("科室有"),
            "active": _("在用"),
        },
        empty=_("还没有定数包定义。用 yilian pack define 新建。"),
    )  # fmt: skip


@app.command("build", help=_("打包：按近效期先出，从散货打出几包"))
def build(
    item: Annotated[str, typer.Argument(help=_("统一编码"))],
    count: Annotated[int, typer.Argument(help=_("几包"))] = 1,
    department: DepartmentOption = "",
    org: OrgOption = "",
    op: OpOption = "",
) -> None:
    """Build packs."""
    run = cli()
    db, actor, where = signed_in_at(run, org)
    rule = by.definition_id(db, actor, where, item_id(run, item), department)
    done = build_packs(db, actor, Build(op_id(op), where, rule, count))
    _said(done, _("已打包 {n} 包。", n=len(done.pack_ids)))
    if done.missing and not run.as_json:
        run.say(_("散货不够，还差 {n} 包。", n=done.missing))


@app.command("issue", help=_("发放：把定数包发给科室（扫码，或按品规给包数）"))
def issue(
    department: Annotated[str, typer.Argument(help=_("科室编码或名称"))],
    codes: Annotated[list[str] | None, typer.Argument(help=_("定数包码，可给多个"))] = None,
    item: Annotated[str, typer.Option(help=_("统一编码；不扫码时用"))] = "",
    count: Annotated[int, typer.Option(help=_("几包"))] = 1,
    org: OrgOption = "",
    op: OpOption = "",
) -> None:
    """Issue packs to a department."""
    run = cli()
    db, actor, where = signed_in_at(run, org)
    place = by.department_id(db, actor, where, department)
    if codes:
        chosen = tuple(ending.packs_by_code(db, actor, where, tuple(codes)))
        command = Issue(op_id(op), where, place, chosen)
    else:
        rule = by.definition_id(db, actor, where, item_id(run, item), department)
        command = Issue(op_id(op), where, place, (), rule, count)
    done = issuing.issue(db, actor, command)
    _said(done, _("已发放 {n} 包，等科室扫码接收。", n=len(done.pack_ids)))


@app.command("receive", help=_("接收：科室扫码接收定数包"))
def receive(codes: Codes, org: OrgOption = "", op: OpOption = "") -> None:
    """Take issued packs over."""
    _work(handing.receive, codes, (org, op, ""), _("已接收 {n} 包。"))


@app.command("takeback", help=_("收回：还没接收的定数包回到库房"))
def takeback(codes: Codes, org: OrgOption = "", op: OpOption = "") -> None:
    """Take issued packs back."""
    _work(handing.take_back, codes, (org, op, ""), _("已收回 {n} 包。"))


@app.command("open", help=_("打开：登记整包消耗"))
def open_(codes: Codes, org: OrgOption = "", second: SecondOption = "", op: OpOption = "") -> None:
    """Open packs."""
    run = cli()
    db, actor, where = signed_in_at(run, org)
    chosen = tuple(ending.packs_by_code(db, actor, where, tuple(codes)))
    work = PackWork(op_id(op), where, chosen)
    done = ending.open_packs(db, actor, work, second_person(second))
    run.say(_("已打开 {n} 包，消耗单 {no}。", n=len(chosen), no=done.no))
    if run.as_json:
        run.emit(done)


@app.command("break", help=_("拆包：包里的货变回散货"))
def break_(codes: Codes, reason: Reason = "", org: OrgOption = "", op: OpOption = "") -> None:
    """Break packs up."""
    _work(ending.break_up, codes, (org, op, reason), _("已拆 {n} 包。"))


@app.command("lost", help=_("登记丢失：按损失记账"))
def lost(codes: Codes, reason: Reason = "", org: OrgOption = "", op: OpOption = "") -> None:
    """Book packs as lost."""
    _work(ending.lose, codes, (org, op, reason), _("已登记丢失 {n} 包。"))


@app.command("found", help=_("找回：丢失的定数包又找到了"))
def found(codes: Codes, reason: Reason = "", org: OrgOption = "", op: OpOption = "") -> None:
    """Take lost packs back in."""
    _work(ending.find, codes, (org, op, reason), _("已找回 {n} 包。"))


@app.command("return", help=_("退回：科室把整包退回库房"))
def return_(codes: Codes, reason: Reason = "", org: OrgOption = "", op: OpOption = "") -> None:
    """Return whole packs to the store."""
    _work(handing.give_back, codes, (org, op, reason), _("已退回 {n} 包。"))


@app.command("ask", help=_("要下一包：扫空包"))
def ask(
    code: Annotated[str, typer.Argument(help=_("空包的定数包码"))],
    org: OrgOption = "",
    op: OpOption = "",
) -> None:
    """Ask the store for the next pack."""
    run = cli()
    db, actor, where = signed_in_at(run, org)
    pack = listing.scan_pack(db, actor, where, code)
    asking.ask(db, actor, Ask(op_id(op), where, pack.id))
    run.say(_("已向库房要下一包 {name}。", name=pack.name))


@app.command("needs", help=_("科室要的定数包"))
def needs_(org: OrgOption = "") -> None:
    """List what departments want."""
    run = cli()
    run.emit(
        needs.needs(*run.signed_in(), org_id(run, org)),
        {
            "department": _("科室"), "item_code": _("编码"), "name": _("品名"),
            "units": _("每包"), "packs": _("要几包"), "ready": _("库房有"),
            "asked_at": _("时间"), "asker": _("申请人"),
        },
        empty=_("科室没有要定数包。"),
    )  # fmt: skip


@app.command("list", help=_("定数包一览"))
def list_(
    text: Annotated[str, typer.Argument(help=_("品名、编码或定数包码"))] = "",
    view: Annotated[
        str,
        typer.Option(help=_("store 库房、way 配送中、department 科室、late 超期、gone 已用")),
    ] = "",
    org: OrgOption = "",
) -> None:
    """List packs."""
    run = cli()
    query = listing.PackQuery(text, view)
    _table(listing.packs(*run.signed_in(), org_id(run, org), query))


@app.command("overdue", help=_("超期的定数包：发出未接收、超期未用、过期、近效期"))
def overdue(org: OrgOption = "") -> None:
    """List overdue packs."""
    run = cli()
    _table(listing.overdue(*run.signed_in(), org_id(run, org)))


@app.command("label", help=_("打印定数包标签：先自检每个条码"))
@printing
def label(how: How, codes: Codes) -> None:
    """Print the labels of packs."""
    run = cli()
    db, actor = run.signed_in()
    chosen = tuple(ending.packs_by_code(db, actor, how.org_id, tuple(codes)))
    job = PrintJob(op_id(), how.org_id, how.options(), how.target, Source.STOCK, pack_ids=chosen)
    ready = ready_labels(db, actor, job)
    run.emit({"labels": len(chosen), "files": how.put_out(ready.prepared, ready.number)},
             {"labels": _("标签"), "files": _("已输出")})  # fmt: skip


def _work(
    step: Callable[[Database, Actor, PackWork], Packs],
    codes: Sequence[str],
    more: tuple[str, str, str],
    words: str,
) -> None:
    run = cli()
    db, actor = run.signed_in()
    org, op, reason = more
    where = org_id(run, org)
    chosen = tuple(ending.packs_by_code(db, actor, where, tuple(codes)))
    done = step(db, actor, PackWork(op_id(op), where, chosen, reason))
    _said(done, words.format(n=len(done.pack_ids)))


def _said(done: Packs, words: str) -> None:
    run = cli()
    if run.as_json:
        run.emit(done)
        return
    run.say(words)
    for code in done.codes:
        run.say(code)


def _table(rows: tuple[listing.PackRow, ...]) -> None:
    cli().emit(
        rows,
        {
            "code": _("定数包码"), "name": _("品名"), "spec": _("规格"), "qty": _("数量"),
            "base_unit": _("单位"), "lots": _("批号"), "expiry": _("有效期至"),
            "state": _("状态"), "place": _("库位"), "department": _("科室"), "late": _("超期"),
        },
        empty=_("没有符合条件的定数包。"),
    )  # fmt: skip
