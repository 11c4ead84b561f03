"""药品调配申请: the patient is an initialled reference, never a name or an identity number."""

from __future__ import annotations

import re
from typing import Final

from app.domain.errors import DomainError
from app.i18n import _

_FORM: Final = re.compile(r"[A-Z]{2,4}(?:-?[0-9]{2,6})?")


def reference(text: str) -> str:
    """The reference as it is kept, such as ``ZSF-0832``: initials and the end of the record number.

    Raises:
        DomainError: A name in Chinese, an identity number, or nothing at all.
    """
    clean = text.strip().upper()
    if not _FORM.fullmatch(clean):
        raise DomainError(
            "patient.reference",
            _(
                "患者代号写姓名首字母加病历尾号，如 ZSF-0832。不要写姓名和证件号。",
            ),
        )
    return clean
