"""Backups and restores under attack: cut off, damaged, beside remains, on full disks, at the wrong
place. Every refusal is in words, nothing half is left, and what was there stays as it was.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from app.bootstrap import open_database
from app.domain.days import ZONE
from app.domain.errors import DomainError, EnvironmentProblem
from app.models.base import Base
from app.services.db import Database, sqlite_engine
from app.services.platform import backup, doctor, drafts, proofs, schedule, server_dump, setup
from tests.databases import Backend, ServerBackend
from tests.factories import EAST, Site
from tests.services.test_proofs import receive

PAGE = 4096


@pytest.fixture
def kept(sqlite_site: Site, tmp_path: Path) -> Path:
    """A good backup."""
    receive(sqlite_site, "east_store", EAST, (240,))
    return Path(backup.back_up(sqlite_site.owner, tmp_path / "kept").file)


def refused(source: Path, target: Path) -> str:
    with pytest.raises(DomainError) as refusal:
        backup.restore(source, target)
    assert not target.exists()
    assert not list(target.parent.glob(f"{target.name}.*.part*"))
    return refusal.value.code


def rows_of(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that is written in its tables."""
    db = Database(sqlite_engine(str(file)))
    with db.read() as session:
        found = {
            name: [tuple(row) for row in session.execute(text(f'SELECT * FROM "{name}"'))]
            for name in Base.metadata.tables
        }
    db.close()
    return found


def dead_wal(file: Path, folder: Path) -> None:
    """What a sudden end leaves: the file, and beside it moves that were not merged."""
    folder.mkdir()
    db = Database(sqlite_engine(str(file)))
    with db.write() as session:
        session.execute(text("UPDATE organisation SET name = name || '（旧）'"))
    for left in file.parent.glob(f"{file.name}*"):
        shutil.copy(left, folder / left.name)
    db.close()


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    """A disk that takes no more than this of a file."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limit[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)


def test_a_restored_file_is_not_mixed_with_what_is_left_of_the_old_one(
    kept: Path, tmp_path: Path
) -> None:
    """SQLite would take the old file's last moves for those of the new one."""
    shutil.copy(kept, tmp_path / "yilian.db")
    dead_wal(tmp_path / "yilian.db", tmp_path / "dead")
    target = tmp_path / "dead" / "yilian.db"
    target.unlink()

    assert refused(kept, target) == "restore.remains"

    (tmp_path / "dead" / "yilian.db-wal").unlink()
    backup.restore(kept, target)
    db = Database(sqlite_engine(str(target)))
    with db.read() as session:
        assert not session.scalars(text("SELECT 1 FROM organisation WHERE name LIKE '%旧%'")).all()
    db.close()


def test_a_file_in_use_is_no_backup(kept: Path, tmp_path: Path) -> None:
    """Its last moves lie beside it and would be left out without a word."""
    shutil.copy(kept, tmp_path / "yilian.db")
    dead_wal(tmp_path / "yilian.db", tmp_path / "dead")
    assert refused(tmp_path / "dead" / "yilian.db", tmp_path / "new.db") == "restore.live"


def test_a_draft_that_a_sudden_end_left_is_used_by_nobody(kept: Path, tmp_path: Path) -> None:
    old = tmp_path / "new.db.0.part"
    shutil.copy(kept, old)
    os.utime(old, (time.time() - 3 * 86_400,) * 2)
    fresh = shutil.copy(kept, tmp_path / "new.db.1.part")
    backup.restore(Path(fresh), tmp_path / "new.db")
    assert not old.exists()
    assert Path(fresh).exists()


@pytest.mark.parametrize("cut", [1, 100, PAGE, 20 * PAGE])
def test_a_backup_that_is_cut_off_is_told_as_cut_off(kept: Path, tmp_path: Path, cut: int) -> None:
    short = tmp_path / "short.db"
    short.write_bytes(kept.read_bytes()[:-cut])
    with pytest.raises(DomainError, match="不完整"):
        backup.restore(short, tmp_path / "new.db")


def test_one_changed_bit_of_a_backup_is_seen(kept: Path, tmp_path: Path) -> None:
    """Also in a name that no chain and no sum holds; without the digest it would pass."""
    content = bytearray(kept.read_bytes())
    content[content.index("李药".encode()) + 2] ^= 1
    kept.write_bytes(content)
    assert refused(kept, tmp_path / "new.db") == "backup.proof"
    drafts.digest_file(kept).unlink()
    backup.restore(kept, tmp_path / "new.db")


@pytest.mark.parametrize("seed", range(12))
def test_damage_of_any_kind_is_told_in_words(kept: Path, tmp_path: Path, seed: int) -> None:
    dice, content = random.Random(seed), bytearray(kept.read_bytes())
    for _spot in range(dice.choice((1, 4, 30))):
        page = dice.randrange(len(content) // PAGE) * PAGE
        what = dice.choice((bytes(PAGE), dice.randbytes(PAGE), dice.randbytes(3)))
        at = page + dice.randrange(PAGE - len(what) + 1)
        content[at : at + len(what)] = what
    bad = tmp_path / "bad.db"
    bad.write_bytes(content)
    told, said = 0, ""
    try:
        backup.restore(bad, tmp_path / "new.db")
    except (DomainError, EnvironmentProblem) as refusal:
        told, said = told + 1, refusal.text
    assert "Tree" not in said  # what SQLite calls it stands under 详情
    assert "***" not in said
    try:
        db = open_database(str(bad))
    except EnvironmentProblem:
        assert told
        return
    try:
        told += not all(one.ok for one in doctor.examine(db) if one.name != "SQLite")
        told += bool(proofs.pages(db) != "ok")
        backup.back_up(db, tmp_path / "copies")
        assert told or rows_of(bad) == rows_of(kept)  # it lay where nothing is
    except (DomainError, EnvironmentProblem):
        assert told
    finally:
        db.close()


def test_data_that_are_damaged_are_not_told_as_a_bad_backup(
    sqlite_site: Site, tmp_path: Path
) -> None:
    receive(sqlite_site, "east_store", EAST, (240,))
    with sqlite_site.owner.engine.execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE balance SET qty = qty + 5"))
    with pytest.raises(DomainError, match="先不要记账") as refusal:
        backup.back_up(sqlite_site.owner, tmp_path / "kept")
    assert refusal.value.code == "backup.proof"
    assert [one.suffix for one in (tmp_path / "kept").iterdir()] == [".part"]  # to be looked into


def test_a_disk_that_takes_no_more_leaves_nothing_half(
    sqlite_site: Site, kept: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    with no_file_over(PAGE * 20):
        with pytest.raises(EnvironmentProblem):
            backup.restore(kept, empty / "new.db")
        with pytest.raises(EnvironmentProblem):
            backup.back_up(sqlite_site.owner, empty)
    assert list(empty.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(kept: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="写不了"):
        backup.restore(kept, Path("/dev/null/folder/new.db"))


def test_a_file_that_was_emptied_does_not_become_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "yilian.db").touch()
    db = open_database(str(tmp_path / "yilian.db"), check=False)
    with pytest.raises(EnvironmentProblem, match="还是空的"):
        setup.migrate(db, tmp_path / "copies")
    db.close()


def test_backups_of_a_clock_that_ran_ahead_hold_nothing_up(tmp_path: Path) -> None:
    """Else no backup would be made until that day comes, and today's would go at once."""
    today = date(2026, 10, 14)
    ahead = tmp_path / "yilian-20310101-080000-000.db"
    ahead.touch()
    assert schedule.is_due(tmp_path, today)
    days = [datetime(2031, 1, 1, tzinfo=ZONE), datetime(2026, 10, 14, tzinfo=ZONE)]
    assert schedule.superfluous(days, 1, today) == ()


def test_a_dump_that_went_bad_is_refused_before_a_database_is_made(
    postgresql_backend: Backend, tmp_path: Path
) -> None:
    assert isinstance(postgresql_backend, ServerBackend)
    made = Path(backup.back_up(postgresql_backend.db, tmp_path).file)
    made.write_bytes(made.read_bytes()[:-200])
    admin = postgresql_backend.superuser().url()
    with pytest.raises(DomainError) as refusal:
        server_dump.restore(admin, made, "yl_bad")
    assert refusal.value.code == "backup.proof"
    drafts.digest_file(made).unlink()
    for _again in range(2):  # nothing half is left in the way of the second try
        with pytest.raises(DomainError) as refusal:
            server_dump.restore(admin, made, "yl_bad")
        assert refusal.value.code == "backup.tool"
    there = postgresql_backend.cluster.admin().execute("SELECT datname FROM pg_database").fetchall()
    assert "yl_bad" not in {row[0] for row in there}
