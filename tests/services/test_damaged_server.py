"""Pages of a server that came back otherwise than they were written, while it runs.

A database is copied file by file, and a page of the copy is changed before anybody has read it:
so the server takes what lies on its disk. Told are what is damaged and what to do, never a
traceback; no backup counts that does not hold everything; the last good one brings the books back.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg import sql

from app.domain.errors import DomainError, EnvironmentProblem
from app.services.access import actor_for
from app.services.db import Database, postgresql_engine
from app.services.platform import backup, damage, doctor, proofs, server, server_dump
from app.services.stock.listing import PlainQuery, stock_rows
from tests.cli.runner import Ran, bare
from tests.databases import OWNER_PASSWORD, PERSON_PASSWORD, Databases
from tests.factories import EAST
from tests.pgserver import Cluster
from tests.services.test_proofs import receive

NAME, BACK, PAGE = "yl_damaged", "yl_brought_back", 8192


@dataclass(frozen=True, slots=True)
class Copied:
    """A database of its own, with the last good backup of it.

    Attributes:
        cluster: The server.
        files: Where the tables lie, and how far their rows are counted in pages.
        good: The backup.
    """

    cluster: Cluster
    files: dict[str, tuple[int, int]]
    good: Path

    def damage(self, what: str, page: bytes) -> None:
        """Put this in the place of a page: the first, or of a table of the server's the last."""
        oid = self.cluster.admin().execute(
            "SELECT oid FROM pg_database WHERE datname = %s", [NAME]
        ).fetchone()  # fmt: skip
        assert oid is not None
        node, number = self.files[what]
        with (self.cluster.data / "base" / str(oid[0]) / str(node)).open("r+b") as file:
            file.seek(number * PAGE)
            assert file.read(PAGE).strip(b"\0")
            file.seek(number * PAGE)
            file.write(page)

    def owner(self) -> Database:
        return Database(
            postgresql_engine(self.cluster.login(NAME, server.OWNER, OWNER_PASSWORD).url())
        )

    def ran(self, *words: str) -> Ran:
        """A command of the owner."""
        login = self.cluster.login(NAME, server.OWNER)
        address = f"postgresql://{login.host}:{login.port}/{NAME}"
        secret = {"YILIAN_PASSWORD": OWNER_PASSWORD}
        return bare("--db", address, "--as", server.OWNER, *words, env=secret)

    def status(self) -> Ran:
        return bare("server", "status", "--admin", self.cluster.login(NAME).url())


FILES = """
SELECT c.oid::regclass::text, pg_relation_filenode(c.oid), 0 FROM pg_class c
 WHERE c.relname IN ('ledger', 'balance', 'item', 'audit') AND relkind = 'r'
UNION ALL SELECT 'key of ' || i.indrelid::regclass, pg_relation_filenode(i.indexrelid), 1
 FROM pg_index i WHERE i.indisprimary
 AND i.indrelid IN ('app.ledger'::regclass, 'app.balance'::regclass)
UNION ALL SELECT 'words of columns', pg_relation_filenode('pg_attribute'),
 (ctid::text::point)[0]::int FROM pg_attribute
 WHERE attrelid = 'app.pack_line'::regclass AND attname = 'qty'
UNION ALL SELECT 'word of pack_line', pg_relation_filenode('pg_class'),
 (ctid::text::point)[0]::int FROM pg_class WHERE oid = 'app.pack_line'::regclass
"""


@pytest.fixture
def copied(databases: Databases, tmp_path: Path) -> Iterator[Copied]:
    """Some stock on a server, copied."""
    cluster = databases.cluster()
    with databases.site("postgresql") as site:
        receive(site, "east_store", EAST, (240, 48))
        site.db("east_store")
        good = Path(backup.back_up(site.owner, tmp_path / "good").file)
        with site.owner.engine.connect() as connection:
            rows = connection.exec_driver_sql(FILES).all()
        files = {
            str(name).removeprefix("app."): (int(node), int(page)) for name, node, page in rows
        }
        source = str(site.owner.engine.url.database)
        site.close()
        site.owner.close()
        cluster.create(NAME, source, server.OWNER)
        query = sql.SQL("GRANT CONNECT ON DATABASE {} TO yilian_login")
        cluster.admin().execute(query.format(sql.Identifier(NAME)))
        try:
            yield Copied(cluster, files, good)
        finally:
            cluster.drop(NAME)
            cluster.drop(BACK)


RUBBISH = random.Random(7).randbytes(PAGE)


@pytest.mark.parametrize("what", ["ledger", "balance", "item", "audit", "key of ledger"])
def test_a_page_that_cannot_be_read_is_named(copied: Copied, what: str) -> None:
    copied.damage(what, RUBBISH)
    table = what.removeprefix("key of ")
    owner = copied.owner()
    (line,) = damage.unread(owner)
    assert f"数据表 {table}" in line
    assert ("主键索引" in line) == what.startswith("key")
    (page, *_rest) = doctor.examine(owner)
    owner.close()
    assert (page.ok, table in page.text, "备份" in page.text) == (False, True, True)

    told = copied.ran("verify")
    assert told.code == 1, told
    assert line in told.out
    assert "yilian restore" in told.out


@pytest.mark.parametrize("what", ["ledger", "item", "word of pack_line"])
def test_what_could_not_be_read_whole_is_no_backup(
    copied: Copied, what: str, tmp_path: Path
) -> None:
    copied.damage(what, RUBBISH)
    told = copied.ran("backup", "--to", str(tmp_path / "new"))
    assert told.code in {1, 3}, told
    assert "损坏" in told.err
    assert "PQgetResult" not in told.err
    assert not list((tmp_path / "new").glob("*.dump"))


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("item", "引用了 item 里已经没有的内容"),
        ("word of pack_line", "pack_line 不见了"),
        ("words of columns", "不见了"),
    ],
)
def test_a_page_that_came_back_empty_is_no_backup(
    copied: Copied, what: str, words: str, tmp_path: Path
) -> None:
    """The server finds nothing wrong with it: rows, or a whole table, are simply gone."""
    copied.damage(what, bytes(PAGE))
    told = copied.ran("backup", "--to", str(tmp_path / "new"))
    assert (told.code, words in told.err) == (1, True), told
    assert not list((tmp_path / "new").glob("*.dump"))


def test_who_works_is_told_and_nothing_is_booked(copied: Copied) -> None:
    copied.damage("balance", RUBBISH)
    login = copied.cluster.login(NAME, "east_store", PERSON_PASSWORD)
    db = Database(postgresql_engine(login.url()))
    with pytest.raises(EnvironmentProblem, match="yilian doctor") as problem:
        stock_rows(db, actor_for(db, "east_store"), (EAST,), PlainQuery())
    db.close()
    assert problem.value.code == "db.damaged"


def test_the_status_of_a_server_tells_of_it(copied: Copied) -> None:
    copied.damage("word of pack_line", RUBBISH)
    told = copied.status()
    assert (told.code, "yilian doctor" in told.err) == (3, True), told
    assert "Traceback" not in told.err + told.out


def test_the_last_good_backup_brings_the_books_back(copied: Copied) -> None:
    copied.damage("ledger", RUBBISH)
    owner = copied.owner()
    with pytest.raises((DomainError, EnvironmentProblem)):
        backup.prove(owner)
    owner.close()
    admin = copied.cluster.login("postgres").url()
    back = server_dump.restore(admin, copied.good, BACK, backup.prove)
    assert proofs.reconcile(back) == ()
    assert all(one.whole for one in proofs.chains(back))
    assert damage.unread(back) == damage.torn_off(back) == ()
    back.close()
