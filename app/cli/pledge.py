"""`yilian pledge …`: how far members are with what they pledged."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import cli
from app.domain.awarding.limits import percent
from app.i18n import _
from app.services.pledges.execution import PledgeRow, execution

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
