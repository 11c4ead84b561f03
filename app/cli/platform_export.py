"""`yilian platform …`: records for the provincial platform, exported and checked."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from app import paths
from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.scope import org_id
from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.domain.reporting.fields import Field
from app.domain.reporting.kinds import KINDS, kind_of
from app.i18n import _

app = typer.Typer()
OrgOption = Annotated[str, typer.Option(help=_("机构编号或简称，默认本机构"))]


@app.command("kinds", help=_("能导出的消息；给出代码就列出字段、长度、代码表"))
def kinds(kind: Annotated[str, typer.Argument(help=_("消息代码，如 YY111"))] = "") -> None:
    """List the kinds, or the fields of one."""
    run = cli()
    if not kind:
        run.emit(
            [
                {"code": one.code, "title": _(one.title), "meaning": _(one.meaning)}
                for one in KINDS.values()
            ],
            {"code": _("消息"), "title": _("名称"), "meaning": _("内容")},
        )
        return
    run.emit(
        [_field(one) for one in kind_of(kind).all_fields],
        {
            "code": _("字段"), "title": _("含义"), "shape": _("写法"), "length": _("最长"),
            "required": _("必填"), "codes": _("代码表"),
        },
    )  # fmt: skip


@app.command(help=_("导出一段时间的记录：每种消息一个文件；标明哪些是新增、变更、未变"))
def export(
    kind: Annotated[
        list[str] | None, typer.Option(help=_("消息代码，可多次；不填导出全部"))
    ] = None,
    org: OrgOption = "",
    month: Annotated[str, typer.Option(help=_("月份，如 2026-10"))] = "",
    first: Annotated[str, typer.Option("--from", help=_("开始日期，如 2026-10-01"))] = "",
    last: Annotated[str, typer.Option("--to", help=_("结束日期，含当天"))] = "",
    changes: Annotated[bool, typer.Option("--changes", help=_("只要新增和变更的"))] = False,
    out: Annotated[Path | None, typer.Option(help=_("文件夹"))] = None,
) -> None:
    """Export records."""
    from app.adapters.local_files import write
    from app.services.reporting.export import ExportWanted, export as export_service, kinds_for

    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    begin, end = _span(month, first, last)
    chosen = [kind_of(one) for one in kind] if kind else kinds_for(db, actor, where)
    found = []
    for one in chosen:
        wanted = ExportWanted(op_id(), where, one.code, begin, end, changes)
        made = export_service(db, actor, wanted)
        if made is None:
            continue
        file = write((out or paths.output()) / made.name, made.data)
        found.append(
            {
                "kind": made.kind, "batch": made.batch, "rows": made.rows, "fresh": made.fresh,
                "changed": made.changed, "same": made.same, "problems": len(made.problems),
                "file": str(file),
            }
        )  # fmt: skip
    run.emit(
        found,
        {
            "kind": _("消息"), "batch": _("批次"), "rows": _("记录"), "fresh": _("新增"),
            "changed": _("变更"), "same": _("未变"), "problems": _("要核对"), "file": _("文件"),
        },
        empty=_("这段时间没有记录。"),
    )  # fmt: skip


@app.command(help=_("检查一个文件：每个问题写明第几行、哪个字段；有问题时退出码为 1"))
def check(file: Annotated[Path, typer.Argument(help=_("导出的 CSV 文件"))]) -> None:
    """Check a file of records."""
    from app.adapters.platform_csv import read
    from app.domain.reporting.checking import check_file

    run = cli()
    header, rows = read(file)
    found = check_file(header, rows)
    run.emit(
        found,
        {"row": _("行"), "column": _("字段"), "text": _("问题")},
        empty=_("{n} 条记录，没有问题。", n=sum(map(bool, rows))),
    )
    if found:
        raise typer.Exit(1)


@app.command("batches", help=_("导出过的批次，新的在前"))
def batches_(org: OrgOption = "") -> None:
    """List earlier exports."""
    from app.services.reporting.export import batches

    run = cli()
    run.emit(
        batches(*run.signed_in(), org_id(run, org)),
        {
            "no": _("批次"), "kind": _("消息"), "period": _("日期"), "made_at": _("时间"),
            "rows": _("记录"), "fresh": _("新增"), "changed": _("变更"),
        },
        empty=_("还没有导出过。"),
    )  # fmt: skip


def _field(one: Field) -> dict[str, object]:
    codes = "、".join(f"{code} {_(title)}" for code, title in one.codes.items())
    return {
        "code": one.code, "title": _(one.title), "shape": one.shape.label, "length": one.length,
        "required": _("是") if one.required else "", "codes": codes,
    }  # fmt: skip


def _span(month: str, first: str, last: str) -> tuple[date, date]:
    """The days wanted: a month, or from and to."""
    try:
        if month:
            begin = typed_day(f"{month.strip()}-01")
            after = (begin + timedelta(days=32)).replace(day=1)
            return begin, after - timedelta(days=1)
        return typed_day(first), typed_day(last)
    except DomainError:
        raise DomainError(
            "platform.days",
            _("日期看不懂。写 --month 2026-10，或 --from 2026-10-01 --to 2026-10-31。"),
        ) from None
