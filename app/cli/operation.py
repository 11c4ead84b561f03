"""The number of an operation: sent again under the same number, it is done once."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.i18n import _

OpOption = Annotated[str, typer.Option("--op", help=_("操作编号（UUID）；重发同一编号只记一次"))]


def op_id(text: str) -> UUID:
    """The number that was given, or a new one; `DomainError` when it is none."""
    if not text:
        return new_op()
    try:
        return UUID(text)
    except ValueError:
        words = _("操作编号「{op}」不是 UUID。请核对，或不写 --op，由程序编号。", op=text[:40])
        raise DomainError("cli.op", words) from None
