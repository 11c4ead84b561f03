"""Accounts of a local SQLite file: argon2 passwords, locked for a while after wrong tries.

On PostgreSQL the server keeps the passwords (`app.services.platform.server`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, EnvironmentProblem, NotAllowedError
from app.domain.ids import new_id
from app.i18n import _
from app.models.base import microseconds, moment
from app.models.party import Account, DutyGrant, Organisation, Person
from app.services.access import actor_for
from app.services.db import Database, local_time, now
from app.services.platform.passwords import check_login, check_password, digest_of, is_right

MAX_TRIES: Final = 5
LOCK: Final = timedelta(minutes=10)
_KEYRING: Final = "yilian"


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to add, with duties as pairs (duty, organisation; 0 = the whole group)."""

    login: str
    name: str
    org_id: int
    duties: tuple[tuple[Duty, int], ...] = ()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as the list of accounts shows them.

    Attributes:
        login: The account's name.
        name: The person's name.
        organisation: Short name of the organisation.
        duties: ``store``, or ``buy*`` for the whole group.
        active: Whether the account is open.
        code: Code of the organisation.
        phone: A number to call.
        grants: The duties with their scope: ``buy=0`` for the whole group, ``store=0002``.
    """

    login: str
    name: str
    organisation: str
    duties: tuple[str, ...]
    active: bool
    code: str = ""
    phone: str = ""
    grants: tuple[str, ...] = ()


def add_person(session: Session, person: NewPerson) -> int:
    """Add the person and the duties in the caller's unit of work; the new id."""
    check_login(person.login)
    if session.scalar(select(Person.id).where(Person.login == person.login)) is not None:
        raise DomainError(
            "account.taken", _("账号 {login} 已经有了。请换一个账号名。", login=person.login)
        )
    if session.get(Organisation, person.org_id) is None:
        raise DomainError(
            "account.organisation", _("没有这家机构。请先在系统设置里添加机构，再添加人员。")
        )
    person_id = new_id()
    session.add(
        Person(
            id=person_id,
            login=person.login,
            name=person.name,
            org_id=person.org_id,
            phone=person.phone or None,
            active=True,
        )
    )
    session.flush()
    set_duties(session, person_id, person.duties)
    return person_id


def set_duties(session: Session, person_id: int, duties: tuple[tuple[Duty, int], ...]) -> None:
    """Make the person's duties exactly these, in the caller's unit of work."""
    held = session.scalars(select(DutyGrant).where(DutyGrant.person_id == person_id)).all()
    wanted = {(duty.value, org_id) for duty, org_id in duties}
    for row in held:
        if (row.duty, row.org_id) not in wanted:
            session.delete(row)
    have = {(row.duty, row.org_id) for row in held}
    for duty, org_id in sorted(wanted - have):
        session.add(DutyGrant(org_id=org_id, person_id=person_id, duty=duty))
    session.flush()


def person_id_of(session: Session, login: str) -> int:
    """The id behind a login; raises `DomainError` when there is none."""
    found = session.scalar(select(Person.id).where(Person.login == login))
    if found is None:
        raise DomainError("account.unknown", _("没有账号 {login}。请核对账号名。", login=login))
    return found


def people(db: Database) -> tuple[PersonRow, ...]:
    """Everybody with an account, by organisation and login."""
    with db.read() as session:
        rows = session.execute(
            select(Person, Organisation.short_name, Organisation.code)
            .join(Organisation, Organisation.id == Person.org_id)
            .order_by(Organisation.code, Person.login)
        ).all()
        codes = dict(session.execute(select(Organisation.id, Organisation.code)).all())
        duties: dict[int, list[str]] = {}
        grants: dict[int, list[str]] = {}
        for grant in session.scalars(select(DutyGrant).order_by(DutyGrant.duty, DutyGrant.org_id)):
            scope = "" if grant.org_id else "*"
            duties.setdefault(grant.person_id, []).append(f"{grant.duty}{scope}")
            where = codes.get(grant.org_id, "0") if grant.org_id else "0"
            grants.setdefault(grant.person_id, []).append(f"{grant.duty}={where}")
        return tuple(
            PersonRow(
                p.login,
                p.name,
                organisation,
                tuple(duties.get(p.id, ())),
                p.active,
                code,
                p.phone or "",
                tuple(grants.get(p.id, ())),
            )
            for p, organisation, code in rows
        )


def set_password(session: Session, login: str, password: str) -> None:
    """Set the local password of a person, in the caller's unit of work."""
    check_password(password, login=login)
    person_id = person_id_of(session, login)
    digest = digest_of(password)
    account = session.get(Account, person_id)
    if account is None:
        session.add(Account(person_id=person_id, password_hash=digest, tries=0))
        return
    account.password_hash, account.tries, account.locked_until_us = digest, 0, None


def has_password(db: Database, login: str) -> bool:
    """Whether the person signs in with a local password."""
    with db.read() as session:
        found = session.scalar(
            select(Account.person_id)
            .join(Person, Person.id == Account.person_id)
            .where(Person.login == login)
        )
    return found is not None


def sign_in(db: Database, login: str, password: str) -> Actor:
    """The person behind login and password.

    Raises:
        NotAllowedError: Wrong, closed, or locked after too many tries; says until when.
    """
    with db.write() as session:
        row = session.execute(
            select(Account, Person.active)
            .join(Person, Person.id == Account.person_id)
            .where(Person.login == login)
        ).one_or_none()
        account = row[0] if row is not None and row[1] else None
        refusal = _refusal(session, account, password)
    if refusal is not None:
        raise refusal
    return actor_for(db, login)


def _refusal(session: Session, account: Account | None, password: str) -> NotAllowedError | None:
    """Count the try; the reason to refuse, or None when the password is right."""
    wrong = NotAllowedError("account.wrong", _("账号或密码不对。请核对后重试。"))
    if account is None:
        digest_of(password)  # takes as long as a known login, so that names cannot be guessed
        return wrong
    instant = microseconds(now(session))
    if account.locked_until_us and account.locked_until_us > instant:
        return _locked(account.locked_until_us)
    if not is_right(account.password_hash, password):
        account.tries += 1
        if account.tries < MAX_TRIES:
            return wrong
        account.tries = 0
        account.locked_until_us = instant + LOCK // timedelta(microseconds=1)
        return _locked(account.locked_until_us)
    account.tries, account.locked_until_us = 0, None
    return None


def _locked(until_us: int) -> NotAllowedError:
    until = local_time(moment(until_us))
    return NotAllowedError(
        "account.locked",
        _("密码错了太多次，账号锁到 {time}。到时再试，或请管理员重设密码。", time=f"{until:%H:%M}"),
    )


def remembered(address: str, login: str) -> str:
    """The password that the system's key ring keeps for this database, empty when none."""
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(_KEYRING, f"{login}@{address}") or ""
    except KeyringError:
        return ""


def remember(address: str, login: str, password: str) -> None:
    """Keep the password in the system's key ring; empty forgets it.

    Raises:
        EnvironmentProblem: This computer has no key ring.
    """
    import keyring
    from keyring.errors import KeyringError

    try:
        if password:
            keyring.set_password(_KEYRING, f"{login}@{address}", password)
        elif remembered(address, login):
            keyring.delete_password(_KEYRING, f"{login}@{address}")
    except KeyringError as error:
        raise EnvironmentProblem(
            "account.no_keyring", _("这台电脑没有可用的密码保管处，密码没有记住。每次登录请输入。")
        ) from error
