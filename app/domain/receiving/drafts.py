"""The work as plain values and back: saved every few seconds, restored after a kill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.domain.receiving.note import Goods, Note
from app.domain.receiving.transport import Mode, Transport
from app.domain.receiving.work import Checks, Entry, Refusal, Trace, Work, begin


def to_plain(work: Work) -> dict[str, Any]:
    """The counted part of the work; the note itself is in the database."""
    return {
        "current": work.current,
        "entries": [entry_to_plain(entry) for entry in work.entries],
        "transport": transport_to_plain(work.transport),
        "strangers": [goods.item_id for goods in work.strangers],
    }


def from_plain(note: Note, stored: Mapping[str, Any], strangers: tuple[Goods, ...] = ()) -> Work:
    """The work as it was saved, over the note as it stands now.

    Entries of lines that the note no longer has are left out; new lines begin at nothing.
    """
    fresh = begin(note)
    known = {goods.item_id for goods in (*fresh.all_goods(), *strangers)}
    lines = {line.line: line.goods.item_id for line in note.lines}
    kept = [entry_from_plain(one) for one in stored.get("entries", ())]
    kept = [
        entry
        for entry in kept
        if entry.item_id in known
        and (entry.note_line == 0 or lines.get(entry.note_line) == entry.item_id)
    ]
    there = {entry.note_line for entry in kept}
    keys = max((entry.key for entry in kept), default=0)
    for entry in fresh.entries:
        if entry.note_line not in there:
            keys += 1
            kept.append(replace(entry, key=keys))
    return Work(
        note,
        tuple(kept),
        int(stored.get("current", 0)),
        transport_from_plain(stored.get("transport", {})),
        strangers,
    )


def entry_to_plain(entry: Entry) -> dict[str, Any]:
    """One entry."""
    return {
        "key": entry.key,
        "note_line": entry.note_line,
        "item_id": entry.item_id,
        "lot_no": entry.lot_no,
        "expiry": entry.expiry.isoformat() if entry.expiry else "",
        "produced": entry.produced.isoformat() if entry.produced else "",
        "accepted": entry.accepted,
        "refused": entry.refused,
        "gift": entry.gift,
        "refusal": entry.refusal.value if entry.refusal else "",
        "reason": entry.reason,
        "traces": [[one.code, one.at.isoformat(), one.units] for one in entry.traces],
        "checks": [entry.checks.outer, entry.checks.matches, entry.checks.report],
        "done": entry.done,
        "far_confirmed": entry.far_confirmed,
    }


def entry_from_plain(stored: Mapping[str, Any]) -> Entry:
    """One entry back."""
    return Entry(
        key=int(stored["key"]),
        note_line=int(stored["note_line"]),
        item_id=int(stored["item_id"]),
        lot_no=str(stored["lot_no"]),
        expiry=_day(stored["expiry"]),
        produced=_day(stored["produced"]),
        accepted=int(stored["accepted"]),
        refused=int(stored["refused"]),
        gift=int(stored["gift"]),
        refusal=Refusal(stored["refusal"]) if stored["refusal"] else None,
        reason=str(stored["reason"]),
        traces=tuple(
            Trace(str(code), datetime.fromisoformat(at), int(units))
            for code, at, units in stored["traces"]
        ),
        checks=Checks(*(bool(one) for one in stored["checks"])),
        done=bool(stored["done"]),
        far_confirmed=bool(stored["far_confirmed"]),
    )


def transport_to_plain(transport: Transport) -> dict[str, str]:
    """How the goods came."""
    return {
        "mode": transport.mode.value if transport.mode else "",
        "started_at": transport.started_at.isoformat() if transport.started_at else "",
        "arrived_at": transport.arrived_at.isoformat() if transport.arrived_at else "",
        "temperature": "" if transport.temperature is None else str(transport.temperature),
        "record_no": transport.record_no,
    }


def transport_from_plain(stored: Mapping[str, Any]) -> Transport:
    """How the goods came, back."""
    mode, warm = stored.get("mode", ""), stored.get("temperature", "")
    return Transport(
        mode=Mode(mode) if mode else None,
        started_at=_moment(stored.get("started_at", "")),
        arrived_at=_moment(stored.get("arrived_at", "")),
        temperature=Decimal(warm) if warm else None,
        record_no=str(stored.get("record_no", "")),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
