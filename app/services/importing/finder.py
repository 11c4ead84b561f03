"""Which item of the catalogue a row of a sheet means: by code first, then by plain equality.

Deliberately strict: a row that only resembles an item is a new item or a refused row here; judging
resemblance is the work of code mapping (编码对照), where a person confirms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.codes import CodeSystem
from app.models.item import Item, ItemCode
from app.models.party import Maker

_KEYS: Final = (CodeSystem.NHSA.value, CodeSystem.GTIN.value, CodeSystem.PLATFORM.value)

_Key = TypeVar("_Key")
Natural = tuple[str, str, str, int]
"""Name, strength and maker without blanks, and how many smallest units are in a pack."""


@dataclass(slots=True)
class Finder:
    """The catalogue's keys in memory, read once per import."""

    codes: dict[str, int] = field(default_factory=dict)
    others: dict[tuple[str, str], int] = field(default_factory=dict)
    naturals: dict[Natural, int] = field(default_factory=dict)
    makers: dict[str, str] = field(default_factory=dict)

    def by_group_code(self, code: str) -> int | None:
        """The item with a group code."""
        return self.codes.get(code.upper())

    def by_code(self, system: CodeSystem, code: str) -> int | None:
        """The one item that carries the code; None when none or several do."""
        return self.others.get((system.value, code)) or None

    def by_facts(self, name: str, strength: str, maker: str, pack: int) -> int | None:
        """The item with just these facts."""
        known = self.makers.get(_bare(maker), maker)
        return self.naturals.get(natural(name, strength, known, pack)) or None


def natural(name: str, strength: str, maker: str, pack: int) -> Natural:
    """The facts as they are compared."""
    return (_bare(name), _bare(strength), _bare(maker), pack)


def load_finder(session: Session) -> Finder:
    """Read the keys of the whole catalogue."""
    found = Finder(makers=maker_names(session))
    rows = session.execute(
        select(Item.id, Item.code, Item.name, Item.strength, Item.pack_factor, Maker.name).join(
            Maker, Maker.id == Item.maker_id
        )
    )
    for item, code, name, strength, pack, maker in rows:
        found.codes[code.upper()] = item
        _put(found.naturals, natural(name, strength, maker, pack), item)
    for item, system, code in session.execute(
        select(ItemCode.item_id, ItemCode.system, ItemCode.code).where(
            ItemCode.org_id == 0, ItemCode.system.in_(_KEYS)
        )
    ):
        _put(found.others, (system, code), item)
    return found


def maker_names(session: Session) -> dict[str, str]:
    """The names that makers are kept under, by every other name that a sheet has used for them."""
    rows = session.execute(select(Maker.name, Maker.aliases)).all()
    names = {_bare(other): name for name, aliases in rows for other in aliases or ()}
    return names | {_bare(name): name for name, _aliases in rows}


def _put(into: dict[_Key, int], key: _Key, item: int) -> None:
    """Remember the item; 0 marks a key that several items share."""
    into[key] = item if into.get(key, item) == item else 0


@lru_cache(maxsize=16384)
def _bare(text: str) -> str:
    return "".join(text.split()).lower()
