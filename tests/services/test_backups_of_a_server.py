"""Dumps and restores of a server under attack: each refusal in words, nothing half left behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from app.domain.errors import DomainError, EnvironmentProblem
from app.services.db import Database
from app.services.platform import backup, server_dump
from tests.databases import ServerBackend
from tests.factories import EAST, Site
from tests.services.test_proofs import receive
from tests.services.test_upgrade import put_version

NAME = "yl_attacked"


@pytest.fixture
def one(postgresql_backend: ServerBackend) -> ServerBackend:
    """The server."""
    return postgresql_backend


def names(one: ServerBackend) -> set[str]:
    """The databases of these tests."""
    rows = one.cluster.admin().execute("SELECT datname FROM pg_database").fetchall()
    return {str(row[0]) for row in rows if str(row[0]).startswith(NAME)}


def test_wrong_sums_are_no_backup(site: Site, tmp_path: Path) -> None:
    receive(site, "east_store", EAST, (240,))
    with site.owner.engine.execution_options(write=True).begin() as connection:
        if not site.owner.is_sqlite:
            connection.execute(text("ALTER TABLE balance NO FORCE ROW LEVEL SECURITY"))
        connection.execute(text("UPDATE balance SET qty = qty + 5"))
    with pytest.raises(DomainError, match="先不要记账") as refusal:
        backup.back_up(site.owner, tmp_path)
    assert refusal.value.code == "backup.proof"
    assert [file.suffix for file in tmp_path.iterdir()] == [".part"]  # to be looked into


def test_a_dump_of_a_newer_program_is_refused(one: ServerBackend, tmp_path: Path) -> None:
    put_version(one.db, "9999")
    file = Path(backup.back_up(one.db, tmp_path).file)
    with pytest.raises(EnvironmentProblem, match="先升级程序") as refusal:
        server_dump.restore(one.superuser().url(), file, NAME, backup.prove)
    assert refusal.value.code == "schema.newer"
    assert names(one) == set()


def test_a_dump_that_fails_tells_its_cause(one: ServerBackend, tmp_path: Path) -> None:
    """The cause is the tool's first error; the last line is a statement of three screens."""
    one.cluster.admin()
    with one.db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE app.strange (x int)"))
        connection.execute(text("REVOKE ALL ON app.strange FROM CURRENT_USER"))
    with pytest.raises(DomainError, match="permission denied for table strange") as refusal:
        backup.back_up(one.db, tmp_path)
    assert refusal.value.code == "backup.denied"  # on a server it is the owner's task
    assert "yilian_owner" in refusal.value.text
    assert "LOCK TABLE" not in refusal.value.text
    assert list(tmp_path.iterdir()) == []


def test_a_line_cut_in_a_restore_is_told_and_the_next_one_works(
    one: ServerBackend, tmp_path: Path
) -> None:
    file = Path(backup.back_up(one.db, tmp_path).file)
    admin = one.superuser().url()

    def cut(_restored: Database) -> None:
        one.cluster.admin().execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )

    with pytest.raises(EnvironmentProblem, match="服务器恢复后重做") as refusal:
        server_dump.restore(admin, file, NAME, cut)
    assert refusal.value.code == "server.cut"
    assert NAME not in names(one)

    server_dump.restore(admin, file, NAME, backup.prove).close()
    assert names(one) == {NAME}  # nothing is left of the draft
    one.cluster.drop(NAME)


@pytest.mark.parametrize(
    "told",
    [
        (
            "pg_dump: error: Dumping the contents of table failed: PQgetResult() failed.\n"
            "pg_dump: detail: Error message from server: server closed the connection\n"
            "pg_dump: detail: Command was: COPY app.ledger TO stdout;\n"
        ),
        "pg_dump: error: query failed: FATAL:  terminating connection due to administrator\n",
    ],
)
def test_a_line_cut_under_the_tool_says_what_to_do(told: str) -> None:
    refusal = server_dump._refusal("pg_dump", told)
    assert isinstance(refusal, EnvironmentProblem)
    assert (refusal.code, "COPY" in refusal.text) == ("backup.cut", False)


def test_a_refused_password_is_not_told_as_a_cut_line() -> None:
    told = (
        'pg_restore: error: connection to server at "127.0.0.1", port 5432 failed: '
        "fe_sendauth: no password supplied\n"
    )
    refusal = server_dump._refusal("pg_restore", told)
    assert (refusal.code, "PGPASSWORD" in refusal.text) == ("backup.login", True)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize(
    ("told", "code"),
    [
        ('错误: 致命错误: 用户 "yilian_owner" Password 认证失败', "backup.login"),
        ("错误: 查询失败: 对表 stock 权限不够", "backup.denied"),
        ("错误: 写不进文件", "backup.tool"),
    ],
)
def test_a_tool_that_speaks_chinese_is_understood(encoding: str, told: str, code: str) -> None:
    """In whatever encoding: its words are never the reason why nothing is told."""
    words = server_dump._words(f"pg_dump: {told}\n".encode(encoding))
    refusal = server_dump._refusal("pg_dump", words)
    assert refusal.code == code
    assert code != "backup.tool" or "写不进文件" in refusal.text
