"""Where a SQLite file may lie: on a disk of this computer, never on a network or synced drive.

SQLite's locks are not kept over SMB or NFS, and two computers that write one file destroy it. A
group with a second computer uses PostgreSQL on one of them; the program is the same.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Final

from app.domain.errors import EnvironmentProblem
from app.i18n import _
from app.services.db_errors import closed

NETWORK: Final = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre"),
        *("gpfs", "virtiofs", "vboxsf", "vmhgfs", "ncpfs", "davfs"),
    }
)
SYNCED: Final = ("OneDrive", "Dropbox", "WPS云盘", "WPSDrive", "Nutstore", "坚果云", "百度网盘")
ENOUGH: Final = 200_000_000
"""Bytes that should stay free for a day's work and a backup."""


def refuse_network_drive(file: Path, mountinfo: str | None = None) -> None:
    """Raise `EnvironmentProblem` when the file lies where SQLite cannot keep its promises.

    Args:
        file: The database file, existing or not.
        mountinfo: The text of /proc/self/mountinfo, for tests.
    """
    real = Path(os.path.realpath(file))
    synced = next((part for part in real.parts if part.startswith(SYNCED)), "")
    if synced:
        raise EnvironmentProblem(
            "storage.synced",
            _(
                "数据文件放在同步文件夹「{folder}」里会损坏。请放到本机磁盘的普通文件夹。",
                folder=synced,
            ),
        )
    if _on_network(real, mountinfo):
        raise EnvironmentProblem(
            "storage.network",
            _(
                "数据文件 {file} 在网络盘上，多台电脑同时写会损坏。"
                "请放到本机磁盘；要多台电脑共用，请建集团服务器（yilian server init）。",
                file=file,
            ),
        )


def open_folder(file: Path) -> None:
    """Make the folder of a new data file.

    Raises:
        EnvironmentProblem: It cannot be made, or not be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise closed() from error
    if not os.access(file.parent, os.W_OK):
        raise closed()


def _on_network(real: Path, mountinfo: str | None) -> bool:
    if mountinfo is None and sys.platform == "win32":
        return _on_network_windows(real)
    if mountinfo is None:
        source = Path("/proc/self/mountinfo")
        if not source.exists():
            return False
        mountinfo = source.read_text(encoding="utf-8", errors="replace")
    kind = file_system(real, mountinfo)
    return kind in NETWORK or kind.startswith("fuse.")


def file_system(real: Path, mountinfo: str) -> str:
    """The kind of file system that holds `real`: the longest mount point that is its prefix."""
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        before, _dash, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:  # noqa: PLR2004 - the mount point is the fifth field
            continue
        point = fields[4].replace("\\040", " ")
        inside = real == Path(point) or Path(point) in real.parents
        if inside and len(point) >= best:
            best, kind = len(point), after.split()[0]
    return kind


def _on_network_windows(real: Path) -> bool:
    if str(real).startswith("\\\\"):
        return True
    import ctypes

    windll = getattr(ctypes, "windll", None)
    fixed = 3
    return windll is not None and int(windll.kernel32.GetDriveTypeW(real.anchor)) != fixed


def free_bytes(folder: Path) -> int:
    """Free space where `folder` is."""
    return shutil.disk_usage(folder).free
