"""Duties of an account in words."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.duties import Duty
from app.i18n import _


def duty_words(duties: Sequence[str]) -> str:
    """Duties as the accounts list gives them; a star means the whole group."""
    words = []
    for entry in duties:
        label = Duty(entry.rstrip("*")).label
        words.append(_("{duty}（全集团）", duty=label) if entry.endswith("*") else label)
    return "、".join(words)
