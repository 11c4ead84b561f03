"""Narcotic and psychotropic drugs (麻醉药品和精神药品管理条例): which rules hold for which class.

The classes are those of `app.domain.catalogue.CONTROLLED`.
"""

from __future__ import annotations

from typing import Final

from app.i18n import N_

RESCUE: Final = frozenset({"narcotic", "psychotropic1"})
"""Between legal persons only lent for rescue, and then reported (§42)."""
PSYCHOACTIVE: Final = RESCUE | {"psychotropic2"}
"""Records are kept five years beyond the expiry; destruction is supervised (§61)."""
TWO_AT_USE: Final = RESCUE | {"toxic"}
"""Leave the locked cabinet, and come back to it, before two: who gives and who checks.

Of narcotic and psychotropic-I drugs every move of the cabinet names 发药人 and 复核人
(卫医发〔2005〕438号); of toxic drugs both sign what is given out (医疗用毒性药品管理办法 §9).
Psychotropic-II drugs have a ledger, but one person may give them.
"""
LOSS: Final = N_(
    "麻精药品丢失，要立即报告当地公安、药监部门和主管部门（麻精药品管理条例第六十四条）。"
)
"""What a house that lost some has to do at once (§64)."""
