"""Second persons of the test group, who prove themselves by a password on both databases."""

from __future__ import annotations

from app.domain.duties import Duty
from app.models.party import DutyGrant
from app.services.platform.accounts import set_password
from tests.factories import PASSWORD, Site


def with_passwords(site: Site, *logins: str) -> str:
    """Give these people a password; it."""
    if site.is_sqlite:
        with site.owner.write() as session:
            for login in logins:
                set_password(session, login, PASSWORD)
        return PASSWORD
    from tests.databases import PERSON_PASSWORD

    for login in logins:
        site.db(login)
    return PERSON_PASSWORD


def keeper(site: Site, login: str, org_id: int) -> None:
    """Let a person keep a store too."""
    person = site.as_(login)[1].person_id
    with site.owner.write() as session:
        session.add(DutyGrant(person_id=person, org_id=org_id, duty=Duty.STORE.value))
