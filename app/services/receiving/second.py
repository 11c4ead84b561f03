"""Two persons for controlled drugs: the second signs in with the own password, or it is nobody."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, EnvironmentProblem, NotAllowedError
from app.i18n import _
from app.models.stock import SecondPerson
from app.services.access import actor_for, keepers
from app.services.db import Database, now, ping, postgresql_engine
from app.services.directory import holds_demo
from app.services.platform.accounts import has_password, sign_in
from app.services.receiving.commands import Second

ENOUGH: Final = 2
"""Store keepers of a house that vouch for each other."""


def vouch(db: Database, actor: Actor, org_id: int, second: Second) -> Actor:
    """The second person, proved by the own password.

    Raises:
        NotAllowedError: Wrong password, the same person, or no keeper of this member's store (nor
            its head, where the store has one keeper only).
    """
    login = second.login.strip()
    if login == actor.login:
        raise NotAllowedError(
            "second.same", _("第二人不能是本人。请另一位库管输入自己的账号和密码。")
        )
    person = _local(db, login, second) if db.is_sqlite else _server(db, login, second)
    if person.can(Duty.STORE, org_id):
        return person
    with db.read() as session:
        alone = keepers(session, org_id) < ENOUGH
    if alone and person.can(Duty.SIGN, org_id):
        return person  # a house with one store keeper: its head is the second person
    who = _("本院负责人（有「负责人签署」的人）") if alone else _("另一位库管")
    raise NotAllowedError(
        "second.duty",
        _(
            "{name} 没有这家机构的「药房库管」权限，不能做第二人。请{who}确认。",
            name=person.name, who=who,
        ),
    )  # fmt: skip


def proved(db: Database, actor: Actor, org_id: int, second: Second | None) -> Actor | None:
    """The second person, proved by the own password; None where none was named.

    Raises:
        NotAllowedError: As `vouch`.
    """
    return None if second is None else vouch(db, actor, org_id, second)


def keep_second(
    session: Session, actor: Actor, org_id: int, op_id: UUID, second: Actor | None
) -> None:
    """Keep who checked the posting of this operation."""
    if second is not None:
        session.add(
            SecondPerson(
                org_id=org_id, op_id=op_id, person_id=second.person_id,
                noted_at=now(session), noted_by=actor.person_id,
            )
        )  # fmt: skip


def _local(db: Database, login: str, second: Second) -> Actor:
    if has_password(db, login):
        return sign_in(db, login, second.password)
    person = actor_for(db, login)
    if holds_demo(db):
        return person  # the people of the demonstration have no passwords
    raise NotAllowedError(
        "second.password",
        _(
            "{name} 还没有设密码，不能做第二人。请管理员在系统设置 · 人员里给他设密码。",
            name=person.name,
        ),
    )


def _server(db: Database, login: str, second: Second) -> Actor:
    """Sign in to the server as the second person: the server itself checks the password."""
    own = Database(postgresql_engine(db.engine.url.set(username=login), password=second.password))
    try:
        ping(own)
        return actor_for(own, login)
    except EnvironmentProblem as problem:
        if problem.code != "db.login":
            raise
        raise NotAllowedError("account.wrong", _("账号或密码不对。请核对后重试。")) from problem
    except DomainError:
        raise
    finally:
        own.close()
