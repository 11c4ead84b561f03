"""`yilian acceptance …`: list, print, take back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app import paths
from app.adapters import local_files
from app.cli.context import Cli, cli
from app.cli.operation import op_id
from app.cli.scope import item_id, org_id
from app.domain.documents import state_title
from app.domain.errors import DomainError
from app.domain.receiving.goods_papers import Sort
from app.domain.receiving.retention import keep_words
from app.i18n import _
from app.services.receiving.commands import ReverseAcceptance
from app.services.receiving.goods_papers import (
    AddPaper,
    PaperRow,
    add_paper,
    lot_of,
    paper_content,
    papers_of_lot,
    papers_of_note,
)
from app.services.receiving.keeping import kept
from app.services.receiving.paper_turns import WithdrawPaper, withdraw_paper
from app.services.receiving.papers import acceptance_paper
from app.services.receiving.queries import (
    acceptances,
    find_acceptance,
    find_delivery,
    note_of_acceptance,
)
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
    local_files.write(target, acceptance_pdf(paper))
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
    done = reverse_acceptance(db, actor, ReverseAcceptance(op_id(), member, found, reason))
    run.say(_("{no} 已冲销，送货单 {note} 等待重新验收。", no=done.no, note=done.delivery_no))
    if run.as_json:
        run.emit(done)


NoteArg = Annotated[str, typer.Argument(help=_("送货单号，或验收单号 YS…"))]
OrgOption = Annotated[str, typer.Option(help=_("机构；不填为自己的"))]


@app.command(help=_("把检验报告、进口注册证等文件附到送货单上"))
def attach(
    note: NoteArg,
    files: Annotated[list[Path], typer.Argument(help=_("PDF、PNG 或 JPEG，每份最大 5 MB"))],
    sort: Annotated[Sort, typer.Option(help="report | import | other")] = Sort.REPORT,
    item: Annotated[str, typer.Option(help=_("给哪个品规；不填为整张单"))] = "",
    lot: Annotated[str, typer.Option(help=_("给哪一批；不填为这个品规的各批"))] = "",
    org: OrgOption = "",
) -> None:
    """Keep the files of papers that came with goods."""
    run = cli()
    db, actor = run.signed_in()
    member, delivery = _note(note, org)
    goods = item_id(run, item) if item else 0
    for file in files:
        command = AddPaper(
            op_id(), member, delivery, sort, file.name, local_files.read(file), goods, lot
        )
        add_paper(db, actor, command)
    _list_papers(papers_of_note(db, actor, member, delivery))


@app.command(help=_("送货单上的资料；给了 --item 和 --lot，则为这一批的资料，全集团"))
def papers(
    note: NoteArg = "",
    item: Annotated[str, typer.Option(help=_("品规编码"))] = "",
    lot: Annotated[str, typer.Option(help=_("批号"))] = "",
    org: OrgOption = "",
) -> None:
    """List the papers of a note or a lot."""
    run = cli()
    _list_papers(_found(run, note, (item, lot), org))


@app.command(help=_("撤回附错的资料：不再算数，文件和理由留着备查"))
def withdraw(
    number: Annotated[int, typer.Argument(help=_("资料号，见 yilian acceptance papers"))],
    note: Annotated[str, typer.Option(help=_("在哪张送货单，或验收单号 YS…"))],
    reason: Annotated[str, typer.Option(help=_("理由，如：附错了批号"))],
    org: OrgOption = "",
    yes: Annotated[bool, typer.Option("--yes", help=_("不再询问"))] = False,
) -> None:
    """Withdraw a paper that was attached wrongly."""
    run = cli()
    db, actor = run.signed_in()
    member, delivery = _note(note, org)
    chosen = _chosen(papers_of_note(db, actor, member, delivery), number)
    run.confirm(_("撤回 {name}？文件留着备查，不再算作随货资料。", name=chosen.name), yes=yes)
    withdraw_paper(db, actor, WithdrawPaper(op_id(), member, chosen.id, reason))
    _list_papers(papers_of_note(db, actor, member, delivery))


@app.command(help=_("把一份资料存成文件"))
def paper(
    number: Annotated[int, typer.Argument(help=_("资料号，见 yilian acceptance papers"))],
    path: Annotated[Path, typer.Argument(help=_("存到哪个文件"))],
    note: Annotated[str, typer.Option(help=_("在哪张送货单"))] = "",
    item: Annotated[str, typer.Option(help=_("品规编码"))] = "",
    lot: Annotated[str, typer.Option(help=_("批号"))] = "",
    org: OrgOption = "",
) -> None:
    """Save a paper to a file."""
    run = cli()
    data = paper_content(*run.signed_in(), _chosen(_found(run, note, (item, lot), org), number))
    run.emit({"file": str(local_files.write(path, data))}, {"file": _("文件")})


def _chosen(rows: tuple[PaperRow, ...], number: int) -> PaperRow:
    for row in rows:
        if row.id == number:
            return row
    raise DomainError("goods_paper.unknown", _("没有这份资料。请刷新后再看。"))


def _found(run: Cli, note: str, goods: tuple[str, str], org: str) -> tuple[PaperRow, ...]:
    db, actor = run.signed_in()
    if note:
        return papers_of_note(db, actor, *_note(note, org))
    item, lot = goods
    if not item or not lot:
        raise DomainError("cli.paper", _("请给送货单号，或者 --item 和 --lot。"))
    return papers_of_lot(db, actor, lot_of(db, actor, item_id(run, item), lot))


def _note(note: str, org: str) -> tuple[int, int]:
    """Member and delivery of a note, named by its own number or by its acceptance's."""
    run = cli()
    db, actor = run.signed_in()
    if note.upper().startswith("YS"):
        member = org_id(run, org)
        return member, note_of_acceptance(db, actor, member, note.upper())
    row = find_delivery(db, actor, note, org_id(run, org) if org else 0)
    return row.org_id, row.id


def _list_papers(rows: tuple[PaperRow, ...]) -> None:
    run = cli()
    simple = [
        {
            "id": row.id, "sort": row.sort.label, "what": row.what or _("整张送货单"),
            "name": row.name, "size": row.size, "note": f"{row.org} {row.delivery_no}",
            "person": row.person, "withdrawn": row.withdrawn,
        }
        for row in rows
    ]  # fmt: skip
    run.emit(
        rows if run.as_json else simple,
        {
            "id": _("资料号"), "sort": _("类型"), "what": _("给哪些货"), "name": _("名称"),
            "size": _("字节"), "note": _("送货单"), "person": _("谁附的"),
            "withdrawn": _("撤回"),
        },
        empty=_("还没有资料。"),
    )  # fmt: skip
