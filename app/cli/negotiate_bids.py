"""`yilian negotiate …`, second half: rounds, quotes, opening, comparison, scores, choice."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from app import paths
from app.adapters import local_files
from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.scope import supplier_id
from app.domain import money
from app.domain.awarding.limits import tenths
from app.domain.bidding.award import BACKUP, WHOLE, WINNER
from app.domain.bidding.commitment import BidLine, BidSource
from app.domain.bidding.rules import over_words
from app.domain.bidding.scoring import Criterion, price_points, score as total_score
from app.domain.days import ZONE, typed_time
from app.domain.documents import state_title
from app.domain.errors import DomainError
from app.i18n import _
from app.services.db import local_time
from app.services.negotiation import bids, rounds, scores, trail as trails
from app.services.negotiation.bids import BidFile, SubmitBid, WithdrawBid
from app.services.negotiation.choosing import (
    LineChoice,
    SaveDraft,
    lowest_choices,
    save_draft,
    scored_choices,
)
from app.services.negotiation.comparison import Comparison, comparison
from app.services.negotiation.export import (
    export_comparison,
    kind_words,
    source_words,
    totals_of,
)
from app.services.negotiation.project import FailPart, fail_part, project_id
from app.services.negotiation.queries import ProjectRow, server_time
from app.services.negotiation.rounds import ExtendRound, OpenRound, StartRound
from app.services.negotiation.scores import GivePoints, SetWeights
from app.services.negotiation.sheets import import_sheets, write_sheets

app = typer.Typer()

NoArgument = Annotated[str, typer.Argument(help=_("项目编号"))]
UntilOption = Annotated[str, typer.Option(help=_("截止时间，如 2026-10-14T17:00（服务器时间）"))]
SupplierOption = Annotated[str, typer.Option("--supplier", help=_("供应商，默认本单位"))]
_TENTH = Decimal("0.1")


def words(row: ProjectRow) -> dict[str, object]:
    """A project as a person reads it."""
    return {
        "no": row.no, "title": row.title, "state": state_title(row.state), "lines": row.lines,
        "lots": row.lots, "suppliers": row.suppliers, "needs": f"{row.confirmed}/{row.members}",
        "round": row.round, "note": row.note,
        "deadline": f"{local_time(row.deadline):%m-%d %H:%M}" if row.deadline else "",
    }  # fmt: skip


@app.command("open-round", help=_("开始下一轮报价；第 1 轮一定密封"))
def open_round(
    no: NoArgument,
    until: UntilOption = "",
    minutes: Annotated[int, typer.Option(help=_("或：从现在起多少分钟"))] = 0,
    sealed: Annotated[bool, typer.Option(help=_("本轮也密封"))] = False,
    leave_out: Annotated[bool, typer.Option(help=_("不计未确认报量的成员"))] = False,
) -> None:
    """Begin a round."""
    run = cli()
    db, actor = run.signed_in()
    found = project_id(db, actor, no)
    command = StartRound(op_id(), found, _deadline(until, minutes), sealed, leave_out)
    number = rounds.start_round(db, actor, command)
    run.emit({"round": number}, {"round": _("已开始轮次")})


@app.command(help=_("延后本轮截止时间"))
def extend(
    no: NoArgument,
    until: UntilOption = "",
    minutes: Annotated[int, typer.Option(help=_("或：从现在起多少分钟"))] = 0,
    reason: Annotated[str, typer.Option(help=_("原因"))] = "",
) -> None:
    """Put a deadline later."""
    run = cli()
    db, actor = run.signed_in()
    found = project_id(db, actor, no)
    rounds.extend_round(db, actor, ExtendRound(op_id(), found, _deadline(until, minutes), reason))
    run.say(_("已延后。"))


def _deadline(until: str, minutes: int) -> datetime:
    if minutes > 0:
        return server_time(cli().db()) + timedelta(minutes=minutes)
    return typed_time(until).replace(tzinfo=ZONE)


@app.command(help=_("生成报价单 Excel，每家供应商一份"))
def template(
    no: NoArgument,
    out: Annotated[Path | None, typer.Option(help=_("放到哪个文件夹"))] = None,
) -> None:
    """Write quote sheets."""
    run = cli()
    db, actor = run.signed_in()
    made = write_sheets(db, actor, project_id(db, actor, no), out or paths.output())
    run.emit(made, {"supplier": _("供应商"), "lines": _("行数"), "path": _("文件")})


@app.command(help=_("报价：填好的报价单（可多份），或 --price 行号=价格"))
def quote(
    no: NoArgument,
    files: Annotated[list[Path] | None, typer.Argument(help=_("填好的报价单 .xlsx"))] = None,
    price: Annotated[list[str] | None, typer.Option(help=_("行号=价格；价格写「放弃」"))] = None,
    paper: Annotated[Path | None, typer.Option(help=_("采购代录：书面报价文件"))] = None,
    supplier: SupplierOption = "",
) -> None:
    """Hand in quotes."""
    run = cli()
    db, actor = run.signed_in()
    found = project_id(db, actor, no)
    if price:
        command = SubmitBid(
            op_id=op_id(),
            negotiation_id=found,
            supplier_id=_supplier(supplier),
            lines=tuple(_line(text) for text in price),
            source=BidSource.PAPER if paper else BidSource.TYPED,
            file=BidFile(paper.name, local_files.read(paper)) if paper else None,
        )
        made = bids.submit_bid(db, actor, command)
        run.emit(
            made,
            {"round": _("轮次"), "version": _("第几次"), "lines": _("行数"),
             "fingerprint": _("指纹")},
        )  # fmt: skip
        if made.over:
            run.say(over_words(made.over))
        return
    sheets = [(op_id(), file) for file in files or ()]
    with run.progress(_("读取报价单")) as report:
        taken = import_sheets(db, actor, found, sheets, report)
    run.emit(
        taken if run.as_json else [
            {"file": one.file, "supplier": one.supplier, "lines": one.lines, "taken": one.taken,
             "over": over_words(one.over) or "—"}
            for one in taken
        ],
        {"file": _("文件"), "supplier": _("供应商"), "lines": _("行数"), "taken": _("已收下"),
         "over": _("超限价")},
        empty=_("没有给出文件。"),
    )  # fmt: skip
    problems = [problem for one in taken for problem in one.problems]
    if problems:
        raise DomainError(
            "quote.some", _("{n} 份报价单没有收下。", n=sum(not one.taken for one in taken)),
            problems=problems,
        )  # fmt: skip


def _line(text: str) -> BidLine:
    key, sign, value = text.partition("=")
    if not sign or not (key.isascii() and key.isdigit()):
        raise DomainError("cli.pair", _("「{text}」要写成 行号=价格，如 1=3.80。", text=text))
    return BidLine(int(key), None if value in {"放弃", _("放弃")} else money.price(value))


@app.command(help=_("供应商撤回报价（截止前）"))
def withdraw(
    no: NoArgument,
    reason: Annotated[str, typer.Option(help=_("原因"))] = "",
    supplier: SupplierOption = "",
) -> None:
    """Withdraw a quote."""
    run = cli()
    db, actor = run.signed_in()
    command = WithdrawBid(op_id(), project_id(db, actor, no), _supplier(supplier), reason)
    run.emit(bids.withdraw_bid(db, actor, command), {"round": _("轮次"), "version": _("第几次")})


@app.command("open", help=_("开标（密封轮到点后），或结束本轮"))
def open_(no: NoArgument) -> None:
    """Open a sealed round, or end an open one."""
    run = cli()
    db, actor = run.signed_in()
    done = rounds.open_round(db, actor, OpenRound(op_id(), project_id(db, actor, no)))
    run.emit(
        done,
        {"round": _("轮次"), "at": _("开标时间"), "bidders": _("报价家数"), "digest": _("总指纹")},
    )


@app.command(help=_("结束谈判，进入评审"))
def close(no: NoArgument) -> None:
    """Go on to the review."""
    run = cli()
    db, actor = run.signed_in()
    rounds.close_bidding(db, actor, op_id(), project_id(db, actor, no))
    run.say(_("已进入评审。"))


@app.command(help=_("比价：品规 × 供应商；--out 导出 Excel"))
def compare(
    no: NoArgument,
    out: Annotated[Path | None, typer.Option(help=_("导出到 .xlsx"))] = None,
) -> None:
    """Compare bids."""
    run = cli()
    db, actor = run.signed_in()
    found = project_id(db, actor, no)
    if out is not None:
        count = export_comparison(db, actor, found, out)
        run.emit({"file": str(out), "rows": count}, {"file": _("已输出"), "rows": _("行数")})
        return
    read = comparison(db, actor, found)
    columns = {"line": _("行号"), "name": _("品名"), "spec": _("规格"), "base": _("基准价")}
    columns |= {f"s{one.supplier_id}": one.name for one in read.suppliers}
    columns |= {"lowest": _("最低"), "chosen": _("拟中选")}
    run.emit(_rows(read), columns, empty=_("还没有开标的报价。"))
    sums = totals_of(read)
    run.say(
        _(
            "拟中选 {n} 项，{amount} 元；加权下浮 {weighted}%，简单平均 {simple}%",
            n=sums.lines,
            amount=f"{sums.amount:,.2f}",
            weighted="—" if sums.weighted is None else sums.weighted * _TENTH,
            simple="—" if sums.simple is None else sums.simple * _TENTH,
        )
    )


def _rows(read: Comparison) -> list[dict[str, Any]]:
    best = read.grid.best()
    names = {one.supplier_id: one.name for one in read.suppliers}
    rows = []
    for at, info in enumerate(read.lines):
        base = int(read.grid.base[at])
        row: dict[str, Any] = {
            "line": info.line, "name": info.name, "spec": info.spec,
            "base": money.from_scaled(base) if base else None,
            "lowest": read.suppliers[int(best[at])].name if best[at] >= 0 else "",
            "chosen": "、".join(
                names.get(one.supplier_id, "") for one in read.draft.get(info.line, ())
            ),
        }  # fmt: skip
        row |= {f"s{one.supplier_id}": read.price(p, at) for p, one in enumerate(read.suppliers)}
        rows.append(row)
    return rows


@app.command(help=_("每一次报价的轨迹；--prove 重算指纹"))
def trail(
    no: NoArgument,
    prove: Annotated[bool, typer.Option(help=_("核对每份报价和开标的指纹"))] = False,
) -> None:
    """Show every submission."""
    run = cli()
    db, actor = run.signed_in()
    found = project_id(db, actor, no)
    rows = trails.trail(db, actor, found, proofs=prove)
    simple = [
        {
            "at": f"{local_time(row.at):%m-%d %H:%M:%S}", "round": row.round,
            "supplier": row.supplier, "version": row.version, "kind": kind_words(row.kind),
            "source": source_words(row.source), "lines": row.lines, "person": row.person,
            "fingerprint": row.fingerprint, "proved": row.proved,
        }
        for row in rows
    ]  # fmt: skip
    run.emit(
        rows if run.as_json else simple,
        {
            "at": _("时间"), "round": _("轮次"), "supplier": _("供应商"), "version": _("第几次"),
            "kind": _("内容"), "source": _("方式"), "lines": _("行数"), "person": _("提交人"),
            "fingerprint": _("指纹"), "proved": _("相符"),
        },
        empty=_("还没有报价。"),
    )  # fmt: skip
    if prove and not all(one.holds for one in trails.prove(db, actor, found)):
        raise DomainError(
            "trail.broken", _("开标总指纹与报价记录不符，记录可能被改过。请报告审计。")
        )


@app.command(help=_("评分：--weight price=60 …；--give 供应商:quality=90；不填看评分表"))
def score(
    no: NoArgument,
    weight: Annotated[list[str] | None, typer.Option(help=_("项=权重，合计 100"))] = None,
    give: Annotated[list[str] | None, typer.Option(help=_("供应商:项=分"))] = None,
) -> None:
    """Set weights, give points, show the sheet."""
    run = cli()
    db, actor = run.signed_in()
    found = project_id(db, actor, no)
    if weight:
        pairs = tuple((_criterion(key), number) for key, number in map(_points, weight))
        scores.set_weights(db, actor, SetWeights(op_id(), found, pairs))
    if give:
        points = []
        for key, number in map(_points, give):
            name, _sign, criterion = key.partition(":")
            points.append((_supplier(name), _criterion(criterion), number))
        scores.give_points(db, actor, GivePoints(op_id(), found, tuple(points)))
    read, sheet = comparison(db, actor, found), scores.scoring(db, actor, found)
    rows = []
    for one, price in zip(read.suppliers, price_points(read.grid), strict=True):
        full = {Criterion.PRICE: int(price)} | dict(sheet.points.get(one.supplier_id, {}))
        row: dict[str, Any] = {key.value: full.get(key, 0) * _TENTH for key in Criterion}
        rows.append(
            row | {"supplier": one.name, "total": total_score(full, sheet.weights) * _TENTH}
        )
    columns = {"supplier": _("供应商")}
    columns |= {key.value: f"{key.label} {sheet.weights.get(key, 0)}%" for key in Criterion}
    run.emit(rows, columns | {"total": _("综合得分")})


def _points(text: str) -> tuple[str, int]:
    key, sign, value = text.partition("=")
    if not sign or not (value.isascii() and value.isdigit()):
        raise DomainError("cli.pair", _("「{text}」要写成 项=分，如 quality=90。", text=text))
    return key, int(value)


def _criterion(text: str) -> Criterion:
    try:
        return Criterion(text)
    except ValueError:
        known = "、".join(one.value for one in Criterion)
        raise DomainError(
            "cli.criterion", _("没有评分项 {text}。可用：{known}。", text=text, known=known)
        ) from None


@app.command(
    help=_(
        "拟中选：--lowest 逐行最低，--by-score 按评分，或 行号=供应商；"
        "拆份额写 行号=甲:70,乙:30，备选写 行号=甲,乙:备选"
    )
)
def choose(
    no: NoArgument,
    picks: Annotated[list[str] | None, typer.Argument(help=_("行号=供应商"))] = None,
    lowest: Annotated[bool, typer.Option(help=_("逐行选最低价"))] = False,
    by_score: Annotated[bool, typer.Option(help=_("逐行按综合评分"))] = False,
    reason: Annotated[str, typer.Option(help=_("未选最低价的理由（至少 10 个字）"))] = "",
) -> None:
    """Draw up the award by hand."""
    run = cli()
    db, actor = run.signed_in()
    found = project_id(db, actor, no)
    choices: tuple[LineChoice, ...]
    if lowest or by_score:
        read = comparison(db, actor, found)
        sheet = scores.scoring(db, actor, found)
        expert = [dict(sheet.points.get(one.supplier_id, {})) for one in read.suppliers]
        choices = (
            lowest_choices(read) if lowest else scored_choices(read, expert, dict(sheet.weights))
        )
    else:
        choices = tuple(_pick(text, reason) for text in picks or ())
    done = save_draft(db, actor, SaveDraft(op_id(), found, choices))
    run.emit({"lines": done}, {"lines": _("已存拟中选行数")})


def _pick(text: str, reason: str) -> LineChoice:
    key, _sign, names = text.partition("=")
    if not (key.isascii() and key.isdigit()):
        raise DomainError("cli.pair", _("「{text}」要写成 行号=供应商，如 1=康泽。", text=text))
    parts = names.replace("，", ",").split(",") if names else ()
    return LineChoice(int(key), tuple(_part(part, reason) for part in parts))


def _part(text: str, reason: str) -> tuple[int, int, int, str]:
    """One supplier of a line: the whole, a share in percent, or the backup."""
    name, _sign, share = text.strip().replace("：", ":").partition(":")
    if share in {"备选", _("备选")}:
        return (_supplier(name), BACKUP, 0, "")
    return (_supplier(name), WINNER, tenths(share) if share else WHOLE, reason)


@app.command(help=_("把一个标包或几行定为流标"))
def fail(
    no: NoArgument,
    reason: Annotated[str, typer.Option(help=_("原因"))] = "",
    lot: Annotated[int, typer.Option(help=_("标包"))] = 0,
    line: Annotated[list[int] | None, typer.Option(help=_("行号，可重复"))] = None,
) -> None:
    """Declare a lot or lines failed."""
    run = cli()
    db, actor = run.signed_in()
    command = FailPart(op_id(), project_id(db, actor, no), reason, lot, tuple(line or ()))
    run.emit({"lines": fail_part(db, actor, command)}, {"lines": _("流标行数")})


def _supplier(text: str) -> int:
    run = cli()
    return supplier_id(run, text) if text else run.actor().org_id
