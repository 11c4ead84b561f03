"""`yilian negotiate …`: lots and ceilings by Excel, and the full trail of a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.scope import supplier_id
from app.domain import expiry
from app.i18n import _
from app.services.db import local_time
from app.services.negotiation.history import export_history, history
from app.services.negotiation.papers import (
    CheckPaper,
    PutPaper,
    check_paper,
    papers as papers_of,
    put_paper,
)
from app.services.negotiation.project import project_id
from app.services.negotiation.terms_sheet import ReadTerms, read_terms, write_terms

app = typer.Typer()

NoArgument = Annotated[str, typer.Argument(help=_("项目编号"))]
OutOption = Annotated[Path | None, typer.Option(help=_("导出到 .xlsx"))]


@app.command(help=_("标包和限价用 Excel：--out 导出品规表，--file 导入填好的"))
def terms(
    no: NoArgument,
    out: OutOption = None,
    file: Annotated[Path | None, typer.Option(help=_("填好的品规表"))] = None,
) -> None:
    """Write the lines to a sheet, or take lots and ceilings from it."""
    run = cli()
    db, actor = run.signed_in()
    found = project_id(db, actor, no)
    if file is not None:
        read = read_terms(db, actor, ReadTerms(op_id(), found, file))
        run.emit(read, {"lots": _("换标包的行数"), "ceilings": _("改限价的行数")})
        return
    path = out or Path(f"{no}-terms.xlsx")
    run.emit(
        {"file": str(path), "rows": write_terms(db, actor, found, path)},
        {"file": _("已输出"), "rows": _("行数")},
    )


@app.command(help=_("供应商资质：不填其他看有哪些；--add 登记，--check 审核，--uncheck 取消审核"))
def papers(
    supplier: Annotated[str, typer.Argument(help=_("供应商编号或名称；不填为本单位"))] = "",
    add: Annotated[str, typer.Option(help=_("登记：资质种类，如 购销廉洁协议"))] = "",
    number: Annotated[str, typer.Option(help=_("证号"))] = "",
    until: Annotated[str, typer.Option(help=_("有效期至，如 2028-12-31；不填为长期"))] = "",
    check: Annotated[int, typer.Option(help=_("审核通过：资质号"))] = 0,
    uncheck: Annotated[int, typer.Option(help=_("取消审核：资质号"))] = 0,
) -> None:
    """Show, hand in and check papers."""
    run = cli()
    db, actor = run.signed_in()
    who = supplier_id(run, supplier) if supplier else actor.org_id
    if add:
        day = expiry.parse(until) if until else None
        made = put_paper(db, actor, PutPaper(op_id(), who, add, number, day))
        run.emit({"paper_id": made}, {"paper_id": _("资质号")})
        return
    if check or uncheck:
        check_paper(db, actor, CheckPaper(op_id(), who, check or uncheck, checked=bool(check)))
    run.emit(
        papers_of(db, actor, who),
        {
            "paper_id": _("资质号"), "kind": _("种类"), "number": _("证号"),
            "valid_to": _("有效期至"), "checked": _("已审核"),
        },
        empty=_("还没有登记资质。"),
    )  # fmt: skip


@app.command("history", help=_("项目的全部步骤：谁、何时、做了什么；--out 导出"))
def history_(no: NoArgument, out: OutOption = None) -> None:
    """Show or write the full trail."""
    run = cli()
    db, actor = run.signed_in()
    found = project_id(db, actor, no)
    if out is not None:
        count = export_history(db, actor, found, out)
        run.emit({"file": str(out), "rows": count}, {"file": _("已输出"), "rows": _("行数")})
        return
    rows = history(db, actor, found)
    run.emit(
        rows if run.as_json else [
            {"at": f"{local_time(one.at):%m-%d %H:%M:%S}", "person": one.person, "org": one.org,
             "step": one.step, "detail": one.detail}
            for one in rows
        ],
        {
            "at": _("时间"), "person": _("经办人"), "org": _("机构"), "step": _("步骤"),
            "detail": _("内容"),
        },
        empty=_("还没有记录。"),
    )  # fmt: skip
