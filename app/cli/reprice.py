"""`yilian reprice …`: price change requests of suppliers, and what was bought above its price."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.operation import op_id
from app.domain import money
from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.i18n import _
from app.services.prices import alerts, requests
from app.services.prices.requests import AskPrice, CancelRequest, DecidePrice

app = typer.Typer()
RequestArgument = Annotated[str, typer.Argument(help=_("申请编号，如 TJ9001-20261014-001"))]


@app.command(help=_("申请调价（供应商）：只在平台价变动时"))
def ask(
    price: Annotated[int, typer.Option(help=_("价格号，见 yilian prices list"))],
    new: Annotated[str, typer.Option(help=_("新价格"))],
    before: Annotated[str, typer.Option(help=_("平台原价"))],
    after: Annotated[str, typer.Option(help=_("平台现价"))],
    evidence: Annotated[str, typer.Option(help=_("依据：公告号或链接"))],
    start: Annotated[str, typer.Option("--from", help=_("生效日期，如 2026-11-01"))],
    reason: Annotated[str, typer.Option(help=_("理由"))],
) -> None:
    """Ask for another price."""
    run = cli()
    command = AskPrice(
        op_id(),
        price,
        money.price(new),
        money.price(before),
        money.price(after),
        evidence,
        typed_day(start),
        reason,
    )
    run.say(_("已提交，申请编号 {no}。", no=requests.ask_price(*run.signed_in(), command)))


@app.command("list", help=_("调价申请"))
def list_() -> None:
    """List requests."""
    run = cli()
    run.emit(
        requests.requests(*run.signed_in()),
        {
            "no": _("申请"), "supplier": _("供应商"), "name": _("品名"), "spec": _("规格"),
            "old_price": _("原价"), "new_price": _("新价"), "platform_before": _("平台原价"),
            "platform_after": _("平台现价"), "valid_from": _("生效"), "status": _("状态"),
            "answer": _("答复"),
        },
        empty=_("没有调价申请。"),
    )  # fmt: skip


@app.command(help=_("同意：先由负责人，再由采购核对后生效"))
def agree(no: RequestArgument) -> None:
    """Agree to a request."""
    _decide(no, agree=True, answer="")


@app.command(help=_("撤回自己的申请（供应商，生效之前）"))
def cancel(no: RequestArgument) -> None:
    """Take a request back."""
    run = cli()
    command = CancelRequest(op_id(), _request(no))
    requests.cancel_request(*run.signed_in(), command)
    run.say(_("申请 {no} 已撤回。", no=no))


def _request(no: str) -> int:
    found = [one for one in requests.requests(*cli().signed_in()) if one.no == no]
    if not found:
        raise DomainError("price.no_request", _("没有调价申请 {no}。请核对编号。", no=no))
    return found[0].request_id


@app.command(help=_("不同意"))
def refuse(no: RequestArgument, reason: Annotated[str, typer.Option(help=_("理由"))]) -> None:
    """Refuse a request."""
    _decide(no, agree=False, answer=reason)


def _decide(no: str, *, agree: bool, answer: str) -> None:
    run = cli()
    command = DecidePrice(op_id(), _request(no), agree, answer)
    status = requests.decide_price(*run.signed_in(), command)
    run.say(_("申请 {no} 现在是「{state}」。", no=no, state=requests.status_text(status)))


@app.command(help=_("超价提醒：高于价格表、平台价或集团最低价的订单和验收"))
def over(
    since: Annotated[str, typer.Option(help=_("从哪天起；不填看近 90 天"))] = "",
) -> None:
    """Show what was bought above its price."""
    run = cli()
    rows = alerts.alerts(*run.signed_in(), typed_day(since) if since else None)
    run.emit(
        rows,
        {
            "rule": _("高于"), "kind": _("单据"), "document": _("编号"), "org": _("机构"),
            "supplier": _("供应商"), "name": _("品名"), "spec": _("规格"), "unit_price": _("单价"),
            "limit": _("应不高于"), "excess": _("多付"),
        },
        empty=_("没有超价。"),
    )  # fmt: skip
