"""`yilian invoice`: register, list, match n:m, take off, void."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import Cli, cli
from app.cli.operation import op_id
from app.cli.scope import org_id, org_ids, supplier_id
from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.domain.settlement.invoice import InvoiceFacts, cent_amount
from app.i18n import _
from app.services.settlement.invoice_sheets import read_invoices
from app.services.settlement.invoices import (
    InvoiceRow,
    RegisterInvoices,
    VoidInvoice,
    invoice_by_number,
    invoices,
    payers,
    register,
    void as void_invoice,
)
from app.services.settlement.listing import statement_by_no, statements
from app.services.settlement.matching import (
    Match,
    Unmatch,
    WantedPair,
    match as match_pairs,
    matches,
    unmatch as take_off,
)
from app.services.settlement.proposing import ProposedGroup, proposals, wanted_pairs

app = typer.Typer()

NumberArgument = Annotated[str, typer.Argument(help=_("发票号码"))]
SupplierOption = Annotated[str, typer.Option(help=_("供应商编号或简称"))]
OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]
AllOption = Annotated[str, typer.Option("--org", help=_("机构编号；all 为全部可见"))]


@app.command("add", help=_("登记一张发票"))
def add(
    number: NumberArgument,
    supplier: SupplierOption,
    day: Annotated[str, typer.Option("--date", help=_("开票日期，如 2026-10-09"))],
    total: Annotated[str, typer.Option(help=_("价税合计；红字发票为负数"))],
    net: Annotated[str, typer.Option(help=_("不含税金额"))] = "",
    tax: Annotated[str, typer.Option(help=_("税额"))] = "",
    code: Annotated[str, typer.Option(help=_("发票代码；数电票没有"))] = "",
    note: Annotated[str, typer.Option(help=_("备注；写有对账单号的按它匹配"))] = "",
    org: OrgOption = "",
) -> None:
    """Register one invoice."""
    run = cli()
    facts = InvoiceFacts(
        number.replace(" ", ""), code.replace(" ", ""), typed_day(day),
        cent_amount(net) if net else None, cent_amount(tax) if tax else None, cent_amount(total),
        note,
    )  # fmt: skip
    _register(run, org, supplier, (facts,))


@app.command("import", help=_("从 Excel 登记多张发票：号码、日期、金额、税额、价税合计"))
def import_(
    file: Annotated[Path, typer.Argument(help=_(".xlsx、.xls 或 .csv"))],
    supplier: SupplierOption,
    org: OrgOption = "",
) -> None:
    """Register the invoices of a sheet."""
    run = cli()
    sheet = read_invoices(file)
    if sheet.problems:
        raise DomainError(
            "invoice.rows",
            _("表里有 {n} 处读不了，没有登记。", n=len(sheet.problems)),
            problems=sheet.problems,
        )
    _register(run, org, supplier, sheet.invoices)


def _register(run: Cli, org: str, supplier: str, facts: tuple[InvoiceFacts, ...]) -> None:
    command = RegisterInvoices(op_id(), _payer(run, org), supplier_id(run, supplier), facts)
    done = register(*run.signed_in(), command)
    run.say(_("已登记 {n} 张发票。", n=len(done)))
    if run.as_json:
        run.emit({"invoices": [one.number for one in facts]})


def _payer(run: Cli, org: str) -> int:
    """To whom the invoice is made out; a supplier names the member."""
    for one in payers(*run.signed_in()):
        if org in {one.code, one.name} or (not org and one.org_id == run.actor().org_id):
            return one.org_id
    raise DomainError("invoice.payer", _("请用 --org 写明发票开给哪家成员（编号或简称）。"))


@app.command("list", help=_("发票列表：金额、已匹配、未匹配"))
def list_(
    unmatched: Annotated[bool, typer.Option(help=_("只看没匹配完的"))] = False,
    org: AllOption = "all",
) -> None:
    """List invoices."""
    run = cli()
    rows = invoices(*run.signed_in(), org_ids(run, org), open_only=unmatched)
    run.emit(
        [{name: getattr(row, name) for name in InvoiceRow.__slots__} | {"left": row.left}
         for row in rows],
        {
            "number": _("发票号码"), "supplier": _("供应商"), "org": _("成员"),
            "issued_on": _("开票日期"), "net": _("不含税"), "tax": _("税额"),
            "amount": _("价税合计"), "matched": _("已匹配"), "left": _("未匹配"),
        },
        empty=_("没有发票。"),
    )  # fmt: skip


@app.command("unmatched", help=_("两边没配上的：缺发票的对账单，和没用完的发票"))
def unmatched(org: AllOption = "all") -> None:
    """List what lacks its counterpart."""
    run = cli()
    db, actor = run.signed_in()
    orgs = org_ids(run, org)
    rows = [
        {"kind": _("对账单"), "no": row.no, "supplier": row.supplier, "org": row.org,
         "amount": row.payable, "left": row.payable - row.matched}
        for row in statements(db, actor, orgs)
        if row.lacks_invoice
    ] + [
        {"kind": _("发票"), "no": row.number, "supplier": row.supplier, "org": row.org,
         "amount": row.amount, "left": row.left}
        for row in invoices(db, actor, orgs, open_only=True)
    ]  # fmt: skip
    titles = {
        "kind": _("类别"), "no": _("单号"), "supplier": _("供应商"), "org": _("成员"),
        "amount": _("金额"), "left": _("未匹配"),
    }  # fmt: skip
    run.emit(rows, titles, empty=_("都已配上。"))


@app.command("propose", help=_("自动找配对：能肯定的可用 --take 全部采用，有几种可能的由人定"))
def propose(
    take: Annotated[bool, typer.Option(help=_("采用能肯定的"))] = False,
    org: AllOption = "all",
) -> None:
    """Show proposals, and take the certain ones."""
    run = cli()
    db, actor = run.signed_in()
    found = proposals(db, actor, org_ids(run, org))
    titles = {
        "sure": _("把握"), "supplier": _("供应商"), "invoices": _("发票"),
        "statements": _("对账单"), "amount": _("金额"),
    }  # fmt: skip
    run.emit([_words(one) for one in found.groups], titles, empty=_("没有金额对得上的。"))
    if not found.thorough:
        run.say(_("单据很多，只找了少数几张的组合。其余请人工匹配。"))
    if take and found.certain:
        orgs = {pair.org_id for pair in wanted_pairs(found.certain)}
        command = Match(op_id(), min(orgs), wanted_pairs(found.certain), how="auto")
        done = match_pairs(db, actor, command)
        run.say(_("已匹配，{n} 张对账单已开票。", n=len(done)))


def _words(one: ProposedGroup) -> dict[str, object]:
    return {
        "sure": _("肯定") if one.certain else _("待人定"),
        "supplier": one.supplier,
        "invoices": "、".join(paper.number for paper in one.invoices),
        "statements": "、".join(paper.number for paper in one.statements),
        "amount": sum(pair.amount for pair in one.pairs),
    }


@app.command("match", help=_("人工匹配：一张发票对一张对账单，可写金额"))
def match(
    number: NumberArgument,
    no: Annotated[str, typer.Argument(help=_("对账单号"))],
    amount: Annotated[str, typer.Option(help=_("金额，默认两边剩下的较小者"))] = "",
    org: Annotated[str, typer.Option("--org", help=_("对账单的机构；几家同号时要写"))] = "",
) -> None:
    """Match one invoice with one statement."""
    run = cli()
    db, actor = run.signed_in()
    paper = invoice_by_number(db, actor, number)
    row = statement_by_no(db, actor, no, org_id(run, org) if org else 0)
    pair = WantedPair(
        paper.org_id, paper.invoice_id, row.org_id, row.statement_id,
        cent_amount(amount) if amount else None,
    )  # fmt: skip
    done = match_pairs(db, actor, Match(op_id(), row.org_id, (pair,)))
    run.say(_("{no} 已开票。", no=no) if done else _("已匹配，{no} 还没配满。", no=no))
    _emit_matches(run, row.org_id, row.statement_id)


@app.command("unmatch", help=_("取消一张对账单的匹配（没审核前）"))
def unmatch(
    no: Annotated[str, typer.Argument(help=_("对账单号"))],
    number: Annotated[str, typer.Option(help=_("只取消这张发票"))] = "",
    org: Annotated[str, typer.Option("--org", help=_("对账单的机构；几家同号时要写"))] = "",
) -> None:
    """Take invoices off a statement."""
    run = cli()
    db, actor = run.signed_in()
    row = statement_by_no(db, actor, no, org_id(run, org) if org else 0)
    paper = invoice_by_number(db, actor, number).invoice_id if number else 0
    left = take_off(db, actor, Unmatch(op_id(), row.org_id, row.statement_id, paper))
    run.say(_("{no} 还缺 {left} 元的发票。", no=no, left=left))
    if run.as_json:
        run.emit({"no": no, "left": left})


@app.command("show", help=_("一张对账单的发票，和这些发票上的其他对账单"))
def show(
    no: Annotated[str, typer.Argument(help=_("对账单号"))],
    org: Annotated[str, typer.Option("--org", help=_("对账单的机构；几家同号时要写"))] = "",
) -> None:
    """Show the matches around a statement."""
    run = cli()
    row = statement_by_no(*run.signed_in(), no, org_id(run, org) if org else 0)
    _emit_matches(run, row.org_id, row.statement_id)


@app.command("void", help=_("作废登记错的发票（没匹配时）"))
def void(
    number: NumberArgument, note: Annotated[str, typer.Option("--note", help=_("理由"))]
) -> None:
    """Void an invoice."""
    run = cli()
    db, actor = run.signed_in()
    paper = invoice_by_number(db, actor, number)
    void_invoice(db, actor, VoidInvoice(op_id(), paper.org_id, paper.invoice_id, note))
    run.say(_("发票 {number} 已作废。", number=number))


def _emit_matches(run: Cli, org: int, statement: int) -> None:
    db, actor = run.signed_in()
    run.emit(
        matches(db, actor, org, statement),
        {"number": _("发票号码"), "invoice_amount": _("发票金额"), "org": _("成员"),
         "statement_no": _("对账单"), "statement_amount": _("应付"), "amount": _("匹配金额")},
        empty=_("还没有匹配发票。"),
    )  # fmt: skip
