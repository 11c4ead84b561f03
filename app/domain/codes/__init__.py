"""Code systems of drugs and consumables: one module per number, checked before it is stored.

Keep 医保编码, 批准文号, 本位码, 追溯标识码 and GTIN apart: they are many-to-many and each has its
own validity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final

from app.domain.codes import (
    approval_number,
    device_certificate,
    gtin,
    national_drug_code,
    nhsa_consumable,
    nhsa_drug,
    shanghai_drug,
    udi_di,
    ypid,
)
from app.domain.codes.normalise import compact, is_digits, refuse
from app.domain.codes.trace_code import PREFIX_LENGTH
from app.domain.errors import DomainError
from app.i18n import N_, _


class CodeSystem(StrEnum):
    """The systems in which an item has codes."""

    NATIONAL = "national"
    NHSA = "nhsa"
    APPROVAL = "approval"
    CERTIFICATE = "certificate"
    UDI_DI = "udi_di"
    GTIN = "gtin"
    TRACE_PREFIX = "trace_prefix"
    GROUP = "group"
    PLATFORM = "platform"
    YPID = "ypid"
    SHANGHAI = "shanghai"
    LOCAL = "local"

    __hash__ = str.__hash__
    """Tables by system are asked a million times in an import; an enum hashes in Python."""

    @property
    def label(self) -> str:
        """The system's name for people."""
        return _(_TITLES[self])


_TITLES: Final = {
    CodeSystem.NATIONAL: N_("本位码"),
    CodeSystem.NHSA: N_("医保编码"),
    CodeSystem.APPROVAL: N_("批准文号"),
    CodeSystem.CERTIFICATE: N_("注册证号"),
    CodeSystem.UDI_DI: N_("UDI-DI"),
    CodeSystem.GTIN: N_("69 码"),
    CodeSystem.TRACE_PREFIX: N_("追溯标识码"),
    CodeSystem.GROUP: N_("统一编码"),
    CodeSystem.PLATFORM: N_("平台编码"),
    CodeSystem.YPID: N_("药管平台码"),
    CodeSystem.SHANGHAI: N_("上海统编代码"),
    CodeSystem.LOCAL: N_("本院编码"),
}


def _nhsa(text: str) -> str:
    code = compact(text)
    return nhsa_consumable.validate(code) if code[:1] == "C" else nhsa_drug.validate(code)


def _trace_prefix(text: str) -> str:
    code = compact(text)
    if not is_digits(code) or len(code) != PREFIX_LENGTH:
        raise refuse(
            "trace_prefix.form", _("追溯标识码 {code} 应是 7 位数字。请核对。", code=code[:40])
        )
    return code


def _free(text: str) -> str:
    code = compact(text)
    if not code:
        raise refuse("code.empty", _("编码是空的。请填写编码。"))
    return code


_CHECKS: Final[dict[CodeSystem, Callable[[str], str]]] = {
    CodeSystem.NATIONAL: national_drug_code.validate,
    CodeSystem.NHSA: _nhsa,
    CodeSystem.APPROVAL: approval_number.validate,
    CodeSystem.CERTIFICATE: device_certificate.validate,
    CodeSystem.GTIN: gtin.validate,
    CodeSystem.TRACE_PREFIX: _trace_prefix,
    CodeSystem.UDI_DI: udi_di.validate,
    CodeSystem.YPID: ypid.validate,
    CodeSystem.SHANGHAI: shanghai_drug.validate,
}
_USUAL: Final[dict[CodeSystem, Callable[[str], bool]]] = {
    CodeSystem.NHSA: nhsa_drug.is_usual,
    CodeSystem.YPID: ypid.is_usual,
    CodeSystem.SHANGHAI: shanghai_drug.is_usual,
}
"""Systems whose rule is known in part only: what breaks the usual form is doubted, not refused."""


def validate(system: CodeSystem, text: str) -> str:
    """The code as stored; raises `DomainError` when it breaks its system's rules."""
    return _CHECKS.get(system, _free)(text)


def is_doubtful(system: CodeSystem, code: str) -> bool:
    """Whether a valid code has an unusual form, in a system whose rule nobody has published.

    >>> is_doubtful(CodeSystem.NHSA, "XJ01CAA040A001010102699")
    False
    >>> is_doubtful(CodeSystem.NHSA, "T001700672")
    True
    """
    usual = _USUAL.get(system)
    return usual is not None and not usual(code)


def is_valid(system: CodeSystem, text: str) -> bool:
    """Whether `validate` accepts it."""
    try:
        validate(system, text)
    except DomainError:
        return False
    return True


def company_codes(known: Iterable[tuple[CodeSystem, str]]) -> tuple[str, ...]:
    """The maker's five digits inside 本位码 and 医保编码; two of them mean two makers.

    >>> company_codes([(CodeSystem.NATIONAL, "86978377000315")])
    ('78377',)
    """
    found: dict[str, None] = {}
    for system, code in known:
        if system is CodeSystem.NATIONAL and national_drug_code.is_valid(code):
            found[national_drug_code.company(code)] = None
        elif system is CodeSystem.NHSA and code[:1] == "C" and nhsa_consumable.is_valid(code):
            found[nhsa_consumable.company(code)] = None
        elif system is CodeSystem.NHSA and nhsa_drug.is_valid(code):
            found[nhsa_drug.company(code)] = None
    return tuple(code for code in found if code)
