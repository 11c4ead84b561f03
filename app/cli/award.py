"""`yilian award …`: the optimiser, the decision of two persons, 公示, the price list."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import Cli, cli
from app.cli.operation import op_id
from app.domain.awarding.limits import Limits
from app.domain.days import typed_day
from app.domain.documents import state_title
from app.domain.errors import DomainError
from app.domain.typed import scaled
from app.i18n import _
from app.services.awards import decide, enforce, engine, files, notice, propose, queries
from app.services.negotiation.project import project_id

app = typer.Typer()

NoArgument = Annotated[str, typer.Argument(help=_("项目编号，如 YJ20261014-001"))]
WhichOption = Annotated[
    str, typer.Option("--which", help=_("哪个方案：hand 手工、optimised 优化；不填取最近的"))
]
_TENTHS = 10


@app.command("optimise", help=_("优化：在限制下找总价最低的方案；项目，或 --bids 报价文件"))
def optimise(
    no: Annotated[str, typer.Argument(help=_("项目编号；用文件时不填"))] = "",
    bids: Annotated[Path | None, typer.Option(help=_("报价文件（不用数据库）"))] = None,
    limits: Annotated[Path | None, typer.Option(help=_("限制文件：limit,scope,value"))] = None,
    hand: Annotated[Path | None, typer.Option(help=_("手工方案文件，用来对比"))] = None,
    out: Annotated[Path, typer.Option(help=_("方案写到哪个文件"))] = Path("award.csv"),
    in_all: Annotated[int | None, typer.Option(help=_("最多几家供应商"))] = None,
    per_lot: Annotated[int | None, typer.Option(help=_("每包最多几家"))] = None,
    split: Annotated[str, typer.Option(help=_("份额，如 70/30"))] = "",
    share_cap: Annotated[str, typer.Option(help=_("单家最多占金额的 %"))] = "",
    small_share: Annotated[str, typer.Option(help=_("中小企业至少占金额的 %"))] = "",
    keep_incumbent: Annotated[
        str, typer.Option(help=_("原供应商比最低价高不超过多少 % 时保留"))
    ] = "",
    cold_chain: Annotated[bool, typer.Option(help=_("冷链品规只给有冷链资质的"))] = True,
    capacity: Annotated[bool, typer.Option(help=_("遵守报价里写的供货能力"))] = True,
    seconds: Annotated[int, typer.Option(help=_("最多找多少秒"), min=1, max=3600)] = 30,
    explain: Annotated[bool, typer.Option(help=_("算出每个限制的代价"))] = True,
    keep: Annotated[bool, typer.Option(help=_("存成可以提交的方案"))] = True,
) -> None:
    """Propose the cheapest award, for a project or from files."""
    run = cli()
    stated = Limits(
        in_all=in_all,
        per_lot=per_lot,
        split=tuple(scaled(one, _TENTHS) or 0 for one in split.split("/")) if split else (1000,),
        share_cap=scaled(share_cap, _TENTHS),
        small_share=scaled(small_share, _TENTHS),
        keep_incumbent=scaled(keep_incumbent, _TENTHS),
        cold_chain=cold_chain,
        use_capacity=capacity,
    )
    with run.progress(_("优化中")) as report:
        how = engine.How(seconds=seconds, explain=explain, report=report)
        if bids is not None:
            answer = files.award_files(files.FileAward(bids, limits, hand, out, how), stated)
        else:
            answer = _propose(run, no, stated, how, keep=keep)
    _say(run, answer)
    if answer.conflict and not run.as_json:
        raise DomainError(
            "award.conflict",
            _(
                "这些限制不能同时满足：{limits}。请放宽其中一个。",
                limits="、".join(answer.conflict),
            ),
        )


def _propose(run: Cli, no: str, stated: Limits, how: engine.How, *, keep: bool) -> files.FileAnswer:
    if not no:
        raise DomainError("award.what", _("请写项目编号，或用 --bids 给报价文件。"))
    db, actor = run.signed_in()
    command = propose.Propose(op_id(), project_id(db, actor, no), stated, keep=keep)
    return propose.propose(db, actor, command, how).answer


def _say(run: Cli, answer: files.FileAnswer) -> None:
    if run.as_json:
        run.emit(answer)
        return
    proof = _("已证明最低") if answer.proved else _("最多还能低 {gap} 元", gap=f"{answer.gap:,}")
    run.say(
        _(
            "中选 {lines} 个品规、{suppliers} 家供应商，总价 {cost} 元（{proof}），下浮 {rate}。",
            lines=answer.lines,
            suppliers=answer.suppliers,
            cost=f"{answer.cost:,}",
            proof=proof,
            rate=answer.reduction or "—",
        )
    )
    if answer.hand_cost is not None and answer.hand_less is not None:
        run.say(_hand_words(answer.hand_cost, answer.hand_less))
    for text in (*answer.hand_breaks, *answer.left_out, *answer.conflict_lines):
        run.say(f"  · {text}")
    titles = {
        "label": _("限制"),
        "costs": _("代价（元）"),
        "without": _("去掉后的总价"),
        "proved": _("已证明"),
    }
    if answer.limits:
        run.emit(answer.limits, titles)


def _hand_words(cost: Decimal, less: Decimal) -> str:
    """The award by hand beside the proposal; it may be cheaper where it keeps no limits."""
    if less < 0:
        return _(
            "手工方案 {cost} 元，比优化方案低 {less} 元，但不满足下面的限制。",
            cost=f"{cost:,}",
            less=f"{-less:,}",
        )
    return _("手工方案 {cost} 元，优化方案低 {less} 元。", cost=f"{cost:,}", less=f"{less:,}")


@app.command("list", help=_("定标方案"))
def list_(no: Annotated[str, typer.Argument(help=_("项目编号；不填看全部"))] = "") -> None:
    """List awards."""
    run = cli()
    db, actor = run.signed_in()
    rows = queries.awards(db, actor, project_id(db, actor, no) if no else None)
    run.emit(
        rows if run.as_json else [_words(row) for row in rows], _TITLES(), empty=_("还没有方案。")
    )


def _TITLES() -> dict[str, str]:  # noqa: N802 - a table of words, translated when asked
    return {
        "project_no": _("项目"),
        "kind": _("方案"),
        "status": _("状态"),
        "lines": _("品规"),
        "suppliers": _("供应商"),
        "amount": _("总价"),
        "saving": _("比基准价省"),
        "weighted": _("下浮率 %"),
        "notice_no": _("公示编号"),
        "public_to": _("公示至"),
    }


def _words(row: queries.AwardRow) -> dict[str, object]:
    kind = _("优化") if row.kind == propose.OPTIMISED else _("手工")
    return {
        "project_no": row.project_no,
        "kind": kind,
        "status": state_title(row.status),
        "lines": row.lines,
        "suppliers": row.suppliers,
        "amount": row.amount,
        "saving": row.saving,
        "weighted": row.weighted,
        "notice_no": row.notice_no,
        "public_to": row.public_to,
    }


@app.command(help=_("一个方案的中选和备选"))
def show(no: NoArgument, which: WhichOption = "") -> None:
    """Show the lines of an award."""
    run = cli()
    found = _find(run, no, which)
    run.emit(
        queries.award_lines(*run.signed_in(), found.award_id),
        {
            "line": _("行"), "name": _("品名"), "spec": _("规格"), "supplier": _("供应商"),
            "rank": _("顺位"), "share": _("份额‰"), "unit_price": _("中选价"),
            "base_price": _("基准价"), "amount": _("金额"), "reason": _("未选最低价"),
        },
    )  # fmt: skip


@app.command(help=_("提交审批"))
def submit(
    no: NoArgument,
    which: WhichOption = "",
    days: Annotated[int, typer.Option(help=_("公示天数，0 = 不公示"))] = 5,
    fail_rest: Annotated[bool, typer.Option(help=_("没有中选的品规宣布流标"))] = False,
) -> None:
    """Submit an award."""
    run = cli()
    command = decide.SubmitAward(op_id(), _find(run, no, which).award_id, days, fail_rest)
    run.say(_("已提交，公示编号 {no}。", no=decide.submit_award(*run.signed_in(), command)))


@app.command(help=_("审批（不能是参加谈判的人），开始公示"))
def approve(no: NoArgument, which: WhichOption = "") -> None:
    """Approve an award."""
    run = cli()
    command = decide.ApproveAward(op_id(), _find(run, no, which).award_id)
    done = decide.approve_award(*run.signed_in(), command)
    if (
        not run.as_json
        and done.public_from
        and done.public_to
        and (done.public_to < done.public_from)
    ):
        run.say(_("已同意 {no}，不公示，可以生效。", no=done.notice_no))
        return
    run.emit(
        done, {"notice_no": _("公示编号"), "public_from": _("公示从"), "public_to": _("公示到")}
    )


@app.command("return", help=_("退回采购修改"))
def return_(
    no: NoArgument,
    reason: Annotated[str, typer.Option(help=_("原因"))],
    which: WhichOption = "",
) -> None:
    """Send an award back."""
    run = cli()
    found = _find(run, no, which)
    decide.return_award(*run.signed_in(), decide.ReturnAward(op_id(), found.award_id, reason))
    run.say(_("已退回。"))


@app.command("object", help=_("登记公示期收到的质疑"))
def object_(
    no: NoArgument,
    text: Annotated[str, typer.Option(help=_("质疑内容"))],
    who: Annotated[str, typer.Option(help=_("谁提的"))],
    which: WhichOption = "",
) -> None:
    """Record an objection."""
    run = cli()
    command = decide.Object(op_id(), _find(run, no, which).award_id, text, who=who)
    run.say(_("已登记，质疑号 {id}。", id=decide.record_objection(*run.signed_in(), command)))


@app.command(help=_("质疑和答复"))
def objections(no: NoArgument, which: WhichOption = "") -> None:
    """List objections."""
    run = cli()
    rows = queries.objections(*run.signed_in(), _find(run, no, which).award_id)
    titles = {
        "objection_id": _("质疑号"),
        "who": _("谁提的"),
        "text": _("内容"),
        "answer": _("答复"),
    }
    run.emit(rows, titles, empty=_("没有收到质疑。"))


@app.command(help=_("答复质疑：--upheld 成立并退回，--rejected 不成立"))
def answer(
    objection: Annotated[int, typer.Argument(help=_("质疑号"))],
    text: Annotated[str, typer.Option(help=_("答复"))],
    upheld: Annotated[bool, typer.Option("--upheld/--rejected", help=_("质疑是否成立"))] = False,
) -> None:
    """Answer an objection."""
    run = cli()
    command = decide.AnswerObjection(op_id(), objection, text, upheld)
    decide.answer_objection(*run.signed_in(), command)
    run.say(_("已答复。"))


@app.command("enforce", help=_("公示期满：生成价格表，旧价截止，约定量开始"))
def enforce_(
    no: NoArgument,
    which: WhichOption = "",
    start: Annotated[str, typer.Option("--from", help=_("生效日期；不填用供货期开始"))] = "",
    pledge_cap: Annotated[str, typer.Option(help=_("订货最多到约定量的 %；不填只提醒"))] = "",
) -> None:
    """Put an award in force."""
    run = cli()
    command = enforce.PutInForce(
        op_id(),
        _find(run, no, which).award_id,
        typed_day(start) if start else None,
        scaled(pledge_cap, _TENTHS),
    )
    run.emit(
        enforce.put_in_force(*run.signed_in(), command),
        {
            "code": _("价格表"),
            "prices": _("新价格（含备选）"),
            "closed": _("截止的旧价格"),
            "pledges": _("约定量（成员 × 品规）"),
        },
    )


@app.command("notice", help=_("公示文件 PDF"))
def notice_(
    no: NoArgument,
    out: Annotated[Path, typer.Option(help=_("写到哪个文件"))] = Path("notice.pdf"),
    which: WhichOption = "",
) -> None:
    """Write the award notice."""
    from app.adapters.local_files import write
    from app.adapters.pdf.award_pdf import award_pdf

    run = cli()
    write(out, award_pdf(notice.notice_of(*run.signed_in(), _find(run, no, which).award_id)))
    run.say(_("已存到 {path}。", path=out))


def _find(run: Cli, no: str, which: str) -> queries.AwardRow:
    db, actor = run.signed_in()
    rows = queries.awards(db, actor, project_id(db, actor, no))
    for row in rows:
        if not which or row.kind == which:
            return row
    raise DomainError("award.none", _("项目 {no} 还没有这样的方案。请先保存或优化。", no=no))
