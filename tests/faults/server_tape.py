"""What a PostgreSQL server writes to its disk, in order: every call of all its processes (T20).

`python -m tests.faults.server_tape TAPE DATA USER postgres …` runs the server as `traced` does and
keeps what it does to the files below DATA, with the moment at which each call was over, by the
clock that all processes of the computer share. Nobody goes on before that moment is taken, so what
a client was told after it was told when the call was over.
"""

from __future__ import annotations

import os
import pickle
import platform
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.faults.tape import Event
from tests.faults.traced import After, Call, trace

_CREATE, _EMPTY, _APPEND = 0o100, 0o1000, 0o2000
_FLEETING: Final = ("postmaster.", "log/", "pg_stat_tmp/", "current_logfiles")
"""What a start does not need, or makes anew."""

HOME: Final = Path(__file__).parents[2]
"""Where this module is found by its name."""

Moments = list[tuple[int, Event]]


def is_kept(name: str) -> bool:
    """Whether the file belongs to what the disk holds."""
    return not name.startswith(_FLEETING) and "pgsql_tmp" not in name


class ServerTape:
    """Looks at the calls.

    Args:
        root: The server's data folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.moments: Moments = []
        self._calls: dict[int, Callable[[Call], After | None]] = {
            1: self._write,
            18: self._write_at,
            20: self._write_pieces,
            **dict.fromkeys((296, 328), self._write_pieces_at),
            74: self._sync,
            75: self._sync,
            77: self._cut_off,
            285: self._make_longer,
            257: self._open,
            82: self._rename,
            87: self._remove,
            **dict.fromkeys((76, 86, 263, 264, 265, 316, 326), self._unforeseen),
        }
        self.wanted = dict.fromkeys(self._calls, 0) | {257: _CREATE | _EMPTY}

    def look(self, call: Call) -> After | None:
        """A call before it happens; None where it is none of ours."""
        return self._calls[call.number](call)

    def _put(self, event: Event) -> None:
        self.moments.append((time.monotonic_ns(), event))

    def _name(self, path: str) -> str:
        """The path within the data folder, where the server works; empty for any other."""
        if not path:
            return ""
        whole = os.path.normpath(self._root / path)
        name = os.path.relpath(whole, self._root)
        kept = not name.startswith("..") and not path.endswith(" (deleted)") and is_kept(name)
        return name if kept else ""

    def _written(self, call: Call, at: int, *pieces: tuple[int, int]) -> After | None:
        name = self._name(call.file(0))
        if not name:
            return None
        data = b"".join(call.memory(where, size) for where, size in pieces)

        def after(count: int) -> None:
            if count > 0:
                self._put(Event("write", name, at, data[:count]))

        return after

    def _write(self, call: Call) -> After | None:
        return self._written(call, self._position(call), (call.args[1], call.args[2]))

    def _write_at(self, call: Call) -> After | None:
        return self._written(call, call.args[3], (call.args[1], call.args[2]))

    def _write_pieces(self, call: Call) -> After | None:
        return self._written(call, self._position(call), *_pieces(call))

    def _write_pieces_at(self, call: Call) -> After | None:
        return self._written(call, call.args[3], *_pieces(call))

    def _position(self, call: Call) -> int:
        path = call.file(0)
        if not self._name(path):
            return 0
        told = call.told(0)
        if int(told["flags"], 8) & _APPEND:
            return Path(path).stat().st_size
        return int(told["pos"])

    def _sync(self, call: Call) -> After | None:
        path = call.file(0)
        whole = Path(path)
        if whole == self._root or (self._name(path) and whole.is_dir()):
            name = "" if whole == self._root else self._name(path)
            return self._if_done(Event("folder", name))
        return self._if_done(Event("sync", self._name(path))) if self._name(path) else None

    def _if_done(self, *events: Event) -> After:
        def after(result: int) -> None:
            if result >= 0:
                for event in events:
                    self._put(event)

        return after

    def _cut_off(self, call: Call) -> After | None:
        name = self._name(call.file(0))
        return self._if_done(Event("truncate", name, call.args[1])) if name else None

    def _make_longer(self, call: Call) -> After | None:
        path = call.file(0)
        name, length = self._name(path), call.args[2] + call.args[3]
        if not name or Path(path).stat().st_size >= length:
            return None
        return self._if_done(Event("truncate", name, length))

    def _open(self, call: Call) -> After | None:
        name = self._name(call.text(1))
        if not name:
            return None
        if not (self._root / name).exists():
            return self._if_done(Event("create", name))
        return self._if_done(Event("truncate", name)) if call.args[2] & _EMPTY else None

    def _rename(self, call: Call) -> After | None:
        old, new = self._name(call.text(0)), self._name(call.text(1))
        if old and (self._root / old).is_dir():
            return self._unforeseen(call)
        return self._if_done(Event("rename", old, 0, new.encode())) if old and new else None

    def _remove(self, call: Call) -> After | None:
        name = self._name(call.text(0))
        return self._if_done(Event("remove", name)) if name else None

    def _unforeseen(self, call: Call) -> After | None:
        raise AssertionError(f"a call that no tape knows: {call}")


def _pieces(call: Call) -> list[tuple[int, int]]:
    """``struct iovec``."""
    found = call.memory(call.args[1], 16 * call.args[2])
    return [struct.unpack_from("<QQ", found, at) for at in range(0, len(found), 16)]


def program(tape: Path, root: Path, user: str | None, command: list[str]) -> list[str]:
    """How to start the command, so that what it does below `root` is on the tape at its end."""
    return [sys.executable, "-m", __name__, str(tape), str(root), user or "", *command]


def possible() -> bool:
    """Whether a program's calls can be seen here: Linux on x86-64, and nobody forbids it."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return False
    with tempfile.TemporaryDirectory() as made:
        tape = Path(made) / "tape"
        command = program(tape, Path(made), None, [sys.executable, "-c", ""])
        done = subprocess.run(command, cwd=HOME, capture_output=True, check=False)
    return done.returncode == 0


def main() -> int:
    """Run the server; its tape is there when it has ended."""
    file, root, user, *command = sys.argv[1:]
    tape = ServerTape(Path(root).resolve())
    try:
        return trace(command, user or None, Path(root), tape.wanted, tape.look)
    finally:
        Path(file).write_bytes(pickle.dumps(tape.moments))


if __name__ == "__main__":
    sys.exit(main())
