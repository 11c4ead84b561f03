"""ATC: anatomical, therapeutic, chemical class of a substance, 1, 3, 4, 5 or 7 characters.

Source: WHO Collaborating Centre for Drug Statistics Methodology.

>>> validate("j01ca04")
'J01CA04'
>>> level("J01CA")
4
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.codes.normalise import accepted_by, compact, refuse
from app.i18n import _

_FORM: Final = re.compile(r"[A-DGHJLMNPRSV](\d{2}([A-Z]([A-Z](\d{2})?)?)?)?", re.ASCII)
_LEVELS: Final = {1: 1, 3: 2, 4: 3, 5: 4, 7: 5}


def validate(text: str) -> str:
    """The compact code; raises `DomainError` otherwise."""
    code = compact(text)
    if not _FORM.fullmatch(code):
        raise refuse("atc.form", _("ATC 编码 {code} 写法不对。应如 J01CA04。", code=code[:40]))
    return code


is_valid = accepted_by(validate)
"""Whether `validate` accepts it."""


def level(text: str) -> int:
    """Level 1 to 5."""
    return _LEVELS[len(validate(text))]
