"""The outbox on disk: which operations this process has under way, safe from its sudden death.

One file per process, held by a lock as long as the process lives. A line is on the disk before the
operation it names is sent; when its end is known another line says so. A file whose lock is free
was left behind by a process that died: what is open in it has to be asked about.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from app.adapters import durable

_SUFFIX: Final = ".outbox"
_LONG: Final = 64_000
"""Bytes after which a file with nothing open begins anew."""


@dataclass(frozen=True, slots=True)
class Note:
    """One operation that was about to be sent.

    Attributes:
        op: Its id, made by the client.
        org: The organisation whose books it touches.
        kind: The verb, such as ``receive``.
        login: Who did it.
        where: Which database (a digest of its address).
        at: This computer's clock, microseconds; only to tell the person when it was.
        backend: Process number of the server's session, 0 for a local file.
    """

    op: str
    org: int
    kind: str
    login: str
    where: str
    at: int
    backend: int = 0

    @property
    def op_id(self) -> UUID:
        """The id as services use it."""
        return UUID(self.op)


class OutboxFile:
    """The outbox of this process.

    Args:
        folder: Where the outboxes of all processes of this computer lie.

    Raises:
        OSError: Disk full or not writable: nothing may be sent then.
    """

    def __init__(self, folder: Path) -> None:
        durable.make_folder(folder)
        self.file = folder / f"{uuid4().hex}{_SUFFIX}"
        self._guard = threading.Lock()
        self._open: dict[str, int] = {}  # the same operation may be under way twice
        self._ended: list[str] = []
        self._stream = self.file.open("ab", buffering=0)
        _lock(self._stream)
        try:
            durable.names(folder)  # a note in a file without a name would be lost with the power
        except OSError:
            self.close()
            raise

    def note(self, note: Note) -> None:
        """Write the note to the disk; it is safe there when this returns."""
        line = json.dumps(asdict(note), ensure_ascii=False, separators=(",", ":"))
        with self._guard:
            if not self._open and self._stream.tell() > _LONG:
                self._stream.truncate(0)
                self._ended.clear()
            self._write(f"{self._ends()}+{line}\n")
            os.fsync(self._stream.fileno())
            self._ended.clear()
            self._open[note.op] = self._open.get(note.op, 0) + 1

    def settle(self, op: str) -> None:
        """The end of the operation is known.

        It is struck out with the next note: should the process die before the answer is on the
        screen, the last operation is among those that the person is told about.
        """
        with self._guard:
            left = self._open.pop(op, 0) - 1
            if left > 0:
                self._open[op] = left
            elif left == 0:
                self._ended.append(op)

    def _ends(self) -> str:
        return "".join(f"-{op}\n" for op in self._ended)

    def open_notes(self) -> tuple[Note, ...]:
        """What this process sent without knowing the end."""
        with self._guard:
            return tuple(note for note in _read(self.file) if note.op in self._open)

    def close(self) -> None:
        """End; the file stays only if something is open in it."""
        with self._guard:
            if self._open:
                self._write(self._ends())
            self._stream.close()
            if not self._open:
                self.file.unlink(missing_ok=True)

    def _write(self, line: str) -> None:
        data, whole = line.encode(), self._stream.seek(0, os.SEEK_END)
        if self._stream.write(data) != len(data):
            self._stream.truncate(whole)
            raise OSError("the outbox took only a part of a line: disk full")


class Orphan:
    """The outbox of a process that died; held while it is settled.

    Attributes:
        notes: What is open in it.
    """

    def __init__(self, stream: FileIO, file: Path) -> None:
        self._stream = stream
        self._file = file
        self.notes = _read(file)

    def keep(self, ops: frozenset[str]) -> None:
        """Everything but these is settled; a file without any goes."""
        for note in self.notes:
            if note.op not in ops:
                self._stream.write(f"\n-{note.op}\n".encode())  # the last line may be torn
        if not ops:
            self._stream.close()
            self._file.unlink(missing_ok=True)


def orphans(folder: Path) -> Iterator[Orphan]:
    """The outboxes that dead processes left behind, each held until the next is asked for."""
    for file in sorted(folder.glob(f"*{_SUFFIX}")):
        try:
            stream = file.open("ab", buffering=0)
        except FileNotFoundError:
            continue
        with stream:
            if _lock(stream):
                yield Orphan(stream, file)


def _read(file: Path) -> tuple[Note, ...]:
    """The notes without an end; a line that death cut short was never sent."""
    notes: dict[str, Note] = {}
    for line in file.read_bytes().split(b"\n")[:-1]:
        try:
            text = line.decode()
            if text.startswith("-"):
                notes.pop(text[1:], None)
            else:
                note = Note(**json.loads(text.removeprefix("+")))
                notes[note.op] = note
        except (ValueError, TypeError, RecursionError):
            continue
    return tuple(notes.values())


if sys.platform == "win32":
    import msvcrt

    def _lock(stream: FileIO) -> bool:
        """Hold the file as long as this process lives; False when another one does."""
        stream.seek(1 << 30)  # a byte nobody reads or writes
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(stream: FileIO) -> bool:
        """Hold the file as long as this process lives; False when another one does."""
        try:
            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
