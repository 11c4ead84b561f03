"""`yilian payment`: what is owed, accounts of suppliers, batches, the bank's file and answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from app import paths
from app.cli.context import Cli, cli
from app.cli.operation import op_id
from app.cli.scope import org_id, org_ids, supplier_id
from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.domain.settlement.payment import batch_title
from app.i18n import _
from app.services.settlement.bank import AnswerPayment, FilePayment, answer_payment, file_payment
from app.services.settlement.listing import statement_by_no
from app.services.settlement.payees import (
    CheckPayee,
    EnterPayee,
    PayeeRow,
    check_payee,
    enter_payee,
    payees,
)
from app.services.settlement.payments import (
    CancelPayment,
    MakePayment,
    PaymentRow,
    cancel_payment,
    make_payment,
    payable,
    payments,
)
from app.services.settlement.reporting import Report, report as keep_report

app = typer.Typer()

OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]
AllOption = Annotated[str, typer.Option("--org", help=_("机构编号；all 为全部可见"))]
BatchArgument = Annotated[str, typer.Argument(help=_("付款批号"))]
NoteOption = Annotated[str, typer.Option("--note", help=_("理由"))]


@app.command("due", help=_("应付：已审核、还没进付款批的对账单"))
def due(org: AllOption = "all") -> None:
    """List what is owed."""
    run = cli()
    run.emit(
        payable(*run.signed_in(), org_ids(run, org)),
        {"no": _("单号"), "org": _("成员"), "supplier": _("供应商"), "amount": _("应付")},
        empty=_("没有待付款的对账单。"),
    )


@app.command("accounts", help=_("供应商收款账户"))
def accounts(org: OrgOption = "") -> None:
    """List suppliers' accounts."""
    run = cli()
    run.emit(
        payees(*run.signed_in(), org_id(run, org)),
        {"supplier": _("供应商"), "account_name": _("户名"), "bank": _("开户行"),
         "account_no": _("账号"), "entered": _("录入"), "checked": _("核对")},
        empty=_("还没有收款账户。"),
    )  # fmt: skip


@app.command("account", help=_("录入供应商收款账户；要另一个人核对后才能付款"))
def account(
    supplier: Annotated[str, typer.Argument(help=_("供应商编号或简称"))],
    name: Annotated[str, typer.Option(help=_("户名"))],
    bank: Annotated[str, typer.Option(help=_("开户行"))],
    number: Annotated[str, typer.Option(help=_("账号"))],
    org: OrgOption = "",
) -> None:
    """Enter an account."""
    run = cli()
    command = EnterPayee(op_id(), org_id(run, org), supplier_id(run, supplier), name, bank, number)
    enter_payee(*run.signed_in(), command)
    run.say(_("账户已录入，等另一个人核对。"))


@app.command("check", help=_("核对别人录入的收款账户"))
def check(
    supplier: Annotated[str, typer.Argument(help=_("供应商编号或简称"))], org: OrgOption = ""
) -> None:
    """Check an account that somebody else entered."""
    run = cli()
    db, actor = run.signed_in()
    where, whose = org_id(run, org), supplier_id(run, supplier)
    waiting = _waiting(payees(db, actor, where), whose)
    check_payee(db, actor, CheckPayee(op_id(), where, waiting.payee_id))
    run.say(_("{supplier} 的账户已核对，可以付款。", supplier=waiting.supplier))


def _waiting(rows: tuple[PayeeRow, ...], supplier: int) -> PayeeRow:
    for row in rows:
        if row.supplier_id == supplier and not row.usable:
            return row
    raise DomainError("payee.none", _("这家供应商没有等待核对的账户。请先录入。"))


@app.command("make", help=_("做付款批：写对账单号，不写为全部应付"))
def make(
    numbers: Annotated[list[str] | None, typer.Argument(help=_("对账单号"))] = None,
    org: OrgOption = "",
    note: NoteOption = "",
) -> None:
    """Make a batch."""
    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    if numbers:
        chosen = [statement_by_no(db, actor, no, where).statement_id for no in numbers]
    else:
        chosen = [one.statement_id for one in payable(db, actor, (where,))]
    made = make_payment(db, actor, MakePayment(op_id(), where, tuple(chosen), note))
    run.emit(made, {"no": _("付款批号"), "amount": _("金额"), "transfers": _("笔数")})


@app.command("list", help=_("付款批和明细"))
def list_(org: AllOption = "all") -> None:
    """List batches with their lines."""
    run = cli()
    rows = payments(*run.signed_in(), org_ids(run, org))
    run.emit(
        [_plain(run, row) for row in rows],
        {"no": _("付款批号"), "org": _("成员"), "status": _("状态"), "supplier": _("供应商"),
         "statement_no": _("对账单"), "amount": _("金额"), "state": _("结果"),
         "paid_on": _("付款日期"), "reason": _("原因")},
        empty=_("还没有付款批。"),
    )  # fmt: skip


def _plain(run: Cli, row: PaymentRow) -> dict[str, object]:
    words = {"open": _("待银行"), "paid": _("已付"), "returned": _("退回")}
    plain = {name: getattr(row, name) for name in PaymentRow.__slots__}
    if not run.as_json:
        plain |= {"status": batch_title(row.status), "state": words[row.state]}
    return plain


@app.command("file", help=_("写付款文件（.csv 或 .xlsx）交给银行；格式见 docs/payment-file.md"))
def file(
    no: BatchArgument,
    out: Annotated[Path | None, typer.Option(help=_("保存到"))] = None,
    org: OrgOption = "",
) -> None:
    """Write the bank's file."""
    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    target = out or paths.output() / f"{no}.csv"
    batch = _batch(run, where, no)
    count = file_payment(db, actor, FilePayment(op_id(), where, batch, target))
    run.say(_("已保存 {path}，{n} 笔。", path=target, n=count))
    if run.as_json:
        run.emit({"file": str(target), "transfers": count})


@app.command("paid", help=_("登记银行已付：整批，或一家供应商"))
def paid(
    no: BatchArgument,
    day: Annotated[str, typer.Option("--date", help=_("付款日期，如 2026-10-20"))],
    supplier: Annotated[str, typer.Option(help=_("只这家供应商"))] = "",
    org: OrgOption = "",
) -> None:
    """Record that the bank paid."""
    _answer(no, org, supplier, typed_day(day), "")


@app.command("returned", help=_("登记退票：钱退回来了，写明原因"))
def returned(
    no: BatchArgument,
    supplier: Annotated[str, typer.Option(help=_("哪家供应商"))],
    note: NoteOption,
    org: OrgOption = "",
) -> None:
    """Record that a transfer came back."""
    _answer(no, org, supplier, None, note)


def _answer(no: str, org: str, supplier: str, day: date | None, note: str) -> None:
    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    whose = supplier_id(run, supplier) if supplier else 0
    command = AnswerPayment(op_id(), where, _batch(run, where, no), whose, day, note)
    state = answer_payment(db, actor, command)
    run.say(_("{no}：{state}", no=no, state=batch_title(state)))
    if run.as_json:
        run.emit({"no": no, "state": state.value})


@app.command("cancel", help=_("作废付款批（没有付出的钱时），对账单回到应付"))
def cancel(no: BatchArgument, note: NoteOption, org: OrgOption = "") -> None:
    """Give a batch up."""
    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    cancel_payment(db, actor, CancelPayment(op_id(), where, _batch(run, where, no), note))
    run.say(_("付款批 {no} 已作废。", no=no))


@app.command("report", help=_("登记平台上报：对账单号和平台回执号"))
def report(
    no: Annotated[str, typer.Argument(help=_("对账单号"))],
    receipt: Annotated[str, typer.Option(help=_("平台回执号"))],
    day: Annotated[str, typer.Option("--date", help=_("上报日期，如 2026-10-20"))],
    org: OrgOption = "",
) -> None:
    """Record a report to the platform."""
    run = cli()
    db, actor = run.signed_in()
    row = statement_by_no(db, actor, no, org_id(run, org) if org else 0)
    keep_report(db, actor, Report(op_id(), row.org_id, row.statement_id, typed_day(day), receipt))
    run.say(_("{no} 的上报已登记。", no=no))


def _batch(run: Cli, org: int, no: str) -> int:
    for row in payments(*run.signed_in(), (org,)):
        if row.no == no.strip().upper():
            return row.payment_id
    raise DomainError("payment.unknown", _("没有付款批 {no}。请核对批号。", no=no))
