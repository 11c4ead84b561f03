"""Opening a database and signing a person in: what runs before there is a window.

No Qt here: these functions run on a worker thread and answer with values. The services are loaded
by the first of them, while the first window stands already.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app import paths, settings
from app.domain.days import ZONE
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, EnvironmentProblem
from app.i18n import _
from app.paths import is_server
from app.settings import Settings
from app.ui import loading
from app.ui.jobs import Progress

if TYPE_CHECKING:
    from app.services.db import Database
    from app.services.platform.setup import FirstSteps
    from app.ui.context import Scope, Session


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in to local data: account, name, organisation, duties."""

    login: str
    name: str
    organisation: str
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A database that is open, before anybody signed in.

    Attributes:
        db: It; None for a server, which is opened by signing in.
        address: File or server.
        demo: Whether it holds the demonstration.
        people: Who has an account (local data only).
    """

    db: Database | None
    address: str
    demo: bool
    people: tuple[Person, ...]


def load_services() -> None:
    """Load what the main window will ask, while the person still types; a second, once."""
    with loading.turn():
        import app.services.home
        import app.services.palette
        import app.services.platform.backup
        import app.services.witness  # noqa: F401 - loaded for whoever comes next


def data_file() -> str:
    """Where new local data are kept."""
    return str(paths.home() / "yilian.db")


def there_are_data() -> DomainError:
    """Why no new local data are made, and how to go on with those that are there."""
    return DomainError(
        "init.exists",
        _(
            "这台电脑上已经有数据：{file}。要接着用，点「打开已有的数据或备份」选它；"
            "要另建一份，先把它移到别处。",
            file=data_file(),
        ),
    )


def open_address(address: str) -> Opened:
    """Open local data; a server waits for the person's password.

    An older schema is upgraded, with a backup first.
    """
    with loading.turn():
        from app.bootstrap import open_database
        from app.services.directory import holds_demo
        from app.services.platform import accounts, setup

    if is_server(address):
        return Opened(None, address, demo=False, people=())
    db = open_database(address, check=False)
    try:
        setup.migrate(db, paths.backups())
        of_demo = holds_demo(db)
        rows = accounts.people(db)
    except BaseException:
        db.close()
        raise
    people = tuple(
        Person(row.login, row.name, row.organisation, row.duties) for row in rows if row.active
    )
    return Opened(db, address, of_demo, people)


def bring(file: Path, machine: Settings, progress: Progress) -> str:
    """The address of data that somebody chose; a backup is restored into a new file first.

    Opened as it lies, a backup would be worked on and be none any more.
    """
    with loading.turn():
        from app.services.platform import backup, drafts, schedule
        from app.ui.backups import folder_of

    kept = schedule.made_at(file) is not None or drafts.digest_file(file).is_file()
    if not kept and file.parent != folder_of(machine):
        return str(file)
    progress.step(0, 0, _("复制并核对备份"))
    return backup.restore(file, restored_file(file)).file


def restored_file(source: Path) -> Path:
    """A new file for a restored backup, named after it and the time."""
    stamp = datetime.now(ZONE)
    return paths.home() / f"{source.stem}-{_('恢复')}-{stamp:%m%d-%H%M%S}.db"


def make_demo(progress: Progress) -> str:
    """Make the demonstration unless it is there already; its address."""
    with loading.turn():
        from app.bootstrap import open_database
        from app.services.demo import build as demo  # it knows every service

    address = str(paths.demo_file())
    if Path(address).is_file() and _is_whole(address):
        return address
    _unlink(address)
    db = open_database(address, make=True)
    try:
        demo.build(db, progress=lambda what, done, total: progress.step(done, total, what))
    finally:
        db.close()
    return address


def remove_demo(address: str) -> None:
    """Remove a demonstration's file with its journals.

    Raises:
        DomainError: The file holds other data; it is left as it is.
    """
    with loading.turn():
        from app.bootstrap import open_database
        from app.services.directory import holds_demo

    db = open_database(address, check=False)
    try:
        if not holds_demo(db):
            raise DomainError("demo.not_demo", _("这份数据不是演示数据，没有清空。"))
    finally:
        db.close()
    _unlink(address)


def _unlink(address: str) -> None:
    for left in (address, f"{address}-wal", f"{address}-shm"):
        Path(left).unlink(missing_ok=True)


def _is_whole(address: str) -> bool:
    """Whether the file holds a finished demonstration (an interrupted one is made again)."""
    from app.bootstrap import open_database
    from app.services.directory import holds_demo

    db = open_database(address, make=True)
    try:
        return holds_demo(db)
    finally:
        db.close()


def make_local(steps: FirstSteps) -> str:
    """Make new local data with the lead hospital and its administrator; the address."""
    with loading.turn():
        from app.services.platform import setup

    return setup.init_file(data_file(), steps).file


def sign_in(opened: Opened, login: str, password: str, machine: Settings) -> Session:
    """The session of a person; on a server the connection itself is the person's.

    Raises:
        NotAllowedError: Wrong account or password.
        EnvironmentProblem: The server is not there.
    """
    with loading.turn():
        from app.bootstrap import open_database
        from app.services.access import actor_for
        from app.services.platform import accounts

    if opened.db is None:
        db = open_database(opened.address, login=login, password=password)
        try:
            actor = actor_for(db, login)
        except BaseException:
            db.close()
            raise
    else:
        db = opened.db
        needs = not opened.demo and accounts.has_password(db, login)
        actor = accounts.sign_in(db, login, password) if needs else actor_for(db, login)
    return _session(db, actor, opened, machine)


def _session(db: Database, actor: Actor, opened: Opened, machine: Settings) -> Session:
    with loading.turn():
        from app.bootstrap import remember_sent
        from app.services.directory import holds_demo, members_day, visible_organisations
        from app.ui.context import Org, Session

    rows = visible_organisations(db, actor)
    orgs = tuple(Org(row.id, row.name, row.short, row.role) for row in rows)
    if not orgs:
        raise EnvironmentProblem(
            "session.no_organisation",
            _(
                "{name} 的机构今天不在集团里，没有可以看的数据。请管理员核对成员有效期。",
                name=actor.name,
            ),
        )
    remember_sent(db, opened.address, actor.login)
    return Session(
        db=db,
        actor=actor,
        orgs=orgs,
        today=date.fromisoformat(members_day(db)),
        settings=replace(machine, database=opened.address, login=actor.login),
        demo=opened.demo or holds_demo(db),
        address=opened.address,
    )


def scopes_of(session: Session) -> tuple[Scope, ...]:
    """What the scope picker offers: each organisation of the group, and all of them together."""
    from app.ui.context import Scope

    own = [org for org in session.orgs if org.id == session.actor.org_id]
    others = [org for org in session.orgs if org.role != "supplier" and org not in own]
    singles = tuple(Scope((org,), org.name) for org in [*own, *others])
    members = tuple(org for org in session.orgs if org.role != "supplier")
    if len(members) > 1:
        return (*singles, Scope(members, _("全集团（{n} 家）", n=len(members))))
    return singles


def usual(session: Session, scopes: tuple[Scope, ...]) -> Scope:
    """What a person sees first: the group's buyer the whole group, others their own place."""
    buys_for = session.actor.orgs(Duty.BUY)
    return scopes[-1] if len(buys_for) > 1 else scopes[0]


def test_server(address: str, login: str, password: str) -> str:
    """Try a server and say what was found; raises what would stop the work."""
    with loading.turn():
        from app.bootstrap import open_database
        from app.services.access import actor_for

    db = open_database(address, login=login, password=password)
    try:
        actor = actor_for(db, login)
    finally:
        db.close()
    return _("已连上。你是 {name}，可以继续。", name=actor.name)


def keep(machine: Settings) -> None:
    """Write the machine settings."""
    settings.save(machine)
