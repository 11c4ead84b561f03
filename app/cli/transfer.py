"""`yilian transfer`: proposals, requests, the steps of both members, loans and distances."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from app import paths
from app.adapters import local_files
from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.scope import item_id, org_id, org_ids
from app.cli.two_persons import SecondOption, second_person
from app.domain.controlled import LOSS, PSYCHOACTIVE
from app.domain.days import typed_day
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.receiving.transport import parse_temperature
from app.domain.transfers.legal import Basis
from app.domain.transfers.states import Kind, Settle, Urgency
from app.i18n import N_, _
from app.services.db import Database
from app.services.transfers import distances, listing
from app.services.transfers.accepting import accept as accept_goods
from app.services.transfers.commands import (
    Accept,
    AcceptLot,
    Attach,
    Clear,
    Confirm,
    Done,
    GiveBack,
    Paper,
    Request,
    RequestLine,
    Send,
    Step,
)
from app.services.transfers.propose import ProposeQuery, Wanted, propose as find_proposals
from app.services.transfers.request import (
    approve as approve_step,
    attach as attach_paper,
    cancel as cancel_step,
    confirm as confirm_step,
    request as ask_for,
    submit as submit_step,
)
from app.services.transfers.returning import (
    SetOff,
    give_back,
    net as set_loans_off,
    settle_by_price,
)
from app.services.transfers.scanning import ScannedPacks, scan_packs
from app.services.transfers.sending import clear as clear_lot, send as send_goods
from app.services.transfers.traces import with_codes

app = typer.Typer()
_ITEM: Final = (r"([^=]+)=([0-9]+)", N_("编码=数量，如 YP-000101=48"))
_LINE: Final = (r"([0-9]+)=([0-9]+)", N_("行号=数量，如 1=48"))
_LOT: Final = (r"([0-9]+)=([0-9]+(?:/[0-9]+)?)", N_("批次序号=收/拒，如 1=48/0"))

OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构；all 为全部可见"))]
No = Annotated[
    str,
    typer.Argument(help=_("单号，如 DB20261014-001；有重号时前面写调入方，如 1004/DB20261014-001")),
]
Reason = Annotated[str, typer.Option(help=_("理由"))]
Temperature = Annotated[str, typer.Option(help=_("温度 ℃，冷链品必填"))]
PaperOption = Annotated[Path | None, typer.Option(help=_("批准文件（PDF、图片）"))]
NumberOption = Annotated[str, typer.Option(help=_("批准文号"))]


@app.command("propose", help=_("调拨建议：谁富余、谁缺、能省多少"))
def propose(
    item: Annotated[str, typer.Option(help=_("只看这个品规；和 --qty 一起给就是指定需求"))] = "",
    qty: Annotated[int, typer.Option(help=_("需要多少（最小单位）"))] = 0,
    org: OrgOption = "all",
) -> None:
    """Show proposals."""
    run = cli()
    items = (item_id(run, item),) if item else ()
    orgs = org_ids(run, org)
    needs = tuple(Wanted(one, items[0], qty) for one in orgs) if items and qty else ()
    run.emit(
        find_proposals(*run.signed_in(), ProposeQuery(orgs, needs, items)),
        {
            "why": _("为了"), "name": _("品名"), "donor": _("调出"), "org": _("调入"),
            "lot_no": _("批号"), "expiry": _("有效期至"), "spare": _("富余"), "qty": _("调"),
            "base_unit": _("单位"), "saved": _("省"), "km": _("公里"), "basis": _("依据"),
        },
        empty=_("现在没有值得调拨的货。"),
    )  # fmt: skip


@app.command("request", help=_("发起调拨、借用或药品调配"))
def request(
    donor: Annotated[str, typer.Argument(help=_("调出机构编号或简称"))],
    lines: Annotated[list[str], typer.Argument(help=_("统一编码=数量（最小单位），可给多个"))],
    kind: Annotated[Kind, typer.Option(help=_("transfer 调拨、loan 借用、patient 药品调配"))] = (
        Kind.TRANSFER
    ),
    urgency: Annotated[Urgency, typer.Option(help=_("紧急程度"))] = Urgency.NORMAL,
    basis: Annotated[Basis, typer.Option(help=_("法律依据"))] = Basis.APPROVED,
    note: Annotated[str, typer.Option(help=_("依据说明，如统采订单号"))] = "",
    settle: Annotated[Settle, typer.Option(help=_("none 不结算、kind 归还、price 按价"))] = (
        Settle.NONE
    ),
    return_by: Annotated[str, typer.Option(help=_("归还日期 YYYY-MM-DD，借用必填"))] = "",
    reason: Reason = "",
    patient: Annotated[str, typer.Option(help=_("患者代号，如 ZSF-0832"))] = "",
    address: Annotated[str, typer.Option(help=_("药品调配的配送地址"))] = "",
    paper: PaperOption = None,
    number: NumberOption = "",
    draft: Annotated[bool, typer.Option("--draft", help=_("先存草稿"))] = False,
    org: OrgOption = "",
) -> None:
    """Ask another member for goods."""
    run = cli()
    db, actor = run.signed_in()
    papers = (_paper("approval", paper, number),) if paper else ()
    command = Request(
        op_id(), org_id(run, org), _donor(donor),
        tuple(RequestLine(item_id(run, code), int(qty)) for code, qty in _pairs(lines)),
        kind, urgency, basis, note, settle, reason, None,
        typed_day(return_by) if return_by else None,
        patient, address, papers, submit=not draft,
    )  # fmt: skip
    _said(ask_for(db, actor, command))


@app.command("list", help=_("调拨单一览"))
def list_(
    view: Annotated[str, typer.Option(help=_("open 未完、way 在途、loans 未还、closed 已完"))] = "",
    org: OrgOption = "",
) -> None:
    """List transfers."""
    run = cli()
    run.emit(
        listing.transfers(*run.signed_in(), org_ids(run, org), view),
        {
            "no": _("单号"), "kind": _("类型"), "donor": _("调出"), "org": _("调入"),
            "state": _("状态"), "next_step": _("轮到"), "basis": _("依据"), "value": _("金额"),
            "return_by": _("应还"), "open_units": _("未还"), "differs": _("差异"),
        },
        empty=_("没有符合条件的调拨单。"),
        words={"next_step": {"receiver": N_("调入方"), "donor": N_("调出方"), "group": N_("集团")}},
    )  # fmt: skip


@app.command("pdf", help=_("调拨单 PDF，和货一起走"))
def pdf(
    no: No,
    out: Annotated[Path | None, typer.Option(help=_("写到哪里；不填为输出目录"))] = None,
) -> None:
    """Write the note that travels with a transfer."""
    from app.adapters.pdf.table_pdf import table_pdf
    from app.services.transfers.papers import transfer_paper

    run = cli()
    db, actor = run.signed_in()
    head = listing.transfer_by_no(db, actor, no)
    paper = transfer_paper(db, actor, head.org_id, head.id)
    target = out or paths.output() / f"{head.no}.pdf"
    run.emit({"file": str(local_files.write(target, table_pdf(paper)))}, {"file": _("文件")})


@app.command("show", help=_("一张调拨单的全部内容"))
def show(no: No) -> None:
    """Show a transfer."""
    run = cli()
    db, actor = run.signed_in()
    head = listing.transfer_by_no(db, actor, no)
    found = listing.transfer(db, actor, head.org_id, head.id)
    if run.as_json:
        run.emit(found)
        return
    run.emit(
        head,
        {
            "no": _("单号"), "kind": _("类型"), "donor": _("调出"), "org": _("调入"),
            "state": _("状态"), "urgency": _("紧急程度"), "basis": _("法律依据"),
            "reason": _("理由"), "note": _("备注"), "report": _("待报告"),
        },
    )  # fmt: skip
    run.emit(
        head.lines,
        {
            "line": _("行"), "code": _("编码"), "name": _("品名"), "wanted": _("申请"),
            "confirmed": _("答应"), "sent": _("发出"), "accepted": _("验收"),
            "returned": _("已还"), "base_unit": _("单位"),
        },
    )  # fmt: skip
    if found.lots:
        run.emit(
            found.lots,
            {
                "n": _("序号"), "lot_no": _("批号"), "expiry": _("有效期至"), "qty": _("发出"),
                "accepted": _("验收"), "refused": _("拒收"), "missing": _("少"),
                "cleared": _("已处理"),
            },
        )  # fmt: skip
    if found.settled:
        run.emit(
            found.settled,
            {
                "day": _("日期"), "how": _("怎么结"), "name": _("品名"), "qty": _("数量"),
                "base_unit": _("单位"), "amount": _("收款"),
            },
        )  # fmt: skip
    for one in found.papers:
        run.say(f"{one.kind} {one.number} {one.name} {one.digest}")


@app.command("submit", help=_("提交草稿"))
def submit(no: No) -> None:
    """Submit a draft."""
    _step(submit_step, no)


@app.command("confirm", help=_("出借方确认；可少给"))
def confirm(
    no: No, lines: Annotated[list[str] | None, typer.Argument(help=_("行=数量；不写为全给"))] = None
) -> None:
    """Promise the goods."""
    run = cli()
    db, actor = run.signed_in()
    head = listing.transfer_by_no(db, actor, no)
    quantities = tuple((int(line), int(qty)) for line, qty in _pairs(lines or [], _LINE))
    command = Confirm(op_id(), head.org_id, head.id, head.version, quantities)
    _said(confirm_step(db, actor, command))


@app.command("approve", help=_("集团审核"))
def approve(no: No) -> None:
    """Approve a transfer between legal persons."""
    _step(approve_step, no)


@app.command("cancel", help=_("取消，或出借方不调"))
def cancel(no: No, reason: Reason = "") -> None:
    """Call a transfer off."""
    _step(cancel_step, no, reason)


@app.command("attach", help=_("附批准文件或报告"))
def attach(
    no: No,
    file: Annotated[Path, typer.Argument(help=_("文件"))],
    number: NumberOption = "",
    kind: Annotated[str, typer.Option(help=_("approval 批准文件、report 报告"))] = "approval",
) -> None:
    """Attach a document."""
    run = cli()
    db, actor = run.signed_in()
    head = listing.transfer_by_no(db, actor, no)
    command = Attach(op_id(), head.org_id, head.id, _paper(kind, file, number))
    _said(attach_paper(db, actor, command))


@app.command("send", help=_("发出：按近效期先出配货，冷链品要填方式、记录和温度"))
def send(
    no: No,
    mode: Annotated[str, typer.Option(help=_("truck、box、passive、other"))] = "",
    carrier: Annotated[str, typer.Option(help=_("谁送"))] = "",
    record: Annotated[str, typer.Option(help=_("温度记录编号"))] = "",
    temperature: Temperature = "",
    trace: Annotated[
        list[str] | None, typer.Option(help=_("扫到的追溯码或箱码，可写多次；其余按近效期先出"))
    ] = None,
    second: SecondOption = "",
) -> None:
    """Send what was promised."""
    run = cli()
    db, actor = run.signed_in()
    head = listing.transfer_by_no(db, actor, no)
    warm = parse_temperature(temperature) if temperature else None
    scanned = ScannedPacks((), (), ())
    for code in trace or ():
        scanned = scan_packs(db, actor, (head.org_id, head.id), scanned.codes, code)
    command = Send(
        op_id(), head.org_id, head.id, head.version, scanned.picks, mode, carrier, record, warm,
        second_person(second),
    )  # fmt: skip
    _said(send_goods(db, actor, command))


@app.command("accept", help=_("验收：不写批次为全收"))
def accept(
    no: No,
    lots: Annotated[
        list[str] | None, typer.Argument(help=_("序号=收/拒，如 1=48/0；余下算短少"))
    ] = None,
    temperature: Temperature = "",
    note: Annotated[str, typer.Option(help=_("备注"))] = "",
    trace: Annotated[
        list[str] | None, typer.Option(help=_("只收一部分时，收下的盒的追溯码，可写多次"))
    ] = None,
    second: SecondOption = "",
) -> None:
    """Accept what arrived."""
    run = cli()
    db, actor = run.signed_in()
    head = listing.transfer_by_no(db, actor, no)
    told = []
    for n, words in _pairs(lots or [], _LOT):
        taken, _slash, refused = words.partition("/")
        told.append(AcceptLot(int(n), int(taken), int(refused or 0)))
    sent = {lot.n: lot.traces for lot in listing.transfer(db, actor, head.org_id, head.id).lots}
    warm = parse_temperature(temperature) if temperature else None
    command = Accept(op_id(), head.org_id, head.id, head.version,
                     with_codes(told, sent, trace or ()), warm, note,
                     second_person(second))  # fmt: skip
    _said(accept_goods(db, actor, command))


@app.command("clear", help=_("处理拒收或短少：退回货架，或记丢失"))
def clear(
    no: No,
    n: Annotated[int, typer.Argument(help=_("批次序号"))],
    qty: Annotated[int, typer.Argument(help=_("数量"))],
    lost: Annotated[bool, typer.Option("--lost", help=_("记为在途丢失"))] = False,
    second: SecondOption = "",
) -> None:
    """Book refused or missing goods at the donor."""
    run = cli()
    db, actor = run.signed_in()
    head = listing.transfer_by_no(db, actor, no)
    command = Clear(op_id(), head.org_id, head.id, n, qty, lost, second_person(second))
    _said(clear_lot(db, actor, command))
    lots = listing.transfer(db, actor, head.org_id, head.id).lots
    if lost and not run.as_json and any(x.n == n and x.controlled in PSYCHOACTIVE for x in lots):
        run.say(_(LOSS))


@app.command("return", help=_("归还借用：开归还单，再用 send、accept"))
def return_(
    no: No, lines: Annotated[list[str], typer.Argument(help=_("行=数量（最小单位）"))]
) -> None:
    """Give a loan back in kind."""
    run = cli()
    db, actor = run.signed_in()
    head = listing.transfer_by_no(db, actor, no)
    quantities = tuple((int(line), int(qty)) for line, qty in _pairs(lines, _LINE))
    _said(give_back(db, actor, GiveBack(op_id(), head.org_id, head.id, quantities)))


@app.command("settle", help=_("借用按价结算（不同法人的药品要有批准文件）"))
def settle(no: No) -> None:
    """Settle a loan by price."""
    _step(settle_by_price, no)


@app.command("net", help=_("两家互相借用的同一品规互抵"))
def net(
    other: Annotated[str, typer.Argument(help=_("另一家机构"))],
    item: Annotated[str, typer.Argument(help=_("统一编码"))],
    org: OrgOption = "",
) -> None:
    """Set loans off."""
    run = cli()
    command = SetOff(op_id(), org_id(run, org), _donor(other), item_id(run, item))
    units = set_loans_off(*run.signed_in(), command)
    run.say(_("已互抵 {n}。", n=units))


@app.command("loans", help=_("未还的借用：应还日期、逾期、账龄"))
def loans(org: OrgOption = "") -> None:
    """List what is still out."""
    run = cli()
    run.emit(
        listing.loans(*run.signed_in(), org_ids(run, org)),
        {
            "no": _("单号"), "line": _("行"), "name": _("品名"), "org": _("借方"),
            "donor": _("出借方"), "borrowed": _("借"), "returned": _("已还"), "left": _("未还"),
            "base_unit": _("单位"), "return_by": _("应还"), "overdue_days": _("逾期天数"),
            "age": _("账龄"), "price": _("按价结算收款"),
        },
        empty=_("没有未还的借用。"),
    )  # fmt: skip


@app.command("route", help=_("两家机构之间的距离和班车；不给公里数为查看"))
def route(
    start: Annotated[str, typer.Argument(help=_("机构"))] = "",
    end: Annotated[str, typer.Argument(help=_("机构"))] = "",
    km: Annotated[int, typer.Option(help=_("公里"))] = -1,
    note: Annotated[str, typer.Option(help=_("班车，如 周四班车"))] = "",
) -> None:
    """Keep or show distances."""
    run = cli()
    db, actor = run.signed_in()
    if km >= 0:
        distances.set_route(db, actor, (_donor(start), _donor(end)), km, note)
    run.emit(
        distances.route_list(db, actor),
        {"org": _("从"), "other": _("到"), "km": _("公里"), "note": _("班车")},
        empty=_("还没有登记距离。"),
    )


def _step(step: Callable[[Database, Actor, Step], Done], no: str, reason: str = "") -> None:
    run = cli()
    db, actor = run.signed_in()
    head = listing.transfer_by_no(db, actor, no)
    _said(step(db, actor, Step(op_id(), head.org_id, head.id, head.version, reason)))


def _said(done: Done) -> None:
    run = cli()
    if run.as_json:
        run.emit(done)
    else:
        run.say(_("{no} · {state}", no=done.no, state=done.state.label))


def _pairs(words: list[str], form: tuple[str, str] = _ITEM) -> list[tuple[str, str]]:
    """What stands before and after the equals sign, in the form wanted (pattern, example)."""
    pattern, example = form
    found = []
    for word in words:
        fits = re.fullmatch(pattern, word.strip())
        if fits is None:
            raise DomainError(
                "transfer.pair",
                _("「{word}」写法不对。请写成 {example}。", word=word, example=_(example)),
            )
        found.append((fits[1].strip(), fits[2]))
    return found


def _donor(text: str) -> int:
    """Any member of the group: a clinic asks members whose data it may not read."""
    run = cli()
    found = distances.members(run.db(), run.actor())
    key = text.strip()
    if key not in found:
        raise DomainError("org.unknown", _("集团里没有机构 {code}。可用编号或简称。", code=text))
    return found[key]


def _paper(kind: str, file: Path, number: str) -> Paper:
    return Paper(kind, number, None, file.name, local_files.read(file))
