"""Codes of platforms without a published rule: what can be no code is refused, else doubted."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.codes.normalise import compact, refuse
from app.i18n import _


@dataclass(frozen=True, slots=True)
class LooseCode:
    """What is known of such a code.

    Attributes:
        form: What a code may be made of.
        usual: What codes that are seen look like.
        problem: Name of the refusal.
        words: The refusal, with ``{code}`` in it.
    """

    form: re.Pattern[str]
    usual: re.Pattern[str]
    problem: str
    words: str

    def validate(self, text: str) -> str:
        """The compact code; raises `DomainError` when it holds other signs."""
        code = compact(text)
        if not self.form.fullmatch(code):
            raise refuse(self.problem, _(self.words, code=code[:40]))
        return code

    def is_usual(self, text: str) -> bool:
        """Whether the code looks like those that are seen."""
        return bool(self.usual.fullmatch(compact(text)))
