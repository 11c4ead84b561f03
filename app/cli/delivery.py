"""`yilian delivery …`: list, show, import, print and cancel delivery notes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app import paths
from app.adapters.local_files import write
from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.scope import org_id
from app.domain.documents import state_title
from app.domain.expiry import shown
from app.i18n import _
from app.services.receiving.commands import CancelDelivery
from app.services.receiving.deliveries import cancel_delivery
from app.services.receiving.importing import NoteFile, SaveNotes, preview_notes, save_notes
from app.services.receiving.papers import delivery_paper
from app.services.receiving.queries import (
    DeliveriesWanted,
    deliveries,
    find_delivery,
    show_delivery,
)
from app.services.receiving.trace_files import LoadTraces, load_traces

app = typer.Typer()


@app.command("list", help=_("送货单：待验收的在前"))
def list_(
    waiting: Annotated[bool, typer.Option("--waiting", help=_("只看待验收"))] = False,
    org: Annotated[str, typer.Option(help=_("机构编号或简称；不填为看得到的全部"))] = "",
) -> None:
    """List delivery notes."""
    run = cli()
    orgs = (org_id(run, org),) if org else ()
    rows = deliveries(*run.signed_in(), DeliveriesWanted(orgs, waiting))
    simple = [
        {
            "no": row.no,
            "org": row.org,
            "supplier": row.supplier,
            "order_no": row.order_no,
            "state": state_title(row.state),
            "lines": row.lines,
            "cold": row.cold,
            "acceptance_no": row.acceptance_no,
        }
        for row in rows
    ]
    run.emit(
        rows if run.as_json else simple,
        {
            "no": _("送货单"),
            "org": _("收货单位"),
            "supplier": _("供应商"),
            "order_no": _("采购单"),
            "state": _("状态"),
            "lines": _("行数"),
            "cold": _("冷链"),
            "acceptance_no": _("验收单"),
        },
        empty=_("还没有送货单。"),
    )


@app.command(help=_("一张送货单的内容"))
def show(no: Annotated[str, typer.Argument(help=_("送货单号"))]) -> None:
    """Show one note."""
    run = cli()
    db, actor = run.signed_in()
    row = find_delivery(db, actor, no)
    found = show_delivery(db, actor, row.org_id, row.id)
    if run.as_json:
        run.emit(found)
        return
    head = found.head
    run.say(f"{head.no} · {head.supplier} → {head.org} · {state_title(head.state)}")
    rows = [
        {
            "line": line.line,
            "code": line.code,
            "name": line.name,
            "spec": line.spec,
            "lot_no": line.lot_no,
            "expiry": shown(line.expiry),
            "qty": f"{line.qty // line.pack_factor} {line.pack_unit}"
            if line.qty % line.pack_factor == 0
            else f"{line.qty} {line.base_unit}",
        }
        for line in found.lines
    ]
    run.emit(
        rows,
        {
            "line": "#",
            "code": _("编码"),
            "name": _("品名"),
            "spec": _("规格"),
            "lot_no": _("批号"),
            "expiry": _("有效期至"),
            "qty": _("数量"),
        },
    )


@app.command("import", help=_("从 Excel 或 CSV 导入送货单"))
def import_(
    file: Annotated[Path, typer.Argument(help=_(".xlsx、.xls 或 .csv"))],
    org: Annotated[str, typer.Option(help=_("收货机构；不填为自己的"))] = "",
    no: Annotated[str, typer.Option(help=_("表里没有单号列时的送货单号"))] = "",
    supplier: Annotated[str, typer.Option(help=_("表里没有供应商列时的供应商"))] = "",
    check: Annotated[bool, typer.Option("--check", help=_("只检查，不写入"))] = False,
) -> None:
    """Import notes; problems by row and column, and then nothing is written."""
    import_notes(file, org=org, no=no, supplier=supplier, check=check)


def import_notes(file: Path, *, org: str, no: str, supplier: str, check: bool) -> None:
    """The work of `delivery import` and of `import delivery`."""
    run = cli()
    db, actor = run.signed_in()
    wanted = NoteFile(org_id(run, org), file, no, _supplier(supplier))
    preview = preview_notes(db, actor, wanted)
    if check:
        run.emit(preview.problems, {"row": _("行"), "column": _("列"), "text": _("问题")},
                 empty=_("{n} 张送货单，没有问题。", n=len(preview.notes)))  # fmt: skip
        return
    made = save_notes(db, actor, SaveNotes(op_id(), preview))
    run.emit(made, {"no": _("送货单"), "lines": _("行数")})


@app.command(help=_("读入供应商的追溯码文件（xlsx、csv、xml）：哪盒在哪箱；扫箱码时展开成盒"))
def traces(
    file: Annotated[Path, typer.Argument(help=_("追溯码文件"))],
    org: Annotated[str, typer.Option(help=_("收货机构；不填为自己的"))] = "",
) -> None:
    """Keep a supplier's trace file."""
    run = cli()
    db, actor = run.signed_in()
    done = load_traces(db, actor, LoadTraces(op_id(), org_id(run, org), file))
    run.emit(done, {"packs": _("盒"), "cases": _("箱"), "known": _("以前读过")})


@app.command(help=_("送货单 PDF（随货同行单）"))
def pdf(
    no: Annotated[str, typer.Argument(help=_("送货单号"))],
    out: Annotated[Path | None, typer.Option(help=_("写到哪里；不填为输出目录"))] = None,
) -> None:
    """Write the note as PDF."""
    from app.adapters.pdf.delivery_pdf import delivery_pdf

    run = cli()
    db, actor = run.signed_in()
    row = find_delivery(db, actor, no)
    target = out or paths.output() / f"{row.no}.pdf"
    write(target, delivery_pdf(delivery_paper(db, actor, row.org_id, row.id)))
    run.emit({"file": str(target)}, {"file": _("文件")})


@app.command(help=_("作废一张还没验收的送货单"))
def cancel(
    no: Annotated[str, typer.Argument(help=_("送货单号"))],
    reason: Annotated[str, typer.Option(help=_("理由"))],
) -> None:
    """Cancel a note of which nothing was accepted."""
    run = cli()
    db, actor = run.signed_in()
    row = find_delivery(db, actor, no)
    cancel_delivery(db, actor, CancelDelivery(op_id(), row.org_id, row.id, reason))
    run.say(_("{no} 已作废。", no=row.no))


def _supplier(text: str) -> int:
    from app.domain.errors import DomainError
    from app.services.receiving.queries import suppliers

    if not text:
        return 0
    for found in suppliers(cli().db()):
        if text in {found.code, found.name, found.short}:
            return found.id
    raise DomainError(
        "delivery.supplier", _("没有供应商「{name}」。请按集团登记的名称填写。", name=text)
    )
