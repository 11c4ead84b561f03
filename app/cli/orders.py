"""`yilian consolidate` and `yilian sign`: the two steps of 统采分签; the rest is `yilian order`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from app.adapters import local_files
from app.cli.context import cli
from app.cli.operation import op_id
from app.domain.days import ZONE, typed_time
from app.domain.errors import DomainError
from app.domain.orders.signing import Decision
from app.i18n import _
from app.services.orders.candidates import (
    CandidateRow,
    CandidatesWanted,
    asked_suppliers,
    candidates,
)
from app.services.orders.consolidate import (
    Consolidate,
    Consolidated,
    consolidate as consolidate_service,
)
from app.services.orders.queries import MemberOrderRow, OrdersWanted, member_orders
from app.services.orders.signing import Sign, sign as sign_service

app = typer.Typer()
_DAY_LENGTH: Final = len("2026-10-20")
_WARNINGS: Final = 10


@app.command(help=_("统采：把成员已提交的采购申请汇总成一张统采订单，按成员和供应商拆分"))
def consolidate(
    title: Annotated[str, typer.Option(help=_("名称，如 常用药第 2 包"))],
    requisition: Annotated[
        list[str] | None, typer.Option(help=_("申请单号，或 成员:单号，可多次"))
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help=_("全部已提交的申请"))] = False,
    item_class: Annotated[
        str, typer.Option("--class", help=_("与 --all 合用，只要含这类品规的申请：drug …"))
    ] = "",
    supplier: Annotated[str, typer.Option(help=_("与 --all 合用，只要含这家供应商的申请"))] = "",
    sign_by: Annotated[
        str, typer.Option(help=_("签署截止，如 2026-10-20 或 2026-10-20 17:00"))
    ] = "",
) -> None:
    """Consolidate submitted requisitions."""
    run = cli()
    db, actor = run.signed_in()
    of_supplier = _supplier(supplier) if supplier else 0
    rows = candidates(db, actor, CandidatesWanted(item_class, of_supplier))
    picked = rows if everything else [candidate(rows, one) for one in requisition or ()]
    chosen = tuple((row.org_id, row.id) for row in picked)
    made = consolidate_service(db, actor, Consolidate(op_id(), title, chosen, moment(sign_by)))
    say_consolidated(made, _("成员订单"))


def say_consolidated(made: Consolidated, orders: str) -> None:
    """What was ordered, then the first warnings, one a line."""
    run = cli()
    run.emit(
        made,
        {
            "no": _("统采订单"),
            "member_orders": orders,
            "lines": _("行数"),
            "amount": _("金额 元"),
        },
    )
    for text in made.warnings[:_WARNINGS]:
        run.say(f"  · {text}")
    if len(made.warnings) > _WARNINGS:
        more = len(made.warnings) - _WARNINGS
        run.say("  · " + _("另有 {n} 处提示，加 --json 看全部。", n=more))


@app.command(help=_("分签：以 --as 的账号签署（或拒签）一张成员订单"))
def sign(
    no: Annotated[str, typer.Argument(help=_("成员订单号 CG…"))],
    refuse: Annotated[bool, typer.Option("--refuse", help=_("拒签，要写原因"))] = False,
    reason: Annotated[str, typer.Option(help=_("拒签原因，至少 5 个字"))] = "",
    version: Annotated[int, typer.Option(help=_("只签这一版；0 为现在这一版"))] = 0,
) -> None:
    """Sign or refuse an order."""
    run = cli()
    db, actor = run.signed_in()
    row = _order(no)
    decision = Decision.REFUSED if refuse else Decision.SIGNED
    command = Sign(op_id(), row.org_id, row.id, version or row.version, decision, reason)
    done = sign_service(db, actor, command)
    run.emit(
        done,
        {"no": _("订单"), "state": _("状态"), "at": _("时间"), "fingerprint": _("内容摘要")},
    )


@app.command(help=_("盖电子章：签署之后，用证书给订单和合同 PDF 盖章（PAdES）"))
def seal(
    no: Annotated[str, typer.Argument(help=_("成员订单号 CG…"))],
    certificate: Annotated[Path, typer.Option(help=_("本单位的证书文件 .p12 或 .pfx"))],
    password: Annotated[
        str,
        typer.Option(
            prompt=_("证书密码"),
            hide_input=True,
            envvar="YILIAN_SEAL_PASSWORD",
            help=_("证书密码；不要写在命令里，不填会问"),
        ),
    ],
) -> None:
    """Seal the papers of an order."""
    from app.services.sealing.sealing import Seal, seal as seal_service

    run = cli()
    db, actor = run.signed_in()
    row = _order(no)
    data = local_files.read(certificate)
    done = seal_service(db, actor, Seal(op_id(), row.org_id, row.id, row.version, data, password))
    run.emit(
        done,
        {"no": _("订单"), "party": _("哪一方"), "holder": _("证书"), "at": _("时间")},
    )


def _order(no: str) -> MemberOrderRow:
    rows = member_orders(*cli().signed_in(), OrdersWanted(no=no))
    if not rows:
        raise DomainError(
            "order.missing",
            _("没有找到订单 {no}，或不归你的机构。用 yilian order list 看有哪些。", no=no),
        )
    return rows[0]


def candidate(rows: Sequence[CandidateRow], wanted: str) -> CandidateRow:
    """The submitted requisition behind ``SQ…`` or ``member:SQ…``; members number their own."""
    member, _colon, no = wanted.rpartition(":")
    found = [row for row in rows if row.no == no.strip().upper() and member in {"", row.org}]
    if len(found) == 1:
        return found[0]
    if found:
        names = "、".join(f"{row.org}:{row.no}" for row in found)
        raise DomainError(
            "order.which_requisition",
            _("{n} 家成员都有 {no}。请写明是哪家：{names}。", n=len(found), no=no, names=names),
        )
    raise DomainError(
        "order.no_requisition",
        _(
            "没有找到已提交的采购申请 {no}。用 yilian requisition list 看有哪些。",
            no=wanted,
        ),
    )


def _supplier(name: str) -> int:
    found = {short: number for number, short in asked_suppliers(*cli().signed_in())}
    if name not in found:
        raise DomainError(
            "order.no_supplier",
            _("已提交的申请里没有供应商 {name}。有：{names}。", name=name, names="、".join(found)),
        )
    return found[name]


def moment(text: str) -> datetime | None:
    """A point in time in the members' zone; 17:00 when only a day is given."""
    if not text:
        return None
    return typed_time(text).replace(tzinfo=ZONE)
