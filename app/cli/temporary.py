"""`yilian temporary`: 临采, one patient and one quantity, counted by the year."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.scope import item_id, org_id, org_ids
from app.domain.errors import DomainError
from app.i18n import _
from app.services.committee.temporary import (
    AskTemporary,
    DecideTemporary,
    ask_temporary,
    decide_temporary,
    temporaries,
)

app = typer.Typer()


@app.command("ask", help=_("登记临采：目录外、一位患者、一次用量；不写患者姓名"))
def ask(
    item: Annotated[str, typer.Argument(help=_("品规编码"))],
    qty: Annotated[int, typer.Argument(help=_("数量，最小单位"))],
    reason: Annotated[str, typer.Option(help=_("病情和用药需要"))],
    department: Annotated[str, typer.Option(help=_("科室"))] = "",
    org: Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))] = "",
) -> None:
    """Ask for a temporary purchase."""
    run = cli()
    command = AskTemporary(op_id(), org_id(run, org), item_id(run, item), qty, reason, department)
    run.emit(
        ask_temporary(*run.signed_in(), command),
        {"no": _("单号"), "name": _("通用名"), "qty": _("数量"), "times": _("一年内第几次")},
    )


@app.command("list", help=_("临采列表和年度计数"))
def list_(
    org: Annotated[str, typer.Option("--org", help=_("机构编号；all 为全部可见"))] = "all",
) -> None:
    """List temporary purchases."""
    run = cli()
    run.emit(
        temporaries(*run.signed_in(), org_ids(run, org)),
        {"no": _("单号"), "org": _("机构"), "name": _("通用名"), "spec": _("规格"),
         "qty": _("数量"), "base_unit": _("单位"), "times": _("一年内第几次"),
         "asked_on": _("日期"), "status": _("进度")},
        empty=_("没有临采。"),
    )  # fmt: skip


@app.command("step", help=_("审批：approved 批准、refused 不批准；bought 已采购"))
def step(
    no: Annotated[str, typer.Argument(help=_("单号"))],
    status: Annotated[str, typer.Argument(help=_("做什么"))],
    note: Annotated[str, typer.Option(help=_("说明"))] = "",
) -> None:
    """Decide on a temporary purchase."""
    run = cli()
    db, actor = run.signed_in()
    for row in temporaries(db, actor, org_ids(run, "all")):
        if row.no == no:
            command = DecideTemporary(
                op_id(), row.org_id, row.purchase_id, status, row.version, note
            )
            run.emit({"no": no, "status": decide_temporary(db, actor, command)},
                     {"no": _("单号"), "status": _("进度")})  # fmt: skip
            return
    raise DomainError("temporary.unknown", _("没有临采 {no}。请核对单号。", no=no))
