"""The two databases under a storm, with the small group at work and what can go wrong with each."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

from psycopg import sql

from app.adapters.pades import trial_authority
from app.domain.ids import new_op
from app.models.party import Organisation
from app.services.committee.roster import PutSeat, put_seat
from app.services.db import Database, postgresql_engine, sqlite_engine
from app.services.packs.commands import Define
from app.services.packs.define import define
from app.services.platform import backup
from app.services.sealing.roots import Trust, trust
from app.services.settlement.payees import CheckPayee, EnterPayee, check_payee, enter_payee
from app.services.stock.moving import AddPlace, add_place
from tests.databases import OWNER_PASSWORD, PERSON_PASSWORD, Databases
from tests.factories import EAST, KANGZE, RUIHE, WEST, Site
from tests.faults.deeds import OTHERS, Post
from tests.faults.formal_deeds import VOTERS, WORD
from tests.faults.invariants import state
from tests.faults.power import PowerDisk
from tests.faults.proxy import Cut, SilentProxy
from tests.order_needs import open_order
from tests.pgserver import Cluster
from tests.services.negotiation.helpers import make_papers, make_use
from tests.services.test_consumption import receive

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
"""A server that keeps what it acknowledged, as a real one; the tests' usual one need not."""
_FULL_SECONDS = 1.0
LOGINS = {
    EAST: ("east_store", "east_second", "east_head"),
    WEST: ("west_store", "west_store", "west_head"),
}


ALSO = OTHERS
SEALERS = {
    "east_head": (EAST, "张主任"),
    "west_head": (WEST, "马主任"),
    "kangze_sales": (KANGZE, "罗业"),
}


def settle_in(site: Site) -> tuple[Post, ...]:
    """Stock, a ward with fixed packs, and orders to sign at both members; who works there.

    And what the offices need: seats in the committee, seals, accounts to pay to, and papers of
    the suppliers.
    """
    for _order in range(6):
        open_order(site)
    _seat(site)
    make_use(site)
    for supplier in (KANGZE, RUIHE):
        make_papers(site, supplier)
    certificates, found = _seals(site), []
    for org, (keeper, second, head) in LOGINS.items():
        for login in (keeper, second, head, *ALSO):
            site.db(login)
        receive(site, org, {f"L{n}": (200, date(2030, 6, 30)) for n in range(1, 5)})
        way = site.as_(keeper)
        ward = add_place(*way, AddPlace(new_op(), org, "KS", "病区"))
        packs = define(*way, Define(new_op(), org, 101, 24))
        store, shelf = site.world.stores[org], site.world.bins[org]
        _account(site, org, head)
        post = Post(org, keeper, second, head, store, shelf, packs, ward, certificates)
        found.append(post)
    return tuple(found)


def _seat(site: Site) -> None:
    """Three voters with accounts of their own, and a chair."""
    secretary = site.as_("lead_buyer")
    for login in VOTERS:
        put_seat(*secretary, PutSeat(new_op(), f"委员{login}", "药学部", "member", login))
    put_seat(*secretary, PutSeat(new_op(), "主任", "院部", "chair"))


def _seals(site: Site) -> tuple[tuple[str, bytes], ...]:
    """An authority that everybody trusts, and a certificate for each who seals."""
    at = datetime.now(UTC)
    authority = trial_authority.make("测试签发机构", at)
    trust(*site.as_("lead_admin"), Trust(new_op(), authority.pem))
    made = []
    with site.owner.read() as session:
        for login, (org, person) in SEALERS.items():
            whose = session.get_one(Organisation, org)
            whom = (whose.name, whose.uscc or "")
            made.append((login, trial_authority.issue(authority, person, whom, WORD, at)))
    return tuple(made)


def _account(site: Site, org: int, head: str) -> None:
    """Where the member pays the supplier, entered by one and checked by another."""
    account = ("康泽医药有限公司", "示例银行城东支行", "6222 0000 1111 2222")
    payee = enter_payee(*site.as_(head), EnterPayee(new_op(), org, KANGZE, *account))
    check_payee(*site.as_("lead_admin"), CheckPayee(new_op(), org, payee))


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path | None]:
    """A file system of its own that can be filled up; None where nobody may mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    size = f"size={megabytes}m,mode=755"
    command = ["mount", "-t", "tmpfs", "-o", size, "yilian-storm", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)


def fill_up(folder: Path) -> Path:
    """Take every free byte of the file system; removing the file gives them back."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as stream, suppress(OSError):
        for block in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while stream.write(bytes(block)) == block:
                    pass
    return ballast


class FileGround:
    """A SQLite file that several processes of one computer share."""

    name = "sqlite"
    clients_fall_too = True

    def __init__(
        self, file: Path, disk: Path | None = None, power: PowerDisk | None = None
    ) -> None:
        self._file = file
        self._disk = disk
        self.power = power
        self.faults: dict[str, Callable[[random.Random], None]] = {"backup": self._back_up}
        if disk is not None and power is None:
            self.faults["disk_full"] = self._fill

    def address(self) -> str:
        """As on `Ground`."""
        return str(self._file)

    def owner(self) -> Database:
        """As on `Ground`."""
        return Database(sqlite_engine(str(self._file)))

    def power_back(self) -> None:
        """As on `Ground`."""
        assert self.power is not None
        self.power.back()

    def _back_up(self, _dice: random.Random) -> None:
        """A backup while everybody writes is whole and comes back whole (T23)."""
        db = self.owner()
        folder = self._file.parent / "copies"
        try:
            made = Path(backup.back_up(db, folder).file)
        finally:
            db.close()
        back = folder / "back.db"
        backup.restore(made, back)
        copy = Database(sqlite_engine(str(back)))
        broken = state(copy)
        copy.close()
        for file in folder.iterdir():
            file.unlink()
        assert broken == ()

    def _fill(self, _dice: random.Random) -> None:
        assert self._disk is not None
        ballast = fill_up(self._disk)
        threading.Event().wait(_FULL_SECONDS)
        ballast.unlink()


class ServerGround:
    """A PostgreSQL database behind a network that can fall silent."""

    name = "postgresql"
    clients_fall_too = False

    def __init__(
        self,
        cluster: Cluster,
        database: str,
        disk: Path | None = None,
        power: PowerDisk | None = None,
    ) -> None:
        self._cluster = cluster
        self._database = database
        self._disk = disk
        self.power = power
        self._proxy = SilentProxy(cluster.port)
        self.faults: dict[str, Callable[[random.Random], None]] = {
            "backend_kill": self._kill_backend,
            "restart_fast": lambda _dice: cluster.restart(signal.SIGINT),
            "restart_immediate": lambda _dice: cluster.restart(signal.SIGQUIT),
            "terminate_all": self._terminate,
            "silence": lambda _dice: self._proxy.silence(),
            "cut_before_commit": lambda _dice: self._cut(Cut.BEFORE_COMMIT),
            "cut_after_commit": lambda _dice: self._cut(Cut.AFTER_COMMIT),
        }
        if disk is not None and power is None:
            self.faults["disk_full"] = self._fill

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._proxy.close()

    def address(self) -> str:
        """As on `Ground`; through the network."""
        return f"postgresql://127.0.0.1:{self._proxy.port}/{self._database}"

    def owner(self) -> Database:
        """As on `Ground`; past the network."""
        login = self._cluster.login(self._database, "yilian_owner", OWNER_PASSWORD)
        return Database(postgresql_engine(login.url()))

    def power_back(self) -> None:
        """As on `Ground`; the server is started again on what is left."""
        assert self.power is not None
        self._cluster.forget_admin()
        self.power.back()
        self._cluster.wait()

    def many_computers(self) -> None:
        """One person may sit at as many computers as there are."""
        for login in {one for logins in LOGINS.values() for one in (*logins, *ALSO)}:
            query = sql.SQL("ALTER ROLE {} CONNECTION LIMIT -1").format(sql.Identifier(login))
            self._cluster.admin().execute(query)

    def _sessions(self) -> list[int]:
        rows = self._cluster.admin().execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND usename <> 'yilian_owner'"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()",
            [self._database],
        )
        return [int(str(row[0])) for row in rows]

    def _kill_backend(self, dice: random.Random) -> None:
        sessions = self._sessions()
        os.kill(dice.choice(sessions), signal.SIGKILL)
        self._cluster.forget_admin()
        self._cluster.wait()

    def _terminate(self, _dice: random.Random) -> None:
        for pid in self._sessions():
            self._cluster.admin().execute("SELECT pg_terminate_backend(%s)", [pid])

    def _cut(self, where: Cut) -> None:
        before = self._proxy.cuts
        self._proxy.cut = where
        for _turn in range(200):
            if self._proxy.cuts > before:
                return
            threading.Event().wait(0.05)
        raise AssertionError("nobody committed in ten seconds")

    def _fill(self, _dice: random.Random) -> None:
        assert self._disk is not None
        ballast = fill_up(self._disk)
        threading.Event().wait(_FULL_SECONDS)
        ballast.unlink()
        self._cluster.forget_admin()
        self._cluster.wait()


@contextmanager
def file_ground(
    databases: Databases, folder: Path, disk: Path | None = None, power: PowerDisk | None = None
) -> Iterator[tuple[FileGround, tuple[Post, ...], str]]:
    """The small group in a file of its own."""
    with databases.site("sqlite") as site:
        posts = settle_in(site)
        backup.back_up(site.owner, folder / "start")
        (made,) = (folder / "start").glob("*.db")
    file = (disk or folder) / "storm.db"
    shutil.move(made, file)
    os.sync()
    yield FileGround(file, disk, power), posts, ""


@contextmanager
def server_ground(
    databases: Databases, disk: Path | None = None, power: PowerDisk | None = None
) -> Iterator[tuple[ServerGround, tuple[Post, ...], str]]:
    """The small group on the server of `databases`, keeping what it acknowledged."""
    with databases.site("postgresql") as site:
        posts = settle_in(site)
        name = str(site.owner.engine.url.database)
        cluster = databases.cluster()
        query = sql.SQL("ALTER DATABASE {} SET synchronous_commit = on")
        cluster.admin().execute(query.format(sql.Identifier(name)))
        for login in {one for logins in LOGINS.values() for one in logins}:
            site.db(login).close()
        cluster.admin().execute("CHECKPOINT")
        os.sync()
        with ServerGround(cluster, name, disk, power) as ground:
            yield ground, posts, PERSON_PASSWORD
        cluster.forget_admin()
