"""`yilian requisition`: a member's requisitions, made, sent, approved, withdrawn, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Final

import typer

from app.cli.context import cli
from app.cli.operation import OpOption, op_id
from app.cli.scope import item_id, org_id
from app.domain.documents import state_title
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.i18n import N_, _
from app.services.db import Database
from app.services.item_lookup import find_items
from app.services.requisition.approving import Decide, decide
from app.services.requisition.make import (
    Create,
    FromSuggestions,
    Requested,
    WantedLine,
    create as create_service,
    from_suggestions,
)
from app.services.requisition.queries import (
    RequisitionLineRow,
    RequisitionQuery,
    RequisitionRow,
    by_number,
    requisitions,
    to_approve,
)
from app.services.requisition.steps import Step, cancel, submit, withdraw
from app.services.scan_rules import read

app = typer.Typer()

OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]
NoArgument = Annotated[str, typer.Argument(help=_("申请单号 SQ…"))]
_ANSWER: Final = {
    "no": N_("申请单"),
    "state": N_("状态"),
    "lines": N_("行数"),
    "amount": N_("金额 元"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A requisition after a step."""

    no: str
    status: str
    state: str
    lines: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """One line for people, quantities in packs."""

    line: int
    code: str
    name: str
    spec: str
    qty: Decimal
    unit: str
    supplier: str
    amount: Decimal
    why: str
    reason: str


@app.command("create", help=_("生成采购申请：已选的补货建议，或 --line 编码=数量 手工申请"))
def create(
    line: Annotated[list[str] | None, typer.Option(help=_("编码=数量（按盒等包装单位）"))] = None,
    org: OrgOption = "",
    draft: Annotated[bool, typer.Option("--draft", help=_("先存草稿，不提交"))] = False,
    reason: Annotated[str, typer.Option(help=_("手工申请的原因"))] = "",
    note: Annotated[str, typer.Option(help=_("备注"))] = "",
    op: OpOption = "",
) -> None:
    """Make a requisition of picked suggestions, or of lines given by hand."""
    run = cli()
    db, actor = run.signed_in()
    where, number = org_id(run, org), op_id(op)
    if line:
        wanted = tuple(_wanted(db, actor, text, reason) for text in line)
        by_hand = Create(number, where, wanted, submit=not draft, note=note)
        _answer(create_service(db, actor, by_hand))
    else:
        picked = FromSuggestions(number, where, submit=not draft, note=note)
        _answer(from_suggestions(db, actor, picked))


@app.command("list", help=_("采购申请，新的在前"))
def list_requisitions(
    org: OrgOption = "",
    state: Annotated[str, typer.Option(help=_("只看一种状态，如 submitted"))] = "",
) -> None:
    """List requisitions."""
    run = cli()
    states = (state,) if state else ()
    rows = requisitions(*run.signed_in(), RequisitionQuery(org_id(run, org), states))
    run.emit(
        rows if run.as_json else [_words(row) for row in rows],
        {
            "no": _("申请单"), "status": _("状态"), "created_at": _("时间"),
            "created_by": _("经办"), "lines": _("行数"), "suppliers": _("供应商"),
            "amount": _("金额 元"), "group_order": _("统采订单"),
        },
        empty=_("还没有采购申请。"),
    )  # fmt: skip


def _words(row: RequisitionRow) -> dict[str, object]:
    """A requisition as people read it in a table."""
    return {
        "no": row.no,
        "status": state_title(row.status),
        "created_at": f"{row.created_at:%Y-%m-%d %H:%M}",
        "created_by": row.created_by,
        "lines": row.lines,
        "suppliers": row.suppliers,
        "amount": f"{row.amount:,.2f}",
        "group_order": row.group_order,
    }


@app.command("show", help=_("一张采购申请的明细"))
def show(no: NoArgument, org: OrgOption = "") -> None:
    """Show a requisition with its lines."""
    run = cli()
    detail = by_number(*run.signed_in(), org_id(run, org), no)
    if run.as_json:
        run.emit(detail)
        return
    head = detail.head
    run.say(f"{head.no}  {state_title(head.status)}  {head.created_by}  ¥{head.amount:,.2f}")
    if head.returned:
        run.say(_("退回原因：{reason}", reason=head.returned))
    for one in detail.approvals:
        verb = _("同意") if one.approved else _("退回")
        run.say(f"{one.at:%Y-%m-%d %H:%M} {one.person} {verb} {one.reason}".rstrip())
    run.emit(
        [_line(one) for one in detail.lines],
        {
            "line": _("行"), "code": _("编码"), "name": _("品名"), "spec": _("规格"),
            "qty": _("数量"), "unit": _("单位"), "supplier": _("供应商"), "amount": _("金额 元"),
            "why": _("为什么"), "reason": _("改动原因"),
        },
    )  # fmt: skip


@app.command("submit", help=_("提交草稿给集团"))
def send(no: NoArgument, org: OrgOption = "") -> None:
    """Submit a draft."""
    _take_step(submit, no, org)


@app.command("withdraw", help=_("撤回为草稿（集团汇总之前）"))
def take_back(no: NoArgument, org: OrgOption = "") -> None:
    """Withdraw a submitted requisition."""
    _take_step(withdraw, no, org)


@app.command("cancel", help=_("作废；建议重新可选"))
def give_up(
    no: NoArgument,
    org: OrgOption = "",
    note: Annotated[str, typer.Option(help=_("原因"))] = "",
    yes: Annotated[bool, typer.Option("--yes", help=_("不再询问"))] = False,
) -> None:
    """Cancel a requisition."""
    cli().confirm(_("作废采购申请 {no}？", no=no), yes=yes)
    _take_step(cancel, no, org, note)


@app.command("to-approve", help=_("等你审批的采购申请（各家成员）"))
def waiting() -> None:
    """List what waits for the person's approval."""
    run = cli()
    run.emit(
        to_approve(*run.signed_in()),
        {
            "org": _("机构"), "no": _("申请单"), "status": _("状态"), "created_by": _("经办"),
            "submitted_at": _("提交时间"), "lines": _("行数"), "amount": _("金额 元"),
        },
        empty=_("没有等你审批的采购申请。"),
    )  # fmt: skip


@app.command("approve", help=_("同意一张采购申请；再高一级要批的，接着等集团审批"))
def approve(no: NoArgument, org: OrgOption = "") -> None:
    """Agree to a requisition."""
    _decide(no, org, "")


@app.command("return", help=_("退回一张采购申请，成员改好再提交"))
def send_back(
    no: NoArgument,
    reason: Annotated[str, typer.Option(help=_("退回原因，至少 5 个字"))],
    org: OrgOption = "",
) -> None:
    """Send a requisition back."""
    _decide(no, org, reason, approved=False)


def _decide(no: str, org: str, reason: str, *, approved: bool = True) -> None:
    run = cli()
    db, actor = run.signed_in()
    head = by_number(db, actor, _where(db, actor, no, org), no).head
    command = Decide(op_id(), head.org_id, head.id, head.version, approved, reason)
    _answer(decide(db, actor, command))


def _where(db: Database, actor: Actor, no: str, org: str) -> int:
    """The member that is meant: named, or the one whose requisition of this number waits."""
    if org:
        return org_id(cli(), org)
    wanted = no.strip().upper()
    found = {row.org_id for row in to_approve(db, actor) if row.no == wanted}
    if len(found) > 1:
        raise DomainError(
            "requisition.which",
            _("{n} 家成员都有 {no} 等你审批。请用 --org 写明是哪家。", n=len(found), no=no),
        )
    return found.pop() if found else org_id(cli(), "")


def _take_step(
    step: Callable[[Database, Actor, Step], Requested], no: str, org: str, note: str = ""
) -> None:
    run = cli()
    db, actor = run.signed_in()
    head = by_number(db, actor, org_id(run, org), no).head
    _answer(step(db, actor, Step(op_id(), head.org_id, head.id, head.version, note)))


def _answer(made: Requested) -> None:
    state = state_title(made.status)
    cli().emit(
        Answer(made.no, made.status, state, made.lines, made.amount),
        {name: _(title) for name, title in _ANSWER.items()},
    )


def _wanted(db: Database, actor: Actor, text: str, reason: str) -> WantedLine:
    code, _sign, count = text.rpartition("=")
    if not code or not count.isdecimal() or int(count) == 0:
        raise DomainError(
            "requisition.line",
            _("「{text}」看不懂。写成 编码=数量，如 YP-000102=20。", text=text),
        )
    item = item_id(cli(), code)
    pack = find_items(db, actor, read(db, code))[0].pack_factor
    return WantedLine(item, int(count) * pack, reason)


def _line(row: RequisitionLineRow) -> Line:
    return Line(
        line=row.line,
        code=row.code,
        name=row.name,
        spec=row.spec,
        qty=Decimal(row.qty) / row.pack_factor,
        unit=row.pack_unit,
        supplier=row.supplier,
        amount=row.amount,
        why=row.headline,
        reason=row.reason,
    )
