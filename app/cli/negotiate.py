"""`yilian negotiate …`: a project from its items and needs to the review."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from app.cli import negotiate_bids, negotiate_records
from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.scope import item_id, org_id, supplier_id
from app.domain import money
from app.domain.bidding.rules import BidRules
from app.domain.days import typed_day
from app.domain.errors import DomainError, Problem, refuse_if
from app.i18n import _
from app.services.negotiation import (
    invitations,
    items as lines,
    lots as terms,
    needs as needing,
    queries,
)
from app.services.negotiation.invitations import Dismiss, Guest, Invite
from app.services.negotiation.items import AddItems, RemoveItems
from app.services.negotiation.lots import SetCeilings, SetLots
from app.services.negotiation.needs import AskNeeds, ConfirmNeeds, EditNeeds, Pledge, SendBack
from app.services.negotiation.project import (
    CreateProject,
    EndProject,
    create_project,
    end_project,
    project_id,
)

app = typer.Typer()
app.add_typer(negotiate_bids.app)
app.add_typer(negotiate_records.app)

NoArgument = Annotated[str, typer.Argument(help=_("项目编号，如 YJ20261014-001"))]
ReasonOption = Annotated[str, typer.Option("--reason", help=_("原因，留在记录里"))]


@app.command("list", help=_("议价项目"))
def list_() -> None:
    """List projects."""
    run = cli()
    rows = queries.projects(*run.signed_in())
    run.emit(
        rows if run.as_json else [negotiate_bids.words(row) for row in rows],
        {
            "no": _("项目"),
            "title": _("名称"),
            "state": _("状态"),
            "lines": _("品规"),
            "suppliers": _("供应商"),
            "needs": _("报量"),
            "round": _("轮次"),
            "deadline": _("截止"),
        },
        empty=_("还没有议价项目。"),
    )


@app.command(help=_("新建议价项目"))
def create(
    title: Annotated[str, typer.Argument(help=_("名称，如 2026 年第 4 季度常用药"))],
    start: Annotated[str, typer.Option("--from", help=_("新价格从哪天起，如 2027-01-01"))],
    end: Annotated[str, typer.Option("--to", help=_("到哪天止（不含）"))],
    growth: Annotated[str, typer.Option(help=_("用量增长 %，如 5 或 -2.5"))] = "0",
    any_previous: Annotated[bool, typer.Option(help=_("不要求每轮不高于上轮"))] = False,
    any_listed: Annotated[bool, typer.Option(help=_("不要求不高于挂网价"))] = False,
    any_lowest: Annotated[bool, typer.Option(help=_("不要求不高于成员最低价"))] = False,
    refuse_ceiling: Annotated[bool, typer.Option(help=_("超限价的报价不收"))] = False,
) -> None:
    """Make a project."""
    run = cli()
    rules = BidRules(not any_previous, not any_listed, not any_lowest, refuse_ceiling)
    command = CreateProject(op_id(), title, _day(start), _day(end), _tenths(growth), rules)
    made = create_project(*run.signed_in(), command)
    run.emit(made, {"no": _("项目编号")})


@app.command("items", help=_("品规：查看，或添加、移出"))
def items(
    no: NoArgument,
    add: Annotated[list[str] | None, typer.Option(help=_("添加：统一编码，可重复"))] = None,
    file: Annotated[Path | None, typer.Option(help=_("添加：文件每行一个统一编码"))] = None,
    item_class: Annotated[
        str, typer.Option("--class", help=_("添加一类：drug、consumable、reagent、tcm"))
    ] = "",
    limit: Annotated[int, typer.Option(help=_("与 --class 同用：用量最大的多少个"))] = 300,
    remove: Annotated[list[int] | None, typer.Option(help=_("移出：行号，可重复"))] = None,
) -> None:
    """Show, add or remove lines."""
    run = cli()
    db, actor = run.signed_in()
    found = project_id(db, actor, no)
    wanted = [item_id(run, code) for code in [*(add or ()), *_codes(file)]]
    if item_class:
        wanted += [one.item_id for one in lines.candidates(db, actor, item_class, limit)]
    if wanted:
        done = lines.add_items(db, actor, AddItems(op_id(), found, tuple(wanted)))
        run.emit(done, {"added": _("已添加")})
        for problem in done.problems:
            run.say(f"  · {problem.text}")
        return
    if remove:
        gone = lines.remove_items(db, actor, RemoveItems(op_id(), found, tuple(remove)))
        run.emit({"removed": gone}, {"removed": _("已移出")})
        return
    run.emit(
        queries.items(db, actor, found),
        {
            "line": _("行号"), "lot": _("标包"), "code": _("统一编码"), "name": _("品名"),
            "spec": _("规格"), "unit": _("单位"), "volume": _("约定量（最小单位）"),
            "ceiling": _("限价"), "cap": _("最高可报"), "failed": _("流标"),
        },
        empty=_("项目里还没有品规。"),
    )  # fmt: skip


@app.command(help=_("标包：--title 1=常用药 --line 5=2；不填看现有"))
def lots(
    no: NoArgument,
    title: Annotated[list[str] | None, typer.Option(help=_("包号=名称"))] = None,
    line: Annotated[list[str] | None, typer.Option(help=_("行号=包号"))] = None,
) -> None:
    """Show or set lots."""
    run = cli()
    db, actor = run.signed_in()
    found = project_id(db, actor, no)
    if title or line:
        titles = tuple((_whole(key), text) for key, text in map(_pair, title or ()))
        places = tuple((_whole(key), _whole(text)) for key, text in map(_pair, line or ()))
        terms.set_lots(db, actor, SetLots(op_id(), found, titles, places))
    rows = [
        {"lot": number, "title": name, "failed": failed}
        for number, name, failed in queries.lots(db, actor, found)
    ]
    run.emit(rows, {"lot": _("标包"), "title": _("名称"), "failed": _("流标")})


@app.command(help=_("限价：行号=价格，可多个；价格留空取消"))
def ceiling(no: NoArgument, prices: Annotated[list[str], typer.Argument(help="1=13.10")]) -> None:
    """Set ceilings."""
    run = cli()
    db, actor = run.signed_in()
    wanted = tuple(
        (_whole(key), money.price(text) if text else None) for key, text in map(_pair, prices)
    )
    terms.set_ceilings(db, actor, SetCeilings(op_id(), project_id(db, actor, no), wanted))
    run.say(_("已设 {n} 行限价。", n=len(wanted)))


@app.command("needs", help=_("报量：进度；--ask 征集，--org 看一家，--set 修改，--back 退回"))
def needs(
    no: NoArgument,
    ask: Annotated[str, typer.Option(help=_("向所有成员征集，填报量截止日"))] = "",
    org: Annotated[str, typer.Option(help=_("成员编号或简称"))] = "",
    put: Annotated[list[str] | None, typer.Option("--set", help=_("行号=约定量（包装数）"))] = None,
    back: Annotated[bool, typer.Option(help=_("退回 --org 重填"))] = False,
    reason: ReasonOption = "",
) -> None:
    """Ask for, show and change needs."""
    run = cli()
    db, actor = run.signed_in()
    found = project_id(db, actor, no)
    if ask:
        asked = needing.ask_needs(db, actor, AskNeeds(op_id(), found, _day(ask)))
        run.emit({"members": asked}, {"members": _("已向成员征集")})
        return
    if put:
        _edit(no, found, org, put, reason)
    elif back:
        needing.send_back(db, actor, SendBack(op_id(), found, org_id(run, org), reason))
        run.say(_("已退回。"))
    if org:
        run.emit(
            queries.needs(db, actor, found, org_id(run, org)),
            {
                "line": _("行号"), "code": _("统一编码"), "name": _("品名"), "spec": _("规格"),
                "used": _("12 个月用量"), "proposed": _("建议"), "pledge": _("约定量"),
                "reason": _("说明"),
            },
        )  # fmt: skip
        return
    run.emit(
        queries.members(db, actor, found),
        {
            "org": _("成员"), "lines": _("品规"), "far": _("有说明"), "due_on": _("截止"),
            "confirmed_at": _("确认时间"), "confirmed_by": _("确认人"),
        },
        empty=_("还没有征集报量。"),
    )  # fmt: skip


def _edit(no: str, found: int, org: str, put: list[str], reason: str) -> None:
    run = cli()
    db, actor = run.signed_in()
    packs = {one.line: one.pack_factor for one in queries.needs(db, actor, found, org_id(run, org))}
    pledges = []
    for key, text in map(_pair, put):
        line = _whole(key)
        if line not in packs:
            raise DomainError("need.line", _("{no} 没有第 {line} 行。", no=no, line=line))
        pledges.append(Pledge(line, _whole(text) * packs[line], reason))
    command = EditNeeds(op_id(), found, org_id(run, org), tuple(pledges))
    needing.edit_needs(db, actor, command)


@app.command(help=_("成员负责人确认报量"))
def confirm(
    no: NoArgument,
    org: Annotated[str, typer.Option(help=_("成员编号，默认本机构"))] = "",
) -> None:
    """Confirm a member's need."""
    run = cli()
    db, actor = run.signed_in()
    command = ConfirmNeeds(op_id(), project_id(db, actor, no), org_id(run, org))
    needing.confirm_needs(db, actor, command)
    run.say(_("已确认报量。"))


@app.command(help=_("邀请供应商；不填名字看各家资质"))
def invite(
    no: NoArgument,
    names: Annotated[list[str] | None, typer.Argument(help=_("供应商编号或简称"))] = None,
    small: Annotated[bool, typer.Option(help=_("中小企业"))] = False,
    hours: Annotated[int, typer.Option(help=_("承诺送达小时数"))] = 48,
) -> None:
    """Invite suppliers, or show their dossiers."""
    run = cli()
    db, actor = run.signed_in()
    if names:
        guests = tuple(Guest(supplier_id(run, name), small, hours) for name in names)
        fresh = invitations.invite(db, actor, Invite(op_id(), project_id(db, actor, no), guests))
        run.emit({"invited": fresh}, {"invited": _("新邀请")})
        return
    rows = [
        {
            "supplier": row.supplier,
            "fit": row.fit,
            "cold_chain": row.cold_chain,
            "papers": "、".join(f"{one.kind} {one.valid_to or ''}".strip() for one in row.papers),
            "problems": " ".join(problem.text for problem in row.problems),
        }
        for row in invitations.dossiers(db, actor)
    ]
    run.emit(
        rows,
        {
            "supplier": _("供应商"), "fit": _("可邀请"), "cold_chain": _("冷链"),
            "papers": _("资质"), "problems": _("问题"),
        },
    )  # fmt: skip


@app.command(help=_("把供应商移出项目"))
def dismiss(no: NoArgument, name: str, reason: ReasonOption = "") -> None:
    """Take a supplier out."""
    run = cli()
    db, actor = run.signed_in()
    command = Dismiss(op_id(), project_id(db, actor, no), supplier_id(run, name), reason)
    invitations.dismiss(db, actor, command)
    run.say(_("已移出。"))


@app.command(help=_("终止项目；--failed 为流标"))
def stop(
    no: NoArgument,
    reason: ReasonOption = "",
    failed: Annotated[bool, typer.Option(help=_("流标"))] = False,
) -> None:
    """Stop a project."""
    run = cli()
    db, actor = run.signed_in()
    end_project(db, actor, EndProject(op_id(), project_id(db, actor, no), reason, failed))
    run.say(_("项目 {no} 已结束。", no=no))


@app.command(help=_("项目的全貌：状态、轮次、供应商、成员"))
def show(no: NoArgument) -> None:
    """Show a project."""
    run = cli()
    db, actor = run.signed_in()
    found = project_id(db, actor, no)
    row = next((one for one in queries.projects(db, actor) if one.id == found), None)
    if row is None:
        raise DomainError("negotiation.unknown", _("没有议价项目 {no}。", no=no))
    run.emit(
        row if run.as_json else negotiate_bids.words(row),
        {
            "no": _("项目"), "title": _("名称"), "state": _("状态"), "lines": _("品规"),
            "lots": _("标包"), "suppliers": _("供应商"), "needs": _("报量"),
            "round": _("轮次"), "deadline": _("截止"), "note": _("说明"),
        },
    )  # fmt: skip


def _codes(file: Path | None) -> list[str]:
    """The codes in the first column; a row that has none is refused, and nothing is added."""
    if file is None:
        return []
    from app.adapters.sheets import read_tables
    from app.services.importing.choosing import the_only
    from app.services.importing.rows import uncomputed_rows

    table = the_only(read_tables(file))
    problems = [one for found in uncomputed_rows(table, {0}).values() for one in found]
    named = {problem.row for problem in problems}
    words = _("这一行没有写是什么。请填编码或品名。")
    problems += [
        Problem("item.missing", words, row=number)
        for number, row in enumerate(table.rows, 1)
        if any(row) and not row[0] and number not in named
    ]
    refuse_if(problems, "negotiate.codes", _("没有读入，什么都没有写入。"))
    return [row[0] for row in table.rows if row and row[0] and row[0] != "统一编码"]


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise DomainError("cli.pair", _("「{text}」要写成 行号=值 的样子，如 1=3.80。", text=text))
    return key.strip(), value.strip()


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise DomainError("cli.number", _("「{text}」不是整数。请填整数。", text=text))
    return int(text)


def _tenths(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    return sign * int(money.price(text.removeprefix("-")) * 10)


def _day(text: str) -> date:
    return typed_day(text)
