"""What a login name and a password must look like, on both databases; how a local one is kept.

argon2 is loaded by the first password: local data without passwords are opened without it (2 MB).
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.errors import DomainError
from app.i18n import _

LOCAL_LENGTH: Final = 8
"""A local SQLite file: guessing is slowed by argon2 and stopped by the lock."""
SERVER_LENGTH: Final = 12
"""A server can be asked over the network, some hundred guesses a second."""
_LOGIN: Final = re.compile(r"[a-z][a-z0-9_.-]{1,30}")
_RESERVED: Final = ("pg_", "yilian_", "duty_")


def check_login(login: str) -> str:
    """The login name as it stands; raises `DomainError` for a name that no server would take."""
    reserved = login.startswith(_RESERVED) or login in {"postgres", "public", "none"}
    if not _LOGIN.fullmatch(login) or reserved:
        raise DomainError(
            "account.login",
            _(
                "账号名 {login} 不能用。请用小写字母开头，2 到 31 位字母、数字、点、横线，"
                "并避开系统保留的名字。",
                login=login,
            ),
        )
    return login


def check_password(password: str, length: int = LOCAL_LENGTH, *, login: str = "") -> None:
    """Raise `DomainError` for a password that is too short, one letter, or the login itself."""
    if len(password) < length:
        raise DomainError(
            "account.password.short",
            _(
                "密码只有 {found} 位，至少要 {wanted} 位。可以用几个不相干的词连起来。",
                found=len(password),
                wanted=length,
            ),
        )
    if len(set(password)) < 4 or (login and login in password.lower()):  # noqa: PLR2004 - see text
        raise DomainError(
            "account.password.weak",
            _("密码太容易猜：字符太少，或含有账号名。请换一个。"),
        )


def digest_of(password: str) -> str:
    """What is kept of a local password."""
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def is_right(digest: str, password: str) -> bool:
    """Whether `digest` was made of this password; a damaged digest is of none."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerifyMismatchError

    try:
        return PasswordHasher().verify(digest, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
