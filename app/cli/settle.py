"""`yilian settle`: make statements, send, confirm, dispute, adjust, reverse, audit, print."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from app import paths
from app.adapters import local_files
from app.cli.context import Cli, cli
from app.cli.operation import op_id
from app.cli.scope import item_id, org_id, org_ids, supplier_id
from app.domain.documents import state_title
from app.domain.duties import Duty
from app.domain.errors import DomainError, Problem
from app.domain.settlement.bill import BillLine, Why
from app.domain.settlement.invoice import cent_amount
from app.i18n import N_, _
from app.services.settlement import MakeStatements, Step, make_statements, step
from app.services.settlement.adjusting import Adjust, adjust as add_adjustment, adjustments
from app.services.settlement.bill_sheets import read_bill
from app.services.settlement.bills import DifferenceRow, SaveBill, differences, save_bill
from app.services.settlement.listing import (
    StatementRow,
    statement_by_no,
    statement_lines,
    statement_totals,
    statements,
)
from app.services.settlement.make import StatementMade
from app.services.settlement.papers import statement_paper
from app.services.settlement.pending import pending as unsettled
from app.services.settlement.reporting import write_statement_sheet
from app.services.settlement.steps import Verb

app = typer.Typer()

NoArgument = Annotated[str, typer.Argument(help=_("对账单号"))]
NoteOption = Annotated[str, typer.Option("--note", help=_("理由"))]
OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号；几家同号时要写"))]
PeriodArgument = Annotated[str, typer.Argument(help=_("结算月份，如 2026-10"))]
_LINES = {
    "occurred_on": _("日期"), "document_no": _("单据"), "code": _("编码"), "name": _("品名"),
    "lot_no": _("批号"), "qty": _("数量"), "base_unit": _("单位"), "unit_price": _("单价"),
    "amount": _("金额"), "person": _("经手"),
}  # fmt: skip
_WHY = {
    Why.ONLY_BILLED: N_("账单多出"),
    Why.NOT_BILLED: N_("账单漏列"),
    Why.QUANTITY: N_("数量不同"),
    Why.PRICE: N_("单价不同"),
    Why.TOTAL: N_("合计不同"),
}


@app.command("make", help=_("按月生成对账单：每家供应商一张，退货另开一张"))
def make(
    period: PeriodArgument,
    org: Annotated[
        str, typer.Option("--org", help=_("机构编号，默认本机构；all 为全部可结算的"))
    ] = "",
    supplier: Annotated[str, typer.Option(help=_("只做这家供应商（编号或简称）"))] = "",
) -> None:
    """Make the statements of a month."""
    run = cli()
    db, actor = run.signed_in()
    wanted = supplier_id(run, supplier) if supplier else 0
    orgs = [one for one in org_ids(run, org) if org != "all" or actor.can(Duty.SETTLE, one)]
    made: list[StatementMade] = []
    for one in orgs:
        try:
            made += make_statements(db, actor, MakeStatements(op_id(), one, period, wanted))
        except DomainError as error:
            if org != "all" or error.code != "statement.nothing":
                raise
    run.say(_("已生成 {n} 张对账单。", n=len(made)))
    run.emit(made, {"no": _("单号"), "lines": _("行数"), "amount": _("应付")})


@app.command("pending", help=_("待生成：截至月末还没上对账单的消耗"))
def pending(
    period: PeriodArgument,
    org: Annotated[str, typer.Option("--org", help=_("机构编号；all 为全部可见"))] = "all",
) -> None:
    """List what stands on no statement."""
    run = cli()
    run.emit(
        unsettled(*run.signed_in(), org_ids(run, org), period),
        {"supplier": _("供应商"), "org": _("成员"), "rows": _("行数"), "amount": _("消耗"),
         "refunds": _("退货")},
        empty=_("都已上对账单。"),
    )  # fmt: skip


@app.command("list", help=_("对账单列表"))
def list_statements(
    period: Annotated[str, typer.Option(help=_("结算月份，默认全部"))] = "",
    org: Annotated[str, typer.Option("--org", help=_("机构编号；all 为全部可见"))] = "all",
) -> None:
    """List statements."""
    run = cli()
    run.emit(
        [_row(run, row) for row in statements(*run.signed_in(), org_ids(run, org), period)],
        {
            "no": _("单号"), "period": _("月份"), "supplier": _("供应商"), "org": _("成员"),
            "opening": _("期初寄售"), "received": _("本期送入"), "consumed": _("本期消耗"),
            "closing": _("期末寄售"), "payable": _("应付"), "supplier_amount": _("供应商账单"),
            "matched": _("已配发票"), "status": _("状态"),
        },
        empty=_("没有对账单。"),
    )  # fmt: skip


def _row(run: Cli, row: StatementRow) -> dict[str, object]:
    """The row with what is computed; the state in words for people."""
    plain = {name: getattr(row, name) for name in StatementRow.__slots__}
    plain |= {"payable": row.payable, "difference": row.difference}
    plain["status"] = row.status.value if run.as_json else state_title(row.status)
    return plain


@app.command("show", help=_("一张对账单：滚动、按批号汇总、调整、差异"))
def show(no: NoArgument, org: OrgOption = "") -> None:
    """Show a statement."""
    run = cli()
    db, actor = run.signed_in()
    row = _find(run, no, org)
    totals = statement_totals(db, actor, row.org_id, row.statement_id)
    gaps = differences(db, actor, row.org_id, row.statement_id)
    agreed = adjustments(db, row.org_id, row.statement_id)
    if run.as_json:
        run.emit({"statement": _row(run, row), "lines": totals, "adjustments": agreed,
                  "differences": gaps})  # fmt: skip
        return
    run.say(
        _("{no} {supplier} × {org} {first} 至 {last} {state}", no=row.no, supplier=row.supplier,
          org=row.org, first=row.date_from, last=row.date_to, state=state_title(row.status))
    )  # fmt: skip
    run.say(
        _("期初 {a} + 送入 {b} + 退回 {c} + 其他 {d} − 消耗 {e} = 期末 {f}", a=row.opening,
          b=row.received, c=row.returned, d=row.other, e=row.consumed - row.price_gap,
          f=row.closing)
    )  # fmt: skip
    run.say(
        _("应付 {payable}（明细 {lines}，调价差 {gap}，补结 {late}，调整 {adjusted}）",
          payable=row.payable, lines=row.consumed, gap=row.repriced, late=row.late,
          adjusted=row.adjusted)
    )  # fmt: skip
    run.emit(
        totals,
        {
            "code": _("编码"), "name": _("品名"), "spec": _("规格"), "lot_no": _("批号"),
            "qty": _("数量"), "base_unit": _("单位"), "unit_price": _("单价"),
            "amount": _("金额"),
        },
    )  # fmt: skip
    if agreed:
        run.emit(agreed, {"item": _("调整"), "amount": _("金额"), "reason": _("理由"),
                          "person": _("经手")})  # fmt: skip
    if gaps:
        _emit_gaps(run, gaps)


@app.command("lines", help=_("一张对账单的每一行：日期、单据、批号、经手人"))
def lines(no: NoArgument, org: OrgOption = "") -> None:
    """Show every line of a statement."""
    run = cli()
    db, actor = run.signed_in()
    row = _find(run, no, org)
    run.emit(statement_lines(db, actor, row.org_id, row.statement_id), _LINES)


@app.command("send", help=_("把对账单发给供应商确认"))
def send(no: NoArgument, org: OrgOption = "") -> None:
    """Send a statement."""
    _step(no, org, Verb.SEND)


@app.command("confirm", help=_("供应商确认对账单"))
def confirm(no: NoArgument, org: OrgOption = "") -> None:
    """Confirm a statement."""
    _step(no, org, Verb.CONFIRM)


@app.command("record", help=_("登记供应商的书面确认（没有账号的供应商）"))
def record(
    no: NoArgument,
    note: NoteOption,
    amount: Annotated[str, typer.Option(help=_("书面确认的金额；默认等于应付"))] = "",
    org: OrgOption = "",
) -> None:
    """Record a confirmation on paper."""
    _step(no, org, Verb.RECORD, note, amount)


@app.command("dispute", help=_("提出异议"))
def dispute(
    no: NoArgument,
    note: NoteOption,
    amount: Annotated[str, typer.Option(help=_("供应商自己的账单金额"))] = "",
    org: OrgOption = "",
) -> None:
    """Dispute a statement."""
    _step(no, org, Verb.DISPUTE, note, amount)


@app.command("cancel", help=_("作废对账单，消耗退回待结算"))
def cancel(no: NoArgument, note: NoteOption, org: OrgOption = "") -> None:
    """Cancel a statement."""
    _step(no, org, Verb.CANCEL, note)


@app.command("reverse", help=_("冲销已确认的对账单：生成一张冲销单，消耗退回待结算"))
def reverse(no: NoArgument, note: NoteOption, org: OrgOption = "") -> None:
    """Reverse a confirmed statement."""
    _step(no, org, Verb.REVERSE, note)


@app.command("audit", help=_("审核已开票的对账单（不是生成人，也不是匹配发票的人）"))
def audit(no: NoArgument, org: OrgOption = "") -> None:
    """Audit an invoiced statement."""
    _step(no, org, Verb.AUDIT)


@app.command("recall", help=_("退审：取消审核"))
def recall(no: NoArgument, note: NoteOption, org: OrgOption = "") -> None:
    """Take an audit back."""
    _step(no, org, Verb.RECALL, note)


@app.command("bill", help=_("登记供应商自己的账单：金额，或 Excel 明细"))
def bill(
    no: NoArgument,
    amount: Annotated[str, typer.Option(help=_("账单合计；有明细时默认为明细合计"))] = "",
    file: Annotated[Path | None, typer.Option(help=_("账单明细 .xlsx、.xls 或 .csv"))] = None,
    note: NoteOption = "",
    org: OrgOption = "",
) -> None:
    """Enter the supplier's own bill."""
    run = cli()
    db, actor = run.signed_in()
    row = _find(run, no, org)
    if file is None and not amount:
        raise DomainError("bill.empty", _("请给出 --amount 金额，或 --file 明细文件。"))
    found: tuple[BillLine, ...] = ()
    total = Decimal(0)
    if file is not None:
        plan = read_bill(db, actor, row.org_id, row.statement_id, file)
        _refuse(plan.problems)
        found, total = plan.lines, plan.total
    if amount:
        total = cent_amount(amount)
    gap = save_bill(
        db, actor,
        SaveBill(op_id(), row.org_id, row.statement_id, row.version, total, found, note),
    )  # fmt: skip
    run.say(_("账单 {total}，比应付多 {gap}。", total=total, gap=gap))
    _emit_gaps(run, differences(db, actor, row.org_id, row.statement_id))


@app.command("diff", help=_("供应商账单与对账单的差异，逐个品规"))
def diff(no: NoArgument, org: OrgOption = "") -> None:
    """Show where bill and statement differ."""
    run = cli()
    db, actor = run.signed_in()
    row = _find(run, no, org)
    _emit_gaps(run, differences(db, actor, row.org_id, row.statement_id))


@app.command("adjust", help=_("登记双方同意的调整（草稿或有异议时）"))
def adjust(
    no: NoArgument,
    amount: Annotated[str, typer.Option(help=_("加到应付上的金额，减用负数"))],
    note: NoteOption,
    item: Annotated[str, typer.Option(help=_("哪个品规，默认整张"))] = "",
    org: OrgOption = "",
) -> None:
    """Add an adjustment that both agreed on."""
    run = cli()
    row = _find(run, no, org)
    command = Adjust(
        op_id(), row.org_id, row.statement_id, row.version, cent_amount(amount), note,
        item_id(run, item) if item else 0,
    )  # fmt: skip
    payable = add_adjustment(*run.signed_in(), command)
    run.say(_("{no} 应付现在是 {payable}。", no=no, payable=payable))
    if run.as_json:
        run.emit({"no": no, "payable": payable})


@app.command("pdf", help=_("打印对账单为 PDF"))
def pdf(
    no: NoArgument,
    out: Annotated[Path | None, typer.Option(help=_("保存到"))] = None,
    org: OrgOption = "",
) -> None:
    """Write a statement as PDF."""
    from app.adapters.pdf.statement_pdf import statement_pdf

    run = cli()
    db, actor = run.signed_in()
    row = _find(run, no, org)
    target = _target(out, f"{no}.pdf")
    paper = statement_paper(db, actor, row.org_id, row.statement_id)
    local_files.write(target, statement_pdf(paper))
    _saved(run, target)


@app.command("xlsx", help=_("对账单写成 Excel：明细、差异、发票"))
def xlsx(
    no: NoArgument,
    out: Annotated[Path | None, typer.Option(help=_("保存到"))] = None,
    org: OrgOption = "",
) -> None:
    """Write a statement as a workbook."""
    run = cli()
    db, actor = run.signed_in()
    row = _find(run, no, org)
    target = _target(out, f"{no}.xlsx")
    write_statement_sheet(db, actor, row.org_id, row.statement_id, target)
    _saved(run, target)


def _target(out: Path | None, name: str) -> Path:
    return out or paths.output() / name


def _saved(run: Cli, target: Path) -> None:
    run.say(_("已保存 {path}", path=target))
    if run.as_json:
        run.emit({"file": str(target)})


def _find(run: Cli, no: str, org: str) -> StatementRow:
    return statement_by_no(*run.signed_in(), no, org_id(run, org) if org else 0)


def _refuse(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise DomainError(
            "bill.rows", _("账单里有 {n} 处读不了，没有保存。", n=len(problems)), problems=problems
        )


def _emit_gaps(run: Cli, gaps: tuple[DifferenceRow, ...]) -> None:
    rows = [
        {"code": one.code, "name": one.name, "spec": one.spec, "why": _(_WHY[one.found.why]),
         "qty": one.found.qty, "unit": one.base_unit, "amount": one.amount,
         "taken_back": one.found.taken_back or ""}
        for one in gaps
    ]  # fmt: skip
    titles = {
        "code": _("编码"), "name": _("品名"), "why": _("差在"), "qty": _("数量差"),
        "unit": _("单位"), "amount": _("金额差"), "taken_back": _("那天退过同样数量"),
    }  # fmt: skip
    run.emit(rows, titles, empty=_("没有差异。"))


def _step(no: str, org: str, verb: Verb, note: str = "", amount: str = "") -> None:
    run = cli()
    row = _find(run, no, org)
    bill_total = cent_amount(amount) if amount else None
    command = Step(op_id(), row.org_id, row.statement_id, verb, row.version, note, bill_total)
    state = step(*run.signed_in(), command)
    run.say(_("{no}：{state}", no=no, state=state_title(state)))
    if run.as_json:
        run.emit({"no": no, "state": state.value})
