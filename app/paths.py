"""Where things lie on disk: packaged resources, the person's data, settings and logs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

APP_NAME = "yilian"


def resources() -> Path:
    """The packaged `resources` folder, in a checkout, an installation or a frozen build."""
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) if frozen else Path(__file__).resolve().parent.parent
    return root / "resources"


def home() -> Path:
    """The person's data folder; `YILIAN_HOME` overrides it (tests, portable use)."""
    override = os.environ.get("YILIAN_HOME")
    return _made(Path(override) if override else Path(platformdirs.user_data_dir(APP_NAME, False)))


def settings_file() -> Path:
    """Machine settings (TOML)."""
    return home() / "settings.toml"


def logs() -> Path:
    """The log folder, made if missing."""
    return _made(home() / "logs")


def backups() -> Path:
    """The backup folder, made if missing."""
    return _made(home() / "backups")


def outbox() -> Path:
    """Where the operations under way are noted; made when the first one is."""
    return home() / "outbox"


def heads() -> Path:
    """What this computer saw last of each database's chains."""
    return home() / "heads.json"


def server_ca() -> Path:
    """The authority that the group's server is signed by, if the administrator gave one."""
    return home() / "server-ca.pem"


def demo_file() -> Path:
    """Where the demonstration lies."""
    return home() / "demo.db"


def is_server(address: str) -> bool:
    """Whether the address names a PostgreSQL server rather than a file."""
    return address.startswith(("postgresql://", "postgres://"))


def output() -> Path:
    """Where documents go when the person has not chosen a folder."""
    return _made(home() / "output")


def _made(folder: Path) -> Path:
    """Raises `EnvironmentProblem` where it can neither be found nor made: nothing works then."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        from app.domain.errors import EnvironmentProblem  # its words come from a folder of ours
        from app.i18n import _

        raise EnvironmentProblem(
            "home.closed",
            _(
                "数据文件夹 {folder} 打不开，也建不了。请看磁盘是否已满、网络盘是否连着、"
                "这个账号能不能写；或用环境变量 YILIAN_HOME 指定另一个文件夹。",
                folder=folder,
            ),
        ) from error
    return folder
