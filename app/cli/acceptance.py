"""`yilian acceptance …`: list, print, take back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app import paths
from app.adapters.printers import write
from app.cli.context import cli
from app.cli.scope import org_id
from app.domain.documents import state_title
from app.domain.ids import new_op
from app.domain.receiving.retention import keep_words
from app.i18n import _
from app.services.receiving.commands import ReverseAcceptance
from app.services.receiving.keeping import kept
from app.services.receiving.papers import acceptance_paper
from app.services.receiving.queries import acceptances, find_acceptance
from app.services.receiving.reverse import reverse_acceptance

app = typer.Typer()


@app.command("list", help=_("验收单，新的在前"))
def list_(org: Annotated[str, typer.Option(help=_("机构；不填为自己的"))] = "") -> None:
    """List acceptances."""
    run = cli()
    db, actor = run.signed_in()
    member = org_id(run, org)
    rows = acceptances(db, actor, member)
    until = kept(db, actor, member, [row.id for row in rows])
    simple = [
        {
            "no": row.no,
            "delivery_no": row.delivery_no,
            "supplier": row.supplier,
            "state": state_title(row.state),
            "receiver": "、".join(name for name in (row.receiver, row.second) if name),
            "amount": f"{row.amount:,.2f}",
            "lines": row.lines,
            "keep_until": keep_words(until[row.id]),
        }
        for row in rows
    ]
    run.emit(
        rows if run.as_json else simple,
        {
            "no": _("验收单"),
            "delivery_no": _("送货单"),
            "supplier": _("供应商"),
            "state": _("状态"),
            "receiver": _("验收人"),
            "amount": _("金额 元"),
            "lines": _("行数"),
            "keep_until": _("保存到"),
        },
        empty=_("还没有验收单。"),
    )


@app.command(help=_("验收记录 PDF"))
def pdf(
    no: Annotated[str, typer.Argument(help=_("验收单号 YS…"))],
    org: Annotated[str, typer.Option(help=_("机构；不填为自己的"))] = "",
    out: Annotated[Path | None, typer.Option(help=_("写到哪里；不填为输出目录"))] = None,
) -> None:
    """Write the acceptance record as PDF."""
    from app.adapters.pdf.acceptance_pdf import acceptance_pdf

    run = cli()
    db, actor = run.signed_in()
    member = org_id(run, org)
    paper = acceptance_paper(db, actor, member, find_acceptance(db, actor, member, no))
    target = out or paths.output() / f"{no}.pdf"
    write(target, acceptance_pdf(paper))
    run.emit({"file": str(target)}, {"file": _("文件")})


@app.command(help=_("冲销一张错误的验收：没有用过才可以"))
def reverse(
    no: Annotated[str, typer.Argument(help=_("验收单号 YS…"))],
    reason: Annotated[str, typer.Option(help=_("理由"))],
    org: Annotated[str, typer.Option(help=_("机构；不填为自己的"))] = "",
    yes: Annotated[bool, typer.Option("--yes", help=_("不再询问"))] = False,
) -> None:
    """Take an acceptance back."""
    run = cli()
    db, actor = run.signed_in()
    member = org_id(run, org)
    found = find_acceptance(db, actor, member, no)
    run.confirm(_("冲销 {no}？库存会减回去，送货单回到待验收。", no=no), yes=yes)
    done = reverse_acceptance(db, actor, ReverseAcceptance(new_op(), member, found, reason))
    run.say(_("{no} 已冲销，送货单 {note} 等待重新验收。", no=done.no, note=done.delivery_no))
    if run.as_json:
        run.emit(done)
