"""The second person of a command that moves controlled drugs."""

from __future__ import annotations

import os
from typing import Annotated, TypeAlias

import typer

from app.i18n import _
from app.services.receiving.commands import Second

SecondOption: TypeAlias = Annotated[
    str, typer.Option(help=_("第二人账号；密码取环境变量 YILIAN_SECOND_PASSWORD"))
]


def second_person(login: str) -> Second | None:
    """The person named, with the password of the environment or typed; None without a name."""
    if not login:
        return None
    given = os.environ.get("YILIAN_SECOND_PASSWORD", "")
    return Second(
        login, given or str(typer.prompt(_("{login} 的密码", login=login), hide_input=True))
    )
