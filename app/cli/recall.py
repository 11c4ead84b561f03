"""`yilian recall`: freeze everywhere, follow a lot both ways, act on what runs out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from app import paths
from app.adapters import local_files
from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.scope import org_id, org_ids
from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.domain.stock.recalls import STAGES, Action
from app.i18n import N_, _
from app.services.recalls import expiring as actions, recall as recalls
from app.services.recalls.finding import LotHead, find_lots
from app.services.recalls.trace import older_moves, trace_found

app = typer.Typer()

OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构；all 为全部可见"))]
Code = Annotated[
    str,
    typer.Argument(help=_("批号、追溯码、定数包码、GS1 码；几个品规同一批号时写 品规编码/批号")),
]


@app.command("start", help=_("冻结或召回批号：所有成员立即停用"))
def start(
    lots: Annotated[list[str], typer.Argument(help=_("批号，可给多个"))],
    level: Annotated[int, typer.Option(help=_("召回级别 1、2、3；0 为只冻结"))] = 0,
    source: Annotated[str, typer.Option(help=_("召回通知文号"))] = "",
    reason: Annotated[str, typer.Option(help=_("原因"))] = "",
) -> None:
    """Freeze lots in every member."""
    run = cli()
    db, actor = run.signed_in()
    heads = [_one(code) for code in lots]
    made = recalls.start(db, actor, recalls.start_of(op_id(), heads, level, source, reason))
    row = next(one for one in recalls.recalls(db, actor) if one.id == made)
    words = _(
        "{no}：{n} 个批号已在所有成员冻结，{day} 前回复。", no=row.no, n=len(heads), day=row.due
    )
    run.say(words)
    if run.as_json:
        run.emit(row)


@app.command("list", help=_("召回一览"))
def list_() -> None:
    """List recalls."""
    run = cli()
    run.emit(
        recalls.recalls(*run.signed_in()),
        {
            "no": _("单号"), "level_text": _("级别"), "items": _("品名"), "lots": _("批号"),
            "reason": _("原因"), "status": _("状态"), "due": _("回复期限"),
            "answered": _("已回复"),
        },
        empty=_("没有召回。"),
        words={"status": {"active": N_("进行中"), "closed": N_("已结束")}},
    )  # fmt: skip


@app.command("answer", help=_("成员回复：货已隔离"))
def answer(
    no: Annotated[str, typer.Argument(help=_("召回单号"))],
    note: Annotated[str, typer.Option(help=_("说明"))] = "",
    org: OrgOption = "",
) -> None:
    """Answer a recall."""
    run = cli()
    db, actor = run.signed_in()
    row = _row(no)
    recalls.answer(db, actor, recalls.Answer(op_id(), org_id(run, org), row.id, note))
    run.say(_("已回复 {no}。", no=row.no))


@app.command("close", help=_("结束召回；--release 解冻"))
def close(
    no: Annotated[str, typer.Argument(help=_("召回单号"))],
    report: Annotated[str, typer.Option(help=_("处理结果"))] = "",
    release: Annotated[bool, typer.Option("--release", help=_("批号解冻"))] = False,
) -> None:
    """Close a recall."""
    run = cli()
    db, actor = run.signed_in()
    row = _row(no)
    recalls.close(db, actor, recalls.Close(op_id(), row.id, row.version, report, release))
    run.say(_("已结束 {no}。", no=row.no))


@app.command("pdf", help=_("召回报告 PDF：各成员收到、用掉、退回、隔离多少，谁回复，怎么结束"))
def pdf(
    no: Annotated[str, typer.Argument(help=_("召回单号"))],
    out: Annotated[Path | None, typer.Option(help=_("写到哪里；不填为输出目录"))] = None,
) -> None:
    """Write the report of a recall."""
    from app.adapters.pdf.table_pdf import table_pdf
    from app.services.recalls.papers import recall_paper

    run = cli()
    row = _row(no)
    paper = recall_paper(*run.signed_in(), row.id)
    target = out or paths.output() / f"{row.no}.pdf"
    run.emit({"file": str(local_files.write(target, table_pdf(paper)))}, {"file": _("文件")})


@app.command("trace", help=_("追溯一个批号：从哪来、在哪里、用到哪"))
def trace(code: Code) -> None:
    """Follow a lot both ways."""
    run = cli()
    db, actor = run.signed_in()
    found = trace_found(db, actor, _one(code))
    steps, older = found.steps, found.older
    while older is not None:
        more, older = older_moves(db, actor, found.head.lot_id, older)
        steps = (*more, *steps)
    found = replace(found, steps=steps, older=None)
    if run.as_json:
        run.emit(found)
        return
    head = found.head
    run.say(_("{name} {spec} 批号 {lot} 有效期至 {day} {held}", name=head.name, spec=head.spec,
              lot=head.lot_no, day=head.expiry, held=head.held))  # fmt: skip
    run.emit(
        found.members,
        {"org": _("机构"), "came": _("入"), "here": _("在库"), "secured": _("已隔离"),
         "used": _("已用"), "gone": _("其他出库"), "coming": _("在途")},
    )  # fmt: skip
    run.emit(
        found.standing,
        {"org": _("机构"), "place": _("库位"), "owner": _("货权"), "qty": _("数量")},
    )
    run.emit(
        found.steps,
        {"occurred_on": _("日期"), "org": _("机构"), "stage": _("去向"), "doc_no": _("单号"),
         "from_place": _("从"), "to_place": _("到"), "pack": _("定数包"), "qty": _("数量"),
         "person": _("经办")},
        words={"stage": STAGES},
    )  # fmt: skip


@app.command("expiring", help=_("近效期和过期的批号，建议怎么办"))
def expiring(
    days: Annotated[int, typer.Option(help=_("多少天内到期"))] = actions.NEAR_DAYS,
    org: OrgOption = "",
) -> None:
    """List lots that run out."""
    run = cli()
    run.emit(
        actions.expiring(*run.signed_in(), org_ids(run, org), days),
        {
            "org": _("机构"), "name": _("品名"), "lot_no": _("批号"), "expiry": _("有效期至"),
            "qty": _("数量"), "wasted": _("用不完"), "amount": _("金额"), "advice": _("建议"),
            "action": _("已定"), "person": _("负责人"), "due_on": _("期限"),
        },
        empty=_("没有近效期的货。"),
    )  # fmt: skip


@app.command("act", help=_("给近效期批号定措施：谁、什么时候前"))
def act(
    code: Code,
    action: Annotated[Action, typer.Argument(help=_("措施"))],
    by: Annotated[str, typer.Option(help=_("期限 YYYY-MM-DD"))],
    person: Annotated[str, typer.Option(help=_("负责人姓名，默认本人"))] = "",
    org: OrgOption = "",
) -> None:
    """Plan what to do with a lot."""
    run = cli()
    db, actor = run.signed_in()
    where, lot = org_id(run, org), _one(code)
    rows = [x for x in actions.expiring(db, actor, (where,), 36500) if x.lot_id == lot.lot_id]
    if not rows:
        raise DomainError("expiry.none", _("这个批号在本机构没有近效期库存。"))
    people = {name: number for number, name in actions.people_of(db, actor, where)}
    if person and person not in people:
        words = _("本机构没有叫 {name} 的人。可选：{names}。", name=person, names="、".join(people))
        raise DomainError("expiry.person", words)
    who = people[person] if person else actor.person_id
    command = actions.Plan(
        op_id(), where, lot.item_id, lot.lot_id, action, rows[0].qty, who,
        typed_day(by),
    )  # fmt: skip
    actions.plan(db, actor, command)
    run.say(_("{name} {lot}：{what}，{day} 前。", name=lot.name, lot=lot.lot_no,
              what=action.label, day=by))  # fmt: skip


def _one(code: str) -> LotHead:
    """The lot; where several items have its number the item's code stands before: CODE/LOT."""
    run = cli()
    found = find_lots(*run.signed_in(), code)
    if not found:
        raise DomainError("trace.none", _("没有批号 {code}。请核对，或扫包装上的码。", code=code))
    if len(found) > 1:
        names = "、".join(f"{x.code}/{x.lot_no}（{x.name}）" for x in found[:5])
        if len({one.code for one in found}) == 1:
            words = _("{code} 有 {n} 个批号，请写明哪一个：{names}。", code=code, n=len(found),
                      names=names)  # fmt: skip
            raise DomainError("trace.which", words)
        raise DomainError(
            "trace.which",
            _("{code} 是 {n} 个品规的批号，请在前面写品规编码：{names}。", code=code, n=len(found),
              names=names),
        )  # fmt: skip
    return found[0]


def _row(no: str) -> recalls.RecallRow:
    for row in recalls.recalls(*cli().signed_in()):
        if row.no == no.strip().upper():
            return row
    raise DomainError("recall.unknown", _("没有召回单 {no}。用 yilian recall list 查看。", no=no))
