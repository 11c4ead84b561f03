"""What a disk may hold after the power went: worked out from a tape, as often as one likes.

Everything synced before the cut is there. Of what was written since, each sector of 512 bytes has
arrived, or an earlier state of it, in any order; some are torn: half old and half new, or rubbish
where something was being written. Files may be as long as at any moment since their last sync, and
names in a folder as at any moment since the folder's own. Bytes beside a write stay what they were,
as SQLite takes for granted ("powersafe overwrite"). What a server takes for granted is narrower: a
sector may be half old and half new in its pages alone, and is never rubbish (`server_tear`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from tests.faults.tape import Event, Tape, folder_of

SECTOR: Final = 512
SHARES: Final = ((0.0, 0.0), (1.0, 0.0), (0.1, 0.05), (0.5, 0.05), (0.9, 0.05), (0.6, 0.4))
"""How much of what was under way arrived, and how much of that is torn."""


class Tear(Enum):
    """What a sector may become while it is written."""

    RUBBISH = 3
    HALVES = 2
    WHOLE = 0


Tears = Callable[[str], Tear]


def any_tear(_name: str) -> Tear:
    """Nothing but sectors beside a write is taken for granted."""
    return Tear.RUBBISH


def server_tear(name: str) -> Tear:
    """PostgreSQL's pages of tables and indexes tear anywhere; its log and its state in sectors.

    It writes the log's last page again with what it acknowledged before, and its state (one
    sector) in place: both rest on a disk that does not turn a sector into rubbish.
    """
    pages = name.startswith(("base/", "global/")) and name != "global/pg_control"
    return Tear.HALVES if pages else Tear.WHOLE


@dataclass(slots=True)
class _State:
    """A sector at one moment: its bytes, and which of them were written last."""

    content: bytes
    first: int = 0
    last: int = SECTOR


@dataclass(slots=True)
class _File:
    """A file: what is safe of it, and what was done to it since."""

    safe: bytearray = field(default_factory=bytearray)
    since: list[Event] = field(default_factory=list)

    def sync(self) -> None:
        """Everything is safe now."""
        for event in self.since:
            _apply(self.safe, event)
        self.since.clear()

    def after_a_cut(self, dice: random.Random, arrived: float, torn: float, tear: Tear) -> bytes:
        """One of the contents that it may have."""
        if not self.since:
            return bytes(self.safe)
        torn = torn if tear.value else 0.0
        content, lengths, states = bytearray(self.safe), [len(self.safe)], _States(self.safe)
        for event in self.since:
            before = len(content)
            _apply(content, event)
            lengths.append(len(content))
            states.note(content, event, before)
        length = lengths[-1] if dice.random() < arrived else dice.choice(lengths)
        made = bytearray(self.safe.ljust(max(lengths), b"\0"))
        for number, history in sorted(states.found.items()):
            made[number * SECTOR : (number + 1) * SECTOR] = _sector(
                dice, history, arrived, torn, tear
            )
        return bytes(made[:length])


class _States:
    """Every state of every sector since the last sync."""

    def __init__(self, safe: bytearray) -> None:
        self._safe = safe
        self.found: dict[int, list[_State]] = {}

    def note(self, content: bytearray, event: Event, before: int) -> None:
        """The sectors that the event changed."""
        first, last = event.at, event.at + len(event.data)
        if event.kind == "truncate":
            last = max(before, event.at)
        for number in range(first // SECTOR, -(-last // SECTOR)):
            at = number * SECTOR
            old = bytes(self._safe[at : at + SECTOR]).ljust(SECTOR, b"\0")
            history = self.found.setdefault(number, [_State(old)])
            new = bytes(content[at : at + SECTOR]).ljust(SECTOR, b"\0")
            history.append(_State(new, max(first - at, 0), min(last - at, SECTOR)))


def _sector(
    dice: random.Random, history: list[_State], arrived: float, torn: float, tear: Tear
) -> bytes:
    """One of its states, or two of them torn."""
    place = len(history) - 1
    while place and dice.random() >= arrived:
        place -= 1
    new = history[place]
    if place == 0 or dice.random() >= torn:
        return new.content
    old, cut = history[place - 1].content, dice.randrange(new.first, new.last)
    how = dice.randrange(tear.value)
    if how == 0:
        return new.content[:cut] + old[cut:]
    if how == 1:
        return old[:cut] + new.content[cut:]
    rubbish = dice.randbytes(new.last - new.first)
    return new.content[: new.first] + rubbish + new.content[new.last :]


def _apply(content: bytearray, event: Event) -> None:
    if event.kind == "truncate":
        del content[event.at :]
        content.extend(bytes(event.at - len(content)))
        return
    content.extend(bytes(max(0, event.at - len(content))))
    content[event.at : event.at + len(event.data)] = event.data


Names = dict[str, "_File | None"]


class Disk:
    """The folder of a tape, event by event."""

    def __init__(self, tape: Tape, tears: Tears = any_tear) -> None:
        self._tears = tears
        self._safe = {name: _File(bytearray(data)) for name, data in tape.start.items()}
        self._now = dict(self._safe)
        self._since: list[tuple[str, Names]] = []

    def take(self, event: Event) -> None:
        """What this call did."""
        match event.kind:
            case "create":
                self._name(event, {event.name: _File()})
            case "remove":
                self._name(event, {event.name: None})
            case "rename":
                moved = self._now[event.name]
                self._name(event, {event.name: None, event.data.decode(): moved})
            case "folder":
                self._sync_names(event.name)
            case "sync":
                self._now[event.name].sync()
            case "write" | "truncate":
                self._now[event.name].since.append(event)

    def _name(self, event: Event, names: Names) -> None:
        self._since.append((folder_of(event.name), names))
        _rename(self._now, names)

    def _sync_names(self, folder: str) -> None:
        for where, names in self._since:
            if where == folder:
                _rename(self._safe, names)
        self._since = [one for one in self._since if one[0] != folder]

    def image(self, dice: random.Random) -> dict[str, bytes]:
        """One of the folders that may be left if the power goes now."""
        arrived, torn = dice.choice(SHARES)
        found = dict(self._safe)
        for _where, names in self._since:
            if dice.random() < arrived:
                _rename(found, names)
        return {
            name: file.after_a_cut(dice, arrived, torn, self._tears(name))
            for name, file in found.items()
        }


def _rename(found: dict[str, _File], names: Names) -> None:
    for name, file in names.items():
        if file is None:
            found.pop(name, None)
        else:
            found[name] = file


def cuts(tape: Tape, count: int, dice: random.Random) -> list[int]:
    """Moments at which the power goes, in order: anywhere, and where most is at stake."""
    events = tape.events
    calls = [at for at, event in enumerate(events) if event.kind != "word"]
    pressing = [
        at
        for at, event in enumerate(events)
        if event.kind in {"create", "remove", "rename", "truncate", "folder", "sync"}
        or (event.kind == "write" and (event.at == 0 or not _is_log(event.name)))
    ]
    told = [at + 1 for at, event in enumerate(events) if event.kind == "word"]
    pots = [pot for pot in (calls, pressing, told) if pot]
    return sorted(dice.choice(dice.choice(pots)) for _cut in range(count))


def _is_log(name: str) -> bool:
    """Whether it is the log that is written ahead."""
    return name.endswith("-wal") or name.startswith("pg_wal/")


def disks(tape: Tape, at: list[int], tears: Tears = any_tear) -> Iterator[tuple[int, Disk]]:
    """The disk at each of these moments; `at` grows."""
    disk, done = Disk(tape, tears), 0
    for cut in at:
        for event in tape.events[done:cut]:
            disk.take(event)
        done = cut
        yield cut, disk
