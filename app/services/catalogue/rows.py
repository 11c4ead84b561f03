"""A draft as the rows of an item, and the facts that its history tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any, Final

from app.domain import catalogue, codes
from app.domain.catalogue import CodeDraft, ItemDraft
from app.domain.errors import DomainError
from app.services.operations import plain

HISTORIC: Final = frozenset({codes.CodeSystem.APPROVAL.value, codes.CodeSystem.CERTIFICATE.value})
"""Numbers that stay findable on old papers when they are replaced: they end."""
_TOLD: Final = (
    "name", "trade_name", "strength", "spec", "approval_no", "approval_valid_to", "pack_unit",
    "storage", "storage_text", "shelf_life_days", "status", "insurance", "controlled",
    "antibiotic", *catalogue.FLAGS,
)  # fmt: skip


def columns_of(draft: ItemDraft) -> dict[str, Any]:
    """The draft as columns of `Item`, without ids and version."""
    return {
        "item_class": draft.item_class.value,
        "name": draft.name.strip(),
        "trade_name": draft.trade_name.strip() or None,
        "strength": draft.strength.strip(),
        "spec": draft.spec,
        "approval_no": draft.approval_no.strip() or None,
        "approval_valid_to": draft.approval_valid_to,
        "base_unit": draft.base_unit.strip(),
        "pack_unit": draft.pack_unit.strip(),
        "pack_factor": draft.pack_factor,
        "storage": draft.storage.value,
        "storage_text": draft.storage_text.strip() or draft.storage.label,
        "shelf_life_days": draft.shelf_life_days or None,
        "status": draft.status.value,
        "insurance": draft.insurance or None,
        "controlled": draft.controlled,
        "antibiotic": draft.antibiotic,
        **{name: name in draft.flags for name in catalogue.FLAGS},
    }


def with_approval(draft: ItemDraft) -> tuple[CodeDraft, ...]:
    """The draft's codes and its current approval number, where that has a known form."""
    if not draft.approval_no:
        return draft.codes
    system = catalogue.approval_system(draft.item_class)
    number = _number(system, draft.approval_no)
    if not number:
        return draft.codes
    for entry in draft.codes:
        if entry.system is system and entry.code == number:
            return draft.codes
    return (*draft.codes, CodeDraft(system, number))


@lru_cache(maxsize=4096)
def _number(system: codes.CodeSystem, text: str) -> str:
    """An approval number as stored, empty where it has no known form; packs share theirs."""
    try:
        return codes.validate(system, text)
    except DomainError:
        return ""


def code_row(item_id: int, key: int, entry: CodeDraft) -> dict[str, Any]:
    """A code of the group as a row of `ItemCode`."""
    return {
        "item_id": item_id,
        "id": key,
        "system": entry.system.value,
        "code": codes.validate(entry.system, entry.code),
        "org_id": 0,
        "unit_factor": entry.unit_factor,
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
    }


def unit_rows(item_id: int, draft: ItemDraft) -> Iterator[dict[str, Any]]:
    """The unit chain of an item as rows of `ItemUnit`."""
    for factor, name, level in catalogue.steps(draft):
        yield {"item_id": item_id, "factor": factor, "name": name, "level": level}


def after_start(valid_from: date | None, day: date) -> date | None:
    """The day on which something ends today; None where it has not even begun."""
    return day if valid_from is None or valid_from < day else None


def facts(draft: ItemDraft, kept: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The item's facts as plain values, to be compared; `kept` are its codes with their systems."""
    values = columns_of(draft)
    found = {name: plain(values[name]) for name in _TOLD}
    found["form"] = draft.form.strip()
    found["maker"] = draft.maker.strip()
    found["codes"] = sorted(f"{system}:{code}" for system, code in kept)
    return found
