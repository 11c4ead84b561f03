"""A trial label: shows whether printer, paper and scanner work, before real goods are labelled."""

from __future__ import annotations

from datetime import date
from typing import Final

from app.domain.expiry import last_of_month
from app.domain.labels.spec import LabelKind, LabelSpec
from app.i18n import _
from app.services.labels import output

GTIN: Final = "06901234567892"
LOT: Final = "YL-TEST"
SERIAL: Final = "0001"
CODE: Final = "YLTEST0001"


def trial_spec(today: date) -> LabelSpec:
    """What the trial label says; its DataMatrix holds number, expiry, lot and serial."""
    return LabelSpec(
        kind=LabelKind.LOT,
        code=CODE,
        name=_("测试标签"),
        spec=_("能打、能扫，就可以开始用了"),
        lot=LOT,
        expiry=last_of_month(today.year + 2, today.month),
        by_month=True,
        quantity=_("1 张"),
        place=_("用完可以扔掉"),
        gtin=GTIN,
        serial=SERIAL,
    )


def trial(today: date, paper: str = "60x40", dpi: int = 0) -> output.Prepared:
    """The trial label, laid out and read back like every label."""
    return output.prepare([trial_spec(today)], output.Options(paper, dpi=dpi))
