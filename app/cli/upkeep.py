"""`yilian upkeep`: the month's lists, temperature logs, the ledger of controlled drugs on paper."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from app import paths
from app.adapters.local_files import write
from app.cli.context import Cli, cli
from app.cli.operation import op_id
from app.cli.scope import org_id, org_ids
from app.domain.errors import DomainError
from app.domain.papers import TablePaper
from app.domain.stock.upkeep import Finding
from app.i18n import _
from app.services.counting import climate_log, upkeep
from app.services.counting.upkeep import RoundRow
from app.services.platform.places import STORAGES
from app.services.receiving.queries import day_of
from app.services.stock.places import places_of

app = typer.Typer()

OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]
No = Annotated[str, typer.Argument(help=_("养护单号 YH…"))]
PlaceCode = Annotated[str, typer.Argument(help=_("库位编码"))]
Out = Annotated[Path | None, typer.Option(help=_("写到哪里；不填为输出目录"))]


@app.command("make", help=_("按储存条件生成本月养护单；已有的不重做"))
def make(org: OrgOption = "") -> None:
    """Make this month's lists."""
    run = cli()
    db, actor = run.signed_in()
    numbers = upkeep.make_rounds(db, actor, upkeep.MakeRounds(op_id(), org_id(run, org)))
    run.say(_("新生成：{numbers}", numbers="、".join(numbers)) if numbers
            else _("本月的养护单都有了。"))  # fmt: skip
    if run.as_json:
        run.emit({"numbers": numbers})


@app.command("list", help=_("养护单"))
def list_(org: OrgOption = "") -> None:
    """List the monthly lists."""
    run = cli()
    run.emit(
        upkeep.rounds(*run.signed_in(), org_ids(run, org)),
        {
            "no": _("单号"), "month": _("月份"), "storage": _("储存条件"), "state": _("状态"),
            "lines": _("行数"), "checked": _("已看"), "faults": _("有问题"), "maker": _("生成人"),
        },
        empty=_("还没有养护单。用 yilian upkeep make 生成。"),
        words={"storage": STORAGES},
    )  # fmt: skip


@app.command("show", help=_("一张养护单的行"))
def show(no: No) -> None:
    """Show the lines of a list."""
    run = cli()
    row = _row(run, no)
    run.emit(
        upkeep.round_lines(*run.signed_in(), row.org_id, row.id),
        {
            "line": _("行"), "place": _("库位"), "name": _("品名"), "lot_no": _("批号"),
            "expiry": _("有效期至"), "finding": _("结果"), "words": _("情况"), "action": _("处理"),
            "person": _("检查人"),
        },
    )  # fmt: skip


@app.command("check", help=_("登记检查结果：不写行号为还没看的全部"))
def check(
    no: No,
    lines: Annotated[list[int] | None, typer.Argument(help=_("行号"))] = None,
    result: Annotated[Finding, typer.Option(help=_("ok、doubt、bad"))] = Finding.OK,
    words: Annotated[str, typer.Option(help=_("看到了什么"))] = "",
    action: Annotated[str, typer.Option(help=_("怎么处理"))] = "",
) -> None:
    """Write what was found."""
    run = cli()
    db, actor = run.signed_in()
    row = _row(run, no)
    chosen = lines or [
        x.line for x in upkeep.round_lines(db, actor, row.org_id, row.id) if x.finding is None
    ]
    command = upkeep.CheckLine(op_id(), row.org_id, row.id, tuple(chosen), result, words, action)
    run.say(_("已登记 {n} 行。", n=upkeep.check(db, actor, command)))


@app.command("finish", help=_("全部看完，完成养护单"))
def finish(no: No) -> None:
    """Close a list."""
    run = cli()
    row = _row(run, no)
    command = upkeep.EndRound(op_id(), row.org_id, row.id, row.version)
    upkeep.end(*run.signed_in(), command)
    run.say(_("{no} 已完成。", no=row.no))


@app.command("load", help=_("读入温湿度记录仪的文件（csv、xlsx）；同一时刻不重复"))
def load(
    place: PlaceCode,
    file: Annotated[Path, typer.Argument(help=_("记录仪导出的文件"))],
    logger: Annotated[str, typer.Option(help=_("记录仪编号"))] = "",
    note: Annotated[str, typer.Option(help=_("有超限时写采取了什么措施"))] = "",
    org: OrgOption = "",
) -> None:
    """Take in a logger's file."""
    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    command = climate_log.LoadLog(op_id(), where, _place(run, where, place), file, logger, note)
    done = climate_log.load_log(db, actor, command)
    run.emit(
        done,
        {
            "added": _("新记录"), "known": _("以前读过"), "outside": _("超限"),
            "gaps": _("间隔超过 30 分钟"),
        },
    )  # fmt: skip


@app.command("climate", help=_("一个库位的温湿度：超限、超过 30 分钟没有记录的时段"))
def climate(
    place: PlaceCode,
    days: Annotated[int, typer.Option(help=_("最近几天"))] = 7,
    pdf: Annotated[Path | None, typer.Option(help=_("写成 PDF"))] = None,
    org: OrgOption = "",
) -> None:
    """Show a place's readings."""
    from app.services.counting.upkeep_papers import climate_paper

    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    spot = (where, _place(run, where, place))
    last = day_of(db)
    span = (last - timedelta(days=max(1, days) - 1), last)
    log = climate_log.place_log(db, actor, spot, *span)
    if pdf:
        _write(run, climate_paper(db, actor, spot, span), pdf)
        return
    if run.as_json:
        run.emit(log)
        return
    run.say(_("{place}：{n} 条，{outside} 条超限，{gaps} 处间隔超过 30 分钟。", place=log.place,
              n=len(log.readings), outside=log.outside, gaps=len(log.gaps)))  # fmt: skip
    run.emit(
        [one for one in log.readings if not one.good],
        {"at": _("时间"), "celsius": _("℃"), "humidity": _("湿度"), "note": _("措施")},
        empty=_("没有超限。"),
    )


@app.command("pdf", help=_("养护检查记录 PDF"))
def pdf(no: No, out: Out = None) -> None:
    """Write a list as PDF."""
    from app.services.counting.upkeep_papers import upkeep_paper

    run = cli()
    row = _row(run, no)
    paper = upkeep_paper(*run.signed_in(), row.org_id, row.id)
    _write(run, paper, out or paths.output() / f"{row.no}.pdf")


@app.command("ledger", help=_("麻精药品专用账册 PDF"))
def ledger(
    item: Annotated[str, typer.Argument(help=_("品名和规格；不填为全部"))] = "",
    out: Out = None,
    org: OrgOption = "",
) -> None:
    """Write the ledger of controlled drugs as PDF."""
    from app.services.counting.upkeep_papers import controlled_paper

    run = cli()
    db, actor = run.signed_in()
    paper = controlled_paper(db, actor, org_id(run, org), item)
    _write(run, paper, out or paths.output() / f"controlled-{day_of(db)}.pdf")


def _write(run: Cli, paper: TablePaper, target: Path) -> None:
    from app.adapters.pdf.table_pdf import table_pdf

    run.emit({"file": str(write(target, table_pdf(paper)))}, {"file": _("文件")})


def _row(run: Cli, no: str) -> RoundRow:
    for row in upkeep.rounds(*run.signed_in(), run.actor().orgs()):
        if row.no == no.strip().upper():
            return row
    words = _("没有养护单 {no}。用 yilian upkeep list 查看。", no=no)
    raise DomainError("upkeep.unknown", words)


def _place(run: Cli, org: int, code: str) -> int:
    for place in places_of(*run.signed_in(), org):
        if place.code == code.strip().upper():
            return place.id
    raise DomainError("place.unknown", _("没有库位 {code}。用 yilian place list 查看。", code=code))
