"""`yilian demo`: make the demo group and go the whole main job through once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from app import paths
from app.adapters import local_files
from app.bootstrap import open_database
from app.cli.context import Cli, cli
from app.i18n import _

app = typer.Typer()


@app.command(help=_("演示：建一个虚构的集团，把整个流程走一遍，单据、标签和表格放进文件夹"))
def demo(
    out: Annotated[
        Path | None, typer.Option(help=_("放单据的文件夹，默认在数据文件夹的 output 里"))
    ] = None,
    small: Annotated[bool, typer.Option(help=_("只用六分之一的品规，快一些"))] = False,
    reset: Annotated[bool, typer.Option(help=_("先删掉旧的演示库，重新做"))] = False,
    server: Annotated[
        str,
        typer.Option(help=_("在 PostgreSQL 服务器上建演示库：超级用户的地址 postgresql://…")),
    ] = "",
    database: Annotated[str, typer.Option(help=_("服务器上的演示库名"))] = "yilian_demo",
    password_file: Annotated[
        Path | None, typer.Option(help=_("从这个文件读演示账号的密码；不给就提示输入"))
    ] = None,
) -> None:
    """Make the demo group if it is not there, and walk through the main job on a copy of it."""
    from app.services.demo import file

    run = cli()
    if server:
        _on_server(run, server, database, password_file, small=small, reset=reset)
        return
    folder = out or paths.output() / "demo"
    local_files.make_folder(folder)  # before a minute is spent
    started = time.monotonic()
    base = paths.home() / "demo.db"
    if reset or not file.is_whole(base):
        _make(run, base, small=small)
    copy = file.copy_file(base, folder / "demo-walk.db")
    files = _walk(run, copy, folder)
    run.say("")
    run.say(_("用时 {n} 秒。文件在 {folder}", n=round(time.monotonic() - started), folder=folder))
    run.say(_("打开窗口看演示集团：yilian gui --demo"))
    run.say(
        _("这一遍的单据在副本里，可以接着查：yilian --db {file} --as liqing stock list", file=copy)
    )
    if run.as_json:
        run.emit({"database": str(base), "walk": str(copy), "files": files})


def _on_server(
    run: Cli, admin: str, database: str, secret: Path | None, *, small: bool, reset: bool
) -> None:
    """The demo group as a database of a server, a login for each of its people."""
    from app.services.demo.server import ServerWish, make_on_server

    if secret is not None:
        password = local_files.read_text(secret).strip()
    else:
        password = run.new_password(_("演示账号"))
    wish = ServerWish(admin, database, password, small=small, reset=reset)
    run.say(_("正在服务器上建演示集团，每个人一个登录账号……"))
    with run.steps() as tell:
        made = make_on_server(wish, tell)
    run.say(_("已建好 {address}。", address=made.address))
    run.say(_("账号：{people}。密码就是你刚才给的。", people="、".join(made.people)))
    run.say(_("打开窗口：yilian --db {address} --as chenxy gui", address=made.address))
    if run.as_json:
        run.emit({"database": made.address, "people": made.people})


def _make(run: Cli, base: Path, *, small: bool) -> None:
    from app.services.demo import file

    run.say(_("正在建演示集团（机构、人员、单据和价格都是虚构的，药品是真实品规）……"))
    with run.steps() as tell:
        made = file.make_file(base, small=small, progress=tell)
    run.say(
        _(
            "{orgs} 家机构、{suppliers} 家供应商、{people} 个账号、{items} 个品规、"
            "{rows} 行需求记录。",
            orgs=made.organisations,
            suppliers=made.suppliers,
            people=made.people,
            items=made.items,
            rows=made.demand_rows,
        )
    )


def _walk(run: Cli, copy: Path, folder: Path) -> list[str]:
    from app.services.demo.walk import walk

    db = open_database(str(copy))
    files: list[str] = []
    try:
        for number, told in enumerate(walk(db, folder), start=1):
            run.say("")
            run.say(f"{number}. {told.title}")
            for line in told.lines:
                run.say(f"   {line}")
            for made in told.files:
                files.append(str(made))
                run.say(f"   → {made.name}")
    finally:
        db.close()
    return files
