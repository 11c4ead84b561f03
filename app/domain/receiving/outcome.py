"""What a scan or an edit did, for the result panel: shape, words, and what can be done now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.receiving.note import Goods
from app.domain.receiving.reading import Reading


class Tone(StrEnum):
    """How an outcome looks and sounds."""

    HIT = "hit"
    WARN = "warn"
    REJECT = "reject"
    INFO = "info"
    SILENT = "silent"


class Choice(StrEnum):
    """What the person can do about an outcome."""

    GIFT = "gift"
    RETURN = "return"
    BACK = "back"
    BIND = "bind"
    IGNORE = "ignore"
    FIX_EXPIRY = "fix_expiry"
    KEEP_EXPIRY = "keep_expiry"
    REFUSE = "refuse"
    STRANGER_GIFT = "stranger_gift"
    REASON = "reason"
    COLD = "cold"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened.

    Attributes:
        tone: Hit, warning, refusal.
        code: Stable name, for tests.
        text: Short, to be read without leaning in.
        detail: Goods, lot, expiry, and what to do.
        key: The entry it is about, 0 for none.
        choices: Buttons to offer.
        suggestion: A likely expiry, for FIX_EXPIRY.
        reading: The scan, where a choice needs it again.
        goods: The goods, where a choice needs them.
        units: How many units the scan stood for.
        brief: A few words for the line of recent scans; `text` when empty.
    """

    tone: Tone
    code: str
    text: str
    detail: str = ""
    key: int = 0
    choices: tuple[Choice, ...] = ()
    suggestion: date | None = None
    reading: Reading | None = None
    goods: Goods | None = None
    units: int = 0
    brief: str = ""

    @property
    def counted(self) -> bool:
        """Whether something was added."""
        return self.tone in {Tone.HIT, Tone.WARN} and self.units > 0
