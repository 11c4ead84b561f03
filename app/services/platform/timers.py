"""Files for the server's own timer: a backup each night, a trial each week, the watchdog always.

They are written for the administrator to read and put in place; no password is in them.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from app import paths
from app.adapters import local_files
from app.domain.errors import DomainError
from app.i18n import _

LINUX: Final = "linux"
WINDOWS: Final = "windows"
SYSTEMS: Final = (LINUX, WINDOWS)
_UNSAFE: Final = frozenset('"\n\r\0')
_SECRETS: Final = ("server.env", "server-env.cmd")


@dataclass(frozen=True, slots=True)
class Timers:
    """What the files say.

    Attributes:
        system: ``linux`` (systemd) or ``windows`` (Task Scheduler).
        program: The program as a file on the server.
        address: The database, as people reach it: ``postgresql://host/name``.
        admin: The same as the superuser; no password.
        backups: Where the dumps go.
        keep: How many of the newest are kept, besides the last of each month for a year.
    """

    system: str
    program: Path
    address: str
    admin: str
    backups: Path
    keep: int = 30


def here() -> str:
    """The system that this computer runs."""
    return WINDOWS if sys.platform == "win32" else LINUX


def write(timers: Timers, folder: Path) -> tuple[Path, ...]:
    """Write the files into a folder; one that was filled in with passwords stays as it is.

    Raises:
        DomainError: An unknown system, or a name with signs that a timer would misread.
    """
    if timers.system not in SYSTEMS:
        raise DomainError(
            "timers.system",
            _("没有系统「{name}」。请填 linux 或 windows。", name=timers.system),
        )
    said = _spelled(timers)
    written = []
    for source in sorted((paths.resources() / "timers" / timers.system).iterdir()):
        target = folder / source.name
        if source.name in _SECRETS and target.exists():
            continue
        text = Template(source.read_text(encoding="utf-8")).substitute(said)
        end = "\r\n" if timers.system == WINDOWS else "\n"
        local_files.write(target, text.replace("\n", end).encode())
        if source.name in _SECRETS:
            target.chmod(0o600)  # the administrator writes the passwords into it
        written.append(target)
    return tuple(written)


def advice(system: str, folder: Path) -> str:
    """What the administrator does with the files, as sentences."""
    if system == WINDOWS:
        return _(
            "接着做：1. 把密码填进 {folder}\\server-env.cmd，只让管理员能读；"
            "2. 在这个文件夹里以管理员身份运行 install.cmd；"
            "3. 第二天用 yilian server status --backups 看备份做了没有。",
            folder=folder,
        )
    return _(
        "接着做：1. 把密码填进 {folder}/server.env，放到 /etc/yilian/，权限 600；"
        "2. 把 yilian-* 放到 /etc/systemd/system/，运行 systemctl daemon-reload；"
        "3. systemctl enable --now yilian-backup.timer yilian-trial.timer yilian-watch.service；"
        "4. 第二天用 yilian server status --backups 看备份做了没有。",
        folder=folder,
    )


def _spelled(timers: Timers) -> dict[str, str]:
    linux = timers.system == LINUX
    safe = _systemd if linux else _cmd
    for text in (str(timers.program), str(timers.backups), timers.address, timers.admin):
        if _UNSAFE & set(text):
            raise DomainError(
                "timers.name",
                _("{name} 里有引号或换行，定时任务会读错。请换一个名字。", name=repr(text)),
            )
    return {
        "program": f'"{safe(str(timers.program))}"',
        "backups": f'"{safe(str(timers.backups))}"',
        "keep": str(timers.keep),
        "address": timers.address if linux else _cmd(timers.address),
        "admin": timers.admin if linux else _cmd(timers.admin),
    }


def _systemd(text: str) -> str:
    r"""Inside the quotes of ExecStart: systemd reads % and $ and \ there as well."""
    return text.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$")


def _cmd(text: str) -> str:
    """Inside the quotes of a batch file, which reads % there as well."""
    return text.replace("%", "%%")
