"""`yilian mapping …`: members' own lists and what each row means in the unified catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import Cli, cli
from app.cli.imports import Mapping, Preview, Remember, SkipRefused, mapping_of, stop_at
from app.cli.operation import op_id
from app.cli.scope import item_id, org_id, org_ids
from app.domain.errors import DomainError
from app.domain.mapping import MapStatus
from app.i18n import _
from app.services.importing.said_columns import SayColumns, say
from app.services.mapping import decide, load, queries, repoint, run as running, undo as undoing
from app.services.mapping.export import export_mapping
from app.services.mapping.rows import FIELDS

app = typer.Typer()
File = Annotated[Path, typer.Argument(help=_("Excel 或 CSV 文件"))]
Org = Annotated[str, typer.Option("--org", help=_("机构编号或简称，默认本机构"))]
Code = Annotated[str, typer.Argument(help=_("本院编码"))]
ItemText = Annotated[
    str, typer.Option("--item", help=_("统一编码、69 码或医保编码；不写取第一候选"))
]
Reason = Annotated[
    str, typer.Option("--reason", help=_("理由；规格、剂型、企业不同还要采纳时必填"))
]


@app.command(
    "load", help=_("导入一家成员自己的药品清单（本院编码、名称、规格、生产企业、年用量……）")
)
def load_list(
    path: File,
    org: Org = "",
    preview: Preview = False,
    skip_refused: SkipRefused = False,
    mapping: Mapping = None,
    remember: Remember = False,
    whole: Annotated[
        bool, typer.Option("--whole", help=_("这是全部清单：表里没有的行算已停用"))
    ] = False,
) -> None:
    """Load a member's list."""
    go = cli()
    db, actor = go.signed_in()
    where = org_id(go, org)
    said = mapping_of(mapping, FIELDS)
    with go.progress(_("读取文件")) as report:
        plan = load.preview(db, actor, load.LoadList(path, where, said), report)
    if remember and said:
        say(db, actor, SayColumns(load.KIND, path, said), FIELDS)
    if stop_at(plan, preview, skip_refused):
        return
    with go.progress(_("导入中")) as report:
        done = load.apply(db, actor, load.ApplyList(op_id(), where, plan, whole), report)
    go.emit(done, {"added": _("新增"), "changed": _("修改"), "refused": _("跳过")})


@app.command("run", help=_("把还没对码的行与统一目录对照，给出候选"))
def run_match(
    org: Org = "",
    again: Annotated[bool, typer.Option("--again", help=_("「无对应」的行也重新找"))] = False,
) -> None:
    """Run the match."""
    go = cli()
    db, actor = go.signed_in()
    with go.progress(_("对照中")) as report:
        done = running.run(db, actor, running.RunMatch(op_id(), org_id(go, org), again), report)
    go.emit(
        done,
        {
            "rows": _("行数"),
            "safe": _("可一起采纳"),
            "candidates": _("需要核对"),
            "conflicts": _("冲突"),
            "none": _("无对应"),
        },
    )


@app.command("list", help=_("一家成员的清单和对码情况，用量大的在前"))
def list_rows(
    org: Org = "",
    status: Annotated[
        list[MapStatus] | None, typer.Option("--status", help=_("只要这些状态，可重复"))
    ] = None,
    text: Annotated[str, typer.Option("--search", help=_("名称、编码、企业里的字"))] = "",
    safe: Annotated[bool, typer.Option("--safe", help=_("只要可一起采纳的"))] = False,
) -> None:
    """List a member's rows."""
    go = cli()
    query = queries.WorkList(org_id(go, org), tuple(status or ()), text, safe or None)
    go.emit(
        queries.work_list(*go.signed_in(), query),
        {
            "code": _("本院编码"),
            "name": _("名称"),
            "spec": _("规格"),
            "maker": _("生产企业"),
            "value": _("年用量金额"),
            "status": _("状态"),
            "issue": _("说明"),
            "score": _("分数"),
            "item_code": _("统一编码"),
        },
        empty=_("没有这样的行。"),
    )


@app.command("show", help=_("一行的候选、分数和理由"))
def show(code: Code, org: Org = "") -> None:
    """Show one row with its candidates."""
    go = cli()
    where = org_id(go, org)
    line = _line(go, where, code)
    view = queries.row_view(*go.signed_in(), where, line.id)
    if go.as_json:
        go.emit(view)
        return
    go.say(f"{line.code} {line.name} {line.spec} {line.maker} [{line.status.label}]")
    for found in view.candidates if view else ():
        go.say(f"{found.rank}. {found.code} {found.score} {found.entry.name} {found.entry.spec}")
        go.say("   " + _("；").join(finding.text for finding in found.findings))


@app.command("confirm", help=_("采纳：这一行就是这个品规"))
def confirm(
    code: Code,
    item: ItemText = "",
    factor: Annotated[
        int, typer.Option("--factor", help=_("本院 1 个单位是多少最小单位；不写自动算"))
    ] = 0,
    reason: Reason = "",
    org: Org = "",
) -> None:
    """Confirm a row."""
    go = cli()
    db, actor = go.signed_in()
    where = org_id(go, org)
    line = _line(go, where, code)
    chosen = item_id(go, item) if item else _best(go, where, line)
    command = decide.ConfirmMapping(op_id(), where, line.id, chosen, factor, reason)
    _said(go, decide.confirm(db, actor, command))


@app.command("reject", help=_("驳回候选；不写品规就算无对应"))
def reject(code: Code, item: ItemText = "", reason: Reason = "", org: Org = "") -> None:
    """Reject a candidate, or all of them."""
    go = cli()
    db, actor = go.signed_in()
    where = org_id(go, org)
    line = _line(go, where, code)
    if item:
        one = decide.RejectCandidate(op_id(), where, line.id, item_id(go, item))
        _said(go, decide.reject(db, actor, one))
        return
    aside = decide.SetAside(op_id(), where, line.id, reason=reason)
    _said(go, decide.set_aside(db, actor, aside))


@app.command("undo", help=_("撤销：一行的上一步，或自己最近的一步（30 天内）"))
def undo(
    code: Annotated[str, typer.Argument(help=_("本院编码；不写就是自己最近的一步"))] = "",
    batch: Annotated[int, typer.Option("--batch", help=_("整批撤销：一起采纳时给的批号"))] = 0,
    org: Org = "",
) -> None:
    """Take a decision back."""
    go = cli()
    db, actor = go.signed_in()
    where = org_id(go, org)
    row = _line(go, where, code).id if code else 0
    done = undoing.undo(db, actor, undoing.UndoMapping(op_id(), where, row, batch))
    go.emit({"rows": len(done.rows)}, {"rows": _("已撤销的行数")})


@app.command("accept-safe", help=_("一起采纳：只限规格、剂型、盐基、企业、包装全部一致的行"))
def accept_safe(
    org: Org = "",
    yes: Annotated[bool, typer.Option("--yes", help=_("不再询问"))] = False,
) -> None:
    """Confirm every safe row."""
    go = cli()
    db, actor = go.signed_in()
    where = org_id(go, org)
    go.confirm(_("一起采纳所有完全一致的行？30 天内可整批撤销。"), yes=yes)
    with go.progress(_("采纳中")) as report:
        done = decide.accept_safe(db, actor, decide.AcceptSafe(op_id(), where), report)
    go.emit(done, {"accepted": _("已采纳"), "left": _("留给人工"), "batch_id": _("批号")})


@app.command("progress", help=_("对码完成率：按行数，按年用量金额"))
def progress(
    org: Annotated[str, typer.Option("--org", help=_("机构编号或简称；all 为所有成员"))] = "all",
) -> None:
    """Show how far members are."""
    go = cli()
    found = queries.progress(*go.signed_in(), org_ids(go, org))
    rows = [
        {
            "code": one.code,
            "name": one.name,
            "total": one.progress.total,
            "confirmed": one.progress.confirmed,
            "conflict": one.progress.conflict,
            "none": one.progress.none,
            "rate": one.progress.rate,
            "value_rate": one.progress.value_rate,
        }
        for one in found
    ]
    go.emit(
        rows,
        {
            "code": _("编号"),
            "name": _("机构"),
            "total": _("行数"),
            "confirmed": _("已确认"),
            "conflict": _("冲突"),
            "none": _("无对应"),
            "rate": _("对码完成率 %"),
            "value_rate": _("按用量 %"),
        },
        empty=_("还没有成员导入清单。"),
    )


@app.command("export", help=_("导出一家成员的清单和对码结果"))
def export(path: File, org: Org = "") -> None:
    """Write a member's rows to a file."""
    go = cli()
    count = export_mapping(*go.signed_in(), queries.WorkList(org_id(go, org)), path)
    go.emit({"file": str(path), "rows": count}, {"file": _("已输出"), "rows": _("行数")})


@app.command("merge", help=_("合并品规：一个停用，各院对到它的行改对另一个"))
def merge(
    from_item: Annotated[str, typer.Argument(help=_("停用哪个：统一编码"))],
    into: Annotated[str, typer.Argument(help=_("并到哪个：统一编码"))],
    reason: Annotated[str, typer.Option("--reason", help=_("理由"))],
) -> None:
    """Merge two items."""
    go = cli()
    db, actor = go.signed_in()
    command = repoint.MergeItems(op_id(), item_id(go, from_item), item_id(go, into), reason)
    go.emit(repoint.merge(db, actor, command), {"moved": _("改对的行数")})


@app.command("split", help=_("拆分品规：把某家成员的行改对另一个品规"))
def split(
    from_item: Annotated[str, typer.Argument(help=_("从哪个拆出：统一编码"))],
    into: Annotated[str, typer.Argument(help=_("改对哪个：统一编码"))],
    code: Annotated[list[str], typer.Option("--code", help=_("本院编码，可重复"))],
    reason: Annotated[str, typer.Option("--reason", help=_("理由"))],
    org: Org = "",
) -> None:
    """Let a member's rows mean another item."""
    go = cli()
    db, actor = go.signed_in()
    where = org_id(go, org)
    rows = tuple((where, _line(go, where, one).id) for one in code)
    source, target = item_id(go, from_item), item_id(go, into)
    command = repoint.SplitItem(op_id(), source, target, rows, reason)
    go.emit(repoint.split(db, actor, command), {"moved": _("改对的行数")})


def _line(go: Cli, where: int, code: str) -> queries.LocalLine:
    """The member's row with a code."""
    for line in queries.work_list(*go.signed_in(), queries.WorkList(where)):
        if line.code == code:
            return line
    raise DomainError(
        "mapping.unknown", _("清单里没有编码 {code}。请核对，或先导入清单。", code=code)
    )


def _best(go: Cli, where: int, line: queries.LocalLine) -> int:
    view = queries.row_view(*go.signed_in(), where, line.id)
    if view is None or not view.candidates:
        raise DomainError("mapping.no_candidate", _("这一行没有候选。请用 --item 写明统一编码。"))
    return view.candidates[0].item_id


def _said(go: Cli, done: decide.Decided) -> None:
    go.emit(
        {"status": MapStatus(done.status).label, "event_id": done.event_id},
        {"status": _("现在的状态")},
    )
