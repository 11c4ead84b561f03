"""What is asked of the pack services, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Define:
    """What a fixed pack of an item holds, for one department or for all.

    Attributes:
        op_id: Made once per intention.
        org_id: The member.
        item_id: 品规.
        units: Smallest units in a pack.
        place_id: The department, 0 for every one that has no definition of its own.
        mixed: Whether several lots may be in one pack.
        keep_days: Days that a received pack may lie unopened, 0 for no limit.
        month_limit: Packs that the department gets in a month, 0 for no limit.
        target: Packs that the department should hold, 0 when it asks by itself.
        active: Whether packs are still built by it.
    """

    op_id: UUID
    org_id: int
    item_id: int
    units: int
    place_id: int = 0
    mixed: bool = False
    keep_days: int = 0
    month_limit: int = 0
    target: int = 0
    active: bool = True


@dataclass(frozen=True, slots=True)
class Build:
    """Build packs by a definition out of the loose goods of a store (0: the main store)."""

    op_id: UUID
    org_id: int
    definition_id: int
    count: int
    place_id: int = 0


@dataclass(frozen=True, slots=True)
class Issue:
    """Send packs to a department: named ones, or so many of a definition, first expiry first."""

    op_id: UUID
    org_id: int
    department_id: int
    pack_ids: tuple[int, ...] = ()
    definition_id: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class PackWork:
    """One step of packs that are named: receive, take back, break, lose, return, find.

    Attributes:
        op_id: Made once per intention.
        org_id: The member.
        pack_ids: The packs.
        reason: Why; wanted for breaking, losing and returning.
    """

    op_id: UUID
    org_id: int
    pack_ids: tuple[int, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the store for the next packs: by the empty pack, or by definition and department."""

    op_id: UUID
    org_id: int
    pack_id: int = 0
    definition_id: int = 0
    department_id: int = 0
    packs: int = 1


@dataclass(frozen=True, slots=True)
class Packs:
    """The packs that a command made or changed, and how many it could not.

    Attributes:
        pack_ids: In the order of their codes.
        codes: Their codes.
        missing: Packs wanted that there were no goods for.
    """

    pack_ids: tuple[int, ...]
    codes: tuple[str, ...]
    missing: int = 0

    def as_plain(self) -> dict[str, Any]:
        """For the operation's stored answer."""
        return {
            "pack_ids": list(self.pack_ids),
            "codes": list(self.codes),
            "missing": self.missing,
        }

    @classmethod
    def from_plain(cls, stored: dict[str, Any]) -> Packs:
        """From the operation's stored answer."""
        return cls(tuple(stored["pack_ids"]), tuple(stored["codes"]), int(stored["missing"]))
