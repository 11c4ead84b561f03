"""Who may do what. The same table decides on SQLite (here) and on PostgreSQL (row security)."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import NotAllowedError
from app.i18n import _
from app.models.party import DutyGrant, GroupMembership, Organisation, Person
from app.services.db import Database, database_of, today
from app.services.ready import Ready

_DAY: Final = bindparam("day", type_=DutyGrant.valid_to.type)
_STANDING: Final = Ready(
    select(Person.active, DutyGrant.duty, DutyGrant.org_id)
    .outerjoin(
        DutyGrant,
        (DutyGrant.person_id == Person.id)
        & ((DutyGrant.valid_from.is_(None)) | (DutyGrant.valid_from <= _DAY))
        & ((DutyGrant.valid_to.is_(None)) | (DutyGrant.valid_to > _DAY)),
    )
    .where(Person.id == bindparam("person"))
)
"""Whether a person may still come in, and the duties in force."""


def actor_for(db: Database, login: str) -> Actor:
    """The person behind `login` with the duties in force today.

    Raises:
        NotAllowedError: No such person, or the account is closed.
    """
    with db.read() as session:
        person = session.scalar(select(Person).where(Person.login == login))
        if person is None or not person.active:
            raise NotAllowedError(
                "access.unknown",
                _("没有账号 {login}，或已停用。请核对账号，或请管理员添加。", login=login),
            )
        return Actor(
            person_id=person.id,
            login=person.login,
            name=person.name,
            org_id=person.org_id,
            grants=_grants(session, person, today(session)),
        )


def refuse_outdated(session: Session, actor: Actor) -> None:
    """Refuse who was shut out, or has lost a duty, while the own window stood open.

    A server looks at each step itself; over a file the program does, when something is saved.

    Raises:
        NotAllowedError: The account is closed, or one of the actor's duties is no more.
    """
    if not database_of(session).is_sqlite:
        return
    rows = _STANDING.rows(session, {"person": actor.person_id, "day": today(session)})
    if not rows:
        return  # nobody of this database: what is made up for a story
    if not rows[0][0]:
        raise NotAllowedError(
            "account.closed",
            _("你的账号已被停用，这一步没有做。请联系管理员。"),
        )
    held = {(str(duty), int(org)) for _active, duty, org in rows if duty is not None}
    for duty, org in actor.grants:
        if duty is not Duty.READ and not held & {(duty.value, org), (duty.value, 0)}:
            raise NotAllowedError(
                "access.changed",
                _(
                    "管理员改了你的权限（少了「{duty}」），这一步没有做。"
                    "请退出程序，重新登录后再做。",
                    duty=duty.label,
                ),
            )


def _grants(session: Session, person: Person, day: date) -> frozenset[tuple[Duty, int]]:
    rows = session.execute(
        select(DutyGrant.duty, DutyGrant.org_id).where(
            DutyGrant.person_id == person.id,
            (DutyGrant.valid_from.is_(None)) | (DutyGrant.valid_from <= day),
            (DutyGrant.valid_to.is_(None)) | (DutyGrant.valid_to > day),
        )
    ).all()
    everyone = group_orgs(session, day) if any(org == 0 for _duty, org in rows) else ()
    found: set[tuple[Duty, int]] = {(Duty.READ, person.org_id)}
    for duty, org in rows:
        scope = everyone if org == 0 else (org,)
        found.update((Duty(duty), one) for one in scope)
    return frozenset(found)


def group_orgs(session: Session, day: date) -> tuple[int, ...]:
    """The lead and the members in force on `day` (suppliers are not among them)."""
    return tuple(
        session.scalars(
            select(GroupMembership.org_id)
            .join(Organisation, Organisation.id == GroupMembership.org_id)
            .where(
                GroupMembership.role.in_(("lead", "member")),
                GroupMembership.valid_from <= day,
                (GroupMembership.valid_to.is_(None)) | (GroupMembership.valid_to > day),
            )
            .order_by(Organisation.code)
        )
    )


def lead_org(session: Session, day: date) -> int:
    """The lead hospital in force on `day`."""
    found = session.scalar(
        select(GroupMembership.org_id).where(
            GroupMembership.role == "lead",
            GroupMembership.valid_from <= day,
            (GroupMembership.valid_to.is_(None)) | (GroupMembership.valid_to > day),
        )
    )
    if found is None:
        raise NotAllowedError(
            "group.no_lead", _("还没有设定牵头医院。请管理员先在系统设置里设定。")
        )
    return found


def require(actor: Actor, duty: Duty, org_id: int) -> None:
    """Raise `NotAllowedError` unless the actor has `duty` for the organisation."""
    if not actor.can(duty, org_id):
        raise NotAllowedError(
            "access.duty",
            _(
                "你的账号没有这家机构的「{duty}」权限。可请管理员在系统设置里添加。",
                duty=duty.label,
            ),
        )


def require_any(actor: Actor, *duties: Duty) -> None:
    """Raise `NotAllowedError` unless the actor has one of the duties somewhere."""
    if not any(actor.has(duty) for duty in duties):
        names = "、".join(duty.label for duty in duties)
        raise NotAllowedError(
            "access.duty",
            _("你的账号没有「{duties}」权限。可请管理员在系统设置里添加。", duties=names),
        )


def keepers(session: Session, org_id: int) -> int:
    """How many people of the house keep its store today.

    On a server grants of others are nobody else's to read: `app.keepers` only counts them.
    """
    if not database_of(session).is_sqlite:
        return int(session.execute(text("SELECT app.keepers(:org)"), {"org": org_id}).scalar_one())
    day = today(session)
    return session.scalars(
        select(func.count(DutyGrant.person_id.distinct()))
        .join(Person, Person.id == DutyGrant.person_id)
        .where(
            Person.org_id == org_id,
            Person.active.is_(True),
            DutyGrant.org_id == org_id,
            DutyGrant.duty == Duty.STORE.value,
            (DutyGrant.valid_from.is_(None)) | (DutyGrant.valid_from <= day),
            (DutyGrant.valid_to.is_(None)) | (DutyGrant.valid_to > day),
        )
    ).one()
