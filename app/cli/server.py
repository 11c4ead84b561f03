"""`yilian server …`: the group's PostgreSQL, as its superuser (roles need that right).

The superuser's address comes from `--admin` or YILIAN_SERVER_ADMIN; its password from PGPASSWORD
or the address. Nothing here is needed on the computers where people work.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import Cli, cli
from app.i18n import _
from app.services.platform import (
    directory,
    guesses,
    server,
    server_state,
    timers,
    trial as trials,
    watchdog,
)

app = typer.Typer()

Admin = Annotated[
    str,
    typer.Option("--admin", envvar="YILIAN_SERVER_ADMIN", help="postgresql://postgres@host/name"),
]
Login = Annotated[str, typer.Argument(help="login / 账号")]
Duties = Annotated[list[str], typer.Option("--duty", help="store, buy=0, sign=0002 …")]


@app.command(help=_("建库：角色、权限、表；可重复运行，已有的不动"))
def init(
    admin: Admin,
    database: Annotated[str, typer.Option(help=_("库名"))] = "yilian",
) -> None:
    """Make roles, database and schema."""
    run = cli()
    run.emit(
        server.init_server(admin, database, run.new_password(server.OWNER)),
        {"database": _("库名"), "schema_version": _("数据版本"), "server_version": "PostgreSQL"},
    )


@app.command("add-person", help=_("添加人员：账号、权限、登录"))
def add_person(
    login: Login,
    admin: Admin,
    name: Annotated[str, typer.Option(help=_("姓名"))],
    org: Annotated[str, typer.Option(help=_("所在机构的四位编码"))],
    duty: Duties,
    phone: Annotated[str, typer.Option(help=_("电话"))] = "",
) -> None:
    """Add a person with a login role of their own."""
    run = cli()
    joining = directory.Joining(login, name, org, tuple(duty), phone)
    directory.add_on_server(admin, joining, run.new_password(login))
    run.say(_("已添加 {login}。", login=login))


@app.command("remove-person", help=_("停用离岗人员：立即断开，做过的事都保留"))
def remove_person(login: Login, admin: Admin) -> None:
    """Shut a leaver out at once."""
    directory.close_on_server(admin, login)
    cli().say(_("{login} 已停用。", login=login))


@app.command("set-duty", help=_("把人员的权限改成给定的这些"))
def set_duty(login: Login, admin: Admin, duty: Duties) -> None:
    """Make a person's duties exactly these."""
    directory.set_duties_on_server(admin, login, tuple(duty))
    cli().say(_("{login} 的权限已改。", login=login))


@app.command("set-password", help=_("给人员设新密码"))
def set_password(login: Login, admin: Admin) -> None:
    """Give a person a new password."""
    run = cli()
    directory.set_password_on_server(admin, login, run.new_password(login))
    run.say(_("{login} 的密码已改。", login=login))


@app.command(help=_("服务器状态：版本、连接、人员、数据库大小"))
def status(
    admin: Admin,
    backups: Annotated[
        Path | None, typer.Option(help=_("放备份的文件夹：也看最近一份是几时的"))
    ] = None,
) -> None:
    """How the server is."""
    found = server_state.status(admin)
    if backups is not None and (late := trials.overdue(backups)):
        found = replace(found, problems=(*found.problems, late))
    cli().emit(
        found,
        {
            "server_version": _("服务器版本"),
            "database": _("数据库"),
            "schema_version": _("数据版本"),
            "bytes": _("大小（字节）"),
            "sessions": _("在线连接"),
            "people": _("账号"),
            "closed": _("已停用"),
            "problems": _("要处理的"),
        },
    )


@app.command(help=_("试恢复：把最近一份备份恢复成临时的库，验证后删掉"))
def trial(
    admin: Admin,
    source: Annotated[Path, typer.Option("--from", help=_("放备份的文件夹"))],
) -> None:
    """Restore the newest dump on trial, prove it, throw it away."""
    cli().emit(
        trials.trial(admin, source),
        {
            "file": _("文件"),
            "made_at": _("备份时间"),
            "chains": _("链"),
            "rows": _("行数"),
            "seal": _("各链合成的指纹"),
        },
    )


@app.command("timers", help=_("写出定时任务的文件：每晚备份、每周试恢复、看门狗"))
def write_timers(
    to: Annotated[Path, typer.Argument(help=_("写到哪个文件夹"))],
    backups: Annotated[Path, typer.Option(help=_("放备份的文件夹"))],
    address: Annotated[str, typer.Option(help="postgresql://host/name")],
    admin: Annotated[str, typer.Option(help="postgresql://postgres@host/name")],
    program: Annotated[Path | None, typer.Option(help=_("服务器上 yilian 程序的位置"))] = None,
    system: Annotated[str, typer.Option(help="linux | windows")] = timers.here(),
    keep: Annotated[int, typer.Option(min=1, help=_("留最近几份"))] = 30,
) -> None:
    """Write what the server's timer runs; the administrator puts it in place."""
    run = cli()
    there = program or Path(sys.argv[0]).absolute()
    wanted = timers.Timers(system, there, address, admin, backups, keep)
    for file in timers.write(wanted, to):
        run.say(str(file))
    run.say(timers.advice(system, to))


@app.command(help=_("打开因猜密码被锁的账号；密码不变"))
def unlock(login: Login, admin: Admin) -> None:
    """Open a login that the watchdog closed for guessed passwords."""
    guesses.unlock(admin, login)
    cli().say(_("{login} 已打开。", login=login))


@app.command(help=_("看门狗：取消运行过久的语句，断开占着事务不动的连接，报告猜密码"))
def watch(
    admin: Admin,
    once: Annotated[bool, typer.Option("--once", help=_("只看一次（放进定时任务）"))] = False,
    lock: Annotated[
        bool, typer.Option("--lock", help=_("有人猜密码就锁账号（别人故意猜错也会锁）"))
    ] = False,
    working: Annotated[int, typer.Option(help=_("一条语句最多几秒"))] = watchdog.WORKING_SECONDS,
    idle: Annotated[int, typer.Option(help=_("事务最多闲几秒"))] = watchdog.IDLE_SECONDS,
) -> None:
    """End what a person's session holds up others with; every ten seconds until stopped."""
    run = cli()
    told: dict[str, datetime] = {}
    with server.administrator(admin) as connection:
        if reason := guesses.unreadable(connection):
            run.say(reason)
    while True:
        found = watchdog.sweep(admin, working=working, idle=idle)
        if found or once:
            run.emit(
                found,
                {
                    "login": _("账号"),
                    "pid": _("进程"),
                    "seconds": _("已有几秒"),
                    "sits": _("占着事务"),
                },
                empty=_("没有过久的。"),
            )
        _tell_guesses(run, admin, told, lock=lock)
        if once:
            return
        time.sleep(10)


def _tell_guesses(run: Cli, admin: str, told: dict[str, datetime], *, lock: bool) -> None:
    """Each alarm once, and again when the guessing goes on."""
    with server.administrator(admin) as connection:
        found = guesses.guesses(connection)
    fresh = [one for one in found if told.get(one.login) != one.last]
    told |= {one.login: one.last for one in fresh}
    if not fresh:
        return
    rows = [replace(one, closed=lock and guesses.lock(admin, one.login)) for one in fresh]
    run.emit(
        rows,
        {
            "login": _("账号"),
            "failures": _("10 分钟内密码错几次"),
            "hosts": _("从哪里"),
            "last": _("最后一次"),
            "closed": _("已锁"),
        },
    )
    for one in rows:
        if one.closed:
            run.say(_("打开 {login}：yilian server unlock {login}", login=one.login))
