"""The first steps: a new data file with lead and administrator; upgrades, backed up first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.domain.duties import Duty
from app.domain.errors import DomainError, EnvironmentProblem
from app.domain.ids import new_id
from app.i18n import _
from app.models.party import GroupMembership, Organisation
from app.services import schema
from app.services.db import Database, sqlite_engine, today
from app.services.platform import accounts, backup, storage
from app.services.platform.passwords import check_password
from app.services.platform.places import make_usual_places
from app.services.stock.places import make_virtual_places

GROUP_DUTIES = (Duty.ADMIN, Duty.CATALOGUE, Duty.BUY, Duty.AUDIT)
"""What the first person may do for the whole group, until others are added."""


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """Who the file is for."""

    organisation: str
    code: str
    admin_login: str
    admin_name: str
    password: str


@dataclass(frozen=True, slots=True)
class Made:
    """A new data file."""

    file: str
    schema_version: str
    admin_login: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """What an upgrade did; `backup` is empty when nothing had to be done."""

    before: str
    after: str
    backup: str = ""


def init_file(address: str, first: FirstSteps) -> Made:
    """Make a SQLite file with schema, lead hospital and administrator.

    Raises:
        DomainError: The file exists already, or a name or password cannot be used.
        EnvironmentProblem: The folder lies on a network drive.
    """
    file = Path(address)
    if file.exists():
        raise DomainError(
            "init.exists", _("文件 {file} 已经有了，没有动它。请换一个文件名。", file=file)
        )
    check_password(first.password, login=first.admin_login)
    if len(first.code) != 4 or not first.code.isdecimal():  # noqa: PLR2004 - part of label codes
        raise DomainError("init.code", _("单位编码要四位数字，如 0001。"))
    storage.open_folder(file)
    storage.refuse_network_drive(file)
    db = Database(sqlite_engine(str(file)))
    try:
        version = schema.upgrade(db)
        _write_lead(db, first)
    finally:
        db.close()
    return Made(str(file), version, first.admin_login)


def _write_lead(db: Database, first: FirstSteps) -> None:
    with db.write() as session:
        org_id = new_id()
        session.add(
            Organisation(
                id=org_id,
                code=first.code,
                name=first.organisation,
                short_name=first.organisation[:8],
                kind="hospital",
                legal_person_id=org_id,
                active=True,
            )
        )
        session.flush()
        session.add(GroupMembership(org_id=org_id, valid_from=today(session), role="lead"))
        make_virtual_places(session, org_id)
        make_usual_places(session, org_id)
        duties = tuple((duty, 0) for duty in GROUP_DUTIES)
        accounts.add_person(
            session, accounts.NewPerson(first.admin_login, first.admin_name, org_id, duties)
        )
        accounts.set_password(session, first.admin_login, first.password)


def migrate(db: Database, folder: Path, *, copy: bool = True) -> Migrated:
    """Upgrade the schema; what is there is backed up into `folder` first.

    Args:
        db: The database; on a server as its owner.
        folder: Where the backup goes.
        copy: False when the server's keeper has made a backup already.

    Raises:
        EnvironmentProblem: No backup could be made (nothing was changed then), the database is
            newer than this program, or it is never free.
    """
    before = schema.version(db)
    if before == schema.newest():
        return Migrated(before, before)
    with db.engine.connect() as connection:
        schema.refuse_newer(connection)
        if schema.is_usable(connection):
            return Migrated(before, before)
    if db.is_sqlite and not before:  # else a file that was emptied would become a new, empty one
        raise EnvironmentProblem("schema.empty", _("这个数据库还是空的。请先建库（yilian init）。"))
    kept = backup.back_up(db, folder).file if before and copy else ""
    return Migrated(before, schema.upgrade(db), kept)
