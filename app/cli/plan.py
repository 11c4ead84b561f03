"""`yilian plan`: plan the stock of a member, see the list and each figure's origin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from app.cli import plan_group, plan_review, plan_terms
from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.scope import item_id, org_id, signed_in_at
from app.domain.errors import DomainError
from app.domain.replenish.calendar import ReviewDays
from app.domain.replenish.frontier import Aim
from app.domain.replenish.settings import MOST_DAYS, Settings
from app.i18n import _
from app.services.demand import DemandLine, RecordDemand, record
from app.services.directory import members_day
from app.services.item_lookup import find_items
from app.services.replenishment.run import Run, run as run_plan
from app.services.replenishment.suggestions import (
    SuggestionQuery,
    SuggestionRow,
    board,
    one,
)
from app.services.scan_rules import read
from app.services.stock.places import store_of

app = typer.Typer()
plan_app = typer.Typer()
app.add_typer(
    plan_app,
    name="plan",
    help=_("智能补货：计算建议、看每个数怎么来的"),
    invoke_without_command=True,
)

plan_app.add_typer(plan_group.app)
plan_app.add_typer(plan_review.app)
plan_app.add_typer(plan_terms.app)

OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One suggestion as the command line shows it; quantities in packs."""

    code: str
    name: str
    spec: str
    days_left: Decimal
    suggested: Decimal
    chosen: Decimal
    unit: str
    picked: bool
    supplier: str
    amount: Decimal | None
    why: str
    detail: str
    edit_reason: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of an explanation."""

    step: str
    value: Decimal
    unit: str
    role: str


@plan_app.callback()
def plan(
    context: typer.Context,
    org: OrgOption = "",
    everything: Annotated[bool, typer.Option("--all", help=_("也列出不用补的"))] = False,
    show_only: Annotated[bool, typer.Option("--last", help=_("不重新计算，只看上次的"))] = False,
    target: Annotated[
        float, typer.Option(help=_("目标天数（-1 沿用上次）；与 --data 一起时为满足率，如 0.98"))
    ] = -1,
    service: Annotated[int, typer.Option(help=_("服务水平 %；0 沿用上次"))] = 0,
    review: Annotated[str, typer.Option(help=_("补货日，如 0,3（0 为星期一）"))] = "",
    data: Annotated[
        Path | None, typer.Option(help=_("从文件夹计算（demand_train.csv、items.csv 等）"))
    ] = None,
    out: Annotated[Path, typer.Option(help=_("--data 的结果文件"))] = Path("policy.csv"),
) -> None:
    """Plan a member's main store and list what to order."""
    if context.invoked_subcommand is not None:
        return
    run = cli()
    if data is not None:
        from app.cli.plan_files import plan_files

        plan_files(run, data, out, target if target > 0 else Aim().fill)
        return
    if not -1 <= target <= MOST_DAYS:  # also what is no number at all
        words = _("天数应在 0 到 {most} 之间。请改正。", most=MOST_DAYS)
        raise DomainError("replenish.days", words)
    db, actor, where = signed_in_at(run, org)
    if not show_only:
        last = board(db, actor, SuggestionQuery(where)).settings
        chosen = _changed(last, round(target), service, review)
        with run.progress(_("正在计算补货")) as report:
            done = run_plan(db, actor, Run(op_id(), where, settings=chosen), report)
        run.say(
            _(
                "已计算 {items} 个品规，建议补 {n} 个，保留 {kept} 处人工改动。",
                items=done.items,
                n=done.suggested,
                kept=done.kept_edits,
            )
        )
    found = board(db, actor, SuggestionQuery(where, everything=everything))
    run.emit(
        [_line(row) for row in found.rows],
        {
            "code": _("编码"), "name": _("品名"), "spec": _("规格"), "days_left": _("可用天数"),
            "suggested": _("建议"), "chosen": _("申请"), "unit": _("单位"),
            "supplier": _("供应商"), "amount": _("金额 元"), "why": _("为什么"),
            "detail": _("说明"),
        },
        empty=_("没有要补的品规。加 --all 看全部。"),
    )  # fmt: skip


@plan_app.command("show", help=_("一个品规的建议怎么来的"))
def show(
    item: Annotated[str, typer.Argument(help=_("统一编码、69 码或医保编码"))], org: OrgOption = ""
) -> None:
    """Show every step of one suggestion."""
    run = cli()
    db, actor = run.signed_in()
    row = one(db, actor, org_id(run, org), 0, item_id(run, item))
    explanation = row.why.explanation
    run.say(f"{row.name} {row.spec}  {row.why.headline}，{row.why.detail}")
    run.emit(
        [
            StepLine(str(step.label), step.value, explanation.unit, step.role.value)
            for step in explanation.steps
        ],
        {"step": _("这个数怎么来的"), "value": _("数量"), "unit": _("单位")},
    )


@plan_app.command("asked", help=_("登记没满足的请领（算作需求）"))
def asked(
    item: Annotated[str, typer.Argument(help=_("统一编码、69 码或医保编码"))],
    quantity: Annotated[int, typer.Argument(help=_("请领数量（按盒等包装单位）"))],
    given: Annotated[int, typer.Option(help=_("其中已发"))] = 0,
    org: OrgOption = "",
) -> None:
    """Record a request that could not be met in full."""
    run = cli()
    db, actor, where = signed_in_at(run, org)
    wanted = item_id(run, item)
    found = find_items(db, actor, read(db, item))[0]
    line = DemandLine(
        wanted,
        date.fromisoformat(members_day(db)),
        quantity * found.pack_factor,
        given * found.pack_factor,
    )
    record(db, actor, RecordDemand(op_id(), where, store_of(db, actor, where), (line,)))
    run.say(
        _(
            "已登记 {name} 请领 {n} {unit}，已发 {given}。",
            name=found.name,
            n=quantity,
            unit=found.pack_unit,
            given=given,
        )
    )
    if run.as_json:
        run.emit(line)


def _changed(last: Settings, target: int, service: int, review: str) -> Settings | None:
    """Other settings than the last ones, None where nothing is wanted differently."""
    changes: dict[str, int] = {}
    if target >= 0:
        changes["target_days"] = target
    if service > 0:
        changes |= {"service": service, "critical_service": max(service, last.critical_service)}
    if not changes and not review:
        return None
    days = ReviewDays.parse(review) if review else last.review
    stored = last.as_json() | changes | {"review": days.text}
    return Settings.from_json(stored)


def _line(row: SuggestionRow) -> PlanLine:
    return PlanLine(
        code=row.code,
        name=row.name,
        spec=row.spec,
        days_left=Decimal(str(row.days_left)),
        suggested=Decimal(row.suggested) / row.pack_factor,
        chosen=row.packs,
        unit=row.pack_unit,
        picked=row.picked,
        supplier=row.supplier,
        amount=row.amount if row.chosen else None,
        why=str(row.why.headline),
        detail=str(row.why.detail),
        edit_reason=row.edit_reason,
    )
