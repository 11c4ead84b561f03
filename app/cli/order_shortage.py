"""`yilian order shortage …`: 缺货终止 of an order that both sides have signed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app import paths
from app.adapters.local_files import write
from app.cli.context import cli
from app.cli.operation import op_id
from app.domain.documents import State, state_title
from app.domain.errors import DomainError
from app.domain.orders.shortage import Short
from app.i18n import _
from app.services.orders.detail import OrderDetail, OrderWanted, order_detail
from app.services.orders.note_papers import NoteWanted, note_paper
from app.services.orders.shortage import (
    AnswerShort,
    DeclareShort,
    Noted,
    WithdrawShort,
    answer_short,
    declare_short,
    withdraw_short,
)
from app.services.orders.shortage_notes import ShortageRow
from app.services.orders.shortage_settling import SettleShort, settle_short, short_rest

app = typer.Typer(no_args_is_help=True)

OrderArgument = Annotated[str, typer.Argument(help=_("成员订单号 CG…"))]
ReasonOption = Annotated[str, typer.Option(help=_("原因，至少 5 个字"))]


@app.command("list", help=_("一张订单的缺货补充说明"))
def list_(no: OrderArgument) -> None:
    """List the notes of an order."""
    run = cli()
    rows = _detail(no).shortages
    run.emit(
        rows
        if run.as_json
        else [_words(row, at) for row in rows for at in range(len(row.lines))],
        {
            "no": _("补充说明"), "state": _("状态"), "line": _("行"), "name": _("品名"),
            "packs": _("终止"), "unit": _("单位"), "amount": _("金额 元"), "reason": _("原因"),
            "backups": _("备选订单"),
        },
        empty=_("这张订单没有缺货补充说明。"),
    )  # fmt: skip


@app.command(help=_("填报缺货：供应商，或成员代供应商；对方同意后由集团采购处理余量"))
def declare(
    no: OrderArgument,
    line: Annotated[list[str], typer.Option(help=_("行=供不了的包装数，如 1=40"))],
    reason: ReasonOption,
) -> None:
    """Declare what will not come."""
    detail = _detail(no)
    factors = {one.line: one.pack_factor for one in detail.content.lines}
    row = detail.row
    shorts = tuple(_short(text, factors) for text in line)
    command = DeclareShort(op_id(), row.org_id, row.id, row.version, shorts, reason)
    _say(declare_short(*cli().signed_in(), command))


@app.command(help=_("同意对方填报的缺货，等于在补充说明上签署"))
def agree(no: OrderArgument) -> None:
    """Agree as the other side."""
    row = _newest(no, State.SUBMITTED)
    command = AnswerShort(op_id(), row.org_id, row.order_id, row.seq, agree=True)
    _say(answer_short(*cli().signed_in(), command))


@app.command(help=_("不同意对方填报的缺货"))
def refuse(no: OrderArgument, reason: ReasonOption) -> None:
    """Refuse as the other side."""
    row = _newest(no, State.SUBMITTED)
    command = AnswerShort(op_id(), row.org_id, row.order_id, row.seq, agree=False, reason=reason)
    _say(answer_short(*cli().signed_in(), command))


@app.command(help=_("撤回：对方同意前由填报方，同意后由集团采购"))
def withdraw(no: OrderArgument, reason: ReasonOption) -> None:
    """Take a note back."""
    row = _newest(no, State.SUBMITTED, State.APPROVED)
    command = WithdrawShort(op_id(), row.org_id, row.order_id, row.seq, reason)
    _say(withdraw_short(*cli().signed_in(), command))


@app.command(help=_("集团采购处理双方同意终止的余量：转备选供应商，或退回约定量"))
def settle(
    no: OrderArgument,
    backup: Annotated[
        list[int] | None, typer.Option(help=_("余量转备选供应商的行号，可多次；其余退回约定量"))
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help=_("有备选的行都转"))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("不再询问"))] = False,
) -> None:
    """End the rest."""
    run = cli()
    db, actor = run.signed_in()
    row = _newest(no, State.APPROVED)
    found = short_rest(db, actor, (row.org_id, row.order_id, row.seq))
    lines = tuple(backup or ())
    if everything:
        lines = tuple(one.line for one in found.lines if one.rest and one.backup_id)
    given = sum(1 for one in found.lines if one.rest and one.line not in lines)
    question = _("{n} 行余量转备选，{m} 行余量退回约定量？", n=len(lines), m=given)
    run.confirm(question, yes=yes)
    done = settle_short(db, actor, SettleShort(op_id(), row.org_id, row.order_id, row.seq, lines))
    run.emit(
        done,
        {
            "no": _("订单"), "state": _("状态"), "backups": _("备选订单"),
            "moved": _("转出 元"), "given_back": _("退回 元"),
        },
    )  # fmt: skip


@app.command(help=_("补充说明 PDF"))
def pdf(
    no: OrderArgument,
    seq: Annotated[int, typer.Option(help=_("第几张；不填为最近的"))] = 0,
    out: Annotated[Path | None, typer.Option(help=_("文件夹"))] = None,
) -> None:
    """Write a note as PDF."""
    run = cli()
    made = note_paper(*run.signed_in(), NoteWanted(OrderWanted(no=no), seq))
    path = write((out or paths.output()) / made.name, made.data)
    run.emit({"file": str(path)}, {"file": _("已输出")})


def _detail(no: str) -> OrderDetail:
    return order_detail(*cli().signed_in(), OrderWanted(no=no))


def _newest(no: str, *states: State) -> ShortageRow:
    found = [one for one in _detail(no).shortages if one.state in states]
    if not found:
        raise DomainError(
            "short.missing",
            _("{no} 没有「{state}」的缺货补充说明。", no=no, state=state_title(states[-1])),
        )
    return found[-1]


def _say(done: Noted) -> None:
    run = cli()
    words = {"no": done.no, "state": state_title(done.state), "lines": done.lines}
    titles = {"no": _("补充说明"), "state": _("状态"), "lines": _("行数")}
    run.emit(done if run.as_json else words, titles)


def _words(row: ShortageRow, at: int) -> dict[str, object]:
    line = row.lines[at]
    return {
        "no": row.no,
        "state": state_title(row.state),
        "line": line.line,
        "name": line.name,
        "packs": line.packs,
        "unit": line.unit,
        "amount": line.amount,
        "reason": row.reason,
        "backups": "、".join(row.backups),
    }


def _short(text: str, factors: dict[int, int]) -> Short:
    """``1=40``: line and packs."""
    line, equals, packs = text.partition("=")
    if not (equals and line.strip().isdecimal() and packs.strip().isdecimal()):
        raise DomainError(
            "order.short", _("「{text}」看不懂。写成 行=包装数，如 --line 1=40。", text=text)
        )
    return Short(int(line), int(packs) * factors.get(int(line), 1))
