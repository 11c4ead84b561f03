"""UDI-DI: the static part of a device's identifier, by the three issuers that China admits.

GS1: a GTIN with its check digit, kept as GTIN-14. MA (IDcode): five parts by dots, without the
parts that change from pack to pack. AHM: what follows ``MF``. A whole UDI may be given: the static
part is taken out of it, because that is what a person copies from a box.
Source: 医疗器械唯一标识系统规则 (2019) and the issuers' own forms (`gtin`, `udi_ma`, `udi_ahm`).

>>> validate("6924561884074"), validate("(01)06924561884074(17)280131(10)A2")
('06924561884074', '06924561884074')
>>> validate("MA.156.M0.100204.13351764.L2026")
'MA.156.M0.100204.13351764'
>>> issuer("MA.156.M0.100204.13351764"), issuer("06924561884074")
('MA', 'GS1')
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.codes import gtin, udi_ahm, udi_ma
from app.domain.codes.normalise import accepted_by, fold, is_digits, refuse
from app.i18n import _

_WHOLE: Final = re.compile(r"\(?01\)?(\d{14})(?:\D.*|(?:1[0-7]|21).*)?", re.ASCII)
_AHM: Final = re.compile(r"[0-9A-Z]{8,13}", re.ASCII)


def validate(text: str) -> str:
    """The static part as stored; raises `DomainError` when it is none."""
    code = fold(text)
    upper = code.upper()
    if upper.startswith("MA."):
        return udi_ma.parse(upper).di
    if upper.startswith("MF") and "*" in upper:
        upper = udi_ahm.parse(upper).di
    bare = upper.replace("-", "")
    if is_digits(bare) and len(bare) in gtin.LENGTHS:
        return gtin.validate(bare)
    whole = _WHOLE.fullmatch(upper)
    if whole is not None:
        return gtin.validate(whole[1])
    if _AHM.fullmatch(upper) and not is_digits(upper):
        return upper
    raise refuse(
        "udi_di.form",
        _(
            "UDI-DI {code} 认不出：应是 14 位商品条码，或 MA.156.M0. 开头的五段。请照包装核对。",
            code=code[:40],
        ),
    )


is_valid = accepted_by(validate)
"""Whether `validate` accepts it."""


def issuer(text: str) -> str:
    """Who issued it: ``GS1``, ``MA`` or ``AHM``."""
    code = validate(text)
    return "MA" if code.startswith("MA.") else "GS1" if is_digits(code) else "AHM"
