"""`yilian settle`: make statements, send, confirm, dispute, print."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from app import paths
from app.cli.context import Cli, cli
from app.cli.scope import org_id, org_ids
from app.domain.documents import state_title
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.money import price
from app.i18n import _
from app.services.settlement import MakeStatements, Step, make_statements, step
from app.services.settlement.listing import (
    StatementRow,
    statement_by_no,
    statement_totals,
    statements,
)
from app.services.settlement.papers import statement_paper
from app.services.settlement.steps import Verb

app = typer.Typer()

NoArgument = Annotated[str, typer.Argument(help=_("对账单号"))]
NoteOption = Annotated[str, typer.Option("--note", help=_("理由"))]


@app.command("make", help=_("按月生成对账单：每家供应商一张"))
def make(
    period: Annotated[str, typer.Argument(help=_("结算月份，如 2026-10"))],
    org: Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))] = "",
) -> None:
    """Make the statements of a month."""
    run = cli()
    made = make_statements(*run.signed_in(), MakeStatements(new_op(), org_id(run, org), period))
    run.say(_("已生成 {n} 张对账单。", n=len(made)))
    run.emit(made, {"no": _("单号"), "lines": _("行数"), "amount": _("应付")})


@app.command("list", help=_("对账单列表"))
def list_statements(
    period: Annotated[str, typer.Option(help=_("结算月份，默认全部"))] = "",
    org: Annotated[str, typer.Option("--org", help=_("机构编号；all 为全部可见"))] = "all",
) -> None:
    """List statements."""
    run = cli()
    run.emit(
        statements(*run.signed_in(), org_ids(run, org), period),
        {
            "no": _("单号"), "period": _("月份"), "supplier": _("供应商"), "org": _("成员"),
            "opening": _("期初寄售"), "received": _("本期送入"), "payable": _("应付"),
            "closing": _("期末寄售"), "supplier_amount": _("供应商账单"), "status": _("状态"),
        },
        empty=_("没有对账单。"),
    )  # fmt: skip


@app.command("show", help=_("一张对账单的明细，按品规、批号汇总"))
def show(no: NoArgument) -> None:
    """Show a statement."""
    run = cli()
    db, actor = run.signed_in()
    row = statement_by_no(db, actor, no)
    run.emit(
        statement_totals(db, actor, row.org_id, row.statement_id),
        {
            "code": _("编码"), "name": _("品名"), "spec": _("规格"), "lot_no": _("批号"),
            "qty": _("数量"), "base_unit": _("单位"), "unit_price": _("单价"),
            "amount": _("金额"),
        },
    )  # fmt: skip


@app.command("send", help=_("把对账单发给供应商确认"))
def send(no: NoArgument) -> None:
    """Send a statement."""
    _step(cli(), no, Verb.SEND)


@app.command("confirm", help=_("供应商确认；有异议的由成员处理后确认"))
def confirm(no: NoArgument) -> None:
    """Confirm a statement."""
    _step(cli(), no, Verb.CONFIRM)


@app.command("dispute", help=_("提出异议"))
def dispute(
    no: NoArgument,
    note: NoteOption,
    amount: Annotated[str, typer.Option(help=_("供应商自己的账单金额"))] = "",
) -> None:
    """Dispute a statement."""
    _step(cli(), no, Verb.DISPUTE, note, price(amount) if amount else None)


@app.command("cancel", help=_("作废对账单，消耗退回待结算"))
def cancel(no: NoArgument, note: NoteOption) -> None:
    """Cancel a statement."""
    _step(cli(), no, Verb.CANCEL, note)


@app.command("pdf", help=_("打印对账单为 PDF"))
def pdf(
    no: NoArgument,
    out: Annotated[Path | None, typer.Option(help=_("保存到"))] = None,
) -> None:
    """Write a statement as PDF."""
    from app.adapters.pdf.statement_pdf import statement_pdf

    run = cli()
    db, actor = run.signed_in()
    row = statement_by_no(db, actor, no)
    target = out or paths.output() / f"{no}.pdf"
    if target.exists() and target.is_dir():
        raise DomainError("cli.file", _("{path} 是文件夹。请给出文件名。", path=target))
    target.write_bytes(statement_pdf(statement_paper(db, actor, row.org_id, row.statement_id)))
    run.say(_("已保存 {path}", path=target))
    if run.as_json:
        run.emit({"file": str(target)})


def _step(
    run: Cli, no: str, verb: Verb, note: str = "", supplier_amount: Decimal | None = None
) -> None:
    db, actor = run.signed_in()
    row: StatementRow = statement_by_no(db, actor, no)
    command = Step(new_op(), row.org_id, row.statement_id, verb, row.version, note, supplier_amount)
    state = step(db, actor, command)
    run.say(_("{no}：{state}", no=no, state=state_title(state)))
    if run.as_json:
        run.emit({"no": no, "state": state.value})
