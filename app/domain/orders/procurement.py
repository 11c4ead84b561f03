"""采购方式: which prices a member may order at, by how it procures.

One group runs several modes at once; the prices of a list stand under a source, and each mode
takes some of them. A group changes the table by a setting; a member without a mode takes all.
"""

from __future__ import annotations

from collections.abc import Mapping, Set as AbstractSet
from typing import Any, Final

from app.domain.errors import DomainError
from app.i18n import N_, _

SETTING: Final = "procurement.modes"
SOURCES: Final[Mapping[str, str]] = {
    "vbp": N_("集采"),
    "listed": N_("挂网"),
    "gpo": N_("集团议价"),
    "adhoc": N_("临采"),
}
USUAL: Final[Mapping[str, frozenset[str]]] = {
    "公开招标": frozenset({"vbp", "gpo"}),
    "平台挂网": frozenset({"vbp", "gpo", "listed"}),
    "区级统招": frozenset({"vbp", "gpo", "listed"}),
}
"""What the modes take unless the group says otherwise: a tender takes negotiated and state prices
only, the platform's prices stand open to whoever buys through it, one-off prices are ordered with
their own approval and never in a group order."""

Modes = Mapping[str, frozenset[str]]


def from_plain(stored: Any) -> Modes:
    """The table in force: what the group set, over the usual one."""
    if not isinstance(stored, dict):
        return USUAL
    own = {
        str(mode): frozenset(str(one) for one in sources if one in SOURCES)
        for mode, sources in stored.items()
        if isinstance(sources, list)
    }
    return {**USUAL, **own}


def checked(mode: str, sources: frozenset[str]) -> frozenset[str]:
    """The sources of a mode; raises `DomainError` for an unknown or empty choice."""
    if not mode.strip():
        raise DomainError("procurement.mode", _("还没写采购方式，如 公开招标。"))
    unknown = sources - SOURCES.keys()
    if unknown or not sources:
        raise DomainError(
            "procurement.source",
            _("价格来源只有 {known}。至少选一种。", known="、".join(SOURCES)),
        )
    return sources


def takes(modes: Modes, mode: str | None, source: str) -> bool:
    """Whether a member of `mode` may order at a price of `source`."""
    return source in taken_by(modes, mode)


def taken_by(modes: Modes, mode: str | None) -> AbstractSet[str]:
    """The sources whose prices a member of `mode` may order at."""
    return modes.get((mode or "").strip(), SOURCES.keys())


def source_title(source: str) -> str:
    """The source in the person's language."""
    return _(SOURCES[source])
