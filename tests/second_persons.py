"""Second persons of the test group, who prove themselves by a password on both databases."""

from __future__ import annotations

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
