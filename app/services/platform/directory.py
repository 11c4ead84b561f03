"""People of the group: who joins, with which duties, and who leaves.

Local files and the server share the rows; the server has a login role beside each (see `server`).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, NotAllowedError
from app.i18n import _
from app.models.party import DutyGrant, Organisation, Person
from app.services import audit
from app.services.access import lead_org, refuse_outdated
from app.services.db import Database, today
from app.services.platform import accounts, server
from app.services.platform.passwords import SERVER_LENGTH, check_login, check_password

GROUP = "0"
"""The organisation of a duty that holds for the whole group."""


@dataclass(frozen=True, slots=True)
class Joining:
    """A person who joins.

    Attributes:
        login: The account's name.
        name: The person's name.
        org: Four-digit code of the organisation.
        duties: ``store`` (own organisation), ``buy=0`` (whole group), ``sign=0002``.
        phone: A number to call.
    """

    login: str
    name: str
    org: str
    duties: tuple[str, ...] = ()
    phone: str = ""


def add_local(db: Database, actor: Actor, joining: Joining, password: str) -> None:
    """Add a person with a local password; the actor is an administrator of the organisation."""
    with db.write() as session:
        person = _new_person(session, joining)
        _require_admin(session, actor, {person.org_id, *(org for _duty, org in person.duties)})
        person_id = accounts.add_person(session, person)
        accounts.set_password(session, joining.login, password)
        audit.record(
            session,
            actor,
            person.org_id,
            "account.add",
            ("person", person_id),
            {"login": joining.login, "duties": list(joining.duties)},
        )


def set_local_password(db: Database, actor: Actor, login: str, password: str) -> None:
    """Set a password: one's own, or as an administrator that of the organisation's people."""
    with db.write() as session:
        person = _person(session, login)
        if person.id != actor.person_id:
            _require_admin(session, actor, {person.org_id})
        accounts.set_password(session, login, password)
        audit.record(session, actor, person.org_id, "account.password", ("person", person.id))


def close_local(db: Database, actor: Actor, login: str) -> None:
    """Close an account; nobody closes their own, so that an administrator is left."""
    with db.write() as session:
        person = _person(session, login)
        _require_admin(session, actor, {person.org_id})
        if person.id == actor.person_id:
            raise DomainError("account.self", _("不能停用自己的账号。请另一位管理员来做。"))
        person.active = False
        audit.record(session, actor, person.org_id, "account.close", ("person", person.id))


def reopen_local(db: Database, actor: Actor, login: str) -> None:
    """Open a closed account again; its duties and password are as before."""
    with db.write() as session:
        person = _person(session, login)
        _require_admin(session, actor, {person.org_id})
        person.active = True
        audit.record(session, actor, person.org_id, "account.reopen", ("person", person.id))


def set_local_duties(db: Database, actor: Actor, login: str, duties: tuple[str, ...]) -> None:
    """Make a person's duties exactly these (as in `Joining`).

    Raises:
        NotAllowedError: A duty reaches an organisation that the actor does not administer.
        DomainError: The last administrator of the group would lose that duty.
    """
    with db.write() as session:
        person = _person(session, login)
        wanted = _duties(session, person.org_id, duties)
        held = session.scalars(select(DutyGrant.org_id).where(DutyGrant.person_id == person.id))
        _require_admin(session, actor, {person.org_id, *held, *(org for _duty, org in wanted)})
        if person.id == actor.person_id and Duty.ADMIN not in {duty for duty, _org in wanted}:
            raise DomainError(
                "account.self_admin",
                _("不能去掉自己的系统管理职责。请另一位管理员来做。"),
            )
        accounts.set_duties(session, person.id, wanted)
        doc = ("person", person.id)
        audit.record(session, actor, person.org_id, "account.duties", doc, {"duties": list(duties)})


def rename_local(db: Database, actor: Actor, login: str, name: str, phone: str) -> None:
    """Write another name or number of a person; the account stays."""
    if not name.strip():
        raise DomainError("account.name", _("还没填姓名。"))
    with db.write() as session:
        person = _person(session, login)
        _require_admin(session, actor, {person.org_id})
        person.name, person.phone = name.strip(), phone.strip() or None
        audit.record(session, actor, person.org_id, "account.rename", ("person", person.id))


def add_on_server(admin_url: str, joining: Joining, password: str) -> None:
    """Add a person on the server: rows, login role, duties."""
    check_login(joining.login)
    check_password(password, SERVER_LENGTH, login=joining.login)
    with server.as_administrator(admin_url) as (db, connection):
        with db.write() as session:
            person = _new_person(session, joining)
            accounts.add_person(session, person)
        server.make_login(
            connection, joining.login, password, [duty for duty, _org in person.duties]
        )


def set_duties_on_server(admin_url: str, login: str, duties: tuple[str, ...]) -> None:
    """Make the person's duties exactly these, in the rows and in the group roles."""
    with server.as_administrator(admin_url) as (db, connection):
        with db.write() as session:
            person = _person(session, login)
            wanted = _duties(session, person.org_id, duties)
            if not server.has_login(connection, login):
                raise DomainError(
                    "account.no_login",
                    _(
                        "{login} 在这台服务器上还没有登录（数据恢复到新服务器后常见）。"
                        "请先给他设密码：yilian server set-password {login}。",
                        login=login,
                    ),
                )
            accounts.set_duties(session, person.id, wanted)
        server.set_duties(connection, login, [duty for duty, _org in wanted])


def close_on_server(admin_url: str, login: str) -> None:
    """Shut a leaver out at once; the person's work stays."""
    with server.as_administrator(admin_url) as (db, connection):
        server.close_login(connection, login)
        with db.write() as session:
            session.execute(update(Person).where(Person.login == login).values(active=False))


def set_password_on_server(admin_url: str, login: str, password: str) -> None:
    """Give a person a new password; who came from another server with a dump gets a login, too.

    Raises:
        DomainError: Nobody has the account; or the person was closed, and the login is not there.
    """
    check_password(password, SERVER_LENGTH, login=login)
    with server.as_administrator(admin_url) as (db, connection):
        with db.read() as session:
            person = _person(session, login)
            held = session.scalars(select(DutyGrant.duty).where(DutyGrant.person_id == person.id))
            duties, active = [Duty(one) for one in held], person.active
        if server.has_login(connection, login):
            server.set_password(connection, login, password)
        elif active:
            server.make_login(connection, login, password, duties)
        else:
            raise DomainError("account.left", _("{login} 已停用，没有给他开登录。", login=login))


def _person(session: Session, login: str) -> Person:
    found = session.scalar(select(Person).where(Person.login == login))
    if found is None:
        raise DomainError("account.unknown", _("没有账号 {login}。请核对账号名。", login=login))
    return found


def _new_person(session: Session, joining: Joining) -> accounts.NewPerson:
    org_id = _org(session, joining.org)
    duties = _duties(session, org_id, joining.duties)
    return accounts.NewPerson(joining.login, joining.name, org_id, duties, joining.phone)


def _duties(
    session: Session, own_org: int, stated: tuple[str, ...]
) -> tuple[tuple[Duty, int], ...]:
    found = []
    for one in stated:
        word, _sign, scope = one.partition("=")
        if word not in set(Duty):
            known = " ".join(Duty)
            raise DomainError(
                "duty.unknown", _("没有权限「{duty}」。可用的有：{known}。", duty=word, known=known)
            )
        org_id = own_org if not scope else 0 if scope == GROUP else _org(session, scope)
        found.append((Duty(word), org_id))
    return tuple(found)


def _org(session: Session, code: str) -> int:
    found = session.scalar(select(Organisation.id).where(Organisation.code == code))
    if found is None:
        raise DomainError(
            "organisation.unknown", _("没有编码为 {code} 的机构。请核对四位编码。", code=code)
        )
    return found


def _require_admin(session: Session, actor: Actor, orgs: set[int]) -> None:
    """The actor administers the whole group (at the lead), or each organisation touched."""
    refuse_outdated(session, actor)
    if actor.can(Duty.ADMIN, lead_org(session, today(session))):
        return
    if 0 in orgs or not orgs <= actor.orgs(Duty.ADMIN):
        raise NotAllowedError(
            "access.duty",
            _("这一步要系统管理权限，并且覆盖所涉机构。请牵头单位的管理员来做。"),
        )
