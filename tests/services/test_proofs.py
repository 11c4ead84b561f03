"""Proofs find what was tampered with, and nothing else; backups carry them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from app.domain.documents import DocKind
from app.domain.errors import DomainError, EnvironmentProblem
from app.domain.ids import new_op
from app.domain.ledger import Move
from app.services import audit
from app.services.db import Database, sqlite_engine
from app.services.platform import backup, doctor, drafts, proofs, server_dump, storage
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from tests.conftest import FixedClock
from tests.databases import Backend, ServerBackend
from tests.factories import EAST, KANGZE, Site, make_world


def receive(site: Site, login: str, org: int, quantities: tuple[int, ...]) -> None:
    actor = site.actor(login)
    with site.owner.write() as session:
        supplier = virtual_place(session, org, "supplier")
        moves = [
            Move(101, 0, KANGZE, supplier, site.world.stores[org], qty, reason="试 | 竖线")
            for qty in quantities
        ]
        day = date(2026, 10, 14)
        post(session, actor, Posting(org, new_op(), DocKind.OPENING, 1, day, moves))
        audit.record(session, actor, org, "stock.open", ("opening", 1), {"说明": "期初", "n": 2})


@pytest.fixture
def stocked(site: Site) -> Site:
    receive(site, "east_store", EAST, (240, 48))
    receive(site, "east_store", EAST, (24,))
    return site


def test_honest_books_are_proved(stocked: Site) -> None:
    assert proofs.reconcile(stocked.owner) == ()
    found = {(one.org_id, one.chain): one for one in proofs.chains(stocked.owner)}

    assert found[EAST, "ledger"].rows == 3
    assert found[EAST, "audit"].rows == 2
    assert all(one.whole for one in found.values())


def tamper(site: Site, statement: str) -> None:
    """As somebody who owns the database and removes its triggers."""
    with site.owner.engine.execution_options(write=True).begin() as connection:
        if site.is_sqlite:
            rules = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN"
            rows = connection.execute(text(f"{rules} ('ledger', 'audit')"))
            kept: dict[str, str] = dict(rows.all())
            for trigger in kept:
                connection.execute(text(f"DROP TRIGGER {trigger}"))
            connection.execute(text(statement))
            for sql in kept.values():
                connection.exec_driver_sql(sql)
            return
        for change in ("DISABLE", "ENABLE"):
            for table in ("ledger", "audit"):
                connection.execute(text(f"ALTER TABLE app.{table} {change} TRIGGER USER"))
            if change == "DISABLE":
                connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "chain", "broken_at"),
    [
        ("UPDATE ledger SET qty = 200 WHERE seq = 1", "ledger", 1),
        ("UPDATE ledger SET reason = 'x' WHERE seq = 2", "ledger", 2),
        ("DELETE FROM ledger WHERE seq = 2", "ledger", 3),
        ("DELETE FROM ledger WHERE seq = 3", "ledger", 3),
        (f"UPDATE chain_head SET seq = 4 WHERE chain = 'ledger' AND org_id = {EAST}", "ledger", 4),
        ("UPDATE audit SET detail = '{}' WHERE seq = 2", "audit", 2),
    ],
)
def test_a_changed_row_breaks_the_chain(
    stocked: Site, statement: str, chain: str, broken_at: int
) -> None:
    tamper(stocked, statement)

    broken = [one for one in proofs.chains(stocked.owner) if not one.whole]

    assert [(one.org_id, one.chain, one.broken_at) for one in broken] == [(EAST, chain, broken_at)]


def test_every_changed_row_is_named(stocked: Site) -> None:
    tamper(stocked, "UPDATE ledger SET qty = qty + 1 WHERE seq IN (1, 3)")
    (broken,) = [one for one in proofs.chains(stocked.owner) if not one.whole]
    assert (broken.broken_at, broken.odd) == (1, (1, 3))


@pytest.mark.parametrize("chain", ["ledger", "audit", "imprint"])
def test_a_chain_whose_head_was_taken_away_is_walked(stocked: Site, chain: str) -> None:
    """Else every row of it could be changed."""
    tamper(stocked, f"DELETE FROM chain_head WHERE chain = '{chain}'")
    broken = [one for one in proofs.chains(stocked.owner) if not one.whole]
    assert {one.chain for one in broken} == {chain}
    assert all((one.broken_at, one.odd) == (one.rows + 1, ()) for one in broken)


def test_who_sees_a_part_of_a_chain_is_told_nothing_of_it(stocked: Site) -> None:
    """A supplier sees the moves of its own goods."""
    for login in ("kangze_sales", "east_store", "lead_buyer", "west_store"):
        assert all(one.whole for one in proofs.chains(stocked.db(login))), login


def test_a_changed_balance_is_found_to_the_unit(stocked: Site) -> None:
    tamper(stocked, "UPDATE balance SET qty = qty + 5")

    (difference,) = proofs.reconcile(stocked.owner)

    assert (difference.balance, difference.ledger) == (317, 312)
    assert difference.place_id == stocked.world.stores[EAST]


def test_a_backup_opens_adds_up_and_comes_back(
    sqlite_site: Site, tmp_path: Path, clock: FixedClock
) -> None:
    receive(sqlite_site, "east_store", EAST, (240,))
    steps: list[tuple[int, int]] = []
    made = backup.back_up(
        sqlite_site.owner, tmp_path / "kept", lambda done, total: steps.append((done, total))
    )
    clock.advance(hours=2)
    receive(sqlite_site, "east_store", EAST, (24,))  # after the backup

    restored = backup.restore(Path(made.file), tmp_path / "again.db")

    assert steps[-1][0] == steps[-1][1]
    assert (restored.ledger_rows, restored.seal, restored.last) == (1, made.seal, made.last)
    assert made.last is not None
    later = backup.last_entry(sqlite_site.owner)
    assert later is not None
    assert later > made.last  # how far the backup goes, and how far the data go that it lacks
    assert drafts.sha256_of(Path(made.file)) == made.sha256
    name = Path(made.file).name
    assert sorted(one.name for one in (tmp_path / "kept").iterdir()) == [name, f"{name}.sha256"]
    with closing(sqlite3.connect(made.file)) as alone:  # one file: what is copied is all of it
        assert alone.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    db = Database(sqlite_engine(restored.file))
    assert proofs.reconcile(db) == ()
    db.close()


def test_a_restore_overwrites_nothing_and_takes_no_foreign_file(
    sqlite_site: Site, tmp_path: Path
) -> None:
    made = backup.back_up(sqlite_site.owner, tmp_path)
    foreign = tmp_path / "letter.db"
    foreign.write_text("Sehr geehrte Damen und Herren")
    cut = tmp_path / "cut.db"
    cut.write_bytes(Path(made.file).read_bytes()[:40_000])

    for source, target, code in (
        (Path(made.file), Path(made.file), "restore.exists"),
        (tmp_path / "none.db", tmp_path / "new.db", "restore.missing"),
        (foreign, tmp_path / "new.db", "restore.foreign"),
    ):
        with pytest.raises(DomainError) as refusal:
            backup.restore(source, target)
        assert refusal.value.code == code
    with pytest.raises(DomainError):
        backup.restore(cut, tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()
    assert not (tmp_path / "new.part").exists()


def test_a_tampered_file_is_not_taken_as_a_backup(sqlite_site: Site, tmp_path: Path) -> None:
    receive(sqlite_site, "east_store", EAST, (240,))
    tamper(sqlite_site, "UPDATE balance SET qty = qty + 5")

    with pytest.raises(DomainError) as refusal:
        backup.back_up(sqlite_site.owner, tmp_path)

    assert refusal.value.code == "backup.proof"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE balance SET qty = qty + 5", "1 处库存与台账不符，0 家"),
        ("UPDATE ledger SET reason = '改过'", "0 处库存与台账不符，1 家"),
        ("UPDATE balance SET qty = -qty", "不完整"),
        ("DROP TABLE alembic_version", "不是本程序的备份"),
    ],
)
def test_a_backup_that_was_changed_since_does_not_come_back(
    sqlite_site: Site, tmp_path: Path, change: str, told: str
) -> None:
    """Whoever may write the backup may also take away what guards its tables."""
    receive(sqlite_site, "east_store", EAST, (240,))
    made = Path(backup.back_up(sqlite_site.owner, tmp_path).file)
    with closing(sqlite3.connect(made)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(change)
        connection.commit()
    with pytest.raises(DomainError, match="校验码不一致"):
        backup.restore(made, tmp_path / "back.db")
    drafts.digest_file(made).unlink()  # as whoever changed the backup would

    with pytest.raises(DomainError, match=told):
        backup.restore(made, tmp_path / "back.db")

    assert not (tmp_path / "back.db").exists()
    assert not (tmp_path / "back.part").exists()


def test_a_backup_of_a_newer_program_does_not_come_back(sqlite_site: Site, tmp_path: Path) -> None:
    made = Path(backup.back_up(sqlite_site.owner, tmp_path).file)
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    drafts.digest_file(made).unlink()
    with pytest.raises(EnvironmentProblem) as refusal:
        backup.restore(made, tmp_path / "back.db")
    assert refusal.value.code == "schema.newer"
    assert not (tmp_path / "back.db").exists()


def test_nothing_is_restored_where_a_file_would_break(sqlite_site: Site, tmp_path: Path) -> None:
    made = Path(backup.back_up(sqlite_site.owner, tmp_path).file)
    with pytest.raises(EnvironmentProblem, match="同步文件夹"):
        backup.restore(made, tmp_path / "OneDrive" / "back.db")
    assert not (tmp_path / "OneDrive").exists()


def test_a_server_is_dumped_and_comes_back_with_its_rights(
    postgresql_backend: Backend, tmp_path: Path
) -> None:
    assert isinstance(postgresql_backend, ServerBackend)
    site = Site(
        postgresql_backend.db, make_world(postgresql_backend.db), postgresql_backend.connect
    )
    receive(site, "east_store", EAST, (240,))
    made = backup.back_up(site.owner, tmp_path)
    admin = postgresql_backend.superuser().url()

    back = server_dump.restore(admin, Path(made.file), "yilian_restored")
    try:
        backup.prove(back)
        assert proofs.group_seal(proofs.chains(back)) == made.seal
        with back.engine.connect() as connection:
            policies = connection.execute(
                text("SELECT count(*) FROM pg_policies WHERE schemaname = 'app'")
            ).scalar_one()
        with site.owner.engine.connect() as connection:
            assert (
                policies
                == connection.execute(
                    text("SELECT count(*) FROM pg_policies WHERE schemaname = 'app'")
                ).scalar_one()
            )
        with pytest.raises(DomainError) as refusal:
            server_dump.restore(admin, Path(made.file), "yilian_restored")
        assert refusal.value.code == "server.database"
    finally:
        back.close()
        site.close()
        postgresql_backend.cluster.drop("yilian_restored")


def test_a_file_that_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    file = tmp_path / "broken.db"
    file.write_bytes(b"this was a database " * 500)
    db = Database(sqlite_engine(str(file)))
    wrong = {one.name: one.text for one in doctor.examine(db) if not one.ok}
    db.close()
    assert set(wrong) == {"文件完整性", "数据版本"}
    assert all("不是本程序的数据" in text for text in wrong.values())


def test_a_healthy_database_passes_the_examination(stocked: Site) -> None:
    found = doctor.examine(stocked.owner)

    assert [one.text for one in found if not one.ok] == []
    assert len(found) >= 4


def test_the_examination_says_what_is_wrong(stocked: Site) -> None:
    tamper(stocked, "UPDATE balance SET qty = qty + 5")

    wrong = [one for one in doctor.examine(stocked.owner) if not one.ok]

    assert [one.name for one in wrong] == ["库存与台账"]
    assert "yilian reconcile" in wrong[0].text


MOUNTS = """22 1 254:0 / / rw,relatime - ext4 /dev/vda1 rw
30 22 0:40 / /mnt/share rw - cifs //server/share rw
31 22 0:41 / /mnt/share/local rw - ext4 /dev/vdb1 rw
32 22 0:42 / /mnt/with\\040space rw - nfs4 server:/x rw
33 22 0:43 / /mnt/ssh rw - fuse.sshfs me@server rw
"""


@pytest.mark.parametrize(
    "file", ["/mnt/share/a.db", "/mnt/with space/a.db", "/mnt/ssh/deep/er/a.db"]
)
def test_network_drives_are_refused(file: str) -> None:
    with pytest.raises(EnvironmentProblem) as refusal:
        storage.refuse_network_drive(Path(file), MOUNTS)
    assert refusal.value.code == "storage.network"


@pytest.mark.parametrize("file", ["/home/a.db", "/mnt/share/local/a.db", "/mnt/sharewell/a.db"])
def test_local_disks_are_taken(file: str) -> None:
    storage.refuse_network_drive(Path(file), MOUNTS)
    assert storage.file_system(Path(file), MOUNTS) == "ext4"


def test_synced_folders_are_refused() -> None:
    with pytest.raises(EnvironmentProblem) as refusal:
        storage.refuse_network_drive(Path("/data/li/OneDrive - 医院/a.db"), MOUNTS)
    assert refusal.value.code == "storage.synced"
