"""Narcotic and psychotropic drugs (麻醉药品和精神药品管理条例): which rules hold for which class.

The classes are those of `app.domain.catalogue.CONTROLLED`.
"""

from __future__ import annotations

from typing import Final

RESCUE: Final = frozenset({"narcotic", "psychotropic1"})
"""Between legal persons only lent for rescue, and then reported (§42)."""
PSYCHOACTIVE: Final = RESCUE | {"psychotropic2"}
"""Records are kept five years beyond the expiry; destruction is supervised (§61)."""
