"""Which packs need somebody: on the way too long, unopened too long, about to expire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from app.domain.expiry import Band, band
from app.domain.packs.steps import PackState
from app.i18n import N_, _

HAND_OVER_DAYS: Final = 1
"""A pack that was issued is expected to be received by the day after."""


class Late(StrEnum):
    """Why a pack stands in the list of overdue packs; the most pressing first."""

    FROZEN = "frozen"
    EXPIRED = "expired"
    NOT_RECEIVED = "not_received"
    UNOPENED = "unopened"
    NEAR = "near"

    @property
    def label(self) -> str:
        """The reason in the person's language."""
        return _(_TITLES[self])


_TITLES: Final = {
    Late.FROZEN: N_("批号已冻结"),
    Late.EXPIRED: N_("已过期"),
    Late.NOT_RECEIVED: N_("发出未接收"),
    Late.UNOPENED: N_("超期未用"),
    Late.NEAR: N_("近效期"),
}


@dataclass(frozen=True, slots=True)
class PackDates:
    """What decides whether a pack is overdue, or not to be used at all (`frozen`)."""

    state: PackState
    expiry: date | None
    issued_on: date | None = None
    due_on: date | None = None
    frozen: bool = False


def late(pack: PackDates, today: date) -> Late | None:
    """Why the pack is overdue, or None; packs that are gone are never overdue."""
    if pack.state not in {PackState.IN_STOCK, PackState.ISSUED}:
        return None
    if pack.frozen:
        return Late.FROZEN
    light = band(pack.expiry, today)
    if light is Band.EXPIRED:
        return Late.EXPIRED
    waited = pack.state is PackState.ISSUED and pack.issued_on is not None
    if waited and pack.issued_on and today - pack.issued_on > timedelta(days=HAND_OVER_DAYS):
        return Late.NOT_RECEIVED
    if pack.state is PackState.IN_STOCK and pack.due_on is not None and pack.due_on < today:
        return Late.UNOPENED
    return Late.NEAR if light is Band.NEAR else None
