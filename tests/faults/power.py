"""A disk whose power can be cut (T20): what was not made durable is gone, as after a real cut.

An ext4 file system in a file behind a loop device. The kernel's own shutdown of the file system
(as its makers test recovery with) throws away every page and every journal record that was not
written to the device yet; mounted again, the file system recovers by its journal. What this does
not do: tear a sector, or reorder inside the cache of a real disk that lies about its flushes.
"""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN
_NO_FLUSH = struct.pack("I", 2)  # neither data nor the journal is written out first
_TRIES = 200


class PowerDisk:
    """A mounted file system in a file.

    Args:
        image: The file that stands for the device.
        folder: Where it is mounted.
    """

    def __init__(self, image: Path, folder: Path) -> None:
        self.folder = folder
        self._image = image

    def make(self, megabytes: int) -> bool:
        """Make and mount it; False where that is not possible (not Linux, not root)."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._image.open("wb") as stream:
            stream.truncate(megabytes << 20)
        try:
            made = subprocess.run(["mkfs.ext4", "-q", "-F", self._image], check=False).returncode
        except FileNotFoundError:
            return False
        return made == 0 and self._mount()

    def cut(self, more: Iterable[int] = ()) -> None:
        """The power goes: nothing is written from this moment on, and who used the disk is dead.

        Everybody is halted between two calls of the system first: of a call that is under way the
        kernel may say that it was carried out although the shutdown threw its work away, which a
        dead machine cannot say any more.

        Args:
            more: Processes that use the disk beside those that work in its folders.
        """
        users = {*more, *self._users()}
        for user in users:
            _send(user, signal.SIGSTOP)
        for user in users:
            _wait_halted(user)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, _SHUTDOWN, _NO_FLUSH)
        finally:
            os.close(folder)
        for user in users:
            _send(user, signal.SIGKILL)

    def back(self) -> None:
        """The power is back: every process that used the disk is dead, the disk recovers."""
        for _turn in range(_TRIES):
            for user in self._users():
                _send(user, signal.SIGKILL)
            if subprocess.run(["umount", self.folder], capture_output=True, check=False).returncode:
                threading.Event().wait(0.02)
                continue
            if not self._mount():
                raise RuntimeError("the disk does not come back")
            return
        raise RuntimeError("the disk stays in use")

    def drop(self) -> None:
        """Unmount and forget it."""
        subprocess.run(["umount", "-l", self.folder], capture_output=True, check=False)
        self._image.unlink(missing_ok=True)

    def _mount(self) -> bool:
        command = ["mount", "-o", "loop", str(self._image), str(self.folder)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return False
        self.folder.chmod(0o755)
        return True

    def _users(self) -> set[int]:
        """Processes that work in the disk's folders: a server and its sessions."""
        found = set()
        for process in Path("/proc").iterdir():
            if process.name.isdigit() and process.name != str(os.getpid()):
                with suppress(OSError):
                    if (process / "cwd").readlink().is_relative_to(self.folder):
                        found.add(int(process.name))
        return found


def _send(process: int, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, what)


def _wait_halted(process: int) -> None:
    for _turn in range(_TRIES):
        try:
            stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
        except OSError:
            return
        if stat.rpartition(")")[2].split()[0] in "TtZX":
            return
        threading.Event().wait(0.01)
    raise RuntimeError("a process does not halt")


@contextmanager
def power_disk(folder: Path, megabytes: int) -> Iterator[PowerDisk | None]:
    """A disk whose power can be cut; None where nobody may mount one."""
    disk = PowerDisk(folder.with_suffix(".img"), folder)
    made = disk.make(megabytes)
    try:
        yield disk if made else None
    finally:
        disk.drop()
