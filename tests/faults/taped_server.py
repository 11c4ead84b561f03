"""A server whose calls to the system can be kept, and that can be put on another disk."""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
from pathlib import Path
from typing import BinaryIO, Final

from typing_extensions import override

from app.services.platform import server
from tests.databases import OWNER_PASSWORD, TEMPLATE, Databases
from tests.faults.grounds import DURABLE
from tests.faults.server_tape import HOME, Moments, is_kept, program
from tests.pgserver import Cluster

EAGER: Final = DURABLE | {
    "shared_buffers": "2MB",  # pages go out long before the next checkpoint
    "bgwriter_delay": "10ms",
    "checkpoint_timeout": "30s",
    "max_wal_size": "8MB",
    "min_wal_size": "4MB",
    "autovacuum": "on",
    "autovacuum_naptime": "1s",
    "max_connections": "60",
}


class TapedCluster(Cluster):
    """A server whose calls can be kept, and that can be put on another disk.

    Args:
        settings: Beside or instead of `EAGER`.
    """

    made_with = ("--data-checksums", "--wal-segsize=2")

    def __init__(self, settings: dict[str, str]) -> None:
        super().__init__(EAGER | settings)
        self._tape: Path | None = None

    @override
    def _spawn(self, log: BinaryIO) -> subprocess.Popen[bytes]:
        if self._tape is None:
            return super()._spawn(log)
        command = [str(self.bin / "postgres"), "-D", str(self.data)]
        return subprocess.Popen(
            program(self._tape, self.data, self.user, command),
            stdout=log,
            stderr=log,
            env=self._environment(),
            cwd=HOME,
        )

    def halt(self) -> None:
        """Stop it, and wait until everything of it has ended."""
        self.forget_admin()
        process, self._process = self._process, None
        if process is not None:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.wait(60)

    def tape(self, file: Path) -> dict[str, bytes]:
        """Start again, and keep every call from now on; what lies there before."""
        self.halt()
        found = {
            name: one.read_bytes()
            for one in self.data.rglob("*")
            if one.is_file() and is_kept(name := str(one.relative_to(self.data)))
        }
        self._tape = file
        self._start()
        return found

    def taped(self) -> Moments:
        """Stop, and give what was kept."""
        assert self._tape is not None
        self.halt()
        moments: Moments = pickle.loads(self._tape.read_bytes())  # noqa: S301 - written by this run
        self._tape = None
        return moments

    def come_up_on(self, image: dict[str, bytes]) -> None:
        """Start on this disk, as after the power has come back."""
        folders = [one for one in self.data.rglob("*") if one.is_dir()]
        for file in self.data.rglob("*"):
            if file.is_file():
                file.unlink()
        for name, content in image.items():
            file = self.data / name
            if not file.parent.is_dir():
                file.parent.mkdir(parents=True)
                folders.append(file.parent)
            file.write_bytes(content)
            file.chmod(0o600)
            self._give(file)
        for folder in folders:
            self._give(folder)
        try:
            self._start()
        except RuntimeError as error:
            raise RuntimeError(f"{error}{self._last_words()}") from None

    def _last_words(self) -> str:
        """What the server wrote last of why it ended."""
        logs = sorted((self.data / "log").glob("*.json"))
        lines = logs[-1].read_text(encoding="utf-8").splitlines() if logs else []
        return "; ".join(str(json.loads(line)["message"]) for line in lines[-4:])

    def sums(self) -> int:
        """Stop it; how many of its pages do not bear their sum."""
        self.halt()
        done = subprocess.run(
            [self.bin / "pg_checksums", "--check", "-D", self.data],
            user=self.user, env=self._environment(), cwd=self.root,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            return 0
        return max(1, done.stderr.count("checksum verification failed"))


class TapedDatabases(Databases):
    """The templates on a server that is taped."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        super().__init__(folder)
        self._settings = settings

    @override
    def cluster(self) -> TapedCluster:
        if self._cluster is None:
            started = TapedCluster(self._settings)
            self._cluster = started.__enter__()
            server.init_server(started.login("postgres").url(), TEMPLATE, OWNER_PASSWORD)
        assert isinstance(self._cluster, TapedCluster)
        return self._cluster
