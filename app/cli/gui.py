"""`yilian gui`: the window. It loads no service: the first window stands before they are there."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import cli
from app.i18n import _

app = typer.Typer()


@app.command(help=_("打开窗口"))
def gui(
    demo: Annotated[bool, typer.Option("--demo", help=_("打开演示数据；没有就先生成"))] = False,
    seconds: Annotated[int, typer.Option(hidden=True)] = 0,
) -> None:
    """Open the window."""
    run = cli()
    if run.window is None:
        raise RuntimeError("the window is handed in by app.__main__")
    raise typer.Exit(run.window(address=run.address, login=run.login, demo=demo, seconds=seconds))
