"""`yilian month`: checks before the close, closing, opening again, the cut-off day."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.operation import op_id
from app.cli.scope import org_id, org_ids
from app.domain.errors import DomainError
from app.domain.settlement.closing import open_count
from app.domain.settlement.period import Period
from app.i18n import _
from app.services.settlement.calendar import SetCutOff, calendar_of, set_cut_off
from app.services.settlement.closing import (
    AllowReopen,
    AskReopen,
    CloseMonth,
    CloseRow,
    allow_reopen,
    ask_reopen,
    close_month,
    closes,
    open_items,
)

app = typer.Typer()

PeriodArgument = Annotated[str, typer.Argument(help=_("结算月份，如 2026-10"))]
OrgOption = Annotated[str, typer.Option("--org", help=_("机构编号，默认本机构"))]


@app.command("check", help=_("关账前还有哪几项"))
def check(period: PeriodArgument, org: OrgOption = "") -> None:
    """List what is open."""
    run = cli()
    found = open_items(*run.signed_in(), org_id(run, org), period)
    run.say(_("关账前还有 {n} 项。", n=open_count(found)))
    run.emit(
        [{"check": one.check.value, "title": one.title, "count": one.count,
          "names": "、".join(one.names), "advice": one.advice} for one in found],
        {"title": _("项目"), "count": _("数量"), "names": _("哪些"), "advice": _("怎么办")},
        empty=_("可以关账。"),
    )  # fmt: skip


@app.command("close", help=_("关账：此后不能再记这个月和以前的账"))
def close(
    period: PeriodArgument,
    estimated: Annotated[bool, typer.Option(help=_("缺发票按暂估关账，要写 --note"))] = False,
    note: Annotated[str, typer.Option("--note", help=_("暂估的理由"))] = "",
    yes: Annotated[bool, typer.Option("--yes", help=_("不再询问"))] = False,
    org: OrgOption = "",
) -> None:
    """Close a month."""
    run = cli()
    run.confirm(
        _("关账后不能再记 {period} 及以前的账，要开账须两个人同意。现在关账吗？", period=period),
        yes=yes,
    )
    command = CloseMonth(op_id(), org_id(run, org), period, estimated, note)
    row = close_month(*run.signed_in(), command)
    run.say(_("{period} 已关账，关到 {day}。", period=row.period, day=row.date_to))
    if run.as_json:
        run.emit({"period": row.period, "date_to": row.date_to, "figures": row.figures})


@app.command("reopen", help=_("申请开账：写明原因，由另一个人同意"))
def reopen(
    period: PeriodArgument,
    note: Annotated[str, typer.Option("--note", help=_("原因"))],
    org: OrgOption = "",
) -> None:
    """Ask for a month to be opened again."""
    run = cli()
    row = _shut(period, org)
    ask_reopen(*run.signed_in(), AskReopen(op_id(), row.org_id, row.close_id, note))
    run.say(_("已申请。由另一位结算员、负责人或审计同意后开账。"))


@app.command("allow", help=_("同意别人的开账申请"))
def allow(period: PeriodArgument, org: OrgOption = "") -> None:
    """Allow a month to be opened again."""
    run = cli()
    row = _shut(period, org)
    allow_reopen(*run.signed_in(), AllowReopen(op_id(), row.org_id, row.close_id))
    run.say(_("{period} 已开账。", period=period))


def _shut(period: str, org: str) -> CloseRow:
    run = cli()
    for row in closes(*run.signed_in(), (org_id(run, org),)):
        if row.shut and row.period == Period.parse(period).key:
            return row
    raise DomainError("month.gone", _("{period} 没有关账。", period=period))


@app.command("list", help=_("关账记录：谁关的、谁申请开账、谁同意"))
def list_(
    org: Annotated[str, typer.Option("--org", help=_("机构编号；all 为全部可见"))] = "all",
) -> None:
    """List the closes."""
    run = cli()
    run.emit(
        closes(*run.signed_in(), org_ids(run, org)),
        {"org": _("成员"), "period": _("月份"), "date_to": _("关到"), "closed_by": _("关账"),
         "closed_at": _("时间"), "note": _("说明"), "asked_by": _("申请开账"),
         "reason": _("原因"), "reopened_by": _("同意开账")},
        empty=_("还没有关过账。"),
    )  # fmt: skip


@app.command("cutoff", help=_("结算截止日：列出；给 --day 就从某月起改"))
def cutoff(
    day: Annotated[int, typer.Option(help=_("每月几号截止，1 到 28；0 为月末"))] = -1,
    since: Annotated[str, typer.Option(help=_("从哪个月起，如 2026-11"))] = "",
    org: OrgOption = "",
) -> None:
    """Show or set the cut-off day."""
    run = cli()
    db, actor = run.signed_in()
    where = org_id(run, org)
    if day >= 0:
        if not since:
            raise DomainError("cutoff.since", _("请用 --since 写明从哪个月起，如 2026-11。"))
        set_cut_off(db, actor, SetCutOff(op_id(), where, since, day))
        run.say(_("已保存，从 {period} 起生效。", period=since))
    rows = [
        {"since": one.since.key, "day": one.day or _("月末")}
        for one in calendar_of(db, actor, where).cut_offs
    ]
    run.emit(rows, {"since": _("从"), "day": _("截止日")}, empty=_("每月月末截止。"))
