"""`yilian case`: register articles of high value with a case, refund one, look."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import Cli, cli
from app.cli.operation import OpOption, op_id
from app.cli.scope import org_id, org_ids, signed_in_at
from app.domain.errors import DomainError
from app.i18n import _
from app.services.consumption.case_listing import case_by_no, case_lines, cases
from app.services.consumption.cases import (
    CaseUnit,
    RefundCase,
    RegisterCase,
    case_doctor,
    refund_case,
    register_case,
    scan_article,
)
from app.services.stock.places import places_of, store_of

app = typer.Typer()
OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]
NoArgument = Annotated[str, typer.Argument(help=_("消耗单号"))]


@app.command("register", help=_("高值登记：病例号、手术、术者，依次给出扫到的 UDI 或院内码"))
def register(
    codes: Annotated[list[str], typer.Argument(help=_("UDI、院内码"))],
    case_no: Annotated[str, typer.Option("--case", help=_("病例号（住院号、手术号），不写姓名"))],
    operation: Annotated[str, typer.Option(help=_("手术或操作名称"))],
    doctor: Annotated[str, typer.Option(help=_("术者工号或姓名；供应商看不到，不作统计"))],
    department: Annotated[str, typer.Option(help=_("科室：库位编码或名称"))] = "",
    not_implanted: Annotated[bool, typer.Option("--not-implanted", help=_("不是植入物"))] = False,
    org: OrgOption = "",
    op: OpOption = "",
) -> None:
    """Register what a case used."""
    run = cli()
    db, actor, where = signed_in_at(run, org)
    place = store_of(db, actor, where)
    found = [scan_article(db, actor, where, place, code) for code in codes]
    units = tuple(CaseUnit(x.goods.line, x.article.serial, x.article.code) for x in found)
    command = RegisterCase(
        op_id(op), where, place, case_no, operation, doctor, units,
        _department(run, where, department), implanted=not not_implanted,
    )  # fmt: skip
    done = register_case(db, actor, command)
    run.say(_("已登记 {no}，{n} 件。", no=done.no, n=len(units)))
    if run.as_json:
        run.emit(done)


@app.command("list", help=_("高值登记记录；可按病例号、单号、序列号查"))
def list_cases(
    text: Annotated[str, typer.Argument(help=_("病例号、单号的一部分，或序列号"))] = "",
    org: OrgOption = "",
) -> None:
    """List registrations."""
    run = cli()
    run.emit(
        cases(*run.signed_in(), org_ids(run, org), text),
        {
            "no": _("单号"), "org": _("机构"), "case_no": _("病例号"), "operation": _("手术"),
            "department": _("科室"), "occurred_on": _("日期"), "articles": _("件数"),
            "returned": _("已退"), "person": _("经办"),
        },
        empty=_("没有高值登记。"),
    )  # fmt: skip


@app.command("show", help=_("一张登记单的耗材：批号、序列号、退回"))
def show(no: NoArgument, org: OrgOption = "") -> None:
    """Show a registration."""
    run = cli()
    db, actor = run.signed_in()
    row = case_by_no(db, actor, org_id(run, org), no)
    run.emit(
        case_lines(db, actor, row.org_id, row.document_id),
        {
            "code": _("编码"), "name": _("品名"), "spec": _("规格"), "lot_no": _("批号"),
            "serial": _("序列号"), "expiry": _("有效期至"), "qty": _("数量"),
            "returned": _("已退"),
        },
    )  # fmt: skip


@app.command("doctor", help=_("查一例的术者；每次查看都留记录"))
def doctor_(no: NoArgument, org: OrgOption = "") -> None:
    """Say who operated in one case."""
    run = cli()
    db, actor = run.signed_in()
    row = case_by_no(db, actor, org_id(run, org), no)
    name = case_doctor(db, actor, row.org_id, row.document_id)
    run.say(_("{no} 术者：{name}", no=no, name=name))
    if run.as_json:
        run.emit({"no": no, "doctor": name})


@app.command("refund", help=_("退回没用的一件：扫它的码，回到原批号、原库位"))
def refund(
    no: NoArgument,
    code: Annotated[str, typer.Argument(help=_("退回那一件上的码"))],
    reason: Annotated[str, typer.Option(help=_("理由"))],
    org: OrgOption = "",
    op: OpOption = "",
) -> None:
    """Refund an article."""
    run = cli()
    db, actor = run.signed_in()
    row = case_by_no(db, actor, org_id(run, org), no)
    command = RefundCase(op_id(op), row.org_id, row.document_id, code, reason)
    done = refund_case(db, actor, command)
    run.say(_("已退回，冲销单 {no}。", no=done.no))
    if run.as_json:
        run.emit(done)


def _department(run: Cli, org: int, text: str) -> int:
    if not text:
        return 0
    for row in places_of(*run.signed_in(), org):
        if text.upper() == row.code.upper() or text == row.name:
            return row.id
    raise DomainError("place.unknown", _("没有库位 {text}。可用 yilian place list 查。", text=text))
