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
    folder = Path(override) if override else Path(platformdirs.user_data_dir(APP_NAME, False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def settings_file() -> Path:
    """Machine settings (TOML)."""
    return home() / "settings.toml"


def logs() -> Path:
    """The log folder, made if missing."""
    folder = home() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def backups() -> Path:
    """The backup folder, made if missing."""
    folder = home() / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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
    folder = home() / "output"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
