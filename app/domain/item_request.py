"""新增品种申请: what a member's row without counterpart would be as an item of the group.

Only what the row states is taken over; what is missing (the smallest unit, the pack) is left for
the keeper of the catalogue, who checks the whole item before it is made.
"""

from __future__ import annotations

from typing import Final

from app.domain import codes
from app.domain.catalogue import CodeDraft, ItemClass, ItemDraft
from app.domain.codes import CodeSystem
from app.domain.maker_text import read_maker_text
from app.domain.matching.row import Entry
from app.domain.packing import read_packing, usual_unit

_CLASSES: Final = {
    "X": ItemClass.DRUG, "Z": ItemClass.DRUG, "T": ItemClass.TCM, "C": ItemClass.CONSUMABLE,
}  # fmt: skip
_DEVICE: Final = ("械", "备案")


def proposed(entry: Entry, unit: str = "") -> ItemDraft:
    """The row as an item.

    Args:
        entry: The member's row.
        unit: In which the member counts it (盒, 粒).
    """
    packing = read_packing(entry.spec)
    factor = packing.count or 1
    base = packing.base or usual_unit(entry.form or entry.name)
    pack = packing.pack or unit or base
    if factor == 1:
        base = pack or base
    elif pack == base:
        pack = ""  # ten 支 are no 支: the keeper says what they lie in
    return ItemDraft(
        item_class=_item_class(entry),
        name=entry.name.strip(),
        trade_name=entry.trade.strip(),
        strength=packing.strength,
        maker=read_maker_text(entry.maker).name,
        form=entry.form.strip(),
        base_unit=base or pack,
        pack_unit=pack,
        pack_factor=factor,
        case_factor=packing.cases * factor,
        approval_no=entry.licence.strip(),
        codes=tuple(_codes(entry)),
    )


def _item_class(entry: Entry) -> ItemClass:
    if entry.nhsa:
        return _CLASSES.get(entry.nhsa.strip()[:1].upper(), ItemClass.DRUG)
    device = any(sign in entry.licence for sign in _DEVICE)
    return ItemClass.CONSUMABLE if device else ItemClass.DRUG


def _codes(entry: Entry) -> list[CodeDraft]:
    """Codes that keep the rules of their system; a wrong one is not taken over."""
    found = []
    for system, text in (
        (CodeSystem.NHSA, entry.nhsa), (CodeSystem.NATIONAL, entry.national),
    ):  # fmt: skip
        if codes.is_valid(system, text):
            found.append(CodeDraft(system, codes.validate(system, text)))
    return found
