"""`yilian clock …`: whether this computer's clock fits the books of a local file."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import cli
from app.cli.operation import op_id
from app.i18n import _
from app.services import clock

app = typer.Typer()


@app.command(help=_("看电脑时间是否早于最后一笔记录；早于就不能记账"))
def show() -> None:
    """Compare; exit code 1 when nothing can be booked."""
    run = cli()
    late = clock.late_books(*run.signed_in())
    run.emit(
        late,
        {
            "org": _("机构"),
            "clock": _("电脑时间"),
            "last": _("最后一笔记录"),
            "mine": _("可确认"),
        },
        empty=_("电脑时间没有早于记录。"),
    )
    if late:
        raise typer.Exit(1)
    if words := clock.far_ahead(*run.signed_in()):
        run.say(words)


@app.command(help=_("确认现在的时间没错（以前走快过）；负责人或管理员，原因写进操作记录"))
def confirm(reason: Annotated[str, typer.Option(help=_("时间为什么往回走了"))]) -> None:
    """Confirm the clock."""
    run = cli()
    done = clock.confirm(*run.signed_in(), clock.Confirm(op_id(), reason))
    run.say(_("已确认电脑时间，{n} 家机构可以继续记账。", n=done))
