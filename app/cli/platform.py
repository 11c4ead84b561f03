"""`yilian init` and `migrate`: a database and its schema."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from app import paths, settings
from app.cli.context import cli
from app.domain.errors import DomainError
from app.i18n import _
from app.paths import is_server
from app.services.platform import setup

app = typer.Typer()


@app.command(help=_("新建一个空的数据文件，登记牵头单位和管理员"))
def init(
    organisation: Annotated[str, typer.Option(help=_("牵头单位名称"))],
    admin: Annotated[str, typer.Option(help=_("管理员账号"))] = "admin",
    name: Annotated[str, typer.Option(help=_("管理员姓名"))] = "",
    code: Annotated[str, typer.Option(help=_("牵头单位四位编码"))] = "0001",
) -> None:
    """Make a new SQLite file with lead hospital and administrator."""
    run = cli()
    address = run.address or str(paths.home() / "yilian.db")
    if is_server(address):
        raise DomainError(
            "init.server", _("在服务器上建库请用 yilian server init；这里只建本机数据文件。")
        )
    password = run.new_password(admin)
    made = setup.init_file(
        address,
        setup.FirstSteps(
            organisation=organisation,
            code=code,
            admin_login=admin,
            admin_name=name or admin,
            password=password,
        ),
    )
    settings.save(replace(settings.load(), database=made.file, login=admin))
    run.say(_("数据文件已建好：{file}", file=made.file))
    run.emit(
        made,
        {"file": _("文件"), "schema_version": _("数据版本"), "admin_login": _("管理员账号")},
    )


@app.command(help=_("把数据升级到本程序的版本；先自动备份"))
def migrate(
    without_backup: Annotated[
        bool, typer.Option("--without-backup", help=_("不做备份：服务器上已经另外备份过"))
    ] = False,
) -> None:
    """Upgrade the schema, with a backup first."""
    run = cli()
    run.emit(
        setup.migrate(run.unchecked_db(), paths.backups(), copy=not without_backup),
        {"before": _("升级前的版本"), "after": _("现在的版本"), "backup": _("升级前的备份")},
    )
