"""`yilian trace`: the same as `yilian recall trace`, at the first level: it is in a hurry."""

from __future__ import annotations

import typer

from app.cli.recall import Code, trace as follow
from app.i18n import _

app = typer.Typer()


@app.command(help=_("追溯一个批号：从哪来、在哪里、用到哪"))
def trace(code: Code) -> None:
    """Follow a lot both ways."""
    follow(code)
