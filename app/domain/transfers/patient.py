"""药品调配申请: the patient is an initialled reference, never a name or an identity number."""

from __future__ import annotations

import re
from typing import Final

from app.domain.errors import DomainError
from app.i18n import _

_PRIVATE: Final = re.compile(r"(?<![0-9])(?:1[3-9][0-9]{9}|[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9])")
"""A mobile number, or an identity number of eighteen or fifteen places."""
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


def check_private(*texts: str) -> None:
    """Refuse a mobile or identity number in what the other member reads too.

    Raises:
        DomainError: One stands there, also with blanks or hyphens in it.
    """
    for one in texts:
        if _PRIVATE.search(re.sub(r"(?<=[0-9])[ -](?=[0-9])", "", one)):
            raise DomainError(
                "patient.private",
                _(
                    "地址和说明里不要写手机号、证件号：调出方也看得到。请删去，"
                    "联系方式留在本机构的病历里。"
                ),
            )
