"""Trial certificates for the people of the demonstration who sign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.i18n import _
from app.models.party import DutyGrant, Organisation, Person
from app.services.access import lead_org, require
from app.services.db import Database, now, today
from app.services.directory import is_demo
from app.services.sealing.roots import Trust, trust

if TYPE_CHECKING:
    from app.adapters.pades.trial_authority import Authority

TRIAL_WORD: Final = "yilian-demo"
"""Of every trial certificate; they are worth nothing outside the demonstration."""


@dataclass(frozen=True, slots=True)
class TrialCertificate:
    """A file that was written: whose it is, and where."""

    login: str
    person: str
    organisation: str
    file: str


def issue_trial(db: Database, actor: Actor, folder: Path) -> tuple[TrialCertificate, ...]:
    """Write a certificate for everybody who signs, from a new authority that is trusted at once.

    Raises:
        DomainError: Not a demonstration: real papers need certificates of a licensed authority.
    """
    from app.adapters.pades import trial_authority

    with db.read() as session:
        if not is_demo(session):
            raise DomainError(
                "seal.not_demo",
                _("测试证书只能用在演示数据里。正式签署请向有资质的机构申请证书。"),
            )
        require(actor, Duty.ADMIN, lead_org(session, today(session)))
        at = now(session)
        signers = list(_signers(session))
    authority = trial_authority.make(_("医链采供测试签发机构"), at)
    trust(db, actor, Trust(new_op(), authority.pem))
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_write(authority, folder, one, at) for one in signers)


def _signers(session: Session) -> Iterator[tuple[str, str, str, str]]:
    found = session.execute(
        select(Person.login, Person.name, Organisation.name, Organisation.uscc)
        .join(DutyGrant, DutyGrant.person_id == Person.id)
        .join(Organisation, Organisation.id == Person.org_id)
        .where(DutyGrant.duty == Duty.SIGN, Person.active)
        .order_by(Person.login)
        .distinct()
    )
    for login, name, organisation, code in found:
        yield login, name, organisation, code or ""


def _write(
    authority: Authority, folder: Path, signer: tuple[str, str, str, str], at: datetime
) -> TrialCertificate:
    from app.adapters.local_files import write
    from app.adapters.pades import trial_authority

    login, name, organisation, code = signer
    data = trial_authority.issue(authority, name, (organisation, code), TRIAL_WORD, at)
    file = write(folder / f"{login}.p12", data)
    return TrialCertificate(login, name, organisation, str(file))
