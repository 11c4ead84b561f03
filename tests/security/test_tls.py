"""A server that encrypts and proves itself: TLS, SCRAM, verify-full; anything less is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app import bootstrap
from app.domain.errors import EnvironmentProblem
from app.services.platform import server
from tests.databases import OWNER_PASSWORD, PERSON_PASSWORD
from tests.security.certificates import Authority, Pair
from tests.security.tls_servers import TlsServer, tls_server

OURS, STRANGER = Authority("group"), Authority("stranger")


@pytest.fixture(scope="module")
def tls() -> Iterator[TlsServer]:
    """The server, with a database and one person."""
    with tls_server(OURS.server("localhost")) as made:
        cluster = made.cluster
        server.init_server(cluster.login("postgres").url(), "yilian_tls", OWNER_PASSWORD)
        server.make_login(cluster.admin(), "east_store", PERSON_PASSWORD)
        cluster.forget_admin()
        yield made


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    file = tmp_path / "ca.pem"
    file.write_bytes(OURS.certificate)
    return file


def sign_in(tls: TlsServer, host: str, mode: str, ca: Path | str) -> None:
    address = f"postgresql://{host}:{tls.port}/yilian_tls?sslmode={mode}&sslrootcert={ca}"
    bootstrap.open_database(address, login="east_store", password=PERSON_PASSWORD).close()


def test_who_proves_itself_is_used(tls: TlsServer, ca: Path) -> None:
    sign_in(tls, "localhost", "verify-full", ca)
    with psycopg.connect(
        f"host=localhost port={tls.port} dbname=yilian_tls user=east_store sslmode=verify-full",
        password=PERSON_PASSWORD,
        sslrootcert=str(ca),
        channel_binding="require" if tls.whole else "prefer",
    ) as connection:
        assert connection.pgconn.ssl_in_use


def refused(tls: TlsServer, host: str, mode: str, ca: Path | str) -> EnvironmentProblem:
    with pytest.raises(EnvironmentProblem) as found:
        sign_in(tls, host, mode, ca)
    return found.value


def test_plain_is_refused_by_the_server(tls: TlsServer, ca: Path) -> None:
    assert refused(tls, "localhost", "disable", ca).code in {"db.login", "tls.none"}


def test_another_name_is_refused_by_the_client(tls: TlsServer, ca: Path) -> None:
    problem = refused(tls, "127.0.0.1", "verify-full", ca)
    assert problem.code == "tls.name"
    assert "密码没有发出" in problem.text


def test_another_authority_is_refused_by_the_client(tls: TlsServer, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(STRANGER.certificate)
    assert refused(tls, "localhost", "verify-full", other).code == "tls.certificate"


@pytest.mark.parametrize("pair", [STRANGER.server("localhost"), OURS.server("localhost", days=-1)])
def test_a_replaced_or_expired_certificate_is_refused(tls: TlsServer, ca: Path, pair: Pair) -> None:
    tls.show(pair)
    try:
        assert refused(tls, "localhost", "verify-full", ca).code == "tls.certificate"
    finally:
        tls.show(OURS.server("localhost"))


def test_nobody_of_the_group_reaches_another_database(tls: TlsServer, ca: Path) -> None:
    for user in ("east_store", "yilian_owner"):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(
                f"host=localhost port={tls.port} dbname=template1 user={user} sslmode=verify-full",
                password="not this one",
                sslrootcert=str(ca),
            )


def test_passwords_are_kept_as_scram(tls: TlsServer) -> None:
    query = "SELECT rolpassword FROM pg_authid WHERE rolpassword IS NOT NULL"
    stored = [str(row[0]) for row in tls.cluster.admin().execute(query).fetchall()]
    tls.cluster.forget_admin()
    assert len(stored) >= 3
    assert all(one.startswith("SCRAM-SHA-256$") for one in stored)
    assert not any(PERSON_PASSWORD in one for one in stored)


def test_another_computer_has_to_prove_itself_unless_told_otherwise(own_home: Path) -> None:
    """The address of a server says nothing about TLS: then nothing less than verify-full."""
    made = bootstrap._connect("postgresql://db.example/x", login="a", password="b", make=False)
    query = dict(made.engine.url.query)
    assert query["sslmode"] == "verify-full"
    assert query["sslrootcert"] == "system"
    assert query["channel_binding"] == "require"  # no password for whoever sits in between
    own_home.mkdir(exist_ok=True)
    (own_home / "server-ca.pem").write_bytes(OURS.certificate)
    made = bootstrap._connect("postgresql://db.example/x", login="a", password="b", make=False)
    assert str(made.engine.url.query["sslrootcert"]).endswith("server-ca.pem")
    local = bootstrap._connect("postgresql://127.0.0.1/x", login="a", password="b", make=False)
    assert dict(local.engine.url.query) == {}
