"""What the server's own timer runs: a backup each night, a trial each week, and who tells."""

from __future__ import annotations

import os
import shlex
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.domain.days import ZONE
from app.services.platform import server_dump, timers, trial
from tests.cli.runner import Ran, bare, run
from tests.databases import OWNER_PASSWORD, ServerBackend
from tests.factories import EAST, Site, make_world
from tests.services.test_proofs import receive

SPACED = "备份 100%"


@pytest.fixture
def server(postgresql_backend: ServerBackend) -> ServerBackend:
    made = postgresql_backend
    site = Site(made.db, make_world(made.db), made.connect)
    receive(site, "east_store", EAST, (240, 120))
    return made


class Nights:
    """The files in a folder, filled in as an administrator does, and run as the timer does."""

    def __init__(self, server: ServerBackend, folder: Path) -> None:
        self.backups = folder / SPACED
        self.folder = folder / "timers"
        self.admin = server.superuser()
        self.address = f"postgresql://{self.admin.host}:{self.admin.port}/{server.database}"
        told = bare(
            *("server", "timers", str(self.folder), "--system", "linux"),
            *("--program", "/opt/yilian/yilian", "--backups", str(self.backups)),
            *("--address", self.address, "--admin", self.address.replace("//", "//postgres@")),
        )
        assert told.code == 0, told.err
        assert "systemctl enable" in told.out
        self.secrets = self.folder / "server.env"
        text = self.secrets.read_text("utf-8")
        filled = text.replace("YILIAN_PASSWORD=", f"YILIAN_PASSWORD={OWNER_PASSWORD}")
        self.secrets.write_text(filled.replace("PGPASSWORD=", f"PGPASSWORD={self.admin.password}"))

    def __call__(self, name: str) -> Ran:
        """What the service would run, with what it reads from its environment file."""
        lines = (self.folder / f"{name}.service").read_text("utf-8").splitlines()
        (command,) = [line.partition("=")[2] for line in lines if line.startswith("ExecStart=")]
        program, *arguments = [word.replace("%%", "%") for word in shlex.split(command)]
        assert program == "/opt/yilian/yilian"
        given = [line.partition("=") for line in self.secrets.read_text().splitlines()[1:]]
        return bare("--json", *arguments, env={key: value for key, _is, value in given})

    def problems(self) -> str:
        """What the status says has to be done."""
        address = ("--admin", self.admin.url())
        told = bare("--json", "server", "status", *address, "--backups", str(self.backups))
        return "\n".join(told.json()["problems"])


@pytest.mark.usefixtures("noon")
def test_each_night_has_its_backup_and_each_week_its_trial(
    server: ServerBackend, tmp_path: Path
) -> None:
    nights = Nights(server, tmp_path)
    assert "没有服务器的备份" in nights.problems()
    assert nights("yilian-trial").error()["code"] == "trial.none"
    made = nights("yilian-backup").json()
    assert nights("yilian-backup").out == "", "the second of a day is not made"
    assert [at.name for _at, at in trial.dumps(nights.backups)] == [Path(made["file"]).name]
    assert "备份" not in nights.problems()
    server.cluster.admin().execute(f"CREATE DATABASE {trial.NAME}".encode())  # by one that ended
    back = nights("yilian-trial").json()
    assert (back["file"], back["seal"]) == (made["file"], made["seal"])
    assert back["rows"] > made["ledger_rows"] > 0
    assert trial.NAME not in _databases(server)


def test_a_dump_that_does_not_come_back_is_told_and_nothing_stays(
    server: ServerBackend, tmp_path: Path
) -> None:
    nights = Nights(server, tmp_path)
    dump = Path(nights("yilian-backup").json()["file"])
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)
    assert nights("yilian-trial").code == 1
    assert trial.NAME not in _databases(server)


def test_a_dump_of_wrong_sums_is_told(server: ServerBackend, tmp_path: Path) -> None:
    """Its file is whole, and so is every chain."""
    nights = Nights(server, tmp_path)
    with server.db.engine.execution_options(write=True).begin() as connection:
        connection.execute(text("ALTER TABLE balance NO FORCE ROW LEVEL SECURITY"))
        connection.execute(text("UPDATE balance SET qty = qty + 5"))
    nights.backups.mkdir()
    file = nights.backups / f"yilian-{datetime.now(ZONE):%Y%m%d-%H%M%S}-000.dump"
    server_dump.dump(server.db.engine.url, file)
    assert nights("yilian-trial").error()["code"] == "backup.proof"
    assert trial.NAME not in _databases(server)


def test_nights_without_a_backup_are_told(server: ServerBackend, tmp_path: Path) -> None:
    nights = Nights(server, tmp_path)
    dump = Path(nights("yilian-backup").json()["file"])
    assert trial.overdue(nights.backups, datetime.now(ZONE) + timedelta(hours=35)) == ""
    late = datetime.now(ZONE) - timedelta(days=2)
    old = dump.rename(dump.with_name(f"yilian-{late:%Y%m%d-%H%M%S}-000.dump"))
    assert f"{old.name}，已过一天半" in nights.problems()


def test_the_newest_is_tried_and_one_dated_years_ahead_is_none(
    server: ServerBackend, tmp_path: Path
) -> None:
    """Made while the clock was wrong, it would be the newest for years."""
    nights = Nights(server, tmp_path)
    made = Path(nights("yilian-backup").json()["file"])
    made.with_name("yilian-20990101-023000-000.dump").write_bytes(b"of a clock that ran ahead")
    made.with_name("yilian-20200101-023000-000.dump").write_bytes(b"of another year")
    assert nights("yilian-trial").json()["file"] == str(made)
    assert "备份" not in nights.problems()
    late = datetime.now(ZONE) + timedelta(hours=37)
    assert f"{made.name}，已过一天半" in trial.overdue(nights.backups, late)


def test_passwords_that_were_filled_in_stay(server: ServerBackend, tmp_path: Path) -> None:
    first = Nights(server, tmp_path).secrets.read_text()
    assert OWNER_PASSWORD in first
    (tmp_path / "timers" / "yilian-backup.timer").unlink()
    again = bare(
        *("server", "timers", str(tmp_path / "timers"), "--system", "linux"),
        *(
            "--backups",
            "/var/backups",
            "--address",
            "postgresql://h/y",
            "--admin",
            "postgresql://h",
        ),
    )
    assert "server.env\n" not in again.out
    assert (tmp_path / "timers" / "server.env").read_text() == first
    assert (tmp_path / "timers" / "yilian-backup.timer").exists()
    if os.name == "posix":
        assert (tmp_path / "timers" / "server.env").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("system", timers.SYSTEMS)
def test_names_are_spelled_as_the_system_reads_them(system: str, tmp_path: Path) -> None:
    wanted = timers.Timers(
        system, Path("/opt/yi lian/yilian"), "postgresql://h/y", "postgresql://h", Path("/b/100%$1")
    )
    files = {file.name: file.read_bytes().decode() for file in timers.write(wanted, tmp_path)}
    said = "\n".join(files.values())
    if system == timers.LINUX:
        assert '"/opt/yi lian/yilian" backup --daily --keep 30 --to "/b/100%%$$1"\n' in said
        assert {"yilian-backup.timer", "yilian-trial.timer", "yilian-watch.service"} <= files.keys()
    else:
        assert '@"/opt/yi lian/yilian" backup --daily --keep 30 --to "/b/100%%$1" >>' in said
        assert all(text.count("\n") == text.count("\r\n") > 0 for text in files.values())
        assert files["install.cmd"].count("schtasks /Create") == 3
        named = [text for text in files.values() if "yi lian" in text or "//h" in text]
        assert len(named) == 4, "names in Chinese are read as they were written"
        assert all(text.startswith("@chcp 65001 >nul\r\n") for text in named)


def test_what_a_timer_would_misread_is_refused(tmp_path: Path) -> None:
    asked = ("--address", "postgresql://h/y", "--admin", "postgresql://h", "--backups")
    refused = bare("--json", "server", "timers", str(tmp_path / "t"), *asked, 'a"b')
    assert refused.error()["code"] == "timers.name"
    other = (*asked, "/b", "--system", "plan9")
    assert "没有系统「plan9」" in bare("server", "timers", str(tmp_path / "t"), *other).err
    assert not (tmp_path / "t").exists()


@pytest.mark.usefixtures("noon")
def test_a_file_has_one_backup_a_day_and_keeps_the_newest(
    sqlite_site: Site, tmp_path: Path
) -> None:
    day = datetime.now(ZONE) - timedelta(days=400)
    for number in range(3):  # of one month: the last of it may go as well, it is too long ago
        old = tmp_path / f"yilian-{day.replace(day=number + 1):%Y%m%d-%H%M%S}-000.db"
        old.write_bytes(b"old")
    words = ("backup", "--daily", "--keep", "2", "--to", str(tmp_path))
    first = run(sqlite_site, "lead_admin", *words)
    assert first.code == 0, first.err
    assert len(list(tmp_path.glob("*.db"))) == 2
    again = run(sqlite_site, "lead_admin", *words)
    assert "已有今天的备份" in again.out
    assert len(list(tmp_path.glob("*.db"))) == 2


def _databases(server: ServerBackend) -> set[str]:
    rows = server.cluster.admin().execute("SELECT datname FROM pg_database").fetchall()
    return {str(row[0]) for row in rows}
