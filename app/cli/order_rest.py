"""Commands of `yilian order` about partial confirmation, its rest, and members that join later."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.orders import candidate, moment, say_consolidated
from app.domain.days import day_or_none
from app.domain.documents import State, state_title
from app.domain.errors import DomainError
from app.domain.orders.answer import Offer
from app.i18n import _
from app.services.orders import queries
from app.services.orders.answering import Answer, answer as answer_service
from app.services.orders.candidates import CandidatesWanted, candidates
from app.services.orders.detail import OrderWanted, order_detail
from app.services.orders.joining import Join, join as join_service
from app.services.orders.queries import GroupRow, GroupsWanted
from app.services.orders.settling import Rest, RestLine, SettleRest, rest_of, settle_rest

OrderArgument = Annotated[str, typer.Argument(help=_("成员订单号 CG…"))]


@dataclass(frozen=True, slots=True)
class RestWords:
    """One line of what is left, for people: quantities in packs."""

    line: int
    name: str
    ordered: Decimal
    confirmed: Decimal
    due_on: str
    rest: Decimal
    unit: str
    backup: str
    price: str
    extra: str


def answer(
    no: OrderArgument,
    line: Annotated[
        list[str], typer.Option(help=_("行=能供的包装数，可加 @到货日期，如 1=60@2026-10-30"))
    ],
    reason: Annotated[str, typer.Option(help=_("为什么不能全供，至少 5 个字"))],
) -> None:
    """Confirm part of an order, as the supplier."""
    run = cli()
    db, actor = run.signed_in()
    detail = order_detail(db, actor, OrderWanted(no=no))
    factors = {one.line: one.pack_factor for one in detail.content.lines}
    offers = tuple(_offer(text, factors) for text in line)
    row = detail.row
    command = Answer(op_id(), row.org_id, row.id, row.version, offers, reason)
    run.emit(
        answer_service(db, actor, command),
        {"no": _("订单"), "state": _("状态"), "lines": _("不照订单的行")},
    )


def rest(no: OrderArgument) -> None:
    """Show what an order leaves open and who could deliver it."""
    run = cli()
    found = _rest(no)
    if run.as_json:
        run.emit(found)
        return
    run.say(f"{found.no} {found.supplier}：{found.reason}")
    run.emit(
        [_words(one) for one in found.lines],
        {
            "line": _("行"), "name": _("品名"), "ordered": _("订"), "confirmed": _("能供"),
            "due_on": _("到货"), "rest": _("余量"), "unit": _("单位"),
            "backup": _("备选供应商"), "price": _("备选单价"), "extra": _("多花 元"),
        },
    )  # fmt: skip


def settle(
    no: OrderArgument,
    reason: Annotated[str, typer.Option(help=_("怎么处理、为什么，至少 5 个字"))],
    backup: Annotated[
        list[int] | None, typer.Option(help=_("余量转备选供应商的行号，可多次；其余退回约定量"))
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help=_("有备选的行都转"))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("不再询问"))] = False,
) -> None:
    """Decide about the rest of an order."""
    run = cli()
    found = _rest(no)
    lines = tuple(backup or ())
    if everything:
        lines = tuple(one.line for one in found.lines if one.rest and one.backup_id)
    given = sum(1 for one in found.lines if one.rest and one.line not in lines)
    question = _("{n} 行余量转备选，{m} 行余量退回约定量？", n=len(lines), m=given)
    run.confirm(question, yes=yes)
    command = SettleRest(op_id(), found.org_id, found.order_id, found.version, lines, reason)
    run.emit(
        settle_rest(*run.signed_in(), command),
        {
            "no": _("订单"), "version": _("版本"), "state": _("状态"), "backups": _("备选订单"),
            "moved": _("转出 元"), "given_back": _("退回 元"),
        },
    )  # fmt: skip


def join(
    group: Annotated[str, typer.Argument(help=_("统采订单号 TC…"))],
    requisition: Annotated[list[str], typer.Option(help=_("申请单号，或 成员:单号，可多次"))],
    sign_by: Annotated[
        str, typer.Option(help=_("签署截止，如 2026-10-20 或 2026-10-20 17:00"))
    ] = "",
) -> None:
    """Add requisitions to a group order at its prices."""
    run = cli()
    db, actor = run.signed_in()
    rows = candidates(db, actor, CandidatesWanted())
    chosen = tuple((row.org_id, row.id) for row in (candidate(rows, one) for one in requisition))
    row = group_of(group)
    command = Join(op_id(), row.lead_id, row.id, chosen, moment(sign_by))
    say_consolidated(join_service(db, actor, command), _("补的成员订单"))


def group_of(no: str) -> GroupRow:
    """The group order of a number; raises `DomainError` when the person sees none."""
    for row in queries.group_orders(*cli().signed_in(), GroupsWanted(no)):
        if row.no == no.strip().upper():
            return row
    raise DomainError(
        "order.no_group", _("没有找到统采订单 {no}。用 yilian order list 看有哪些。", no=no)
    )


def _rest(no: str) -> Rest:
    db, actor = cli().signed_in()
    row = order_detail(db, actor, OrderWanted(no=no)).row
    if row.state not in {State.ANSWERED, State.REFUSED}:
        raise DomainError(
            "order.no_rest",
            _(
                "{no} 现在是「{state}」，没有要处理的余量。",
                no=row.no,
                state=state_title(row.state),
            ),
        )
    return rest_of(db, actor, row.org_id, row.id)


def _words(one: RestLine) -> RestWords:
    def packs(qty: int) -> Decimal:
        return Decimal(qty) / one.pack_factor

    price = one.backup_price * one.pack_factor / one.backup_factor
    return RestWords(
        line=one.line,
        name=one.name,
        ordered=packs(one.qty),
        confirmed=packs(one.offered),
        due_on=one.due_on.isoformat() if one.due_on else "",
        rest=packs(one.rest),
        unit=one.unit,
        backup=one.backup or one.why_not,
        price=f"{price:.4f}" if one.backup_id else "",
        extra=f"{one.extra:+.2f}" if one.backup_id else "",
    )


def _offer(text: str, factors: dict[int, int]) -> Offer:
    """``1=60@2026-10-30``: line, packs, and a day if it is another."""
    what, _at, day = text.partition("@")
    line, _equals, packs = what.partition("=")
    try:
        due_on = day_or_none(day)
        return Offer(int(line), int(packs) * factors.get(int(line), 1), due_on)
    except (ValueError, DomainError):
        raise DomainError(
            "order.offer",
            _("「{text}」看不懂。写成 行=包装数@日期，如 --line 1=60@2026-10-30。", text=text),
        ) from None
