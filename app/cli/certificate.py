"""`yilian certificate …`: whose electronic seals are trusted, and trial certificates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app import paths
from app.adapters import local_files
from app.cli.context import cli
from app.cli.operation import op_id
from app.i18n import _
from app.services.sealing import roots, trial

app = typer.Typer()


@app.command("list", help=_("信任的签发机构"))
def list_() -> None:
    """List trusted authorities."""
    run = cli()
    run.emit(
        roots.roots(*run.signed_in()),
        {"name": _("签发机构"), "serial": _("序列号"), "valid_to": _("有效期至")},
        empty=_("还没有信任的签发机构。用 yilian certificate trust 添加根证书。"),
    )


@app.command(help=_("信任一家签发机构（根证书 .pem、.crt、.cer）"))
def trust(file: Annotated[Path, typer.Argument(help=_("根证书文件"))]) -> None:
    """Trust an authority."""
    run = cli()
    done = roots.trust(*run.signed_in(), roots.Trust(op_id(), local_files.read(file)))
    run.emit(done, {"name": _("签发机构"), "serial": _("序列号"), "valid_to": _("有效期至")})


@app.command(help=_("不再信任一家签发机构"))
def distrust(serial: Annotated[str, typer.Argument(help=_("序列号，见 list"))]) -> None:
    """Trust it no longer."""
    run = cli()
    roots.distrust(*run.signed_in(), roots.Distrust(op_id(), serial))
    run.say(_("已移出信任名单。"))


@app.command("trial", help=_("给演示集团的签署人发测试证书（密码 yilian-demo）"))
def trial_(
    out: Annotated[Path | None, typer.Option(help=_("文件夹"))] = None,
) -> None:
    """Issue trial certificates."""
    run = cli()
    made = trial.issue_trial(*run.signed_in(), out or paths.home() / "certificates")
    run.emit(
        made,
        {
            "login": _("账号"),
            "person": _("姓名"),
            "organisation": _("机构"),
            "file": _("文件"),
        },
    )
