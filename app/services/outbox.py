"""What this program has sent and does not know the end of.

Every operation id is written to the disk of this computer before anything of it is sent (`claim`
does it), and struck out when its end is known: committed, or rolled back. What stays open after a
cut line or a sudden death is asked about by `app.services.settling`.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from app.adapters.outbox_file import Note, OutboxFile, orphans
from app.domain.errors import ConflictError, EnvironmentProblem
from app.i18n import _

_KEPT_DAYS: Final = 30
_DAY_US: Final = 86_400_000_000


class Outbox:
    """The outbox of one signed-in person at one database.

    Args:
        folder: Where the files lie.
        address: The database's address; only a digest of it is kept.
        login: Who works.
    """

    def __init__(self, folder: Path, address: str, login: str) -> None:
        self.login = login
        self.where = hashlib.sha256(address.encode()).hexdigest()[:16]
        self._folder = folder
        self._file: OutboxFile | None = None
        self._guard = threading.Lock()

    def note(self, org_id: int, op_id: UUID, kind: str, backend: int = 0) -> None:
        """Keep the id on this disk before anything is sent.

        Raises:
            EnvironmentProblem: This computer's disk is full or read-only; nothing was sent.
        """
        at = time.time_ns() // 1000
        try:
            self._own().note(Note(str(op_id), org_id, kind, self.login, self.where, at, backend))
        except OSError as error:
            raise EnvironmentProblem(
                "outbox.full",
                _("本机磁盘写不进去，这一步没有发出。内容还在屏幕上，清出空间后再试。"),
            ) from error

    def settle(self, op_id: UUID) -> None:
        """The end of the operation is known."""
        if self._file is not None:
            self._file.settle(str(op_id))

    def open_notes(self) -> tuple[Note, ...]:
        """What this process sent without knowing the end."""
        return self._file.open_notes() if self._file is not None else ()

    def left_behind(self) -> Generator[tuple[Note, ...]]:
        """This person's open notes of dead processes, a file at a time.

        A file is struck out when the next one is asked for, so that the asker can be interrupted
        without losing any. Notes of other people and databases stay; very old ones go.
        """
        oldest = time.time_ns() // 1000 - _KEPT_DAYS * _DAY_US
        for orphan in orphans(self._folder):
            mine = tuple(note for note in orphan.notes if self._mine(note))
            done = False
            try:
                yield mine
                done = True
            finally:
                orphan.keep(
                    frozenset(
                        note.op
                        for note in orphan.notes
                        if note.at > oldest and not (done and note in mine)
                    )
                )

    def close(self) -> None:
        """End of the program or of the person's work."""
        with self._guard:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _mine(self, note: Note) -> bool:
        return note.login == self.login and note.where == self.where

    def _own(self) -> OutboxFile:
        with self._guard:
            if self._file is None:
                self._file = OutboxFile(self._folder)
            return self._file


class _Try(threading.local):
    """The operations of the piece of work that runs on this thread, in their order."""

    made: list[UUID] | None = None
    expected: tuple[UUID, ...] = ()


_try: Final = _Try()


@contextmanager
def attempt(before: tuple[UUID, ...] = ()) -> Iterator[list[UUID]]:
    """Note the operation ids of a piece of work; a repeat must come with the same ids.

    Args:
        before: The ids of the first attempt. Work that would begin with another id makes a second
            intention of the same wish: it is refused before anything is written.
    """
    _try.made, _try.expected = [], before
    try:
        yield _try.made
    finally:
        _try.made, _try.expected = None, ()


def check_attempt(op_id: UUID) -> None:
    """Called by `claim`: refuse a repeat that is not the same intention."""
    if _try.made is None or op_id in _try.made:
        return
    place = len(_try.made)
    if place < len(_try.expected) and _try.expected[place] != op_id:
        raise ConflictError(
            "operation.not_same",
            _("连接断过，这一步没有再发。请刷新看有没有保存，没有再做一次。"),
        )
    _try.made.append(op_id)
