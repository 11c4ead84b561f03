"""YPID, 国家药管平台码: the drug's number on the national platform for monitoring drug use.

Kept beside the 医保编码, never mixed with it. The rule is not published: letters, digits and
hyphens are what is seen, so only what can be no code at all is refused.

>>> validate("ypid-00012345")
'YPID-00012345'
>>> is_usual("YPID-00012345"), is_usual("12")
(True, False)
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.codes.loose import LooseCode
from app.domain.codes.normalise import accepted_by
from app.i18n import N_

_RULE: Final = LooseCode(
    re.compile(r"[0-9A-Z][0-9A-Z.\-]{0,39}", re.ASCII),
    re.compile(r"(YPID-?)?[0-9A-Z\-]{6,32}", re.ASCII),
    "ypid.form",
    N_("药管平台码 {code} 只应有字母、数字和连字符。请从平台复制。"),
)
validate = _RULE.validate
is_usual = _RULE.is_usual
is_valid = accepted_by(validate)
"""Whether `validate` accepts it."""
