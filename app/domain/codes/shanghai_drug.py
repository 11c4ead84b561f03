"""上海统编代码: the drug's number on Shanghai's purchasing platform (阳光医药采购网).

Orders, receipts and invoices are reported by it. The platform publishes no rule for it: letters
and digits are taken, anything else is refused, an unusual length is only doubted.

>>> validate(" a0012345601 ")
'A0012345601'
>>> is_usual("A0012345601"), is_usual("A1")
(True, False)
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.codes.loose import LooseCode
from app.domain.codes.normalise import accepted_by
from app.i18n import N_

_RULE: Final = LooseCode(
    re.compile(r"[0-9A-Z]{1,32}", re.ASCII),
    re.compile(r"[0-9A-Z]{8,20}", re.ASCII),
    "shanghai.form",
    N_("上海统编代码 {code} 只应有字母和数字。请从阳光采购网复制。"),
)
validate = _RULE.validate
is_usual = _RULE.is_usual
is_valid = accepted_by(validate)
"""Whether `validate` accepts it."""
