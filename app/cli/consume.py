"""`yilian consume`: use goods by scan, list, take back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import Cli, cli
from app.cli.operation import OpOption, op_id
from app.cli.places import place_id
from app.cli.scan_file import Scan, read_scans, scans_in
from app.cli.scope import org_ids, signed_in_at
from app.cli.two_persons import SecondOption, second_person
from app.domain.errors import DomainError, Problem, refuse_if
from app.domain.quantity import checked
from app.i18n import N_, _
from app.services.consumption import Consume, ConsumeLine, Reverse, consume, reverse
from app.services.consumption.listing import (
    consumption_by_no,
    consumptions,
    lot_of,
    used_lines,
)
from app.services.consumption.scan import scanned
from app.services.stock.places import store_of

app = typer.Typer()

OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]


@app.command("scan", help=_("登记消耗：依次给出扫到的码；不给则从标准输入逐行读"))
def scan(
    codes: Annotated[
        list[str] | None, typer.Argument(help=_("标签码、69 码、GS1、统一编码"))
    ] = None,
    file: Annotated[Path | None, typer.Option(help=_("每行一个码的文件"))] = None,
    place: Annotated[
        str, typer.Option(help=_("从哪里用：药库、科室或三级库的编码或名称；不填为主库"))
    ] = "",
    org: OrgOption = "",
    reason: Annotated[str, typer.Option(help=_("不按近效期先出的理由"))] = "",
    note: Annotated[str, typer.Option(help=_("备注"))] = "",
    second: SecondOption = "",
    op: OpOption = "",
) -> None:
    """Post the use of scanned goods as one document."""
    run = cli()
    db, actor, where = signed_in_at(run, org)
    spot = place_id(where, place) or store_of(db, actor, where)
    lines: list[ConsumeLine] = []
    missed: list[Problem] = []
    scans = _scans(codes, file)
    for row, code in scans:
        try:
            found = scanned(db, actor, where, spot, code)
        except DomainError as error:
            if len(scans) == 1:
                raise
            missed.append(Problem(error.code, error.text, row=row))
            continue
        if found.warning:
            run.say(found.warning)
        line = found.line
        if line.pack_id and any(one.pack_id == line.pack_id for one in lines):
            run.say(_("这个标签已经在本单里，没有重复计数。"))
            continue
        lines.append(ConsumeLine(line.item_id, line.qty, line.lot_id, line.pack_id, reason))
    refuse_if(missed, "consume.scans", _("没有读入，什么都没有写入。"))
    command = Consume(
        op_id(op), where, spot, tuple(lines), source="scan", note=note,
        second=second_person(second),
    )  # fmt: skip
    done = consume(db, actor, command)
    run.say(_("已登记消耗 {no}，{n} 行。", no=done.no, n=len(done.lines)))
    if run.as_json:
        run.emit(done)


@app.command("list", help=_("最近的消耗单"))
def list_documents(org: OrgOption = "") -> None:
    """List consumption documents."""
    run = cli()
    run.emit(
        consumptions(*run.signed_in(), org_ids(run, org)),
        {
            "no": _("单号"), "org": _("机构"), "place": _("库位"), "occurred_on": _("日期"),
            "person": _("经办"), "lines": _("行数"), "status": _("状态"), "note": _("备注"),
        },
        empty=_("还没有消耗单。"),
        words={"status": {"posted": N_("已入账"), "reversed": N_("已冲销")}},
    )  # fmt: skip


@app.command("reverse", help=_("冲销一张消耗单（货回到原批号、原库位）"))
def take_back(
    no: Annotated[str, typer.Argument(help=_("消耗单号"))],
    reason: Annotated[str, typer.Option(help=_("理由"))],
    org: OrgOption = "",
    second: SecondOption = "",
    op: OpOption = "",
) -> None:
    """Take a consumption back."""
    run = cli()
    db, actor, where = signed_in_at(run, org)
    document = consumption_by_no(db, actor, where, no)
    command = Reverse(op_id(op), where, document.document_id, reason, second=second_person(second))
    done = reverse(db, actor, command)
    _said(run, _("已冲销 {no}，冲销单 {new}。", no=no, new=done.no), done)


@app.command("refund", help=_("退回一部分：按批号退到原来的库位，不能多于用掉的"))
def refund(
    no: Annotated[str, typer.Argument(help=_("消耗单号"))],
    lot: Annotated[str, typer.Option(help=_("退回包装上的批号"))],
    qty: Annotated[int, typer.Option(help=_("数量，最小单位"))],
    reason: Annotated[str, typer.Option(help=_("理由"))],
    item: Annotated[str, typer.Option(help=_("品规编码；几个品规同一批号时要填"))] = "",
    org: OrgOption = "",
    second: SecondOption = "",
    op: OpOption = "",
) -> None:
    """Refund part of a consumption."""
    run = cli()
    db, actor, where = signed_in_at(run, org)
    document = consumption_by_no(db, actor, where, no)
    line = lot_of(used_lines(db, actor, where, document.document_id), lot, item)
    command = Reverse(
        op_id(op), where, document.document_id, reason, line.seq,
        checked(qty), lot_id=line.lot_id, second=second_person(second),
    )  # fmt: skip
    done = reverse(db, actor, command)
    _said(run, _("已退回 {no}，冲销单 {new}。", no=no, new=done.no), done)


def _said(run: Cli, text: str, result: object) -> None:
    run.say(text)
    if run.as_json:
        run.emit(result)


def _scans(codes: list[str] | None, file: Path | None) -> tuple[Scan, ...]:
    found: tuple[Scan, ...] = ()
    if file is not None:
        found = read_scans(file)
    elif codes:
        found = tuple(enumerate((code.strip() for code in codes if code.strip()), 1))
    elif not sys.stdin.isatty():
        found = scans_in(sys.stdin.read())
    if not found:
        raise DomainError("consume.empty", _("还没有要登记的消耗。请先扫码。"))
    return found
