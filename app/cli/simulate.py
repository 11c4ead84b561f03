"""`yilian simulate`: the last year again under two policies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.scope import org_ids
from app.domain.replenish.advice import Outcome
from app.domain.replenish.scenario import Kind, Scenario
from app.i18n import _
from app.services.replenishment.simulation import Simulate, Simulated, simulate as replay, usual

app = typer.Typer()


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure under both policies."""

    figure: str
    a: Decimal | int | None
    b: Decimal | int | None


@app.command("simulate", help=_("补货模拟：用过去一年的真实用量重放，比较两个方案"))
def simulate(
    org: Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构；all 为全部可见"))] = "",
    service: Annotated[int, typer.Option(help=_("方案 B 的服务水平 %"))] = 98,
    days: Annotated[int, typer.Option("--target", help=_("方案 B 的目标天数，0 为近零库存"))] = 0,
    lateral: Annotated[
        bool, typer.Option("--lateral/--alone", help=_("方案 B 是否成员互相调拨"))
    ] = True,
    group: Annotated[bool, typer.Option("--group", help=_("方案 B 按集团一盘棋算"))] = False,
    months: Annotated[
        float,
        typer.Option("--months", help=_("方案 A 改为手设：备几个月的月均用量"), min=0, max=60),
    ] = 0.0,
    exceptions: Annotated[bool, typer.Option("--exceptions", help=_("只列换后缺货更多的"))] = False,
) -> None:
    """Replay the last year under two policies and compare them."""
    run = cli()
    db, actor = run.signed_in()
    where = org_ids(run, org)
    a, b = usual(db, actor, where[0])
    if months > 0:
        a = Scenario(Kind.MONTHS, tenths=round(months * 10))
    b = replace(
        b,
        kind=Kind.GROUP if group else Kind.STORE,
        service=service,
        critical_service=max(service, b.critical_service),
        target_days=days,
        lateral=lateral or group,
    )
    with run.progress(_("正在模拟")) as report:
        found = replay(db, actor, Simulate(tuple(where), a, b), report)
    if run.as_json:
        run.emit(found)
        return
    if exceptions:
        _emit_exceptions(found)
        return
    run.say(
        _(
            "用 {first} 至 {last} 的真实用量重放，{members} 家、{n} 个品规。",
            first=str(found.first),
            last=str(found.last),
            members=found.members,
            n=found.series,
        )
    )
    run.emit(figures(found.a, found.b), {"figure": _("指标"), "a": "A", "b": "B"})
    run.say(str(found.advice.headline))
    run.say(str(found.advice.detail))


def _emit_exceptions(found: Simulated) -> None:
    cli().emit(
        found.exceptions,
        {
            "org": _("机构"), "code": _("编码"), "name": _("品名"), "spec": _("规格"),
            "short_a": _("A 缺货天"), "short_b": _("B 缺货天"),
            "value_a": _("A 库存 元"), "value_b": _("B 库存 元"),
        },
        empty=_("没有品规缺货明显变多。"),
    )  # fmt: skip


def figures(a: Outcome, b: Outcome) -> tuple[FigureLine, ...]:
    """The figures of both policies, as a table shows them."""
    return (
        FigureLine(_("行满足率 %"), a.line_fill, b.line_fill),
        FigureLine(_("数量满足率 %"), a.unit_fill, b.unit_fill),
        FigureLine(_("急救品种行满足率 %"), a.critical_fill, b.critical_fill),
        FigureLine(_("平均库存金额 元"), a.stock_value, b.stock_value),
        FigureLine(_("最高库存金额 元"), a.peak_value, b.peak_value),
        FigureLine(_("可用天数"), a.days_of_stock, b.days_of_stock),
        FigureLine(_("缺货（品规天）"), a.short_days, b.short_days),
        FigureLine(_("过期报损 元"), a.expired_value, b.expired_value),
        FigureLine(_("订货（行）"), a.orders, b.orders),
        FigureLine(_("调拨（行）"), a.helped, b.helped),
    )
