"""A password is in nobody's hands but its owner's: no log, report, settings, arguments hold it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

import psycopg
import pytest

from app.bootstrap import open_database
from app.domain.errors import EnvironmentProblem
from app.services.db import Database, sqlite_engine
from app.services.platform import accounts, server, setup
from app.ui.errors import report_text
from tests.databases import ServerBackend
from tests.factories import Site
from tests.pgserver import Cluster

CANARY = "canary-Zq7-quiet-words"
ROOT = Path(__file__).resolve().parents[2]


def yilian(home: Path, *words: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "app", *words],
        cwd=ROOT,
        env=os.environ | {"YILIAN_HOME": str(home)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def holds(folder: Path, secret: str = CANARY) -> list[Path]:
    """Every file below with the secret in it, whatever its form."""
    forms = {secret.encode(), secret.encode("utf-16-le"), secret.encode().hex().encode()}
    return [
        file
        for file in folder.rglob("*")
        if file.is_file() and any(form in file.read_bytes() for form in forms)
    ]


_LOOKS = 3
"""At each process: a fork shows its parent's arguments first."""


class Processes:
    """Looks at every process's arguments until told to stop."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        known: dict[str, int] = {}
        while not self._stop.wait(0.02):
            for folder in Path("/proc").iterdir():
                name = folder.name
                if name.isdecimal() and known.get(name, 0) < _LOOKS:
                    known[name] = known.get(name, 0) + 1
                    with suppress(OSError):
                        self.seen.add((folder / "cmdline").read_bytes())


def test_a_new_file_and_a_wrong_password_leave_no_trace(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Processes() as processes:
        made = yilian(home, "init", "--organisation", "示例医院", YILIAN_NEW_PASSWORD=CANARY)
        assert made.communicate()[1] == ""
        for password in (CANARY, f"{CANARY}-wrong"):
            run = yilian(
                home, "--verbose", "account", "set-duty", "admin", YILIAN_PASSWORD=password
            )
            run.communicate()
    assert holds(home) == []
    assert len(processes.seen) > 1
    assert not [line for line in processes.seen if CANARY.encode() in line]


@pytest.fixture
def noisy() -> Iterator[Cluster]:
    """A server that logs every statement."""
    settings = {"log_statement": "all", "log_min_messages": "log", "log_min_error_statement": "log"}
    with Cluster(settings | {"logging_collector": "off", "log_destination": "stderr"}) as cluster:
        yield cluster


def test_the_servers_log_never_has_a_password(noisy: Cluster) -> None:
    noisy.admin().execute("CREATE ROLE yilian_login")
    for duty in ("read", "store", "buy", "catalogue", "sign", "settle", "supply", "audit", "admin"):
        noisy.admin().execute(f"CREATE ROLE yilian_{duty}".encode())
    server.make_login(noisy.admin(), "east_store", CANARY)
    noisy.admin().execute("ALTER ROLE east_store NOLOGIN")
    with pytest.raises(psycopg.errors.UndefinedObject):  # a statement that fails is logged as it is
        server.set_password(noisy.admin(), "nobody_there", CANARY)
    log = (noisy.root / "log").read_text(encoding="utf-8", errors="replace")
    assert "ALTER ROLE" in log
    assert "nobody_there" in log
    assert "SCRAM-SHA-256$" in log  # a verifier: of no use to sign in with
    assert CANARY not in log


def test_a_backup_of_a_server_shows_no_password_in_its_arguments(
    server_backend: ServerBackend, group: Site, tmp_path: Path
) -> None:
    login, password = server_backend.owner.user, server_backend.owner.password
    address = server_backend.owner.url(with_password=False).replace("+psycopg", "")
    with Processes() as processes:
        run = yilian(
            tmp_path / "home", "--db", address, "--as", login, "backup", YILIAN_PASSWORD=password
        )
        out, err = run.communicate()
    assert run.returncode == 0, out + err
    tools = [line for line in processes.seen if b"pg_dump" in line]
    assert tools
    assert not [line for line in processes.seen if password.encode() in line]
    assert holds(tmp_path / "home", password) == []


def test_a_report_of_a_bug_has_no_values_in_it() -> None:
    def fail(password: str) -> None:
        raise KeyError(len(password))

    with pytest.raises(KeyError) as bug:
        fail(CANARY)
    assert CANARY not in report_text(bug.type, bug.value, bug.tb)


def test_a_refused_login_says_nothing_of_the_password(server_backend: ServerBackend) -> None:
    address = server_backend.owner.url(with_password=False).replace("+psycopg", "")
    with pytest.raises(EnvironmentProblem) as refused:
        open_database(address, login="east_store", password=CANARY)
    texts: list[str] = []
    links: list[BaseException | None] = [refused.value]
    while links:
        link = links.pop()
        if link is not None:
            texts.append(f"{link!r} {link}")
            links += [link.__cause__, link.__context__]
    assert len(texts) > 1
    assert CANARY not in " ".join(texts)


def test_a_local_password_is_kept_as_a_slow_digest(tmp_path: Path) -> None:
    steps = setup.FirstSteps("示例医院", "0001", "admin", "管", CANARY)
    made = setup.init_file(str(tmp_path / "a.db"), steps)
    assert holds(tmp_path) == []
    db = Database(sqlite_engine(made.file))
    assert accounts.sign_in(db, "admin", CANARY).login == "admin"
    with db.read() as session:
        row = session.connection().exec_driver_sql("SELECT password_hash FROM account").scalar()
    db.close()
    assert str(row).startswith("$argon2id$")
