"""The number of an operation: sent again under the same number, it is done once.

`yilian --op NUMBER …` numbers what any command does; some say it behind their name as well.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid5

import typer

from app.cli.context import cli
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.i18n import _

OpOption = Annotated[str, typer.Option("--op", help=_("操作编号（UUID）；重发同一编号只记一次"))]


def read_op(text: str) -> UUID:
    """The number that was typed; `DomainError` when it is none."""
    try:
        return UUID(text)
    except ValueError:
        words = _("操作编号「{op}」不是 UUID。请核对，或不写 --op，由程序编号。", op=text[:40])
        raise DomainError("cli.op", words) from None


def op_id(text: str = "") -> UUID:
    """The number of the next thing that this run does.

    Args:
        text: What stood behind the command; empty asks for the number of the run, which further
            things of the same run follow, so that a repeat gives each the number that it had.

    Raises:
        DomainError: `text` is no number, or the run's was used for other words.
    """
    run = cli()
    if run.reused is not None:
        raise run.reused
    place, run.numbered = run.numbered, run.numbered + 1
    if text:
        return read_op(text)
    if run.op is None:
        return new_op()
    return uuid5(run.op, str(place)) if place else run.op
