"""`yilian account …`: people and passwords of a local SQLite file."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.context import Cli, cli
from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.i18n import _
from app.services.platform import accounts, directory

app = typer.Typer()

DUTY_HELP = "store, buy=0, sign=0002 …"


@app.command("list", help=_("所有账号和权限"))
def list_() -> None:
    """All accounts with their duties."""
    run = cli()
    run.emit(
        accounts.people(run.db()),
        {
            "login": _("账号"),
            "name": _("姓名"),
            "organisation": _("机构"),
            "duties": _("权限"),
            "active": _("启用"),
        },
    )


@app.command(help=_("添加人员和权限，并设密码"))
def add(
    login: Annotated[str, typer.Argument(help=_("账号"))],
    name: Annotated[str, typer.Option(help=_("姓名"))],
    org: Annotated[str, typer.Option(help=_("所在机构的四位编码"))],
    duty: Annotated[list[str], typer.Option(help=DUTY_HELP)],
    phone: Annotated[str, typer.Option(help=_("电话"))] = "",
) -> None:
    """Add a person; the acting person must be an administrator."""
    run = _local()
    db, actor = run.signed_in()
    wanted = directory.Joining(login, name, org, tuple(duty), phone)
    directory.add_local(db, actor, wanted, run.new_password(login))
    run.say(_("已添加 {login}。", login=login))


@app.command(help=_("给账号设新密码，也解除锁定"))
def password(login: Annotated[str, typer.Argument(help=_("账号"))]) -> None:
    """Set a password: one's own, or as an administrator anybody's."""
    run = _local()
    db, actor = run.signed_in()
    directory.set_local_password(db, actor, login, run.new_password(login))
    run.say(_("{login} 的密码已改。", login=login))


@app.command(help=_("停用离岗人员的账号"))
def close(login: Annotated[str, typer.Argument(help=_("账号"))]) -> None:
    """Close the account of a leaver; what the person did stays."""
    run = _local()
    db, actor = run.signed_in()
    directory.close_local(db, actor, login)
    run.say(_("{login} 已停用。", login=login))


@app.command(help=_("重新启用停用的账号"))
def reopen(login: Annotated[str, typer.Argument(help=_("账号"))]) -> None:
    """Open a closed account again."""
    run = _local()
    directory.reopen_local(*run.signed_in(), login)
    run.say(_("{login} 已启用。", login=login))


@app.command("set-duty", help=_("把人员的权限改成给定的这些"))
def set_duty(
    login: Annotated[str, typer.Argument(help=_("账号"))],
    duty: Annotated[list[str], typer.Option(help=DUTY_HELP)],
) -> None:
    """Make a person's duties exactly these."""
    run = _local()
    directory.set_local_duties(*run.signed_in(), login, tuple(duty))
    run.say(_("{login} 的权限已改。", login=login))


@app.command(help=_("改姓名或电话"))
def rename(
    login: Annotated[str, typer.Argument(help=_("账号"))],
    name: Annotated[str, typer.Option(help=_("姓名"))],
    phone: Annotated[str, typer.Option(help=_("电话"))] = "",
) -> None:
    """Write another name or number."""
    run = _local()
    directory.rename_local(*run.signed_in(), login, name, phone)
    run.say(_("已保存。"))


@app.command(help=_("权限一览"))
def duties() -> None:
    """The duties that exist."""
    cli().emit(
        [{"duty": one.value, "title": one.label} for one in Duty],
        {"duty": _("权限"), "title": _("做什么")},
    )


def _local() -> Cli:
    run = cli()
    if not run.db().is_sqlite:
        raise DomainError("account.server", _("集团服务器上的账号请用 yilian server 管理。"))
    return run
