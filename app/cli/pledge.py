"""`yilian pledge …`: how far members are with what they pledged, and supplements of it."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.scope import org_id
from app.domain.awarding.limits import percent
from app.domain.errors import DomainError
from app.i18n import _
from app.services.pledges.execution import PledgeRow, execution
from app.services.pledges.supplement import (
    STATES,
    AskSupplement,
    DecideSupplement,
    SupplementRow,
    ask_supplement,
    decide_supplement,
    supplements,
)

app = typer.Typer()


@app.command("list", help=_("约定量执行率：已验收 ÷（约定量 × 已过时间），落后的在前"))
def list_(
    warnings: Annotated[bool, typer.Option("--warnings", help=_("只看要处理的"))] = False,
    past: Annotated[bool, typer.Option("--past", help=_("也看已到期的"))] = False,
) -> None:
    """Show pledges."""
    run = cli()
    rows = execution(*run.signed_in(), warnings=warnings, past=past)
    run.emit(
        [_words(row) for row in rows],
        {
            "org": _("机构"), "code": _("编码"), "name": _("品名"), "spec": _("规格"),
            "pledged": _("约定量"), "ordered": _("已订"), "accepted": _("已验收"),
            "due": _("应完成"), "rate": _("执行率 %"), "whole": _("占全期 %"),
            "days_left": _("剩余天数"), "pace": _("进度"),
        },
        empty=_("没有约定量。定标生效以后，成员确认的约定量会出现在这里。"),
    )  # fmt: skip


@app.command(help=_("预警：落后、到期没完成、订货超约定"))
def warn() -> None:
    """Show what somebody should act on."""
    list_(warnings=True, past=True)


@app.command(help=_("申请补充约定：超过上限的部分，合计不超过约定量的 10%"))
def supplement(
    item: Annotated[str, typer.Argument(help=_("品规编码"))],
    packs: Annotated[int, typer.Argument(help=_("补充多少（盒等包装单位）"))],
    reason: Annotated[str, typer.Option(help=_("原因，至少 5 个字"))],
    org: Annotated[str, typer.Option(help=_("成员的四位编码或简称"))],
) -> None:
    """Ask for a supplement of a pledge."""
    run = cli()
    db, actor = run.signed_in()
    row = _pledge(org, item)
    command = AskSupplement(
        op_id(), row.org_id, row.award_id, row.item_id, packs * row.factor, reason
    )
    run.emit(ask_supplement(db, actor, command), _step_titles())


@app.command("supplements", help=_("补充约定一览；--waiting 只看等你审批的"))
def supplements_(
    waiting: Annotated[bool, typer.Option("--waiting", help=_("只看等你审批的"))] = False,
) -> None:
    """List supplements."""
    run = cli()
    rows = supplements(*run.signed_in(), waiting=waiting)
    run.emit(
        rows if run.as_json else [_supplement_words(row) for row in rows],
        {
            "no": _("补充约定"), "org": _("机构"), "name": _("品名"), "qty": _("补充"),
            "pledged": _("约定量"), "cap": _("上限"), "status": _("状态"),
            "asked_by": _("申请人"), "reason": _("原因"), "answer": _("答复"),
        },
        empty=_("没有补充约定。"),
    )  # fmt: skip


@app.command(help=_("同意一张补充约定，约定量上限随之提高"))
def approve(no: Annotated[str, typer.Argument(help=_("补充约定号 BC…"))]) -> None:
    """Approve a supplement."""
    _decide(no, "", approved=True)


@app.command(help=_("退回一张补充约定"))
def refuse(
    no: Annotated[str, typer.Argument(help=_("补充约定号 BC…"))],
    answer: Annotated[str, typer.Option(help=_("退回原因，至少 5 个字"))],
) -> None:
    """Refuse a supplement."""
    _decide(no, answer, approved=False)


def _decide(no: str, answer: str, *, approved: bool) -> None:
    run = cli()
    db, actor = run.signed_in()
    found = [row for row in supplements(db, actor) if row.no == no.strip().upper()]
    if not found:
        raise DomainError(
            "supplement.gone",
            _("没有找到补充约定 {no}。用 yilian pledge supplements 看有哪些。", no=no),
        )
    command = DecideSupplement(op_id(), found[0].org_id, found[0].id, approved, answer)
    run.emit(decide_supplement(db, actor, command), _step_titles())


def _step_titles() -> dict[str, str]:
    return {"no": _("补充约定"), "status": _("状态"), "qty": _("补充"), "cap": _("新的上限")}


def _pledge(org: str, item: str) -> PledgeRow:
    """The pledge in force of a member (code or short name) and item."""
    run = cli()
    where = org_id(run, org) if org.isdigit() else 0
    wanted = item.strip().upper()
    rows = [
        row
        for row in execution(*run.signed_in())
        if row.code == wanted and (row.org_id == where or row.org == org)
    ]
    if not rows:
        raise DomainError(
            "pledge.gone",
            _("{org} 没有 {item} 的约定量。用 yilian pledge list 看有哪些。", org=org, item=item),
        )
    return max(rows, key=lambda row: row.valid_from)


def _supplement_words(row: SupplementRow) -> dict[str, object]:
    return {
        "no": row.no, "org": row.org, "name": row.name,
        "qty": f"{row.qty // row.factor} {row.unit}",
        "pledged": row.pledged // row.factor, "cap": row.cap // row.factor,
        "status": _(STATES[row.status]), "asked_by": row.asked_by, "reason": row.reason,
        "answer": row.answer,
    }  # fmt: skip


def _words(row: PledgeRow) -> dict[str, object]:
    progress = row.progress
    rate, whole = progress.rate, progress.whole_rate
    return {
        "org": row.org, "code": row.code, "name": row.name, "spec": row.spec,
        "pledged": progress.pledged, "ordered": progress.ordered,
        "accepted": progress.accepted, "due": progress.due,
        "rate": None if rate is None else percent(rate),
        "whole": None if whole is None else percent(whole),
        "days_left": progress.days_left, "pace": row.pace.label,
    }  # fmt: skip
