"""Papers that come with goods: what they are called."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from app.i18n import N_, _


class Sort(StrEnum):
    """What a paper proves."""

    REPORT = "report"
    IMPORT = "import"
    OTHER = "other"

    @property
    def label(self) -> str:
        """Its name in the person's language."""
        return _(_LABELS[self])


_LABELS: Final = {
    Sort.REPORT: N_("检验报告"),
    Sort.IMPORT: N_("进口注册证或通关单"),
    Sort.OTHER: N_("其他随货资料"),
}
